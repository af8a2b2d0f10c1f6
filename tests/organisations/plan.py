"""What happens in a made-up organisation, as plain values: its epics, their histories and what is around.

Times are days since `spelling.START`, with fractions. Weekends are no exception here: `events.moment` moves
what would happen on one to the Monday after it. A bias takes a plan and gives another one; only then is it
told as events and files.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

AFTER = 90
"""Days after a release at which its adoption is looked at."""
JUMP = 14
"""A move up the queue so many days after a deal spoke is a jump."""
MANY = 6
"""Cards that are changed in one moment at least, where many are."""
LARGE = 13
"""Points from which an epic is large; gates are for these."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A piece of evidence that an epic shows from a day on."""

    kind: str
    at: float
    link: bool = False
    """Whether a link to a tool shows it, and not a label."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An account that is named as asking."""

    account: str
    at: float


@dataclass(frozen=True, slots=True)
class Move:
    """A move in the queue."""

    at: float
    up: bool
    together: bool = False
    """Whether many cards were moved in the same moment."""


@dataclass(frozen=True, slots=True)
class Due:
    """A due date that is set on one day for another."""

    at: float
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Epic:
    """An epic and all that ever happens to it. A time of None: it never does."""

    number: int
    title: str
    role: str
    """Of who proposed it."""
    reporter: str
    origin: str
    """Where the demand came from."""
    says_origin: bool
    """Whether a label says so."""
    intent: str | None
    tagged: float
    """When its intent was first labelled."""
    problem: str | None
    solution: str | None
    owner: str
    size: int
    """Its first estimate, in points."""
    created: float
    estimated: float | None
    ready: float | None
    started: float | None
    done: float | None
    declined: float | None = None
    reopened: float | None = None
    """When a decline was taken back."""
    reopened_by: str = ""
    promised: float | None = None
    contract: bool = False
    """Whether the promise is a contract."""
    grown: tuple[tuple[float, int], ...] = ()
    """Later estimates: (when, points)."""
    dues: tuple[Due, ...] = ()
    evidence: tuple[Sign, ...] = ()
    asks: tuple[Ask, ...] = ()
    moves: tuple[Move, ...] = ()
    gates: tuple[tuple[str, float], ...] = ()
    links: tuple[int, ...] = ()
    """Numbers of epics that it needs."""
    replaces: int | None = None
    marks: tuple[str, ...] = ()
    """Other labels from its creation on."""
    handed: tuple[tuple[float, str], ...] = ()
    """(when, to whom) somebody else became its owner."""
    together: bool = False
    """Whether its due date was set with those of many others in the same moment."""

    @property
    def insider(self) -> bool:
        """Whether somebody proposed it who builds, and serves nobody outside."""
        return self.role in ("product", "engineering", "executive")

    @property
    def problem_evidence(self) -> tuple[Sign, ...]:
        """All but what is kept elsewhere, of which nothing is known."""
        return tuple(s for s in self.evidence if s.kind != "elsewhere")

    @property
    def deals(self) -> tuple[float, ...]:
        """When a deal, an account or a promise spoke for it."""
        promised = () if self.promised is None else (self.promised,)
        return (*(a.at for a in self.asks), *(s.at for s in self.evidence if s.kind == "deal"), *promised)


@dataclass(frozen=True, slots=True)
class Initiative:
    """A bet under an intent: what it began with, and what followed its release."""

    id: str
    intent: str
    root: int
    followers: tuple[int, ...]
    released: float
    adoption: float
    """Share of those served that use it 90 days after its first release; all whom it serves are counted."""
    later: float
    """The same share for what followed."""
    kill_day: float
    """When it is looked at whether it came out below the kill line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A later version of the strategy: as before, but for this."""

    day: float
    allow: str = ""
    """What is decided against no longer."""
    drop: str = ""
    """An initiative that is stopped."""
    reword: str = ""
    """An initiative that goes on as something else."""
    owner: tuple[str, str] | None = None
    """(intent, its new owner)."""
    add: tuple[str, ...] = ()
    """Intents that come on top."""


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, or somebody who may become one."""

    name: str
    arr: int
    """Of a prospect: what it would pay."""
    cohort: str
    """What its people mostly answer: `fan`, `target` (nearly a fan, for what the fans love) or `ignore`."""
    customer_since: float | None
    """None: it stays a prospect."""
    icp: bool = True
    design_partner: bool = False


class Ranking(NamedTuple):
    """The problems as a persona at an account ranks them, the worst first."""

    account: str
    persona: str
    problems: tuple[str, ...]


class Answer(NamedTuple):
    """What somebody answered to the survey."""

    account: str
    persona: str
    disappointed: str
    benefit: str
    improvement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole organisation."""

    seed: int
    days: float
    epics: tuple[Epic, ...]
    intents: Mapping[str, float]
    """Those of the first strategy, each with its target share."""
    owners: Mapping[str, str]
    """By intent."""
    initiatives: tuple[Initiative, ...]
    amendments: tuple[Amendment, ...]
    accounts: tuple[Account, ...]
    rankings: tuple[Ranking, ...]
    answers: tuple[Answer, ...]

    @property
    def by_number(self) -> dict[int, Epic]:
        """The epics by their numbers."""
        return {e.number: e for e in self.epics}

    @property
    def carried(self) -> frozenset[int]:
        """The epics of initiatives."""
        return frozenset(n for i in self.initiatives for n in (i.root, *i.followers))


def changed(plan: Plan, epics: Iterable[Epic]) -> Plan:
    """The plan with these epics for those of their numbers."""
    new = {e.number: e for e in epics}
    return replace(plan, epics=tuple(new.get(e.number, e) for e in plan.epics))


def lots(plan: Plan, r: random.Random) -> dict[int, tuple[float, ...]]:
    """Four lots for each epic, by its number. A bias of more strength takes the epics that one of less
    strength takes, and more: those whose first lot is below its part."""
    return {e.number: (r.random(), r.random(), r.random(), r.random()) for e in plan.epics}


def moved(epic: Epic, by: float) -> Epic:
    """The epic with its whole history some days later, but for what was done to many cards at once."""

    def at(day: float | None) -> float | None:
        return None if day is None else day + by

    return replace(
        epic, tagged=epic.tagged + by, created=epic.created + by, estimated=at(epic.estimated),
        ready=at(epic.ready), started=at(epic.started), done=at(epic.done), declined=at(epic.declined),
        reopened=at(epic.reopened), promised=at(epic.promised),
        grown=tuple((day + by, points) for day, points in epic.grown),
        dues=() if epic.together else tuple(Due(d.at + by, d.day + round(by)) for d in epic.dues),
        together=False, evidence=tuple(replace(s, at=s.at + by) for s in epic.evidence),
        asks=tuple(replace(a, at=a.at + by) for a in epic.asks),
        moves=tuple(replace(m, at=m.at + by) for m in epic.moves if not m.together),
        gates=tuple((name, day + by) for name, day in epic.gates),
        handed=tuple((day + by, who) for day, who in epic.handed),
    )  # fmt: skip


def is_started(plan: Plan, epic: Epic) -> bool:
    """Whether it is started before the plan ends."""
    return epic.started is not None and epic.started <= plan.days


def quick(epic: Epic, factor: float) -> Epic:
    """The epic so many times as quickly from its proposal to its start; then it takes as long as before."""
    if epic.started is None:
        return epic
    start, wait = epic.created, epic.started - epic.created
    cut = wait - wait / factor

    def at(day: float) -> float:
        return start + (day - start) / factor if day <= start + wait else day - cut

    def maybe(day: float | None) -> float | None:
        return None if day is None else at(day)

    return replace(
        epic, tagged=max(start, at(epic.tagged)), estimated=maybe(epic.estimated), ready=maybe(epic.ready),
        started=at(epic.started), done=maybe(epic.done), declined=maybe(epic.declined),
        reopened=maybe(epic.reopened), promised=maybe(epic.promised),
        grown=tuple((at(day), points) for day, points in epic.grown),
        dues=tuple(Due(at(d.at), d.day - round(cut)) for d in epic.dues),
        evidence=tuple(replace(s, at=at(s.at)) for s in epic.evidence),
        asks=tuple(replace(a, at=at(a.at)) for a in epic.asks),
        moves=tuple(m if m.together else replace(m, at=at(m.at)) for m in epic.moves),
        gates=tuple((name, at(day)) for name, day in epic.gates),
    )  # fmt: skip


def settled(epic: Epic) -> Epic:
    """The epic without single moves up the queue soon after a deal spoke for it."""
    kept = tuple(
        m
        for m in epic.moves
        if not m.up or m.together or not any(0 <= m.at - d <= JUMP + 2 for d in epic.deals)
    )
    return epic if kept == epic.moves else replace(epic, moves=kept)


def until(epic: Epic, day: float) -> Epic:
    """The epic as far as it has come by a day."""

    def at(when: float | None) -> float | None:
        return None if when is None or when > day else when

    return replace(
        epic, estimated=at(epic.estimated), ready=at(epic.ready), started=at(epic.started),
        done=at(epic.done), declined=at(epic.declined), reopened=at(epic.reopened),
        promised=at(epic.promised), grown=tuple(g for g in epic.grown if g[0] <= day),
        dues=tuple(d for d in epic.dues if d.at <= min(day, epic.done or day)),
        asks=tuple(a for a in epic.asks if a.at <= day),
        evidence=tuple(s for s in epic.evidence if s.at <= day),
        moves=tuple(m for m in epic.moves if m.at <= day),
        gates=tuple(g for g in epic.gates if g[1] <= day),
        handed=tuple(h for h in epic.handed if h[0] <= day),
    )  # fmt: skip


def ended(plan: Plan) -> Plan:
    """The plan as far as it has come on its last day. What would have been done to many cards at once, of
    which only a few are left, was not done."""
    epics = [until(e, plan.days) for e in plan.epics if e.created < plan.days]
    cards = Counter(m.at for e in epics for m in e.moves if m.together)
    dated = sum(e.together and bool(e.dues) for e in epics)
    return replace(
        plan,
        epics=tuple(_but_few(e, cards, dated) for e in epics),
        amendments=tuple(a for a in plan.amendments if a.day < plan.days),
    )


def _but_few(e: Epic, cards: Counter[float], dated: int) -> Epic:
    e = replace(e, moves=tuple(m for m in e.moves if not m.together or cards[m.at] >= MANY))
    if e.together and (dated < MANY or not e.dues):
        return replace(e, dues=(), together=False)
    return e
