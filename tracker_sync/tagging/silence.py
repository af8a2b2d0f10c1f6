"""Whether a rule can ever give anything, judged by the rule alone; for certain, or not at all."""

from collections.abc import Iterable
from typing import Any

from tracker_sync.tagging import attributes
from tracker_sync.tagging.language import can_match, inside, matches_every_text
from tracker_sync.tagging.rules import Dimension, Rule

Clause = tuple[tuple[str, tuple[Any, ...]], ...]
"""Attributes, and of each the patterns one of which has to match it."""


def never_speaks(rule: Rule) -> bool:
    """Whether there is no item for which the rule gives a value. What this calls silent is silent; that it
    calls a rule nothing does not mean that any item has what the rule looks for."""
    return all(not gives(rule, clause) or never_holds(rule, clause) for clause in rule.clauses)


def never_holds(rule: Rule, clause: Clause) -> bool:
    """Whether there is no item for which all conditions of a clause hold."""
    return any(_fails(rule, attr, patterns) for attr, patterns in clause)


def gives(rule: Rule, clause: Clause) -> bool:
    """Whether the clause has a value to give: the rule's own, or what a group named `value` takes."""
    if rule.value is not None:
        return bool(rule.value.strip())
    return any(inside(p.pattern, "value") is not None for _, patterns in clause for p in patterns)


def vetoed(rule: Rule, attr: str, pattern: str) -> str | None:
    """The pattern of `unless` that matches every text of the attribute that this pattern matches, as far as
    can be told: the very same, or one that matches any text whatever."""
    vetoes = (p.pattern for a, patterns in rule.unless if a == attr for p in patterns)
    return next((v for v in vetoes if v == pattern or matches_every_text(v)), None)


def _fails(rule: Rule, attr: str, patterns: Iterable[Any]) -> bool:
    return _never_there(attr, rule.dimension) or all(
        not can_match(p.pattern) or vetoed(rule, attr, p.pattern) is not None for p in patterns
    )


def _never_there(attr: str, dimension: Dimension) -> bool:
    return attributes.problem(attr, dimension) is not None
