"""What GitHub says of its issues is what the log says of them."""

from typing import Any

import pytest
from builders import Front, fronted, gh_day, github_issue, github_site, happened, micros
from conftest import Desk

from tracker_sync.demo.tracker_server import GitHubSite, serving
from tracker_sync.events import Added, Changed, Commented, Dropped, Opened


def synced(desk: Desk, site: GitHubSite, code: int = 0) -> str:
    """One pass over the site; gives what was said on stderr."""
    with serving(site) as [url]:
        desk.github(url)
        return desk.sync(code).err


def opening(desk: Desk, item: str = "501") -> dict[str, list[str]]:
    """The values that an item was created with."""
    found: dict[str, list[str]] = {}
    for e in desk.events():
        if isinstance(e, Added) and e.id.startswith(f"{item}:0."):
            found.setdefault(e.attr, []).append(e.val)
    return found


def renamed(number: int, at: float, was: str, to: str) -> Any:
    return happened(number, at, "renamed", rename={"from": was, "to": to})


def labelled(number: int, at: float, name: str, event: str = "labeled") -> Any:
    return happened(number, at, event, label={"name": name, "color": "ff0000"})


def commented(number: int, at: float, body: str) -> Any:
    return happened(number, at, "commented", body=body, updated_at=gh_day(at),
                    user={"id": 7, "login": "ada"})  # fmt: skip


def test_opening_title_is_the_one_before_the_first_rename(desk: Desk) -> None:
    renames = [renamed(1, 1, "PDF", "Export"), renamed(2, 2, "Export", "Export as PDF")]
    synced(desk, github_site(github_issue(updated=2, timeline=renames)))
    assert opening(desk)["title"] == ["PDF"]
    assert desk.listed()[0]["title"] == "Export as PDF"
    assert desk.listed("--as-of", gh_day(1)[:10])[0]["title"] == "Export"


def test_label_is_dated_by_its_change_or_by_creation(desk: Desk) -> None:
    issue = github_issue(updated=3, labels=("first", "later"), timeline=[labelled(1, 3, "later")])
    synced(desk, github_site(issue))
    dated = {e.val: e.ts for e in desk.events() if isinstance(e, Added) and e.attr == "labels"}
    assert dated == {"first": micros(0), "later": micros(3)}


def test_second_sync_brings_nothing(desk: Desk) -> None:
    talk = [commented(1, 1, "please"), labelled(2, 2, "bug")]
    site = github_site(github_issue(updated=2, labels=("bug",), timeline=talk), github_issue(2))
    synced(desk, site)
    before = desk.events()
    synced(desk, site)
    assert desk.events() == before


def test_an_edit_between_syncs_brings_only_the_new_events(desk: Desk) -> None:
    entry = github_issue(1, "Export")
    site = github_site(entry, github_issue(2))
    synced(desk, site)
    before = desk.events()
    entry["timeline"] += [renamed(8, 4, "Export", "Export as PDF"), commented(9, 5, "thanks")]
    entry["issue"] |= {"title": "Export as PDF", "updated_at": gh_day(5)}
    synced(desk, site)
    assert [e.id for e in desk.events()[len(before) :]] == ["501:e8", "501:m9"]


def test_an_edit_without_a_timeline_entry_becomes_one_observation(desk: Desk) -> None:
    entry = github_issue(1, "Export")
    site = github_site(entry)
    synced(desk, site)
    before = desk.events()
    entry["issue"] |= {"title": "Export as PDF", "updated_at": gh_day(5)}
    synced(desk, site)
    [seen] = desk.events()[len(before) :]
    assert isinstance(seen, Changed)
    assert (seen.attr, seen.old, seen.val, seen.ts) == (
        "title", "Export", "Export as PDF", micros(5)
    )  # fmt: skip
    synced(desk, site)
    assert len(desk.events()) == len(before) + 1


def test_a_label_deleted_in_the_repository_is_gone_at_the_next_observation(desk: Desk) -> None:
    entry = github_issue(updated=1, labels=("bug", "ui"), timeline=[labelled(1, 1, "bug")])
    site = github_site(entry)
    synced(desk, site)
    entry["issue"] |= {"labels": [{"id": 1, "name": "ui"}], "updated_at": gh_day(4)}
    synced(desk, site)
    dropped = [(e.attr, e.key, e.ts) for e in desk.events() if isinstance(e, Dropped)]
    assert dropped == [("labels", "bug", micros(4))]


def test_a_label_deleted_before_the_first_sync_was_there_and_is_gone(desk: Desk) -> None:
    synced(desk, github_site(github_issue(updated=1, timeline=[labelled(1, 1, "bug")])))
    steps = [e for e in desk.events() if isinstance(e, Added | Dropped) and e.attr == "labels"]
    assert [(type(e), e.key) for e in steps] == [(Added, "bug"), (Dropped, "bug")]


def test_pull_requests_are_not_items(desk: Desk) -> None:
    pull = github_issue(2, "A pull request", updated=1, pull_request={"url": "x"})
    synced(desk, github_site(github_issue(1), pull))
    assert [row["key"] for row in desk.listed()] == ["web:acme/web#1"]
    assert not any("pull request" in str(e.val) for e in desk.events())


def test_a_page_of_pull_requests_alone_is_no_end(desk: Desk) -> None:
    pulls = [github_issue(n, pull_request={"url": "x"}) for n in range(1, 131)]
    synced(desk, github_site(*pulls, github_issue(200, updated=1)))
    assert [row["key"] for row in desk.listed()] == ["web:acme/web#200"]


def test_closing_and_reopening_are_both_there(desk: Desk) -> None:
    steps = [happened(1, 1, "closed", state_reason="completed"), happened(2, 2, "reopened")]
    entry = github_issue(updated=2, timeline=steps)
    site = github_site(entry)
    synced(desk, site)
    status = [(e.val, e.ts) for e in desk.events() if getattr(e, "attr", "") == "status"
              and isinstance(e, Changed)]  # fmt: skip
    assert status == [("Closed", micros(1)), ("Open", micros(2))]
    assert opening(desk)["status"] == ["Open"]
    entry["timeline"] += [happened(3, 3, "closed", state_reason="not_planned")]
    entry["issue"] |= {
        "state": "closed", "state_reason": "not_planned", "updated_at": gh_day(3)
    }  # fmt: skip
    synced(desk, site)
    last = [(e.attr, e.val) for e in desk.events()[-2:] if isinstance(e, Changed)]
    assert last == [("status", "Closed"), ("resolution", "not_planned")]


def test_every_page_is_read(desk: Desk) -> None:
    synced(desk, github_site(*(github_issue(n) for n in range(1, 131))))
    opened = [e.val for e in desk.events() if isinstance(e, Opened)]
    assert sorted(opened) == sorted(f"acme/web#{n}" for n in range(1, 131))


def test_no_timeline_entry_is_cut_off(desk: Desk) -> None:
    talk = [commented(n, n / 10, f"c{n}") for n in range(1, 251)]
    synced(desk, github_site(github_issue(updated=25, timeline=talk)))
    said = [e.val for e in desk.events() if isinstance(e, Commented)]
    assert said == [f"c{n}" for n in range(1, 251)]


@pytest.mark.parametrize(
    "broken",
    [
        {"title": None}, {"title": ...}, {"title": 5}, {"created_at": "yesterday"},
        {"created_at": None}, {"updated_at": "yesterday"}, {"updated_at": None}, {"state": "ajar"},
        {"labels": None}, {"labels": 7}, {"milestone": 7}, {"id": ...},
    ],
    ids=str,
)  # fmt: skip
def test_an_unreadable_issue_is_set_aside_and_the_others_are_there(
    desk: Desk, broken: dict[str, Any]
) -> None:
    def spoil(path: str, body: Any) -> Any:
        for issue in body if path.endswith("/issues") else []:
            if issue["number"] == 2:
                issue |= broken
                for name in [n for n, value in broken.items() if value is ...]:
                    del issue[name]
        return body

    site = github_site(github_issue(1), github_issue(2), github_issue(3))
    with fronted(Front(site, spoil)) as url:
        desk.github(url)
        said = desk.sync(5).err
    assert "set aside" in said
    assert [row["key"] for row in desk.listed()] == ["web:acme/web#1", "web:acme/web#3"]


@pytest.mark.parametrize("status", [404, 410])
def test_an_issue_that_vanishes_while_it_is_read_hides_no_other(desk: Desk, status: int) -> None:
    gone = "/repos/acme/web/issues/2/timeline"
    site = github_site(github_issue(1), github_issue(2), github_issue(3))
    with fronted(Front(site, status=lambda path: (status, {}) if path == gone else None)) as url:
        desk.github(url)
        desk.sync(5)
    assert [row["key"] for row in desk.listed()] == ["web:acme/web#1", "web:acme/web#3"]


def test_an_unreadable_timeline_sets_its_issue_aside(desk: Desk) -> None:
    broken = happened(1, 1, "labeled", label={"name": "x"}) | {"created_at": "yesterday"}
    said = synced(desk, github_site(github_issue(1, timeline=[broken]), github_issue(2)), code=5)
    assert "set aside 1" in said
    assert [row["key"] for row in desk.listed()] == ["web:acme/web#2"]


def test_unknown_kinds_and_deleted_accounts_are_kept(desk: Desk) -> None:
    strange = happened(1, 1, "teleported", to="Mars") | {"actor": None}
    synced(desk, github_site(github_issue(user=None, updated=1, timeline=[strange])))
    assert [(e.id, e.actor) for e in desk.events() if e.ts == micros(1)] == [("501:e1", None)]
