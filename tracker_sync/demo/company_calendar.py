"""The two years of the story: its working days, and moments within them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

FIRST = date(2024, 11, 4)
LAST = date(2026, 10, 30)


def working_days() -> Iterator[date]:
    """Every Monday to Friday of the story."""
    for offset in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=offset)
        if day.weekday() < 5:
            yield day


def on_working_day(day: date) -> date:
    """The day itself, or the Monday after it; never past the end of the story."""
    monday = day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return max(FIRST, min(monday, LAST))


def moment(rng: Random, day: date, since: int = 9, until: int = 17) -> datetime:
    """Some time of a day between two full hours."""
    start = datetime.combine(day, time(since), UTC)
    return start + timedelta(milliseconds=rng.randrange((until - since) * 3_600_000))


def between(rng: Random, low: datetime, high: datetime) -> datetime:
    """Some office time between two moments, or the first of them when there is none."""
    days = (high.date() - low.date()).days
    day = on_working_day(low.date() + timedelta(days=rng.randint(0, max(0, days))))
    return min(max(low, moment(rng, day)), max(low, high))
