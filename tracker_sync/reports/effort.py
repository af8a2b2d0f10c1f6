"""Effort: each working day of a person, split equally over what they had in progress that day."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np

from tracker_sync.days import Days
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array, distinct
from tracker_sync.states.stints import NOBODY

CELLS = 1_000_000
"""Days of people that are looked at together: what bounds the memory."""
ROOM = 2**62
"""Sums up to this are held as machine integers, others as Python's."""


@dataclass(frozen=True, slots=True)
class Effort:
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
    """For each working day that somebody had an item in progress: whose row, among how many items the
    person's day was split, the word for the person, and how many working days of the window were before."""

    rows: Array
    among: Array
    person: Array
    day: Array


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
        np.add.at(found, (group[own.person], own.rows), _parts(unit, kind, own)[own.among])
    return found, unit


@dataclass(frozen=True, eq=False, slots=True)
class Daily:
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
            late = own.day >= self.before[min(max(first - self.first, 0), last)]
            own = _Shares(*(column[late] for column in own))
        unit, kind = _unit([own])
        found: Array = np.zeros((groups, len(self.rows)), dtype=kind)
        np.add.at(found, (group[own.person], own.rows), _parts(unit, kind, own)[own.among])
        return found, unit


def daily(org: Portfolio, query: Query, only: Array) -> Daily:
    """The days of the query's window on which anybody had one of these rows in progress."""
    first, works = _window(org, query)
    wanted = np.zeros(len(org.now), dtype=bool)
    wanted[only] = True
    rows = np.flatnonzero(wanted)
    kept = [_Shares(*(column[wanted[s.rows]] for column in s)) for s in _shares(org, first, works, rows)]
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
        np.add.at(amounts, own.rows, _parts(unit, kind, own)[own.among])
        measured[own.rows] = True
    return Effort(amounts, unit, measured)


def _unit(shares: list[_Shares]) -> tuple[int, type]:
    """(what a person-day is split into, the type that sums of it fit in)."""
    counts = [np.bincount(s.among) for s in shares]
    unit = lcm(*{n for c in counts for n in np.flatnonzero(c).tolist()})
    return unit, np.int64 if unit * sum(len(s.rows) for s in shares) < ROOM else object


def _parts(unit: int, kind: type, own: _Shares) -> Array:
    """By among how many items a day was split, what each got of it."""
    most = int(own.among.max(initial=0))
    return np.array([0, *(unit // n if unit % n == 0 else 0 for n in range(1, most + 1))], dtype=kind)


def _shares(org: Portfolio, first: int, works: Array, only: Array | None = None) -> Iterator[_Shares]:
    """The leaves' working days in the window, which begins on day `first`; those of some people after those
    of others. With `only`, all days of those people who had any of these rows."""
    rows, stints = org.leaf_stints
    last = first + len(works) - 1
    kept = np.flatnonzero((stints["first"] <= last) & (stints["last"] >= first))
    if only is not None:
        kept = kept[_of_their_people(org, stints["person"][kept], rows[kept], only)]
    rows, stints = rows[kept], stints.where(kept)
    # From here on a day is the number of working days before it.
    before = np.concatenate([[0], np.cumsum(works, dtype=np.int32)])
    lo = before[np.maximum(stints["first"], first) - first]
    hi = before[np.minimum(stints["last"], last) - first + 1]
    # Of an item that nobody was assigned to, nobody else has a share: it counts one person of its own.
    nobody = stints["person"] == org.words.find(NOBODY)
    of, day = _each_day(lo[nobody], hi[nobody])
    yield _Shares(
        rows[nobody][of], np.ones(len(of), dtype=np.int64), np.full(len(of), org.words.find(NOBODY)), day
    )
    people, nth = distinct(stints["person"])
    rows, lo, hi, person = (c[~nobody] for c in (rows, lo, hi, nth))
    # Person by person, what is counted lies close together; small numbers are sorted in one pass.
    order = np.argsort(person.astype(np.min_scalar_type(person.max(initial=0))), kind="stable")
    rows, lo, hi, person = (c[order] for c in (rows, lo, hi, person))
    width = max(1, int(before[-1]))
    many = max(1, CELLS // width)
    starts = range(0, int(person.max(initial=0)) + 1, many)
    places = [*np.searchsorted(person, starts).tolist(), len(person)]
    for start, own in zip(starts, map(slice, places, places[1:]), strict=True):
        of, day = _each_day(lo[own], hi[own])
        cell = ((person[own] - start) * width)[of] + day
        yield _Shares(rows[own][of], np.bincount(cell)[cell], people[person[own]][of], day)


def _of_their_people(org: Portfolio, person: Array, rows: Array, only: Array) -> Array:
    """Which stints are of people who had any of these rows; of nobody, only those of the rows themselves."""
    theirs = np.zeros(len(org.now), dtype=bool)
    theirs[only] = True
    own: Array = theirs[rows]
    people = np.zeros(len(org.words.vals), dtype=bool)
    people[person[own]] = True
    people[org.words.find(NOBODY)] = False
    return own | people[person]


def _each_day(lo: Array, hi: Array) -> tuple[Array, Array]:
    """(which of the spans, the day) for each day from `lo` up to `hi` of each span."""
    lengths = hi - lo
    of = np.repeat(np.arange(len(lo), dtype=np.int32), lengths)
    shift = (np.cumsum(lengths) - lengths - lo).astype(np.int32)
    return of, np.arange(len(of), dtype=np.int32) - np.repeat(shift, lengths)
