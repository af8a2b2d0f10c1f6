"""The weeks, months or quarters of a question's window."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.days import local
from tracker_sync.reports.query import Query
from tracker_sync.strategy import midnight


class Period(Struct, frozen=True):
    """One of them, as far as it lies in the window; times in microseconds UTC."""

    name: str
    """`2026-W05`, `2026-02` or `2026-Q1`."""
    since: int
    until: int
    """Exclusive."""
    whole: bool
    """Whether all of it lies in the window and had passed at the question's moment."""


def periods(query: Query) -> Iterator[Period]:
    """Those of `query.by`, in order; none where no series is asked for. Weeks begin on Mondays (ISO 8601),
    days where the question's time zone has them begin."""
    end = min(query.until, query.as_of + 1)
    if query.by is None or query.since >= end:
        return
    day = _first(local(query.since, query.zone).date(), query.by)
    while (start := midnight(day, query.zone)) < end:
        following = _first(day + timedelta(days={"week": 7, "month": 31, "quarter": 92}[query.by]), query.by)
        stop = midnight(following, query.zone)
        yield Period(
            _name(day, query.by), max(start, query.since), min(stop, end),
            whole=query.since <= start and stop <= end,
        )  # fmt: skip
        day = following


def during(query: Query, period: Period) -> Query:
    """The question about one period alone, as things are now."""
    return replace(query, since=period.since, until=period.until, by=None)


def _first(day: date, by: str) -> date:
    """The first day of the period that a day lies in."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=day.month if by == "month" else (day.month - 1) // 3 * 3 + 1)


def _name(day: date, by: str) -> str:
    if by == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day:%Y-%m}" if by == "month" else f"{day.year}-Q{(day.month + 2) // 3}"
