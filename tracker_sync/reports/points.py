"""Points: what teams estimated their work at, where they estimated nearly all of it."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Grouped
from tracker_sync.reports.teams import teams
from tracker_sync.states.columns import NONE, Array
from tracker_sync.states.plans import KINDS

ENOUGH = Fraction(4, 5)
"""Where fewer of the items carry points, those that do say nothing of the rest (domain, section 2)."""
UNIT = 1000
"""Points are held in thousandths."""


def points(org: Portfolio, query: Query) -> Array:
    """The points of every row, as its tracker showed them at the moment of the query, in thousandths; NONE
    where there are none."""
    plans = org.columns.plans
    held = (plans["lo"] <= query.as_of) & (plans["hi"] > query.as_of)
    held &= plans["kind"] == KINDS.index("points")
    rows = org.rows_of(plans["item"][held])
    found = np.full(len(org.now) + 1, NONE, dtype=np.int64)
    found[rows] = plans["value"][held]  # NONE is the last place
    return found[:-1]


def by_team(
    org: Portfolio, query: Query, rows: Array, group: Array, groups: int
) -> Iterator[Grouped | tuple[str, str]]:
    """For each team the items that carry points, or (team, why it has no figure by points). An item's team is
    that of who had it in progress last; scales of two teams have nothing to do with each other."""
    if not len(rows):
        return
    names, team = teams(org, query)
    given = points(org, query)[rows]
    for n, name in enumerate(names):
        own = team[rows] == n
        carry = own & (given != NONE)
        of, many = int(carry.sum()), int(own.sum())
        if not many:
            continue
        if not name:
            yield "", f"of {many} items nobody knows the team that works on them (people.toml: team)"
        elif Fraction(of, many) < ENOUGH or not given[carry].any():
            yield name, f"{of} of its {many} items carry points; below 80 % the rest could be anything"
        else:
            yield Grouped(org, "points", rows[carry], given[carry], UNIT, group[carry], groups, name)
