"""Finds the names of accounts in running text: thousands of names in one pass over a text."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from unicodedata import is_normalized, normalize

import ahocorasick_rs

_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[\W_]+")
_ASCII_BREAKS = {n: " " for n in range(128) if not chr(n).isalnum()}
_MARKS = str.maketrans("«»", '""')
_SHORTEST = 2
"""Characters of the shortest name that is looked for in running text: below it, anything is a name."""


def folded(text: str) -> str:
    """The words of a text, in one case and one space apart; what is compared."""
    if text.isascii():  # as most texts are; this takes less than half of the time
        return " ".join(text.lower().translate(_ASCII_BREAKS).split())
    return _BREAK.sub(" ", _composed(text).lower()).strip()


def _composed(text: str) -> str:
    """The text with one character for a letter and its accents, of which each lower-cases to one."""
    if text.isascii():
        return text
    return (text if is_normalized("NFC", text) else normalize("NFC", text)).replace("İ", "I")


class Mentions:
    """The names that are looked for, and for whom each stands."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """`names`: each as it is spelt, and what a mention of it is to be read as."""
        self._read_as: dict[str, dict[str, str]] = {}
        for spelt, meant in names:
            if len(key := folded(spelt)) >= _SHORTEST:
                self._read_as.setdefault(key, {}).setdefault(spelt, meant)
        self._keys = list(self._read_as)
        # A name is whole words: with the spaces around it, no check of its ends is needed.
        self._find = ahocorasick_rs.AhoCorasick([f" {k} " for k in self._keys]).find_matches_as_indexes
        self.marked = lru_cache(maxsize=20_000)(self._marked)
        """A text with each mention as «name», or None where it mentions nobody. Of names that overlap the
        first counts, and of those the longest. One word in running text counts only where it is written with
        a capital, if the name is: many a name is also a word. With `any_case` it counts always."""

    def __bool__(self) -> bool:
        return bool(self._keys)

    def _marked(self, text: str, any_case: bool = False) -> str | None:
        words = folded(text)
        found = self._find(f" {words} ", overlapping=True)
        if not found:
            return None
        text = _composed(text).translate(_MARKS)
        spans = [m.span() for m in _WORD.finditer(text)]
        parts, end = list[str](), 0
        for key, first, last in self._places(words, found):
            lo, hi = spans[first][0], spans[last][1]
            meant = self._meant(key, text[lo:hi], any_case)
            if meant is not None and lo >= end:
                parts += [text[end:lo], f"«{meant}»"]
                end = hi
        return "".join([*parts, text[end:]]) if parts else None

    def _places(self, words: str, found: list[tuple[int, int, int]]) -> Iterator[tuple[str, int, int]]:
        """(name, its first word, its last word), the first and longest first."""
        first = at = 0
        for n, start, _ in sorted(found, key=lambda f: (f[1], -f[2])):
            first, at = first + words.count(" ", at, start), start
            yield self._keys[n], first, first + self._keys[n].count(" ")

    def _meant(self, key: str, spelt: str, any_case: bool) -> str | None:
        """Whom a mention stands for; None where it is but a word."""
        for name, meant in self._read_as[key].items():
            if any_case or " " in key or spelt[:1].isupper() or not name[:1].isupper():
                return meant
        return None
