"""Decides whether a pattern can match any text at all, or matches every text.

RE2 itself does not say. But a pattern has no look-around, so whether it can match depends on two things only:
which kinds of characters it may take (newline, word character, other), and what kinds stand left and right of
each place, which is all that `^`, `$` and `\\b` look at. There are 4 × 4 kinds of places. Each part of a
pattern leads from some of them to some others: a relation, kept as 16 masks of 16 bits. Parts in a row are
composed, alternatives united, repetitions closed. A pattern matches nothing if its relation is empty, and
only then. What kinds of characters a class or an escape takes, RE2 is asked.
"""

import re
import string
from collections.abc import Callable, Iterator, Mapping
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from tracker_sync.tagging.rules import compiled

Relation = tuple[int, ...]
NEWLINE, WORD, OTHER, EDGE = range(4)
"""What stands beside a place: a kind of character, or the edge of the text."""
_WORDS = string.ascii_letters + string.digits + "_"
_LATIN = "".join(map(chr, [*range(0x100), 0x17F, 0x212A]))
"""What an atom can tell apart that names no further characters. RE2 takes the last two for an s and a k where
case does not matter, and so does `\\w`; to `\\b` they are no part of a word, so a text matches `a\\b\\w`."""
_PLACES = [(left, right) for left in range(4) for right in range(4)]
_STAY: Relation = tuple(1 << n for n in range(16))
_NOWHERE: Relation = (0,) * 16
_ENOUGH = 16
"""So many steps, each of which may be left out, lead wherever any number of them does."""
_ATOM = re.compile(
    r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\\[pP](?:\{[^}]*\}|.)|\\x(?:\{[^}]*\}|..)|\\[0-7]{1,3}|\\.|.",
    re.DOTALL,
)
_LOOKS: Mapping[str, Callable[..., bool]] = {
    "^": lambda left, right, lines: left == EDGE or (lines and left == NEWLINE),
    "$": lambda left, right, lines: right == EDGE or (lines and right == NEWLINE),
    r"\A": lambda left, right, lines: left == EDGE,
    r"\z": lambda left, right, lines: right == EDGE,
    r"\b": lambda left, right, lines: (left == WORD) != (right == WORD),
    r"\B": lambda left, right, lines: (left == WORD) == (right == WORD),
}
"""What takes no character and holds at some places only; `lines`: whether (?m) is on."""
_REPEAT = re.compile(r"([*+?]|\{(\d+)(,?)(\d*)\})\??")
_GROUP = re.compile(r"\((?:\?(?:P?<(\w+)>|([imsU]*)(?:-([imsU]+))?([:)])))?")


class Group(NamedTuple):
    """What a named group holds, to be matched alone."""

    name: str
    pattern: str


def can_match(pattern: str) -> bool:
    """Whether there is a text that the pattern, as rules use it, matches somewhere in it."""
    return any(_read(pattern)[0])


def matches_every_text(pattern: str) -> bool:
    """Whether it matches at the start, or at the end, of any text whatever: `.*`, `^`, `x*$`, not `.`."""
    relation = _read(pattern)[0]
    starts = [n for n, (left, _) in enumerate(_PLACES) if left == EDGE]
    ends = [n for n, (_, right) in enumerate(_PLACES) if right == EDGE]
    # Nothing that takes a character leads back to a start, nor on from an end.
    return any(all(relation[n] >> n & 1 for n in side) for side in (starts, ends))


def inside(pattern: str, name: str) -> str | None:
    """What is inside the group of that name, as a pattern of its own; None where there is no such group."""
    return next((g.pattern for g in _read(pattern)[1] if g.name == name), None)


@cache
def _read(pattern: str) -> tuple[Relation, tuple[Group, ...]]:
    compiled(pattern)  # raises for what is no pattern, so that the reader need not look for mistakes
    reader = _Reader(_unquoted(pattern))
    relation = reader.alternatives()
    return relation, tuple(reader.groups)


def _unquoted(pattern: str) -> str:
    r"""The pattern with what stands between \Q and \E spelt out."""

    def spelt(found: re.Match[str]) -> str:
        return re.escape(found[1]) if found[1] is not None else found[0]

    return re.sub(r"\\Q(.*?)(?:\\E|\Z)|\\.", spelt, pattern, flags=re.DOTALL)


class _Reader:
    """Reads a pattern from left to right; its flags are those where it has come to."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.flags = pattern, 0, frozenset("i")
        self.groups: list[Group] = []

    def alternatives(self) -> Relation:
        """Up to the end of the group, or of the pattern."""
        found = self._row()
        while self.pattern.startswith("|", self.at):
            self.at += 1
            found = tuple(map(or_, found, self._row()))
        return found

    def _row(self) -> Relation:
        found = last = _STAY
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            if (part := self._part()) is not None:
                found, last = _then(found, last), part
            last = self._repeated(last)
        return _then(found, last)

    def _part(self) -> Relation | None:
        """The next part; None for flags alone: what is repeated after them is what stands before them."""
        if self.pattern[self.at] == "(":
            return self._group()
        found = _ATOM.match(self.pattern, self.at)
        atom = found[0] if found else self.pattern[self.at]
        self.at += len(atom)
        return _of_atom(atom, self.flags)

    def _group(self) -> Relation | None:
        outside, found = self.flags, _GROUP.match(self.pattern, self.at)
        name, on, off, end = found.groups() if found else (None, None, None, None)
        self.at += len(found[0]) if found else 1
        self.flags = (self.flags | set(on or "")) - set(off or "")
        if end == ")":  # (?s): from here to the end of the group around it
            return None
        start, inside = self.at, self.flags
        relation = self.alternatives()
        if name:
            self.groups.append(Group(name, f"{_spelt(inside)}{self.pattern[start : self.at]}"))
        self.at, self.flags = self.at + 1, outside
        return relation

    def _repeated(self, one: Relation) -> Relation:
        found = _REPEAT.match(self.pattern, self.at)
        if not found:
            return one
        self.at = found.end()
        mark, least, comma, most = found.groups()
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(
            mark, (int(least or 0), int(most) if most else None if comma else int(least or 0))
        )
        optional = tuple(map(or_, one, _STAY))
        more = _ENOUGH if high is None else min(high - low, _ENOUGH)
        return reduce(_then, [*[one] * low, *[optional] * more], _STAY)


@cache
def _of_atom(atom: str, flags: frozenset[str]) -> Relation:
    if atom in _LOOKS:
        return tuple(
            1 << n if _LOOKS[atom](left, right, "m" in flags) else 0
            for n, (left, right) in enumerate(_PLACES)
        )
    kinds = _kinds(_spelt(flags) + atom)
    return tuple(
        sum(1 << n for n, (left, _) in enumerate(_PLACES) if left == right) if right in kinds else 0
        for _, right in _PLACES
    )


def _spelt(flags: frozenset[str]) -> str:
    """The flags as a pattern begins with them; rules ignore case unless told otherwise."""
    return f"(?{''.join(sorted(flags & set('ms')))}{'' if 'i' in flags else '-i'})".replace("(?)", "")


@cache
def _kinds(atom: str) -> frozenset[int]:
    """The kinds of characters that it takes; RE2 says so."""
    pattern = compiled(atom)
    wide = re.search(r"\\x\{|\\[pP]", atom) or (not atom.isascii() and "[^" in atom)
    samples = {
        NEWLINE: "\n",
        WORD: _WORDS,
        OTHER: _others(atom) + (_everything() if wide else _others(_LATIN)),
    }
    return frozenset(kind for kind, sample in samples.items() if pattern.search(sample))


def _others(text: str) -> str:
    return "".join(c for c in text if c not in _WORDS and c != "\n")


@cache
def _everything() -> str:
    return _others("".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)])))


@cache
def _then(first: Relation, second: Relation) -> Relation:
    """Where both lead, one after the other."""
    return tuple(reduce(or_, (second[m] for m in _bits(mask)), 0) for mask in first)


def _bits(mask: int) -> Iterator[int]:
    return (n for n in range(16) if mask >> n & 1)
