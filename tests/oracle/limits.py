"""The limits that the strategy states, and what the work comes to against them."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from tests.oracle.problems import Answer, Problems
from tests.oracle.shares import Bounds, Oracle
from tests.oracle.single_customer import SingleCustomer
from tests.oracle.story import FOREVER
from tests.oracle.strategy import Version, at_end
from tests.oracle.usage import Usage
from tests.oracle.world import Issue

Figure = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Verdict:
    """What one limit comes to: a finding, within the limit, or not assessed."""

    severity: str
    """ "alarm", "warning", "note", "holds" or "not assessed"."""
    found: Figure = (None, None)
    k: Fraction | None = None
    n: Fraction | None = None
    """What it is a share of, in person-days or accounts."""
    threshold: Fraction | None = None


class Limits:
    """ "The limits are those of the strategy in force at the end of the period, and count as they are written:
    0.25 is exactly a quarter, and a share of a quarter is within it"."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.end = of, of.end - 1
        self.version = at_end(of.inputs.versions, self.end, of.world.last)
        self.usage = Usage(of, self.end)

    def limit(self, name: str) -> Fraction | None:
        """As it is written."""
        said = self.version.said.get("limits", {}).get(name) if self.version else None
        return None if said is None else Fraction(str(said))

    @staticmethod
    def above(found: tuple[Fraction, Fraction], limit: Fraction) -> str:
        """ "A warning where its low end is above the limit, so that it holds whatever nobody tagged; a note
        where only its high end is"."""
        low, high = found
        return "warning" if low > limit else "note" if high > limit else "holds"

    # -- shares ---------------------------------------------------------------------------------

    @property
    def shares(self) -> dict[str, Verdict]:
        """The sales-led share of the effort, and that of features for one customer alone."""
        found, total = {}, sum(self.of.work("effort").values(), Fraction(0))
        for name, (low, high) in (
            ("sales_led_share", self._sales_led()),
            ("single_customer_share", self.alone),
        ):
            limit = self.limit(name)
            if limit is not None:
                found[name] = Verdict("not assessed")
                if total:
                    share = low / total, high / total
                    found[name] = Verdict(self.above(share, limit), share, low, total, limit)
        return found

    def _sales_led(self) -> tuple[Fraction, Fraction]:
        amounts = self.of.figures("effort").amounts
        low = sum((amounts[v] for v in ("healthy", "unhealthy", "undecidable")), Fraction(0))
        return low, low + amounts["unknown"]

    @cached_property
    def alone(self) -> tuple[Fraction, Fraction]:
        """ "Low, the effort on features that are confirmed or presumptive; high, also on those that are unknown
        and on all features that name no account. Work under several counts once, as the surest of them"."""
        report, ref = SingleCustomer(self.of), self.of.ref
        at = self.of.world.last if self.of.tree.at == FOREVER else self.of.tree.at
        usage, by_ref = Usage(self.of, at), {ref(below[0]): below for below in report.looked}
        sure, maybe = set[Issue](), set[Issue]()
        for row in report.rows:
            feature = by_ref[row.ref][0]
            if usage.adopted(feature, row.account) or self.supported(feature, row.account, at):
                continue
            known = row.state != "unknown" or usage.confirms(feature, row.account)
            (sure if known else maybe).update(by_ref[row.ref])
        for name in report.unnamed:
            maybe.update(by_ref[name])
        low, high = (
            sum((d for i, d in self.of.work("effort").items() if i in some), Fraction(0))
            for some in (sure, sure | maybe)
        )
        return low, high

    def supported(self, feature: Issue, account: str, at: int) -> bool:
        """ "A persona at a second account ranked, in its newest answers by the day asked about, a problem that it
        serves in the worst third of all that it ranked (fewer than a third of its problems have a better
        rank)"."""
        asked = Problems(self.of)
        asked.end = at
        under = [i for i in self.of.tree.issues if feature in self.of.tree.line(i)]
        serves = asked.names(feature) | {p for i in under for p in asked.named.get(i, ())}
        rankers: dict[tuple[str, str], list[Answer]] = {}
        for a in asked.answers.values():
            rankers.setdefault((a.account, a.persona), []).append(a)
        key = asked.account(account)
        return any(
            a.problem in serves and 3 * sum(b.rank < a.rank for b in own) < len(own)
            for (who, _), own in rankers.items()
            if who != asked.plain(key)
            for a in own
        )

    # -- intents --------------------------------------------------------------------------------

    @property
    def active_intents(self) -> Verdict | None:
        """ "Low: the intents that leaves in progress at its last instant name alone; high: with those that
        leaves name among several; stated or not"."""
        limit = self.limit("active_intents")
        if limit is None:
            return None
        low, high = set[str](), set[str]()
        for leaf in self.of.tree.leaves():
            if any(lo <= self.end < hi for lo, hi in leaf.doing):
                named = self.of.tags[leaf].intents
                high |= named
                low |= named if len(named) == 1 else set()
        found = Fraction(len(low)), Fraction(len(high))
        return Verdict(self.above(found, limit), found, threshold=limit)

    # -- initiatives ----------------------------------------------------------------------------

    @property
    def initiatives(self) -> dict[str, dict[str, Any]]:
        """Those that are stated."""
        return {i["id"]: i for i in (self.version.said.get("initiatives", []) if self.version else [])}

    def epics(self, initiative: dict[str, Any]) -> list[Issue]:
        """Its epics in the log."""
        return [e for key in initiative.get("epics", []) if (e := self.usage.item(key))]

    @property
    def adoption(self) -> dict[str, Verdict]:
        """ "For each stated initiative the newest check of a release against the target. A warning where it is
        under target whoever was not counted, a note where that hangs on them"."""
        limit, found = self.limit("adoption_target"), {}
        for name, initiative in self.initiatives.items() if limit is not None else ():
            checks = self.usage.checks(self.epics(initiative))
            if not checks:
                continue
            newest = max(checks, key=lambda c: c.at)
            low, high = newest.share
            if low is None or high is None or limit is None:
                found[name] = Verdict("not assessed")
                continue
            how = "warning" if high < limit else "note" if low < limit else "holds"
            k, n = Fraction(len(newest.using)), Fraction(len(newest.served))
            found[name] = Verdict(how, (low, high), k, n, limit)
        return found

    @property
    def kill_lines(self) -> dict[tuple[str, str, str], Verdict]:
        """ "Each kill line of a stated initiative whose day has come. Crossed, it is an alarm while nobody has
        decided since, and then a note; a note also where it hangs on accounts that nobody counted"."""
        found = {}
        for line in self.lines:
            day: date | None = line.get("by")
            initiative = self.initiatives.get(line["initiative"])
            if initiative is None or day is None or self.of.calendar.after(day) - 1 > self.end:
                continue
            at = self.of.calendar.after(day) - 1
            below, outcome = Fraction(str(line["below"])), self.outcome(line["metric"], initiative, at)
            how = self.crossed(outcome, below, initiative, at)
            assessed = Verdict(how, outcome, threshold=below)
            found[line["initiative"], line["metric"], str(day)] = (
                Verdict(how) if how == "not assessed" else assessed
            )
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All kill lines that are stated."""
        return list(self.version.said.get("limits", {}).get("kill_lines", [])) if self.version else []

    def outcome(self, metric: str, initiative: dict[str, Any], at: int) -> Figure:
        """ "The metric `accounts` is the number of all accounts that use it, `users` the users, `adoption` the
        share as above. Any other metric is kept elsewhere: not assessed"."""
        check = self.usage.check(self.epics(initiative), at)
        if not check.told or metric not in ("accounts", "users", "adoption"):
            return None, None
        if metric == "adoption":
            return check.share
        some = Fraction(len(check.everybody) if metric == "accounts" else check.users)
        return some, some

    def crossed(self, outcome: Figure, below: Fraction, initiative: dict[str, Any], at: int) -> str:
        """ "Crossed: below the line; held: not below"."""
        low, high = outcome
        if low is None or high is None:
            return "not assessed"
        if high < below:
            stopped = {self.state(e) for e in self.epics(initiative)} == {"declined"}
            return "note" if stopped or any(d > at for d in self.decisions(initiative)) else "alarm"
        return "note" if low < below else "holds"

    def state(self, epic: Issue) -> str:
        """What the epic came to: "what is stopped or sunset waits for nothing"."""
        ends = [(ts, p) for p in ("done", "declined") for ts in self.usage.moved(epic, p)]
        own = self.usage.phase(epic)
        return own if own != "new" or not ends else max(ends)[1]

    def decisions(self, initiative: dict[str, Any]) -> list[int]:
        """ "A version of the strategy that states it, says something else of it or of its kill lines, or leaves
        it out (from when that version holds); a person's word with `tag --intent` on one of its epics; an epic
        of it declined"."""
        found, before = [], None
        for version in self.of.inputs.versions:
            now = self._said(version, initiative["id"])
            if now != before and (version.since <= self.end or version is self.version):
                found.append(min(version.since, self.end))
            before = now
        for epic in self.epics(initiative):
            found += [s.ts for s in epic.judged if s.attr == "intent" and s.ts <= self.end]
            found += self.usage.moved(epic, "declined")
        return found

    @staticmethod
    def _said(version: Version, name: str) -> Any:
        own = [i for i in version.said.get("initiatives", []) if i["id"] == name]
        lines = version.said.get("limits", {}).get("kill_lines", [])
        return (own, [line for line in lines if line["initiative"] == name]) if own else None
