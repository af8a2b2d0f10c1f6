"""Kill lines: whether an outcome came under the line below which it was agreed to stop."""

from collections.abc import Callable
from datetime import date, tzinfo
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from tracker_sync.reports.adopted import Adoption
from tracker_sync.strategy import KillLine, midnight, normal

METRICS = ("accounts", "users", "adoption")
"""What adoption.csv can tell of an initiative: how many accounts use it, how many people (or how often), and
which share of those it was built for, 0 to 1. Any other metric is kept elsewhere."""
State = Literal["ahead", "held", "crossed", "cannot be told", "not assessed"]


class Kill(Struct, frozen=True):
    """A kill line, and how it stands."""

    metric: str
    below: Fraction
    by: date | None
    at: int | None
    """The last instant of that day; None: no day is stated, so it never comes to it."""
    state: State
    """`ahead`: its day has not come. Of the others, only those that adoption.csv tells are assessed."""
    low: Fraction | None
    """The outcome on that day, or as far as it is today; None where it is not assessed."""
    high: Fraction | None
    """If all whom nobody counted use it; as low, where the outcome is a plain count."""
    needs: str = ""
    """What an assessment needs."""


def kill(line: KillLine, end: int, zone: tzinfo, outcome: Callable[[int], Adoption | str]) -> Kill:
    """How a line stands at `end`. `outcome` gives who uses the initiative at a time, or says what is missing
    to tell."""
    at = midnight(date.fromordinal(line.by.toordinal() + 1), zone) - 1 if line.by else None
    below = Fraction(str(line.below))
    passed = at is not None and at <= end
    metric = normal(line.metric)
    found = outcome(min(at, end) if at is not None else end) if metric in METRICS else _elsewhere(line.metric)
    if isinstance(found, str):
        return Kill(line.metric, below, line.by, at, "not assessed" if passed else "ahead", None, None, found)
    low, high = _value(metric, found)
    if low is None or high is None:
        needs = "accounts in customers.csv that it was built for"
        return Kill(line.metric, below, line.by, at, "not assessed" if passed else "ahead", None, None, needs)
    state: State = "crossed" if high < below else "held" if low >= below else "cannot be told"
    return Kill(line.metric, below, line.by, at, state if passed else "ahead", low, high)


def _value(metric: str, found: Adoption) -> tuple[Fraction | None, Fraction | None]:
    if metric == "adoption":
        return found.low, found.high
    amount = Fraction(len(found.users) if metric == "accounts" else sum(found.users.values()))
    return amount, amount


def _elsewhere(metric: str) -> str:
    said = f"the figure of {metric!r}, which is kept elsewhere" if metric else "a metric"
    return f"{said}; adoption.csv tells {', '.join(METRICS[:-1])} and {METRICS[-1]}"
