"""Who asked for what, what they were then, and what became of it."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from statistics import median

from tests.oracle.shares import Bounds, Oracle, over
from tests.oracle.story import FOREVER
from tests.oracle.strategy import at_end, in_force
from tests.oracle.world import MINUTE, Issue

DAY = 24 * 60 * MINUTE
NOBODY, NONE = "not in the customers file", "no segment"
OUTSIDE = ("sales", "support", "customer")
STATES = ("waiting", "committed", "in progress", "done", "declined")


@dataclass(frozen=True)
class Profile:
    """What an account was to us at a time."""

    name: str
    known: bool
    segment: str | None
    status: str | None
    icp: bool | None


@dataclass(frozen=True)
class Request:
    """A unit of demand and one account that asked for it."""

    ref: str
    account: str
    then: Profile
    source: str | None
    first_asked: int
    accounts: int
    icp_accounts: int
    state: str
    committed: int | None
    closed: int | None
    effort: Fraction
    items: tuple[str, ...]


@dataclass(frozen=True)
class ByAccount:
    """What an account asked for."""

    profile: Profile
    units: int
    states: dict[str, int]
    effort: Fraction
    share: Fraction | None
    wait: Fraction | None
    waits: int
    longest: Fraction | None


@dataclass(frozen=True)
class BySegment:
    """What the accounts of a segment asked for."""

    accounts: int
    asked: int
    units: int
    shared: int
    effort: Fraction
    share: Fraction | None


class Demand:
    """All demand of a window, as of the report's day."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.tree, self.known = of, of.tree, of.inputs.customers
        self.at = of.world.last if of.tree.at == FOREVER else of.tree.at

    def profile(self, account: str, at: int, *, now: bool = False) -> Profile:
        """ "What the customers file says of the account at the moment, and whether the strategy in force then
        was for it"."""
        row, whose = self.known.standing(account, at), self.known.find(account)
        versions = self.of.inputs.versions
        version = at_end(versions, at, self.of.world.last) if now else in_force(versions, at)
        fits = self.known.in_icp(account, at, version.icp if version else None)
        # "After the end of an account's last row the file says nothing of it but its segment."
        said = row or (whose.rows[-1] if whose else {})
        return Profile(
            account, whose is not None, said.get("segment") or None, row["status"] if row else None, fits
        )

    # -- wishes and units -------------------------------------------------------------------------

    @cached_property
    def wishes(self) -> dict[Issue, dict[str, int]]:
        """ "An item whose own signs name an account, dated by the earliest sign that names it; of an account
        and its subsidiaries the earliest counts. Only wishes from before the end of the window count"."""
        found: dict[Issue, dict[str, int]] = {}
        for issue in self.tree.issues:
            for s in self.of.tags[issue].named:
                if s.since < self.of.until and s.since <= self.at:
                    root, mine = self.known.root(s.value), found.setdefault(issue, {})
                    mine[root] = min(s.since, mine.get(root, s.since))
        return found

    def unit(self, issue: Issue) -> Issue:
        """ "The nearest epic at or above such an item, else its topmost item"."""
        line = self.tree.line(issue)
        return next((i for i in line if self.tree.epic(i)), line[-1])

    @cached_property
    def asked(self) -> dict[tuple[Issue, str], dict[Issue, int]]:
        """Each request, with its wishes."""
        found: dict[tuple[Issue, str], dict[Issue, int]] = {}
        for issue, wishes in self.wishes.items():
            for account, since in wishes.items():
                found.setdefault((self.unit(issue), account), {})[issue] = since
        return found

    # -- states -----------------------------------------------------------------------------------

    def phase(self, issue: Issue) -> str:
        """Its own status as of the report's day."""
        return next((p for ts, p in reversed(issue.phases) if ts <= self.at), "new")

    def since(self, issue: Issue) -> int:
        """Since when it is so."""
        return max(ts for ts in issue.became(self.phase(issue)) if ts <= self.at)

    def state(self, issue: Issue, unit: Issue) -> tuple[str, int | None]:
        """ "State of such an item, the first that holds", and since when it is done or declined."""
        own, under = self.phase(issue), [self.phase(i) for i in self.tree.below(issue)]
        begun = "doing" in under or "done" in under
        if own in ("done", "declined"):
            return own, self.since(issue)
        if self.phase(unit) == "declined" and not begun:
            return "declined", self.since(unit)
        if begun:
            return "in progress", None
        ever = any(self.of.tags[i].commitment is not None for i in self.tree.below(issue))
        return ("committed" if ever else "waiting"), None

    @staticmethod
    def together(states: list[str]) -> str:
        """ "State of a request of several items: in progress, where one is in progress, or one is done and
        another open; else committed, waiting, done, declined: the first that any of them is"."""
        open_ = "waiting" in states or "committed" in states
        if "in progress" in states or ("done" in states and open_):
            return "in progress"
        return next(s for s in ("committed", "waiting", "done", "declined") if s in states)

    # -- effort -----------------------------------------------------------------------------------

    @cached_property
    def effort(self) -> dict[tuple[Issue, str], Fraction]:
        """ "A leaf's effort in the window is split equally over the independent accounts of the nearest item
        at or above it that has wishes of its own, and belongs to those accounts' requests for that item's
        unit"."""
        found: dict[tuple[Issue, str], Fraction] = {}
        for leaf in self.of.active:
            near = next((i for i in self.tree.line(leaf) if i in self.wishes), None)
            for account in self.wishes[near] if near else ():
                key = self.unit(near), account  # type: ignore[arg-type]
                part = self.of.effort.get(leaf, Fraction(0)) / len(self.wishes[near])  # type: ignore[index]
                found[key] = found.get(key, Fraction(0)) + part
        return found

    # -- the report -------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> dict[tuple[Issue, str], Request]:
        """ "What stood in the window: asked for in it; or still open as of the report's day; or done or
        declined not before its start; or with work that was active in it and whose effort belongs to it. A
        `--source`, `--project` or `--team` leaves in the units that are in it, and those with work in
        it"."""
        found = {}
        for (unit, account), wishes in self.asked.items():
            row = self._request(unit, account, wishes)
            closed = row.closed if row.state in ("done", "declined") else FOREVER
            asked_or_open = row.first_asked >= self.of.begin or (closed or 0) >= self.of.begin
            if (asked_or_open and unit in self.of.inside) or (unit, account) in self.effort:
                found[unit, account] = row
        return found

    @staticmethod
    def _items(unit: Issue, wishes: dict[Issue, int]) -> list[Issue]:
        """ "A request is about the unit where the account asked for the unit itself, else about each item
        that it asked for"."""
        return [unit] if unit in wishes else [*wishes]

    def _place(self, issue: Issue) -> tuple[str, int]:
        """The order of keys: 9 comes before 10."""
        head = self.of.ref(issue).rstrip("0123456789")
        return head, int(self.of.ref(issue)[len(head) :])

    def _request(self, unit: Issue, account: str, wishes: dict[Issue, int]) -> Request:
        items = self._items(unit, wishes)
        states = [self.state(i, unit) for i in items]
        state, first = self.together([s for s, _ in states]), min(wishes.values())
        below = [i for item in items for i in self.tree.below(item)]
        commitments = [c for i in below if (c := self.of.tags[i].commitment) is not None]
        at_once = sorted((i for i, since in wishes.items() if since == first), key=self._place)
        origins = [o for i in at_once if (o := self.of.tags[i].origin)]
        others = {a for u, a in self.asked if u is unit}
        closed = max((at for _, at in states if at is not None), default=None)
        return Request(
            self.of.ref(unit), account, self.profile(account, first), origins[0].value if origins else None,
            first, len(others), sum(self.profile(a, self.at, now=True).icp is True for a in others), state,
            min(commitments, default=None), closed if state in ("done", "declined") else None,
            self.effort.get((unit, account), Fraction(0)), tuple(sorted(map(self.of.ref, items))),
        )  # fmt: skip

    @property
    def total(self) -> Fraction:
        """The effort that accounts asked for."""
        return sum((r.effort for r in self.rows.values()), Fraction(0))

    @property
    def share(self) -> Bounds:
        """Of all effort: "work that names no account may be for one, too, unless it came from inside"."""
        low = high = Fraction(0)
        for leaf in self.of.active:
            days, origin = self.of.effort.get(leaf, Fraction(0)), self.of.tags[leaf].origin
            named = any(i in self.wishes for i in self.tree.line(leaf))
            low += days if named else 0
            inside = origin is not None and not origin.fallback and origin.value not in OUTSIDE
            high += days if named or not inside else 0
        return over(low, high, sum(self.of.work("effort").values(), Fraction(0)))

    @property
    def by_account(self) -> dict[str, ByAccount]:
        """By account, as of the report's day."""
        found = {}
        for account in {a for _, a in self.rows}:
            rows = [r for (_, a), r in self.rows.items() if a == account]
            waits = [Fraction(r.committed - r.first_asked, DAY) for r in rows
                     if r.committed is not None and r.committed >= r.first_asked]  # fmt: skip
            old = [Fraction(self.at - r.first_asked, DAY) for r in rows if r.state == "waiting"]
            effort = sum((r.effort for r in rows), Fraction(0))
            found[account] = ByAccount(
                self.profile(account, self.at, now=True), len(rows),
                {s: sum(r.state == s for r in rows) for s in STATES}, effort,
                effort / self.total if self.total else None, Fraction(median(waits)) if waits else None,
                len(waits), max(old, default=None),
            )  # fmt: skip
        return found

    @property
    def by_segment(self) -> dict[str, BySegment]:
        """ "How many of a segment's accounts asked, and how many units two or more of them share. Segments
        are those of now"."""
        found = {}
        of = {
            a: (p.segment or NONE) if (p := self.profile(a, self.at, now=True)).known else NOBODY
            for a in {*self.roots, *(a for _, a in self.rows)}
        }
        for segment in set(of.values()):
            asked = {a for a, s in of.items() if s == segment} & {a for _, a in self.rows}
            listed = sum(of[a] == segment for a in self.roots)
            rows = [(u, a, r) for (u, a), r in self.rows.items() if a in asked]
            units = {u: {a for v, a, _ in rows if v is u} for u, _, _ in rows}
            effort = sum((r.effort for _, _, r in rows), Fraction(0))
            shared = sum(len(some) > 1 for some in units.values())
            found[segment] = BySegment(
                listed, len(asked), len(units), shared, effort, effort / self.total if self.total else None
            )
        return found

    @cached_property
    def roots(self) -> set[str]:
        """The independent accounts of the file."""
        return {self.known.root(a.name) for a in self.known.accounts.values()}

    @property
    def icp(self) -> tuple[int, int]:
        """Of the independent accounts of the file that are in the ICP now: how many asked, and how many there
        are."""
        fits = {a for a in self.roots if self.profile(a, self.at, now=True).icp is True}
        return len(fits & {a for _, a in self.rows}), len(fits)

    @property
    def unnamed(self) -> list[Issue]:
        """ "A unit for which no account has a wish, though an item of it has no customer and the origin
        sales, support or customer; the item was opened before the end of the window, and was not done
        or declined before its start or had work in it"."""
        named, active = {u for u, _ in self.asked}, set(self.of.active)
        found: dict[Issue, None] = {}
        for issue in (i for i in self.tree.issues if i in self.of.inside):
            tags, unit = self.of.tags[issue], self.unit(issue)
            origin = tags.origin.value if tags.origin else ""
            closed = self.phase(issue) in ("done", "declined") and self.since(issue) < self.of.begin
            stood = issue.opened_at < self.of.until and (
                not closed or any(i in active for i in self.tree.below(issue))
            )
            if unit not in named and not tags.customers and origin in OUTSIDE and stood:
                found[unit] = None
        return [*found]
