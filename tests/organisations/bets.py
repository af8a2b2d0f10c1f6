"""The initiatives of a made-up organisation: what they began with, what followed, and how they came out."""

import random
from dataclasses import replace

from tests.organisations.plan import AFTER, Amendment, Epic, Initiative, Plan, Sign, changed
from tests.organisations.spelling import KINDS

MOST = 8
TARGET, KILL = 0.4, 0.2
"""Shares of the accounts served: what an initiative should reach, and below what it is stopped."""
KILL_AFTER = 120
"""Days after the first release at which the kill line is looked at."""
FOLLOWERS = 3


def with_initiatives(plan: Plan, r: random.Random) -> Plan:
    """The plan with up to eight initiatives. Six in eight reach their target; one stays under it, and what
    follows rests on new evidence and a changed bet, and is used; one comes out under its kill line and is
    stopped, and nothing follows. What they consist of is stated from the first strategy on: a later version
    that only names one epic more would count as a decision."""
    # What sales proposed is no bet of the strategy.
    free = [e for e in plan.epics if e.done is not None and e.intent and e.role != "sales"]
    free.sort(key=lambda e: e.done or 0)
    order, taken = [*plan.intents], set[int]()
    found: list[Initiative] = []
    for n in range(MOST):
        left = [e for e in free if e.number not in taken]
        turn = n % len(order)
        bets = (_bet(plan, intent, left) for intent in order[turn:] + order[:turn])
        epics = next((b for b in bets if b), ())
        if not epics:
            break
        taken |= {e.number for e in epics}
        root, *later = epics
        released = root.done or 0.0
        found.append(Initiative(
            f"bet-{n + 1}", root.intent or "", root.number, tuple(e.number for e in later), released,
            *_came_out(n, r), released + KILL_AFTER,
        ))  # fmt: skip
    plan = replace(plan, initiatives=tuple(found))
    for initiative in found:
        plan = _answered(plan, initiative, r)
    return plan


def _bet(plan: Plan, intent: str, free: list[Epic]) -> tuple[Epic, ...]:
    """An epic of the intent that was released early enough, and up to three that followed; none: ()."""
    own = [e for e in free if e.intent == intent]
    for root in own:
        released = root.done or 0.0
        later = [e for e in own if e.started is not None and e.started > released + AFTER + 15]
        later.sort(key=lambda e: e.started or 0)
        if released > 0.5 * plan.days or len(later) < 2:
            break
        # Not all that comes is theirs: every second epic, so that what follows takes its time.
        chosen = later[:: 2 if len(later) >= 2 * FOLLOWERS else 1][:FOLLOWERS]
        if sum(e.size for e in chosen) >= root.size:
            return root, *chosen
    return ()


def _came_out(nth: int, r: random.Random) -> tuple[float, float]:
    """How many use what was released first, and what followed."""
    if nth % MOST == 2:
        return 0.31, 0.65
    well = r.uniform(0.55, 0.9)
    return (0.1, 0.1) if nth % MOST == 5 else (well, well)


def _answered(plan: Plan, of: Initiative, r: random.Random) -> Plan:
    """What a sound organisation does about a bet that came out badly."""
    if of.adoption < KILL:
        stopped = Amendment(day=of.kill_day + r.uniform(10, 50), drop=of.id)
        return put(replace(plan, amendments=(*plan.amendments, stopped)), [replace(of, followers=())])
    if of.adoption < TARGET:
        reworded = Amendment(day=of.released + AFTER + r.uniform(20, 50), reword=of.id)
        plan = replace(plan, amendments=(*plan.amendments, reworded))
    return learnt(plan, of, r) if of.adoption < TARGET else plan


def watched(plan: Plan) -> frozenset[int]:
    """The epics of initiatives under their target: what they rest on is those biases' that are about bets."""
    under = (i for i in plan.initiatives if i.adoption < TARGET)
    return frozenset(n for i in under for n in (i.root, *i.followers))


def learnt(plan: Plan, of: Initiative, r: random.Random) -> Plan:
    """With new evidence after the look at the adoption and before the first epic that follows."""
    if not of.followers:
        return plan
    first = plan.by_number[of.followers[0]]
    looked, started = of.released + AFTER, first.started or 0.0
    at = max(looked, first.created) + r.uniform(0.3, 0.9) * (started - max(looked, first.created))
    return changed(plan, [replace(first, evidence=(*first.evidence, Sign(r.choice(KINDS), at)))])


def unanswered(plan: Plan, of: Initiative) -> Plan:
    """As if nobody had decided anything about it."""
    return replace(plan, amendments=tuple(a for a in plan.amendments if of.id not in (a.drop, a.reword)))


def forgotten(plan: Plan, of: Initiative) -> Plan:
    """With what follows resting on nothing new: it was proposed, with its evidence, before the release."""
    return changed(plan, (_before(plan.by_number[n], of.released) for n in of.followers))


def _before(epic: Epic, day: float) -> Epic:
    """The epic as if it had been proposed some days before that day, with all that speaks for it."""
    back = max(0.0, epic.created - (day - 5))
    return replace(
        epic, created=epic.created - back, tagged=min(epic.tagged, day - 4),
        evidence=tuple(replace(s, at=min(s.at - back, day - 1)) for s in epic.evidence),
        asks=tuple(replace(a, at=min(a.at - back, day - 1)) for a in epic.asks),
    )  # fmt: skip


def put(plan: Plan, initiatives: list[Initiative]) -> Plan:
    """The plan with these initiatives for those of their ids."""
    new = {i.id: i for i in initiatives}
    return replace(plan, initiatives=tuple(new.get(i.id, i) for i in plan.initiatives))
