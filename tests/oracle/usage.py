"""Who uses what, by adoption.csv: releases, counts of a day, and what was built for whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from tests.oracle.shares import Bounds, Oracle, over
from tests.oracle.strategy import in_force
from tests.oracle.world import Issue


@dataclass(frozen=True)
class Count:
    """One row of the file."""

    item: Issue | None
    account: str
    """As customers.csv calls it, or else as the row does."""
    at: int
    amount: int


@dataclass(frozen=True)
class Check:
    """What adoption was at an instant."""

    at: int
    served: frozenset[str]
    using: frozenset[str]
    """Of those it was built for."""
    uncounted: frozenset[str]
    everybody: frozenset[str]
    """All accounts that use it."""
    users: int
    told: bool
    """Whether one of its epics was counted at all by then."""

    @property
    def share(self) -> Bounds:
        """ "At least `using / built for`, at most `(using + not counted) / built for`. Without any count of one
        of its epics by then, it is not assessed"."""
        if not self.told:
            return None, None
        low, high = len(self.using), len(self.using) + len(self.uncounted)
        return over(Fraction(low), Fraction(high), Fraction(len(self.served)))


class Usage:
    """Releases and counts, up to an instant."""

    def __init__(self, of: Oracle, end: int) -> None:
        self.of, self.tree, self.end = of, of.tree, end
        self.known, self.day = of.inputs.customers, of.calendar.day_of

    # -- items ----------------------------------------------------------------------------------

    def item(self, key: str) -> Issue | None:
        """ "By `acme:PAY-12`, or `PAY-12` where only one source has it, or by a key that an item once had"."""
        world = self.of.world
        found = []
        for (source, own), some in world.keyed.items():
            there = [i for i in some if i.there(self.tree.at)]
            if key in (own, f"{source}:{own}") and there:
                found.append(next((i for i in there if i.one("key", self.tree.at) == own), there[0]))
        return found[0] if len({i.source for i in found}) == 1 else None

    def below(self, issue: Issue) -> list[Issue]:
        """The item and everything under it."""
        return [i for i in self.tree.issues if issue in self.tree.line(i)]

    def phase(self, issue: Issue) -> str:
        """What it is at the end."""
        return next((p for ts, p in reversed(issue.phases) if ts <= self.end), "new")

    def moved(self, issue: Issue, phase: str) -> list[int]:
        """Each time that it, or where nobody ever moved it all under it, came to be done or declined. "Where
        nobody ever moved the epic itself, it is released once all leaves under it are done or declined and
        one is done (at the last of these moments), and stopped once all were declined"."""
        own = [ts for ts in issue.became(phase) if ts <= self.end]
        if any(p != "new" for ts, p in issue.phases if ts <= self.end):
            return own
        leaves = [i for i in self.below(issue) if i is not issue and i in self.tree.leaves()]
        phases = {self.phase(i) for i in leaves}
        if not leaves or not phases <= {"done", "declined"} or ("done" in phases) != (phase == "done"):
            return []
        return [max(max(ts for ts in i.became(self.phase(i)) if ts <= self.end) for i in leaves)]

    # -- counts ---------------------------------------------------------------------------------

    @cached_property
    def counts(self) -> list[Count]:
        """Every row by the end, in order of time."""
        found = []
        for row in self.of.inputs.rows("adoption"):
            whose = self.known.find(row["account"])
            at = self.of.calendar.midnight(date.fromisoformat(row["date"]))
            key, amount = row.get("epic") or row["feature"], row.get("users") or row["usage"]
            account = whose.name if whose else " ".join(row["account"].split())
            found.append(Count(self.item(key), account, at, int(amount)))
        return sorted((c for c in found if c.at <= self.end), key=lambda c: c.at)

    def check(self, items: Iterable[Issue], at: int) -> Check:
        """ "An account uses it if the newest count of it up to that day, for any epic of the initiative or
        item under one, is above 0. Users are the newest counts together: of accounts that belong together
        their sum, of several epics the largest"."""
        under = {i for item in items for i in self.below(item)}
        newest: dict[tuple[Issue | None, str], int] = {}
        for c in self.counts:
            if c.at <= at:
                newest[c.item, c.account] = c.amount
        mine = {(i, a): n for (i, a), n in newest.items() if i in under}
        counted = {self.known.root(a) for _, a in newest}
        using = {self.known.root(a) for (_, a), n in mine.items() if n > 0}
        served = frozenset(self.served(at))
        sums = [self._users(a, mine) for a in using]
        return Check(at, served, served & using, served - counted, frozenset(using), sum(sums), bool(mine))

    def _users(self, root: str, mine: dict[tuple[Issue | None, str], int]) -> int:
        by_item: dict[Issue | None, int] = {}
        for (item, account), n in mine.items():
            if self.known.root(account) == root:
                by_item[item] = by_item.get(item, 0) + n
        return max(by_item.values())

    def served(self, at: int) -> set[str]:
        """ "The independent accounts that were customers or design partners on that day by `customers.csv`, and
        of which neither that file nor the ICP of the strategy in force then says that they are outside"."""
        version, found = in_force(self.of.inputs.versions, at), set[str]()
        for account in self.known.accounts.values():
            row = self.known.standing(account.name, at)
            fits = self.known.in_icp(account.name, at, version.icp if version else None)
            begun = row and (not row["since"] or self.of.calendar.midnight(date.fromisoformat(row["since"])) <= at)
            if row and begun and row["status"] in ("customer", "design-partner") and fits is not False:
                found.add(self.known.root(account.name))
        return found

    def checks(self, items: Collection[Issue]) -> list[Check]:
        """ "The 90th day after that of a release, at its last instant, if it is not after the end"."""
        found = []
        for released in sorted(ts for i in items for ts in self.moved(i, "done")):
            at = self.of.calendar.after(self.day(released) + timedelta(90)) - 1
            if at <= self.end:
                found.append(self.check(items, at))
        return found

    # -- features -------------------------------------------------------------------------------

    def users(self, feature: Issue, since: date, until: date | None) -> set[str]:
        """The independent accounts that were counted using it, or anything under it, on any of these days: "any
        amount above 0"."""
        under = self.below(feature)
        return {
            self.known.root(c.account)
            for c in self.counts
            if c.item in under and c.amount > 0 and since <= self.day(c.at) <= (until or date.max)
        }

    def released(self, feature: Issue) -> date | None:
        """ "When the feature's own status was done for the first time"."""
        moments = self.moved(feature, "done")
        return self.day(min(moments)) if moments else None

    def adopted(self, feature: Issue, account: str) -> bool:
        """ "A second account used it within 90 days of its release"."""
        day = self.released(feature)
        return day is not None and bool(self.users(feature, day, day + timedelta(90)) - {account})

    def confirms(self, feature: Issue, account: str) -> bool:
        """ "adoption.csv counts the account using it on the 90th day after that of the release or later, and
        nobody else on any day since that of the release"."""
        day = self.released(feature)
        late = self.users(feature, day + timedelta(90), None) if day else set()
        return day is not None and account in late and self.users(feature, day, None) == {account}
