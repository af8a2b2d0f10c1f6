"""Short histories with one event otherwise, and what that changes in what the rules on patterns find."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from unittest import mock

from tests.reports.initiatives import CUSTOMERS, House, epic, furnished
from tests.reports.test_edges import at, label, move
from tracker_sync.events import Added, Changed, Event, Stated
from tracker_sync.patterns import rules
from tracker_sync.patterns.detect import detect
from tracker_sync.patterns.facts import Facts
from tracker_sync.patterns.rules import BiasRule
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.facts import facts
from tracker_sync.reports.finding import Holds, Result, Unassessed
from tracker_sync.reports.warnings import Warnings, current

SECOND = 1_000_000
HELD = "held"
"""What a rule comes to where it looked, and is sure that there is nothing."""
Name = tuple[str, str]
"""(detector, subject) of a finding."""


@dataclass(frozen=True)
class Log:
    """What is told: events, the files beside them, and the last day that is asked about."""

    events: tuple[Event, ...]
    files: Mapping[str, str]
    until: str = "2026-12-31"

    @cached_property
    def parts(self) -> frozenset[object]:
        """Each event, each line of a file, and the day."""
        lines = {(name, line) for name, text in self.files.items() for line in text.splitlines()}
        return frozenset({*self.events, *lines, self.until})


Change = Callable[[Log], Log]


def told(*parts: list[Event] | Event) -> tuple[Event, ...]:
    """All of them, one after the other."""
    return tuple(e for part in parts for e in (part if isinstance(part, list) else [part]))


def sign(key: str, ts: int, value: str) -> Event:
    """A label, set at an instant."""
    return Added(id=f"{key}:new", item=key, ts=ts, attr="labels", key=value, val=value)


def estimate(key: str, day: float, seconds: int = 7200) -> Event:
    """How long it will take, said on a day."""
    return Changed(id=f"{key}:e{day}", item=key, ts=at(day), attr="estimate", val=str(seconds))


def due(key: str, day: float, when: str) -> Event:
    """When it is due, said on a day."""
    return Changed(id=f"{key}:d{day}", item=key, ts=at(day), attr="due", key="", val=when)


def links(key: str, to: str) -> Event:
    """The tracker links two items."""
    return Added(id=f"{key}:k{to}", item=key, ts=at(3), attr="links", key=to, val=f"relates to {to}")


def closed(key: str, day: float, why: str = "Won't Do") -> list[Event]:
    """An item ends, declined unless `why` says otherwise. Why is written down a quarter of an hour before, so
    that its end is one event."""
    said = Changed(id=f"{key}:r{day}", item=key, ts=at(day - 0.01), attr="resolution", val=why)
    return [said, move(key, day, "3")]


BESIDE = told(epic("N-1", "intent/export"), label("N-1", 1, "customer promise"), estimate("N-1", 4))
"""Beside every story: an epic that nobody begins, promised before it is scoped."""
STANDS = "bias/promised-before-scoped", "o:N-1"
"""So there is always another finding, which has to stay as it is."""


def as_told(log: Log) -> Log:
    """Nothing is otherwise."""
    return log


def without(id_: str) -> Change:
    """An event did not happen."""
    return _otherwise(id_, lambda e: None)


def also(*events: Event) -> Change:
    """An event happened besides."""
    return lambda log: replace(log, events=(*log.events, *events))


def moved(id_: str, to: int) -> Change:
    """An event happened at another time."""
    return _otherwise(id_, lambda e: replace(e, ts=to))


def saying(id_: str, was: str, now: str) -> Change:
    """An event said something else."""
    return _otherwise(id_, lambda e: _said(e, was, now))


def line(file: str, was: str, now: str) -> Change:
    """A line of a file reads otherwise; '' before is a new one, after none any more."""

    def change(log: Log) -> Log:
        text = log.files[file]
        if was not in text:
            raise ValueError(f"{file} does not say {was!r}")
        return replace(log, files={**log.files, file: text.replace(was, now) if was else f"{text}{now}\n"})

    return change


def both(first: Change, then: Change) -> Change:
    """One change and another one: where the first is that of the other side too."""
    return lambda log: then(first(log))


def asked(until: str) -> Change:
    """It is asked on another day."""
    return lambda log: replace(log, until=until)


def _otherwise(id_: str, how: Callable[[Event], Event | None]) -> Change:
    def change(log: Log) -> Log:
        if id_ not in {e.id for e in log.events}:
            raise ValueError(f"there is no event {id_}")
        events = (how(e) if e.id == id_ else e for e in log.events)
        return replace(log, events=tuple(e for e in events if e is not None))

    return change


def _said(event: Event, was: str, now: str) -> Event:
    value = getattr(event, "val", None) or ""
    if was not in value:
        raise ValueError(f"{event.id} does not say {was!r}")
    return replace(event, val=value.replace(was, now))  # type: ignore[call-arg]


@dataclass(frozen=True)
class Flip:
    """One event with which a rule finds nothing any more."""

    what: str
    """What happens otherwise, in words."""
    gone: Change
    """What makes the finding disappear."""
    still: Change = as_told
    """The other side of a boundary: the same event, and it is found all the same."""
    then: str = HELD
    """What the rule comes to without the finding: HELD, or words of what it needs."""
    moves: frozenset[str] = frozenset()
    """Limits of the strategy that are about the same event: what they say may change with it."""


@dataclass(frozen=True)
class Story:
    """A short history in which one rule finds something, and what makes it find nothing."""

    rule: str
    subjects: tuple[str, ...]
    log: Log
    flips: tuple[Flip, ...]

    @property
    def names(self) -> set[Name]:
        """What is found."""
        return {(f"bias/{self.rule}", subject) for subject in self.subjects}


@dataclass(frozen=True)
class Came:
    """What all rules come to in a log."""

    report: Warnings
    facts: Facts
    rules: tuple[BiasRule, ...]

    @property
    def findings(self) -> dict[Name, str]:
        """The claims, by whose and of what they are."""
        return {(f.detector, f.subject): f.claim for f in self.report.findings}

    @property
    def kinds(self) -> set[tuple[str, type[Result]]]:
        """Of each detector, whether anything was found, holds, or could not be said."""
        every = (*self.report.findings, *self.report.holds, *self.report.unassessed)
        return {(r.detector, type(r)) for r in every}

    def of(self, rule: str) -> list[Holds | Unassessed]:
        """What a rule comes to where it finds nothing."""
        return [r for r in (*self.report.holds, *self.report.unassessed) if r.detector == f"bias/{rule}"]


@dataclass
class Told:
    """Tells logs to organisations of their own, each log once."""

    place: Callable[[], Path]
    """A new folder."""
    came: dict[frozenset[object], Came] = field(default_factory=dict)
    read: Callable[[Path, str], BiasRule] = field(default_factory=lambda: cache(rules.read))
    """The rules are the same for all, and it takes long to read them."""

    def __call__(self, log: Log) -> Came:
        """What all rules come to in it."""
        if log.parts not in self.came:
            versions = [e.val for e in log.events if isinstance(e, Stated)]
            files = {"customers": CUSTOMERS, **log.files, **({"strategy": versions[-1]} if versions else {})}
            with mock.patch.object(rules, "read", self.read):
                for house in furnished(self.place()):
                    self.came[log.parts] = _come(house.write(**files), log)
        return self.came[log.parts]


def _come(house: House, log: Log) -> Came:
    drawn, looked = Drawn(*house.ask([*log.events, *BESIDE], until=log.until)), list[Facts]()

    def kept(drawn: Drawn) -> Facts:
        looked.append(facts(drawn))
        return looked[-1]

    with mock.patch("tracker_sync.reports.facts.facts", kept):
        report = current(drawn)
    return Came(report, looked[0], drawn.org.detectors.rules)


def one_thing(a: Log, b: Log) -> bool:
    """Whether two logs differ in one event, one line of a file, or the day alone: there, not there, or
    otherwise."""
    here, there = a.parts - b.parts, b.parts - a.parts
    return bool(here or there) and len(here) <= 1 and len(there) <= 1


def wrong(rule: BiasRule, told: Told, stories: Sequence[Story]) -> Iterator[Flip]:
    """The flips that come out otherwise than told by their stories, where their rule is as given here."""
    for story in (s for s in stories if s.rule == rule.id):
        for flip in story.flips:
            there, gone = (_found(rule, told(side(story.log)).facts) for side in (flip.still, flip.gone))
            if not {*story.subjects} <= there or {*story.subjects} & gone:
                yield flip


def _found(rule: BiasRule, facts: Facts) -> set[str]:
    return {one.subject for one in detect([rule], facts) if one.found}


def faults(flip: Flip, story: Story, told: Told) -> Iterator[str]:
    """What is not as it has to be: with one event otherwise exactly one finding is gone, and everything else
    is as before."""
    if not one_thing(flip.still(story.log), flip.gone(story.log)):
        yield "more than one event is otherwise, or none"
    there, gone = told(flip.still(story.log)), told(flip.gone(story.log))
    lost = {n: claim for n, claim in there.findings.items() if n not in gone.findings}
    if STANDS not in there.findings:
        yield f"nothing else is found beside: {[*there.findings]}"
    if not story.names <= lost.keys():
        yield f"not found before, or found still: {sorted(story.names - lost.keys())}; {there.of(story.rule)}"
    for name in {**there.findings, **gone.findings}.keys() - story.names:
        was, now = there.findings.get(name), gone.findings.get(name)
        if was != now and name[0] not in flip.moves:
            yield f"changed with it: {name}: {was!r}, now {now!r}"
    ours = {f"bias/{story.rule}", *flip.moves}
    yield from (f"comes to another result: {k}" for k in there.kinds ^ gone.kinds if k[0] not in ours)
    yield from _no_result(gone.of(story.rule), flip)


def _no_result(results: Sequence[Holds | Unassessed], flip: Flip) -> Iterator[str]:
    """Where nothing is found any more, that is said: it was looked at, or it is named what is missing."""
    if flip.then == HELD and not (results and all(isinstance(r, Holds) for r in results)):
        yield f"is not held: {results}"
    if flip.then != HELD and not any(flip.then in r.needs for r in results if isinstance(r, Unassessed)):
        yield f"does not need {flip.then!r}: {results}"
