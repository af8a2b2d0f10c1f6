"""Times as a chart's axis takes them."""

from datetime import timedelta, tzinfo

from tracker_sync.days import EPOCH, local


def wall(ts: int, zone: tzinfo) -> float:
    """What the wall clock shows at a time (microseconds UTC), in milliseconds: axes know one zone only."""
    return (local(ts, zone).replace(tzinfo=EPOCH.tzinfo) - EPOCH) / timedelta(milliseconds=1)
