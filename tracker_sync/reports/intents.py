"""The intents report: what each strategic intent was to get, and what it got."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.events import canonical
from tracker_sync.reports.bets import Bet, Carrier, Outside, bet, carriers, outside
from tracker_sync.reports.effort import effort
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Share
from tracker_sync.reports.weights import weights
from tracker_sync.states.columns import Array, distinct
from tracker_sync.strategy import Intent


class Row(Struct, frozen=True):
    """One intent."""

    intent: str
    stated: bool
    """Whether the strategy in force at the end of the window has it; only then it has the rest."""
    shares: tuple[tuple[str, Share], ...]
    """By weight."""
    epics: int
    """Epics in the log that serve it."""
    owner: str = ""
    mission: str = ""
    hypothesis: str = ""
    bet: Bet | None = None
    """The hypothesis with its age; None where the intent states none."""
    buyer_outcome: str = ""
    delight: str = ""
    levers: tuple[str, ...] = ()
    margin: str = ""
    initiatives: tuple[str, ...] = ()
    """Those under it."""
    target: float | None = None


class Intents(Struct, frozen=True):
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
    """Whether there is one that states intents: the file that `init` writes is nothing but comments."""
    initiatives: tuple[Carrier, ...]
    """Of the strategy held against the end of the window, in its order."""
    outside: Many[Outside] | None
    """Epics of stated intents that no initiative carries; None where the strategy has no initiatives."""


def intents(
    org: Portfolio, query: Query, wanted: Sequence[str] | None = None, *, orphans: bool = True
) -> Intents:
    """The report for a question, by all weights or those wanted. Work that names no intent could serve any of
    them, so it is in the upper bound of each; work that names several is in the upper bound of those. Without
    `orphans` nobody looks which epics the initiatives carry."""
    rows = np.flatnonzero(org.active(query))
    days = effort(org, query)
    version = org.strategy_at_end(query)
    states = version is not None and bool(version.strategy.intents)
    stated = [i for i in version.strategy.intents if version.stands(i, query.last)] if version else []
    named = _Named(org, rows)
    ids = [i.id for i in stated]
    others = sorted(named.all - set(ids))
    bases = weights(org, query, rows, named.group, len(named.lists), wanted or query.weights).bases

    def shares(sure: list[bool], maybe: list[bool]) -> tuple[tuple[str, Share], ...]:
        return tuple((base.name, base.share(sure, maybe)) for base in bases)

    def row(id_: str, of: Intent | None) -> Row:
        return _row(org, query, id_, of, shares(named.alone(id_), named.perhaps(id_)), named.word(id_))

    carried, under = carriers(org, version) if version and orphans else ((), None)
    return Intents(
        query, (*(row(i.id, i) for i in stated), *(row(i, None) for i in others)),
        shares(named.none, named.none),
        untagged=Many(
            rows[named.those(named.none)],
            lambda some: [(org.ref(r), days.of(r)) for r in some.tolist()],
            days.amounts,
        ),
        disputed=refs(org, rows[named.those(named.several)]),
        idle=tuple(i for i in ids if i not in named.all),
        unstated=tuple(others) if states else (),
        has_strategy=states,
        initiatives=carried,
        outside=outside(org, query, ids, under) if carried and under is not None else None,
    )  # fmt: skip


Shares = tuple[tuple[str, Share], ...]


def _row(org: Portfolio, query: Query, id_: str, of: Intent | None, shares: Shares, word: int) -> Row:
    epics = int((org.epic & (org.now["intents"] == word)).sum())
    version = org.strategy_at_end(query)
    if of is None or version is None:
        return Row(id_, stated=False, shares=shares, epics=epics)
    return Row(
        id_, stated=True, shares=shares, epics=epics, owner=of.owner, mission=of.mission,
        hypothesis=of.hypothesis.text if of.hypothesis else "",
        bet=bet(of, version, org.judged.strategies, query.last, Days(org.judged.calendar)),
        buyer_outcome=of.buyer_outcome, delight=of.delight, levers=tuple(of.levers), margin=of.margin,
        initiatives=tuple(i.id for i in version.strategy.initiatives if i.intent == id_),
        target=of.target,
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
