"""Effort: each working day of a person, split equally over what they had in progress that day."""

from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array
from tracker_sync.states.stints import NOBODY

CELLS = 1_000_000
"""Days of people that are looked at together: what bounds the memory."""
ROOM = 2**62
"""Sums up to this are held as machine integers, others as Python's."""


class Effort(Struct, frozen=True):
    """Person-days of every row in the window, exact: whole numbers of `1 / unit` of a person-day."""

    amounts: Array
    unit: int
    measured: Array
    """Which rows were in progress on any working day of it; only those have an effort."""

    def of(self, row: int) -> Fraction:
        """The person-days of a row."""
        return Fraction(int(self.amounts[row]), self.unit)

    def sum(self, rows: Array) -> Fraction:
        """The person-days of some rows together; each counts once."""
        return Fraction(int(self.amounts[rows].sum()), self.unit)


class _Shares(NamedTuple):
    """Stints that have a working day in the window: whose row, the word for the person, how many working days
    of the window were before, how many it has; and for each day of each, one after the other, among how many
    items the person's day was split."""

    rows: Array
    person: Array
    first: Array
    days: Array
    among: Array

    def of(self, which: Array) -> "_Shares":
        """Some of the stints."""
        return _Shares(
            self.rows[which], self.person[which], self.first[which], self.days[which],
            self.among[np.repeat(which, self.days)],
        )  # fmt: skip

    def since(self, day: int) -> "_Shares":
        """What is left of them from a day on, given how many working days were before."""
        gone = np.clip(day - self.first, 0, self.days)
        late = _each(self.first, self.days) >= day
        left = _Shares(self.rows, self.person, self.first + gone, self.days - gone, self.among[late])
        return left.of(left.days > 0)

    def sums(self, parts: Array) -> Array:
        """What each of the stints comes to, given what a day is that is split among so many items."""
        starts = np.cumsum(self.days) - self.days
        found: Array = np.add.reduceat(parts[self.among], starts) if len(starts) else parts[:0]
        return found


def effort(org: Portfolio, query: Query) -> Effort:
    """The effort of all leaves. Definition: domain, section 2, "Exactly".

    The whole log's leaves share a person's day, also those that a filter leaves out.
    """
    asked = (query.since, query.until, query.as_of)
    if asked not in org.efforts:
        org.efforts[asked] = _summed([*_shares(org, *_window(org, query))], len(org.now))
    return org.efforts[asked]


def effort_by(org: Portfolio, query: Query, group: Array, groups: int) -> tuple[Array, int]:
    """(person-days by group of people and row, the unit of these); `group` has the group of every word that
    may be a person's."""
    shares = [*_shares(org, *_window(org, query))]
    unit, kind = _unit(shares)
    found: Array = np.zeros((groups, len(org.now)), dtype=kind)
    for own in shares:
        np.add.at(found, (group[own.person], own.rows), own.sums(_parts(unit, kind, own)))
    return found, unit


class Daily(Struct, frozen=True, eq=False):
    """What people worked on some rows of a window, day by day, so that it can be summed from any day on."""

    shares: _Shares
    """Of these rows alone, which are places in `rows`."""
    rows: Array
    """In order."""
    first: int
    """The window's first day."""
    before: Array
    """For each day of the window, and the one after it, how many working days were before."""

    def by(self, group: Array, groups: int, first: int | None = None) -> tuple[Array, int]:
        """(person-days by group of people and place in `rows`, the unit of these), from a day on."""
        own = self.shares
        if first is not None:
            last = len(self.before) - 1
            own = own.since(int(self.before[min(max(first - self.first, 0), last)]))
        unit, kind = _unit([own])
        found: Array = np.zeros((groups, len(self.rows)), dtype=kind)
        np.add.at(found, (group[own.person], own.rows), own.sums(_parts(unit, kind, own)))
        return found, unit


def daily(org: Portfolio, query: Query, only: Array) -> Daily:
    """The days of the query's window on which anybody had one of these rows in progress."""
    first, works = _window(org, query)
    wanted = np.zeros(len(org.now), dtype=bool)
    wanted[only] = True
    rows = np.flatnonzero(wanted)
    kept = [s.of(wanted[s.rows]) for s in _shares(org, first, works, rows)]
    every = _Shares(*map(np.concatenate, zip(*kept, strict=True)))
    before = np.concatenate([[0], np.cumsum(works, dtype=np.int32)])
    return Daily(every._replace(rows=np.searchsorted(rows, every.rows)), rows, first, before)


def _window(org: Portfolio, query: Query) -> tuple[int, Array]:
    """(the first day, for each day of the window whether people work on it)."""
    days = Days(org.judged.calendar)
    first, last = days.of(query.since), days.of(query.last)
    return first, np.array([days.works_on(d) for d in range(first, last + 1)], dtype=bool)


def _summed(shares: list[_Shares], size: int) -> Effort:
    unit, kind = _unit(shares)
    amounts: Array = np.zeros(size, dtype=kind)
    measured = np.zeros(size, dtype=bool)
    for own in shares:
        np.add.at(amounts, own.rows, own.sums(_parts(unit, kind, own)))
        measured[own.rows] = True
    return Effort(amounts, unit, measured)


def _unit(shares: list[_Shares]) -> tuple[int, type]:
    """(what a person-day is split into, the type that sums of it fit in)."""
    counts = [np.bincount(s.among) for s in shares]
    unit = lcm(*{n for c in counts for n in np.flatnonzero(c).tolist()})
    return unit, np.int64 if unit * sum(len(s.among) for s in shares) < ROOM else object


def _parts(unit: int, kind: type, own: _Shares) -> Array:
    """By among how many items a day was split, what each got of it."""
    most = int(own.among.max(initial=0))
    return np.array([0, *(unit // n if unit % n == 0 else 0 for n in range(1, most + 1))], dtype=kind)


def _shares(org: Portfolio, first: int, works: Array, only: Array | None = None) -> Iterator[_Shares]:
    """The leaves' working days in the window, which begins on day `first`; those of some people after those
    of others. With `only`, all days of those people who had any of these rows."""
    rows, stints = org.leaf_stints
    person = stints["person"]
    # From here on a day is the number of working days of the window before it.
    before = np.concatenate([[0], np.cumsum(works)])
    lo, hi = (
        before[np.clip(stints[end] + n - first, 0, len(works))] for n, end in enumerate(("first", "last"))
    )
    days = hi - lo
    there = days > 0
    if only is not None:
        there[there] = _of_their_people(org, person[there], rows[there], only)
    # Of an item that nobody was assigned to, nobody else has a share: it counts one person of its own.
    nobody = person == org.words.find(NOBODY)
    own = np.flatnonzero(there & nobody)
    yield _Shares(rows[own], person[own], lo[own], days[own], np.ones(int(days[own].sum()), dtype=np.int32))
    # Person by person, what is counted lies close together; small numbers are sorted in one pass.
    own = np.flatnonzero(there & ~nobody)
    order = own[np.argsort(person[own].astype(np.min_scalar_type(len(org.words.vals))), kind="stable")]
    rows, person, lo, days = (column[order] for column in (rows, person, lo, days))
    nth = np.cumsum(np.diff(person, prepend=person[:1]) != 0)
    width = max(1, int(before[-1]))
    many = max(1, CELLS // width)
    starts = range(0, int(nth.max(initial=0)) + 1, many)
    places = [*np.searchsorted(nth, starts).tolist(), len(nth)]
    for start, some in zip(starts, map(slice, places, places[1:]), strict=True):
        cells = _each((nth[some] - start) * width + lo[some], days[some])
        among = np.bincount(cells).astype(np.int32)[cells]
        yield _Shares(rows[some], person[some], lo[some], days[some], among)


def _of_their_people(org: Portfolio, person: Array, rows: Array, only: Array) -> Array:
    """Which stints are of people who had any of these rows; of nobody, only those of the rows themselves."""
    theirs = np.zeros(len(org.now), dtype=bool)
    theirs[only] = True
    own: Array = theirs[rows]
    people = np.zeros(len(org.words.vals), dtype=bool)
    people[person[own]] = True
    people[org.words.find(NOBODY)] = False
    return own | people[person]


def _each(first: Array, lengths: Array) -> Array:
    """The numbers from each of these on, as many as its length, one after the other."""
    ends = np.cumsum(lengths)
    found: Array = np.repeat(first - ends + lengths, lengths)
    found += np.arange(len(found))
    return found
