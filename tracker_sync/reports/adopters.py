"""Who uses a feature after its release, as adoption.csv counts it."""

from collections.abc import Sequence

from msgspec import Struct

from tracker_sync.adoption import Use
from tracker_sync.days import Days
from tracker_sync.reports.adopted import AFTER, independent
from tracker_sync.reports.portfolio import Portfolio


class Adopters(Struct, frozen=True):
    """The independent accounts that use a feature."""

    early: frozenset[str]
    """Those that were counted using it from the day of its release to the 90th day after it."""
    ever: frozenset[str]
    """Those that were counted using it on any day since its release."""
    late: frozenset[str]
    """Those that were counted using it on the 90th day after its release or later."""


UNCOUNTED = Adopters(frozenset(), frozenset(), frozenset())
"""Of a feature that nobody was counted for since its release."""


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
