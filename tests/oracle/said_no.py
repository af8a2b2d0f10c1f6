"""What was started although the strategy had decided against it, what was declined, and what came back."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tests.oracle.effort import active
from tests.oracle.shares import Oracle
from tests.oracle.story import FOREVER
from tests.oracle.strategy import Version, in_force
from tests.oracle.world import MINUTE, Issue

STATES = {"new": "not started", "doing": "in progress", "done": "done", "declined": "declined"}


@dataclass(frozen=True)
class Breach:
    """Work that was started although it names what had been decided against."""

    ref: str
    started: int
    rules: tuple[str, ...]
    accounts: tuple[str, ...]
    origin: str | None
    effort: Fraction
    below: int
    phase: str
    backdated: bool


@dataclass(frozen=True)
class Declined:
    """What was declined in the window, and is so still."""

    ref: str
    at: int
    reason: str
    rules: tuple[str, ...]
    accounts: tuple[str, ...]
    begun: bool
    effort: Fraction


@dataclass(frozen=True)
class CameBack:
    """What was declined once, and taken up again in the window."""

    ref: str
    declined: int
    reopened: int
    days: int
    reason: str
    role: str | None
    evidence: tuple[str, ...]
    accounts: tuple[str, ...]
    rules: tuple[str, ...]
    phase: str


class SaidNo:
    """The figures of a window, as of the report's day."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.tree = of, of.tree
        self.at = of.world.last if of.tree.at == FOREVER else of.tree.at

    def names(self, issue: Issue, version: Version | None, at: int) -> tuple[str, ...]:
        """What an item names that stood in a version: "its title or a label holds one of the patterns"."""
        title = issue.one("title", self.tree.at) or ""
        texts = [title, *issue.values("labels", self.tree.at).values()]
        parts = version.said.get("not_doing", []) if version else []
        return tuple(
            p["id"] for p in parts if version and version.stands(p, at)
            if any(re.search(r, t, re.IGNORECASE) for r in p.get("patterns", []) for t in texts)
        )  # fmt: skip

    def then(self, issue: Issue, at: int) -> tuple[str, ...]:
        """What it names that the strategy in force at a time had decided against."""
        return self.names(issue, in_force(self.of.inputs.versions, at), at)

    @property
    def newest(self) -> Version | None:
        """The version in force as of the report's day; at the end of what was said, the newest."""
        known = self.of.inputs.versions
        return known[-1] if known and self.at >= self.of.world.last else in_force(known, self.at)

    def started(self, issue: Issue) -> int | None:
        """When it was first in progress or done."""
        moments = [ts for p in ("doing", "done") for ts in issue.became(p) if ts <= self.at]
        return min(moments, default=None)

    def phase(self, issue: Issue) -> tuple[str, int]:
        """What it is, and since when."""
        found = [(p, ts) for ts, p in issue.phases if ts <= self.at]
        if not found:
            return "new", issue.opened_at
        last = found[-1][0]
        return last, max(ts for ts in issue.became(last) if ts <= self.at)

    @cached_property
    def left_in(self) -> list[Issue]:
        """ "Only work of this source", project or team."""
        return self.of.inside.every

    def effort(self, issues: list[Issue]) -> Fraction:
        """Person-days of the period of everything under these, each day once; of the work that is asked
        about, of which the share is taken, too."""
        leaves = {leaf for i in issues for leaf in self.tree.below(i)} & {*self.of.active}
        return sum((self.of.effort.get(leaf, Fraction(0)) for leaf in leaves), Fraction(0))

    def accounts(self, issue: Issue) -> tuple[str, ...]:
        """The independent accounts that asked for it."""
        root = self.of.inputs.customers.root
        return tuple(sorted({root(s.value) for s in self.of.tags[issue].customers}))

    # -- started all the same ---------------------------------------------------------------------

    @cached_property
    def worked(self) -> dict[Issue, int]:
        """Work of the period: "what was in progress or done in it, or has anything under it that was"; and
        when it was started."""
        busy = [i for i in self.left_in if active(i, self.of.begin, self.of.end)]
        every = {above for i in busy for above in self.tree.line(i)}
        begun = {i: at for i in self.left_in if i in every and (at := self.started(i)) is not None}
        return {
            i: at for i, at in begun.items() if at < self.of.until
        }  # "started in the window, or before it"

    @cached_property
    def against(self) -> dict[Issue, tuple[str, ...]]:
        """ "Work of the period that names what the strategy in force had decided against when the work was
        first in progress or done"."""
        return {i: rules for i, at in self.worked.items() if (rules := self.then(i, at))}

    @property
    def early(self) -> list[Issue]:
        """ "What began before the first version came into force is listed as unknown"."""
        return [i for i, at in self.worked.items() if in_force(self.of.inputs.versions, at) is None]

    @cached_property
    def breaches(self) -> dict[Issue, Breach]:
        """ "An epic and what is under it are one line, with all their effort"."""
        found = {}
        for issue, rules in self.against.items():
            if any(i in self.against for i in self.tree.line(issue)[1:]):
                continue
            at, origin = self.worked[issue], self.of.tags[issue].origin
            version = in_force(self.of.inputs.versions, at)
            assert version is not None
            found[issue] = Breach(
                self.of.ref(issue), at, rules, self.accounts(issue), origin.value if origin else None,
                self.effort([issue]), sum(i in self.against for i in self.tree.below(issue)) - 1,
                STATES[self.phase(issue)[0]], version.recorded_at is None or version.recorded_at > at,
            )  # fmt: skip
        return found

    # -- declined ---------------------------------------------------------------------------------

    @cached_property
    def declined(self) -> dict[Issue, Declined]:
        """ "What is declined and became so in the period, with the tracker's reason of that moment"."""
        found = {}
        for issue in self.left_in:
            phase, since = self.phase(issue)
            if phase == "declined" and self.of.begin <= since < self.of.until:
                begun = self.started(issue)
                found[issue] = Declined(
                    self.of.ref(issue), since, issue.one("resolution", since) or "", self.then(issue, since),
                    self.accounts(issue), begun is not None and begun < since, self.effort([issue]),
                )  # fmt: skip
        return found

    @property
    def reasons(self) -> dict[str, tuple[int, int, int, int, Fraction]]:
        """By reason: declined, of them by a rule, begun, different accounts, effort."""
        found = {}
        for reason in {d.reason for d in self.declined.values()}:
            rows = {i: d for i, d in self.declined.items() if d.reason == reason}
            said = rows.values()
            found[reason] = (
                len(rows), sum(bool(d.rules) for d in said), sum(d.begun for d in said),
                len({a for d in said for a in d.accounts}), self.effort([*rows]),
            )  # fmt: skip
        return found

    @cached_property
    def waiting(self) -> dict[Issue, tuple[str, ...]]:
        """ "As of the report's day, whatever the period: names what stands, and nobody has begun or declined
        it"."""
        idle = [i for i in self.left_in if self.phase(i)[0] == "new" and self.started(i) is None]
        named = {i: self.names(i, self.newest, self.at) for i in idle}
        return {i: rules for i, rules in named.items() if rules}

    # -- came back --------------------------------------------------------------------------------

    @cached_property
    def came_back(self) -> dict[Issue, CameBack]:
        """ "Declined for ten minutes or more, then taken up again in the period"; the last time."""
        found = {}
        for issue in self.left_in:
            spans = [s for s in self._declines(issue) if self.of.begin <= s[1] < self.of.until]
            if spans:
                found[issue] = self._back(issue, *spans[-1])
        return found

    def _declines(self, issue: Issue) -> list[tuple[int, int]]:
        """[from, until) of the declines that were taken back."""
        found = []
        for begin in issue.became("declined"):
            later = [ts for ts, p in issue.phases if ts > begin and p != "declined" and ts <= self.at]
            if later and later[0] - begin >= 10 * MINUTE:
                found.append((begin, later[0]))
        return found

    def _back(self, issue: Issue, declined: int, reopened: int) -> CameBack:
        tags, day = self.of.tags[issue], self.of.calendar.day_of
        evidence = {
            f.value
            for _, given in tags.heard("evidence", tags.texts)
            for f in given
            if declined < f.since <= reopened
        }
        root = self.of.inputs.customers.root
        first: dict[str, int] = {}
        for s in tags.customers:
            first[root(s.value)] = min(s.since, first.get(root(s.value), s.since))
        decided = (s for s in issue.said if s.ts == reopened and s.attr in ("status", "resolution"))
        who = next((s.actor for s in decided if s.actor), None)
        called = issue.world.name(issue.source, "user", who or "")
        person = self.of.inputs.people.get(who or "") or self.of.inputs.people.get(called)
        return CameBack(
            self.of.ref(issue), declined, reopened, (day(reopened) - day(declined)).days,
            issue.one("resolution", declined) or "", person.role if person else None,
            tuple(sorted(evidence)), tuple(sorted(a for a, at in first.items() if declined < at <= reopened)),
            self.then(issue, reopened), STATES[self.phase(issue)[0]],
        )  # fmt: skip

    # -- by rule ----------------------------------------------------------------------------------

    @property
    def rules(self) -> dict[str, tuple[bool, list[str], list[str], list[str], Fraction]]:
        """ "One row for each `[[not_doing]]` of any version": whether it stands, declined, waiting, breaches,
        and the effort of what was started against it."""
        ended = self.at >= self.of.world.last  # then the newest counts, and with it all before it
        known = [v for v in self.of.inputs.versions if ended or v.since <= self.at]
        found = {}
        for name in {p["id"] for v in known for p in v.said.get("not_doing", [])}:
            now = self.newest.said.get("not_doing", []) if self.newest else []
            stands = any(p["id"] == name and self.newest.stands(p, self.at) for p in now if self.newest)
            hit = [i for i, b in self.breaches.items() if name in b.rules]
            ref = self.of.ref
            found[name] = (
                stands,
                sorted(d.ref for d in self.declined.values() if name in d.rules),
                sorted(ref(i) for i, rules in self.waiting.items() if name in rules),
                sorted(b.ref for b in self.breaches.values() if name in b.rules),
                self.effort(hit),
            )
        return found
