"""What the events tell of a few attributes of some items, without folding all that happened to them."""

from collections.abc import Iterable

from msgspec import Struct, field

from tracker_sync.events import Added, Changed, Dropped, Event, Noted, order
from tracker_sync.log import EventLog
from tracker_sync.log.among import among
from tracker_sync.state import State, apply
from tracker_sync.states import FOREVER

_SELECT = """
SELECT e.item_id, e.seq, i.ext_id, e.event_id, e.ts, e.kind, e.attr, e.key, e.val
FROM event e JOIN item i ON i.item_id = e.item_id WHERE e.ts <= ? AND e.rec_ts <= ?"""
_KINDS = {"added": Added, "dropped": Dropped, "changed": Changed, "noted": Noted}


class Told(Struct, frozen=True):
    """Of one item, as far as its events told it by a time."""

    state: State = field(default_factory=dict)
    """The values of the attributes that have some."""
    noted: tuple[Noted, ...] = ()
    """What left no value behind, by time."""


def told(
    log: EventLog, items: Iterable[int], attrs: Iterable[str], until: int, known_at: int | None = None
) -> dict[int, Told]:
    """What events up to a time tell of these attributes, by the log's number of the item."""
    wanted = sorted(set(attrs))
    marks = ",".join("?" * len(wanted))
    query = f"{_SELECT} AND e.attr IN ({marks}) AND e.item_id"
    found: dict[int, list[tuple[int, Event]]] = {}
    args = (until, FOREVER if known_at is None else known_at, *wanted)
    for item, seq, ext_id, event_id, ts, kind, attr, key, val in among(log.query, query, args, items):
        if (made := _KINDS.get(kind)) is not None:
            event = made(id=event_id, item=ext_id, ts=ts, attr=attr, key=key or "", val=val)
            found.setdefault(item, []).append((seq, event))
    return {item: _folded(some) for item, some in found.items()}


def ever(
    log: EventLog, items: Iterable[int], attr: str, start: str, also: Iterable[str], until: int,
    known_at: int | None = None,
) -> set[int]:  # fmt: skip
    """The items of which events up to a time tell a value of an attribute that begins so (in lower case), or
    tell of any of the attributes in `also`."""
    others = sorted(also)
    query = (
        "SELECT DISTINCT e.item_id FROM event e WHERE e.ts <= ? AND e.rec_ts <= ?"  # noqa: S608  marks alone
        f" AND (e.attr = ? AND lower(substr(e.val, 1, ?)) = ?{' OR e.attr = ?' * len(others)}) AND e.item_id"
    )
    args = (until, FOREVER if known_at is None else known_at, attr, len(start), start, *others)
    return {item for (item,) in among(log.query, query, args, items)}


def _folded(some: list[tuple[int, Event]]) -> Told:
    state: State = {}
    noted = []
    for _, event in sorted(some, key=lambda e: (order(e[1]), e[0])):
        apply(state, event)
        if isinstance(event, Noted):
            noted.append(event)
    return Told({attr: values for attr, values in state.items() if values}, tuple(noted))
