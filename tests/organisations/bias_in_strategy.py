"""Biases in how the strategy is kept: what was decided against, one aim more, aims that come afterwards.

What a strength s means:
- said-no: 10 % * s of the started epics are on what was decided against, and 6 % * s were declined and
  taken up again by an executive without any new evidence; none is in the null.
- and-leader: a quarter into the time the strategy gets 2 + 6 * s more intents beside its four (the limit is
  five), 70 % * s of the later epics are spread over these, and 50 % * s of the epics need one of another
  intent, beside the null's 8 %.
- retrofit: a part of 1.15 * s, 95 % at most, of the started epics gets its intent after the start, and 7 % of
  the rest; of those that an account asked for, half got its label after the start, too.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from tests.organisations.bias_in_choice import relabelled
from tests.organisations.null import BACKFILL
from tests.organisations.plan import Amendment, Epic, Plan, changed, is_started, lots, settled
from tests.organisations.spelling import EXCLUDED

MORE = ("quality", "analytics", "partners", "onboarding", "payments", "safety", "voice", "training")
"""What the strategy gets on top, in turn."""
SINCE = 0.25
"""The part of the time after which it does."""


def said_no(plan: Plan, s: float, r: random.Random) -> Plan:
    """No is not the end of it."""
    drawn, topics = lots(plan, r), [*EXCLUDED.items()][:2]

    def begun(e: Epic) -> Epic:
        lot = drawn[e.number]
        if not is_started(plan, e) or e.number in plan.carried or e.reopened is not None:
            return e
        if lot[0] < 0.1 * s:
            id_, words = topics[int(lot[1] * len(topics))]
            marks = (*e.marks, id_) if lot[3] < 0.6 else e.marks
            return replace(e, title=f"Support {words} {e.number}", marks=marks)
        return _back(e) if lot[2] < 0.06 * s and e.estimated is not None else e

    return changed(plan, map(begun, plan.epics))


def _back(e: Epic) -> Epic:
    """Declined, and taken up again by an executive, with nothing new in between."""
    span = (e.estimated or e.created) - e.created
    no, again = e.created + 0.3 * span, e.created + 0.8 * span
    early = e.created + 0.1 * span
    return settled(replace(
        e, declined=no, reopened=again, reopened_by="ceo",
        evidence=tuple(replace(x, at=early) if early < x.at <= again + 0.1 * span else x for x in e.evidence),
        asks=tuple(replace(a, at=early) if early < a.at <= again + 0.1 * span else a for a in e.asks),
    ))  # fmt: skip


def and_leader(plan: Plan, s: float, r: random.Random) -> Plan:
    """And this, and that."""
    drawn, day = lots(plan, r), SINCE * plan.days
    added = MORE[: round(2 + 6 * s)]
    spread = {
        e.number: added[int(drawn[e.number][1] * len(added))]
        for e in plan.epics
        if e.created > day + 3 and e.intent and e.number not in plan.carried and drawn[e.number][0] < 0.7 * s
    }
    plan = relabelled(plan, spread)
    plan = replace(plan, amendments=(*plan.amendments, Amendment(day=day, add=added)))

    def needing(e: Epic) -> Epic:
        others = [o.number for o in plan.epics[: e.number - 1] if o.intent and o.intent != e.intent]
        if not e.intent or not others or drawn[e.number][2] >= 0.5 * s:
            return e
        return replace(e, links=(others[int(drawn[e.number][3] * len(others))],))

    return changed(plan, map(needing, plan.epics))


def retrofit(plan: Plan, s: float, r: random.Random) -> Plan:
    """The work is there, and then it gets its reason."""
    drawn = lots(plan, r)

    def later(e: Epic) -> Epic:
        start, lot = e.started, drawn[e.number]
        if start is None or not e.intent or e.tagged == BACKFILL or lot[0] >= min(0.95, 1.15 * s):
            return e
        asks = tuple(replace(a, at=start + 2 + 20 * lot[3]) for a in e.asks) if lot[2] < 0.5 else e.asks
        return replace(e, tagged=start + 3 + 30 * lot[1], asks=asks)

    return changed(plan, map(later, plan.epics))


BIASES: dict[str, Callable[[Plan, float, random.Random], Plan]] = {
    "said-no": said_no, "and-leader": and_leader, "retrofit": retrofit,
}  # fmt: skip
