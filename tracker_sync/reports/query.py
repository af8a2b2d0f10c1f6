"""What a report is asked for."""

from datetime import UTC, timedelta, tzinfo

from msgspec import Struct

from tracker_sync.days import EPOCH, local

WEIGHTS = ("effort", "count", "points", "money")
PERIODS = ("week", "month", "quarter")


class Clocks(Struct, frozen=True):
    """At which moments something is looked at, in microseconds UTC; None: now."""

    as_of: int | None = None
    """As its tracker showed it then."""
    known_at: int | None = None
    """As this log knew it then."""

    @property
    def past(self) -> bool:
        """Whether either is not now."""
        return self != Clocks()


class Query(Struct, frozen=True):
    """What a report is asked for. Times are microseconds UTC; the window is since ≤ t < until."""

    since: int
    until: int
    as_of: int
    known_at: int | None = None
    source: str | None = None
    project: str | None = None
    weight: str | None = None
    """The only weight to show; None: all, effort first."""
    zone: tzinfo = UTC
    """The time zone that its days are counted in."""
    team: str | None = None
    """Only what this team had in progress last in the window."""
    by: str | None = None
    """How long the periods of a series are, one of `PERIODS`; None: no series."""
    customer: str | None = None
    """Only what this account asked for, by any of its names (report `demand`)."""

    @property
    def last(self) -> int:
        """The last instant that it is about: of the window, and no later than the look at it."""
        return min(self.until - 1, self.as_of)

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights to show."""
        return (self.weight,) if self.weight else WEIGHTS


def rfc3339(ts: int | None) -> str | None:
    """A time as text, in UTC, to the second."""
    if ts is None:
        return None
    return (EPOCH + timedelta(microseconds=ts)).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_text(ts: int, zone: tzinfo) -> str:
    """The day of a time, in a time zone: the one that days are counted in."""
    return local(ts, zone).strftime("%Y-%m-%d")
