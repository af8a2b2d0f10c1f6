"""Whatever is done to a Jira and to the syncs, the log is the Jira: its present and its history."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from benches import JiraBench as Bench
from hypothesis import settings
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from machine_common import HUNT, QUICK, SHORT, SLOW, Edit
from machine_jira import MANY, JiraMachine
from msgspec.structs import replace
from simulator.jira import CloudFace, JiraCompany
from simulator.server import Running, running

from tracker_sync.sources import Batch, jira

on_cloud_and_data_center = pytest.mark.parametrize("cloud", [True, False], ids=["cloud", "data center"])
FEW = settings(QUICK, max_examples=10, stateful_step_count=15)


@pytest.fixture
def server(naps: list[float]) -> Iterator[Running]:
    """Each example puts its own company behind it."""
    with running(CloudFace(JiraCompany())) as server:
        yield server


@on_cloud_and_data_center
def test_jira(cloud: bool, server: Running) -> None:
    run_state_machine_as_test(lambda: JiraMachine(server, cloud=cloud), settings=FEW)


@pytest.mark.slow
@on_cloud_and_data_center
def test_jira_at_length(cloud: bool, server: Running) -> None:
    run_state_machine_as_test(lambda: JiraMachine(server, cloud=cloud), settings=SLOW)


# ---- negative controls


class CursorFirst(JiraMachine):
    """A log that commits a page's cursor before its events, and no full sync to put it right."""

    full_sync = crash = fail = burst = edits_meanwhile = edit_and_sync = None

    @rule(edits=MANY)
    def die_and_sync(self, edits: list[Edit]) -> None:
        self.die(edits, full=False, page=2)
        self.sync(fault=None)

    def last_breath(self, append: Any, source: str, events: Any, **how: Any) -> None:
        append(source, (), now=how["now"], cursor=how["cursor"])


class Lagging(JiraMachine):
    """A Cloud whose search always lags behind, and no full sync to put it right."""

    full_sync = crash = fail = edit = die = edits_meanwhile = edit_and_sync = None

    @initialize()
    def start(self) -> None:
        super().start(
            cap=100, inline=(4, 3), lag=45, paging="place", epoch=False, jql="", zone="UTC", many=5, edits=[]
        )

    @rule(edits=MANY)
    def burst_and_sync(self, edits: list[Edit]) -> None:
        self.burst(edits)
        self.sync(fault=None)


def without_an_event(page: Batch) -> Batch:
    """One event of the page is lost."""
    return replace(page, events=page.events[:-1])


@on_cloud_and_data_center
def test_a_source_that_loses_an_event_of_a_page_is_caught(cloud: bool, server: Running) -> None:
    with pytest.raises(AssertionError, match=r"not in the log|observations of|opened with"):
        run_state_machine_as_test(
            lambda: JiraMachine(server, cloud=cloud, spoil=without_an_event), settings=HUNT
        )


@on_cloud_and_data_center
def test_a_cursor_that_is_saved_before_its_page_is_caught(cloud: bool, server: Running) -> None:
    with pytest.raises(AssertionError, match=r"not in the log|and not one of"):
        run_state_machine_as_test(lambda: CursorFirst(server, cloud=cloud), settings=SHORT)


def test_a_sync_without_an_overlap_is_caught(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jira, "OVERLAP_MS", 0)
    with pytest.raises(AssertionError, match=r"not in the log|and not one of"):
        run_state_machine_as_test(lambda: Lagging(server, cloud=True), settings=SHORT)


def test_a_changelog_that_is_cut_inside_its_issue_is_caught(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jira, "_lacks_changes", lambda _: False)
    with pytest.raises(AssertionError, match=r"not in the log|opened with"):
        run_state_machine_as_test(lambda: JiraMachine(server, cloud=True), settings=SHORT)


# ---- what the machine found


@on_cloud_and_data_center
def test_an_edit_made_out_of_sight_is_found_by_a_full_sync(
    cloud: bool, server: Running, tmp_path: Path
) -> None:
    bench = Bench(server, tmp_path, cloud=cloud)
    first, second = bench.many(2)
    bench.sync()
    bench.company.hide(first)
    bench.company.edit(first, "title", "Edited")
    bench.company.tick(3600)
    bench.company.edit(second, "title", "Edited")
    bench.sync()
    bench.company.show(first)
    bench.sync(full=True)
    assert bench.titles() == {"Edited"}


def test_an_edit_that_the_search_does_not_know_of_yet_hides_no_other(server: Running, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, cloud=True, page_cap=3, lag=45)
    for n in range(7):
        bench.company.create("PAY", "Story", f"Issue {n}")
        bench.company.tick(600)
    bench.company.edit(list(bench.company.issues)[2], "title", "Edited")
    bench.sync()
    bench.sync()
    assert len(bench.titles()) == 7


@pytest.mark.parametrize("paging", ["place", "offset"])
def test_an_edit_between_pages_of_one_moment_hides_no_other(
    paging: str, server: Running, tmp_path: Path
) -> None:
    bench = Bench(server, tmp_path, cloud=True, page_cap=3, paging=paging)
    issues = bench.many()
    bench.sync()
    bench.company.tick(3600)
    for issue in issues:
        bench.company.edit(issue, "title", "Edited")

    def later() -> None:
        bench.company.tick(120)
        bench.company.touch(issues[0])

    bench.sync(at=4, edit=later)
    bench.sync()
    assert bench.titles() == {"Edited"}


@pytest.mark.parametrize("renamed", ["before", "after"])
def test_data_center_has_a_renamed_field_in_its_history(
    renamed: str, server: Running, tmp_path: Path
) -> None:
    bench = Bench(server, tmp_path, cloud=False)
    [issue] = bench.many(1)
    bench.sync()
    edit = partial(bench.company.edit, issue, "customers", ["Acme"])
    rename = partial(bench.company.rename_field, "customers", "Accounts")
    for step in (rename, edit) if renamed == "before" else (edit, rename):
        step()
    bench.company.tick(2 * 86_400 if renamed == "after" else 60)
    bench.sync()
    assert bench.events(issue, ":o") == []
    assert [(e.kind, e.val) for e in bench.events(issue, ":c")] == [("added", "Acme")]


@on_cloud_and_data_center
def test_an_option_with_a_comma_in_it_keeps_its_name(cloud: bool, server: Running, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, cloud=cloud)
    [issue] = bench.many(1)
    bench.company.edit(issue, "customers", ["Acme, Inc.", "Bolt"])
    bench.sync()
    bench.company.edit(issue, "customers", [])
    bench.sync()
    assert [e.val for e in bench.events(issue, ":c")] == ["Acme, Inc.", "Bolt"] * 2


def test_an_edit_of_the_second_in_which_it_was_read_is_not_lost(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # MySQL has no milliseconds: https://developer.atlassian.com/server/jira/platform/database-change-history/
    monkeypatch.setattr(JiraCompany, "stamp", lambda self: self.now.replace(microsecond=0))
    bench = Bench(server, tmp_path, cloud=False)
    [issue] = bench.many(1)
    bench.sync(tick=0.5)
    bench.company.edit(issue, "title", "Edited")
    bench.company.tick(60)
    bench.sync()
    assert bench.titles() == {"Edited"}


def test_a_second_sync_learns_no_more_names(server: Running, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, cloud=True)
    first, second = bench.many(2)
    bench.company.edit(first, "status", "In Progress")
    bench.company.tick(3600)
    for status in ("In Progress", "To Do"):
        bench.company.edit(second, "status", status)
    bench.sync(tick=0)
    assert bench.sync().new == 0
