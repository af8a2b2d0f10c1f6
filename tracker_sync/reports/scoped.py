"""When items were first scoped, which dates they were due on, and when they moved up the queue, by row."""

import numpy as np
from msgspec import Struct

from tracker_sync.days import DAY
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states import FOREVER
from tracker_sync.states.columns import NEVER, NONE, Array, Table
from tracker_sync.states.plans import KINDS
from tracker_sync.work import SITTING

SCOPES = tuple(KINDS.index(kind) for kind in ("points", "estimate", "ready"))
DUE, RANK = KINDS.index("due"), KINDS.index("rank")
MINUTE = 60_000_000
"""Microseconds."""
BULK = 5
"""So many moves in the queue within one minute of the clock are one edit of many cards, and no jump."""
SOON = 14 * DAY
"""A move up this soon after somebody asked, or was promised something, is a jump of the queue."""


class Scoped(Struct, frozen=True, eq=False):
    """Arrays by row."""

    at: Array
    """When it, or anything under it, was first scoped (points, an estimate, a status that means ready);
    NEVER: not yet."""
    known: Array
    """Whether anything in its source was ever scoped; where nothing was, nothing follows from it."""


def scoped(org: Portfolio, at: int) -> Scoped:
    """The first scope of each row, as far as a moment shows. What happens within ten minutes of an item's
    creation was there at creation."""
    plans = _told(org, at, SCOPES)
    rows, opened = org.rows_of(plans["item"]), opened_at(org)
    when = np.where(plans["lo"] <= opened[rows] + SITTING, opened[rows], plans["lo"])
    own = np.full(len(org.now), FOREVER)
    np.minimum.at(own, rows, when)
    below, above = org.lineage
    first = np.full(len(org.now), FOREVER)
    np.minimum.at(first, above, own[below])
    first[first == FOREVER] = NEVER
    return Scoped(first, _of_sources(org, rows))


class Dates(Struct, frozen=True, eq=False):
    """Due dates by row, as ordinals of days; NONE where there is none."""

    first: Array
    now: Array
    slips: Array
    """How often the date was put off."""
    slipped: Array
    """By how many days, all together."""


def dates(org: Portfolio, ended: Array, at: int) -> Dates:
    """The due dates as far as a moment shows, and until an item ended (`ended`, by row, or NEVER): what is
    set later puts nothing off. A date that was replaced within ten minutes of creation never counted."""
    plans = _told(org, at, (DUE,))
    rows = org.rows_of(plans["item"])
    opened = opened_at(org)[rows]
    begun = np.where(plans["lo"] <= opened + SITTING, opened, plans["lo"])
    in_time = (ended[rows] == NEVER) | (begun <= ended[rows])
    kept = in_time & (plans["hi"] > opened + SITTING)
    plans, rows = plans.where(kept), rows[kept]
    order = np.lexsort((plans["lo"], rows))
    plans, rows = plans.where(order), rows[order]
    size = len(org.now)
    found = Dates(np.full(size, NONE), np.full(size, NONE), *(np.zeros(size, dtype=np.int64) for _ in "12"))
    found.first[rows[::-1]] = plans["value"][::-1]
    until = np.where(ended[rows] == NEVER, at, np.minimum(ended[rows], at))
    holds = plans["hi"] > until
    found.now[rows[holds]] = plans["value"][holds]
    moved = np.diff(plans["value"])
    later = (np.diff(rows) == 0) & (moved > 0)
    np.add.at(found.slips, rows[1:][later], 1)
    np.add.at(found.slipped, rows[1:][later], moved[later])
    return found


class Jumps(Struct, frozen=True, eq=False):
    """Arrays by row."""

    count: Array
    """Moves up the queue soon after somebody asked or was promised something; of promised rows only."""
    known: Array
    """Whether anything in its source was ever moved in the queue, one by one or many at once."""


def jumps(org: Portfolio, promised: Array, at: int) -> Jumps:
    """The moves up the queue, as far as a moment shows, within 14 days after an account first asked for the
    row or the row was promised (`promised`, by row, or NEVER); none where five or more cards moved in the
    same minute of the clock."""
    plans = _told(org, at, (RANK,), also_gone=True)
    rows = org.rows_of(plans["item"])
    _, minute, size = np.unique(plans["lo"] // MINUTE, return_inverse=True, return_counts=True)
    alone = (size[minute] < BULK) & (plans["value"] > 0) & (rows != NONE)
    alone &= promised[rows] != NEVER
    up, moved = rows[alone], plans["lo"][alone]
    soon = (moved >= promised[up]) & (moved <= promised[up] + SOON)
    lo, hi = (np.searchsorted(org.asked.rows, up, side) for side in ("left", "right"))
    for n in np.flatnonzero(~soon & (hi > lo)).tolist():
        since = org.asked.since[lo[n] : hi[n]]
        soon[n] = bool(((moved[n] >= since) & (moved[n] <= since + SOON)).any())
    count = np.bincount(up[soon], minlength=len(org.now))
    return Jumps(count, _of_sources(org, rows[rows != NONE]))


def opened_at(org: Portfolio) -> Array:
    """When each row's item was opened."""
    items = org.columns.items
    found = np.zeros(int(items["item"].max(initial=0)) + 1, dtype=np.int64)
    found[items["item"]] = items["opened"]
    return found[org.now["item"]]


def _told(org: Portfolio, at: int, kinds: tuple[int, ...], *, also_gone: bool = False) -> Table:
    """The plans of some kinds that began by a moment, of items that are there."""
    plans = org.columns.plans
    kept = np.isin(plans["kind"], kinds) & (plans["lo"] <= at)
    if not also_gone:
        kept &= org.rows_of(plans["item"]) != NONE
    return plans.where(kept)


def _of_sources(org: Portfolio, rows: Array) -> Array:
    """Which rows are of a source that one of these is of."""
    found: Array = np.isin(org.sources, np.unique(org.sources[rows]))
    return found
