"""Whose work it was: teams, and people of whom the people file says nothing."""

import numpy as np
from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array


class Stranger(Struct, frozen=True):
    """Somebody whom people.toml does not name, though they work or ask."""

    source: str
    login: str
    """What the tracker calls them, as people.toml may have it; else the account's id."""
    worked: int
    """Leaves that they had in progress in the window."""
    reported: int
    """Items that they opened, at any time."""


def teams(org: Portfolio, query: Query) -> tuple[list[str], Array]:
    """(the names of teams, the place of each row's team among them): that of who had the item in progress
    last; of several who had it at once, the first by name. The first is '', for work of nobody whose team is
    known."""
    rows, person, last = stints(org, query)
    names, of_word = org.staff.teams
    team = of_word[person]
    there = np.zeros(len(names), dtype=bool)
    there[0] = True
    there[team] = True
    found = np.zeros(len(org.now), dtype=np.int64)
    place = (np.cumsum(there) - 1)[team]
    by_end = np.lexsort((np.where(place == 0, 0, len(names) - place), last))
    found[rows[by_end]] = place[by_end]  # of each row the last one stays
    return [names[n] for n in np.flatnonzero(there).tolist()], found


def strangers(org: Portfolio, query: Query) -> tuple[Stranger, ...]:
    """Who is not in the people file, those with most items first."""
    people, called = org.judged.people, org.aside.called()
    worked, reported = _worked(org, query), dict[tuple[str, str], int]()
    for source, account, n in org.aside.reporters():
        if account not in people and called.get((source, account), account) not in people:
            reported[source, account] = n
    found = [
        Stranger(who[0], called.get(who, who[1]), worked.get(who, 0), reported.get(who, 0))
        for who in worked.keys() | reported.keys()
    ]
    return tuple(sorted(found, key=lambda s: (-s.worked - s.reported, s.source, s.login)))


def _worked(org: Portfolio, query: Query) -> dict[tuple[str, str], int]:
    """By the source and account of people whom nobody knows: how many leaves they had in progress."""
    rows, person, _ = stints(org, query)
    found: dict[tuple[str, str], int] = {}
    pairs = np.sort(person.astype(np.int64) << 32 | rows)
    counts = np.bincount(pairs[np.diff(pairs, prepend=-1) != 0] >> 32)
    for code in np.flatnonzero(counts).tolist():
        source, slash, account = org.words.vals[code].partition("/")
        if slash and org.words.vals[code] not in org.judged.people:
            found[source, account] = int(counts[code])
    return found


def stints(org: Portfolio, query: Query) -> tuple[Array, Array, Array]:
    """(row, person, last day in the window) of each stint of a leaf."""
    days = Days(org.judged.calendar)
    first, until = days.of(query.since), days.of(query.last)
    rows, every = org.leaf_stints
    kept = np.flatnonzero((every["first"] <= until) & (every["last"] >= first))
    kept = kept[org.within(query)[rows[kept]]]
    return rows[kept], every["person"][kept], np.minimum(every["last"][kept], until)
