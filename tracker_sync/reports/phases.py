"""How far items had come at a moment: not started, in progress, done or declined, and since when."""

import numpy as np
from msgspec import Struct

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states.columns import DECLINED, DOING, DONE, NEVER, NONE, Array

WAITING = NONE
"""The phase of what is in none of the others."""
CALLED = {WAITING: "not started", DOING: "in progress", DONE: "done", DECLINED: "declined"}


class Phases(Struct, frozen=True, eq=False):
    """Arrays by row; times in microseconds UTC, or NEVER."""

    started: Array
    """When it was first in progress, or done where that was never seen."""
    phase: Array
    """WAITING, or a place in `PHASES`."""
    since: Array
    """Since when it is in progress, done or declined."""
    reason: Array
    """The word for the resolution of what is declined."""

    def called(self, row: int) -> str:
        """The phase of a row in words."""
        return CALLED[int(self.phase[row])]


def phases(org: Portfolio, at: int) -> Phases:
    """The phases at a moment."""
    spans = org.columns.actives
    spans = spans.where((org.rows_of(spans["item"]) != NONE) & (spans["lo"] <= at))
    rows = org.rows_of(spans["item"])
    size = len(org.now)
    first = np.full(size, np.iinfo(np.int64).max)
    work = spans["phase"] != DECLINED
    np.minimum.at(first, rows[work], spans["lo"][work])
    first[first == np.iinfo(np.int64).max] = NEVER
    holds = spans["hi"] > at
    phase, since = np.full(size, WAITING, dtype=np.int8), np.full(size, NEVER)
    reason = np.zeros(size, dtype=np.int64)
    phase[rows[holds]] = spans["phase"][holds]
    since[rows[holds]] = spans["lo"][holds]
    reason[rows[holds]] = spans["reason"][holds]
    return Phases(first, phase, since, reason)
