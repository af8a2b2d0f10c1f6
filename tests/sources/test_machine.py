"""Whatever is done to a tracker and to the syncs, the log is the tracker: its present and its history."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benches import TOKEN
from benches import GithubBench as Bench
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from machine_common import HUNT, QUICK, SHORT, SLOW, Edit, meanwhile
from machine_github import API, ATTIC, EDITS, WEB, GithubMachine
from msgspec.structs import replace
from simulator.github import GitHubCompany, GitHubFace
from simulator.server import Running, running

from tracker_sync.items import Item
from tracker_sync.sources import Batch, github, github_graph
from tracker_sync.sources.paging import Stride

by_graphql_and_rest = pytest.mark.parametrize("token", [TOKEN, None], ids=["graphql", "rest"])


@pytest.fixture
def server(naps: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Each example puts its own company behind it; connections are small, so that they overflow."""
    monkeypatch.setattr(github_graph, "TIMELINE", 4)
    with running(GitHubFace(GitHubCompany())) as server:
        yield server


@by_graphql_and_rest
def test_github(token: str | None, server: Running) -> None:
    run_state_machine_as_test(lambda: GithubMachine(server, token), settings=QUICK)


@pytest.mark.slow
@by_graphql_and_rest
def test_github_at_length(token: str | None, server: Running) -> None:
    run_state_machine_as_test(lambda: GithubMachine(server, token), settings=SLOW)


# ---- negative controls


class Renamed(GithubMachine):
    """Issues of several pages, that get other titles all the time, while nothing else happens."""

    crash = fail = full_sync = edit = None

    @initialize()
    def start(self) -> None:
        self.face.page_cap = 3
        for n in range(8):
            super().change(Edit("create", 0, 0, 0, n))

    @rule(edits=meanwhile(EDITS))
    def edits_meanwhile(self, edits: dict[int, list[Edit]]) -> None:
        self.run(edits=edits)
        self.check_incremental(self.run())

    def change(self, edit: Edit) -> None:
        super().change(edit if edit.what == "create" else edit._replace(what="rename"))


def without_an_event(page: Batch) -> Batch:
    """One event of the page is lost."""
    return replace(page, events=page.events[:-1])


def by_number(fetch: Any, since: Any, mark: Any, **_: Any) -> Iterator[Stride]:
    """Page after page, though the pages shift while they are read."""
    more = None
    while True:
        page = fetch(since, more)
        times = [at for _, at in map(mark, page.records) if at]
        yield Stride(page.records, max(times, default=None), page.total)
        if (more := page.more) is None:
            return


def test_a_source_that_loses_an_event_of_a_page_is_caught(server: Running) -> None:
    with pytest.raises(AssertionError, match=r"not in the log|observations of|opened with"):
        run_state_machine_as_test(lambda: GithubMachine(server, TOKEN, without_an_event), settings=HUNT)


def test_paging_by_number_without_an_overlap_is_caught(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "by_update", by_number)
    monkeypatch.setattr(github, "OVERLAP", 0)
    with pytest.raises(AssertionError, match=r"not in the log|and not one of"):
        run_state_machine_as_test(lambda: Renamed(server, TOKEN), settings=SHORT)


# ---- what the machines found


def title(item: Item | None) -> str:
    return item.title if item else "not in the log"


@pytest.fixture
def graphql(server: Running, tmp_path: Path) -> Bench:
    return Bench(server, TOKEN, tmp_path)


@pytest.fixture
def rest(server: Running, tmp_path: Path) -> Bench:
    return Bench(server, None, tmp_path)


@pytest.mark.parametrize("count", [1, 7])
def test_rest_does_not_take_an_edit_during_the_sync_for_one_that_was_undone(rest: Bench, count: int) -> None:
    first, *_ = rest.many(count)
    rest.company.tick()
    rest.sync(at=2, edit=lambda: rest.company.label(first, "red"))
    rest.sync()
    assert rest.events(first, ":o") == []


def test_rest_reads_what_was_edited_between_an_interrupted_walk_and_the_next(rest: Bench) -> None:
    rest.page_cap(3)
    issues = rest.many()
    for each in issues:
        rest.company.label(each, "red")
    rest.company.tick()
    rest.sync(pages=2)
    rest.company.rename(issues[0], "Another title")
    rest.company.tick()
    rest.sync()
    assert title(rest.item(issues[0])) == "Another title"


def test_graphql_does_not_mix_a_parent_of_before_with_a_timeline_of_after(graphql: Bench) -> None:
    parent, child = graphql.many(2)
    graphql.company.add_sub_issue(parent, child)
    graphql.company.tick()
    graphql.sync(at=2, edit=lambda: graphql.company.remove_sub_issue(parent, child))
    assert graphql.events(child, ":o") == []


def test_graphql_does_not_mix_sub_issues_of_before_with_a_later_page_of_the_timeline(graphql: Bench) -> None:
    parent, child = graphql.many(2)
    for n in range(6):
        graphql.company.comment(parent, f"Comment {n}")
    graphql.company.tick()
    graphql.sync(at=3, edit=lambda: graphql.company.add_sub_issue(parent, child))
    assert graphql.events(parent, ":o") == []


@by_graphql_and_rest
def test_an_edit_of_the_second_in_which_it_was_read_is_not_lost(
    token: str | None, server: Running, tmp_path: Path
) -> None:
    bench = Bench(server, token, tmp_path)
    (issue,) = bench.many(1)
    bench.sync(tick=0)
    bench.company.rename(issue, "Another title")
    bench.company.tick(1)
    bench.sync()
    assert title(bench.item(issue)) == "Another title"


def test_graphql_does_not_take_an_edit_of_the_same_second_for_one_that_was_undone(graphql: Bench) -> None:
    (issue,) = graphql.many(1)
    graphql.sync(at=2, edit=lambda: graphql.company.rename(issue, "Another title"))
    graphql.sync()
    assert graphql.events(issue, ":o") == []
    assert title(graphql.item(issue)) == "Another title"


def test_a_cross_reference_is_one_event_also_when_the_one_that_refers_is_transferred(graphql: Bench) -> None:
    issue, other = graphql.many(2)
    graphql.company.cross_reference(issue, other)
    graphql.company.tick()
    graphql.sync()
    graphql.company.transfer(other, API)
    graphql.company.tick()
    graphql.sync(full=True)
    assert len(graphql.events(issue, "cross-referenced")) == 1


def test_rest_does_not_set_aside_a_link_whose_other_end_was_transferred(rest: Bench) -> None:
    parent, child, *others = rest.many(9)
    rest.company.add_sub_issue(parent, child)
    rest.company.tick()
    rest.sync()
    rest.company.transfer(parent, API)
    for each in others:
        rest.company.label(each, "red")
    rest.company.tick()
    assert rest.sync().skipped == []


@pytest.mark.parametrize("at", [2, 3])
def test_rest_does_not_mix_a_parent_of_before_with_a_timeline_of_after(rest: Bench, at: int) -> None:
    child, parent = rest.many(2)
    rest.sync(at=at, edit=lambda: rest.company.add_sub_issue(parent, child))
    rest.sync(full=True)
    assert rest.events(child, ":o") == []
    assert [e.kind for e in rest.events(child, ":0.") if getattr(e, "attr", "") == "parent"] == []


def test_rest_tells_two_edits_of_one_second_in_their_order(rest: Bench) -> None:
    first, *_ = rest.many()
    rest.company.milestone(first, "Q1")
    rest.company.demilestone(first)
    rest.company.tick()
    rest.sync()
    assert rest.events(first, ":o") == []
    item = rest.item(first)
    assert item is not None
    assert item.one("milestone") is None


@pytest.mark.parametrize("interrupted", [False, True])
def test_rest_reads_the_history_of_an_issue_that_is_transferred_here(rest: Bench, interrupted: bool) -> None:
    rest.page_cap(3)
    old = rest.company.create(ATTIC, "Old title")
    rest.company.rename(old, "New title")
    issues = rest.many()
    for n in range(5):
        rest.company.label(issues[0], f"label {n}")
    rest.company.tick()
    rest.sync()
    new = rest.company.transfer(old, WEB)
    for each in issues:
        rest.company.label(each, "red")
    rest.company.tick()
    if interrupted:
        rest.sync(pages=2)
    rest.sync(full=True)
    assert f"{new.id}:e{old.timeline[0].id}" in {e.id for e in rest.events(new)}


def test_an_issue_that_could_not_be_seen_for_a_moment_is_read_by_a_later_sync(graphql: Bench) -> None:
    (issue,) = graphql.many(1)
    graphql.company.tick()
    done = graphql.sync(at=2, edit=lambda: [graphql.company.hide_repo(name) for name in (WEB, API)])
    assert done.partial
    assert graphql.item(issue) is None
    for name in (WEB, API):
        graphql.company.show_repo(name)
    graphql.sync()
    assert graphql.item(issue) is not None
