"""The fold: events → items, each with its values over time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tracker_sync.events import (
    Added,
    Changed,
    Commented,
    Dropped,
    Event,
    Moved,
    Named,
    Opened,
    Stated,
    Tagged,
)
from tracker_sync.log import Entry
from tracker_sync.state import State, apply


@dataclass(frozen=True, slots=True)
class Step:
    """One event of an item, in its place in time."""

    ts: int
    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class Item:
    """An epic or ticket: its values now, and the events that made them, in order of (time, seq)."""

    source: str
    id: str
    """The tracker's immutable id."""
    ref: str
    """What people call it here: `acme:PAY-12`."""
    key: str
    opened_at: int
    reporter: str | None
    state: State
    steps: tuple[Step, ...]
    judged: tuple[Step, ...] = ()
    """What people here said of it."""

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
        for step in self.steps:
            if _attr(step.event) not in attrs:
                continue
            if pending is not None and step.ts != pending:
                yield pending, state
            apply(state, step.event)
            pending = step.ts
        if pending is not None:
            yield pending, state


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of one source are called."""

    values: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def of(self, attr: str, key: str) -> str:
        """The name of an id; the id itself where nobody said."""
        return self.values.get((attr, key), (key, ""))[0]

    def means(self, attr: str, key: str) -> str:
        """A status' category or a type's level; '' where nobody said."""
        return self.values.get((attr, key), ("", ""))[1]


@dataclass(frozen=True, slots=True)
class World:
    """Everything a log says: items, names, and the inputs people stated."""

    items: Mapping[str, Item]
    """By `ref`, in a fixed order."""
    names: Mapping[str, Names]
    """By source."""
    stated: tuple[tuple[int, Stated], ...]
    """(recorded at, input) in order."""
    last_ts: int
    """The last thing a tracker said, in microseconds UTC; 0 for an empty log."""
    by_key: Mapping[tuple[str, str], str]
    """(source, any key an item ever had) → ref."""


def fold(entries: Iterable[Entry], as_of: int | None = None) -> World:
    """What the entries say of every item; with `as_of`, what the trackers showed at that time.

    What people here said is not cut at `as_of`: judgements are dated by when they were known.
    """
    steps: dict[tuple[str, str], list[Step]] = {}
    judged: dict[str, list[Step]] = {}
    names: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}
    stated: list[tuple[int, Stated]] = []
    last = 0
    for seq, recorded_at, source, event in entries:
        match event:
            case Named():
                names.setdefault(source, {})[event.attr, event.key] = (event.val, event.means)
            case Tagged():
                judged.setdefault(event.item, []).append(Step(event.ts, seq, event))
            case Stated():
                stated.append((recorded_at, event))
            case _ if as_of is None or event.ts <= as_of:
                steps.setdefault((source, event.item), []).append(Step(event.ts, seq, event))
                last = max(last, event.ts)
    items, by_key = dict[str, Item](), dict[tuple[str, str], str]()
    for (source, item_id), found in steps.items():
        if (item := _item(source, item_id, found, judged)) is not None:
            items[item.ref] = item
            by_key |= {(source, key): item.ref for key in _keys(item)}
    ordered_items = dict(sorted(items.items(), key=lambda i: natural(i[0])))
    catalogue = {s: Names(n) for s, n in names.items()}
    return World(ordered_items, catalogue, tuple(stated), last, by_key)


def _item(source: str, item_id: str, found: list[Step], judged: Mapping[str, list[Step]]) -> Item | None:
    found.sort(key=lambda s: (s.ts, s.seq))
    state: State = {}
    opened: Opened | None = None
    for step in found:
        apply(state, step.event)
        if isinstance(step.event, Opened):
            opened = step.event
    if opened is None:
        return None  # as of a time before it was opened
    key = next(iter(state["key"].values()))
    ref = f"{source}:{key}"
    said = tuple(judged.get(f"{source}:{item_id}", ()))
    live = {attr: values for attr, values in state.items() if values}
    return Item(source, item_id, ref, key, opened.ts, opened.actor, live, tuple(found), said)


def _keys(item: Item) -> Iterator[str]:
    yield item.key
    for step in item.steps:
        match step.event:
            case Opened():
                yield step.event.val
            case Moved():
                yield step.event.old
            case _:
                pass


def _attr(event: Event) -> str:
    match event:
        case Changed() | Added() | Dropped() | Commented() | Moved():
            return event.attr
        case _:
            return ""


def natural(ref: str) -> tuple[str, int]:
    """PAY-9 before PAY-10."""
    head = ref.rstrip("0123456789")
    return head, int(ref[len(head) :] or 0)
