"""What became of each initiative: its epics, releases, adoption, kill lines, decisions and tombstones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from tests.oracle.bets import Bets
from tests.oracle.grades import grade
from tests.oracle.shares import Bounds, Oracle, over
from tests.oracle.sides import Sides, spent
from tests.oracle.usage import Usage, usage
from tests.oracle.weights import Weights
from tests.oracle.went import Went
from tests.oracle.world import Issue


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
    next_check: int | None
    kill_lines: tuple[KillLine, ...]
    decided: int | None
    waiting: int | None
    undecided: int | None


class Sagas:
    """All initiatives as of the end of a window."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.tree, self.end = of, of.tree, of.end - 1
        self.sides, self.went, self.bets = Sides(of), Went(of, self.end), Bets(of, self.end)
        self.weights = Weights(of)

    # -- days -----------------------------------------------------------------------------------

    def last_instant(self, day: date) -> int:
        """Of a day."""
        return self.of.calendar.after(day) - 1

    def day(self, instant: int) -> date:
        """The calendar day."""
        return self.of.calendar.day_of(instant)

    # -- one initiative -------------------------------------------------------------------------

    def epics(self, name: str) -> tuple[list[Issue], list[str]]:
        """ "Those that the last version with the initiative names; a key that no item has is told";
        "`--source` and `--project` leave out epics, `--team` only effort"."""
        keys = self.bets.said(name).get("epics", [])
        found = {key: self.sides.find(key) for key in keys}
        there = [i for i in found.values() if i is not None and self.of.inside.place(i)]
        return [*dict.fromkeys(there)], [k for k, i in found.items() if i is None]

    def named(self, name: str) -> set[Issue | None]:
        """All that it names, also what is left out."""
        return {self.sides.find(key) for key in self.bets.said(name).get("epics", [])}

    def leaves(self, epics: list[Issue]) -> set[Issue]:
        """All under them of which the effort counts."""
        return {leaf for e in epics for leaf in self.went.leaves(e) if leaf in self.of.inside}

    @cached_property
    def rows(self) -> dict[str, Saga]:
        """All of them."""
        return {name: self._saga(name) for name in self.bets.names}

    def _saga(self, name: str) -> Saga:
        went, bets, (epics, missing) = self.went, self.bets, self.epics(name)
        said, gone, target = bets.said(name), bets.gone(name), bets.target(name)
        releases = sorted(r for e in epics for r in went.releases(e))
        starts = {e: s for e in epics if (s := went.started(e)) is not None}
        root = min(starts, key=lambda e: starts[e], default=None)
        until = self.end if gone is None else min(gone, self.end)
        checks = self._checks(epics, target)
        lines = [self._line(line, epics, until) for line in bets.lines(name)]
        stated, *decisions = self._decisions(name, epics)
        leaves = self.leaves(epics)
        stage = self._stage(gone is not None, epics, checks)
        waits = None if stage in ("sunset", "stopped") else self._waiting(checks, lines, [stated, *decisions])
        to_come = [at for at in map(self._check_day, releases) if at > self.end]
        return Saga(
            name, said["intent"], bets.owner(name), said.get("text", ""), stated, gone=gone, stage=stage,
            building=sum(went.state(e) == "building" for e in epics), cycles=self._cycles(epics),
            people=len(set().union(*(who for e in epics for _, who in went.had(e)))),
            handovers=len(bets.owners(name)) + sum(len(went.handed(e)) for e in epics),
            effort=sum((self.of.effort.get(i, Fraction(0)) for i in leaves), Fraction(0)),
            effort_all=self._ever(leaves), money=self._money(leaves),
            started=min(starts.values(), default=None), releases=tuple(releases),
            root=self.of.ref(root) if root else None, missing=tuple(missing),
            epics={self.of.ref(e): self._epic(name, e, root, target) for e in epics},
            checks=tuple(checks), next_check=min(to_come, default=None), kill_lines=tuple(lines),
            decided=max((at for at in decisions if at > stated), default=None), waiting=waits,
            undecided=None if waits is None else (self.day(self.end) - self.day(waits)).days,
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
        return [(name, *moment) for name in self.bets.names for moment in self._moments(name)]

    def _moments(self, name: str) -> Iterator[tuple[int, str, str]]:
        went, ref, saga, midnight = self.went, self.of.ref, self.rows[name], self.of.calendar.midnight
        yield from ((at, kind, "") for at, kind in self.bets.changes(name))
        yield from ((at, "owner", "") for at in self.bets.owners(name))
        begun = self.bets.said(name).get("since")
        if begun and midnight(begun) <= self.end:
            yield midnight(begun), "begun", ""
        for epic in self.epics(name)[0]:
            start = went.started(epic)
            happened = [(start, "started")] if start is not None else []
            happened += [(t, "released") for t in went.releases(epic)]
            happened += [(t, "stopped") for t in went.stops(epic)]
            happened += [(t, "again") for t in went.again(epic)]
            happened += [(midnight(d), "handover") for d in went.handed(epic)]
            happened += [(t, "said") for t in self._words(epic)]
            yield from ((at, kind, ref(epic)) for at, kind in happened)
        yield from ((c.at, "checked", c.epic) for c in saga.checks if c.usage)
        yield from ((k.by, "kill-line", "") for k in saga.kill_lines if k.by and k.state != "ahead")

    @property
    def share(self) -> Bounds:
        """The part of all effort that is under any of them."""
        leaves = set().union(*(self.leaves(self.epics(n)[0]) for n in self.bets.names))
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
            moments += [(t, "b start") for t in went.again(epic)]
        kinds = [kind for _, kind in sorted(moments)]
        return sum(pair == ("a release", "b start") for pair in pairwise(kinds))

    # -- checks and kill lines ------------------------------------------------------------------

    def _check_day(self, released: int) -> int:
        """ "The 90th day after that of a release, at its last instant"."""
        return self.last_instant(date.fromordinal(self.day(released).toordinal() + 90))

    def _all_under(self, epics: list[Issue]) -> set[Issue]:
        return {i for e in epics for i in self.went.below(e)}

    def _checks(self, epics: list[Issue], target: Fraction | None) -> list[Check]:
        """All that are not after the end."""
        found = []
        for epic in epics:
            for released in self.went.releases(epic):
                at = self._check_day(released)
                if at <= self.end:
                    seen = usage(self.sides, self._all_under(epics), at)
                    verdict = seen.verdict(target) if seen else None
                    found.append(Check(self.of.ref(epic), released, at, seen, target, verdict))
        return sorted(found, key=lambda c: c.at)

    def _line(self, line: dict[str, Any], epics: list[Issue], end: int) -> KillLine:
        """ "Looked at at the last instant of its day `by`"; "of an initiative that is gone, as they stood
        when it went"."""
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
        words = [ts for e in epics for ts in self._words(e)]
        stops = [ts for e in epics for ts in self.went.stops(e)]
        return [*(at for at, _ in self.bets.changes(name)), *words, *stops]

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

    def _epic(self, name: str, epic: Issue, root: Issue | None, target: Fraction | None) -> Epic:
        went, ref, (epics, _) = self.went, self.of.ref, self.epics(name)
        first = went.started(root) if root else None
        follow = {o for o in went.linked(epic) if self.tree.epic(o) and o not in self.named(name)
                  and first is not None and (went.started(o) or -1) > first}  # fmt: skip
        newest = max(went.releases(epic), default=None)
        checks = [c for c in self._checks([epic], target) if c.released == newest]
        return Epic(
            ref(epic), went.state(epic), went.started(epic), tuple(went.releases(epic)),
            tuple(went.stops(epic)), self._ever(self.leaves([epic])), checks[-1] if checks else None,
            grade(self.of, went.below(epic), self.end), self._inherited(epics, root),
            tuple(sorted(map(ref, follow))),
        )  # fmt: skip

    def _inherited(self, epics: list[Issue], root: Issue | None) -> int:
        """ "That of the epic that was started first, by what it showed when it was started"; "while none was
        started, that of the first that the strategy names"."""
        started = self.went.started(root) if root else None
        below = self.went.below(root or epics[0])
        return grade(self.of, below, self.end if started is None else started)
