"""Lists that do not hold still while they are read."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tracker_sync.sources.paging import Page, Stride, by_update

Row = tuple[str, int]
each_kind = pytest.mark.parametrize(("counts", "step"), [(False, 1), (True, 1), (True, 10)],
                                    ids=["by token", "by rows", "by rows, in tens"])  # fmt: skip


class Tracker:
    """Rows (id, update time), listed `size` at a time; `edits` happen before the k-th request. Its tokens
    are numbers of rows in disguise, which is the worst that tokens can be."""

    def __init__(self, times: list[int], size: int = 10, *, counts: bool = False, step: int = 1) -> None:
        self.rows = {str(n): at for n, at in enumerate(times)}
        self.size, self.requests, self.counts, self.step = size, 0, counts, step
        self.edits: dict[int, dict[str, int | None]] = {}

    def fetch(self, since: int | None, more: Any) -> Page:
        self.requests += 1
        for row, at in self.edits.pop(self.requests, {}).items():
            if at is None:
                del self.rows[row]
            else:
                self.rows[row] = at
        found = self.listed(None if since is None else since // self.step * self.step)
        start = int(more or 0)
        page = found[start : start + self.size]
        end = start + len(page)
        onward = end if self.counts else str(end)
        return Page(page, onward if end < len(found) else None, len(found))

    def listed(self, since: int | None) -> list[Row]:
        return sorted(((r, t) for r, t in self.rows.items() if t >= (since or 0)), key=lambda r: (r[1], r[0]))

    def strides(self, settled: float = 1e9) -> Iterator[Stride]:
        return by_update(self.fetch, None, lambda r: r, step=self.step, settled=lambda _: settled)

    def read(self, settled: float = 1e9) -> list[Row]:
        return [row for stride in self.strides(settled) for row in stride.records]


def test_every_row_is_read_once() -> None:
    tracker = Tracker(list(range(1, 101)))
    assert sorted(tracker.read()) == sorted(tracker.rows.items())
    assert tracker.requests == 11  # each page after the first begins with the last of the one before


def test_a_list_of_one_row_to_the_page_is_read_to_its_end() -> None:
    for counts in (False, True):
        tracker = Tracker([1, 2, 2, 2, 3], size=1, counts=counts)
        assert sorted(tracker.read()) == sorted(tracker.rows.items())


@each_kind
def test_the_last_stride_says_that_it_is_the_last(counts: bool, step: int) -> None:
    *others, last = Tracker(list(range(1, 101)), counts=counts, step=step).strides()
    assert (last.is_last, any(s.is_last for s in others)) == (True, False)


@each_kind
def test_an_edit_between_pages_hides_no_other(counts: bool, step: int) -> None:
    for request in range(2, 11):
        for row in range(100):
            tracker = Tracker(list(range(1, 101)), counts=counts, step=step)
            tracker.edits = {request: {str(row): 200}}
            assert {r for r, _ in tracker.read()} == set(tracker.rows)


@each_kind
def test_a_deletion_between_pages_hides_no_other(counts: bool, step: int) -> None:
    for request in range(2, 11):
        for row in range(100):
            tracker = Tracker(list(range(1, 101)), counts=counts, step=step)
            tracker.edits = {request: {str(row): None}}
            assert {r for r, _ in tracker.read()} >= set(tracker.rows)


@each_kind
def test_a_deletion_and_a_creation_between_pages_hide_no_other(counts: bool, step: int) -> None:
    for request in range(2, 11):
        tracker = Tracker(list(range(1, 101)), counts=counts, step=step)
        tracker.edits = {request: {"3": None, "new": 200}}
        assert {r for r, _ in tracker.read()} >= set(tracker.rows)


@each_kind
def test_a_bulk_edit_of_many_pages_within_one_instant_is_read_whole(counts: bool, step: int) -> None:
    tracker = Tracker([5] * 45 + [6] * 3, counts=counts, step=step)
    assert sorted(tracker.read()) == sorted(tracker.rows.items())


@each_kind
@pytest.mark.parametrize("becomes", [200, None], ids=["edit", "deletion"])
@pytest.mark.parametrize("later", [[16] * 3, []], ids=["others after it", "nothing after it"])
def test_a_bulk_edit_of_many_pages_hides_none_of_its_rows(
    counts: bool, step: int, becomes: int | None, later: list[int]
) -> None:
    if becomes is None and not later and not counts:
        pytest.skip("nothing tells that a row has gone from the end of a list that cannot be counted")
    for request in range(2, 6):
        for row in range(45):
            tracker = Tracker([5] * 45 + later, counts=counts, step=step)
            tracker.edits = {request: {str(row): becomes}}
            assert {r for r, _ in tracker.read()} >= set(tracker.rows)


@each_kind
def test_an_edit_while_nothing_is_settled_hides_no_other(counts: bool, step: int) -> None:
    for request in range(2, 11):
        for row in range(100):
            tracker = Tracker(list(range(1, 101)), counts=counts, step=step)
            tracker.edits = {request: {str(row): 200}}
            assert {r for r, _ in tracker.read(settled=0)} == set(tracker.rows)


@each_kind
def test_whoever_stops_after_any_page_has_read_all_up_to_where_he_goes_on(counts: bool, step: int) -> None:
    for request in range(2, 6):
        for row in range(0, 48, 5):
            for pages in range(1, 12):
                tracker = Tracker([5] * 45 + [16] * 3 + [*range(30, 60)], counts=counts, step=step)
                tracker.edits = {request: {str(row): 200}}
                strides = [s for s, _ in zip(tracker.strides(), range(pages), strict=False)]
                until = max((s.until for s in strides if s.until is not None), default=0)
                read = {r for s in strides for r, _ in s.records}
                assert {r for r, at in tracker.rows.items() if at // step < until // step} <= read


def test_a_second_of_many_pages_is_read_at_a_request_a_page() -> None:
    tracker = Tracker([*range(1000, 1900)], counts=True, step=1000)
    assert {r for r, _ in tracker.read()} == set(tracker.rows)
    assert tracker.requests <= 102


def test_what_is_touched_while_it_is_read_makes_no_endless_loop() -> None:
    tracker = Tracker(list(range(1, 31)))
    tracker.edits = {k: {str(n): 1000 * k + n for n in range(30)} for k in range(1, 1000)}
    strides = list(tracker.strides())
    assert {r for s in strides for r, _ in s.records} == set(tracker.rows)
    assert tracker.requests < 60


def test_a_list_without_order_is_followed_and_ends() -> None:
    rng = random.Random(1)

    class Disordered(Tracker):
        def listed(self, since: int | None) -> list[Row]:
            return rng.sample([*self.rows.items()], len(self.rows))

    tracker = Disordered(list(range(1, 101)))
    strides = list(tracker.strides())
    assert len({r for s in strides for r, _ in s.records}) > 50
    assert strides[-1].until is None, "nothing is known to be complete"
    assert tracker.requests <= 40


def test_a_record_without_a_time_does_not_stop_the_walk() -> None:
    tracker = Tracker([*range(1, 26)])
    tracker.rows["broken"] = 0
    assert {r for r, _ in tracker.read()} == set(tracker.rows)


@each_kind
@pytest.mark.parametrize("row", range(30))
def test_an_edit_that_the_index_does_not_know_of_yet_hides_no_other(
    counts: bool, step: int, row: int
) -> None:
    class Lagging(Tracker):
        """Shows an edit in the place where its row was before."""

        def listed(self, since: int | None) -> list[Row]:
            return [(r, 200 if r == str(row) else t) for r, t in super().listed(since)]

    tracker = Lagging(list(range(1, 31)), counts=counts, step=step)
    strides = list(tracker.strides(settled=150))
    assert {r for s in strides for r, _ in s.records} == set(tracker.rows)
    assert max(s.until or 0 for s in strides) <= 30, "what the index does not know is not read up to"
