"""Keeps the lives of items in the log: those that a sync touched are judged again, or all are."""

import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from multiprocessing import get_context
from typing import Any, NamedTuple

from msgspec.structs import replace

from tracker_sync.log import EventLog
from tracker_sync.log.projection import EMPTIED
from tracker_sync.states import Life, openers
from tracker_sync.states.columns import (
    SHAPE,
    Columns,
    Words,
    joined,
    latest,
    natural_order,
    sources_of,
    spelt,
)
from tracker_sync.states.families import Ties, families, ties
from tracker_sync.states.kin import Place
from tracker_sync.states.marks import Marks, marks_of, newest
from tracker_sync.states.refold import entries_of, names, refolded
from tracker_sync.states.stored import Again, again, blocks, changed, last_ts, numbered, words_of
from tracker_sync.tagging import Judgement

Row = tuple[Any, ...]
Statement = tuple[str, Iterable[Row]]
LEASE = "(lives)"
"""What a worker holds while it brings the lives up to the events."""
MANY_BLOCKS = 16
"""With more than so many blocks of what changed since all was made anew, they are made one."""
TOGETHER = 1_000
"""Items that are judged at once."""
A_BLOCK = 500_000
"""Items of a block: what is read as one needs not be put together."""
ALONE = 20_000
"""Up to so many items, starting other processes takes longer than it saves."""
STATE = "INSERT INTO state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ALIAS = "INSERT INTO alias VALUES (?, ?, ?)"
KIN = "INSERT INTO kin VALUES (?, ?, ?, ?)"
BLOCK = "INSERT INTO block(block_id, name, val) VALUES (?, ?, ?)"
WORD = "INSERT INTO word VALUES (?, ?)"
MARK = "INSERT INTO projection VALUES (?, ?)"


def refresh(log: EventLog, judgement: Judgement, inputs: str) -> int:
    """Bring the lives that the log keeps up to its events; how many were judged again. `inputs` is the
    judgement's fingerprint.

    Raises LogError where they may not be written, LogBusy where another worker is doing it.
    """
    with log.lease(LEASE):
        kept, seq = marks_of(log), newest(log)
        if kept is None or kept.inputs != inputs:
            return _rebuild(log, judgement, inputs)
        if kept.seq == seq:
            return 0
        by = again(log, judgement, changed(log, kept, judgement), since=kept.seq)
        log.rewrite(_replacing(log, kept, seq, by))
        return len(by.places)


def rebuild(log: EventLog, judgement: Judgement, inputs: str) -> int:
    """Make all lives anew, whatever the log keeps; how many items there are. Raises as `refresh` does."""
    with log.lease(LEASE):
        return _rebuild(log, judgement, inputs)


def _replacing(log: EventLog, kept: Marks, seq: int, by: Again) -> Iterator[Statement]:
    """What puts lives in the place of older ones."""
    words, opened_by = words_of(log), openers.to_keep(log, seq)
    known = len(words.vals)
    own = by.columns(words)
    items = [(number,) for number in by.items]
    yield "DELETE FROM state WHERE item_id = ?", items
    yield STATE, _rows(by.lives, by.number)
    told = [(by.number[p],) for p in sorted({k.item for k in by.keys} | {t.item for t in by.ties})]
    yield "DELETE FROM alias WHERE item_id = ?", told
    yield "DELETE FROM kin WHERE item_id = ?", told
    sources = dict(log.query("SELECT name, source_id FROM source"))
    yield ALIAS, sorted((by.number[k.item], sources[k.item[0]], k.key) for k in by.keys)
    yield KIN, sorted((by.number[t.item], sources[t.item[0]], t.key, int(t.above)) for t in by.ties)
    yield WORD, [*enumerate(words.vals)][known:]
    [(last_block,)] = log.query("SELECT coalesce(max(block_id), 0) FROM block")
    if last_block - kept.whole >= MANY_BLOCKS:
        own = joined(latest([*blocks(log, kept.whole), own]))
        made = _block(kept.whole + 1, own)
        yield "DELETE FROM block WHERE block_id > ?", [(kept.whole,)]
    else:
        made = _block(last_block + 1, own)
    yield BLOCK, made
    now = kept._replace(seq=seq, last_ts=max(kept.last_ts, last_ts(log, kept.seq)))
    yield from _marked(now, opened_by)


def _marked(kept: Marks, opened_by: str) -> Iterator[Statement]:
    yield "DELETE FROM projection", [()]
    yield MARK, [*((name, str(val)) for name, val in kept._asdict().items()), (openers.NAME, opened_by)]


def _block(number: int, own: Columns) -> list[Row]:
    return [(number, name, val) for name, val in own.packed()]


def _in_order(own: Columns, words: Words) -> Columns:
    """The same, with what still holds in the order that reports have it in."""
    order = natural_order(words, sources_of(own), own.states)
    return own if order is None else replace(own, states=own.states.where(order))


def _rows(lives: Iterable[Life], number: Mapping[Place, int]) -> list[Row]:
    """The lives as rows of `state`."""
    return [
        (
            number[life.source, life.id], s.lo, s.hi, s.key, s.title, s.project,
            number[s.parent] if s.parent else None, s.parent_key, s.epic, int(s.bug), s.origin,
            spelt(s.intents), spelt(s.asked), s.committed, s.verdict, s.why, int(s.backdated),
        )
        for life in lives
        for s in life.states
    ]  # fmt: skip


Group = tuple[Sequence[int], Sequence[int]]
"""Items to judge, and these with all that have to be known for it, by the log's numbers."""


class Made(NamedTuple):
    """What came of judging some items: columns with words of their own, and rows."""

    columns: Columns
    words: list[str]
    rows: list[Row]


def _rebuild(log: EventLog, judgement: Judgement, inputs: str) -> int:
    kept = Marks(newest(log), inputs, last_ts(log, 0), SHAPE, 0)
    work = _Work(log, judgement, numbered(log))
    log.rewrite(_anew(work, ties(log), kept))
    return len(work.number)


def _anew(work: "_Work", told: Ties, kept: Marks) -> Iterator[Statement]:
    """What makes all tables anew."""
    for sql in EMPTIED:
        yield sql, [()]
    yield ALIAS, sorted(told.aliases)
    yield KIN, sorted(told.kin)
    words, parts, blocks_made = Words(), list[Columns](), 0
    groups = [*families(told, work.number.values(), TOGETHER)]
    for nth, made in enumerate(work.done(groups), 1):
        yield STATE, made.rows
        parts.append(made.columns.renumbered(words.codes(made.words)))
        if nth == len(groups) or sum(len(p.items) for p in parts) >= A_BLOCK:
            blocks_made += 1
            yield BLOCK, _block(blocks_made, _in_order(joined(parts), words))
            parts.clear()
    yield WORD, enumerate(words.vals)
    yield from _marked(kept._replace(whole=blocks_made), openers.to_keep(work.log, kept.seq, anew=True))


class _Work:
    """Judges many items, some at a time, in as many processes as there are processors."""

    def __init__(self, log: EventLog, judgement: Judgement, number: dict[Place, int]) -> None:
        self.log, self._judgement, self.number = log, judgement, number
        self._place = {n: place for place, n in number.items()}
        self._names = names(log)

    def done(self, groups: Sequence[Group]) -> Iterator[Made]:
        """What comes of each group of items."""
        processes = len(os.sched_getaffinity(0))
        if len(self.number) <= ALONE or processes == 1:
            yield from (self.made(self.log, group) for group in groups)
            return
        global _shared
        _shared = self
        with get_context("fork").Pool(processes) as pool:
            yield from pool.imap_unordered(_made, groups)

    def made(self, log: EventLog, group: Group) -> Made:
        """What comes of some items."""
        own, context = (frozenset(self._place[n] for n in some) for some in group)
        found = [*refolded(chain(self._names, entries_of(log, context)), self._judgement, own)]
        words = Words()
        every = Again(found, own, self.number)
        return Made(every.columns(words), words.vals, _rows(found, self.number))


_shared: _Work | None = None
"""What a forked process takes over from the one that started it."""
_reader: EventLog | None = None
"""The log, as such a process opened it for itself."""


def _made(group: Group) -> Made:
    """Run in a process of its own, which reads the log by itself."""
    global _reader
    if _shared is None:
        raise RuntimeError("this process was not forked from one that judges")
    if _reader is None:
        gc.disable()  # nothing here is in a circle, and looking for one takes a fifth of the time
        _reader = _shared.log.reader()
    return _shared.made(_reader, group)
