"""What the page says of a value beside the value itself."""

from collections.abc import Sequence
from typing import Any

from tracker_sync.render import clean
from tracker_sync.render.sheet import NotAssessed, Type
from tracker_sync.render.values import days, words
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Share


def said(value: Any, kind: Type, query: Query) -> str:
    """A value as people read it; there is room for all of a list, and for what a missing input is."""
    if isinstance(value, NotAssessed):
        return clean(str(value))
    if kind == "list" and value:
        return clean(", ".join(value))
    return clean(words(value, kind, query.zone))


def width(value: Any) -> str:
    """What has to be said of a share that is too wide for one figure."""
    if isinstance(value, Share) and value.low is not None and not value.measurable:
        return "not measurable yet: the range is wider than 20 points"
    return ""


def of_what(value: Share, *, chance: bool) -> str:
    """The denominator; with `chance`, which is worked out for each share, also what that adds."""
    if value.low is None:
        return "there is no work to take a share of"
    work = f"{value.n:,} items"
    if value.base.weight == "effort":
        work = f"{days(value.total)} person-days on {work}"
    if not chance or value.interval is None:
        return f"of {work}"
    low, high = (round(end * 100) for end in value.interval)
    return f"of {work}; with chance {low}–{high} %"


def refs_of(value: Any) -> Sequence[str]:
    """The refs that a value of type `item` or `items` holds."""
    if value is None or isinstance(value, NotAssessed):
        return ()
    return (value,) if isinstance(value, str) else value
