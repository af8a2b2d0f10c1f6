"""Biases in when things happen: promised unscoped, begun for the quarter, without the gates, out of turn.

What a strength s means:
- promised-before-scoped: 90 % * s of the promises come before the first estimate; none does in the null,
  but for dates that a release plan set for many epics at once.
- quarter-end-rush: a part of 1.15 * s, 95 % at most, of what sales proposed is started in the last 12 days of
  a quarter, and 13 % of the rest.
- russian-roulette: the part of the large epics that miss a gate grows from the null's 10 % in
  the beginning to 1.9 * s (all at most) in the end. Emergencies are not counted.
- deli-counter: 80 % * s of what sales proposed moves up the queue within 12 days after the account was
  named; in the null nothing does alone.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from tests.organisations.files import day as day_of
from tests.organisations.null import BACKFILL
from tests.organisations.plan import LARGE, Due, Epic, Move, Plan, changed, is_started, lots, moved, settled
from tests.organisations.spelling import EMERGENCY, GATES

RUSH = 12
"""Days at the end of a quarter."""


def promised_before_scoped(plan: Plan, s: float, r: random.Random) -> Plan:
    """Yes, of course we can."""
    drawn = lots(plan, r)

    def promised(e: Epic) -> Epic:
        lot = drawn[e.number]
        if e.promised is None or e.estimated is None or lot[0] >= 0.9 * s:
            return e
        at = e.created + (0.1 + 0.6 * lot[1]) * (e.estimated - e.created)
        dues = (Due(at + 0.01, e.dues[0].day), *e.dues[1:]) if e.dues else ()
        return settled(replace(e, promised=at, dues=dues))

    return changed(plan, map(promised, plan.epics))


def quarter_end_rush(plan: Plan, s: float, r: random.Random) -> Plan:
    """It has to be begun this quarter."""
    drawn, carried = lots(plan, r), plan.carried

    def rushed(e: Epic) -> Epic:
        lot = drawn[e.number]
        fixed = e.number in carried or e.tagged == BACKFILL or to_quarter_end(e.started or 0) <= RUSH
        if e.role != "sales" or not is_started(plan, e) or fixed or lot[0] >= min(0.95, 1.15 * s):
            return e
        ahead = to_quarter_end(e.started or 0) - 0.5 - (RUSH - 1) * lot[1]
        by = ahead if ahead < 46 else ahead - 91
        fits = e.created + by >= 0 and (e.started or 0) + by < plan.days
        return moved(e, by if fits else ahead - 91 if by > 0 else ahead)

    return changed(plan, map(rushed, plan.epics))


def to_quarter_end(day: float) -> float:
    """Days until the next quarter begins."""
    now = day_of(day)
    month = 3 * ((now.month - 1) // 3) + 4
    ends = date(now.year + month // 13, (month - 1) % 12 + 1, 1)
    return (ends - now) / timedelta(1) - day % 1


def russian_roulette(plan: Plan, s: float, r: random.Random) -> Plan:
    """It went well without, so the next one goes without."""
    drawn = lots(plan, r)

    def skipped(e: Epic) -> Epic:
        lot = drawn[e.number]
        if e.size < LARGE or EMERGENCY in e.marks or not is_started(plan, e):
            return e
        if lot[0] >= 1.9 * s * (e.started or 0) / plan.days:
            return e
        missed = GATES if lot[1] < 0.6 else GATES[:1] if lot[1] < 0.8 else GATES[1:]
        return replace(e, gates=tuple(g for g in e.gates if g[0] not in missed))

    return changed(plan, map(skipped, plan.epics))


def deli_counter(plan: Plan, s: float, r: random.Random) -> Plan:
    """Who calls last is served first."""
    drawn = lots(plan, r)

    def jumped(e: Epic) -> Epic:
        e, lot = settled(e), drawn[e.number]
        if e.role != "sales" or not e.asks or lot[0] >= 0.85 * s:
            return e
        at = e.asks[0].at
        room = min(12.0, (plan.days if e.started is None else e.started) - at)
        up = Move(at + (0.1 + 0.8 * lot[1]) * room, up=True)
        return e if room < 1 else replace(e, moves=tuple(sorted((*e.moves, up), key=lambda m: m.at)))

    return changed(plan, map(jumped, plan.epics))


BIASES: dict[str, Callable[[Plan, float, random.Random], Plan]] = {
    "promised-before-scoped": promised_before_scoped, "quarter-end-rush": quarter_end_rush,
    "russian-roulette": russian_roulette, "deli-counter": deli_counter,
}  # fmt: skip
