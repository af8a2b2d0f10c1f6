"""Tells a plan as the log takes it: the events of one Jira, and the versions of the strategy."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.organisations import company
from tests.organisations.files import day as day_of
from tests.organisations.files import key, strategies
from tests.organisations.plan import Account, Ask, Epic, Plan
from tests.organisations.spelling import (
    BUG,
    CONTRACT,
    CUSTOMER,
    DEAL,
    DECLINED,
    DOING,
    DONE,
    DOWN,
    ELSEWHERE,
    EPIC,
    EVIDENCE,
    EVIDENCE_HOST,
    FIELDS,
    FINISHED,
    GATE,
    HOSTS,
    INTENT,
    ORIGIN,
    POINTS,
    PROBLEM,
    PROJECT,
    PROMISED,
    PROSPECT,
    RANK,
    READY,
    REVIEW,
    SOLUTION,
    START,
    STATUSES,
    STORY,
    TODO,
    TYPES,
    UP,
    slug,
)
from tracker_sync.events import Added, Changed, Commented, Event, Named, Noted, Opened, Stated

HOUR = 3_600_000_000
DAY = 24 * HOUR
ZERO = int(datetime.fromisoformat(START).replace(tzinfo=UTC).timestamp()) * 1_000_000
ASSISTANT = "pola"
"""Who grooms the queue, and sets many dates at once."""
_SAID = ("Looks good so far.", "Waiting for the review.", "Half of it is there.", "The rest comes next week.")


def moment(day: float) -> int:
    """When that is, in microseconds UTC: between 8 and 18 on a working day, and what would be on a weekend
    early on the Monday after it. What is later in days is never earlier here."""
    whole, part = divmod(day, 1)
    weekday = int(whole) % 7
    if weekday >= 5:
        whole, part = whole - weekday + 7, (weekday - 5 + part) / 2
        return ZERO + int(whole) * DAY + 6 * HOUR + int(part * HOUR)
    return ZERO + int(whole) * DAY + 8 * HOUR + int(part * 10 * HOUR)


def told(plan: Plan) -> list[Event]:
    """What the tracker tells, in order of time. Tickets have their numbers after all epics."""
    number = max((e.number for e in plan.epics), default=0)
    accounts = {a.name: a for a in plan.accounts}
    found: list[Event] = []
    for epic in plan.epics:
        r = random.Random(plan.seed * 1_000_003 + epic.number)
        found += _events(
            _Told(str(epic.number), key(epic.number), epic.reporter), _epic(plan, epic, accounts, r)
        )
        for happened in _children(plan, epic, r):
            number += 1
            found += _events(_Told(str(number), key(number), epic.owner), happened)
    last = moment(plan.days)
    return sorted((e for e in found if e.ts < last), key=lambda e: e.ts)


def names() -> list[Event]:
    """What the tracker's ids are called."""
    every = {"status": STATUSES, "type": TYPES, "field": {k: (v, "") for k, v in FIELDS.items()}}
    return [
        Named(id=f"{attr}.{k}", item="", ts=ZERO, attr=attr, key=k, val=name, means=means)
        for attr, called in every.items()
        for k, (name, means) in called.items()
    ]


def stated(plan: Plan) -> list[Stated]:
    """The versions of the strategy, as they were recorded when they came into force."""
    return [
        Stated(id=f"strategy.{n}", item="", ts=moment(max(since, 0.0)), attr="strategy", val=text)
        for n, (since, text) in enumerate(strategies(plan), 1)
    ]


Happened = tuple[float, str | None, Any, dict[str, Any]]
"""(day, who, kind of event, its values)."""


class _Told(NamedTuple):
    """Which item the events are of."""

    item: str
    key: str
    reporter: str


def _events(of: _Told, happened: Iterator[Happened]) -> Iterator[Event]:
    """Its opening, what was there then, and what changed, each with what it was before."""
    some = sorted(happened, key=lambda h: h[0])
    created, held = some[0][0], dict[str, tuple[str, str | None]]()
    yield Opened(id=f"{of.item}:0", item=of.item, ts=moment(created), actor=of.reporter, val=of.key)
    for n, (day, who, kind, values) in enumerate(some, 1):
        at_once = day <= created and kind is Added
        mark = f"0.{n}" if at_once else f"m{n}" if kind is Commented else f"c{n}.1"
        if kind is Commented:
            values |= {"key": str(n)}
        if kind is Changed:
            values["old_key"], values["old"] = held.get(values["attr"], ("", None))
        if kind in (Added, Changed):
            held[values["attr"]] = values["key"], values["val"]
        actor = of.reporter if at_once else who
        yield kind(id=f"{of.item}:{mark}", item=of.item, ts=moment(day), actor=actor, **values)


def _added(day: float, who: str | None, attr: str, key: str, val: str = "") -> Happened:
    return day, who, Added, {"attr": attr, "key": key, "val": val or key}


def _changed(day: float, who: str | None, attr: str, val: str | None, key: str = "") -> Happened:
    return day, who, Changed, {"attr": attr, "key": key, "val": val}


def _opening(at: float, title: str, kind: str) -> Iterator[Happened]:
    yield _added(at, None, "title", "", title)
    yield _added(at, None, "type", kind, TYPES[kind][0])
    yield _added(at, None, "project", "1", PROJECT)
    yield _added(at, None, "status", TODO, STATUSES[TODO][0])


def _epic(plan: Plan, e: Epic, accounts: dict[str, Account], r: random.Random) -> Iterator[Happened]:
    at, owner = e.created, e.owner
    yield from _opening(at, e.title, EPIC)
    labels = [(PROBLEM, slug(e.problem or "")), (SOLUTION, e.solution or "")]
    labels += [(ORIGIN, e.origin if e.says_origin else "")]
    for start, word in labels:
        if word:
            yield _added(at, owner, "labels", start + word)
    for word in e.marks:
        yield _added(at, owner, "labels", word)
    if e.intent:
        yield _added(e.tagged, owner, "labels", INTENT + e.intent)
    for gate, day in e.gates:
        yield _added(day, owner, "labels", GATE + gate)
    yield from _for_whom(e, accounts, r)
    yield from _evidence(e, r)
    yield from _scope(e)
    yield from _course(e)
    for n in e.links:
        yield _added(at, owner, "links", f"relates to {key(n)}", key(n))
    if e.replaces is not None:
        yield _added(at, owner, "links", f"replaces {key(e.replaces)}", key(e.replaces))
    yield _added(at, owner, "assignee", "", owner)
    for day, who in e.handed:
        yield _changed(day, who, "assignee", who)
    if e.started is not None:
        yield e.started + 1.5, owner, Commented, {"val": r.choice(_SAID)}


def _for_whom(e: Epic, accounts: dict[str, Account], r: random.Random) -> Iterator[Happened]:
    for ask in e.asks:
        who = e.reporter if e.role in ("sales", "support") else r.choice(company.PEOPLE["support"])
        yield _added(ask.at, who, "labels", _asking(ask, accounts))
    if e.promised is not None:
        seller = e.reporter if e.role == "sales" else r.choice(company.PEOPLE["sales"])
        yield _added(e.promised, seller, "labels", CONTRACT if e.contract else PROMISED)


def _asking(ask: Ask, accounts: dict[str, Account]) -> str:
    since = accounts[ask.account].customer_since
    start = PROSPECT if since is None or since > ask.at else CUSTOMER
    return start + slug(ask.account)


def _evidence(e: Epic, r: random.Random) -> Iterator[Happened]:
    shown = set()
    for n, sign in enumerate(sorted(e.evidence, key=lambda s: s.at)):
        role = "sales" if sign.kind == DEAL else "support" if sign.kind == "support" else "product"
        who = r.choice(company.PEOPLE[role])
        host = EVIDENCE_HOST if sign.kind == ELSEWHERE else HOSTS.get(sign.kind)
        if host and (sign.link or sign.kind in shown):
            yield _added(sign.at, who, "remote_links", f"{e.number}{n}", f"https://{host}/call/{e.number}{n}")
        elif sign.kind not in shown:
            shown.add(sign.kind)
            yield _added(sign.at, who, "labels", EVIDENCE + sign.kind)


def _scope(e: Epic) -> Iterator[Happened]:
    if e.estimated is not None:
        yield _changed(e.estimated, e.owner, POINTS, str(e.size))
    for day, points in e.grown:
        yield _changed(day, e.owner, POINTS, str(points))
    for due in e.dues:
        yield _changed(due.at, ASSISTANT if e.together else e.owner, "due", str(day_of(due.day)))
    for move in e.moves:
        who = ASSISTANT if move.together else e.owner
        yield move.at, who, Noted, {"attr": RANK, "val": UP if move.up else DOWN}


def _course(e: Epic) -> Iterator[Happened]:
    """Its statuses, each as it comes; who takes it up again is told."""
    steps = [(e.ready, READY, None), (e.started, DOING, None), (e.done, DONE, FINISHED),
             (e.declined, DONE, DECLINED), (e.reopened, TODO, None)]  # fmt: skip
    resolved = None
    for day, status, resolution in sorted((s for s in steps if s[0] is not None), key=lambda s: s[0] or 0.0):
        when, who = day or 0.0, e.reopened_by if day == e.reopened else e.owner
        yield _step(when, who, status)
        if resolution != resolved:
            yield _changed(when, who, "resolution", resolution)
        resolved = resolution


def _step(day: float, who: str, status: str) -> Happened:
    return _changed(day, who, "status", STATUSES[status][0], status)


def _children(plan: Plan, e: Epic, r: random.Random) -> Iterator[Iterator[Happened]]:
    """Its tickets, begun one after the other; none before it is scoped."""
    if e.estimated is None:
        return
    size = r.choice((2, 3, 4)) if e.started is not None else 1
    begun = e.started
    end = next(
        (d for d in (e.done, e.declined if e.reopened is None else None) if d is not None), plan.days + 30
    )
    for n in range(size):
        if begun is None:
            yield _child(e, r, size, None, None)
            continue
        span = max(end - begun, 1.0)
        start = begun + 0.6 * span * n / size + 0.1
        length = min(0.45 * span, 45.0) * r.uniform(0.7, 1.2)
        yield _child(e, r, size, start, min(start + length, end - 0.05))


def _child(
    e: Epic, r: random.Random, size: int, start: float | None, end: float | None
) -> Iterator[Happened]:
    created = (e.estimated or e.created) + 0.05
    who = r.choice(company.PEOPLE["engineering"])
    yield from _opening(created, f"{e.title}: {r.choice(('page', 'store', 'test', 'export'))}",
                        BUG if r.random() < 0.08 else STORY)  # fmt: skip
    yield _added(created, e.owner, "parent", "", key(e.number))
    yield _added(created, e.owner, POINTS, "", str(max(1, round(e.size / size))))
    if start is None or end is None:
        return
    yield _changed(start - 0.01, who, "assignee", who)
    yield _step(start, who, DOING)
    for n in range(1, int((end - start) / 20) + 1):
        yield start + 20 * n, who, Commented, {"val": r.choice(_SAID)}
    given_up = e.declined is not None and e.reopened is None
    if not given_up and r.random() < 0.5:
        yield _step(start + 0.9 * (end - start), who, REVIEW)
    yield _step(end, who, DONE)
    yield _changed(end, who, "resolution", DECLINED if given_up else FINISHED)
