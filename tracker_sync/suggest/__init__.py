"""Proposes a tag for items that have none, from those that have one; whether it holds, a person says."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from tracker_sync.reports.org import Org
from tracker_sync.suggest.examples import NOBODY, Example, Material, Seen
from tracker_sync.suggest.learner import Guess, Learned

FEWEST = 5
"""Trees of items that must name a value before it is proposed: one for each part of a cross-validation."""
THRESHOLD = 0.8
"""Least confidence to propose. A wrong tag is worse than none: it moves a figure where nobody looks, while a
missing one only widens the range. At 0.8, at most one in five of the least sure proposals is wrong."""
Bar = Literal["", "few", "unstated", "nobody"]
"""Why a value is never proposed: '' (it is), too few examples, not in the strategy, or no value at all."""
Why = Bar | Literal["unsure", "elsewhere", "nothing to learn from"]
"""Why nothing is proposed of an item: what it looks like is not proposed; the confidence is too low; or too
few items of its project say anything, so that nobody knows how often a guess is right there; or nothing was
learned."""


class Choice(Struct, frozen=True):
    """A value that examples name."""

    value: str
    examples: int
    trees: int
    """By how many topmost items the examples go back to."""
    bar: Bar


class Proposal(Struct, frozen=True):
    """What an item may be tagged with, and what speaks for it."""

    item: Seen
    value: str
    confidence: float
    """The share of proposals as sure as this one that are right, 0 to 1."""
    words: tuple[str, ...]
    neighbours: tuple[Example, ...]


class LeftOpen(Struct, frozen=True):
    """An item of which nothing is proposed, and what it looks most like, where anything was learned."""

    item: Seen
    guess: Guess | None
    why: Why


class Suggestions(Struct, frozen=True):
    """What is proposed of the items asked about, and what is not."""

    dimension: str
    threshold: float
    choices: tuple[Choice, ...]
    """Commonest first."""
    learned_from: int
    """Examples; 0 where there is nothing to tell apart."""
    several: int
    """Items that name several values, so that none of them is learned from."""
    accepted: int
    """Items whose value was proposed here once; nor are they."""
    proposed: int
    """Items that something is proposed of."""
    proposals: tuple[Proposal, ...]
    """As many of them as were asked for: epics first, then the surest first."""
    inheriting: tuple[str, ...]
    """Refs below an item that something is proposed for: they will have its tag."""
    left_open: tuple[LeftOpen, ...]


def choices(org: Org, dimension: str, examples: Iterable[Example]) -> tuple[Choice, ...]:
    """The values that the examples name, commonest first, and which of them may be proposed: those with
    enough examples that `tracker-sync tag` takes."""
    trees: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for one in examples:
        counts[one.value] += 1
        trees.setdefault(one.value, set()).add(one.root)

    def bar(value: str) -> Bar:
        if value == NOBODY:
            return "nobody"
        if dimension == "intent" and org.strategies.latest and org.strategies.resolve(value) is None:
            return "unstated"
        return "few" if len(trees[value]) < FEWEST else ""

    found = [Choice(v, n, len(trees[v]), bar(v)) for v, n in counts.items()]
    return tuple(sorted(found, key=lambda c: (-c.examples, c.value)))


def learnable(offered: Sequence[Choice]) -> bool:
    """Whether there is something to propose, and something else to tell it from."""
    return any(not c.bar for c in offered) and sum(c.trees >= FEWEST for c in offered) > 1


def known(examples: Iterable[Example]) -> frozenset[str]:
    """The projects with enough examples: confidence is measured on them, and says nothing of others."""
    counts = Counter(e.project for e in examples)
    return frozenset(p for p, n in counts.items() if n >= FEWEST)


def propose(
    org: Org,
    dimension: str,
    learning: Material,
    threshold: float,
    wanted: Callable[[Seen], bool],
    limit: int | None = None,
) -> Suggestions:
    """Proposals for the untagged items that are wanted, at most so many. Nothing is proposed of what is below
    an item that something is proposed of: it inherits that tag once a person accepts it."""
    offered = choices(org, dimension, learning.examples)
    bars: dict[str, Bar] = {c.value: c.bar for c in offered}
    able, projects = learnable(offered), known(learning.examples)
    items = [i for i in learning.untagged if wanted(i)]
    learned = Learned(learning.examples, proposable(offered)) if able and items else None
    guesses = learned.guesses(items) if learned else [None] * len(items)

    found: dict[str, tuple[Guess | None, Why]] = {
        i.ref: (g, _why(i, g, threshold, bars, projects)) for i, g in zip(items, guesses, strict=True)
    }
    sure = {ref for ref, (_, why) in found.items() if not why}
    under = {i.ref for i in items if sure.intersection(org.tree.ancestors(i.ref))}
    chosen = [(i, g) for i, g in zip(items, guesses, strict=True) if g and i.ref in sure - under]
    chosen.sort(key=lambda c: (not c[0].epic, -c[1].confidence))
    return Suggestions(
        dimension,
        threshold,
        offered,
        learned_from=len(learning.examples) if able else 0,
        several=learning.several,
        accepted=learning.accepted,
        proposed=len(chosen),
        proposals=tuple(
            Proposal(i, g.value, g.confidence, learned.words(i, g.value), learned.nearest(i))
            for i, g in chosen[:limit]
            if learned
        ),
        inheriting=tuple(i.ref for i in items if i.ref in under),
        left_open=tuple(LeftOpen(i, *found[i.ref]) for i in items if i.ref not in sure | under),
    )


def proposable(offered: Iterable[Choice]) -> frozenset[str]:
    """The values that may be proposed."""
    return frozenset(c.value for c in offered if not c.bar)


def _why(
    item: Seen, guess: Guess | None, threshold: float, bars: Mapping[str, Bar], projects: Collection[str]
) -> Why:
    if guess is None:
        return "nothing to learn from"
    if item.project not in projects:
        return "elsewhere"
    return bars[guess.value] or ("" if guess.confidence >= threshold else "unsure")
