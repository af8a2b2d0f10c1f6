"""The vocabulary of the log: what a tracker or a person can say has happened, and its row form.

Kind names are permanent words. A new shape is a new kind, never a changed one.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from json.encoder import encode_basestring_ascii as _quoted
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import msgspec

from tracker_sync.value import value

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_DIGITS = re.compile(r"\d+")
MICROSECOND = 1_000_000
"""Times are integer microseconds since 1970 UTC; this many make a second."""


@value(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every event has."""

    __pydantic_config__: ClassVar = {"revalidate_instances": "always", "strict": True}

    id: str
    """Unique within the source, made from the tracker's own ids: `10042:c88.1` is item 10042,
    change 88, part 1. An edit that the tracker did not log gets `10042:o2.1`: the second
    observation of that item, part 1."""
    item: str
    """The tracker's immutable id of the item; empty for facts about the whole source."""
    ts: int
    """When it happened, by the tracker's clock, in microseconds UTC."""
    actor: str | None = None
    """The account id of who did it; None where the tracker does not say."""


@value(frozen=True, slots=True, kw_only=True)
class Opened(Fact):
    """An item came to be, under the key `val`. Its opening values follow as `added` facts."""

    val: str
    kind: Literal["opened"] = "opened"


@value(frozen=True, slots=True, kw_only=True)
class Changed(Fact):
    """A single-valued attribute became `val` (None: empty); `old` is what it was before.

    `key` is the tracker's id of a chosen value (a status id), or empty for free text.
    """

    attr: str
    key: str = ""
    val: str | None
    old_key: str = ""
    old: str | None = None
    kind: Literal["changed"] = "changed"


@value(frozen=True, slots=True, kw_only=True)
class Moved(Fact):
    """The item got a new key in its tracker: it is the same item, with the whole of its history."""

    val: str
    old: str
    attr: Literal["key"] = "key"
    kind: Literal["moved"] = "moved"


@value(frozen=True, slots=True, kw_only=True)
class Added(Fact):
    """One value joined a many-valued attribute (a label, a component, a link, an assignee)."""

    attr: str
    key: str
    val: str
    kind: Literal["added"] = "added"


@value(frozen=True, slots=True, kw_only=True)
class Dropped(Fact):
    """One value left a many-valued attribute; `val` is what it was called."""

    attr: str
    key: str
    val: str
    kind: Literal["dropped"] = "dropped"


@value(frozen=True, slots=True, kw_only=True)
class Commented(Fact):
    """A comment (`key` is its id) reads `val`. A later edit is a further fact with the same key."""

    key: str
    val: str
    attr: Literal["comment"] = "comment"
    kind: Literal["commented"] = "commented"


@value(frozen=True, slots=True, kw_only=True)
class Noted(Fact):
    """The tracker logged something that leaves no value behind (a rank, a mention, a workflow)."""

    attr: str
    key: str = ""
    val: str | None = None
    old: str | None = None
    kind: Literal["noted"] = "noted"


@value(frozen=True, slots=True, kw_only=True)
class Named(Fact):
    """What an id of this source is called: a field, a status and its category, a type, a user."""

    attr: str
    key: str
    val: str
    means: str = ""
    """For a status `new`, `indeterminate` or `done`; for a type its hierarchy level; for a user the domain of
    their address."""
    kind: Literal["named"] = "named"


@value(frozen=True, slots=True, kw_only=True)
class Removed(Fact):
    """The item is not in its tracker any more, as seen at `ts`; `val` says how we know."""

    val: str
    kind: Literal["removed"] = "removed"


@value(frozen=True, slots=True, kw_only=True)
class Restored(Fact):
    """The item, once removed, is in its tracker again, as seen at `ts`."""

    val: str = ""
    kind: Literal["restored"] = "restored"


@value(frozen=True, slots=True, kw_only=True)
class Tagged(Fact):
    """A person's judgement: the item's `attr` (intent, customer, origin) is `val`; None clears."""

    attr: str
    val: str | None
    reason: str
    kind: Literal["tagged"] = "tagged"


@value(frozen=True, slots=True, kw_only=True)
class Stated(Fact):
    """An input to judgement as it stood from now on: `attr` names it, `val` is its whole text."""

    attr: str
    val: str
    kind: Literal["stated"] = "stated"


@value(frozen=True, slots=True, kw_only=True)
class Dismissed(Fact):
    """Somebody here said that a warning does not matter until the day `val`; None: that it does again.

    `key` is the warning's permanent name, and `found` (as `canonical` spells it) what it rested on then.
    """

    key: str
    val: str | None
    reason: str
    found: str = ""
    attr: Literal["warning"] = "warning"
    kind: Literal["dismissed"] = "dismissed"


Event = (
    Opened | Changed | Moved | Added | Dropped | Commented | Noted | Named | Removed | Restored
    | Tagged | Stated | Dismissed
)  # fmt: skip
KINDS: dict[str, type[Event]] = {
    str(k.__dataclass_fields__["kind"].default): k
    for k in (
        Opened, Changed, Moved, Added, Dropped, Commented, Noted, Named, Removed, Restored,
        Tagged, Stated, Dismissed,
    )
}  # fmt: skip


class Row(NamedTuple):
    """An event as the log's columns hold it; `body` is JSON of whatever has no column."""

    event_id: str
    item: str
    kind: str
    attr: str
    key: str
    val: str | None
    ts: int
    actor: str | None
    body: str


_COLUMNS = {"id", "item", "kind", "attr", "key", "val", "ts", "actor"}
_LEFT_OVER = {k: sorted(f.name for f in fields(c) if f.name not in _COLUMNS) for k, c in KINDS.items()}
_HAS = {k: {f.name for f in fields(c)} for k, c in KINDS.items()}
_HAS_ATTR = {k: "attr" in has for k, has in _HAS.items()}
_HAS_KEY = {k: "key" in has for k, has in _HAS.items()}


def to_row(event: Event) -> Row:
    """The event as columns. `from_row(to_row(e)) == e`; `body` is as `canonical` would spell it."""
    e: Any = event
    kind = e.kind
    left = _LEFT_OVER[kind]
    return Row(
        e.id, e.item, kind, e.attr if _HAS_ATTR[kind] else "", e.key if _HAS_KEY[kind] else "", e.val,
        e.ts, e.actor, _body(e, left) if left else "",
    )  # fmt: skip


def _body(event: Any, left: Iterable[str]) -> str:
    said = [f'"{n}":{_quoted(v)}' for n in left if (v := getattr(event, n))]
    return f"{{{','.join(said)}}}" if said else ""


def from_row(row: tuple[Any, ...]) -> Event:
    """The event of a row that `to_row` made, as a `Row` or what is in one: making one takes time."""
    event_id, item, kind, attr, key, val, ts, actor, body = row
    made: Any = KINDS[kind]
    left: dict[str, Any] = msgspec.json.decode(body) if body else {}
    event: Event
    if _HAS_KEY[kind]:
        event = made(id=event_id, item=item, ts=ts, actor=actor, attr=attr, key=key, val=val, **left)
    elif _HAS_ATTR[kind]:
        event = made(id=event_id, item=item, ts=ts, actor=actor, attr=attr, val=val, **left)
    else:
        event = made(id=event_id, item=item, ts=ts, actor=actor, val=val, **left)
    return event


def canonical(value: Any) -> str:
    """JSON with one spelling: sorted keys, no spaces, ASCII; the bytes that get hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def canonical_row(row: Row, rec_ts: int) -> str:
    """`canonical([*row, rec_ts])`, three times as quickly: every event of a sync is hashed."""
    event_id, item, kind, attr, key, val, ts, actor, body = row
    try:
        return (
            f"[{_quoted(event_id)},{_quoted(item)},{_quoted(kind)},{_quoted(attr)},{_quoted(key)},"
            f"{'null' if val is None else _quoted(val)},{ts:d},"
            f"{'null' if actor is None else _quoted(actor)},{_quoted(body)},{rec_ts:d}]"
        )
    except (TypeError, ValueError):  # a damaged log may hold anything; no event was ever spelt like this
        return repr((*row, rec_ts))


@cache
def _adapter() -> "TypeAdapter[list[Event]]":
    from pydantic import TypeAdapter  # 170 ms: only ingest pays for it

    return TypeAdapter(list[Event])


def validate(events: Iterable[Event]) -> list[Event]:
    """The same events, checked field by field; done once, at ingest, and never on reading.

    Raises ValueError (pydantic's) naming the first field that does not hold; also for a text with a
    lone surrogate, which no file could hold.
    """
    checked = _adapter().validate_python(list(events))
    for event in checked:
        values = [v for n in _HAS[event.kind] if isinstance(v := getattr(event, n), str)]
        "".join(values).encode()
    return checked


def ordered(events: Iterable[Event]) -> Iterator[Event]:
    """By time, and of the same moment as `order` has them, or else in the order they came in."""
    return iter(sorted(events, key=order))


def order(event: Event) -> tuple[int, bool, float]:
    """What an event is sorted by. Of the same moment, an item's opening comes first, since some trackers
    tell what happened to an item before they tell of the item itself; then what GitHub numbers (`:e12`),
    whose lists tell the newest first and whose times are whole seconds; then the rest."""
    part = event.id[len(event.item) :]
    number = _DIGITS.match(part, 2) if part.startswith(":e") else None
    return event.ts, not (part == ":0" or part.startswith(":0.")), float(number[0]) if number else inf
