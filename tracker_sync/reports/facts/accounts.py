"""The independent accounts at the end of a window, as measures look at them."""

from collections.abc import Sequence

from tracker_sync.customers import Standing
from tracker_sync.patterns.facts import Account
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query

PAYING = ("customer", "design-partner")


def accounts(org: Portfolio, query: Query) -> tuple[Account, ...]:
    """Those of customers.csv, by name.

    A parent company and what belongs to it are one: it pays what they pay together, is in the ICP where one
    of them is, and a design partner where one of them is and its time has not ended.
    """
    version = org.strategy_at_end(query)
    icp = version.strategy.icp if version else None
    customers, families = org.judged.customers, dict[str, list[str]]()
    for account in customers.accounts.values():
        families.setdefault(customers.root(account.name), []).append(account.name)
    found = list[Account]()
    for name, members in sorted(families.items()):
        known = [a for m in members if (a := customers.find(m))]
        rows = [row for a in known if (row := a.at(query.last))]
        fits = [customers.in_icp(m, query.last, icp) for m in members]
        found.append(Account(
            name=name, arr=_arr(rows), icp=True if True in fits else None if None in fits else False,
            partner=any(r.status == "design-partner" for r in rows),
        ))  # fmt: skip
    return tuple(found)


def _arr(rows: Sequence[Standing]) -> float | None:
    """What those of one family pay together; 0 where none of them is a customer, None where nobody said."""
    paying = [r.arr for r in rows if r.status in PAYING]
    stated = [float(arr) for arr in paying if arr is not None]
    return sum(stated) if stated or not paying else None
