"""Whatever request fails, in whatever way: the next run leads to the log that it would have been."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fault_runs import (
    NAME,
    SLOW,
    TRACKERS,
    Bench,
    CountingLog,
    CursorFirst,
    Killed,
    Progress,
    a_page_ahead,
    dying,
    ended_at_once,
    marked_at_once,
)
from simulator.faults import ALL, Always

each_tracker = pytest.mark.parametrize("tracker", [*TRACKERS])
each_fault = pytest.mark.parametrize("fault", [*ALL])
each_stage = pytest.mark.parametrize("stage", [0, 1], ids=["cold", "incremental"])
some_or_all = pytest.mark.parametrize(
    "step", [pytest.param(4, id="some"), pytest.param(1, id="all", marks=pytest.mark.slow)]
)
# One of each way to go on: asked again, asked for less, set aside, gone round, given up.
STAYING = ("500", "502", "429 without header", "reset in mid-body", "short JSON", "401", "404", "410",
           "{}", "301 to another path", "link to another host")  # fmt: skip


SOME = [(t, f) for n, f in enumerate(ALL) for k, t in enumerate(TRACKERS) if (n + k) % 2 == 0]
"""Each fault with half of the trackers; the slow test has all of them."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """All trackers, with nothing between two tries of a request but the request."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as here:
        here.setattr("tracker_sync.sources.wire.rest", lambda _: None)
        yield Bench(tmp_path_factory.mktemp("faults"), stack)


# --- Faults


@pytest.mark.parametrize(("tracker", "fault"), SOME)
def test_a_fault_at_some_request_leaves_the_log_as_if_nothing_had_happened(
    bench: Bench, tracker: str, fault: str
) -> None:
    problems = [p for stage, k in bench.sample(tracker, fault) for p in stage.at(k, ALL[fault])]
    assert problems == []


@pytest.mark.slow
@each_tracker
@each_stage
@each_fault
def test_a_fault_at_every_request_leaves_the_log_as_if_nothing_had_happened(
    bench: Bench, tracker: str, stage: int, fault: str
) -> None:
    it = bench.stages(tracker)[stage]
    # Each of them takes the time that a request has; to the one who asks all three are the same.
    step = 3 if fault in SLOW[1:] else 1
    assert [p for k in range(1, it.requests + 1, step) for p in it.at(k, ALL[fault])] == []


@each_tracker
@pytest.mark.parametrize("fault", STAYING[::2])
def test_a_tracker_that_stays_broken_for_a_whole_run_costs_nothing_but_time(
    bench: Bench, tracker: str, fault: str
) -> None:
    problems = [p for it, k in bench.sample(tracker, fault) for p in it.at(k, ALL[fault], stays=True)]
    assert problems == []


@pytest.mark.slow
@each_tracker
@each_stage
@pytest.mark.parametrize("fault", [*STAYING, SLOW[0]])
def test_a_tracker_that_breaks_at_any_time_costs_nothing_but_time(
    bench: Bench, tracker: str, stage: int, fault: str
) -> None:
    it = bench.stages(tracker)[stage]
    places = range(1, it.requests + 1, 5 if fault in SLOW else 3)
    assert [p for k in places for p in it.at(k, ALL[fault], stays=True)] == []


@each_tracker
@pytest.mark.parametrize("fault", ["null", "301 to another host"])
def test_a_run_that_fails_says_which_source(bench: Bench, tracker: str, fault: str) -> None:
    cold, _ = bench.stages(tracker)
    said = {cold.complaint(k, ALL[fault]) for k in range(1, cold.requests + 1, 3)} - {""}
    assert said
    assert [text for text in said if f"source {NAME!r}" not in text] == []


@each_tracker
@some_or_all
def test_edits_between_a_run_that_broke_off_and_the_next_are_not_lost(
    bench: Bench, tracker: str, step: int
) -> None:
    cold, later = bench.stages(tracker)
    assert [p for k in range(step, cold.requests + 1, step) for p in cold.overtaken(k, later)] == []


# --- The end of the process


@each_tracker
@each_stage
@some_or_all
def test_killed_after_a_page_and_run_again_the_log_is_the_same(
    bench: Bench, tracker: str, stage: int, step: int
) -> None:
    it = bench.stages(tracker)[stage]
    for n in range(1, it.pages + 1, step):
        pages: list[Progress] = []

        def show(page: Progress, pages: list[Progress] = pages, n: int = n) -> None:
            pages.append(page)
            if len(pages) == n:
                raise Killed

        assert (n, it.problems(codes=(None,), show=show)) == (n, [])


@each_tracker
@each_stage
@some_or_all
def test_killed_right_before_a_commit_and_run_again_the_log_is_the_same(
    bench: Bench, tracker: str, stage: int, step: int
) -> None:
    it = bench.stages(tracker)[stage]
    for n in range(1, it.commits + 1, step):
        assert (n, it.problems(codes=(None,), open_log=dying(CountingLog, n))) == (n, [])


# --- The checks above, held against mutants


def lost(problems: list[str]) -> bool:
    """Whether the log of the second run lacks what the tracker logged."""
    return any(p.startswith("the next run: lost: ") for p in problems)


@each_tracker
@each_stage
def test_a_cursor_saved_before_its_page_is_caught(bench: Bench, tracker: str, stage: int) -> None:
    it = bench.stages(tracker)[stage]
    kills = range(2, 2 * it.commits + 1, 2)  # when the cursor of a page is saved, and its events are not
    assert any(lost(it.problems(codes=(None,), open_log=dying(CursorFirst, n))) for n in kills)


@each_tracker
@each_stage
def test_the_cursor_of_the_page_to_come_is_caught(bench: Bench, tracker: str, stage: int) -> None:
    it = bench.stages(tracker)[stage]
    faults = [Always(ALL["500"], k) for k in range(it.requests, 0, -1)]
    assert any(lost(it.problems(f, (0, 4), wrap=a_page_ahead)) for f in faults)


@each_tracker
@each_stage
def test_the_cursor_of_the_end_on_the_first_page_is_caught(bench: Bench, tracker: str, stage: int) -> None:
    it = bench.stages(tracker)[stage]
    faults = [Always(ALL["500"], k) for k in range(1, it.requests + 1)]
    assert any(lost(it.problems(f, (0, 4), wrap=ended_at_once(it.cursor))) for f in faults)


@pytest.mark.parametrize("tracker", [t for t in TRACKERS if "github" in t])
@each_stage
def test_the_mark_of_an_unchanged_list_saved_before_it_is_read_is_caught(
    bench: Bench, tracker: str, stage: int
) -> None:
    it = bench.stages(tracker)[stage]

    def killed(n: int) -> list[str]:
        return it.problems(codes=(None,), open_log=dying(CountingLog, n), wrap=marked_at_once)

    assert any(lost(killed(n)) for n in range(2, it.commits + 1))


def test_a_quick_run_still_tries_every_request_and_every_fault(bench: Bench) -> None:
    for tracker in TRACKERS:
        tried = {(stage.name, k) for fault in ALL for stage, k in bench.sample(tracker, fault)}
        assert len(tried) == sum(stage.requests for stage in bench.stages(tracker))
