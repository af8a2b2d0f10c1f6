"""Reads a list that changes while it is read: in order of update, from the last update time on."""

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
PATIENCE = 20
"""Pages without a single new item, one after the other, before a list is taken to have no end."""


class Page(NamedTuple):
    """One answer of a list."""

    records: list[Any]
    more: Any = None
    """How to go on in the same list; None: this was its last page."""
    total: int | None = None


class Stride(NamedTuple):
    """What a page brought that was not read before in this run."""

    records: list[Any]
    until: int | None
    """Everything updated up to here has been read; None: that cannot be told before the end."""
    total: int | None = None


def by_update(
    fetch: Callable[[int | None, Any], Page],
    since: int | None,
    mark: Callable[[Any], tuple[str, int]],
    *,
    tick: Callable[[], int] = lambda: 0,
    settled: Callable[[], float] = lambda: inf,
) -> Iterator[Stride]:
    """The records of a list that its tracker sorts by update time, each version of one once.

    `fetch(since, more)` asks for those updated at or after `since`; `mark` gives a record's id and
    update time (0 where it cannot be read). The next page is not asked for by its number or token:
    an item that is edited meanwhile moves to the end, all others move up, and the one that moves over
    the border of the page would never be seen. Asking anew from the last update time has no
    border. Only where a whole page has the same update time, or no order, or nothing new (everything is
    edited all the time), the list itself is followed.

    `tick` is for a list whose `more` is a number of rows: the step in which it compares times. Then the
    rows of the last tick, which have been read, are passed over, as long as none of them has moved.

    `settled` is for an index that lags behind: up to which update time the page just read is in order.
    A row may stand where it was before its last edit, and show the time of that edit: to go on from there
    would pass by all that lies between.
    """
    read: dict[str, int] = {}
    walk = _Walk(since)
    stale = 0
    while True:
        page = fetch(walk.since, walk.more)
        if walk.has_slipped(page):
            walk.more = None
            continue
        marks = [mark(r) for r in page.records]
        fresh = [r for r, (i, at) in zip(page.records, marks, strict=True) if read.get(i) != at]
        stale = 0 if any(i not in read for i, _ in marks) else stale + 1
        walk.see(marks, settled())
        read |= dict(marks)
        yield Stride(fresh, walk.until, page.total)
        if (page.more is None and walk.again is None) or stale > PATIENCE:
            return
        walk.go_on(page, tick(), stale=bool(stale))


class _Walk:
    """Where a walk through a list stands."""

    def __init__(self, since: int | None) -> None:
        self.since = since
        self.more: Any = None
        self.until: int | None = None
        """Everything updated up to here has been read; None: nothing is in order."""
        self.again: int | None = None
        """From where to read once more, since a row that was passed over has moved."""
        self._in_order = True
        self._last: list[tuple[str, int]] = []
        self._passed: dict[str, int] = {}
        self._followed: dict[str, tuple[int, int]] = {}
        """Rows of pages whose list itself was followed: when one of them moves, the others move up."""
        self._expected: int | None = None

    def see(self, marks: list[tuple[str, int]], settled: float) -> None:
        """Take note of a page's rows."""
        times = [at for _, at in marks if 0 < at <= settled]
        self._in_order = self._in_order and times == sorted(times)
        self.until = times[-1] if times and self._in_order else None
        moved = [self._passed[i] for i, _ in marks if i in self._passed]
        moved += [since for i, at in marks if (since := self._left_behind(i, at)) is not None]
        if moved:
            self.again = min(moved + ([] if self.again is None else [self.again]))
        self._last = marks

    def _left_behind(self, row: str, at: int) -> int | None:
        """From where the list was followed that this row has left; None where it has not."""
        since, was = self._followed.get(row, (0, at))
        return None if was == at else since

    def has_slipped(self, page: Page) -> bool:
        """Whether rows left the list since the page before, so that some may have slipped past us."""
        expected, self._expected = self._expected, None
        return expected is not None and page.total is not None and page.total < expected

    def go_on(self, page: Page, tick: int, *, stale: bool) -> None:
        """Decide where the next page begins."""
        if page.more is None:
            self.since, self.more, self.again = self.again, None, None
            self._passed, self._followed = {}, {}
        elif self.until is None or stale or (self.since is not None and self.until <= self.since):
            self.more = page.more
            self._followed |= {i: (self.since or 0, at) for i, at in self._last}
        else:
            start = self.more if tick and isinstance(self.more, int) else 0
            self.since, self.more = self.until, None
            ties = [i for i, at in self._last if at and tick and at // tick == self.until // tick]
            if ties and page.total is not None and len(ties) < len(self._last):
                self.more = len(ties)
                self._passed |= dict.fromkeys(ties, self.since)
                self._expected = page.total - start - len(self._last) + len(ties)


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values, `size` at a time."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]
