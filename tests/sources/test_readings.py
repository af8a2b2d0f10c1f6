"""Small readings of tracker data that were once wrong."""

from pathlib import Path
from typing import Any

import pytest

from tracker_sync.events import Added
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources.github_item import Issue
from tracker_sync.sources.github_item import read_issue as read_github
from tracker_sync.sources.jira_fields import Catalogue
from tracker_sync.sources.jira_item import read_issue as read_jira
from tracker_sync.state import rewind

AT = "2026-01-05T09:00:00.000+0000"


@pytest.mark.parametrize(
    "text",
    ["rapidViewId=1,state=ACTIVE,name=Sprint 2,goal=,id=7", "id=7,rapidViewId=1,name=Sprint 2,sequence=7"],
)
def test_an_old_sprint_text_is_its_id_and_name(text: str) -> None:
    value = [f"com.example.Sprint@1f39706[{text}]"]
    assert Catalogue([]).present("customfield_1", value) == [("7", "Sprint 2")]


def test_changes_of_one_moment_are_ordered_by_id() -> None:
    steps = [("3", "b", "c"), ("2", "a", "b")]  # newest first, as Cloud gives them
    histories: list[dict[str, Any]] = [
        {"id": i, "created": AT, "items": [{"field": "summary", "fromString": was, "toString": now}]}
        for i, was, now in steps
    ]
    fields = {"summary": "c", "created": AT, "updated": AT, "comment": {"comments": []}}
    raw = {"id": "1", "key": "A-1", "fields": fields, "changelog": {"histories": histories}}
    one = read_jira(raw, Catalogue([]))
    assert one.present
    assert rewind(one.present.state, one.history)["title"] == {"": "a"}


def test_reopening_does_not_rewrite_the_close() -> None:
    close = {"id": 5, "event": "closed", "created_at": "2026-01-06T09:00:00Z"}
    issue = {
        "id": 1,
        "number": 1,
        "title": "T",
        "labels": [],
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-06T09:00:00Z",
        "state": "closed",
        "state_reason": "completed",
    }
    before = {e.id: e for e in read_github(Issue(issue, "a/b", [close])).history}
    again = close | {"id": 6, "event": "reopened"}
    reopened = issue | {"state": "open", "state_reason": "reopened"}
    after = {e.id: e for e in read_github(Issue(reopened, "a/b", [close, again])).history}
    assert {i: after[i] for i in before.keys() & after.keys()} == {
        i: before[i] for i in before.keys() & after.keys()
    }


def test_an_account_that_was_deleted_rewrites_nothing(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    event = {"id": "1:e1", "item": "1", "ts": 1, "attr": "labels", "key": "x", "val": "x"}
    log.append("g", [Added(**event, actor="7")], now=1)
    again = log.append("g", [Added(**event, actor=None)], now=2)
    assert (again.new, again.seen, again.skipped) == (0, 1, ())
