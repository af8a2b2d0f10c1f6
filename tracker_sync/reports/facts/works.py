"""The work of a window, item by item, as measures look at it."""

import numpy as np

from tracker_sync.days import Days
from tracker_sync.patterns.facts import Moment, Work
from tracker_sync.reports.effort import effort
from tracker_sync.reports.facts.history import STARTS, History
from tracker_sync.reports.phases import phases
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.served import served
from tracker_sync.reports.teams import stints, teams
from tracker_sync.states.columns import NEVER, NONE, Array

_OF_ACCOUNTS = ("sales", "customer", "support", "unknown", "")
"""The origins that leave open which account asked."""


def works(org: Portfolio, query: Query) -> tuple[Work, ...]:
    """The leaves that were active in the window, in natural order."""
    rows = np.flatnonzero(org.active(query))
    days, start = effort(org, query).amounts, phases(org, query.last).started
    nearest, serves, asked = org.nearest(org.epic), served(org, query), org.accounts(rows)
    (names, team), last = teams(org, query), _last(org, query)
    begun = _begun(org, query, rows, start)
    found = list[Work]()
    for r in rows.tolist():
        root, epic, naming = int(org.roots[r]), int(nearest[r]), int(serves.of[r])
        came, own = org.words.vals[int(org.now["origin"][r])], names[int(team[r])]
        found.append(Work(
            ref=org.ref(r), root="" if root == r else org.ref(root),
            epic="" if epic == NONE else org.ref(epic), effort=int(days[r]),
            intents=tuple(org.intents_of(int(org.now["intents"][r]))), accounts=tuple(asked.get(r, ())),
            nobody=org.verdict(r) != "unknown" and came not in _OF_ACCOUNTS, sold=_sold(org.verdict(r)),
            started=None if start[r] == NEVER else begun.get(r, Moment(int(start[r]))),
            problems=() if naming == NONE else serves.names.get(naming, ()), teams=(own,) if own else (),
            last=last.get(r),
        ))  # fmt: skip
    return tuple(found)


def _last(org: Portfolio, query: Query) -> dict[int, Moment]:
    """By row, the end of the last day on which somebody worked on it, of the window."""
    days = Days(org.judged.calendar)
    rows, _, last = stints(org, query)
    found: dict[int, int] = {}
    for row, day in zip(rows.tolist(), last.tolist(), strict=True):
        found[row] = max(day, found.get(row, day))
    return {r: Moment(min(days.end(day) - 1, query.last)) for r, day in found.items()}


def _begun(org: Portfolio, query: Query, rows: Array, start: Array) -> dict[int, Moment]:
    """The starts in the window of what sales asked for, with their events: the others are not asked about."""
    sold = [r for r in rows.tolist() if query.since <= start[r] <= query.last and _sold(org.verdict(r))]
    looked, days = org.look([org.ref(r) for r in sold]), Days(org.judged.calendar)
    items = looked.world.items
    return {
        r: History(looked, items[ref], days).at(int(start[r]), STARTS)
        for r in sold if (ref := org.ref(r)) in items
    }  # fmt: skip


def _sold(verdict: str) -> bool | None:
    """Whether sales asked for work of a class (report sales-led); None: nobody said."""
    return None if verdict == "unknown" else verdict != "other"
