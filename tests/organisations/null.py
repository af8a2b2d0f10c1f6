"""An organisation without any bias, and far from perfect: nothing in it is a pattern, much in it is noise.

Of its epics about three quarters are started, 7 % declined and the rest waits. 20 % show no evidence, 4 %
only a link to a wiki; 30 % of the evidence is from deals, whoever proposed. Estimates are rounded and often
grow, every third date slips, some promises are made (after scoping), starts are spread over the quarters,
accounts ask as often as they are large, executives bring as much evidence as others and wait as long, 6 %
of the epics name no intent and 11 % no problem, every fourteenth intent is labelled only after the start,
some large epics miss a gate. What is decided against comes up and is declined; a little comes back on new
evidence.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import exp

from tests.organisations import company
from tests.organisations.bets import with_initiatives
from tests.organisations.plan import (
    LARGE,
    MANY,
    Account,
    Amendment,
    Ask,
    Due,
    Epic,
    Move,
    Plan,
    Sign,
    settled,
    until,
)
from tests.organisations.spelling import (
    DEAL,
    ELSEWHERE,
    EMERGENCY,
    EXCLUDED,
    GATES,
    HOSTS,
    KINDS,
    PLATFORM,
    PROBLEMS,
    REGULATORY,
    SOLUTIONS,
)

ROLES = {"product": 0.34, "sales": 0.2, "executive": 0.2, "engineering": 0.14, "support": 0.12}
"""Who proposes epics."""
ORIGINS = {
    "product": ("strategy", "research", "customer"), "engineering": ("engineering",), "sales": ("sales",),
    "support": ("support",), "executive": ("executive",),
}  # fmt: skip
ASKED = {"product": 0.5, "sales": 1.0, "executive": 0.25, "engineering": 0.1, "support": 0.8}
"""How often a customer is named, by the role of who proposes."""
BY_PROBLEM = (0.2, 0.22, 0.2, 0.055, 0.05, 0.045, 0.04, 0.04, 0.04)
"""Shares of the epics, in the order of PROBLEMS: most of the work goes into what is ranked worst."""
SIZES = (3, 5, 8, 13, 21, 34)
BACKFILL = 35.0
"""The day on which the epics of the first weeks get their intents, all at once."""
BULK_DUE = 0.45
"""The part of the time after which a release plan sets many due dates in one moment."""
BARE, ON_WIKI, FROM_DEAL, LATE_TAG, SKIPPED = 0.2, 0.04, 0.3, 0.07, 0.1
"""Parts: epics without evidence; those with a wiki link only; evidence from deals; intents labelled after the
start; large epics that miss a gate."""
_SUBJECTS = (
    "crew plan", "site diary", "cost view", "drawing set", "delivery slot", "weekly plan", "photo log",
    "permit list", "defect list", "machine plan", "bid sheet", "handover file",
)  # fmt: skip
_VERBS = ("Show", "Import", "Share", "Compare", "Print", "Speed up", "Sort", "Check", "Merge", "Sign")


def null(seed: int, epics: int, years: float) -> Plan:
    """A plan without any bias."""
    r = random.Random(f"organisation {seed}")
    days = round(365.25 * years)
    accounts = company.accounts(r)
    intents = _dealt(r, company.TARGETS, epics, 0.06)
    problems = _dealt(r, dict(zip(PROBLEMS, BY_PROBLEM, strict=True)), epics, 1 - sum(BY_PROBLEM))
    roles = _dealt(r, ROLES, epics, 0)
    liked = dict(zip(PROBLEMS, [*r.sample(SOLUTIONS, 6), *r.sample(SOLUTIONS, 3)], strict=True))
    made: list[Epic] = []
    for n in range(epics):
        created = (n + r.random()) / epics * (days - 10)
        epic = _opened(r, n, created, str(roles[n]), intents[n], problems[n], liked)
        epic = _planned(r, epic)
        epic = _supported(r, _asked(r, epic, accounts))
        made.append(settled(_queued(r, _dated(r, _gated(r, epic)))))
    for epic in [*made]:
        made[epic.number - 1] = _linked(r, epic, made)
    plan = Plan(
        seed=seed, days=days, epics=tuple(_declining(r, _at_once(made, days), days)), accounts=accounts,
        intents=company.TARGETS, owners=company.OWNERS, initiatives=(), amendments=_amendments(days),
        rankings=company.rankings(r, accounts), answers=company.answers(r, accounts),
    )  # fmt: skip
    return with_initiatives(plan, r)


def _dealt(r: random.Random, parts: Mapping[str, float], n: int, none: float) -> list[str | None]:
    """`n` values in these proportions, and None for the part `none`; in any order."""
    found: list[str | None] = []
    total = sum(parts.values())
    for value, part in parts.items():
        found += [value] * round(n * (1 - none) * part / total)
    found = (found + [None] * n)[:n] if none else (found + [r.choice([*parts]) for _ in range(n)])[:n]
    r.shuffle(found)
    return found


def _opened(
    r: random.Random, n: int, created: float, role: str, intent: str | None, problem: str | None,
    liked: Mapping[str, str],
) -> Epic:  # fmt: skip
    """An epic as it is proposed."""
    wait = 30 * exp(r.gauss(0, 0.5))
    fate = r.random()
    size = r.choices(SIZES, (4, 7, 9, 8, 5, 2))[0]
    started = created + wait if fate < 0.8 else None
    length = (6 + 2 * size) * exp(r.gauss(0, 0.35))
    scoped = fate < 0.97
    estimated = created + wait * r.uniform(0.3, 0.6) if scoped else None
    solution = liked[problem] if problem and r.random() < 0.4 else r.choice(SOLUTIONS)
    return Epic(
        number=n + 1,
        title=f"{_VERBS[r.randrange(10)]} the {_SUBJECTS[r.randrange(12)]} {n + 1}",
        role=role,
        reporter=r.choice(company.PEOPLE[role]),
        origin=r.choice(ORIGINS[role]),
        says_origin=r.random() < 0.75,
        intent=intent,
        tagged=_tagged(r, created, wait),
        problem=problem,
        solution=solution if r.random() < 0.87 else None,
        owner=company.OWNERS[intent] if intent else "pola",
        size=size,
        created=created,
        estimated=estimated,
        ready=estimated + wait * r.uniform(0.1, 0.35) if estimated is not None else None,
        started=started,
        done=started + length if started is not None and r.random() < 0.96 else None,
        marks=tuple(
            m for m, part in ((EMERGENCY, 0.04), (REGULATORY, 0.03), (PLATFORM, 0.08)) if r.random() < part
        ),
    )


def _tagged(r: random.Random, created: float, wait: float) -> float:
    """When the intent is labelled: mostly at once, sometimes a few days later, rarely after the start."""
    lot, later = r.random(), r.random()
    if created < BACKFILL - 5:
        return BACKFILL
    if lot < LATE_TAG:
        return created + wait + 2 + 28 * later
    return created if lot < 0.8 else created + 0.8 * later * wait


def _planned(r: random.Random, epic: Epic) -> Epic:
    """With estimates that grow: a third of them, some by more than half."""
    if epic.estimated is None or epic.started is None or r.random() > 0.33:
        return epic
    factor = r.choice((1.2, 1.3, 1.4, 1.6, 1.8))
    return replace(
        epic, grown=((epic.started + r.uniform(3, 10), max(epic.size + 1, round(epic.size * factor))),)
    )


def _span(epic: Epic) -> float:
    """How long it waits or will have waited, in days."""
    return (epic.started if epic.started is not None else epic.created + 40) - epic.created


def _asked(r: random.Random, epic: Epic, accounts: tuple[Account, ...]) -> Epic:
    """With the accounts that asked. Who sells names prospects too."""
    if r.random() > ASKED[epic.role]:
        return epic
    asks: list[Ask] = []
    for _ in range(1 if epic.role == "sales" else r.choice((1, 1, 2, 3))):
        some = company.prospects(accounts, epic.created) if epic.role == "sales" and r.random() < 0.4 else ()
        account = company.one_of(r, some or company.customers(accounts, epic.created)).name
        if account not in (a.account for a in asks):
            late = 0.0 if r.random() < 0.6 else r.uniform(0.02, 0.3) * _span(epic)
            asks.append(Ask(account, epic.created + late))
    if epic.role != "sales" or epic.estimated is None or r.random() > 0.4:
        return replace(epic, asks=tuple(asks))
    # A promise comes after the scope.
    promised = epic.estimated + 0.3 + r.random() * 3
    return replace(epic, asks=tuple(asks), promised=promised, contract=r.random() < 0.3)


def _supported(r: random.Random, epic: Epic) -> Epic:
    """With its evidence, whoever proposed it."""
    lot, span = r.random(), _span(epic)
    if lot < BARE:
        return epic
    if lot < BARE + ON_WIKI:
        return replace(epic, evidence=(Sign(ELSEWHERE, epic.created, link=True),))
    signs = []
    for n, other in enumerate(r.sample(KINDS, r.choice((1, 1, 2, 3)))):
        kind = DEAL if r.random() < FROM_DEAL else other
        at = epic.created + (r.uniform(0, 0.75) * span if n or r.random() < 0.6 else 0)
        signs.append(Sign(kind, at, link=kind in HOSTS and r.random() < 0.3))
    if epic.started is not None and r.random() < 0.1:
        signs.append(Sign(r.choice(KINDS), epic.started + r.uniform(2, 20)))
    return replace(epic, evidence=tuple(signs))


def _gated(r: random.Random, epic: Epic) -> Epic:
    """With the gates that it passes before it is started; an emergency passes none."""
    if epic.started is None or epic.estimated is None or EMERGENCY in epic.marks:
        return epic
    span = epic.started - epic.estimated
    skips = SKIPPED if epic.size >= LARGE else 0.4
    missed = r.choice((GATES[:1], GATES[1:], GATES)) if r.random() < skips else ()
    passed = ((g, epic.estimated + part * span) for g, part in zip(GATES, (0.2, 0.8), strict=True))
    return replace(epic, gates=tuple((g, at) for g, at in passed if g not in missed))


def _dated(r: random.Random, epic: Epic) -> Epic:
    """With due dates: of what is promised and of some other work; every third slips."""
    if epic.started is None or epic.ready is None or (epic.promised is None and r.random() > 0.4):
        return epic
    first = max(epic.ready, epic.promised or 0) + 0.2
    day = round(epic.started + (6 + 2 * epic.size) * r.uniform(0.9, 1.5))
    dues = [Due(first, day)]
    for _ in range(r.choices((0, 1, 2), (8, 4, 3))[0]):
        day += r.randrange(7, 30)
        last = dues[-1]
        dues.append(Due(last.at + r.uniform(0.5, 0.95) * (last.day - last.at), day))
    return replace(epic, dues=tuple(dues))


def _queued(r: random.Random, epic: Epic) -> Epic:
    """With moves in the queue before it is started: one by one, and once a month with many others."""
    span = _span(epic)
    moves = [
        Move(epic.created + r.uniform(0.1, 0.95) * span, r.random() < 0.5) for _ in range(r.choice((0, 1, 2)))
    ]
    groomed = 30.5 * (epic.created // 30.5 + 1)
    while groomed < epic.created + span:
        if r.random() < 0.6:
            moves.append(Move(groomed, r.random() < 0.5, together=True))
        groomed += 30.5
    return replace(epic, moves=tuple(sorted(moves, key=lambda m: m.at)))


def _linked(r: random.Random, epic: Epic, made: list[Epic]) -> Epic:
    """With a link to an earlier epic: mostly one of its own intent."""
    if epic.intent is None or r.random() > 0.35:
        return epic
    crossing = r.random() < 0.25
    before = made[: epic.number - 1]
    some = [e.number for e in before if e.intent and (e.intent != epic.intent) == crossing]
    return replace(epic, links=(r.choice(some),)) if some else epic


def _at_once(made: list[Epic], days: float) -> Iterator[Epic]:
    """A release plan sets the due dates of many epics in one moment, before they are scoped."""
    at = BULK_DUE * days
    open_ = [
        e for e in made
        if e.created < at < _start_of(e) and e.promised is None and (not e.dues or e.dues[0].at > at)
    ]  # fmt: skip
    open_ = sorted(open_, key=_scope_of)[-9:]
    for e in made:
        if e in open_ and len(open_) >= MANY:
            yield replace(e, dues=(Due(at, round(at + 120)),), together=True)
        else:
            yield e


def _start_of(e: Epic) -> float:
    return e.started if e.started is not None else float("inf")


def _scope_of(e: Epic) -> float:
    return e.estimated if e.estimated is not None else float("inf")


def _declining(r: random.Random, made: Iterator[Epic], days: float) -> Iterator[Epic]:
    """Every third epic that is never started is declined, the first of them for what they are about; a few
    that are built were declined once and came back on new evidence. One is about what is allowed by then."""
    against, allowed = iter([*EXCLUDED.values()][:2] * 2), "marketplace"
    for e in made:
        lot = r.random()
        if e.started is None and lot < 0.35:
            topic = next(against, None)
            title = f"Support {topic} {e.number}" if topic else e.title
            when = e.created + 5 + 60 * r.random()
            yield until(replace(e, title=title, declined=when), when)
        elif allowed and e.started is not None and e.created > ALLOWED * days + 5:
            title, allowed = f"Open the {allowed} {e.number}", ""
            yield replace(e, title=title)
        elif e.started is not None and e.estimated is not None and lot < 0.03:
            span = e.estimated - e.created
            other = [k for k in KINDS if k not in {s.kind for s in e.evidence}]  # a label cannot come twice
            fresh = Sign(r.choice(other), e.created + 0.5 * span)
            yield settled(replace(
                e, declined=e.created + 0.2 * span, reopened=e.created + 0.8 * span,
                evidence=(*e.evidence, fresh), reopened_by=company.OWNERS.get(e.intent or "", "pola"),
            ))  # fmt: skip
        else:
            yield e


ALLOWED = 0.35
"""The part of the time after which the marketplace is decided against no longer."""


def _amendments(days: float) -> tuple[Amendment, ...]:
    """The strategy allows something, and an intent goes to another owner, as happens."""
    return (
        Amendment(day=ALLOWED * days, allow="marketplace"),
        Amendment(day=0.6 * days, owner=("reporting", "pola")),
    )
