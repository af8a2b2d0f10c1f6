"""What a day is: the calendar days and working days of the configured time zone."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from tracker_sync.config import CalendarConfig

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400_000_000
"""Microseconds."""
_FIRST = EPOCH.toordinal()


class Days:
    """Days as proleptic ordinals; times in microseconds UTC."""

    def __init__(self, calendar: CalendarConfig) -> None:
        self.calendar = calendar
        self._is_utc = calendar.timezone == "UTC"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone that days are counted in."""
        return ZoneInfo(self.calendar.timezone)

    def of(self, ts: int) -> int:
        """The day of a time."""
        if self._is_utc:
            return _FIRST + ts // DAY
        return local(ts, self.zone).toordinal()

    def end(self, day: int) -> int:
        """The first instant after a day."""
        if self._is_utc:
            return (day + 1 - _FIRST) * DAY
        with suppress(OverflowError, ValueError):
            start = datetime.combine(datetime.fromordinal(day + 1).date(), datetime.min.time(), self.zone)
            return (start.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
        return (day + 1 - _FIRST) * DAY

    def works_on(self, day: int) -> bool:
        """Whether a day is a working day."""
        return NAMES[(day - 1) % 7] in self.calendar.working_days


def local(ts: int, zone: tzinfo) -> datetime:
    """A time in a time zone; in UTC within a day of the calendar's ends, which some use for "never"."""
    at = EPOCH + timedelta(microseconds=ts)
    with suppress(OverflowError):
        at = at.astimezone(zone)
    return at
