"""Biases in how bets are followed: feature on feature, too much in to stop, not the product's fault, anew.

What a strength s means:
- mvp-spiral: the part s of the initiatives that go on (one at least) stays under its target 90 days after
  the release, and is then followed by features that rest on nothing new and are at least as large as what
  was released.
- escalation: the part s of the initiatives that go on (one at least) comes out under its kill line and goes
  on without any decision; the estimates of what follows grow by 50 % + 100 % * s, and its dates slip twice.
- go-to-market-blame: the part s of the initiatives that go on (one at least) stays under its target, and
  what follows is pricing, positioning and sales material, on nothing new.
- new-owner-reset: the most important intent gets a new owner three times, with the same hypothesis, and
  each declines 5 % + 90 % * s of its open epics, but for those of initiatives, and has them proposed anew,
  all in 90 days.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from tests.organisations import company
from tests.organisations.bets import forgotten, learnt, put, unanswered
from tests.organisations.plan import Amendment, Due, Epic, Initiative, Plan, changed, lots, moved, until
from tests.organisations.spelling import GO_TO_MARKET, GO_TO_MARKET_TITLES

UNDER, FAR_UNDER = 0.31, 0.08
RESETS = (0.3, 0.5, 0.7)
"""The parts of the time after which a new owner comes."""


def mvp_spiral(plan: Plan, s: float, r: random.Random) -> Plan:
    """Few use it, so it needs more features."""
    for i in _some(plan, s, r):
        plan = forgotten(unanswered(put(plan, [replace(i, adoption=UNDER, later=UNDER)]), i), i)
    return plan


def escalation(plan: Plan, s: float, r: random.Random) -> Plan:
    """So much has gone into it that it cannot be stopped now."""
    for i in _some(plan, s, r):
        bad = replace(i, adoption=FAR_UNDER, later=FAR_UNDER)
        plan = learnt(unanswered(put(plan, [bad]), i), bad, r)
        plan = changed(plan, (_growing(plan.by_number[n], 1.5 + s) for n in i.followers))
    return plan


def _growing(e: Epic, factor: float) -> Epic:
    start = e.started or 0.0
    end = round(start + 30)
    dues = (Due(start - 0.1, end), Due(end - 4, end + 25), Due(end + 20, end + 60))
    return replace(e, grown=((start + 4, round(e.size * factor + 0.5)),), dues=dues, together=False)


def go_to_market_blame(plan: Plan, s: float, r: random.Random) -> Plan:
    """It is good, they only have to hear of it."""
    for i in _some(plan, s, r):
        told = i.followers[:2]
        plan = forgotten(
            unanswered(put(plan, [replace(i, adoption=UNDER, later=UNDER, followers=told)]), i), i
        )
        about, first = plan.by_number[i.root].title.lower(), int(r.random() * 3)
        plan = changed(plan, (
            replace(e, title=GO_TO_MARKET_TITLES[(first + n) % 3].format(about),
                    marks=(*e.marks, GO_TO_MARKET))
            for n, e in enumerate(map(plan.by_number.__getitem__, told))
        ))  # fmt: skip
    return plan


def _some(plan: Plan, s: float, r: random.Random) -> list[Initiative]:
    order = [i for i in sorted(plan.initiatives, key=lambda _: r.random()) if i.followers]
    return order[: max(1, round(s * len(order)))]


def new_owner_reset(plan: Plan, s: float, r: random.Random) -> Plan:
    """Who is new throws away what there is and begins again with the same."""
    intent, carried, drawn = next(iter(plan.intents)), plan.carried, lots(plan, r)
    for n, part in enumerate(RESETS):
        day, owner = part * plan.days, company.NEXT_OWNERS[n]
        after, new = list[Epic](), list[Epic]()
        for e in plan.epics:
            if e.intent != intent or not _open(e, day):
                continue
            lot = drawn[e.number]
            if lot[0] < 0.05 + 0.9 * s and e.number not in carried and e.reopened is None:
                end = min(day + 3 + 45 * lot[1], (e.done or plan.days) - 0.1)
                number = len(plan.epics) + len(new) + 1
                after.append(until(replace(e, declined=end), end))
                new.append(_anew(e, number, day + 5 + 55 * lot[2], owner))
                drawn[number] = lot[1:] + lot[:1]
            else:
                after.append(replace(e, handed=(*e.handed, (day + 1, owner))))
        plan = changed(plan, after)
        plan = replace(
            plan,
            epics=(*plan.epics, *new),
            amendments=(*plan.amendments, Amendment(day=day, owner=(intent, owner))),
        )
    return plan


def _open(e: Epic, day: float) -> bool:
    over = e.done if e.declined is None or e.reopened is not None else e.declined
    return e.created <= day and (over is None or over > day + 1)


def _anew(e: Epic, number: int, created: float, owner: str) -> Epic:
    again = moved(e, created - e.created)
    return replace(
        again, number=number, title=f"{e.title} anew", owner=owner, replaces=e.number, links=(), handed=()
    )


BIASES: dict[str, Callable[[Plan, float, random.Random], Plan]] = {
    "mvp-spiral": mvp_spiral, "escalation": escalation, "go-to-market-blame": go_to_market_blame,
    "new-owner-reset": new_owner_reset,
}  # fmt: skip
