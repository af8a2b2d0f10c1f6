"""Days of a time zone, up to the ends of the calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker_sync.config import CalendarConfig
from tracker_sync.days import EPOCH, Days
from tracker_sync.reports.query import day_text


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles"])
@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00", "0001-01-01T12:00", "9999-12-31T12:00", "9999-12-31T23:59"]
)
def test_the_first_and_the_last_day_of_the_calendar_are_days(zone: str, at: str) -> None:
    ts = (datetime.fromisoformat(at).replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    days = Days(CalendarConfig(timezone=zone))
    assert days.of(ts) in (1, 2, 3652058, 3652059)
    assert days.end(days.of(ts)) > ts - 86_400_000_000
    assert day_text(ts, ZoneInfo(zone))[-5:] in ("01-01", "12-31", "12-30", "01-02")
