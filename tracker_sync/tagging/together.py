"""Finds which of many patterns match a text, trying only those that may."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import re2

TEXTS = ("title", "body", "comments")
"""Attributes that rules look at with much the same patterns, so that these are compiled once for all; `text`
stands for any of them."""


class PatternSet:
    """Patterns that are looked for in a text. One pass finds which of their words it has; only those patterns
    are tried that need no other. (One automaton for all of them, an RE2 set, would need a state for each
    combination of what they have seen so far: of many patterns nearly every character leads to a new one.)"""

    def __init__(self, patterns: Iterable[str], among: Iterable[str] = ()) -> None:
        """`among`: others, with which they are compiled."""
        self._own = frozenset(patterns)
        self._all = tuple(dict.fromkeys([*among, *sorted(self._own)]))

    def found(self, text: str) -> frozenset[str]:
        """The patterns that match a text."""
        if not self._own:
            return self._own
        return self._own.intersection(self._all[n] for n in self._filter.Match(text) or ())

    @cached_property
    def _filter(self) -> Any:
        return _filter(self._all)

    def match(self, text: str) -> bool:
        """Whether any pattern matches a text."""
        return bool(self.found(text))


def by_attribute(patterns: Mapping[str, Iterable[str]], named: str) -> dict[str, PatternSet]:
    """A set for each attribute; `named` is what the name of one begins with that is about accounts."""
    own = {attr: tuple(dict.fromkeys(many)) for attr, many in patterns.items()}
    shared: dict[str, tuple[str, ...]] = {}
    for alike in (TEXTS, tuple(f"{named}{attr}" for attr in TEXTS)):
        union = tuple(sorted({p for attr in alike for p in own.get(attr, ())}))
        shared |= dict.fromkeys(alike, union)
    return {attr: PatternSet(many, shared.get(attr, ())) for attr, many in own.items()}


@lru_cache(maxsize=256)
def _filter(patterns: tuple[str, ...]) -> Any:
    found = re2.Filter()
    for pattern in patterns:
        found.Add(pattern, options())
    found.Compile()
    return found


def options() -> Any:
    """How rules use RE2: case does not matter."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options
