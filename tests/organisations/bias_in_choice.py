"""Biases in what is chosen: the vivid problem, the small epic, the tool at hand, the wrong, the loud.

What a strength s means:
- focusing-illusion: the part of the epics that serve a problem which is ranked seventh of nine goes from 4
  % to 4 % + 48 % * s; that much is taken from all others alike.
- execution-orientation: of the ready epics that wait, the part 1.4 * s (all at most) has changed places in
  size with the largest of those started, and 70 % * s of the started epics of the most important intent are
  of another one.
- maslows-hammer: a part of 1.25 * s, 94 % at most, of the epics is solved by a dashboard, whatever their
  problem; of the others about 17 % are. Platform work stays as it is.
- wrong-cohort: a part of 1.2 * s, 90 % at most, of the epics that accounts asked for is asked for by accounts
  whose people do not care or love something else, and as much of the work on what near-fans wish for goes to
  what those wish for.
- loudest-account: a part of 1.24 * s, 87 % at most, of the asked-for epics is asked for by one account with
  about 2 % of the ARR; of the others 2 % are.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.organisations import company
from tests.organisations.plan import Ask, Epic, Plan, changed, is_started, lots
from tests.organisations.spelling import PLATFORM, PROBLEMS

VIVID = PROBLEMS[6]
HAMMER = "dashboard"


def focusing_illusion(plan: Plan, s: float, r: random.Random) -> Plan:
    """Everybody talks about one problem, so that is what is worked on."""
    drawn = lots(plan, r)
    return changed(plan, (
        replace(e, problem=VIVID) for e in plan.epics if e.problem and drawn[e.number][0] < 0.5 * s
    ))  # fmt: skip


def execution_orientation(plan: Plan, s: float, r: random.Random) -> Plan:
    """What can be finished soon is started; the large bets of the most important intent wait."""
    drawn, carried = lots(plan, r), plan.carried
    ready = [
        e for e in plan.epics if e.ready is not None and e.ready <= plan.days and e.number not in carried
    ]
    begun = [e for e in ready if is_started(plan, e)]
    waiting = [e for e in ready if not is_started(plan, e) and e.declined is None]
    large = iter(sorted(begun, key=lambda e: -e.size))
    swapped = []
    for e in waiting:
        if drawn[e.number][0] < 1.4 * s and (other := next(large, e)).size > e.size:
            swapped += [_sized(e, other.size), _sized(other, e.size)]
    top, *others = plan.intents
    leave = {
        e.number: others[int(drawn[e.number][2] * len(others))]
        for e in begun if e.intent == top and drawn[e.number][1] < 0.7 * s
    }  # fmt: skip
    return relabelled(changed(plan, swapped), leave)


def _sized(e: Epic, size: int) -> Epic:
    grown = tuple((at, max(size + 1, round(points * size / e.size))) for at, points in e.grown)
    return replace(e, size=size, grown=grown)


def relabelled(plan: Plan, intents: Mapping[int, str]) -> Plan:
    """With other intents for some epics; links that would lead from one intent to another are gone."""
    owners = dict(plan.owners)
    new = (
        replace(e, intent=intent, owner=owners.get(intent, e.owner), links=())
        if (intent := intents.get(e.number))
        else replace(e, links=tuple(n for n in e.links if n not in intents))
        for e in plan.epics
    )
    return replace(plan, epics=tuple(new))


def maslows_hammer(plan: Plan, s: float, r: random.Random) -> Plan:
    """Every problem looks as if it needed a dashboard."""
    drawn, part = lots(plan, r), min(0.94, 1.25 * s)
    return changed(plan, (
        replace(e, solution=HAMMER)
        for e in plan.epics if e.solution and PLATFORM not in e.marks and drawn[e.number][0] < part
    ))  # fmt: skip


def wrong_cohort(plan: Plan, s: float, r: random.Random) -> Plan:
    """Those are heard who would not miss the product, or love it for what it is not for."""
    drawn = lots(plan, r)

    def heard(e: Epic) -> Epic:
        lot = drawn[e.number]
        some = [a for a in company.served(plan.accounts, e.created) if a.cohort == "ignore"]
        if e.asks and lot[0] < min(0.9, 1.2 * s):
            e = _asked_by(e, some[int(lot[2] * len(some))].name)
        if e.problem in company.WISHES["target"] and lot[1] < min(0.9, 1.2 * s):
            e = replace(e, problem=company.WISHES["ignore"][0])
        return e

    return changed(plan, map(heard, plan.epics))


def loudest_account(plan: Plan, s: float, r: random.Random) -> Plan:
    """One account asks all the time, and is heard."""
    drawn = lots(plan, r)
    return changed(plan, (
        _asked_by(e, company.LOUD) for e in plan.epics if e.asks and drawn[e.number][0] < min(0.87, 1.24 * s)
    ))  # fmt: skip


def _asked_by(e: Epic, account: str) -> Epic:
    return replace(e, asks=(Ask(account, e.asks[0].at),))


BIASES: dict[str, Callable[[Plan, float, random.Random], Plan]] = {
    "focusing-illusion": focusing_illusion, "execution-orientation": execution_orientation,
    "maslows-hammer": maslows_hammer, "wrong-cohort": wrong_cohort, "loudest-account": loudest_account,
}  # fmt: skip
