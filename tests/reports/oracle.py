"""A second, slow opinion on the figures, from `domain.md` alone: no code shared with the package.

Day by day, person by person, instant by instant. Each function cites the sentence it follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

MINUTE = 60 * 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DECLINED = ("Won't Do", "Won't Fix", "Duplicate")
VERDICTS = ("healthy", "unhealthy", "undecidable", "unknown", "other")
NAMES = re.compile(r"(customer/|prospect-)(.+)")
Bounds = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Change:
    """From `at` on, `what` is `value`; a label joins the labels, a comment leaves no value."""

    at: int
    what: str
    """status (new, indeterminate, done), resolution, assignee, parent, due, label or comment."""
    value: str | None = None


@dataclass
class Issue:
    """An item: what it was opened with are changes at `created`."""

    key: str
    title: str
    reporter: str
    created: int
    changes: list[Change] = field(default_factory=list)

    def at(self, what: str, instant: int) -> str | None:
        """The value at an instant; ties are broken by sequence, so the last word of it holds."""
        said = [c.value for c in self.changes if c.what == what and c.at <= instant]
        return said[-1] if said else None


@dataclass(frozen=True)
class Standing:
    """A row of customers.csv."""

    status: str
    since: date
    until: date | None
    segment: str
    icp: bool | None


@dataclass(frozen=True)
class Account:
    """An account with its history, and the account that it belongs to."""

    name: str
    rows: tuple[Standing, ...]
    parent: str | None = None


@dataclass(frozen=True)
class Strategy:
    """A version: intents and exclusions (patterns) with their own `since`, and ICP segments."""

    effective: date
    intents: dict[str, date | None]
    not_doing: dict[str, date | None]
    segments: tuple[str, ...]


@dataclass
class Organisation:
    """Everything that a report rests on."""

    issues: list[Issue]
    accounts: list[Account]
    strategies: list[Strategy]
    roles: dict[str, str]
    zone: str = "UTC"
    working: tuple[int, ...] = (0, 1, 2, 3, 4)
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Sign:
    """Something named a customer or a deal, or said where the demand came from."""

    at: int
    origin: str | None = None
    account: str | None = None


@dataclass
class Figures:
    """One weight: amounts by verdict, and the three bounds."""

    amounts: dict[str, Fraction]
    sales_led: Bounds
    unhealthy: Bounds
    healthy: Bounds


class Oracle:
    """The figures of an organisation, by brute force."""

    def __init__(self, org: Organisation) -> None:
        self.org = org
        self.zone = ZoneInfo(org.zone)
        self.by_key = {i.key: i for i in org.issues}
        self.last = max(c.at for i in org.issues for c in i.changes)
        first = min(i.created for i in org.issues)
        self.begin = self.midnight(org.since) if org.since else first
        self.end = self.midnight(org.until + timedelta(1)) if org.until else self.last + 1
        self.end = min(self.end, self.last + 1)

    # -- days ---------------------------------------------------------------------------------

    def midnight(self, day: date) -> int:
        """ "A calendar day in the configured time zone"."""
        at = datetime.combine(day, time(), self.zone).astimezone(UTC)
        return (at - EPOCH) // timedelta(microseconds=1)

    def day_of(self, instant: int) -> date:
        """The calendar day that an instant lies in."""
        return (EPOCH + timedelta(microseconds=instant)).astimezone(self.zone).date()

    def working_days(self) -> Iterator[date]:
        """ "Working days are Monday to Friday unless configured"."""
        day = self.day_of(self.begin)
        while day <= self.day_of(self.end - 1):
            if day.weekday() in self.org.working:
                yield day
            day += timedelta(1)

    # -- the tree, as it is now ---------------------------------------------------------------

    def parent(self, issue: Issue) -> Issue | None:
        """ "Leaf, parent, tags: … or as they are now (restated)"."""
        return self.by_key.get(issue.at("parent", self.last) or "")

    def line(self, issue: Issue) -> Iterator[Issue]:
        """The item and its ancestors, the nearest first."""
        at: Issue | None = issue
        while at is not None:
            yield at
            at = self.parent(at)

    def leaves(self) -> list[Issue]:
        """ "A leaf has no children in the log"."""
        parents = {p.key for i in self.org.issues if (p := self.parent(i))}
        return [i for i in self.org.issues if i.key not in parents]

    # -- effort -------------------------------------------------------------------------------

    def pieces(self, issue: Issue, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """The spans within [begin, end) in which nothing of the item changes."""
        cuts = sorted({c.at for c in issue.changes if begin < c.at < end} | {begin, end})
        yield from pairwise(cuts)

    def last_in_progress(self, issue: Issue, begin: int, end: int) -> int | None:
        """The last instant of [begin, end) at which "the status category was 'in progress'"."""
        spans = [
            stop - 1
            for start, stop in self.pieces(issue, begin, end)
            if issue.at("status", start) == "indeterminate"
        ]
        return spans[-1] if spans else None

    def stale(self, issue: Issue, day: date) -> bool:
        """ "From the 31st day after its last event until the next event an item counts nothing"."""
        days = [self.day_of(c.at) for c in issue.changes]
        return (day - max(d for d in days if d <= day)).days >= 31

    def effort(self) -> dict[str, Fraction]:
        """ "Each working day of a person is split equally over the items they had in progress that
        day"; the person is "the assignee at the last instant of that day at which it was in
        progress. Without one, the item counts one person of its own"."""
        total = {i.key: Fraction(0) for i in self.leaves()}
        for day in self.working_days():
            begin = max(self.midnight(day), self.begin)
            end = min(self.midnight(day + timedelta(1)), self.end)
            hands: dict[str, list[str]] = {}
            for issue in self.leaves():
                instant = self.last_in_progress(issue, begin, end)
                if instant is not None and not self.stale(issue, day):
                    person = issue.at("assignee", instant) or f"nobody on {issue.key}"
                    hands.setdefault(person, []).append(issue.key)
            for keys in hands.values():
                for key in keys:
                    total[key] += Fraction(1, len(keys))
        return total

    # -- commitment ---------------------------------------------------------------------------

    def signed(self, issue: Issue, at: int) -> int:
        """Convention: what happens within ten minutes after creation counts as at creation."""
        return issue.created if at <= issue.created + 10 * MINUTE else at

    def finishes(self, issue: Issue) -> list[int]:
        """The moments of becoming done; what was declined is not done."""
        moments = sorted({c.at for c in issue.changes if c.what in ("status", "resolution")})
        return [at for at in moments if self.done(issue, at) and not self.done(issue, at - 1)]

    def done(self, issue: Issue, instant: int) -> bool:
        """Finished, and not resolved as something that will not be done."""
        declined = issue.at("resolution", instant) in DECLINED
        return issue.at("status", instant) == "done" and not declined

    def commitment(self, issue: Issue) -> int | None:
        """ "First move to a started status, or a commitment/promise/due signal, whichever is
        first"; convention: straight to done commits too, unless it was declined."""
        moments = [
            c.at
            for c in issue.changes
            if (c.what == "status" and c.value == "indeterminate")
            or (c.what == "due" and c.value)
            or (c.what == "label" and c.value == "committed")
        ]
        moments += self.finishes(issue)
        return self.signed(issue, min(moments)) if moments else None

    def active(self, issue: Issue) -> bool:
        """ "In progress at any instant of it, or done in it"; what was declined is not done."""
        return self.last_in_progress(issue, self.begin, self.end) is not None or any(
            self.begin <= at < self.end for at in self.finishes(issue)
        )

    # -- demand -------------------------------------------------------------------------------

    def account(self, name: str) -> Account | None:
        """ "Parent companies, resellers and forwarded threads are one account"."""
        for account in self.org.accounts:
            if account.name.casefold() == name.casefold():
                return self.account(account.parent) if account.parent else account
        return None

    def standing(self, name: str, at: int) -> Standing | None:
        """ "Status over time"."""
        account = self.account(name)
        for row in account.rows if account else ():
            ends = self.midnight(row.until + timedelta(1)) if row.until else at + 1
            if self.midnight(row.since) <= at < ends:
                return row
        return None

    def naming(self, issue: Issue) -> list[tuple[int, str]]:
        """When which account was named: on the item, else on its nearest ancestor."""
        for holder in self.line(issue):
            found = [
                (self.signed(holder, c.at), match[2].casefold())
                for c in holder.changes
                if c.what == "label" and (match := NAMES.fullmatch(c.value or ""))
            ]
            if found:
                return found
        return []

    def signs(self, issue: Issue) -> list[Sign]:
        """What the item itself says about who asked."""
        found = []
        role = self.org.roles.get(issue.reporter)
        if role in ("support", "executive"):
            found.append(Sign(issue.created, role))
        if role == "sales" and (named := self.naming(issue)):
            # "Comes from a person with a sales role about an account", its own or its ancestor's
            found.append(Sign(max(issue.created, min(at for at, _ in named)), "sales"))
        for change in issue.changes:
            if change.what != "label":
                continue
            at, label = self.signed(issue, change.at), change.value or ""
            if match := NAMES.fullmatch(label):
                standing = self.standing(match[2], at)
                prospect = standing is not None and standing.status == "prospect"
                sales = prospect or match[1] == "prospect-"
                found.append(Sign(at, "sales" if sales else "customer", match[2].casefold()))
            elif label == "commercial sales priority::1":
                found.append(Sign(at, "sales"))
            elif label == "customer request":
                found.append(Sign(at, "customer"))
            elif label in ("research", "compliance"):
                found.append(Sign(at, label))
        return found

    def decisive(self, issue: Issue) -> Sign | None:
        """ "The earliest decisive demand event before commitment"; at the same time sales wins."""
        end = self.commitment(issue)
        in_time = [s for s in self.signs(issue) if s.origin and (end is None or s.at <= end)]
        return min(in_time, key=lambda s: (s.at, s.origin != "sales"), default=None)

    def origin(self, issue: Issue) -> Sign | None:
        """ "A leaf's own tag beats the nearest ancestor's"; a reporter of product or engineering is presumed,
        and not known, to be behind it."""
        for holder in self.line(issue):
            if sign := self.decisive(holder):
                return sign
        return None

    def asked(self, issue: Issue) -> list[Sign]:
        """The signs that named accounts: the item's own, else the nearest ancestor's."""
        for holder in self.line(issue):
            if found := [s for s in self.signs(holder) if s.account]:
                return found
        return []

    def one_account(self, signs: list[Sign]) -> set[str]:
        """Parent company and subsidiary "are one account"; a name not in the file is its own."""
        names = {s.account for s in signs if s.account}
        return {a.name if (a := self.account(n)) else n for n in names}

    def intents(self, issue: Issue) -> set[str]:
        """The intents that the item names: its own, else the nearest ancestor's."""
        for holder in self.line(issue):
            labels = [c.value or "" for c in holder.changes if c.what == "label"]
            if found := {v.removeprefix("intent/") for v in labels if v.startswith("intent/")}:
                return found
        return set()

    # -- judgement ----------------------------------------------------------------------------

    def in_force(self, at: int) -> Strategy | None:
        """ "The version whose `effective` date is the latest at or before it"."""
        held = [s for s in self.org.strategies if self.midnight(s.effective) <= at]
        return max(held, key=lambda s: s.effective, default=None)

    def stands(self, since: date | None, at: int) -> bool:
        """ "An intent or exclusion may carry its own `since`"."""
        return since is None or self.midnight(since) <= at

    def in_icp(self, name: str, strategy: Strategy, at: int) -> bool | None:
        """As customers.csv says, else by the segments of the strategy; None: not known."""
        standing = self.standing(name, at)
        if standing is None:
            return None
        if standing.icp is not None:
            return standing.icp
        return standing.segment in strategy.segments if standing.segment else None

    def verdict(self, issue: Issue) -> str:
        """H, U, G, Q or other work: "each sales-led leaf is one of …"."""
        origin = self.origin(issue)
        if origin is None:
            return "unknown"
        if origin.origin != "sales":
            return "other"
        asked = self.asked(issue)
        requested = min([origin.at, *(s.at for s in asked)])
        strategy = self.in_force(requested)
        if strategy is None:  # "No strategy in force yet → alignment undecidable (G)"
            return "undecidable"
        commitment = self.commitment(issue)
        assert commitment is not None
        early = self.one_account([s for s in asked if s.at <= commitment])
        if sum(self.in_icp(n, strategy, requested) is True for n in early) >= 2:
            return "other"  # "Two or more independent ICP accounts before commitment" = pull
        # Who asked is who was named before commitment, if anyone was: "the clock is honest".
        names = early or self.one_account(asked)
        fits = [self.in_icp(n, strategy, requested) for n in names]
        # One account in the ICP is enough; all of them off it is off; else it is not known.
        icp = True if True in fits else False if fits and None not in fits else None
        texts = [issue.title, *(c.value or "" for c in issue.changes if c.what == "label")]
        excluded = any(
            self.stands(since, requested) and any(re.search(p, t, re.IGNORECASE) for t in texts)
            for p, since in strategy.not_doing.items()
        )
        # Decision: "several intents on one item are a dispute, and widen the bounds".
        stated = strategy.intents
        named = self.intents(issue)
        stood = [i in stated and self.stands(stated[i], requested) for i in named]
        if excluded or icp is False or (stood and not any(stood)):  # whichever was meant, none stood
            return "unhealthy"
        if stood == [True] and icp:
            return "healthy"
        return "undecidable"

    # -- figures ------------------------------------------------------------------------------

    def work(self) -> dict[str, dict[str, Fraction]]:
        """ "W = all work": leaf work active in the window, in each weight."""
        effort = self.effort()
        active = [i.key for i in self.leaves() if self.active(i)]
        return {
            "effort": {k: effort[k] for k in active},
            "count": {k: Fraction(1) for k in active},
        }

    def figures(self, weight: str) -> Figures:
        """The worst-case bounds of section 2."""
        amounts = dict.fromkeys(VERDICTS, Fraction(0))
        for key, amount in self.work()[weight].items():
            amounts[self.verdict(self.by_key[key])] += amount
        h, u, g, q, _ = (amounts[v] for v in VERDICTS)
        w = sum(amounts.values(), Fraction(0))
        return Figures(
            amounts,
            _over(h + u + g, h + u + g + q, w),
            _over(u, u + g + q, w),
            _over(h, h + g + q, h + u + g + q),
        )

    def intent_bounds(self, weight: str, intent: str) -> Bounds:
        """Surely this intent; at most this, what names it beside another, and what names none."""
        low = high = total = Fraction(0)
        for key, amount in self.work()[weight].items():
            named = self.intents(self.by_key[key])
            total += amount
            low += amount if named == {intent} else 0
            high += amount if not named or intent in named else 0
        return _over(low, high, total)


def _over(low: Fraction, high: Fraction, total: Fraction) -> Bounds:
    """ "A missing input gives 'not assessed', never 0"."""
    return (low / total, high / total) if total else (None, None)
