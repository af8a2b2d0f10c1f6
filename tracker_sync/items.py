"""The fold: events → items, each with its values over time."""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from msgspec import Struct, field

from tracker_sync.events import (
    Dismissed,
    Event,
    Moved,
    Named,
    Opened,
    Removed,
    Restored,
    Stated,
    Tagged,
    order,
)
from tracker_sync.log import Entry
from tracker_sync.state import State, apply, filled

_SEQ = attrgetter("seq")


class Item(Struct, frozen=True):
    """An epic or ticket: its values now, and the events that made them."""

    source: str
    id: str
    """The tracker's immutable id."""
    ref: str
    """What people call it here: `acme:PAY-12`."""
    key: str
    opened_at: int
    reporter: str | None
    state: State
    events: tuple[Event, ...]
    """In order of time; of one moment, in the order of `events.order` and of the log."""
    judged: tuple[Event, ...] = ()
    """What people here said of it, in the order of the log."""
    removed_at: int | None = None
    """Since when it is not in its tracker any more."""
    ids: tuple[str, ...] = ()
    """Every id it had, the first one first."""

    def one(self, attr: str) -> str | None:
        """The value of a single-valued attribute, None where it is empty."""
        return next(iter(self.state.get(attr, {}).values()), None)

    def many(self, attr: str) -> list[str]:
        """The values of an attribute, in a fixed order."""
        return sorted(self.state.get(attr, {}).values())

    @property
    def title(self) -> str:
        """The title as it is now."""
        return self.one("title") or ""

    def over_time(self, attrs: frozenset[str]) -> Iterator[tuple[int, State]]:
        """(from when, the state) each time one of the attributes changed; states are live views."""
        state: State = {}
        pending: int | None = None
        for event in self.events:
            if getattr(event, "attr", "") not in attrs:
                continue
            if pending is not None and event.ts != pending:
                yield pending, state
            apply(state, event)
            pending = event.ts
        if pending is not None:
            yield pending, state


class Names(Struct, frozen=True):
    """What the ids of one source are called."""

    values: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def of(self, attr: str, key: str) -> str:
        """The name of an id; the id itself where nobody said."""
        return self.values.get((attr, key), (key, ""))[0]

    def means(self, attr: str, key: str) -> str:
        """A status' category, a type's level or a user's mail domain; '' where nobody said."""
        return self.values.get((attr, key), ("", ""))[1]


class World(Struct, frozen=True):
    """Everything a log says: items, names, and the inputs people stated."""

    items: Mapping[str, Item]
    """By `ref`, in a fixed order; those that their trackers still have."""
    removed: Mapping[str, Item]
    """By `ref`: those that were deleted, or that we may not see any more."""
    names: Mapping[str, Names]
    """By source."""
    stated: tuple[tuple[int, Stated], ...]
    """(recorded at, input) in order."""
    last_ts: int
    """The last thing a tracker said, in microseconds UTC; 0 for an empty log."""
    by_key: Mapping[tuple[str, str], str]
    """(source, any key an item ever had) → ref."""
    shadowed: tuple[Item, ...] = ()
    """Those whose key a later item has, while nothing tells yet that they are gone."""

    @property
    def every(self) -> Iterator[Item]:
        """All items, also those that are not in their trackers any more."""
        yield from self.items.values()
        yield from self.shadowed
        yield from self.removed.values()


def fold(entries: Iterable[Entry], as_of: int | None = None) -> World:
    """What the entries say of every item; with `as_of`, what the trackers showed at that time.

    What people here said is not cut at `as_of`: judgements are dated by when they were known. Neither is
    what things are called: names, and which keys an item ever had.
    """
    told: dict[tuple[str, str], list[Entry]] = {}
    judged: dict[str, list[Entry]] = {}
    names: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}
    keyed: dict[tuple[str, str], list[Opened | Moved]] = {}
    stated: list[tuple[int, Stated]] = []
    last = 0
    for entry in entries:
        _, recorded_at, source, event = entry
        if isinstance(event, Named):
            names.setdefault(source, {})[event.attr, event.key] = (event.val, event.means)
        elif isinstance(event, Tagged):
            judged.setdefault(event.item, []).append(entry)
        elif isinstance(event, Stated):
            stated.append((recorded_at, event))
        elif isinstance(event, Dismissed):
            continue  # it is said of a warning, and of no item
        else:
            if isinstance(event, (Opened, Moved)):
                keyed.setdefault((source, event.item), []).append(event)
            if as_of is None or event.ts <= as_of:
                told.setdefault((source, event.item), []).append(entry)
                # The tracker does not date these; our clock does.
                if event.ts > last and not isinstance(event, (Removed, Restored)):
                    last = event.ts
    items, removed, by_key = dict[str, Item](), dict[str, Item](), dict[tuple[str, str], str]()
    shadowed: list[Item] = []
    for (source, _), ids in together(keyed).items():
        found = [entry for i in ids for entry in told.get((source, i), ())]
        if (item := item_of(source, ids, found, judged)) is not None:
            if item.removed_at is None and item.ref in items:
                shadowed.append(items[item.ref])
            (items if item.removed_at is None else removed)[item.ref] = item
            by_key |= {(source, key): item.ref for i in ids for key in keys_of(keyed[source, i])}
    ordered_items = dict(sorted(items.items(), key=lambda i: natural(i[0])))
    catalogue = {s: Names(n) for s, n in names.items()}
    return World(ordered_items, removed, catalogue, tuple(stated), last, by_key, tuple(shadowed))


def together(
    keyed: Mapping[tuple[str, str], Iterable[Opened | Moved]],
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(source, first id) → the ids that are one item: one that moved to a key that another id has.

    GitHub gives an issue that is transferred a new id, and says where it went: its two histories
    read as one, under the id it had first. `keyed` has how each id came to its keys.
    """
    last = {place: _last_key(events) for place, events in keyed.items()}
    arrived = {(source, e.val): item for (source, item), e in last.items() if isinstance(e, Moved)}
    parts: dict[tuple[str, str], list[str]] = {}
    for (source, item), event in last.items():
        parts.setdefault((source, arrived.get((source, event.val), item)), []).append(item)
    return {
        (source, first): tuple(sorted(ids, key=lambda i: i != first))
        for (source, first), ids in parts.items()
    }


def _last_key(events: Iterable[Opened | Moved]) -> Opened | Moved:
    """What gave an id the key it has: its last move, or else its opening."""
    return sorted(events, key=lambda e: (isinstance(e, Moved), e.ts))[-1]


def keys_of(events: Iterable[Opened | Moved]) -> Iterator[str]:
    """Every key that these say an item had."""
    for event in events:
        yield event.val
        if isinstance(event, Moved):
            yield event.old


def item_of(
    source: str, ids: tuple[str, ...], found: list[Entry], judged: Mapping[str, list[Entry]]
) -> Item | None:
    """The item that these entries make; None where they tell of no opening."""
    events = sorted(_in_sequence(found), key=order)
    state: State = {}
    opened: Opened | None = None
    removed_at: int | None = None
    for event in events:
        apply(state, event)
        if isinstance(event, Opened):
            opened = opened or event
        elif isinstance(event, (Removed, Restored)):
            removed_at = event.ts if isinstance(event, Removed) else None
    if opened is None:
        return None  # only known to have moved; its opening comes later
    key = next(iter(state["key"].values()))
    ref = f"{source}:{key}"
    said = [entry for i in ids for entry in judged.get(f"{source}:{i}", ())]
    return Item(
        source,
        ids[0],
        ref,
        key,
        opened.ts,
        opened.actor,
        filled(state),
        tuple(events),
        tuple(_in_sequence(said)),
        removed_at,
        ids,
    )


def _in_sequence(entries: Iterable[Entry]) -> list[Event]:
    """Their events, in the order of the log."""
    return [e.event for e in sorted(entries, key=_SEQ)]


def natural(ref: str) -> tuple[str, int]:
    """PAY-9 before PAY-10."""
    head = ref.rstrip("0123456789")
    return head, int(ref[len(head) :] or 0)
