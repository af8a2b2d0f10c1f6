"""Who was counted using what at an instant, and of whom it was built for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.customers import Row
from tests.oracle.shares import Bounds, over
from tests.oracle.sides import Sides
from tests.oracle.strategy import in_force
from tests.oracle.world import Issue

SERVED = ("customer", "design-partner")


@dataclass(frozen=True)
class Usage:
    """What adoption.csv says of some items at an instant."""

    at: int
    using: frozenset[str]
    """All independent accounts that use any of them."""
    users: int
    served: frozenset[str]
    """Those that it was built for."""
    uncounted: frozenset[str]
    """Those of them of which the file says nothing by then."""

    @property
    def share(self) -> Bounds:
        """ "At least using / built for, at most (using + not counted) / built for"."""
        using = Fraction(len(self.using & self.served))
        return over(using, using + len(self.uncounted), Fraction(len(self.served)))

    def verdict(self, target: Fraction | None) -> str | None:
        """ "On target if the least is at or above `adoption_target`, under target if the most is below it,
        else it cannot be told"."""
        low, high = self.share
        if target is None or low is None or high is None:
            return None
        return "on target" if low >= target else "under target" if high < target else None


def usage(sides: Sides, items: Iterable[Issue], at: int) -> Usage | None:
    """None: "without any count of one of its epics by then, it is not assessed"."""
    midnight, mine = sides.of.calendar.midnight, set(items)
    known = [c for c in sides.counts if midnight(c.day) <= at]
    counted = [c for c in known if c.item in mine]
    if not counted:
        return None
    # "The newest count of it up to that day"; "ties are broken by (time, sequence)": the later row counts.
    newest = {(c.root, c.account, c.item): c.amount for c in sorted(counted, key=lambda c: c.day)}
    per_item: dict[str, dict[Issue | None, int]] = {}
    for (root, _, item), amount in newest.items():  # "of accounts that belong together their sum"
        mine_of = per_item.setdefault(root, {})
        mine_of[item] = mine_of.get(item, 0) + amount
    users = {root: max(some.values()) for root, some in per_item.items()}  # "of several epics the largest"
    served = _served(sides, at)
    return Usage(
        at, frozenset(r for r, n in users.items() if n > 0), sum(users.values()), served,
        served - {c.root for c in known},
    )  # fmt: skip


def _served(sides: Sides, at: int) -> frozenset[str]:
    """ "The independent accounts (parents stand for all that belong to them) that were customers or design
    partners on that day, and of which neither that file nor the ICP of the strategy in force then says that
    they are outside"; "an account is none before its first `since`"."""
    customers, version = sides.of.inputs.customers, in_force(sides.of.inputs.versions, at)
    found = set()
    for account in customers.accounts.values():
        row = customers.standing(account.name, at)
        begun = row is not None and sides.of.calendar.holds(_since(row), None, at)
        outside = customers.in_icp(account.name, at, version.icp if version else None) is False
        if row is not None and begun and row["status"] in SERVED and not outside:
            found.add(customers.root(account.name))
    return frozenset(found)


def _since(row: Row) -> date | None:
    return date.fromisoformat(row["since"]) if row["since"] else None
