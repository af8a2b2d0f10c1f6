"""The demo company's data is what it claims: stable, consistent, and a story worth reporting."""

import csv
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tracker_sync import adoption, pmf, problems
from tracker_sync.demo.company import Company, company
from tracker_sync.demo.tracker_server import serving

REPO = "girder-build/field-sync"
FIELDS = {
    "summary": "summary",
    "description": "description",
    "duedate": "duedate",
    "status": "status",
    "assignee": "assignee",
    "labels": "labels",
    "priority": "priority",
    "resolution": "resolution",
    "IssueParentAssociation": "parent",
    "project": "project",
    "Key": "key",
    "Strategic intent": "customfield_10501",
    "Customer": "customfield_10502",
    "Story Points": "customfield_10016",
}
BY_TEXT = {"summary", "description", "labels", "Key", "Story Points"}


@pytest.fixture(scope="module")
def girder() -> Company:
    return company()


def changes(issue: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for history in issue["changelog"]["histories"]:
        yield from history["items"]


def present(issue: dict[str, Any], field: str) -> Any:
    """A field's present value the way a history would write it."""
    value = issue["key"] if field == "Key" else issue["fields"].get(FIELDS[field])
    if field == "labels":
        return " ".join(value)
    if field == "Customer":
        return f"[{', '.join(option['id'] for option in value)}]" if value else None
    if field == "Story Points":
        return f"{value:g}" if value else None
    if isinstance(value, dict):
        return value.get("accountId") or value["id"]
    return value


def side(item: dict[str, Any], end: str) -> Any:
    return item[f"{end}String" if item["field"] in BY_TEXT else end]


def every_issue(girder: Company) -> list[dict[str, Any]]:
    return [entry["issue"] for entry in girder.github.repos[REPO]]


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (
        json.dumps([made.jira.issues, made.github.repos, dict(made.files)]) for made in (company(), company())
    )
    assert first == second
    assert first != json.dumps(company(seed=7).jira.issues)


def test_there_are_about_six_hundred_items(girder: Company) -> None:
    pulls = [issue for issue in every_issue(girder) if "pull_request" in issue]
    assert 390 <= len(girder.jira.issues) <= 450
    assert 155 <= len(every_issue(girder)) <= 200
    assert len(pulls) == 15


def test_every_jira_change_starts_where_the_one_before_ended(girder: Company) -> None:
    for issue in girder.jira.issues:
        last: dict[str, Any] = {}
        for item in changes(issue):
            field = item["field"]
            if field in ("Rank", "Link"):  # each is an entry of its own
                continue
            if field in last:
                assert side(item, "from") == last[field], issue["key"]
            assert side(item, "from") != side(item, "to"), issue["key"]
            last[field] = side(item, "to")
        for field, value in last.items():
            assert value == present(issue, field), (issue["key"], field)


def test_jira_histories_are_in_order_between_created_and_updated(girder: Company) -> None:
    for issue in girder.jira.issues:
        fields, log = issue["fields"], issue["changelog"]
        spoken = [comment["created"] for comment in fields["comment"]["comments"]]
        moments = [history["created"] for history in log["histories"]]
        assert moments == sorted(moments)
        assert fields["created"] <= min([*moments, *spoken], default=fields["created"])
        assert fields["updated"] == max([fields["created"], *moments, *spoken])
        assert log["total"] == len(log["histories"])
        assert fields["updated"] < "2026-10-31"


def test_github_timelines_lead_from_nothing_to_the_present(girder: Company) -> None:
    for entry in girder.github.repos[REPO]:
        issue, state, people, title = entry["issue"], "open", [], None
        labels: list[str] = []
        for event in entry["timeline"]:
            match event["event"]:
                case "labeled":
                    labels.append(event["label"]["name"])
                case "unlabeled":
                    labels.remove(event["label"]["name"])
                case "assigned":
                    people.append(event["assignee"]["login"])
                case "unassigned":
                    people.remove(event["assignee"]["login"])
                case "renamed":
                    assert title in {None, event["rename"]["from"]}
                    title = event["rename"]["to"]
                case "closed" | "reopened":
                    now = "closed" if event["event"] == "closed" else "open"
                    assert now != state
                    state = now
        assert sorted(labels) == [label["name"] for label in issue["labels"]]
        assert people == [user["login"] for user in issue["assignees"]]
        assert title in {None, issue["title"]}
        assert state == issue["state"]
        moments = [event["created_at"] for event in entry["timeline"]]
        assert moments == sorted(moments)


def test_some_issues_hold_more_than_a_search_inlines(girder: Company) -> None:
    overflowing = [
        issue["key"]
        for issue in girder.jira.issues
        if issue["changelog"]["total"] > 40 or issue["fields"]["comment"]["total"] > 20
    ]
    assert len(overflowing) >= 5


def test_moved_epics_carry_both_changes_and_a_new_key(girder: Company) -> None:
    moved = [
        {item["field"] for item in changes(issue)}
        for issue in girder.jira.issues
        if any(item["field"] == "Key" for item in changes(issue))
    ]
    assert len(moved) >= 3
    assert all({"project", "Key"} <= fields for fields in moved)


def test_keys_and_ids_are_unique_and_parents_exist(girder: Company) -> None:
    issues = girder.jira.issues
    ids = {issue["id"]: issue["key"] for issue in issues}
    assert len(ids) == len({issue["key"] for issue in issues}) == len(issues)
    for issue in issues:
        if parent := issue["fields"].get("parent"):
            assert ids[parent["id"]] == parent["key"]
    urls = {issue["url"] for issue in every_issue(girder)}
    parents = [issue.get("parent_issue_url") for issue in every_issue(girder)]
    assert len([parent for parent in parents if parent]) > 80
    assert {parent for parent in parents if parent} <= urls


def test_a_deleted_account_and_a_missing_actor_occur(girder: Company) -> None:
    assert len([issue for issue in every_issue(girder) if issue["user"] is None]) == 1
    events = [e for entry in girder.github.repos[REPO] for e in entry["timeline"]]
    assert [e for e in events if e["event"] == "assigned" and e["actor"] is None]


def test_engineers_rarely_have_more_than_three_tickets_in_progress(girder: Company) -> None:
    parents = {issue["fields"].get("parent", {}).get("id") for issue in girder.jira.issues}
    moves: list[tuple[str, int, str]] = []
    for issue in girder.jira.issues:
        who = issue["fields"]["assignee"]
        if issue["id"] in parents or who is None:
            continue
        for history in issue["changelog"]["histories"]:
            for item in history["items"]:
                if item["field"] == "status":
                    started = [item[end] in {"3", "10002"} for end in ("from", "to")]
                    step = int(started[1]) - int(started[0])
                    moves.append((history["created"], step, who["accountId"]))
    busy: Counter[str] = Counter()
    seen: Counter[int] = Counter()
    for _, step, account in sorted(moves):
        busy[account] += step
        seen[busy[account]] += step > 0
    assert sum(count for level, count in seen.items() if level > 3) < 0.05 * seen.total()


def test_files_are_readable_and_name_existing_epics(girder: Company) -> None:
    files = girder.files
    strategy = tomllib.loads(files["strategy.toml"])
    people = tomllib.loads(files["people.toml"])["people"]
    config = tomllib.loads(files["tracker-sync.toml"])
    customers = list(csv.DictReader(files["customers.csv"].splitlines()))
    adoption = list(csv.DictReader(files["adoption.csv"].splitlines()))
    problems = list(csv.DictReader(files["problems.csv"].splitlines()))
    assert [source["name"] for source in config["sources"]] == ["girder", "field-sync"]
    assert sum(intent["target"] for intent in strategy["intents"]) == pytest.approx(1.0)
    assert {role["role"] for role in people} == {
        "engineering",
        "product",
        "support",
        "sales",
        "executive",
    }
    names = {row["name"] for row in customers}
    assert len(names) >= 25
    assert {row["parent"] for row in customers} - {""} <= names
    assert {row["account"] for row in [*adoption, *problems]} <= names
    keys = set(girder.keys.values())
    assert {row["epic"] for row in adoption} <= keys
    assert {epic for one in strategy["initiatives"] for epic in one["epics"]} <= keys
    assert set(config["strategy"].values()) <= set(files)


def test_side_inputs_are_what_reports_read(girder: Company) -> None:
    files = girder.files
    ranked = problems.parse(files["problems.csv"], Path("problems.csv"))
    assert len(adoption.parse(files["adoption.csv"], Path("adoption.csv"))) > 20
    answers = pmf.parse(files["pmf.csv"], Path("pmf.csv"))
    assert len(answers) >= 40, "fewer say nothing about a cohort"
    assert {a.disappointed for a in answers} == set(pmf.DISAPPOINTED)
    personas = set(tomllib.loads(files["strategy.toml"])["icp"]["personas"])
    assert {r.persona for r in ranked} | {a.persona for a in answers} <= personas
    assert {a.account for a in answers} <= {
        row["name"] for row in csv.DictReader(files["customers.csv"].splitlines())
    }


def test_customer_rows_of_one_account_meet_without_gap(girder: Company) -> None:
    until: dict[str, str] = {}
    for row in csv.DictReader(girder.files["customers.csv"].splitlines()):
        assert until.get(row["name"], row["since"]) == row["since"]
        until[row["name"]] = row["until"] or "9999"


def test_work_starts_after_its_epic_named_who_asked(girder: Company) -> None:
    """Otherwise the demo's sales-led work would not count as asked for before the start."""
    key = girder.keys["water-treatment"].removeprefix("girder:")
    epic = next(issue for issue in girder.jira.issues if issue["key"] == key)
    assert [option["value"] for option in epic["fields"]["customfield_10502"]] == ["Aquaveil Utilities"]
    assert all(item["field"] != "Customer" for item in changes(epic))
    children = [
        issue for issue in girder.jira.issues if issue["fields"].get("parent", {}).get("id") == epic["id"]
    ]
    assert len(children) > 40
    assert all(child["fields"]["created"] > epic["fields"]["created"] for child in children)


def test_the_real_clients_read_the_whole_company(girder: Company) -> None:
    jira, github = pytest.importorskip("jira"), pytest.importorskip("github")
    with serving(girder.jira, girder.github) as [jira_url, github_url]:
        issues = jira.JIRA(jira_url, token_auth="any", max_retries=0).search_issues(
            "project in (PLAN, FIELD) ORDER BY updated ASC", maxResults=0, expand="changelog"
        )
        client = github.Github(base_url=github_url, per_page=100, seconds_between_requests=0)
        rows = list(client.get_repo(REPO).get_issues(state="all"))
    assert len(issues) == len(girder.jira.issues)
    assert [datetime.fromisoformat(i.fields.updated) for i in issues] == sorted(
        datetime.fromisoformat(i.fields.updated) for i in issues
    )
    assert len(rows) == len(girder.github.repos[REPO])
