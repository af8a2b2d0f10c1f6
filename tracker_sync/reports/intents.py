"""The intents report: what each strategic intent was to get, and what it got."""

from dataclasses import dataclass
from fractions import Fraction

from tracker_sync.reports.effort import effort
from tracker_sync.reports.org import Org, Query, leaves
from tracker_sync.reports.shares import Part, Share, share
from tracker_sync.strategy import Intent


@dataclass(frozen=True, slots=True)
class Row:
    """One intent."""

    intent: str
    stated: bool
    """Whether the strategy in force at the end of the window has it."""
    owner: str
    mission: str
    hypothesis: str
    target: float | None
    shares: tuple[tuple[str, Share], ...]
    """By weight."""
    epics: int
    """Epics in the log that serve it."""


@dataclass(frozen=True, slots=True)
class Intents:
    """The whole report."""

    query: Query
    rows: tuple[Row, ...]
    """Stated intents in the strategy's order, then those that only the work knows."""
    unknown: tuple[tuple[str, Share], ...]
    """By weight: work that names no intent."""
    untagged: tuple[tuple[str, Fraction], ...]
    """(ref, effort) of that work, largest first."""
    disputed: tuple[str, ...]
    """Refs that name several intents."""
    idle: tuple[str, ...]
    """Stated intents that no work in the window serves."""
    unstated: tuple[str, ...]
    """Intents of work that the strategy does not state."""
    has_strategy: bool


def intents(org: Org, query: Query) -> Intents:
    """The report for a question. Work that names no intent could serve any of them, so it is in
    the upper bound of each; work that names several is in the upper bound of those."""
    refs = leaves(org, query)
    days = effort(org, query)
    version = org.strategy_at_end(query)
    stated = [i for i in version.strategy.intents if version.stands(i, query.until - 1)] if version else []
    named = {ref: [t.value for t in org.tags[ref].intents] for ref in refs}
    ids = [i.id for i in stated]
    others = sorted({v for values in named.values() for v in values} - set(ids))
    by_id: dict[str, Intent | None] = {i.id: i for i in stated} | dict.fromkeys(others)

    def weigh(ref: str, weight: str) -> Fraction:
        return Fraction(1) if weight == "count" else days.get(ref, Fraction(0))

    def shares(intent: str | None) -> tuple[tuple[str, Share], ...]:
        return tuple((w, share((_part(org, r, weigh(r, w), named[r], intent) for r in refs), w))
                     for w in query.weights)  # fmt: skip

    rows = tuple(
        Row(
            intent=i, stated=found is not None, owner=found.owner if found else "",
            mission=found.mission if found else "",
            hypothesis=found.hypothesis.text if found and found.hypothesis else "",
            target=found.target if found else None, shares=shares(i),
            epics=sum(1 for e in org.epics if org.tags[e].intent == i),
        )
        for i, found in by_id.items()
    )  # fmt: skip
    untagged = sorted(((r, days.get(r, Fraction(0))) for r in refs if not named[r]), key=lambda u: -u[1])
    served = {v for values in named.values() for v in values}
    return Intents(
        query, rows, shares(None), tuple(untagged),
        disputed=tuple(r for r in refs if len(named[r]) > 1),
        idle=tuple(i for i in ids if i not in served),
        unstated=tuple(others) if version else (),
        has_strategy=version is not None,
    )  # fmt: skip


def _part(org: Org, ref: str, weight: Fraction, named: list[str], intent: str | None) -> Part:
    root = org.tree.root(ref)
    if intent is None:
        return Part(ref, root, weight, not named, not named)
    return Part(ref, root, weight, named == [intent], not named or intent in named)
