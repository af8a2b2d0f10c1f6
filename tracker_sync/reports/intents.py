"""The intents report: what each strategic intent was to get, and what it got."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tracker_sync.events import canonical
from tracker_sync.reports.effort import effort
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Share
from tracker_sync.reports.weights import weights
from tracker_sync.states.columns import Array, distinct
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
    untagged: Many[tuple[str, Fraction]]
    """(ref, effort) of that work, largest first."""
    disputed: Many[str]
    """Refs that name several intents."""
    idle: tuple[str, ...]
    """Stated intents that no work in the window serves."""
    unstated: tuple[str, ...]
    """Intents of work that the strategy does not state."""
    has_strategy: bool


def intents(org: Portfolio, query: Query, wanted: Sequence[str] | None = None) -> Intents:
    """The report for a question, by all weights or those wanted. Work that names no intent could serve any of
    them, so it is in the upper bound of each; work that names several is in the upper bound of those."""
    rows = np.flatnonzero(org.active(query))
    days = effort(org, query)
    version = org.strategy_at_end(query)
    stated = [i for i in version.strategy.intents if version.stands(i, query.last)] if version else []
    named = _Named(org, rows)
    ids = [i.id for i in stated]
    others = sorted(named.all - set(ids))
    by_id: dict[str, Intent | None] = {i.id: i for i in stated} | dict.fromkeys(others)

    bases = weights(org, query, rows, named.group, len(named.lists), wanted or query.weights).bases

    def shares(sure: list[bool], maybe: list[bool]) -> tuple[tuple[str, Share], ...]:
        return tuple((base.name, base.share(sure, maybe)) for base in bases)

    found = tuple(
        Row(
            intent=i, stated=of is not None, owner=of.owner if of else "",
            mission=of.mission if of else "",
            hypothesis=of.hypothesis.text if of and of.hypothesis else "",
            target=of.target if of else None,
            shares=shares(named.alone(i), named.perhaps(i)),
            epics=int((org.epic & (org.now["intents"] == named.word(i))).sum()),
        )
        for i, of in by_id.items()
    )  # fmt: skip
    return Intents(
        query, found, shares(named.none, named.none),
        untagged=Many(
            rows[named.those(named.none)],
            lambda some: [(org.ref(r), days.of(r)) for r in some.tolist()],
            days.amounts,
        ),
        disputed=refs(org, rows[named.those(named.several)]),
        idle=tuple(i for i in ids if i not in named.all),
        unstated=tuple(others) if version else (),
        has_strategy=version is not None,
    )  # fmt: skip


class _Named:
    """Which intents the rows name, in groups of rows that name the same."""

    def __init__(self, org: Portfolio, rows: Array) -> None:
        words, self.group = distinct(org.now["intents"][rows])
        self.lists = [org.intents_of(word) for word in words.tolist()]
        self._org = org
        self.all = {i for many in self.lists for i in many}
        self.none = [not many for many in self.lists]
        self.several = [len(many) > 1 for many in self.lists]

    def those(self, groups: list[bool]) -> Array:
        """Which of the rows are of some groups."""
        found: Array = np.array(groups, dtype=bool)[self.group]
        return found

    def alone(self, intent: str) -> list[bool]:
        """Which groups name this one and no other."""
        return [many == [intent] for many in self.lists]

    def perhaps(self, intent: str) -> list[bool]:
        """Which may serve it: those that name it, alone or not, and those that name none."""
        return [not many or intent in many for many in self.lists]

    def word(self, intent: str) -> int:
        """The word for naming this one alone."""
        return self._org.words.find(canonical([intent]))
