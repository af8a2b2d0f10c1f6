"""Named parts of patterns: `{customers}` in a pattern stands for what `[parts]` of its file says."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

_NAME = re.compile(r"[a-z][a-z_]*")
_PIECE = re.compile(
    r"\\Q.*?(?:\\E|\Z)|\\[pPx]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]"
    r"|\(\?[imsU-]+\)|\{([a-z][a-z_]*)\}|.",
    re.DOTALL,
)
"""The smallest pieces of a pattern; the group has the name of a part. Braces in a character class, after a
backslash and in `\\p{…}`, `\\x{…}` and `{0,2}` name none."""
_REPEATS = frozenset("*+?{")


class PartError(ValueError):
    """A part that is none; `part` has its name."""

    def __init__(self, part: str, message: str) -> None:
        self.part = part
        super().__init__(f"part {part!r}: {message}")


class Parts:
    """The parts of one file. In one without parts a `{word}` is what RE2 takes it for: mere characters."""

    def __init__(self, written: Mapping[str, str | list[str]], check: Callable[[str], object]) -> None:
        """`check` raises ValueError for what is no pattern. Raises PartError for a part that is none."""
        self.written = {name: _one_of(many) for name, many in written.items()}
        """Each as its file has it, in its order; several are joined to one of them."""
        self._spelt: dict[str, str] = {}
        for name, text in self.written.items():
            if not _NAME.fullmatch(name):
                raise PartError(name, "the name of a part has lower-case letters and _ alone")
            try:
                self._spelt[name] = self._filled(text)
                check(self._spelt[name])
            except ValueError as e:
                raise PartError(name, str(e)) from None

    def spelt(self, pattern: str) -> str:
        """The pattern with each part in its place. Raises ValueError for a part that there is not."""
        return self._filled(pattern) if self.written else pattern

    def used(self, pattern: str) -> set[str]:
        """The parts that a pattern is made of, also by way of others."""
        names = {name for name in _names(pattern) if name in self.written}
        return names.union(*(self.used(self.written[name]) for name in names))

    def _filled(self, pattern: str) -> str:
        pieces = [(m[0], m[1], m.end()) for m in _PIECE.finditer(pattern)]
        return "".join(
            self._unit(name, pattern[end : end + 1] in _REPEATS and not _PART.match(pattern, end))
            if name
            else text
            for text, name, end in pieces
        )

    def _unit(self, name: str, repeated: bool) -> str:
        """A part so that what stands beside it takes it as a whole."""
        if name not in self._spelt:
            raise ValueError(self._unknown(name))
        text = self._spelt[name]
        return f"(?:{text})" if _is_loose(text) or (repeated and not _is_whole(text)) else text

    def _unknown(self, name: str) -> str:
        if name in self.written:
            return (
                f"{{{name}}} stands below it, or is the part itself; a part may use parts that stand above it"
            )
        near = get_close_matches(name, self.written, 1)
        there = f"did you mean {{{near[0]}}}?" if near else f"the parts are: {', '.join(self.written)}"
        return f"there is no part {{{name}}} in this file; {there} (as mere characters: \\{{{name}}})"


_PART = re.compile(r"\{[a-z][a-z_]*\}")


def _one_of(many: str | list[str]) -> str:
    return many if isinstance(many, str) else f"(?:{'|'.join(many)})"


def _names(pattern: str) -> Iterator[str]:
    return (m[1] for m in _PIECE.finditer(pattern) if m[1])


def _depths(pattern: str) -> Iterator[tuple[str, int]]:
    """Each piece, and in how many groups it stands; a bracket counts as outside of its own group."""
    depth = 0
    for m in _PIECE.finditer(pattern):
        depth -= m[0] == ")"
        yield m[0], depth
        depth += m[0] == "("


def _is_loose(pattern: str) -> bool:
    """Whether an `|` or flags in it would reach beyond it."""
    return any(depth == 0 and (piece == "|" or piece.startswith("(?")) for piece, depth in _depths(pattern))


def _is_whole(pattern: str) -> bool:
    """Whether it is one piece or one group, so that a repetition after it means all of it."""
    outside = [piece for piece, depth in _depths(pattern) if depth == 0]
    return len(outside) == 1 or outside == ["(", ")"]
