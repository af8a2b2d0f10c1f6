"""The intents report: what each strategic intent was to get, and what it got."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tracker_sync.events import canonical
from tracker_sync.reports.effort import effort
from tracker_sync.reports.portfolio import Many, Portfolio, distinct, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.sales_led import weighed
from tracker_sync.reports.shares import Share
from tracker_sync.states.columns import Array
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


def intents(org: Portfolio, query: Query) -> Intents:
    """The report for a question. Work that names no intent could serve any of them, so it is in
    the upper bound of each; work that names several is in the upper bound of those."""
    rows = np.flatnonzero(org.active(query))
    days = effort(org, query)
    version = org.strategy_at_end(query)
    stated = [i for i in version.strategy.intents if version.stands(i, query.until - 1)] if version else []
    named = _Named(org, rows)
    ids = [i.id for i in stated]
    others = sorted(named.all - set(ids))
    by_id: dict[str, Intent | None] = {i.id: i for i in stated} | dict.fromkeys(others)

    bases = [weighed(org, rows, days, w) for w in query.weights]

    def shares(sure: Array, maybe: Array) -> tuple[tuple[str, Share], ...]:
        return tuple((base.weight, base.share(sure, maybe)) for base in bases)

    found = tuple(
        Row(
            intent=i, stated=of is not None, owner=of.owner if of else "",
            mission=of.mission if of else "",
            hypothesis=of.hypothesis.text if of and of.hypothesis else "",
            target=of.target if of else None,
            shares=shares(named.alone(i), named.none | named.among(i)),
            epics=int((org.epic & (org.now["intents"] == named.word(i))).sum()),
        )
        for i, of in by_id.items()
    )  # fmt: skip
    return Intents(
        query, found, shares(named.none, named.none),
        untagged=Many(
            rows[named.none],
            lambda some: [(org.ref(r), days.of(r)) for r in some.tolist()],
            days.amounts,
        ),
        disputed=refs(org, rows[named.several]),
        idle=tuple(i for i in ids if i not in named.all),
        unstated=tuple(others) if version else (),
        has_strategy=version is not None,
    )  # fmt: skip


class _Named:
    """Which intents the rows name."""

    def __init__(self, org: Portfolio, rows: Array) -> None:
        self._words, self._place = distinct(org.now["intents"][rows])
        self._lists = [org.intents_of(w) for w in self._words.tolist()]
        self._org = org
        self.all = {i for many in self._lists for i in many}
        self.none = self._those([not many for many in self._lists])
        self.several = self._those([len(many) > 1 for many in self._lists])

    def _those(self, lists: list[bool]) -> Array:
        found: Array = np.array(lists, dtype=bool)[self._place]
        return found

    def alone(self, intent: str) -> Array:
        """Which of them name this one and no other."""
        return self._those([many == [intent] for many in self._lists])

    def among(self, intent: str) -> Array:
        """Which of them name it, alone or not."""
        return self._those([intent in many for many in self._lists])

    def word(self, intent: str) -> int:
        """The word for naming this one alone."""
        return self._org.words.find(canonical([intent]))
