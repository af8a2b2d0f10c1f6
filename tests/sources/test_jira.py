"""What a Jira says of its issues is what the log says of them."""

from typing import Any

import pytest
from builders import (
    ADA,
    DONE,
    OPEN,
    Front,
    change,
    day,
    fronted,
    jira_comment,
    jira_issue,
    jira_site,
    micros,
)  # fmt: skip
from conftest import Desk

from tracker_sync.demo.tracker_server import JiraSite, serving
from tracker_sync.events import Added, Changed, Commented, Moved, Opened

both = pytest.mark.parametrize("deployment", ["Cloud", "Server"])


def synced(desk: Desk, site: JiraSite, code: int = 0) -> str:
    """One pass over the site; gives what was said on stderr."""
    with serving(site) as [url]:
        desk.jira(url)
        return desk.sync(code).err


def opening(desk: Desk, item: str = "10001") -> dict[str, list[str]]:
    """The values that an item was created with."""
    found: dict[str, list[str]] = {}
    for e in desk.events():
        if isinstance(e, Added) and e.id.startswith(f"{item}:0."):
            found.setdefault(e.attr, []).append(e.val)
    return found


@both
def test_opening_title_is_the_one_before_the_first_rename(desk: Desk, deployment: str) -> None:
    renames = [
        change(1, 1, "summary", "PDF", "Export"), change(2, 2, "summary", "Export", "Export as PDF")
    ]  # fmt: skip
    synced(desk, jira_site(jira_issue(updated=2, histories=renames), deployment=deployment))
    assert opening(desk)["title"] == ["PDF"]
    assert desk.listed()[0]["title"] == "Export as PDF"
    assert desk.listed("--as-of", day(1)[:10])[0]["title"] == "Export"


def test_label_is_dated_by_its_change_or_by_creation(desk: Desk) -> None:
    labelled = [change(1, 3, "labels", "first", "first later")]
    synced(desk, jira_site(jira_issue(updated=3, labels=["first", "later"], histories=labelled)))
    dated = {e.val: e.ts for e in desk.events() if isinstance(e, Added) and e.attr == "labels"}
    assert dated == {"first": micros(0), "later": micros(3)}


@both
def test_second_sync_brings_nothing(desk: Desk, deployment: str) -> None:
    changed = [change(1, 1, "summary", "PDF", "Export")]
    issue = jira_issue(1, "Export", updated=1, histories=changed, labels=["a"])
    site = jira_site(issue, jira_issue(2), deployment=deployment)
    synced(desk, site)
    before = desk.events()
    synced(desk, site)
    assert desk.events() == before


def test_an_edit_between_syncs_brings_only_the_new_events(desk: Desk) -> None:
    issue = jira_issue(1, "Export")
    site = jira_site(issue, jira_issue(2))
    synced(desk, site)
    before = desk.events()
    issue["changelog"]["histories"] = [change(8, 5, "summary", "Export", "Export as PDF")]
    issue["fields"] |= {"summary": "Export as PDF", "updated": day(5)}
    issue["fields"]["comment"]["comments"] = [jira_comment(3, 4, "please")]
    synced(desk, site)
    assert sorted(e.id for e in desk.events()[len(before) :]) == ["10001:c8.1", "10001:m3"]


def test_an_edit_without_a_changelog_entry_becomes_one_observation(desk: Desk) -> None:
    issue = jira_issue(1, "Export")
    site = jira_site(issue)
    synced(desk, site)
    before = desk.events()
    issue["fields"] |= {"summary": "Export as PDF", "updated": day(5)}
    synced(desk, site)
    [seen] = desk.events()[len(before) :]
    assert isinstance(seen, Changed)
    assert (seen.attr, seen.old, seen.val, seen.ts) == (
        "title", "Export", "Export as PDF", micros(5)
    )  # fmt: skip
    assert ":o" in seen.id
    synced(desk, site)
    assert len(desk.events()) == len(before) + 1


@both
def test_moved_issue_keeps_its_history_and_answers_to_its_old_key(desk: Desk, deployment: str) -> None:
    issue = jira_issue(1, key="OLD-1", updated=1, histories=[change(1, 1, "labels", "", "a")],
                       labels=["a"])  # fmt: skip
    site = jira_site(issue, deployment=deployment)
    synced(desk, site)
    before = desk.events()
    issue["key"] = "PAY-1"
    issue["fields"] |= {"updated": day(2), "project": jira_issue()["fields"]["project"]}
    issue["changelog"]["histories"] += [change(2, 2, "Key", "OLD-1", "PAY-1")]
    synced(desk, site)
    events = desk.events()
    assert events[: len(before)] == before
    assert [e.item for e in events if isinstance(e, Opened)] == ["10001"]
    assert [(e.old, e.val) for e in events if isinstance(e, Moved)] == [("OLD-1", "PAY-1")]
    assert [row["key"] for row in desk.listed()] == ["acme:PAY-1"]
    for key in ("OLD-1", "acme:OLD-1", "PAY-1"):
        assert desk.run("show", key).out.startswith("acme:PAY-1 "), key


def test_an_issue_moved_before_the_first_sync_was_opened_under_its_old_key(desk: Desk) -> None:
    moved = jira_issue(1, updated=2, histories=[change(2, 2, "Key", "OLD-1", "PAY-1")])
    synced(desk, jira_site(moved))
    assert [e.val for e in desk.events() if isinstance(e, Opened)] == ["OLD-1"]
    assert desk.run("show", "OLD-1").code == 0


@both
def test_no_change_or_comment_is_cut_off(desk: Desk, deployment: str) -> None:
    changes = [change(n, n, "summary", f"t{n - 1}", f"t{n}") for n in range(1, 146)]
    comments = [jira_comment(n, n + 0.5, f"c{n}") for n in range(1, 126)]
    issue = jira_issue(1, "t145", updated=145, histories=changes, comments=comments)
    synced(desk, jira_site(issue, deployment=deployment))
    events = desk.events()
    assert [e.val for e in events if isinstance(e, Changed)] == [f"t{n}" for n in range(1, 146)]
    assert [e.val for e in events if isinstance(e, Commented)] == [f"c{n}" for n in range(1, 126)]
    assert opening(desk)["title"] == ["t0"]


@both
@pytest.mark.parametrize(
    "broken",
    [
        {"fields": None},
        {"fields": {"created": "yesterday"}},
        {"fields": {"created": "2026-01-05T09:00:00"}},
        {"fields": {"created": 5}},
        {"fields": {"summary": ["a"]}},
        {"fields": {"status": {"name": "Open"}}},
        {"fields": {"labels": 7}},
        {"fields": {"summary": ...}},
        {"fields": {"updated": None}},
        {"changelog": {"histories": [{"id": "1", "created": day(1), "items": [{}]}]}},
        {"changelog": {"histories": [None]}},
    ],
    ids=str,
)
def test_an_unreadable_issue_is_set_aside_and_the_others_are_there(
    desk: Desk, deployment: str, broken: dict[str, Any]
) -> None:
    def spoil(path: str, body: Any) -> Any:
        for issue in body.get("issues", []) if "search" in path else []:
            if issue["key"] == "PAY-2":
                for name, value in broken.items():
                    new = issue[name] | value if isinstance(value, dict) else value
                    issue[name] = new
                if issue["fields"] and issue["fields"].get("summary") is ...:
                    del issue["fields"]["summary"]
        return body

    site = jira_site(jira_issue(1), jira_issue(2), jira_issue(3), deployment=deployment)
    with fronted(Front(site, spoil)) as url:
        desk.jira(url)
        said = desk.sync(5).err
    assert "PAY-2" in said
    assert [row["key"] for row in desk.listed()] == ["acme:PAY-1", "acme:PAY-3"]


def test_people_who_were_deleted_are_no_reason_to_set_an_issue_aside(desk: Desk) -> None:
    entry = change(1, 1, "labels", "", "a") | {"author": None}
    comment = jira_comment(1, 1, "gone") | {"author": None}
    issue = jira_issue(updated=1, creator=None, reporter=None, assignee=None, labels=["a"],
                       histories=[entry], comments=[comment])  # fmt: skip
    synced(desk, jira_site(issue))
    assert {e.actor for e in desk.events() if e.item == "10001"} == {None}


@both
def test_every_page_is_read(desk: Desk, deployment: str) -> None:
    synced(desk, jira_site(*(jira_issue(n) for n in range(1, 251)), deployment=deployment))
    opened = [e.val for e in desk.events() if isinstance(e, Opened)]
    assert sorted(opened) == sorted(f"PAY-{n}" for n in range(1, 251))


def test_an_issue_that_moves_to_the_end_between_two_pages_hides_no_other(desk: Desk) -> None:
    issues = [jira_issue(n, updated=n / 1000) for n in range(1, 251)]
    seen: list[str] = []

    def spoil(path: str, body: Any) -> Any:
        if path.endswith("/search"):
            seen.append(path)
            if len(seen) == 1:
                issues[3]["fields"]["updated"] = day(9)
        return body

    with fronted(Front(jira_site(*issues, deployment="Server"), spoil)) as url:
        desk.jira(url)
        desk.sync()
    opened = {e.val for e in desk.events() if isinstance(e, Opened)}
    assert opened == {f"PAY-{n}" for n in range(1, 251)}


def test_closing_and_reopening_are_both_there(desk: Desk) -> None:
    def went(number: int, at: float, before: dict[str, Any], after: dict[str, Any]) -> Any:
        item = {"field": "status", "fieldId": "status", "from": before["id"], "to": after["id"],
                "fromString": before["name"], "toString": after["name"]}  # fmt: skip
        return {"id": str(number), "created": day(at), "author": ADA, "items": [item]}

    steps = [went(1, 1, OPEN, DONE), went(2, 2, DONE, OPEN)]
    synced(desk, jira_site(jira_issue(updated=2, histories=steps)))
    changed = [(e.val, e.ts) for e in desk.events() if isinstance(e, Changed)]
    assert changed == [("Done", micros(1)), ("Open", micros(2))]
    assert opening(desk)["status"] == ["Open"]
