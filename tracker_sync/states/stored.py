"""The lives of items as the log keeps them, brought up to its events by judging again only what changed."""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from tracker_sync.log import PEOPLE, EventLog
from tracker_sync.log.among import among
from tracker_sync.states import FOREVER, Life
from tracker_sync.states.changed import late, renamed, touched
from tracker_sync.states.columns import (
    ITEM,
    NEVER,
    Columns,
    Words,
    columns,
    concatenated,
    joined,
    latest,
    table,
    unpacked,
)
from tracker_sync.states.kin import Key, Kin, Place, Tie, facts, numbers
from tracker_sync.states.marks import Marks, marks_of, newest
from tracker_sync.states.refold import entries_of, names, refolded
from tracker_sync.states.stirring import stirring
from tracker_sync.tagging import Judgement

Row = tuple[Any, ...]
Id = tuple[int, int]
"""A state, by its item's number and its `lo`."""


class Lives(Struct, frozen=True):
    """All lives, as columns, and the titles that go with them."""

    parts: Sequence[Columns]
    """Each item is in one of them."""
    words: Words
    last_ts: int
    log: EventLog
    fresh: Mapping[Id, str] = field(default_factory=dict)
    """Titles that the log does not keep."""

    @property
    def columns(self) -> Columns:
        """All of the parts."""
        return joined(self.parts)

    def at(self, instant: int) -> Columns:
        """All of them, with no other states than those that hold at an instant."""
        return joined([part.at(instant) for part in self.parts])

    def titles(self, wanted: Sequence[Id]) -> Mapping[Id, str]:
        """The title of each of these states."""
        found = {one: self.fresh[one] for one in wanted if one in self.fresh}
        items = sorted({item for item, lo in wanted if (item, lo) not in found})
        query = "SELECT item_id, lo, title FROM state WHERE item_id"
        kept = among(self.log.query, query, (), items)
        return found | {(item, lo): title for item, lo, title in kept}


class Again(Struct, frozen=True):
    """Some items judged again."""

    lives: list[Life]
    places: frozenset[Place]
    """Whose lives these are; also of items that have none (any more)."""
    number: Mapping[Place, int]
    """The log's number of these and of those above them."""
    keys: frozenset[Key] = frozenset()
    ties: frozenset[Tie] = frozenset()

    @property
    def items(self) -> list[int]:
        """The log's numbers of all of `places`."""
        return sorted(self.number[p] for p in self.places)

    def columns(self, words: Words) -> Columns:
        """The same as columns, with an item for each of `places`."""
        found = columns(self.lives, self.number, words)
        rest = sorted(self.places - {(life.source, life.id) for life in self.lives})
        gone = table([(NEVER, self.number[p], words.code(p[0])) for p in rest], ITEM)
        return replace(found, items=concatenated([found.items, gone]))

    def titles(self) -> dict[Id, str]:
        """The title of every state."""
        return {(self.number[li.source, li.id], s.lo): s.title for li in self.lives for s in li.states}


def current(
    log: EventLog, judgement: Judgement, inputs: str, *, past: bool = True, plans: bool = True
) -> Lives:
    """The lives by all that the log holds: those it keeps, and what changed since then; `inputs` is the
    fingerprint of the judgement. The past and the plans may be left out where nobody asks about them."""
    kept = marks_of(log)
    if kept is None or kept.inputs != inputs:
        return from_nothing(log, judgement)
    places = changed(log, kept, judgement)
    by = again(log, judgement, places, since=kept.seq) if places else None
    return patched(log, kept, by, past=past, plans=plans)


def known(log: EventLog, judgement: Judgement, inputs: str, known_at: int, until: int) -> Lives:
    """The lives until a time by what the log knew at another: those it keeps, but for the items of which it
    learned something only later. What is said of the time after `until` may be of later knowledge."""
    kept = marks_of(log)
    if kept is None or kept.inputs != inputs:
        return from_nothing(log, judgement, known_at)
    now = names(log)
    then = [e for e in now if e.recorded_at <= known_at]
    places = late(log, known_at, until) | touched(log, kept.seq) | renamed(log, then, now, judgement)
    found = patched(log, kept, again(log, judgement, places, known_at) if places else None)
    return replace(found, last_ts=last_ts(log, 0, known_at))


def last_known(log: EventLog, known_at: int) -> int:
    """The last time of all that the log knew then; 0 where it knew nothing."""
    sql = (
        "SELECT max(ts) FROM event WHERE rec_ts <= ?"
        " AND kind NOT IN ('named', 'tagged', 'stated', 'dismissed')"
    )
    [(last,)] = log.query(sql, (known_at,))
    return last or 0


def changed(log: EventLog, kept: Marks, judgement: Judgement) -> set[Place]:
    """The items about which something is new since the lives were kept."""
    if newest(log) == kept.seq:
        return set()
    now = names(log)
    before = [e for e in now if e.seq <= kept.seq]
    return touched(log, kept.seq) | renamed(log, before, now, judgement)


def from_nothing(log: EventLog, judgement: Judgement, known_at: int | None = None) -> Lives:
    """The lives by what the log holds, or held then, without any that it keeps."""
    found = [*refolded(log.read(known_at=known_at), judgement)]
    number = numbered(log)
    every = Again(found, frozenset(number), number)
    words = Words()
    return Lives([every.columns(words)], words, last_ts(log, 0, known_at), log, every.titles())


def patched(log: EventLog, kept: Marks, by: Again | None, *, past: bool = True, plans: bool = True) -> Lives:
    """The lives that the log keeps, with some of them replaced."""
    words = words_of(log)
    parts = blocks(log, past=past, plans=plans)
    if by is None:
        return Lives(latest(parts), words, kept.last_ts, log)
    parts.append(by.columns(words))
    last = max(kept.last_ts, last_ts(log, kept.seq))
    return Lives(latest(parts), words, last, log, by.titles())


def words_of(log: EventLog) -> Words:
    """The words that the kept columns hold places of."""
    return Words(val for (val,) in log.query("SELECT val FROM word ORDER BY code"))


def blocks(log: EventLog, after: int = 0, *, past: bool = True, plans: bool = True) -> list[Columns]:
    """The kept columns, the older ones first; with nothing in place of the past and the plans, or with them.
    The log is asked for a column when it is looked at first: within a snapshot of it."""
    without = [*(() if past else ("past_states", "past_asks")), *(() if plans else ("plans",))]

    @cache
    def of(name: str) -> dict[int, bytes]:
        return dict(log.query(_OF_BLOCKS, (name, after)))

    def part(own: int) -> Columns:
        return unpacked(lambda name: of(name)[own], without)

    return [part(own) for own in of("items.item")]


_OF_BLOCKS = "SELECT block_id, val FROM block WHERE name = ? AND block_id > ? ORDER BY block_id"


def again(
    log: EventLog, judgement: Judgement, places: set[Place], known_at: int | None = None,
    since: int | None = None,
) -> Again:  # fmt: skip
    """Judge again some items and all that rests on them, by what the log holds, or held then; where all were
    judged by its events up to `since`, only those below an item that passes something else down now."""
    first = [*entries_of(log, places)]
    keys, ties = facts(first)
    kin = Kin(log, keys, ties)
    if since is None:
        below = kin.below(places)
    else:
        alike = kin.alike(places)
        below = alike | kin.below(stirring(log, judgement, kin, alike, first, since))
    context = kin.above(below)
    # In the log's order: while the removal of an item is not known yet, two may have one key, and one counts.
    entries = sorted([*names(log), *first, *entries_of(log, context - places)], key=attrgetter("seq"))
    known = [e for e in entries if known_at is None or e.recorded_at <= known_at]
    found = [*refolded(known, judgement, below)]
    number = numbers(log, context)
    there = frozenset(p for p in below if p in number)
    return Again(found, there, number, frozenset(keys), frozenset(ties))


def last_ts(log: EventLog, after: int, known_at: int | None = None) -> int:
    """The last thing a tracker said in the events after a number; 0 for nothing."""
    sql = (
        "SELECT max(ts) FROM event WHERE seq > ? AND rec_ts <= ?"
        " AND kind NOT IN ('named', 'tagged', 'stated', 'dismissed', 'removed', 'restored')"
    )
    [(last,)] = log.query(sql, (after, FOREVER if known_at is None else known_at))
    return last or 0


def numbered(log: EventLog) -> dict[Place, int]:
    """The log's own number of every item."""
    sql = (
        "SELECT s.name, i.ext_id, i.item_id FROM item i JOIN source s ON s.source_id = i.source_id"
        " WHERE s.name <> ?"
    )
    return {(source, item): number for source, item, number in log.query(sql, (PEOPLE,))}
