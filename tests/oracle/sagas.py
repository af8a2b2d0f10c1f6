"""What became of each initiative: its epics, releases, adoption, kill lines, decisions and tombstones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from tests.oracle.effort import last_in_progress
from tests.oracle.shares import Bounds, Oracle, over
from tests.oracle.sides import Sides, spent
from tests.oracle.strategy import Version, at_end
from tests.oracle.tags import Tagged
from tests.oracle.usage import Usage, usage
from tests.oracle.weights import Weights
from tests.oracle.went import Went
from tests.oracle.world import Issue

GRADES = (
    (), ("deal", "asked"), ("interview", "support", "research"), ("survey",), ("ranking",),
    ("experiment", "usage"),
)  # fmt: skip
"""From the weakest."""
OUTCOMES = ("crossed", "cannot be told", "held", "ahead")
"""From the worst."""


@dataclass(frozen=True)
class Check:
    """90 days after a release."""

    epic: str
    released: int
    at: int
    usage: Usage | None
    target: Fraction | None
    verdict: str | None


@dataclass(frozen=True)
class KillLine:
    """Below this, it was agreed to stop."""

    metric: str
    below: Fraction
    by: int | None
    outcome: Bounds | None
    """None: kept elsewhere, or not counted."""
    state: str


@dataclass(frozen=True)
class Epic:
    """An epic of an initiative."""

    ref: str
    state: str
    started: int | None
    releases: tuple[int, ...]
    stops: tuple[int, ...]
    effort: Fraction
    check: Check | None
    """Of itself alone, on the 90th day after its last release."""
    own: int
    grade: int
    followers: tuple[str, ...]


@dataclass(frozen=True)
class Saga:
    """One initiative."""

    id: str
    intent: str
    owner: str | None
    text: str
    since: int
    gone: int | None
    stage: str
    building: int
    cycles: int
    people: int
    handovers: int
    effort: Fraction
    effort_all: Fraction
    money: tuple[Fraction, Fraction] | None
    started: int | None
    releases: tuple[int, ...]
    root: str | None
    epics: dict[str, Epic]
    missing: tuple[str, ...]
    checks: tuple[Check, ...]
    target: Fraction | None
    next_check: int | None
    kill_lines: tuple[KillLine, ...]
    decided: int | None
    waiting: int | None
    undecided: int | None


class Sagas:
    """All initiatives as of the end of a window."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.tree, self.end = of, of.tree, of.end - 1
        self.sides, self.went, self.weights = Sides(of), Went(of, of.end - 1), Weights(of)

    # -- the strategy ---------------------------------------------------------------------------

    @cached_property
    def versions(self) -> list[Version]:
        """ "The strategy in force at the end of the window, and versions before it"."""
        known = self.of.inputs.versions
        now = at_end(known, self.end, self.of.world.last)
        return known[: known.index(now) + 1] if now else []

    @staticmethod
    def said(version: Version, name: str) -> dict[str, Any] | None:
        """What a version says of an initiative."""
        return next((i for i in version.said.get("initiatives", []) if i["id"] == name), None)

    @staticmethod
    def lines(version: Version, name: str) -> list[dict[str, Any]]:
        """Its kill lines in a version."""
        every = version.said.get("limits", {}).get("kill_lines", [])
        return [line for line in every if line["initiative"] == name]

    @staticmethod
    def owner(version: Version, intent: str) -> str | None:
        """Who owns an intent."""
        return next((i.get("owner") or None for i in version.intents if i["id"] == intent), None)

    def since(self, version: Version) -> int:
        """When it came into force; one that is in force only after the end, and held against it, at the
        end."""
        return min(version.since, self.end)

    @cached_property
    def names(self) -> list[str]:
        """ "A row for each initiative of the strategy in force at the end of the window, and for each that
        only versions before it had"."""
        newest_first = reversed(self.versions)
        return [*dict.fromkeys(i["id"] for v in newest_first for i in v.said.get("initiatives", []))]

    # -- days -----------------------------------------------------------------------------------

    def last_instant(self, day: date) -> int:
        """Of a day."""
        return self.of.calendar.after(day) - 1

    def day(self, instant: int) -> date:
        """The calendar day."""
        return self.of.calendar.day_of(instant)

    # -- one initiative -------------------------------------------------------------------------

    def epics(self, name: str) -> tuple[list[Issue], list[str]]:
        """ "Those that the last version with the initiative names; a key that no item has is told"."""
        keys = (self.said(self.having(name)[-1], name) or {}).get("epics", [])
        found = {key: self.sides.find(key) for key in keys}
        there = [i for i in found.values() if i is not None]
        return [*dict.fromkeys(there)], [k for k, i in found.items() if i is None]

    def having(self, name: str) -> list[Version]:
        """The versions that have an initiative."""
        return [v for v in self.versions if self.said(v, name) is not None]

    @cached_property
    def rows(self) -> dict[str, Saga]:
        """All of them."""
        return {name: self._saga(name) for name in self.names}

    def _saga(self, name: str) -> Saga:
        having, (epics, missing) = self.having(name), self.epics(name)
        last, went = having[-1], self.went
        said = self.said(last, name) or {}
        gone = next((self.since(v) for v in self.versions[self.versions.index(last) + 1 :]), None)
        releases = sorted(r for e in epics for r in went.releases(e))
        starts = [s for e in epics if (s := went.started(e)) is not None]
        begun = [e for e in epics if went.started(e) is not None]
        root = min(begun, key=lambda e: went.started(e) or 0, default=None)
        target = last.said.get("limits", {}).get("adoption_target")
        aim = None if target is None else Fraction(str(target))
        checks = self._checks(epics, aim)
        until = self.end if gone is None else min(gone, self.end)
        lines = [self._line(line, epics, until) for line in self.lines(last, name)]
        decisions = self._decisions(name, epics)
        leaves = {leaf for e in epics for leaf in went.leaves(e)}
        stage = self._stage(gone is not None, epics, checks)
        waiting = None if stage in ("sunset", "stopped") else self._waiting(checks, lines, decisions)
        to_come = [at for at in map(self._check_day, releases) if at > self.end]
        return Saga(
            id=name, intent=said["intent"], owner=self.owner(last, said["intent"]), text=said.get("text", ""),
            since=self.since(having[0]), gone=gone, stage=stage,
            building=sum(went.state(e) == "building" for e in epics), cycles=self._cycles(epics),
            people=len(set().union(*(who for e in epics for _, who in self._had(e)))),
            handovers=len(self._owners(name)) + sum(len(self._handed(e)) for e in epics),
            effort=sum((self.of.effort.get(i, Fraction(0)) for i in leaves), Fraction(0)),
            effort_all=self._ever(leaves), money=self._money(leaves), started=min(starts, default=None),
            releases=tuple(releases), root=self.of.ref(root) if root else None,
            epics={self.of.ref(e): self._epic(e, epics, root, aim) for e in epics}, missing=tuple(missing),
            checks=tuple(checks), target=aim,
            next_check=min(to_come, default=None),
            kill_lines=tuple(lines), decided=max(decisions[1:], default=None), waiting=waiting,
            undecided=None if waiting is None else (self.day(self.end) - self.day(waiting)).days,
        )  # fmt: skip

    def _ever(self, leaves: set[Issue]) -> Fraction:
        """Person-days "from the first day of the log to the end"."""
        return sum((part for *_, leaf, part in spent(self.of, self.of.end) if leaf in leaves), Fraction(0))

    def _money(self, leaves: set[Issue]) -> tuple[Fraction, Fraction] | None:
        """ "The effort in the window at the lowest and at the highest rate of the team of whoever did it"."""
        rates, days = self.weights.rates, self.weights.paid(leaves)
        return None if rates.any is None else (rates.cost(days, 0), rates.cost(days, 1))

    @property
    def moments(self) -> list[tuple[str, int, str, str]]:
        """ "What happened when": (initiative, when, kind, epic)."""
        return [(name, *moment) for name in self.names for moment in self._moments(name)]

    def _moments(self, name: str) -> Iterator[tuple[int, str, str]]:
        went, ref, saga = self.went, self.of.ref, self.rows[name]
        epics, before = self.epics(name)[0], None
        for v in self.versions:
            says = (said, self.lines(v, name)) if (said := self.said(v, name)) is not None else None
            if says != before:
                yield self.since(v), "gone" if not says else "changed" if before else "stated", ""
            before = says
        begun = (self.said(self.having(name)[-1], name) or {}).get("since")
        if begun and self.of.calendar.midnight(begun) <= self.end:
            yield self.of.calendar.midnight(begun), "begun", ""
        yield from ((at, "owner", "") for at in self._owners(name))
        for epic in epics:
            start, releases = went.started(epic), went.releases(epic)
            happened = [(r, "released") for r in releases] + [(s, "stopped") for s in went.stops(epic)]
            happened += [(start, "started")] if start is not None else []
            happened += [(t, "again") for t in self._again(epic)]
            happened += [(self.of.calendar.midnight(d), "handover") for d in self._handed(epic)]
            happened += [(t, "said") for t in self._words(epic)]
            yield from ((at, kind, ref(epic)) for at, kind in happened)
        yield from ((c.at, "checked", c.epic) for c in saga.checks if c.usage)
        yield from ((k.by, "kill-line", "") for k in saga.kill_lines if k.by and k.state != "ahead")

    @property
    def share(self) -> Bounds:
        """The part of all effort that is under any of them."""
        leaves = {i for n in self.names for e in self.epics(n)[0] for i in self.went.leaves(e)}
        mine = sum((self.of.effort.get(i, Fraction(0)) for i in leaves), Fraction(0))
        return over(mine, mine, sum(self.of.work("effort").values(), Fraction(0)))

    def _stage(self, gone: bool, epics: list[Issue], checks: list[Check]) -> str:
        """ "Stage, the first that holds"."""
        went = self.went
        released = any(went.releases(e) for e in epics)
        if gone:
            return "sunset" if released else "stopped"
        if epics and all(went.state(e) == "stopped" for e in epics):
            return "stopped"
        if not released:
            return "idea" if all(went.started(e) is None for e in epics) else "building"
        newest = max(checks, key=lambda c: c.at, default=None)
        told = {"on target": "adopted", "under target": "under target"}
        return told.get((newest.verdict if newest else None) or "", "released")

    def _cycles(self, epics: list[Issue]) -> int:
        """ "All starts of epics, all times that an epic was in progress again after its first release, and
        all releases, in order of time (at one moment the release comes first): how often a start comes right
        after a release"."""
        went, moments = self.went, list[tuple[int, str]]()
        for epic in epics:
            start, releases = went.started(epic), went.releases(epic)
            moments += [(r, "a release") for r in releases]
            moments += [(start, "b start")] if start is not None else []
            moments += [(t, "b start") for t in self._again(epic)]
        kinds = [kind for _, kind in sorted(moments)]
        return sum(pair == ("a release", "b start") for pair in pairwise(kinds))

    def _again(self, epic: Issue) -> list[int]:
        """ "All times that an epic was in progress again after its first release"."""
        first = self.went.releases(epic)[:1]
        return [t for t in self.went.came(epic, "doing") if first and t > first[0]]

    # -- people ---------------------------------------------------------------------------------

    def _had(self, epic: Issue) -> Iterator[tuple[date, set[str]]]:
        """Who had the epic itself in progress, day by day, by its last instant in progress."""
        calendar, end = self.of.calendar, self.end + 1
        for lo, hi in epic.doing:
            day = calendar.day_of(lo)
            while day <= calendar.day_of(min(hi, end) - 1) and lo < end:
                begin, after = calendar.midnight(day), calendar.after(day)
                at = last_in_progress(epic, begin, min(after, end))
                if at is not None:
                    accounts = [*epic.values("assignee", at).values(), *epic.values("assignees", at)]
                    yield day, {self.of.person(epic, a) for a in accounts}
                day = calendar.day_of(after)

    def _handed(self, epic: Issue) -> list[date]:
        """ "A day from which on nobody has an epic who had it before"."""
        found, before = list[date](), set[str]()
        for day, who in self._had(epic):
            if who and before and not who & before:
                found.append(day)
            before = who or before
        return found

    def _owners(self, name: str) -> list[int]:
        """ "Or on which its intent has another owner"."""
        intent = (self.said(self.having(name)[-1], name) or {})["intent"]
        owned = [(self.since(v), o) for v in self.having(name) if (o := self.owner(v, intent))]
        return [at for (_, one), (at, two) in pairwise(owned) if one != two]

    # -- checks and kill lines ------------------------------------------------------------------

    def _check_day(self, released: int) -> int:
        """ "The 90th day after that of a release, at its last instant"."""
        return self.last_instant(date.fromordinal(self.day(released).toordinal() + 90))

    def _all_under(self, epics: list[Issue]) -> set[Issue]:
        return {i for e in epics for i in self.went.below(e)}

    def _checks(self, epics: list[Issue], target: Fraction | None, of: list[Issue] | None = None) -> list[Check]:
        """All that are not after the end."""
        found = []
        for epic in epics:
            for released in self.went.releases(epic):
                at = self._check_day(released)
                if at <= self.end:
                    seen = usage(self.sides, self._all_under(of or epics), at)
                    verdict = seen.verdict(target) if seen else None
                    found.append(Check(self.of.ref(epic), released, at, seen, target, verdict))
        return sorted(found, key=lambda c: c.at)

    def _line(self, line: dict[str, Any], epics: list[Issue], end: int) -> KillLine:
        """ "Looked at at the last instant of its day `by`"; "of an initiative that is gone, as they stood when
        it went"."""
        by = self.last_instant(line["by"]) if "by" in line else None
        ahead = by is None or by > end
        seen = usage(self.sides, self._all_under(epics), end if by is None or ahead else by)
        below, outcome = Fraction(str(line["below"])), None
        if seen and line["metric"] in ("accounts", "users"):
            n = Fraction(len(seen.using) if line["metric"] == "accounts" else seen.users)
            outcome = n, n
        elif seen and line["metric"] == "adoption" and seen.served:
            outcome = seen.share
        if ahead:
            state = "ahead"
        elif outcome is None or outcome[0] is None or outcome[1] is None:
            state = "cannot be told"
        else:
            state = "crossed" if outcome[1] < below else "held" if outcome[0] >= below else "cannot be told"
        return KillLine(line["metric"], below, by, outcome, state)

    # -- decisions ------------------------------------------------------------------------------

    def _decisions(self, name: str, epics: list[Issue]) -> list[int]:
        """ "A version of the strategy that states it, says something else of it or of its kill lines, or
        leaves it out; a person's word with `tag --intent` on one of its epics; an epic of it declined". The
        first is that it was stated."""
        versions, before = list[int](), None
        for v in self.versions:
            says = (said, self.lines(v, name)) if (said := self.said(v, name)) is not None else None
            if says != before:
                versions.append(self.since(v))
            before = says
        later = [ts for e in epics for ts in self._words(e)]
        later += [ts for e in epics for ts in self.went.stops(e)]
        return [versions[0], *versions[1:], *later]

    def _words(self, epic: Issue) -> list[int]:
        """ "A person's word with `tag --intent` on one of its epics"."""
        return [s.ts for s in epic.judged if s.attr == "intent" and s.ts <= self.end]

    def _waiting(self, checks: list[Check], lines: list[KillLine], decisions: list[int]) -> int | None:
        """ "From the first check under target, or kill line crossed, after which no decision came"; "a check
        on target settles the checks before it"."""
        settled = max((c.at for c in checks if c.verdict == "on target"), default=-1)
        bad = [c.at for c in checks if c.verdict == "under target" and c.at > settled]
        bad += [line.by for line in lines if line.state == "crossed" and line.by is not None]
        decided = max(decisions)
        return min((at for at in bad if at > decided), default=None)

    # -- evidence -------------------------------------------------------------------------------

    def _epic(self, epic: Issue, epics: list[Issue], root: Issue | None, target: Fraction | None) -> Epic:
        went, ref = self.went, self.of.ref
        first = went.started(root) if root else None
        follow = {o for o in went.linked(epic) if self.tree.epic(o) and o not in epics
                  and first is not None and (went.started(o) or -1) > first}  # fmt: skip
        newest = max(went.releases(epic), default=None)
        checks = [c for c in self._checks([epic], target) if c.released == newest]
        return Epic(
            ref(epic), went.state(epic), went.started(epic), tuple(went.releases(epic)),
            tuple(went.stops(epic)), self._ever(set(went.leaves(epic))), checks[-1] if checks else None,
            self.grade(epic, self.end), self._inherited(epics, root),
            tuple(sorted(map(ref, follow))),
        )  # fmt: skip

    def _inherited(self, epics: list[Issue], root: Issue | None) -> int:
        """ "That of the epic that was started first, by what it showed when it was started"; "while none was
        started, that of the first that the strategy names"."""
        started = self.went.started(root) if root else None
        return self.grade(root or epics[0], self.end if started is None else started)

    def grade(self, epic: Issue, until: int) -> int:
        """ "The best of all tags of evidence of it and what is under it"; "an account that asked is a 'yes'
        of its own"."""
        kinds = {k for i in self.went.below(epic) for k in self._evidence(self.of.tags[i], until)}
        return max(n for n, grade in enumerate(GRADES) if not grade or kinds & {*grade})

    @staticmethod
    def _evidence(tags: Tagged, until: int) -> Iterator[str]:
        for _, given in tags.heard("evidence", tags.texts):
            yield from (f.value for f in given if f.since <= until)
        if any(s.since <= until for s in tags.customers):
            yield "asked"
