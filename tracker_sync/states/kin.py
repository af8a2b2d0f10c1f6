"""Which items have to be judged again when some items change: those below them, and who else may be now."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tracker_sync.events import Added, Changed, Event, Moved, Opened
from tracker_sync.items import keys_of
from tracker_sync.log import Entry, EventLog
from tracker_sync.log.among import among

Place = tuple[str, str]
"""(source, the tracker's id of an item)."""


class Key(NamedTuple):
    """A key that an item has or had; or, in `Tie`, one that it named."""

    item: Place
    key: str


class Tie(NamedTuple):
    """An item named a key as its parent's (`above`), or listed it among its children."""

    item: Place
    key: str
    above: bool


def facts(entries: Iterable[Entry]) -> tuple[set[Key], set[Tie]]:
    """The keys and ties that events tell of."""
    keys, ties = set[Key](), set[Tie]()
    for _, _, source, event in entries:
        place = (source, event.item)
        if isinstance(event, Opened | Moved):
            keys |= {Key(place, key) for key in keys_of([event])}
        else:
            ties |= {Tie(place, key, above) for key, above in _named(event)}
    return keys, ties


def _named(event: Event) -> Iterator[tuple[str, bool]]:
    match event:
        case Changed(attr="parent") | Added(attr="parent") if event.val:
            yield event.val, True
        case Changed(attr="sub_issues") | Added(attr="sub_issues"):
            yield event.key, False
        case _:
            pass


class Kin:
    """What the log's tables `alias` and `kin` say, and what is not in them yet."""

    def __init__(self, log: EventLog, keys: Iterable[Key] = (), ties: Iterable[Tie] = ()) -> None:
        self._log = log
        self._keys, self._ties = [*keys], [*ties]

    def below(self, places: Iterable[Place]) -> set[Place]:
        """These items; those that ever had the same keys, which may be one item with them; and all that were
        ever under any of them, at any distance."""
        return self._closed(places, lambda some: {*self._same(some), *self._children(some)})

    def alike(self, places: Iterable[Place]) -> set[Place]:
        """These items, and those that ever had the same keys as any."""
        return self._closed(places, lambda some: {*self._same(some)})

    def heads(self, places: set[Place]) -> set[Place]:
        """Those of these items that were ever above another."""
        return places & {*self._parents({*self._children(places)})}

    def above(self, places: Iterable[Place]) -> set[Place]:
        """These items and all that were ever above them, with those that may be one item with any."""
        return self._closed(places, lambda some: {*self._same(some), *self._parents(some)})

    def having(self, keys: set[Place]) -> set[Place]:
        """All that ever had one of these keys, each a (source, key)."""
        return {*self._with_keys(keys)}

    def _closed(self, places: Iterable[Place], more: Callable[[set[Place]], set[Place]]) -> set[Place]:
        found = set(places)
        new = found
        while new:
            new = more(new) - found
            found |= new
        return found

    def _same(self, places: set[Place]) -> Iterator[Place]:
        return self._with_keys(self._keys_of(places))

    def _children(self, places: set[Place]) -> Iterator[Place]:
        yield from self._tied(self._keys_of(places), above=True)
        yield from self._with_keys(self._named_by(places, above=False))

    def _parents(self, places: set[Place]) -> Iterator[Place]:
        yield from self._with_keys(self._named_by(places, above=True))
        yield from self._tied(self._keys_of(places), above=False)

    def _keys_of(self, places: set[Place]) -> set[Place]:
        """(source, key) of all keys that these have or had."""
        found = {(k.item[0], k.key) for k in self._keys if k.item in places}
        return found | set(self._asked("i.ext_id", "alias", "s.name, a.key", places))

    def _named_by(self, places: set[Place], *, above: bool) -> set[Place]:
        found = {(t.item[0], t.key) for t in self._ties if t.above == above and t.item in places}
        return found | set(self._asked("i.ext_id", "kin", "s.name, a.key", places, int(above)))

    def _with_keys(self, keys: set[Place]) -> Iterator[Place]:
        yield from (k.item for k in self._keys if (k.item[0], k.key) in keys)
        yield from self._asked("a.key", "alias", "s.name, i.ext_id", keys)

    def _tied(self, keys: set[Place], *, above: bool) -> Iterator[Place]:
        yield from (t.item for t in self._ties if t.above == above and (t.item[0], t.key) in keys)
        yield from self._asked("a.key", "kin", "s.name, i.ext_id", keys, int(above))

    def _asked(
        self, column: str, table: str, what: str, places: set[Place], above: int | None = None
    ) -> Iterator[Place]:
        """Pairs out of a table, of those rows whose source and column are one of `places`."""
        also = "" if above is None else f" AND a.above = {above}"
        # CROSS JOIN keeps SQLite from walking through every item of the source.
        tables = (
            [f"{table} a", "item i", "source s"]
            if column == "a.key"
            else ["source s", "item i", f"{table} a"]
        )
        query = (
            f"SELECT {what} FROM {' CROSS JOIN '.join(tables)}"  # noqa: S608  our own names
            f" WHERE i.item_id = a.item_id AND s.source_id = i.source_id{also} AND s.name = ? AND {column}"
        )
        for source, texts in by_source(places).items():
            yield from among(self._log.query, query, (source,), texts)


def numbers(log: EventLog, places: Iterable[Place]) -> dict[Place, int]:
    """The log's own number of each of these items."""
    query = (
        "SELECT i.ext_id, i.item_id FROM item i JOIN source s ON s.source_id = i.source_id"
        " WHERE s.name = ? AND i.ext_id"
    )
    return {
        (source, ext_id): number
        for source, ids in by_source(places).items()
        for ext_id, number in among(log.query, query, (source,), ids)
    }


def by_source(places: Iterable[Place]) -> dict[str, list[str]]:
    """The second of each pair, in order, by the first."""
    found: dict[str, list[str]] = {}
    for source, text in sorted(set(places)):
        found.setdefault(source, []).append(text)
    return found
