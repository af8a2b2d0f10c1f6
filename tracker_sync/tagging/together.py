"""Finds which of many patterns match a text, in a few passes over it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import re2

_FEW = 6
"""Fewer patterns than these share an automaton with those of other rules."""


class PatternSet:
    """Patterns that are looked for together: those of a long list by an automaton of their own, the others by
    one. An automaton needs a state for each combination of what it has seen of a text so far; of all patterns
    at once nearly every character leads to a new one. Equal lists, such as a rule's for the title and for the
    comments, share theirs."""

    def __init__(self, lists: Iterable[tuple[str, ...]]) -> None:
        many = dict.fromkeys(lists)
        few = dict.fromkeys(p for patterns in many if len(patterns) < _FEW for p in patterns)
        self._parts = [*(p for p in many if len(p) >= _FEW), *([tuple(few)] if few else ())]

    def found(self, text: str) -> set[str]:
        """The patterns that match a text."""
        return {part[n] for part in self._parts for n in _automaton(part).Match(text) or ()}

    def match(self, text: str) -> bool:
        """Whether any pattern matches a text."""
        return any(_automaton(part).Match(text) for part in self._parts)


@lru_cache(maxsize=1024)
def _automaton(patterns: tuple[str, ...]) -> Any:
    found = re2.Set.SearchSet(options())
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


def options() -> Any:
    """How rules use RE2: case does not matter."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 32 << 20  # in the 8 MB it has else, matching many patterns starts anew all the time
    return options
