"""The Jira simulator keeps to the contracts, to the recordings and to what trackers.md says of real sites."""

import gzip
import json
import tarfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

pytest.importorskip("jsonschema", reason="the contracts are checked with jsonschema and referencing")

from jsonschema import Draft4Validator
from urllib3.exceptions import ProtocolError

from simulator import faults
from simulator.contracts import CONTRACTS, check_answer, check_hits, check_request, needs_contracts
from simulator.jira import CLOUD_ID, CloudFace, DataCenterFace, JiraCompany
from simulator.load import BigJira, is_busy, standard_jira
from simulator.server import Face, Running, running

Json = dict[str, Any]
RECORDED = Path(__file__).parents[3] / "shared" / "recorded" / "jira"
CLOUD_RECORDING = RECORDED / "cloud-ctreminiom-v2-v3-agile/v2v3/search-issues.json"
DC_RECORDING = RECORDED / "server-duraspace/DuraspaceDataSet.tar.xz"
needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"the recordings are not at {RECORDED}")
ALL = "updated >= 0 ORDER BY updated ASC, id ASC"


def get(site: Running, path: str, **query: Any) -> requests.Response:
    return requests.get(f"{site.url}/rest/api/{path}", params=query, timeout=5)


def post(site: Running, path: str, **body: Any) -> requests.Response:
    return requests.post(f"{site.url}/rest/api/{path}", json=body, timeout=5)


def pages(site: Running, **query: Any) -> Iterator[Json]:
    """The pages of a search on Cloud."""
    token: Json = {}
    while True:
        body = get(site, "3/search/jql", **({"jql": ALL} | query | token)).json()
        yield body
        if body["isLast"]:
            return
        token = {"nextPageToken": body["nextPageToken"]}


def found(site: Running, **query: Any) -> list[str]:
    return [issue["id"] for page in pages(site, **query) for issue in page["issues"]]


@contextmanager
def cloud(company: JiraCompany, **options: Any) -> Iterator[Running]:
    with running(CloudFace(company, **options)) as site:
        yield site


@contextmanager
def dc(company: JiraCompany, **options: Any) -> Iterator[Running]:
    with running(DataCenterFace(company, **options)) as site:
        yield site


def busy(histories: int = 45, comments: int = 25) -> tuple[JiraCompany, str]:
    """A company with one issue that is too long for Cloud to inline."""
    company = JiraCompany()
    issue = company.create("PAY", "Story", "Long")
    for number in range(histories):
        company.tick()
        company.edit(issue, "points", number)
    for number in range(comments):
        company.tick()
        company.comment(issue, f"No. {number}")
    return company, issue


def rich() -> tuple[JiraCompany, str]:
    """A company with one issue that has something of everything."""
    company = JiraCompany()
    epic, issue = company.create("PAY", "Epic", "Checkout"), company.create("PAY", "Story", "Pay by card")
    company.create("PAY", "Sub-task", "Form", parent=issue)
    text = "See [the plan|https://acme.example/plan], @[acc-ben].\nSoon.\n\n* one\n* two"
    company.tick()
    company.edits(issue, {"description": text, "assignee": "acc-ben", "duedate": "2026-02-01", "note": "VIP"})
    company.edits(issue, {"intent": "Growth", "customers": ["Globex", "Initech"], "points": 2.5})
    company.labels(issue, add=["mobile", "api"])
    company.components(issue, add=["Web", "Core"])
    company.fix_versions(issue, add=["1.0"])
    company.parent(issue, epic)
    company.sprint(issue, "Sprint 1", "Sprint 2")
    company.link(issue, epic, "Relates")
    company.remote_link(issue, "https://github.com/acme/web/issues/1", "acme/web#1")
    company.comment(issue, text, by="acc-cleo")
    company.delete_comment(issue, company.comment(issue, "Oops"))
    company.edit(issue, "status", "Done")
    return company, issue


class TestContracts:
    READS = (
        "serverInfo", "myself", "configuration", "field", "status", "project/PAY", "issue/PAY-2",
        "issue/PAY-2/comment", "issue/PAY-2/remotelink",
    )  # fmt: skip

    @needs_contracts
    @pytest.mark.parametrize("version", ["3", "2"])
    def test_cloud_answers_as_the_contract_says(self, version: str) -> None:
        company, issue = rich()
        with cloud(company) as site:
            everything = {"jql": ALL, "fields": "*all", "expand": "changelog,names,schema"}
            reads = (*self.READS, "issue/PAY-2/changelog", "project/search")
            answers = [get(site, f"{version}/{path}") for path in reads]
            answers += [
                post(site, f"{version}/search/approximate-count", jql=ALL),
                get(site, f"{version}/search/jql", **everything),
                post(
                    site, f"{version}/search/jql", jql=ALL, fields=["summary"], reconcileIssues=[int(issue)]
                ),
                post(site, f"{version}/changelog/bulkfetch", issueIdsOrKeys=[issue]),
                post(site, f"{version}/issue/bulkfetch", issueIdsOrKeys=[issue], expand=["changelog"]),
            ]
            assert [problems("jira-cloud", answer) for answer in answers] == [[]] * len(answers)
            assert check_hits("jira-cloud", site.hits) == []

    @needs_contracts
    def test_data_center_answers_as_the_contract_says(self) -> None:
        company, _ = rich()
        with dc(company) as site:
            answers = [get(site, f"2/{path}") for path in (*self.READS, "project")]
            answers.append(get(site, "2/search", jql=ALL, fields="*all", expand="changelog,names,schema"))
            assert [problems("jira-dc", answer) for answer in answers] == [[]] * len(answers)
            assert check_hits("jira-dc", site.hits) == []

    @needs_contracts
    def test_the_check_finds_what_is_wrong(self) -> None:
        company, issue = rich()
        with cloud(company) as site:
            body = get(site, "3/search/jql", jql=ALL, fields="*all", expand="changelog").json()
        body["issues"][1]["changelog"]["histories"][0]["items"][0]["from"] = 7
        body["issues"][0]["total"] = 3
        found = check_answer("jira-cloud", "GET", "/rest/api/3/search/jql", 200, body)
        assert [problem.split(":")[0] for problem in found] == [
            "issues/0",
            "issues/1/changelog/histories/0/items/0/from",
        ]
        asked = check_request("jira-cloud", "GET", "/rest/api/3/search/jql", {"jql": ["x"], "startAt": ["1"]})
        assert asked == ["startAt: unknown parameter"]
        too_many = {"issueIdsOrKeys": [issue] * 101}
        assert check_request("jira-cloud", "POST", "/rest/api/3/issue/bulkfetch", {}, too_many)
        assert check_answer("jira-cloud", "GET", "/rest/api/3/nothing", 200, {})

    @needs_contracts
    def test_documents_are_valid_adf(self) -> None:
        company, issue = rich()
        with cloud(company) as site:
            fields = get(site, f"3/issue/{issue}").json()["fields"]
        with gzip.open(CONTRACTS / "atlassian-adf-full.schema.json.gz") as file:
            schema = Draft4Validator(json.load(file))
        for text in (fields["description"], fields["comment"]["comments"][0]["body"]):
            assert [error.message for error in schema.iter_errors(text)] == []
            kinds = json.dumps(text)
            assert all(k in kinds for k in ("mention", "hardBreak", "bulletList", '"type": "link"'))


def problems(contract: str, answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    path = answer.url.partition("?")[0].partition("/rest/")[2]
    return check_answer(contract, str(answer.request.method), f"/rest/{path}", 200, answer.json())


@needs_recorded
class TestRecordings:
    def test_cloud_records_have_the_keys_of_real_ones(self) -> None:
        real = json.loads(CLOUD_RECORDING.read_text())["issues"]
        company, issue = rich()
        with cloud(company) as site:
            ours = get(site, f"3/issue/{issue}", expand="changelog").json()
        sample = next(i for i in real if i["fields"]["comment"]["comments"])
        fields = {name for name in sample["fields"] if not name.startswith("customfield_")}
        rare = {"statuscategorychangedate", "issuerestriction"}
        assert fields - ours["fields"].keys() <= rare
        assert ours.keys() >= sample.keys()
        for name in ("project", "issuetype", "status", "creator"):
            assert ours["fields"][name].keys() >= sample["fields"][name].keys()
        theirs, mine = (i["fields"]["comment"] for i in (sample, ours))
        assert mine.keys() == theirs.keys()
        assert mine["comments"][0].keys() == theirs["comments"][0].keys()

    def test_data_center_records_have_the_keys_of_real_ones(self) -> None:
        with tarfile.open(DC_RECORDING) as archive:
            names = [n for n in archive.getnames() if "/DS-1194" in n or n.startswith("DS-1194")]
            files = {Path(n).stem: json.load(archive.extractfile(n)) for n in names}  # type: ignore[arg-type]
        company, issue = rich()
        with dc(company) as site:
            ours = get(site, f"2/issue/{issue}", expand="changelog").json()
        real = files["DS-1194"]
        fields = {name for name in real["fields"] if not name.startswith("customfield_")}
        assert fields - ours["fields"].keys() == set()
        assert ours["fields"]["issuelinks"][0].keys() == real["fields"]["issuelinks"][0].keys()
        theirs, mine = (c["changelog"]["histories"][0] for c in (files["DS-1194_CL"], ours))
        assert mine.keys() == theirs.keys()
        assert mine["items"][0].keys() == theirs["items"][0].keys()
        assert (
            ours["fields"]["comment"]["comments"][0].keys() == files["DS-1194_Comment"]["comments"][0].keys()
        )


class TestCloudSearch:
    def test_gives_ids_alone_unless_asked_and_no_total(self) -> None:
        company, issue = rich()
        with cloud(company) as site:
            body = get(site, "3/search/jql", jql=f"id = {issue}").json()
        assert body == {"issues": [{"id": issue}], "isLast": True}

    def test_caps_pages_by_what_is_asked_for(self) -> None:
        company = JiraCompany()
        made = [company.create("PAY", "Task", f"No. {i}") for i in range(205)]
        with cloud(company) as site:
            assert [len(p["issues"]) for p in pages(site, fields="summary", maxResults=1000)] == [100, 100, 5]
            assert [len(p["issues"]) for p in pages(site, fields="key", maxResults=1000)] == [205]
            assert found(site, jql="project = PAY ORDER BY id", maxResults=100) == made

    def test_cuts_changelogs_at_40_newest_first_and_comments_at_20(self) -> None:
        company, issue = busy()
        with cloud(company) as site:
            (page,) = pages(site, fields="*all", expand="changelog")
            log, comment = page["issues"][0]["changelog"], page["issues"][0]["fields"]["comment"]
            assert (log["total"], len(log["histories"]), log["histories"][0]["items"][0]["toString"]) == (
                45,
                40,
                "44",
            )
            assert (comment["total"], len(comment["comments"])) == (25, 20)
            rest = get(site, f"3/issue/{issue}/comment", startAt=20).json()
            assert [c["id"] for c in rest["comments"]] == list(company.issues[issue].comments)[20:]

    def test_refuses_unbounded_queries_and_points_away_from_the_old_search(self) -> None:
        with cloud(JiraCompany()) as site:
            assert get(site, "3/search/jql", jql="ORDER BY updated").status_code == 400
            assert post(site, "3/search/jql", jql=ALL, startAt=0).status_code == 400
            assert get(site, "3/search", jql=ALL).status_code == 410

    def test_sees_an_edit_late_unless_reconciled(self) -> None:
        company = JiraCompany()
        old = company.create("PAY", "Story", "Old")
        company.tick(60)
        since = int(company.now.timestamp() * 1000)
        with cloud(company, lag=10) as site:
            company.edit(old, "title", "New")
            fresh = company.create("PAY", "Story", "Fresh")
            jql = f"updated >= {since} ORDER BY id"
            assert found(site, jql=jql) == []
            assert found(site, jql=jql, reconcileIssues=[old, fresh]) == [old, fresh]
            company.tick(10)
            assert found(site, jql=jql) == [old, fresh]

    def test_keeps_reconciled_ids_and_query_with_the_page_token(self) -> None:
        company = JiraCompany()
        ids = [company.create("PAY", "Story", str(i)) for i in range(3)]
        with cloud(company) as site:
            first = get(site, "3/search/jql", jql=ALL, maxResults=1, reconcileIssues=ids[0]).json()
            token = {"nextPageToken": first["nextPageToken"], "maxResults": 1}
            assert get(site, "3/search/jql", jql=ALL, **token).status_code == 400
            assert get(site, "3/search/jql", jql=ALL, reconcileIssues=ids[0], **token).status_code == 200
            assert get(site, "3/search/jql", jql="id > 1", **token).status_code == 400
            many = ",".join(str(10_000 + i) for i in range(51))
            assert get(site, "3/search/jql", jql=ALL, reconcileIssues=many).status_code == 400

    @pytest.mark.parametrize(("paging", "lost"), [("offset", 1), ("cursor", 0)])
    def test_pages_shift_under_an_edit_where_tokens_are_offsets(self, paging: str, lost: int) -> None:
        company = JiraCompany()
        ids = [(company.create("PAY", "Story", str(i)), company.tick())[0] for i in range(4)]
        with cloud(company, paging=paging) as site:
            site.before = lambda number, _: company.edit(ids[0], "title", "x") if number == 2 else None
            seen = found(site, maxResults=2)
        assert len(set(ids) - set(seen)) == lost


class TestCloudTopUps:
    def test_bulk_changelogs_are_whole_oldest_first_and_paged(self) -> None:
        company, issue = busy()
        other = company.create("WEB", "Story", "Other")
        company.edit(other, "title", "Another")
        rows: list[str] = []
        with cloud(company) as site:
            body: Json = {"issueIdsOrKeys": [issue, "WEB-1", "NO-1"], "maxResults": 20}
            while True:
                page = post(site, "3/changelog/bulkfetch", **body).json()
                rows += [h["id"] for log in page["issueChangeLogs"] for h in log["changeHistories"]]
                if "nextPageToken" not in page:
                    break
                body["nextPageToken"] = page["nextPageToken"]
            assert len(site.hits) == 3
            assert rows == [h[0] for h in [*company.history(issue), *company.history(other)]]
            one = {"issueIdsOrKeys": [issue]}
            assert post(site, "3/changelog/bulkfetch", issueIdsOrKeys=["1"] * 1001).status_code == 400
            assert post(site, "3/changelog/bulkfetch", **one, fieldIds=["f"] * 11).status_code == 400
            none = post(site, "3/changelog/bulkfetch", **one, fieldIds=["summary"])
            assert none.json() == {"issueChangeLogs": []}

    def test_changelog_of_one_issue_is_paged_by_100(self) -> None:
        company, issue = busy(histories=103, comments=0)
        with cloud(company) as site:
            first = get(site, f"3/issue/{issue}/changelog").json()
            assert (len(first["values"]), first["isLast"], first["total"]) == (100, False, 103)
            second = requests.get(first["nextPage"], timeout=5).json()
            assert (len(second["values"]), second["isLast"]) == (3, True)

    def test_bulk_issues_follow_moves_and_leave_out_what_is_not_to_be_seen(self) -> None:
        company = JiraCompany()
        moved, hidden = company.create("PAY", "Story", "Moved"), company.create("PAY", "Story", "Hidden")
        company.move(moved, "WEB")
        company.hide(hidden)
        with cloud(company) as site:
            body = post(site, "3/issue/bulkfetch", issueIdsOrKeys=["PAY-1", hidden, "1"], fields=["summary"])
            assert [(i["id"], i["key"]) for i in body.json()["issues"]] == [(moved, "WEB-1")]
            assert body.json()["issueErrors"] == []


class TestComingAndGoing:
    def test_a_moved_issue_keeps_its_id_and_answers_to_its_old_key(self) -> None:
        company = JiraCompany()
        issue = company.create("PAY", "Story", "Moved")
        assert company.move(issue, "WEB") == "WEB-1"
        with cloud(company) as site:
            shown = get(site, "3/issue/pay-1", expand="changelog").json()
            assert (shown["id"], shown["key"]) == (issue, "WEB-1")
            items = shown["changelog"]["histories"][0]["items"]
            assert [(i["field"], i["fromString"], i["toString"]) for i in items] == [
                ("project", "Payments", "Web shop"),
                ("Key", "PAY-1", "WEB-1"),
            ]
            assert found(site, jql="key = PAY-1") == [issue]

    def test_deleted_and_hidden_ones_vanish_and_come_back(self) -> None:
        company = JiraCompany()
        kept, gone = company.create("PAY", "Story", "Kept"), company.create("WEB", "Story", "Gone")
        company.link(kept, gone)
        with cloud(company) as site:
            for take, give in (
                (company.delete, company.restore),
                (company.hide, company.show),
                (lambda _: company.hide_project("WEB"), lambda _: company.show_project("WEB")),
            ):
                take(gone)
                assert found(site) == [kept]
                assert company.visible() == {kept}
                assert get(site, f"3/issue/{gone}").status_code == 404
                assert company.present(kept)["links"] == set()
                give(gone)
                assert set(found(site)) == company.visible() == {kept, gone}

    def test_a_deletion_is_logged_by_what_pointed_to_it(self) -> None:
        company = JiraCompany()
        epic = company.create("PAY", "Epic", "Epic")
        child = company.create("PAY", "Story", "Child", parent=epic)
        company.link(child, epic)
        company.tick()
        company.delete(epic)
        assert [row[2:] for row in company.history(child)[1:]] == [
            ("Link", "This issue blocks PAY-1", None),
            ("IssueParentAssociation", "PAY-1", None),
        ]
        assert company.issues[child].updated == company.now
        assert company.present(child)["parent"] is None

    def test_silent_edits_leave_no_trace(self) -> None:
        company, issue = rich()
        before, updated = company.history(issue), company.issues[issue].updated
        company.tick()
        company.rename_option("intent", "Growth", "Expansion")
        company.rename_status("Done", "Fertig")
        company.rename_field("customers", "Kunden")
        company.change_field_id("points", 19999)
        company.delete_version("1.0")
        company.silent(issue, "note", "hush", touch=False)
        now = company.present(issue)
        assert (now["intent"], now["status"], now["note"], now["fix_versions"]) == (
            "Expansion", "Fertig", "hush", set(),
        )  # fmt: skip
        assert (company.history(issue), company.issues[issue].updated) == (before, updated)
        with cloud(company) as site:
            fields = {f["name"]: f["id"] for f in get(site, "3/field").json()}
            assert (fields["Kunden"], fields["Story Points"]) == ("customfield_10102", "customfield_19999")
            assert get(site, f"3/issue/{issue}").json()["fields"]["customfield_19999"] == 2.5


class TestQueries:
    def test_epoch_milliseconds_are_exact_and_quoted_dates_are_minutes_in_the_account_s_zone(self) -> None:
        company = JiraCompany(datetime(2026, 1, 5, 9, 0, 30, 500_000, tzinfo=UTC))
        issue = company.create("PAY", "Story", "At 10:00:30.5 in Berlin")
        ms = int(company.now.timestamp() * 1000)
        with cloud(company, timezone="Europe/Berlin") as site:
            for jql, hit in (
                (f"updated >= {ms}", True),
                (f"updated > {ms}", False),
                ('updated >= "2026-01-05 10:00"', True),
                ('updated >= "2026-01-05 10:01"', False),
                ("updated <= '2026/01/05 10:00'", False),
                ('updated >= "2026-01-05 09:30" AND updated < "2026-01-06"', True),
            ):
                assert found(site, jql=jql) == ([issue] if hit else []), jql
            assert get(site, f"3/issue/{issue}").json()["fields"]["updated"] == "2026-01-05T10:00:30.500+0100"

    def test_the_night_of_the_clock_change_has_an_hour_twice(self) -> None:
        company = JiraCompany(datetime(2025, 10, 26, 0, 30, tzinfo=UTC))  # 02:30 in Berlin
        first = company.create("PAY", "Story", "First")
        company.tick(3600)  # 02:30 in Berlin, again
        second = company.create("PAY", "Story", "Second")
        with cloud(company, timezone="Europe/Berlin") as site:
            assert found(site, jql='updated >= "2025-10-26 02:30" ORDER BY id') == [first, second]
            assert found(site, jql='updated >= "2025-10-26 03:00"') == []

    def test_fields_combine_and_order(self) -> None:
        company, issue = rich()
        with cloud(company) as site:
            for jql, keys in (
                ("project in (PAY, WEB) AND labels = mobile", ["PAY-2"]),
                ("project = PAY AND NOT labels = mobile ORDER BY key DESC", ["PAY-3", "PAY-1"]),
                ("labels != mobile", []),
                ("labels is EMPTY and (issuetype = Epos or type = Sub-task) ORDER BY id", ["PAY-1", "PAY-3"]),
                ("Customers = globex", ["PAY-2"]),
                (f"id in ({issue}, PAY-1) ORDER BY created, id DESC", ["PAY-2", "PAY-1"]),
            ):
                shown = get(site, "3/search/jql", jql=jql, fields="key").json()["issues"]
                assert [i["key"] for i in shown] == keys, jql

    def test_a_reserved_word_must_be_quoted_and_a_project_must_exist(self) -> None:
        company = JiraCompany()
        issue = company.create("INT", "Story", "A project called INT")
        with cloud(company) as site:
            answer = get(site, "3/search/jql", jql="project = INT")
            assert answer.status_code == 400
            assert "reserved JQL word" in answer.json()["errorMessages"][0]
            assert found(site, jql='project = "INT"') == [issue]
            company.hide_project("INT")
            assert get(site, "3/search/jql", jql='project = "INT"').status_code == 400


class TestDataCenter:
    def test_gives_everything_inline_oldest_first(self) -> None:
        company, issue = busy()
        with dc(company) as site:
            body = get(site, "2/search", jql=ALL, fields="*all", expand="changelog").json()
            log = body["issues"][0]["changelog"]
            assert (body["total"], body["startAt"]) == (1, 0)
            assert [h["id"] for h in log["histories"]] == [row[0] for row in company.history(issue)]
            assert len(body["issues"][0]["fields"]["comment"]["comments"]) == 25
            assert "comment" not in get(site, "2/search", jql=ALL).json()["issues"][0]["fields"]

    def test_may_cut_old_changelogs_or_show_none(self) -> None:
        company, issue = busy()
        with dc(company, old_changelog_cut=30) as site:
            log = get(site, f"2/issue/{issue}", expand="changelog").json()["changelog"]
            assert (log["total"], len(log["histories"])) == (45, 30)
        with dc(company, changelog_allowed=False) as site:
            assert "changelog" not in get(site, f"2/issue/{issue}", expand="changelog").json()

    def test_pages_by_offset_up_to_its_cap(self) -> None:
        company = JiraCompany()
        ids = [company.create("PAY", "Story", str(i)) for i in range(7)]
        with dc(company, page_cap=5) as site:
            first, second = (
                get(site, "2/search", jql="project = PAY ORDER BY id", maxResults=1000, startAt=at).json()
                for at in (0, 5)
            )
            assert (first["maxResults"], first["total"]) == (5, 7)
            assert [i["id"] for i in first["issues"] + second["issues"]] == ids

    def test_knows_epics_by_their_link_and_sprints_by_their_strings(self) -> None:
        company, issue = rich()
        with dc(company) as site:
            shown = get(site, f"2/issue/{issue}", expand="changelog").json()
            fields = shown["fields"]
            assert fields["customfield_10014"] == "PAY-1"
            assert "parent" not in fields
            assert "hierarchyLevel" not in fields["issuetype"]
            assert fields["customfield_10020"][0].startswith(
                "com.atlassian.greenhopper.service.sprint.Sprint@"
            )
            assert fields["assignee"]["key"] == "JIRAUSER10101"
            logged = {i["field"]: i for h in shown["changelog"]["histories"] for i in h["items"]}
            assert logged["Epic Link"]["toString"] == "PAY-1"
            assert logged["assignee"]["to"] == "JIRAUSER10101"
            sub_task = get(site, "2/issue/PAY-3").json()["fields"]
            assert sub_task["parent"]["key"] == "PAY-2"
            schema = {f["name"]: f["schema"] for f in get(site, "2/field").json()}
            assert schema["Epic Link"]["custom"] == "com.pyxis.greenhopper.jira:gh-epic-link"

    def test_refuses_unknown_ids_unless_told_not_to_validate(self) -> None:
        company = JiraCompany()
        issue = company.create("PAY", "Story", "Known")
        with dc(company) as site:
            jql = f"id in ({issue}, 99999)"
            assert get(site, "2/search", jql=jql).status_code == 400
            for lenient in ("false", "none", "warn"):
                assert get(site, "2/search", jql=jql, validateQuery=lenient).json()["total"] == 1

    def test_lacks_what_only_cloud_has(self) -> None:
        with dc(JiraCompany()) as site:
            assert post(site, "2/issue/bulkfetch", issueIdsOrKeys=["1"]).status_code == 404
            assert get(site, "2/search/jql", jql=ALL).status_code == 404
            assert get(site, "3/serverInfo").status_code == 404
            assert get(site, "2/serverInfo").json()["deploymentType"] == "Server"


class TestAccess:
    def test_a_wrong_token_is_401_and_server_info_is_public(self) -> None:
        company = JiraCompany()
        with cloud(company, token="right", user="ada@acme.example") as site:
            url = f"{site.url}/rest/api/3/"
            for auth, status in (
                (("ada@acme.example", "right"), 200),
                (("ada@acme.example", "wrong"), 401),
                (("eve@acme.example", "right"), 401),
                (None, 401),
            ):
                assert requests.get(url + "myself", auth=auth, timeout=5).status_code == status
            assert requests.get(url + "serverInfo", timeout=5).status_code == 200

    def test_a_scoped_token_works_behind_the_gateway_alone(self) -> None:
        with cloud(JiraCompany(), scoped=True) as site:
            cloud_id = requests.get(f"{site.url}/_edge/tenant_info", timeout=5).json()["cloudId"]
            assert cloud_id == CLOUD_ID
            assert get(site, "3/myself").status_code == 401
            address = f"{site.url}/ex/jira/{cloud_id}/rest/api/3/myself"
            assert requests.get(address, timeout=5).status_code == 200

    def test_changelogs_may_be_out_of_reach(self) -> None:
        company, issue = rich()
        with cloud(company, browse_only=True) as site:
            assert "changelog" not in get(site, f"3/issue/{issue}", expand="changelog").json()
            bulk = post(site, "3/changelog/bulkfetch", issueIdsOrKeys=[issue]).json()
            assert bulk == {"issueChangeLogs": []}

    def test_the_rate_limit_counts_down_and_ends_with_its_window(self) -> None:
        company = JiraCompany()
        with cloud(company, rate=2) as site:
            left = [get(site, "3/field").headers["X-RateLimit-Remaining"] for _ in range(2)]
            refused = get(site, "3/field")
            assert (left, refused.status_code) == (["1", "0"], 429)
            company.tick(int(refused.headers["Retry-After"]))
            assert get(site, "3/field").status_code == 200

    def test_the_clock_is_the_company_s(self) -> None:
        with cloud(JiraCompany()) as site:
            assert get(site, "3/serverInfo").headers["Date"] == "Mon, 05 Jan 2026 09:00:00 GMT"

    def test_a_deleted_user_leaves_no_author(self) -> None:
        company, issue = rich()
        company.delete_user("acc-ada")
        for null_authors, authors in ((False, "absent"), (True, None)):
            company.null_authors = null_authors
            with cloud(company) as site:
                log = get(site, f"3/issue/{issue}", expand="changelog").json()["changelog"]
            assert {h.get("author", "absent") for h in log["histories"]} == {authors}

    def test_spoilt_records_come_as_they_were_spoilt(self) -> None:
        company, issue = rich()
        company.spoil(issue, "summary", ...)
        company.spoil(issue, "updated", "yesterday")
        company.spoil_history(issue, company.history(issue)[0][0], created="soon", items=None)
        with dc(company) as site:
            shown = get(site, f"2/issue/{issue}", expand="changelog").json()
        assert "summary" not in shown["fields"]
        assert shown["fields"]["updated"] == "yesterday"
        assert shown["changelog"]["histories"][0]["items"] is None


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
def test_present_and_history_say_what_is_served(face: type[CloudFace | DataCenterFace]) -> None:
    company, issue = rich()
    seen = face(company)
    with running(seen) as site:
        shown = get(site, f"2/issue/{issue}", expand="changelog").json()
    fields, expected = shown["fields"], seen.present(issue, texts="wiki")
    histories = sorted(shown["changelog"]["histories"], key=lambda h: int(h["id"]))
    assert seen.history(issue) == [
        (h["id"], n, i["field"], i["fromString"], i["toString"])
        for h in histories
        for n, i in enumerate(h["items"])
    ]
    assert (shown["key"], fields["summary"]) == (expected["key"], expected["title"])
    assert fields["assignee"]["accountId" if seen.cloud else "key"] == expected["assignee"]
    assert {v["name"] for v in fields["components"]} == expected["components"] == {"Web", "Core"}
    assert {v["value"] for v in fields["customfield_10102"]} == expected["customers"]
    assert fields["customfield_10101"]["value"] == expected["intent"]
    assert fields["customfield_10016"] == expected["points"] == 2.5
    assert fields["customfield_10014"] == expected["parent"]
    assert fields["description"] == expected["description"]
    assert {c["id"]: c["body"] for c in fields["comment"]["comments"]} == expected["comments"]
    assert expected["links"] == {("relates to", "PAY-1")}
    assert seen.present(issue)["description"] == "See the plan, @Ben.\nSoon.\none\ntwo"


class TestLoads:
    def test_the_standard_load_is_that_of_the_design(self) -> None:
        issues = standard_jira().issues.values()
        assert len(issues) == 1000
        assert sum(len(issue.histories) for issue in issues) == 12_500
        assert sum(len(issue.comments) for issue in issues) == 4_350
        times = sorted(issue.updated for issue in issues)
        gaps = [later - sooner for sooner, later in pairwise(times)]
        assert min(gaps) >= timedelta(minutes=2)
        assert any(issue.links for issue in issues)
        assert any(issue.former_keys for issue in issues)
        assert any(issue.values.get("parent") for issue in issues)

    @needs_contracts
    def test_the_big_jira_answers_from_the_middle_as_fast_as_from_the_start(self) -> None:
        big = BigJira(100_000)
        with running(big) as site:
            since = int(big.updated(99_990).timestamp() * 1000)
            everything = {"fields": "*all", "expand": "changelog", "maxResults": 100}
            body = get(site, "3/search/jql", jql=f"updated >= {since} ORDER BY updated", **everything).json()
            assert [i["id"] for i in body["issues"]] == [big.issue_id(n) for n in range(99_990, 100_000)]
            assert check_answer("jira-cloud", "GET", "/rest/api/3/search/jql", 200, body) == []
            page = get(site, "3/search/jql", jql=ALL, nextPageToken="50000", **everything).json()
            assert [i["changelog"]["total"] for i in page["issues"][:20]].count(60) == 1
            busy_ones = [big.issue_id(n) for n in range(50_000, 50_100) if is_busy(n)]
            logs = post(site, "3/changelog/bulkfetch", issueIdsOrKeys=busy_ones).json()
            assert [len(log["changeHistories"]) for log in logs["issueChangeLogs"]] == [60] * 5
            ids = [h["id"] for log in logs["issueChangeLogs"] for h in log["changeHistories"]]
            assert len(set(ids)) == 300
            comments = get(site, f"3/issue/{busy_ones[0]}/comment").json()
            assert comments["total"] == len(comments["comments"]) == 30


class TestServer:
    def test_counts_hits_calls_the_hook_and_overlaps_slow_answers(self) -> None:
        company, issue = rich()
        face: Face = CloudFace(company)
        with running(face, latency=0.2) as site, ThreadPoolExecutor(8) as pool:
            site.before = lambda number, request: company.edit(issue, "points", number)
            start = time.monotonic()
            shown = list(pool.map(lambda _: get(site, "3/issue/PAY-2", fields="summary"), range(8)))
            assert time.monotonic() - start < 0.9
            assert site.requests == len(shown) == len(site.hits) == 8
            hit = site.hits[0]
            assert (hit.method, hit.path, hit.query, hit.status) == (
                "GET", "/rest/api/3/issue/PAY-2", {"fields": ["summary"]}, 200,
            )  # fmt: skip
            assert hit.bytes_out > len(shown[0].content)
            site.reset()
            assert site.requests == 0

    def test_puts_its_own_address_in_place_of_the_origin(self) -> None:
        company, issue = rich()
        with cloud(company) as site:
            text = get(site, f"3/issue/{issue}").text
        assert "acme.atlassian.net" not in text
        assert f"{site.url}/rest/api/3/issue/{issue}" in text

    def test_can_live_below_a_prefix(self) -> None:
        with running(CloudFace(JiraCompany()), prefix="/jira") as site:
            assert site.url.endswith("/jira")
            assert get(site, "3/serverInfo").json()["baseUrl"] == site.url


def outcome(site: Running, deadline: float = 0.25) -> str:
    """What a simple client makes of an answer: "fine", or what is wrong with it."""
    start = time.monotonic()
    try:
        url = f"{site.url}/rest/api/3/issue/PAY-2"
        with requests.get(url, timeout=deadline, allow_redirects=False, stream=True) as answer:
            content = b""
            while chunk := answer.raw.read1(1 << 16):
                content += chunk
                if time.monotonic() - start > deadline:
                    return "too slow"
            if time.monotonic() - start > deadline:
                return "too slow"
        if answer.status_code != 200:
            return str(answer.status_code)
        body = json.loads(content)
    except (requests.RequestException, ProtocolError) as error:
        return type(error).__name__
    except ValueError:
        return "no JSON"
    return "fine" if isinstance(body, dict) and body.get("key") == "PAY-2" else "no issue"


class TestFaults:
    OUTCOMES = {  # noqa: RUF012
        "reset before the answer": "ConnectionError",
        "reset in mid-body": "ProtocolError",
        "truncated body": "ProtocolError",
        "short JSON": "no JSON",
        "invalid JSON": "no JSON",
        "HTML login page": "no JSON",
        "empty 200": "no JSON",
        "stalled": "ReadTimeout",
        "drip": "too slow",
        "drip of headers": "ReadTimeout",
        "link to another host": "fine",
        "huge body": "fine",
    }

    @pytest.mark.parametrize("name", faults.ALL)
    def test_spoils_one_answer_and_no_other(self, name: str) -> None:
        company, _ = rich()
        quick = {"drip": faults.drip(interval=0.02), "drip of headers": faults.drip_headers(interval=0.3)}
        with cloud(company) as site:
            site.faults = {2: quick.get(name, faults.ALL[name])}
            # Only what never ends in time has to be waited for; a busy machine may take long for the rest.
            patience = 0.25 if name in ("stalled", "drip", "drip of headers") else 20
            first, second, third = outcome(site, 20), outcome(site, patience), outcome(site, 20)
        default = name[:3] if name[:3].isdigit() else "no issue"
        assert (first, second, third) == ("fine", self.OUTCOMES.get(name, default), "fine")

    def test_groups_are_disjoint(self) -> None:
        assert faults.PASSING.keys() & faults.FINAL.keys() == set()
        assert faults.PASSING.keys() | faults.FINAL.keys() < faults.ALL.keys()

    def test_redirects_point_where_they_say(self) -> None:
        company, _ = rich()
        for fault, host in (("301 to another host", faults.ELSEWHERE), ("301 to another path", "")):
            with cloud(company) as site:
                site.faults = {1: faults.ALL[fault]}
                url = f"{site.url}/rest/api/3/issue/PAY-2?fields=summary"
                target = requests.get(url, timeout=5, allow_redirects=False).headers["Location"]
                assert target.startswith(host or site.url)
                if not host:
                    assert requests.get(target, timeout=5).json()["key"] == "PAY-2"

    def test_retry_after_comes_in_every_form(self) -> None:
        with cloud(JiraCompany()) as site:
            given = {}
            for name in (n for n in faults.ALL if n.startswith("429")):
                site.reset()
                site.faults = {1: faults.ALL[name]}
                given[name] = get(site, "3/field").headers.get("Retry-After")
        assert given == {
            "429 with seconds": "1",
            "429 with a date": "Mon, 05 Jan 2026 09:00:01 GMT",
            "429 with 1.5": "1.5",
            "429 without header": None,
            "429 for a day": "86400",
        }

    def test_always_spoils_every_answer_from_a_number_on(self) -> None:
        with cloud(JiraCompany()) as site:
            site.faults = faults.Always(faults.ALL["502"], start=2)
            assert [get(site, "3/field").status_code for _ in range(3)] == [200, 502, 502]

    def test_a_stalled_answer_ends_with_the_server(self) -> None:
        with cloud(JiraCompany()) as site:
            site.faults = {1: faults.stalled(seconds=60)}
            thread = threading.Thread(target=outcome, args=(site, 30))
            thread.start()
            while not site.hits:
                time.sleep(0.01)
        thread.join(2)
        assert not thread.is_alive()


DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hello"}]}],
}


@needs_contracts
@pytest.mark.parametrize(
    ("face", "contract", "version", "body"),
    [(CloudFace, "jira-cloud", 3, DOCUMENT), (DataCenterFace, "jira-dc", 2, "Hello")],
)
def test_writes_keep_to_the_contract(face: type[Face], contract: str, version: int, body: Any) -> None:
    company = JiraCompany()
    number = company.create("PAY", "Epic", "One")
    stranger = company.comment(number, "Not ours", by="acc-ben")
    with running(face(company)) as site:
        at = f"{site.url}/rest/api/{version}/issue/{number}"
        labels = {"update": {"labels": [{"add": "needs-intent"}]}}
        assert requests.put(at, json=labels, timeout=5).status_code == 204
        said = requests.post(f"{at}/comment", json={"body": body}, timeout=5)
        mine = said.json()["id"]
        edited = requests.put(f"{at}/comment/{mine}", json={"body": body}, timeout=5)
        refused = requests.put(f"{at}/comment/{stranger}", json={"body": body}, timeout=5)
        assert (said.status_code, edited.status_code, refused.status_code) == (201, 200, 400)
        assert said.json()["body"] == body
        bad = {"update": {"labels": [{"add": "with space"}]}}
        assert requests.put(at, json=bad, timeout=5).status_code == 400
        path = f"/rest/api/{version}/issue/1/comment"
        assert check_answer(contract, "POST", path, 201, said.json()) == []
        assert check_hits(contract, site.hits) == []
    assert company.issues[number].values["labels"] == ["needs-intent"]
