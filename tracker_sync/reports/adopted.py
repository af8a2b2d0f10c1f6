"""Who uses what was built: counts of adoption.csv, and the share of accounts 90 days after a release."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from tracker_sync.adoption import Use
from tracker_sync.customers import Customers
from tracker_sync.days import Days
from tracker_sync.reports.keys import called
from tracker_sync.reports.portfolio import Portfolio

AFTER = timedelta(days=90)
"""How long after a release it is looked at. Source: domain, section 3, limits."""
SERVED = ("customer", "design-partner")
"""What an account is to us while something may be built for it; a prospect has nothing to use yet."""
Verdict = Literal["on target", "under target", "cannot be told", "no target"]


class Adoption(Struct, frozen=True):
    """Who used something at the end of a day."""

    at: int
    """The last instant of that day, in microseconds UTC."""
    users: Mapping[str, int]
    """By independent account that uses it, in `unit`: the newest counts of all that belong to it together; of
    several items, which the same people may use, the largest."""
    unit: str
    """`users` (people), or `usage` (times that it was used); '' without any count."""
    served: frozenset[str]
    """The accounts that it was built for: those in the ICP that were customers or design partners then."""
    counted: frozenset[str]
    """Accounts that the file had any count of by then: its silence says that they do not use it."""
    target: Fraction | None
    """Share of `served` that should use it."""

    @property
    def using(self) -> int:
        """How many of those it was built for use it."""
        return len(self.served & self.users.keys())

    @property
    def uncounted(self) -> int:
        """How many of those it was built for nobody counted: they may use it or not."""
        return len(self.served - self.counted)

    @property
    def low(self) -> Fraction | None:
        """The share that uses it, if nobody does who was not counted; None where it was built for nobody."""
        return Fraction(self.using, len(self.served)) if self.served else None

    @property
    def high(self) -> Fraction | None:
        """The share that uses it, if everybody does who was not counted."""
        return Fraction(self.using + self.uncounted, len(self.served)) if self.served else None

    @property
    def verdict(self) -> Verdict:
        """Against the target; only what holds whoever was not counted is said."""
        if self.target is None:
            return "no target"
        if self.low is None or self.high is None:
            return "cannot be told"
        if self.low >= self.target:
            return "on target"
        return "under target" if self.high < self.target else "cannot be told"


class Counts(Struct, frozen=True):
    """What adoption.csv says of the items of a portfolio, up to an instant."""

    org: Portfolio
    uses: Mapping[int, Sequence[Use]]
    """By row, in order of the days."""
    first: Mapping[str, int]
    """By independent account, when the file first had a count of it."""
    lost: tuple[str, ...]
    """Keys in the file that mean no item."""

    def any_by(self, rows: Iterable[int], at: int) -> bool:
        """Whether any of these rows has a count by then, be it 0."""
        return any(use.at <= at for row in rows for use in self.uses.get(row, ()))

    def adoption(self, rows: Iterable[int], at: int, target: Fraction | None) -> Adoption:
        """Who used any of these rows at a time, by the newest count of each account and row."""
        customers, users, unit = self.org.judged.customers, dict[str, int](), ""
        for row in rows:
            newest = {customers.called(u.account): u for u in self.uses.get(row, ()) if u.at <= at}
            own = dict[str, int]()
            for name, use in newest.items():
                account, unit = independent(customers, name), use.unit
                own[account] = own.get(account, 0) + use.amount
            for account, amount in own.items():
                users[account] = max(amount, users.get(account, 0))
        return Adoption(
            at, {a: n for a, n in sorted(users.items()) if n}, unit, served(self.org, at),
            frozenset(a for a, since in self.first.items() if since <= at), target,
        )  # fmt: skip


def looked_at(days: Days, released: int) -> int:
    """When a release is looked at: the last instant of the 90th day after its day."""
    return days.end(days.of(released) + AFTER.days) - 1


def counts(org: Portfolio, end: int) -> Counts | None:
    """The counts of adoption.csv up to `end`; None without it. Raises ConfigError with file and line."""
    told = org.sides.adoption
    if told is None:
        return None
    by_time = sorted((u for u in told if u.at <= end), key=lambda u: u.at)
    rows = called(org, dict.fromkeys(u.epic for u in by_time))
    uses, first = dict[int, list[Use]](), dict[str, int]()
    for use in by_time:
        first.setdefault(independent(org.judged.customers, use.account), use.at)
        if use.epic in rows:
            uses.setdefault(rows[use.epic], []).append(use)
    return Counts(org, uses, first, tuple(dict.fromkeys(u.epic for u in by_time if u.epic not in rows)))


def independent(customers: Customers, name: str) -> str:
    """The independent account that goes by a name; what the name is called where no account or several go by
    it."""
    return customers.root(customers.called(name))


def served(org: Portfolio, at: int) -> frozenset[str]:
    """The independent accounts that the product was for at a time and that had it: customers and design
    partners of which neither the customers file nor the strategy's ICP says that they are outside."""
    customers, version = org.judged.customers, org.judged.strategies.at(at)
    icp = version.strategy.icp if version else None
    found = set()
    for account in customers.accounts.values():
        standing = account.at(at)
        if standing is None or standing.since > at:
            continue
        if standing.status in SERVED and customers.in_icp(account.name, at, icp) is not False:
            found.add(customers.root(account.name))
    return frozenset(found)
