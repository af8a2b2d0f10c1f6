"""Who uses a feature after its release, as adoption.csv counts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tracker_sync.adoption import Use
from tracker_sync.customers import Customers
from tracker_sync.days import Days
from tracker_sync.reports.keys import called
from tracker_sync.reports.portfolio import Portfolio

AFTER = timedelta(days=90)
"""How long after its release a second account has to use a feature. Definition: domain, section 2."""


@dataclass(frozen=True, slots=True)
class Adopters:
    """The independent accounts that use a feature."""

    early: frozenset[str]
    """Those that were counted using it from the day of its release to the 90th day after it."""
    ever: frozenset[str]
    """Those that were counted using it on any day since its release."""
    late: frozenset[str]
    """Those that were counted using it on the 90th day after its release or later."""


UNCOUNTED = Adopters(frozenset(), frozenset(), frozenset())
"""Of a feature that nobody was counted for since its release."""


def uses_by_row(org: Portfolio, uses: Sequence[Use], end: int) -> dict[int, list[Use]]:
    """By the row that each is about, as far as they were counted by `end`; keys of no item are left out."""
    counted = [u for u in uses if u.at <= end]
    rows = called(org, dict.fromkeys(u.epic for u in counted))
    found: dict[int, list[Use]] = {}
    for use in counted:
        if use.epic in rows:
            found.setdefault(rows[use.epic], []).append(use)
    return found


def adopters(org: Portfolio, uses: Sequence[Use], released: int) -> Adopters:
    """Who uses what was released at a time, by all counts of it and of what is under it."""
    days, customers = Days(org.judged.calendar), org.judged.customers
    first = days.of(released)
    due = first + AFTER.days
    counted = [(days.of(u.at), u) for u in uses if u.amount]
    using = [(day, independent(customers, u.account)) for day, u in counted if day >= first]
    return Adopters(
        frozenset(account for day, account in using if day <= due),
        frozenset(account for _, account in using),
        frozenset(account for day, account in using if day >= due),
    )


def independent(customers: Customers, name: str) -> str:
    """The independent account that goes by a name; the name itself where no account or several do."""
    account = customers.find(name)
    return customers.root(account.name) if account else name


def about(uses: Mapping[int, Sequence[Use]], rows: Sequence[int]) -> list[Use]:
    """Those about any of some rows."""
    return [use for row in rows for use in uses.get(row, ())]
