"""A made-up log of any size for `make bench-log`: the same events for the same size, as they were learned."""

import random
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count, pairwise
from typing import Any, NamedTuple

from tracker_sync.events import (
    Added,
    Changed,
    Commented,
    Dropped,
    Event,
    Moved,
    Named,
    Opened,
    Removed,
    Restored,
)

SEED = 20261120
PER_ITEM = 12.5
PAGE = 5_000
"""Events of one append, at most."""
LATE = 0.001
HOUR = 3_600_000_000
DAY = 24 * HOUR
HOLD = 2 * DAY
"""How late most events are learned, at most: a page that takes longer to fill is appended as it is."""
START = int(datetime(2020, 11, 2, tzinfo=UTC).timestamp()) * 1_000_000
END = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp()) * 1_000_000
SOURCES = {"north": 100, "south": 60, "west": 40}
"""How many projects each has."""
TODO, DOING, DONE = ("1", "To Do"), ("3", "In Progress"), ("5", "Done")
STATUSES = ((TODO, "new"), (DOING, "indeterminate"), (DONE, "done"))
EPIC = ("10000", "Epic")
TYPES = (("10001", "Story"), ("10002", "Task"), ("10003", "Bug"))
ACCOUNTS = [
    a + b
    for a in ("Bright", "Calder", "Fen", "Harrow", "Kestrel", "Lark", "Oak", "Quill")
    for b in ("dale", "ford", "holm", "mere", "wick")
]
INTENTS = ("core", "reach", "speed", "trust", "late")
PLAIN = (
    "backend",
    "frontend",
    "ui",
    "api",
    "performance",
    "tech-debt",
    "docs",
    "security",
    "mobile",
    "infra",
)
TELLING = (
    "customer request", "research", "commercial sales priority::1", "committed", "payroll", "intent/fantasy",
    "customer/nobody-knows", *(f"customer/{a.lower()}" for a in ACCOUNTS),
    *(f"prospect-{a.lower()}" for a in ACCOUNTS[::2]),
)  # fmt: skip
ROLES = ("sales", "support", "product", "engineering", "executive")
STRATEGY = """\
effective = 2020-01-01
[icp]
segments = ["mid-market", "enterprise"]
[[not_doing]]
id = "payroll"
why = "Others do it better."
patterns = ["payroll"]
"""
WORDS = (  # noqa: SIM905 - a text, not a list
    "the a of to in for with when after before that this it is are was can should must we they page export "
    "import report filter list form button table total month week plan crew site order line item price field "
    "user name date file upload search sort column row error message slow wrong missing again still works "
    "fails opens closes shows hides saves loads changes moves first last next other same each every only"
).split()
SIGNS = (
    " The deal with {} depends on it.", " See https://acme.zendesk.com/agent/tickets/{}.",
    " We promised it to the customer.", " More in https://na1.salesforce.com/006{:05}.",
)  # fmt: skip


class Learned(NamedTuple):
    """An event and when its source's next page could have it."""

    at: int
    nth: int
    source: str
    event: Event


class Page(NamedTuple):
    """The events of one append."""

    source: str
    now: int
    events: list[Event]


class Draft(NamedTuple):
    """Something that happens to an item, before it has an id."""

    ts: int
    kind: Any
    values: dict[str, Any]
    mark: str = ""
    """What its id is made with, other than that of a change."""


@dataclass(slots=True)
class Project:
    """Where items are filed; its last epics are those that get children."""

    number: int
    source: str
    key: str
    last: int = 0
    epics: deque[str] = field(default_factory=lambda: deque(maxlen=6))


@dataclass(slots=True)
class Maker:
    """Makes one item after the other, with the comments that are needed for `PER_ITEM` events each."""

    r: random.Random
    projects: list[Project] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    prose: str = ""
    ids: dict[str, Iterator[int]] = field(default_factory=dict)
    saved: float = 0
    """Events that the items so far had too few."""

    def __post_init__(self) -> None:
        letters = "ABCDEFGHIJKLMNOPRSTUVWXYZ"
        keys = self.r.sample([a + b + c for a in letters for b in "AEIOU" for c in letters], 200)
        sources = [source for source, projects in SOURCES.items() for _ in range(projects)]
        self.projects = [Project(n, s, key) for n, (s, key) in enumerate(zip(sources, keys, strict=True))]
        total = 0.0
        self.weights = [total := total + self.r.paretovariate(1.2) for _ in self.projects]
        self.people = [f"{self.r.getrandbits(96):024x}" for _ in range(2000)]
        self.prose = " ".join(_sentence(self.r) for _ in range(20_000))
        self.ids = {source: count(10_000) for source in SOURCES}

    def item(self, created: int, *, last: bool) -> tuple[str, list[Event]]:
        """The next item: its source and its events, in order of time."""
        r = self.r
        project = r.choices(self.projects, cum_weights=self.weights)[0]
        project.last += 1
        key, item = f"{project.key}-{project.last}", str(next(self.ids[project.source]))
        epic = r.random() < 0.05
        parent = r.choice(project.epics) if not epic and project.epics and r.random() < 0.8 else None
        if epic:
            project.epics.append(key)
        reporter = r.choice(self.people)
        opening = list(self._opening(project, key, created, epic, parent))
        drafts = [d for d in self._drafts(project, created, epic, parent) if d.ts <= END]
        self.saved += PER_ITEM - len(opening) - len(drafts)
        if last or r.random() < 0.45:
            drafts += self._comments(created, max((d.ts for d in drafts), default=END))
        if r.random() < 0.01:
            drafts += self._end(project, key, created)
        drafts.sort(key=lambda d: d.ts)
        return project.source, [*_opened(item, reporter, opening), *_happened(r, self.people, item, drafts)]

    def _opening(
        self, project: Project, key: str, at: int, epic: bool, parent: str | None
    ) -> Iterator[Draft]:
        r = self.r
        yield Draft(at, Opened, {"val": key})
        if r.random() < 0.4:
            yield _added(at, "body", "", self._text(100, 800))
        for label in self._labels(epic):
            yield _added(at, "labels", label, label)
        if parent:
            yield _added(at, "parent", "", parent)
        yield _added(at, "project", str(10_000 + project.number), project.key)
        yield _added(at, "status", *TODO)
        yield _added(at, "title", "", self._text(15, 60).capitalize())
        yield _added(at, "type", *(EPIC if epic else r.choice(TYPES)))

    def _labels(self, epic: bool) -> list[str]:
        r = self.r
        found = r.choices(PLAIN, k=r.choice((0, 0, 0, 1, 1, 2)))
        if r.random() < (0.7 if epic else 0.05):
            found.append(f"intent/{r.choice(INTENTS)}")
        if r.random() < 0.15:
            found.append(r.choice(TELLING))
        return sorted(set(found))

    def _drafts(self, project: Project, created: int, epic: bool, parent: str | None) -> Iterator[Draft]:
        r = self.r
        started = created + _days(r, 20)
        yield from _walk(_statuses(r, started, 60 if epic else 8))
        at = created + int(r.random() * (started - created))
        who: list[str | None] = [None, r.choice(self.people)]
        if r.random() < 0.3:
            who.append(r.choice(self.people))
        for old, new in pairwise(who):
            yield Draft(at, Changed, {"attr": "assignee", "val": new, "old": old})
            at += _days(r, 6)
        if r.random() < 0.3:
            label, at = r.choice(PLAIN + TELLING), created + _days(r, 10)
            yield _added(at, "labels", label, label)
            if r.random() < 0.4:
                yield Draft(at + _days(r, 5), Dropped, {"attr": "labels", "key": label, "val": label})
        if project.epics and not epic and r.random() < 0.05:
            values = {"attr": "parent", "val": r.choice(project.epics), "old": parent}
            yield Draft(created + _days(r, 10), Changed, values)

    def _comments(self, since: int, until: int) -> Iterator[Draft]:
        """As many as there were too few events so far."""
        r = self.r
        for n in range(1, int(self.saved) + 1):
            text = self._text(50, 330)
            if r.random() < 0.02:
                text += r.choice(SIGNS).format(r.randrange(10_000))
            yield Draft(r.randint(since, until), Commented, {"key": str(n), "val": text}, f"m{n}")
        self.saved -= max(0, int(self.saved))

    def _end(self, project: Project, key: str, created: int) -> Iterator[Draft]:
        """Moved to another key, or gone and perhaps back; they take the place of later comments."""
        r = self.r
        at = created + _days(r, 100)
        found = [Draft(at, Moved, {"val": f"{project.key}-{10**6 + project.last}", "old": key})]
        if r.random() < 0.5:
            found = [Draft(at, Removed, {"val": "it is not found any more"}, "x1")]
            if r.random() < 0.4:
                found.append(Draft(at + _days(r, 10), Restored, {}, "y1"))
        for draft in found:
            if draft.ts <= END:
                self.saved -= 1
                yield draft

    def _text(self, least: int, most: int) -> str:
        """Some whole words out of the prose."""
        start = self.prose.index(" ", self.r.randrange(len(self.prose) - 2 * most)) + 1
        return self.prose[start : start + self.r.randint(least, most)].rpartition(" ")[0]


def pages(size: int, hold: int = HOLD) -> Iterator[Page]:
    """The whole log, of `size` events of items and some of names, in the order in which it was learned."""
    r = random.Random(SEED)
    now = START
    for source in SOURCES:
        yield Page(source, now, list(_names()))
    waiting: dict[str, list[Learned]] = {source: [] for source in SOURCES}
    for learned in _learned(Maker(r), round(size / PER_ITEM)):
        page = waiting[learned.source]
        page.append(learned)
        if len(page) == PAGE or learned.at > page[0].at + hold:
            now = max(now, learned.at + r.randrange(HOUR))
            yield Page(learned.source, now, [one.event for one in page])
            page.clear()
    for source, page in waiting.items():
        yield Page(source, now + HOUR, [one.event for one in page])


def _learned(maker: Maker, items: int) -> Iterator[Learned]:
    """Only what is still to come of the items so far is held."""
    waiting: list[Learned] = []
    number = count()
    for n in range(items):
        # More and more of them, as companies grow.
        created = START + int((END - START) * ((n + maker.r.random()) / items) ** 0.8)
        while waiting and waiting[0].at <= created:
            yield heappop(waiting)
        source, events = maker.item(created, last=n == items - 1)
        for event in events:
            late = event.ts > created and maker.r.random() < LATE
            at = event.ts + (maker.r.randint(DAY, 10 * DAY) if late else 0)
            heappush(waiting, Learned(at, next(number), source, event))
    while waiting:
        yield heappop(waiting)


def _names() -> Iterator[Event]:
    for (key, val), means in STATUSES:
        yield Named(id=f"name.status.{key}", item="", ts=0, attr="status", key=key, val=val, means=means)
    for key, val in (EPIC, *TYPES):
        level = "1" if val == "Epic" else "0"
        yield Named(id=f"name.type.{key}", item="", ts=0, attr="type", key=key, val=val, means=level)


def _opened(item: str, reporter: str, drafts: Iterable[Draft]) -> Iterator[Event]:
    for n, d in enumerate(drafts):
        mark = f"{item}:0.{n}" if n else f"{item}:0"
        yield d.kind(id=mark, item=item, ts=d.ts, actor=reporter, **d.values)


def _happened(r: random.Random, people: list[str], item: str, drafts: Iterable[Draft]) -> Iterator[Event]:
    change = count(1)
    for d in drafts:
        mark = d.mark or f"c{next(change)}.1"
        actor = None if d.kind in (Removed, Restored) else r.choice(people)
        yield d.kind(id=f"{item}:{mark}", item=item, ts=d.ts, actor=actor, **d.values)


def _statuses(r: random.Random, started: int, effort: float) -> Iterator[tuple[int, tuple[str, str]]]:
    """To Do → In Progress → (sometimes back, or done again) → Done."""
    if (chance := r.random()) < 0.05:
        yield started, DONE
    elif chance < 0.93:
        yield started, DOING
        for status in r.choice(((), (), (), (), (TODO, DOING), (DONE, DOING))):
            started += _days(r, effort / 3)
            yield started, status
        yield started + _days(r, effort), DONE


def _walk(statuses: Iterable[tuple[int, tuple[str, str]]]) -> Iterator[Draft]:
    before = TODO
    for at, status in statuses:
        values = {"attr": "status", "key": status[0], "val": status[1]}
        yield Draft(at, Changed, values | {"old_key": before[0], "old": before[1]})
        before = status


def _added(at: int, attr: str, key: str, val: str) -> Draft:
    return Draft(at, Added, {"attr": attr, "key": key, "val": val})


def _days(r: random.Random, mean: float) -> int:
    return HOUR + int(r.expovariate(1 / mean) * DAY)


def _sentence(r: random.Random) -> str:
    return " ".join(r.choices(WORDS, k=r.randint(5, 14))).capitalize() + "."


def files() -> dict[str, str]:
    """The configuration and what judgement rests on, by name of file."""
    r = random.Random(SEED)
    people = Maker(r).people
    rows = ["name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"]
    for name in ACCOUNTS:
        row = f"{name},,,{r.choice(('mid-market', 'enterprise', 'small-business'))},construction,,"
        since, icp = f"{r.randint(2021, 2025)}-0{r.randint(1, 9)}-01", r.choice(("yes", "no", ""))
        rows += [f"{row},prospect,2020-01-01,{since},{icp},,", f"{row},customer,{since},,{icp},,"]
    return {
        "tracker-sync.toml": "\n".join(
            f'[[sources]]\nname = "{s}"\nkind = "jira"\nurl = "https://{s}.example.test"\n' for s in SOURCES
        ),
        "customers.csv": "\n".join(rows) + "\n",
        "people.toml": "".join(
            f'[[people]]\nlogins = ["{who}"]\nrole = "{role}"\n'
            for who, role in zip(people, ROLES * 30, strict=False)
        ),
        "strategy.toml": STRATEGY
        + "".join(
            f'[[intents]]\nid = "{i}"\nmission = "Yes."\ntarget = 0.2\n'
            + ("since = 2023-05-01\n" if i == "late" else "")
            for i in INTENTS
        ),
    }
