"""Days: the calendar days of a time zone, and which of them are worked on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Calendar:
    """ "A calendar day in the configured time zone (default UTC); working days are Monday to Friday unless
    configured"."""

    zone: str = "UTC"
    working: tuple[str, ...] = WEEK[:5]

    def midnight(self, day: date) -> int:
        """The first instant of a day."""
        return _midnight(self.zone, day)

    def after(self, day: date) -> int:
        """The first instant after a day."""
        return self.midnight(day + timedelta(1))

    def day_of(self, instant: int) -> date:
        """The calendar day that an instant lies in."""
        return (EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(self.zone)).date()

    def working_days(self, begin: int, end: int) -> Iterator[date]:
        """The working days that have an instant in [begin, end)."""
        day = self.day_of(begin)
        while begin < end and day <= self.day_of(end - 1):
            if WEEK[day.weekday()] in self.working:
                yield day
            day += timedelta(1)

    def holds(self, since: date | None, until: date | None, at: int) -> bool:
        """ "Dates in files are whole days of the configured time zone, `until` included"."""
        begun = since is None or self.midnight(since) <= at
        return begun and (until is None or at < self.after(until))


@cache
def _midnight(zone: str, day: date) -> int:
    at = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    return (at - EPOCH) // timedelta(microseconds=1)
