"""Values of a sheet in words, by their type."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tracker_sync.render import clean
from tracker_sync.render.sheet import NotAssessed, Range, Type
from tracker_sync.render.text import days, percent, span
from tracker_sync.reports.query import Query, day_text
from tracker_sync.reports.shares import Share

NUMBERS: frozenset[Type] = frozenset({"count", "number", "days", "share", "money", "range"})
"""Types that stand to the right, digit under digit."""


def said(value: Any, kind: Type, query: Query, unit: str = "") -> str:
    """A value as people read it; nothing where there is nothing to say."""
    if value is None:
        return ""
    if isinstance(value, NotAssessed):
        return clean(str(value))
    if isinstance(value, Range):
        return _range(value, unit)
    match kind:
        case "share":
            return span(value) if isinstance(value, Share) else percent(Fraction(value))
        case "time":
            return day_text(value, query.zone)
        case "flag":
            return "yes" if value else "no"
        case "list" | "items":
            return clean(", ".join(value))
        case "days":
            return days(Fraction(value))
        case "count" | "number" | "money" | "range":
            return f"{number(float(value))} {unit}".strip() if kind == "money" else number(float(value))
        case _:
            return clean(str(value))


def number(value: float) -> str:
    """Whole above ten, else with one digit after the point where that says anything."""
    text = f"{value:,.1f}" if abs(value) < 10 else f"{round(value):,}"
    return text.removesuffix(".0")


def width(value: Any) -> str:
    """What has to be said of a share that is too wide for one figure."""
    if isinstance(value, Share) and value.low is not None and not value.measurable:
        return "not measurable yet: the range is wider than 20 points"
    return ""


def of_what(value: Share, query: Query) -> str:
    """The denominator, and what chance adds."""
    if value.low is None:
        return "there is no work to take a share of"
    work = f"{value.n:,} items"
    if value.base.weight == "effort":
        work = f"{days(value.total)} person-days on {work}"
    if value.interval is None:
        return f"of {work}"
    low, high = (round(end * 100) for end in value.interval)
    return f"of {work}; with chance {low}–{high} %"


def refs_of(value: Any) -> Sequence[str]:
    """The refs that a value of type `item` or `items` holds."""
    return () if value is None or isinstance(value, NotAssessed) else (
        (value,) if isinstance(value, str) else value
    )  # fmt: skip


def _range(value: Range, unit: str) -> str:
    ends = f"{number(value.low)}–{number(value.high)}"
    middle = "" if value.middle is None else f", about {number(value.middle)}"
    return f"{ends}{middle} {unit}".strip()
