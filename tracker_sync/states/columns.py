"""Lives as columns of numbers: a report over all items reads them at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from tracker_sync.alignment import Verdict
from tracker_sync.events import canonical
from tracker_sync.states import FOREVER, Life

Array = NDArray[Any]
NEVER = -(2**63)
"""Stands for a time that there is not."""
NONE = -1
"""Stands for an item that there is not."""
VERDICTS: tuple[str, ...] = get_args(Verdict)
"""A state's `verdict` is a place in this."""
ITEM = np.dtype([("opened", "<i8"), ("item", "<i4"), ("source", "<i4")])
STATE = np.dtype([
    ("lo", "<i8"), ("hi", "<i8"), ("committed", "<i8"), ("item", "<i4"), ("parent", "<i4"), ("head", "<i4"),
    ("number", "<i4"), ("project", "<i4"), ("origin", "<i4"), ("intents", "<i4"), ("why", "<i4"),
    ("epic", "i1"), ("bug", "i1"), ("verdict", "i1"), ("backdated", "i1"),
])  # fmt: skip
"""`head` and `number` make the key: PAY-12 is `PAY-` and 12; a key that is not so is all head, with NONE."""
ASK = np.dtype([("lo", "<i8"), ("hi", "<i8"), ("since", "<i8"), ("item", "<i4"), ("account", "<i4")])
STINT = np.dtype([("item", "<i4"), ("person", "<i4"), ("first", "<i4"), ("last", "<i4")])
ACTIVE = np.dtype([("lo", "<i8"), ("hi", "<i8"), ("item", "<i4"), ("done", "i1")])
_OF_STATE = ("head", "project", "origin", "intents", "why")
WORDS: Mapping[str, tuple[str, ...]] = {
    "items": ("source",), "states": _OF_STATE, "asks": ("account",), "past_states": _OF_STATE,
    "past_asks": ("account",), "stints": ("person",), "actives": (),
}  # fmt: skip
"""The columns that hold places in a list of words."""
_KEY = re.compile(r"(.*\D|)(0|[1-9][0-9]{0,8})", re.DOTALL | re.ASCII)


class Words:
    """Texts by number, each once; the first one is the empty text."""

    def __init__(self, vals: Iterable[str] = ()) -> None:
        self.vals = list(vals) or [""]
        self._codes = {val: n for n, val in enumerate(self.vals)}

    def code(self, text: str) -> int:
        """The number of a text; a new one for a text that is new."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.vals)
            self.vals.append(text)
        return found

    def find(self, text: str) -> int:
        """The number of a text; NONE where there is no such text."""
        return self._codes.get(text, NONE)

    def codes(self, texts: Iterable[str]) -> Array:
        """The number of each of these, new ones for new texts."""
        return np.array([self.code(t) for t in texts], dtype="<i4")


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of some items, over time. `items` has each item once, also one of which nothing is
    known (any more)."""

    items: Array
    states: Array
    """What still holds."""
    asks: Array
    past_states: Array
    """What held once."""
    past_asks: Array
    stints: Array
    actives: Array

    def packed(self) -> tuple[bytes, ...]:
        """Each table as bytes."""
        return tuple(table.tobytes() for table in self.tables)

    @property
    def tables(self) -> tuple[Array, ...]:
        """All tables, in the order of the fields."""
        return tuple(getattr(self, name) for name in WORDS)

    def at(self, instant: int) -> "Columns":
        """The same with those states, and requests, that held at an instant as those that still hold; at the
        end of time, the past is not needed."""
        if instant >= FOREVER - 1:
            return replace(self, past_states=self.past_states[:0], past_asks=self.past_asks[:0])
        states, asks = (
            np.concatenate([t[(t["lo"] <= instant) & (t["hi"] > instant)] for t in both])
            for both in ((self.states, self.past_states), (self.asks, self.past_asks))
        )
        return Columns(self.items, states, asks, states[:0], asks[:0], self.stints, self.actives)

    def renumbered(self, codes: Array) -> "Columns":
        """The same with other numbers for the words: `codes[n]` in place of n."""
        found = []
        for name, table in zip(WORDS, self.tables, strict=True):
            table = table.copy()
            for column in WORDS[name]:
                table[column] = codes[table[column]]
            found.append(table)
        return Columns(*found)


TYPES = (ITEM, STATE, ASK, STATE, ASK, STINT, ACTIVE)
SHAPE = str([t.descr for t in TYPES])
"""What tells columns of another version of the program from those of this one."""


def unpacked(tables: Iterable[bytes]) -> Columns:
    """The columns of what `packed` made."""
    return Columns(*(np.frombuffer(b or b"", dtype=t) for b, t in zip(tables, TYPES, strict=True)))


def joined(parts: Sequence[Columns]) -> Columns:
    """All of them one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Columns(*(
        np.concatenate([np.empty(0, t), *(p.tables[n] for p in parts)]) for n, t in enumerate(TYPES)
    ))  # fmt: skip


def latest(parts: Sequence[Columns]) -> Sequence[Columns]:
    """The parts without what a later one says anew: of an item that several have, what the last one has."""
    ids = [p.items["item"] for p in parts]
    owner = np.full(max((int(own.max(initial=0)) for own in ids), default=0) + 1, NONE, dtype="<i4")
    for n, own in enumerate(ids):
        owner[own] = n
    return [
        part if (owner[own] == n).all() else Columns(*(t[owner[t["item"]] == n] for t in part.tables))
        for n, (part, own) in enumerate(zip(parts, ids, strict=True))
    ]


def columns(lives: Iterable[Life], number: Mapping[tuple[str, str], int], words: Words) -> Columns:
    """The lives as columns; `number` has the log's number of each (source, id)."""
    items, states, asks, stints, actives = list[Any](), list[Any](), list[Any](), list[Any](), list[Any]()
    code = words.code
    for life in lives:
        item = number[life.source, life.id]
        items.append((life.states[0].lo if life.states else NEVER, item, code(life.source)))
        for s in life.states:
            head, tail = split(s.key)
            states.append((
                s.lo, s.hi, NEVER if s.committed is None else s.committed, item,
                number[s.parent] if s.parent else NONE, code(head), tail, code(s.project), code(s.origin),
                code(canonical(s.intents)) if s.intents else 0, code(s.why), s.epic, s.bug,
                VERDICTS.index(s.verdict), s.backdated,
            ))  # fmt: skip
            asks += [(s.lo, s.hi, since, item, code(account)) for account, since in s.asked]
        stints += [(item, code(t.person), t.first, t.last) for t in life.stints]
        actives += [(a.lo, a.hi, item, a.phase == "done") for a in life.active]
    now, then = (np.array(rows, dtype=t) for rows, t in ((states, STATE), (asks, ASK)))
    lasts, asking = now["hi"] == FOREVER, then["hi"] == FOREVER
    return Columns(
        np.array(items, dtype=ITEM), now[lasts], then[asking], now[~lasts], then[~asking],
        np.array(stints, dtype=STINT), np.array(actives, dtype=ACTIVE),
    )  # fmt: skip


def split(key: str) -> tuple[str, int]:
    """A key as its head and number."""
    found = _KEY.fullmatch(key)
    return (found[1], int(found[2])) if found else (key, NONE)
