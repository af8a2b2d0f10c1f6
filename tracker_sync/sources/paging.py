"""Reads a list that changes while it is read: in order of update, from the last update time on."""

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
PATIENCE = 20
"""Pages of nothing but items that are edited again and again, before a list is taken to have no end."""


AGAIN = 3
"""How often a list is begun once more whose rows keep moving while it is followed."""


class Page(NamedTuple):
    """One answer of a list."""

    records: list[Any]
    more: Any = None
    """How to go on in the same list: a number of rows to pass over, or the list's own word for it; None:
    this was its last page."""
    total: int | None = None


class Stride(NamedTuple):
    """What a page brought that was not read before in this run."""

    records: list[Any]
    until: int | None
    """Everything updated up to here has been read; None: that cannot be told yet."""
    total: int | None = None
    is_last: bool = False
    """Whether the list has been read to its end with this."""


def by_update(
    fetch: Callable[[int | None, Any], Page],
    since: int | None,
    mark: Callable[[Any], tuple[str, int]],
    *,
    step: int = 1,
    settled: Callable[[int], float] = lambda _: inf,
) -> Iterator[Stride]:
    """The records of a list that its tracker sorts by update time, each version of one once.

    `fetch(since, more)` asks for those updated at or after `since`, of which the tracker understands
    multiples of `step`; `mark` gives a record's id and update time (0 where it cannot be read). The next
    page is not asked for by its number or token: an item that is edited meanwhile moves to the end, all
    others move up, and the one that moves over the border of the page would never be seen. Asking anew
    from the last update time has no border. Only where a whole page has the same update time, or no
    order, or nothing new (everything is edited all the time), the list itself is followed: a row back
    where rows can be counted, to see that none has moved, and else once more from its start.

    `settled(newest)` is for an index that lags behind: up to which update time the page just read is in
    order. A row may stand where it was before its last edit, and show the time of that edit: to go on
    from there would pass by all that lies between.
    """
    read: dict[str, int] = {}
    walk = _Walk(since, step)
    stale = idle = pages = 0
    while stale <= PATIENCE and idle <= pages + PATIENCE:
        page = fetch(walk.since, walk.more)
        marks = [mark(r) for r in page.records]
        if walk.has_slipped(page.total, marks):
            continue
        fresh = [r for r, (i, at) in zip(page.records, marks, strict=True) if read.get(i) != at]
        is_new = any(i not in read for i, _ in marks)
        has_moved = any(read.get(i, at) != at for i, at in marks)
        stale = 0 if is_new else stale + has_moved
        walk.moved |= has_moved
        pages, idle = (pages + 1, 0) if fresh else (pages, idle + 1)
        read |= dict(marks)
        walk.see(marks, settled(max((at for _, at in marks), default=0)))
        goes_on = walk.go_on(page, marks, stale=not is_new and not walk.verifying)
        yield Stride(fresh, walk.until, page.total, is_last=not goes_on)
        if not goes_on:
            return


class _Walk:
    """Where a walk through a list stands."""

    def __init__(self, since: int | None, step: int) -> None:
        self.since, self._step = since, step
        self.more: Any = None
        self.until: int | None = None
        self.moved = False
        """Whether a row that was read has since been seen with another update time."""
        self.verifying = 0
        """How often the pages that were followed have been begun once more."""
        self._up_to: int | None = None
        self._in_order = True
        self._border: str | None = None
        """The row that the next page has to begin with."""
        self._expected = 0
        """How many rows the next list has to have."""
        self._passed: dict[str, int] = {}
        """Rows that were passed over, since they had been read, and from where to begin if they moved."""
        self._again: int | None = None
        self._followed = 0
        """How many pages were asked for by the list's own word, since it was begun."""

    def see(self, marks: list[tuple[str, int]], settled: float) -> None:
        """Take note of how far a page's rows are in order, and of those that moved."""
        moved = [self._passed[i] for i, _ in marks if i in self._passed]
        if moved:
            self._again = min(moved + ([] if self._again is None else [self._again]))
        times = [at for _, at in marks if 0 < at <= settled]
        self._in_order = self._in_order and times == sorted(times)
        self._up_to = times[-1] if times and self._in_order else None

    def has_slipped(self, total: int | None, marks: list[tuple[str, int]]) -> bool:
        """Whether rows have left the list before the page, so that some may have slipped past us. Then
        it is begun once more."""
        border, self._border = self._border, None
        expected, self._expected = self._expected, 0
        is_whole = border is None or bool(marks and marks[0][0] == border)
        if is_whole and (total is None or total >= expected):
            return False
        self.more = None
        return True

    def go_on(self, page: Page, marks: list[tuple[str, int]], *, stale: bool) -> bool:
        """Decide where the next page begins, and up to where all has been read; whether there is one."""
        is_ahead = self._up_to is not None and self._nth(self._up_to) > self._nth(self.since or 0)
        leaves = page.more is None or (is_ahead and not stale)
        if leaves and self._is_in_doubt(is_ahead=is_ahead):
            self.until, self.more, self._followed, self.moved = None, None, 0, False
            self.verifying += 1
            return True
        self.until = self._up_to
        if page.more is None:
            self.since, self.more, self._again = self._again, None, None
            self._passed = {}
            return self.since is not None
        if leaves:
            self._leave(page, marks)
        elif isinstance(page.more, int) and len(marks) > 1:
            self.more, self._border = page.more - 1, marks[-1][0]
        else:
            self._follow(page.more)
        return True

    def _nth(self, at: int) -> int:
        return at // self._step

    def _is_in_doubt(self, *, is_ahead: bool) -> bool:
        """Whether the pages that were followed may have shifted meanwhile. Where more comes after them, a
        row that moved has not been seen again yet."""
        if not self._followed:
            return False
        return self.moved and self.verifying < AGAIN if self.verifying else is_ahead or self.moved

    def _leave(self, page: Page, marks: list[tuple[str, int]]) -> None:
        """Go on from the last update time; its own rows, which have been read, are passed over where rows
        can be counted. If one of them moves meanwhile, it is seen at the end of the list."""
        assert self._up_to is not None  # noqa: S101  for the type checker
        start = self.more if isinstance(self.more, int) else 0
        self.since, self.more, self._followed, self.verifying = self._up_to, None, 0, 0
        same = [i for i, at in marks if self._nth(at) == self._nth(self._up_to)]
        if not isinstance(page.more, int) or page.total is None:
            return
        if len(same) == len(marks) > 1:
            self.more, self._border = len(same) - 1, same[-1]
        else:
            self.more = len(same)
            self._passed |= dict.fromkeys(same, self._up_to)
            self._expected = page.total - start - len(marks) + len(same)

    def _follow(self, more: Any) -> None:
        if not self._followed and not self.verifying:
            self.moved = False
        self.more, self._followed = more, self._followed + 1
        self.until = None if self.until is None else min(self.until, self.since or 0)


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values, `size` at a time."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]
