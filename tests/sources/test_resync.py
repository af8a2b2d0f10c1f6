"""Editing the trackers and syncing again and again: the log always folds to what they show."""

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from tracker_sync.config import GithubConfig, JiraConfig
from tracker_sync.demo.company import company
from tracker_sync.demo.tracker_server import serving
from tracker_sync.items import fold
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources import Source, open_source
from tracker_sync.sync import sync

some_seeds = pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 4))]
)


def settle(source: Source, log: SqliteLog) -> int:
    """Sync until nothing is new; the second sync has to be that."""
    first = sync(source, log, now=1)
    assert first.skipped == []
    assert sync(source, log, now=2).new == 0
    return first.new


def later(text: str, n: int) -> str:
    """A time after everything in the demo."""
    return f"2026-12-{1 + n % 28:02}T0{n // 28}:00:00" + text[19:]


@some_seeds
def test_jira_edits_logged_or_not_are_in_the_log(seed: int, tmp_path: Path) -> None:
    site, rng = copy.deepcopy(company().jira), random.Random(seed)
    site.issues = list(site.issues)[:60]
    log = SqliteLog(tmp_path / "log.db", write=True)
    with serving(site) as (url,):
        source = open_source(
            JiraConfig(name="j", url=url, jql="project in (PLAN, FIELD)", allow_http=True), {}
        )
        settle(source, log)
        for n in range(12):
            issue: dict[str, Any] = rng.choice(site.issues)
            fields = issue["fields"]
            at = later(fields["updated"], n)
            old, new = fields["summary"], f"Title {seed}.{n}"
            if rng.random() < 0.5:  # Jira logs it
                histories = issue["changelog"]["histories"]
                item = {"field": "summary", "fieldId": "summary", "fieldtype": "jira",
                        "from": None, "fromString": old, "to": None, "toString": new}  # fmt: skip
                histories.append({"id": str(900_000 + n), "author": None, "created": at, "items": [item]})
                issue["changelog"]["total"] = len(histories)
            fields["summary"] = new
            fields["labels"] = rng.sample(["a", "b", "c"], rng.randint(0, 3))
            fields["customfield_10502"] = rng.choice([None, [{"id": "1", "value": "Acme"}]])
            fields["assignee"] = rng.choice([None, fields["reporter"]])
            fields["updated"] = at
            assert settle(source, log) > 0
            item_now = next(i for i in fold(log.read()).items.values() if i.id == issue["id"])
            assert item_now.title == new
            assert item_now.many("labels") == sorted(fields["labels"])
            assert item_now.many("customfield_10502") == (["Acme"] if fields["customfield_10502"] else [])
            assert item_now.one("assignee") == (fields["assignee"] or {}).get("accountId")
    assert log.verify()[1] is None


@some_seeds
def test_github_edits_logged_or_not_are_in_the_log(seed: int, tmp_path: Path) -> None:
    site, rng = copy.deepcopy(company().github), random.Random(seed)
    (repo, records), *_ = site.repos.items()
    log = SqliteLog(tmp_path / "log.db", write=True)
    with serving(site) as (url,):
        source = open_source(GithubConfig(name="g", url=url, repos=[repo], allow_http=True), {})
        settle(source, log)
        issues = [r for r in records if "pull_request" not in r["issue"]]
        for n in range(12):
            record: dict[str, Any] = rng.choice(issues)
            issue = record["issue"]
            at = later(issue["updated_at"], n)
            closing = issue["state"] == "open"
            kind = "closed" if closing else "reopened"
            reason = rng.choice(["completed", "not_planned"]) if closing else None
            event = {"id": 9_000_000 + n, "event": kind, "actor": None, "created_at": at}
            record["timeline"].append(event | ({"state_reason": reason} if rng.random() < 0.5 else {}))
            issue["state"], issue["state_reason"] = "closed" if closing else "open", reason or "reopened"
            issue["labels"] = [{"name": v} for v in rng.sample(["x", "y"], rng.randint(0, 2))]
            issue["milestone"] = rng.choice([None, {"title": "1.0"}, {"title": "2.0"}])
            comments = [e for e in record["timeline"] if e["event"] == "commented"]
            if comments:
                record["timeline"].remove(rng.choice(comments))
            issue["updated_at"] = at
            assert settle(source, log) > 0
            item = next(i for i in fold(log.read()).items.values() if i.id == str(issue["id"]))
            assert next(iter(item.state["status"])) == issue["state"]
            assert item.one("resolution") == reason
            assert item.many("labels") == sorted(la["name"] for la in issue["labels"])
            assert item.one("milestone") == (issue["milestone"] or {}).get("title")
            assert len(item.state.get("comment", {})) == max(len(comments) - 1, 0)
    assert log.verify()[1] is None
