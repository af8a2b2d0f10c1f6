"""Named parts of patterns: `{customers}` in a pattern stands for what `[parts]` of its file says."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

from msgspec import Struct

_NAME = re.compile(r"[a-z][a-z_]*")
_AS_IT_IS = r"\\Q.*?(?:\\E|\Z)|\\[pPx]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]"
"""What brackets, bars and braces mean nothing in: what is quoted, escaped, or a class of characters."""
_UP_TO_A_PART = re.compile(
    rf"((?:[^\\\[{{]++|{_AS_IT_IS}|[\\\[]|\{{(?![a-z][a-z_]*\}}))*+)(?:\{{(\w+)\}})?", re.DOTALL
)
"""All before the name of a part, and the name. RE2's own braces hold digits, or come after a backslash."""
_SHAPE = re.compile(rf"{_AS_IT_IS}|\(\?[imsU-]+\)|.", re.DOTALL)
_REPEAT = re.compile(r"[*+?]|\{(?![a-z][a-z_]*\})")


class PartError(ValueError):
    """A part that is none; `part` has its name."""

    def __init__(self, part: str, message: str) -> None:
        self.part = part
        super().__init__(f"part {part!r}: {message}")


class Spelt(Struct, frozen=True):
    """A pattern with each part in its place."""

    pattern: str
    parts: frozenset[str]
    """The parts that it is made of, also by way of others."""


class Parts:
    """The parts of one file. In one without parts a `{word}` is what RE2 takes it for: mere characters."""

    def __init__(self, written: Mapping[str, str | list[str]]) -> None:
        """Raises PartError for a part with a name that is none, or that is made of one that is not there."""
        self.written = {
            name: text if isinstance(text, str) else _one_of(text) for name, text in written.items()
        }
        """Each as its file has it, in its order; of several, one of them."""
        self._units: dict[str, tuple[Spelt, bool, bool]] = {}
        """Of each: spelt, whether an `|` or flags in it would reach beyond it, whether it is one piece."""
        self._known: dict[str, Spelt] = {}
        for name, text in self.written.items():
            if not _NAME.fullmatch(name):
                raise PartError(name, "the name of a part has lower-case letters and _ alone")
            if written[name] == []:
                raise PartError(name, "lists no pattern; add one")
            try:
                one = self._filled(text)
            except ValueError as e:
                raise PartError(name, str(e)) from None
            is_list = not isinstance(written[name], str)
            self._units[name] = (one, *((False, True) if is_list else _shape(one.pattern)))

    def spelt(self, pattern: str) -> Spelt:
        """Raises ValueError for a part that there is not."""
        if not self.written:
            return Spelt(pattern, frozenset())
        if pattern not in self._known:
            self._known[pattern] = self._filled(pattern)
        return self._known[pattern]

    def check(self, compiled: Callable[[str], object]) -> None:
        """Raises PartError for the first part that by itself is no pattern: `compiled` raises ValueError."""
        for name, (one, _, _) in self._units.items():
            try:
                compiled(one.pattern)
            except ValueError as e:
                raise PartError(name, str(e).replace(one.pattern, self.written[name])) from None

    def _filled(self, pattern: str) -> Spelt:
        found, names = [], set[str]()
        for m in _UP_TO_A_PART.finditer(pattern):
            found.append(m[1])
            if m[2]:
                one, loose, whole = self._unit(m[2])
                names |= {m[2], *one.parts}
                wrapped = loose or (not whole and _REPEAT.match(pattern, m.end()))
                found.append(f"(?:{one.pattern})" if wrapped else one.pattern)
        return Spelt("".join(found), frozenset(names))

    def _unit(self, name: str) -> tuple[Spelt, bool, bool]:
        if name in self._units:
            return self._units[name]
        if name in self.written:
            raise ValueError(f"{{{name}}} does not stand above it; a part may use parts that stand above it")
        near = get_close_matches(name, self.written, 1)
        there = f"did you mean {{{near[0]}}}?" if near else f"the parts are: {', '.join(self.written)}"
        raise ValueError(
            f"there is no part {{{name}}} in this file; {there} (for mere characters: \\{{{name}}})"
        )


def _one_of(many: list[str]) -> str:
    return f"(?:{'|'.join(many)})"


def _shape(pattern: str) -> tuple[bool, bool]:
    """(whether an `|` or flags in it would reach beyond it, whether it is one piece or one group)"""
    outside = list(_outside(pattern))
    loose = any(piece == "|" or piece.startswith("(?") for piece in outside)
    return loose, len(outside) == 1 or outside == ["(", ")"]


def _outside(pattern: str) -> Iterator[str]:
    """What stands in no group, with the brackets of groups."""
    depth = 0
    for piece in _SHAPE.findall(pattern):
        depth -= piece == ")"
        if depth == 0:
            yield piece
        depth += piece == "("
