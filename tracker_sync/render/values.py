"""How the values of a sheet read in words, the same on every page."""

from collections.abc import Sequence
from datetime import tzinfo
from fractions import Fraction
from typing import Any

from tracker_sync.render.sheet import Figure, NotAssessed, Range, Sheet, Table, Type
from tracker_sync.reports.query import Query, day_text
from tracker_sync.reports.shares import Share

NOTHING = "–"
"""Where there is nothing to say, or nothing to take a share of."""
BAR = 24
LISTED = 3
"""So many of a cell's several values are spelt out."""
RIGHT: frozenset[Type] = frozenset({"count", "number", "days", "share", "money", "range"})
"""What stands on the right of its column."""
CLASSES = {
    "healthy": "fits the strategy", "unhealthy": "off strategy", "undecidable": "cannot be told",
    "unknown": "origin unknown", "other": "not sales-led",
}  # fmt: skip
"""The classes of work, by the ids that JSON and CSV have."""
_STEPS = "▁▂▃▄▅▆▇█"


def words(value: Any, kind: Type, zone: tzinfo) -> str:
    """A value of a sheet as people read it; a missing input is said aloud."""
    if value is None:
        return NOTHING
    if isinstance(value, NotAssessed):
        return "not assessed"
    match kind:
        case "item" | "text":
            return str(value)
        case "class":
            return CLASSES.get(value, str(value))
        case "items" | "list":
            return several(value)
        case "flag":
            return "yes" if value else "no"
        case "time":
            return day_text(value, zone)
        case "share":
            return span(value) if isinstance(value, Share) else percent(value)
        case "days":
            return days(value)
        case "range":
            return between(value)
        case "count" | "money":
            return f"{round(value):,}"
        case "number":
            return number(value)


def several(values: Sequence[str]) -> str:
    """The first of several values, and how many more there are."""
    if not values:
        return "none"
    more = len(values) - LISTED
    return ", ".join(values[:LISTED]) + (f" and {more} more" if more > 0 else "")


def number(value: float | Fraction) -> str:
    """A figure with three digits that mean something, without zeros behind the point."""
    shown = float(value)
    if abs(shown) >= 100:
        return f"{round(shown):,}"
    return f"{shown:.{1 if abs(shown) >= 10 else 2}f}".rstrip("0").rstrip(".")


def between(value: Range) -> str:
    """From the lowest to the highest, with the one between where there is one."""
    ends = number(value.low) if value.low == value.high else f"{number(value.low)}–{number(value.high)}"
    likely = value.middle if value.low != value.high else None
    return ends if likely is None else f"{ends}, {number(likely)} likely"


def percent(value: Fraction | None) -> str:
    """A share as whole percent; "–" where there is nothing to take a share of."""
    return NOTHING if value is None else f"{round(value * 100)} %"


def span(value: Share) -> str:
    """The bounds of a share: "34–46 %", or one figure where nothing is unknown."""
    if value.low is None or value.high is None:
        return "no work"
    low, high = round(value.low * 100), round(value.high * 100)
    return f"{low} %" if low == high else f"{low}–{high} %"


def bar(value: Share | Fraction | NotAssessed | None) -> str:
    """The bounds drawn: solid is sure, shaded is possible; empty where there is nothing to draw."""
    if isinstance(value, NotAssessed):
        return ""
    least, most = (value.low, value.high) if isinstance(value, Share) else (value, value)
    if least is None or most is None:
        return ""
    low, high = (min(BAR, max(0, round(end * BAR))) for end in (least, most))
    return "▕" + "█" * low + "▒" * (high - low) + "·" * (BAR - high) + "▏"


def sparks(values: Sequence[float | Fraction | None], top: float | None = None) -> str:
    """A series as a line of small bars from 0 to `top`, else to its largest; a gap where there is nothing."""
    whole = top if top is not None else max((float(v) for v in values if v is not None), default=0)

    def step(value: float | Fraction | None) -> str:
        if value is None:
            return " "
        part = float(value) / whole if whole > 0 else 0.0
        return _STEPS[min(len(_STEPS) - 1, max(0, int(part * len(_STEPS))))]

    return "".join(map(step, values))


def days(value: Fraction) -> str:
    """Person-days, rounded."""
    return f"{float(value):,.1f}" if value < 10 else f"{round(value):,}"


def period(query: Query) -> str:
    """A question's window, and the clock that it is looked at by."""
    until = day_text(query.last, query.zone)
    return (
        f"{day_text(query.since, query.zone)} to {until}, as the trackers showed it on "
        f"{day_text(query.as_of, query.zone)}"
    )


def in_words(figure: Figure, zone: tzinfo) -> str:
    """A figure with its unit; of a missing input, what it needs."""
    if isinstance(figure.value, NotAssessed):
        return str(figure.value)
    unit = f" {figure.unit}" if figure.unit and figure.value is not None else ""
    return words(figure.value, figure.type, zone) + unit


def all_rows(sheet: Sheet, table: Table) -> str:
    """The command that lists every row of a table."""
    which = "" if table is sheet.tables[0] else f" --table {table.id}"
    return f"tracker-sync report {sheet.name} --format csv{which}"
