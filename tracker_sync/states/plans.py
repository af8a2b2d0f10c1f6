"""What was planned of an item over time: points, estimate, due date, being ready, and moves in the queue."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from tracker_sync.config import FieldNames
from tracker_sync.events import Added, Changed, Dropped, Noted
from tracker_sync.items import Item, Names
from tracker_sync.states import FOREVER

KINDS = ("points", "estimate", "due", "ready", "rank")
"""What a plan is of; its value is in thousandths of a point, in seconds, a day's ordinal, 1, and 1 for a move
up the queue or -1 for one down."""
_READY = re.compile(r"\b(ready|selected for development|refined|groomed|estimated)\b", re.IGNORECASE)
_MOST = 2**53
"""Figures beyond this are typing errors, and would not be exact in JSON."""


class Plan(NamedTuple):
    """It held from `lo` until `hi` (exclusive), in microseconds UTC; a move in the queue lasts no time."""

    kind: str
    value: int
    lo: int
    hi: int


def plans(item: Item, names: Names, fields: FieldNames) -> list[Plan]:
    """All of an item's plans, by kind in order of time. Values that are no figures are none."""
    found: list[Plan] = []
    open_: dict[str, tuple[int, int]] = {}
    for e in item.events:
        if not isinstance(e, (Changed, Added, Dropped, Noted)):
            continue
        kind = _kind(e.attr, names, fields)
        if kind == "rank":
            found += _moved(e)
        elif kind:
            value = None if isinstance(e, Dropped) else _value(kind, e, names)
            held = open_.pop(kind, None)
            if held is not None and held[0] == value:
                open_[kind] = held
                continue
            if held is not None and held[1] < e.ts:
                found.append(Plan(kind, held[0], held[1], e.ts))
            if value is not None:
                open_[kind] = value, e.ts
    found += [Plan(kind, value, lo, FOREVER) for kind, (value, lo) in open_.items()]
    return sorted(found, key=lambda p: (KINDS.index(p.kind), p.lo))


def _kind(attr: str, names: Names, fields: FieldNames) -> str:
    if attr in ("due", "estimate"):
        return attr
    if attr == "status":
        return "ready"
    called = names.of("field", attr)
    if called.casefold() == "rank":
        return "rank"
    return "points" if called == fields.points else ""


def _value(kind: str, e: Changed | Added | Dropped | Noted, names: Names) -> int | None:
    if e.val is None:
        return None
    if kind == "ready":
        is_new = names.means("status", e.key) in ("new", "")
        called, _ = names.values.get(("status", e.key), (e.val, ""))
        return 1 if is_new and _READY.search(called) else None
    try:
        if kind == "due":
            return date.fromisoformat(e.val[:10]).toordinal()
        if kind == "estimate":
            return seconds(e.val)
        value = Decimal(e.val) * 1000
        return int(value) if 0 <= value < _MOST else None
    except (ValueError, InvalidOperation):
        return None


def seconds(val: str) -> int | None:
    """An estimate as Jira keeps it; None where it is no figure."""
    try:
        value = Decimal(val)
        return int(value) if 0 <= value < _MOST else None
    except InvalidOperation:
        return None


def _moved(e: Changed | Added | Dropped | Noted) -> Iterator[Plan]:
    """Jira says of a rank only whether it became higher or lower."""
    said = (e.val or "").casefold()
    if "higher" in said or "lower" in said:
        yield Plan("rank", 1 if "higher" in said else -1, e.ts, e.ts)
