"""Lists that do not hold still while they are read."""

import random

import pytest

from tracker_sync.sources.paging import Page, by_update

Row = tuple[str, int]
ticks = pytest.mark.parametrize("tick", [0, 1, 10], ids=["by time", "by rows", "by rows of ten"])


class Tracker:
    """Rows (id, update time), listed `size` at a time; `edits` happen before the k-th request."""

    def __init__(self, times: list[int], size: int = 10) -> None:
        self.rows = {str(n): at for n, at in enumerate(times)}
        self.size, self.requests = size, 0
        self.edits: dict[int, dict[str, int | None]] = {}

    def fetch(self, since: int | None, more: int | None) -> Page:
        self.requests += 1
        for row, at in self.edits.pop(self.requests, {}).items():
            if at is None:
                del self.rows[row]
            else:
                self.rows[row] = at
        found = self.listed(since)
        start = more or 0
        page = found[start : start + self.size]
        end = start + len(page)
        return Page(page, end if end < len(found) else None, len(found))

    def listed(self, since: int | None) -> list[Row]:
        return sorted(((r, t) for r, t in self.rows.items() if t >= (since or 0)), key=lambda r: (r[1], r[0]))

    def read(self, tick: int = 0) -> list[Row]:
        strides = by_update(self.fetch, None, lambda r: r, tick=lambda: tick)
        return [row for stride in strides for row in stride.records]


def test_every_row_is_read_once() -> None:
    tracker = Tracker(list(range(1, 101)))
    assert sorted(tracker.read()) == sorted(tracker.rows.items())
    assert tracker.requests == 11  # each page after the first begins with the last of the one before


def test_rows_that_were_read_are_passed_over_where_rows_can_be_counted() -> None:
    tracker = Tracker(list(range(1, 101)))
    assert sorted(tracker.read(tick=1)) == sorted(tracker.rows.items())
    assert tracker.requests == 10


@ticks
def test_an_edit_between_pages_hides_no_other(tick: int) -> None:
    for request in range(2, 11):
        for row in range(100):
            tracker = Tracker(list(range(1, 101)))
            tracker.edits = {request: {str(row): 200}}
            assert {r for r, _ in tracker.read(tick)} == set(tracker.rows)


@ticks
def test_a_deletion_between_pages_hides_no_other(tick: int) -> None:
    for request in range(2, 11):
        for row in range(100):
            tracker = Tracker(list(range(1, 101)))
            tracker.edits = {request: {str(row): None}}
            assert {r for r, _ in tracker.read(tick)} >= set(tracker.rows)


@ticks
def test_a_deletion_and_a_creation_between_pages_hide_no_other(tick: int) -> None:
    for request in range(2, 11):
        tracker = Tracker(list(range(1, 101)))
        tracker.edits = {request: {"3": None, "new": 200}}
        assert {r for r, _ in tracker.read(tick)} >= set(tracker.rows)


@ticks
def test_a_bulk_edit_of_many_pages_within_one_instant_is_read_whole(tick: int) -> None:
    tracker = Tracker([5] * 45 + [6] * 3)
    assert sorted(tracker.read(tick)) == sorted(tracker.rows.items())


@ticks
def test_an_edit_during_a_bulk_edit_of_many_pages_hides_no_other(tick: int) -> None:
    for request in range(2, 6):
        for row in range(48):
            tracker = Tracker([5] * 45 + [6] * 3)
            tracker.edits = {request: {str(row): 200}}
            assert {r for r, _ in tracker.read(tick)} == set(tracker.rows)


@ticks
def test_an_edit_while_nothing_is_settled_hides_no_other(tick: int) -> None:
    for request in range(2, 11):
        for row in range(100):
            tracker = Tracker(list(range(1, 101)))
            tracker.edits = {request: {str(row): 200}}
            strides = by_update(tracker.fetch, None, lambda r: r, tick=lambda: tick, settled=lambda: 0)
            assert {r for s in strides for r, _ in s.records} == set(tracker.rows)


def test_what_is_touched_while_it_is_read_makes_no_endless_loop() -> None:
    tracker = Tracker(list(range(1, 31)))
    tracker.edits = {k: {str(n): 1000 * k + n for n in range(30)} for k in range(1, 1000)}
    assert {r for r, _ in tracker.read()} == set(tracker.rows)
    assert tracker.requests < 50


def test_a_list_without_order_is_followed_and_ends() -> None:
    rng = random.Random(1)

    class Disordered(Tracker):
        def listed(self, since: int | None) -> list[Row]:
            return rng.sample([*self.rows.items()], len(self.rows))

    tracker = Disordered(list(range(1, 101)))
    strides = list(by_update(tracker.fetch, None, lambda r: r))
    assert len({r for s in strides for r, _ in s.records}) > 50
    assert strides[-1].until is None, "nothing is known to be complete"
    assert tracker.requests <= 40


def test_a_record_without_a_time_does_not_stop_the_walk() -> None:
    tracker = Tracker([*range(1, 26)])
    tracker.rows["broken"] = 0
    assert {r for r, _ in tracker.read()} == set(tracker.rows)


@ticks
@pytest.mark.parametrize("row", range(30))
def test_an_edit_that_the_index_does_not_know_of_yet_hides_no_other(tick: int, row: int) -> None:
    class Lagging(Tracker):
        """Shows an edit in the place where its row was before."""

        def listed(self, since: int | None) -> list[Row]:
            found = super().listed(since)
            return [(r, 200 if r == str(row) else t) for r, t in found]

    tracker = Lagging(list(range(1, 31)))
    strides = list(by_update(tracker.fetch, None, lambda r: r, tick=lambda: tick, settled=lambda: 150))
    assert {r for s in strides for r, _ in s.records} == set(tracker.rows)
    assert max(s.until or 0 for s in strides) <= 30, "what the index does not know is not read up to"
