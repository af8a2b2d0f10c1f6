"""From rules and facts to what was found, what holds, and what could not be said."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from tracker_sync.patterns.facts import Facts
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.rules import BiasRule, Trial
from tracker_sync.patterns.statistics.multiple import benjamini_hochberg


class Detected(Struct, frozen=True):
    """What a rule came to, of everything or of one subject."""

    rule: BiasRule
    seen: Seen | None
    found: bool
    why: str = ""
    """Why nothing can be said; '' where something can."""
    subject: str = ""


def detect(rules: Sequence[BiasRule], facts: Facts) -> tuple[Detected, ...]:
    """What all rules come to, in their order.

    What fires on its own and does not survive the correction for many looks is no finding and no pass
    either: it cannot be told from chance.
    """
    results = [one for rule in rules for one in _looked(rule, facts)]
    tested = [r for r in results if r.seen is not None and r.seen.p is not None]
    kept = benjamini_hochberg([r.seen.p for r in tested if r.seen and r.seen.p is not None])
    chance = {id(r) for r, keep in zip(tested, kept, strict=True) if not keep}
    return tuple(
        Detected(r.rule, None, False, _CHANCE.format(len(tested)), r.subject)
        if r.found and id(r) in chance else r
        for r in results
    )  # fmt: skip


_CHANCE = "more to tell it from chance: it is one of {} looks, and one of so many may well show as much"


def _looked(rule: BiasRule, facts: Facts) -> Iterator[Detected]:
    """What a rule comes to by itself."""
    if lacking := [n for n in rule.needs if n in facts.missing]:
        yield Detected(rule, None, False, "; ".join(facts.missing[n] for n in lacking))
        return
    if muted := [m for m in rule.unless.market if m in facts.market]:
        yield Detected(rule, None, False, f"nothing: it is silent in a market that is {muted[0]}")
        return
    for one in rule.measure.look(_left(rule, facts), rule.when):
        if isinstance(one, Silent):
            yield Detected(rule, None, False, one.why, one.subject)
        else:
            yield Detected(rule, one, one.fires, subject=one.subject)


def _left(rule: BiasRule, facts: Facts) -> Facts:
    """Without the epics that the rule's labels take out, and the work under them."""
    labels = tuple(rule.unless.marked)
    if not labels:
        return facts
    out = {e.ref for e in facts.epics if e.marked(labels)}
    return msgspec.structs.replace(
        facts, epics=tuple(e for e in facts.epics if e.ref not in out),
        works=tuple(w for w in facts.works if w.epic not in out),
    )  # fmt: skip


class Failed(Struct, frozen=True):
    """A test inside a rule file that does not hold."""

    number: int
    """Which of the rule's tests, from 0."""
    trial: Trial
    got: tuple[str, ...] | bool | None
    """As `Trial.finds`."""


def failures(rule: BiasRule) -> Iterator[Failed]:
    """The rule's own tests that fail, by the rule alone."""
    for n, trial in enumerate(rule.trials):
        results = [*_looked(rule, trial.facts)]
        found = [r.subject for r in results if r.found]
        said = bool(found) or not results or any(r.seen is not None for r in results)
        got: tuple[str, ...] | bool | None = None
        if said:
            got = tuple(sorted(found)) if isinstance(trial.finds, tuple) else bool(found)
        expected = tuple(sorted(trial.finds)) if isinstance(trial.finds, tuple) else trial.finds
        if got != expected:
            yield Failed(n, trial, got)
