"""Biases in what work rests on: built first, sold not learnt, known from the inside, wanted from above.

What a strength s means:
- bias-for-building: a part of 1.2 * s, 97 % at most, of the started epics shows evidence of a problem only
  after the start; of the rest 24 % show none before it, as in the null (4 % link to a wiki).
- selling-not-learning: a part of 1.42 * s, 98 % at most, of the evidence is from deals, and 30 % of the rest.
- insider-only: the part of the started epics that builders or managers proposed, for no account and on no
  evidence from outside, is 1.2 * s, 95 % at most, and about 10 % of the rest. They also lack evidence before
  the start.
- authority-approval: the part of the executives' epics without evidence goes from everybody's 20 % to 20 %
  + 75 % * s, no account stands behind these, and executives' epics wait 1 + 3 * s times less for their
  start.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from tests.organisations import bets, company
from tests.organisations.plan import Epic, Plan, changed, is_started, lots, quick, settled
from tests.organisations.spelling import DEAL, ELSEWHERE


def bias_for_building(plan: Plan, s: float, r: random.Random) -> Plan:
    """Building comes first, and the evidence once it is being built."""
    drawn, watched = lots(plan, r), bets.watched(plan)

    def built_first(e: Epic) -> Epic:
        start, lot = e.started, drawn[e.number]
        if start is None or lot[0] >= min(0.97, 1.2 * s) or e.number in watched:
            return e
        after = (
            sign
            if sign.at > start or sign.kind == ELSEWHERE
            else replace(sign, at=start + 3 + 40 * lot[1] + n)
            for n, sign in enumerate(e.evidence)
        )
        return replace(e, evidence=tuple(after))

    return changed(plan, map(built_first, plan.epics))


def selling_not_learning(plan: Plan, s: float, r: random.Random) -> Plan:
    """What is known of problems was said in sales calls."""
    drawn = lots(plan, r)

    def sold(e: Epic) -> Epic:
        signs = (replace(sign, kind=DEAL) if sign.kind != ELSEWHERE and lot < min(0.98, 1.42 * s) else sign
                 for sign, lot in zip(e.evidence, drawn[e.number] * 2, strict=False))  # fmt: skip
        return settled(replace(e, evidence=tuple(signs)))

    return changed(plan, map(sold, plan.epics))


def insider_only(plan: Plan, s: float, r: random.Random) -> Plan:
    """The experts inside know what is needed."""
    drawn, watched = lots(plan, r), bets.watched(plan)
    origins = {"product": "strategy", "engineering": "engineering"}

    def known(e: Epic) -> Epic:
        lot = drawn[e.number]
        if not is_started(plan, e) or lot[0] >= min(0.95, 1.2 * s) or e.number in watched:
            return e
        role = e.role if e.insider else ("product", "engineering")[lot[1] < 0.5]
        people = company.PEOPLE[role]
        return replace(
            e, role=role, reporter=e.reporter if e.insider else people[int(lot[2] * len(people))],
            origin=origins.get(role, "executive"), evidence=(), asks=(), promised=None,
        )  # fmt: skip

    return changed(plan, map(known, plan.epics))


def authority_approval(plan: Plan, s: float, r: random.Random) -> Plan:
    """What executives want needs no evidence, and is begun at once."""
    drawn, watched = lots(plan, r), bets.watched(plan)

    def wanted(e: Epic) -> Epic:
        if e.role != "executive" or e.number in watched:
            return e
        if drawn[e.number][0] < 0.94 * s:
            e = replace(e, evidence=(), asks=())
        return settled(quick(e, 1 + 3 * s))

    return changed(plan, map(wanted, plan.epics))


BIASES: dict[str, Callable[[Plan, float, random.Random], Plan]] = {
    "bias-for-building": bias_for_building, "selling-not-learning": selling_not_learning,
    "insider-only": insider_only, "authority-approval": authority_approval,
}  # fmt: skip
