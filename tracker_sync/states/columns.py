"""Lives as columns of numbers: a report over all items reads them at once."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from tracker_sync.alignment import Verdict
from tracker_sync.events import canonical
from tracker_sync.items import natural
from tracker_sync.states import FOREVER, Life
from tracker_sync.states.grounds import Grounds
from tracker_sync.states.plans import KINDS

Array = NDArray[Any]
NEVER = -(2**63)
"""Stands for a time that there is not."""
NONE = -1
"""Stands for an item that there is not."""
VERDICTS: tuple[str, ...] = get_args(Verdict)
"""A state's `verdict` is a place in this."""
PHASES = ("doing", "done", "declined")
"""An active span's `phase` is a place in this."""
DOING, DONE, DECLINED = range(3)
ITEM = np.dtype([("opened", "<i8"), ("item", "<i4"), ("source", "<i4")])
STATE = np.dtype([
    ("lo", "<i8"), ("hi", "<i8"), ("committed", "<i8"), ("item", "<i4"), ("parent", "<i4"), ("head", "<i4"),
    ("number", "<i4"), ("project", "<i4"), ("origin", "<i4"), ("intents", "<i4"), ("why", "<i4"),
    ("epic", "i1"), ("bug", "i1"), ("verdict", "i1"), ("backdated", "i1"), ("intent_by", "i1"),
    ("customer_by", "i1"), ("origin_by", "i1"), ("open", "i1"), ("intent_at", "<i8"), ("customer_at", "<i8"),
    ("promised", "<i8"), ("excluded", "<i4"), ("dated", "i1"),
])  # fmt: skip
"""`head` and `number` make the key: PAY-12 is `PAY-` and 12; a key that is not so is all head, with NONE.
From `intent_by` to `customer_at` it is a state's `Grounds`."""
ASK = np.dtype([("lo", "<i8"), ("hi", "<i8"), ("since", "<i8"), ("item", "<i4"), ("account", "<i4")])
STINT = np.dtype([("item", "<i4"), ("person", "<i4"), ("first", "<i4"), ("last", "<i4")])
ACTIVE = np.dtype([("lo", "<i8"), ("hi", "<i8"), ("item", "<i4"), ("reason", "<i4"), ("phase", "i1")])
PLAN = np.dtype([("lo", "<i8"), ("hi", "<i8"), ("value", "<i8"), ("item", "<i4"), ("kind", "i1")])
_OF_STATE = ("head", "project", "origin", "intents", "why", "excluded")
WORDS: Mapping[str, tuple[str, ...]] = {
    "items": ("source",), "states": _OF_STATE, "asks": ("account",), "past_states": _OF_STATE,
    "past_asks": ("account",), "stints": ("person",), "actives": ("reason",), "plans": (),
}  # fmt: skip
"""The columns that hold places in a list of words."""
spelt = lru_cache(maxsize=10_000)(canonical)
"""What is in a cell of several values; most cells have none, or what many have."""
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


class Deferred(Mapping[str, Array]):
    """Columns by name, each made when it is looked at first: most reports look at few."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Array], *, lasting: bool = False) -> None:
        """Those that are `lasting` are not to be made twice."""
        self._names, self._make, self._made = tuple(names), make, dict[str, Array]()
        self._lasting = lasting

    def __getitem__(self, name: str) -> Array:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def forget(self) -> None:
        """Let go of those that were made: who looks again has them made again."""
        if not self._lasting:
            self._made.clear()

    def __reduce__(self) -> tuple[type, tuple[dict[str, Array]]]:
        """To another process go the columns themselves."""
        return dict, (dict(self),)


class Table(Struct, frozen=True, eq=False):
    """Rows, column by column: who reads one column of many rows does not touch the others."""

    columns: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.columns[next(iter(self.columns))])

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def where(self, which: Array | slice) -> "Table":
        """Some of the rows: those at these places, or for which it is true."""
        columns = self.columns
        places = np.flatnonzero(which) if isinstance(which, np.ndarray) and which.dtype == bool else which
        return Table(Deferred(columns, lambda name: columns[name][places]))

    def but(self, columns: Mapping[str, Array]) -> "Table":
        """The same rows with others of these columns."""
        return Table({**self.columns, **columns})


def table(rows: Sequence[Any], type_: np.dtype[Any]) -> Table:
    """Rows, each a tuple, as columns."""
    made = np.array(rows, dtype=type_)
    return Table({name: np.ascontiguousarray(made[name]) for name in type_.names or ()})


def concatenated(tables: Sequence[Table]) -> Table:
    """All of them one after the other."""
    some = [t for t in tables if len(t)] or tables[:1]
    if len(some) == 1:
        return some[0]
    return Table(Deferred(some[0].columns, lambda name: np.concatenate([t[name] for t in some])))


class Columns(Struct, frozen=True, eq=False):
    """What is known of some items, over time. `items` has each item once, also one of which nothing is
    known (any more)."""

    items: Table
    states: Table
    """What still holds."""
    asks: Table
    past_states: Table
    """What held once."""
    past_asks: Table
    stints: Table
    actives: Table
    plans: Table
    """Empty where nobody asked for it."""

    def packed(self) -> Iterator[tuple[str, bytes]]:
        """Each column of each table as bytes, by a name such as `states.lo`."""
        for name, own in zip(WORDS, self.tables, strict=True):
            for column in own.columns:
                yield f"{name}.{column}", own[column].tobytes()

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in the order of the fields."""
        return tuple(getattr(self, name) for name in WORDS)

    def at(self, instant: int) -> "Columns":
        """The same with those states, and requests, that held at an instant as those that still hold; at the
        end of time, the past is not needed."""
        states, asks, none = self.states, self.asks, slice(0)
        if instant < FOREVER - 1:
            states, asks = (
                concatenated([t.where((t["lo"] <= instant) & (t["hi"] > instant)) for t in both])
                for both in ((states, self.past_states), (asks, self.past_asks))
            )
        return replace(
            self, states=states, asks=asks, past_states=states.where(none), past_asks=asks.where(none)
        )

    def renumbered(self, codes: Array) -> "Columns":
        """The same with other numbers for the words: `codes[n]` in place of n."""
        return Columns(*(
            own.but({column: codes[own[column]] for column in WORDS[name]})
            for name, own in zip(WORDS, self.tables, strict=True)
        ))  # fmt: skip


TYPES = (ITEM, STATE, ASK, STATE, ASK, STINT, ACTIVE, PLAN)
SHAPE = f"each column: {[t.descr for t in TYPES]}"
"""What tells columns of another version of the program from those of this one."""


def unpacked(find: Callable[[str], bytes], without: Collection[str] = ()) -> Columns:
    """The columns of what `packed` made, each found by its name when it is looked at first; with nothing in
    some of the tables."""

    def read(name: str, type_: np.dtype[Any]) -> Table:
        def column(of: str) -> Array:
            return np.frombuffer(find(f"{name}.{of}"), type_[of])

        return Table(Deferred(type_.names or (), column, lasting=True))

    tables = zip(WORDS, TYPES, strict=True)
    return Columns(*(table([], t) if name in without else read(name, t) for name, t in tables))


def joined(parts: Sequence[Columns]) -> Columns:
    """All of them one after the other."""
    if not parts:
        return Columns(*(table([], t) for t in TYPES))
    return Columns(*map(concatenated, zip(*(p.tables for p in parts), strict=True)))


def latest(parts: Sequence[Columns]) -> Sequence[Columns]:
    """The parts without what a later one says anew: of an item that several have, what the last one has."""
    ids = [p.items["item"] for p in parts]
    owner = np.full(max((int(own.max(initial=0)) for own in ids), default=0) + 1, NONE, dtype="<i4")
    for n, own in enumerate(ids):
        owner[own] = n
    return [
        part if (owner[own] == n).all() else Columns(*(t.where(owner[t["item"]] == n) for t in part.tables))
        for n, (part, own) in enumerate(zip(parts, ids, strict=True))
    ]


def columns(lives: Iterable[Life], number: Mapping[tuple[str, str], int], words: Words) -> Columns:
    """The lives as columns; `number` has the log's number of each (source, id)."""
    items, states, asks, stints, actives, plans = (list[Any]() for _ in range(6))
    code = words.code
    for life in lives:
        item = number[life.source, life.id]
        items.append((life.states[0].lo if life.states else NEVER, item, code(life.source)))
        for s in life.states:
            head, tail = split(s.key)
            states.append((
                s.lo, s.hi, NEVER if s.committed is None else s.committed, item,
                number[s.parent] if s.parent else NONE, code(head), tail, code(s.project), code(s.origin),
                code(spelt(s.intents)) if s.intents else 0, code(s.why), s.epic, s.bug,
                VERDICTS.index(s.verdict), s.backdated, *_grounds(s.grounds or _NONE),
                NEVER if s.promised is None else s.promised, code(spelt(s.excluded)) if s.excluded else 0,
                s.dated,
            ))  # fmt: skip
            asks += [(s.lo, s.hi, since, item, code(account)) for account, since in s.asked]
        stints += [(item, code(t.person), t.first, t.last) for t in life.stints]
        actives += [(a.lo, a.hi, item, code(a.reason), PHASES.index(a.phase)) for a in life.active]
        plans += [(p.lo, p.hi, p.value, item, KINDS.index(p.kind)) for p in life.plans]
    now, then = table(states, STATE), table(asks, ASK)
    lasts, asking = now["hi"] == FOREVER, then["hi"] == FOREVER
    return Columns(
        table(items, ITEM), now.where(lasts), then.where(asking), now.where(~lasts), then.where(~asking),
        table(stints, STINT), table(actives, ACTIVE), table(plans, PLAN),
    )  # fmt: skip


_NONE = Grounds(0, 0, 0, None, None, 0)


def _grounds(by: Grounds) -> tuple[int, ...]:
    return (
        by.intent, by.customer, by.origin, by.open, NEVER if by.intent_at is None else by.intent_at,
        NEVER if by.customer_at is None else by.customer_at,
    )  # fmt: skip


def natural_order(words: Words, sources: Array, states: Table) -> Array | None:
    """What brings states into the order of their refs that `natural` gives, `sources` being the word for the
    source of each; None where they are in it."""
    vals, width = words.vals, len(words.vals)
    some, source = distinct(sources)
    heads, place = distinct(source * width + states["head"])
    keys = [natural(f"{vals[some[h // width]]}:{vals[h % width]}") for h in heads.tolist()]
    rank = {text: n for n, text in enumerate(sorted({text for text, _ in keys}))}
    ranks = np.array([rank[text] for text, _ in keys], dtype="<i8")[place]
    ends = np.array([min(number, 2**63 - 1) for _, number in keys], dtype="<i8")[place]
    numbers = np.where(states["number"] == NONE, ends, states["number"].astype("<i8"))
    if len(rank) < 2**22 and int(numbers.max(initial=0)) < 2**40:
        both = ranks << 40 | numbers  # sorted in half the time of two keys
        return None if (both[1:] >= both[:-1]).all() else np.argsort(both, kind="stable")
    return np.lexsort((numbers, ranks))


def distinct(codes: Array) -> tuple[Array, Array]:
    """(the different ones of some small numbers, in order; of each number, its place among these).

    What `numpy.unique` gives, which sorts them.
    """
    there = np.zeros(int(codes.max(initial=0)) + 1, dtype=bool)
    there[codes] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]


def sources_of(own: Columns) -> Array:
    """The word for the source of each state."""
    found = np.zeros(int(own.items["item"].max(initial=0)) + 1, dtype="<i4")
    found[own.items["item"]] = own.items["source"]
    return found[own.states["item"]]


def split(key: str) -> tuple[str, int]:
    """A key as its head and number."""
    found = _KEY.fullmatch(key)
    return (found[1], int(found[2])) if found else (key, NONE)
