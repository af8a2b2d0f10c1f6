"""What the stated intents bet on, since when, and which epics their initiatives carry."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import numpy as np
from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.events import canonical
from tracker_sync.reports.effort import effort
from tracker_sync.reports.keys import called
from tracker_sync.reports.portfolio import Many, Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array
from tracker_sync.strategies import Strategies, Version
from tracker_sync.strategy import Intent, midnight


class Bet(Struct, frozen=True):
    """The hypothesis of an intent."""

    text: str
    kpi: str
    """The metric by which it would show; '' where none is stated."""
    since: int
    """When it was stated first, in microseconds UTC."""
    age: int
    """Days from then to the last day of the window."""
    expires: date | None
    expired: bool
    """Whether the last day of the window is after that day."""


class Carrier(Struct, frozen=True):
    """An initiative of the strategy, and the epics that carry it."""

    initiative: str
    intent: str
    text: str
    epics: tuple[str, ...]
    """Refs of those that are in the log."""
    lost: tuple[str, ...]
    """Keys that it names and no item has."""


class Outside(Struct, frozen=True):
    """An epic of a stated intent that no initiative carries."""

    ref: str
    title: str
    intent: str
    effort: Fraction
    """Person-days in the window, of everything under it."""


def bet(intent: Intent, version: Version, strategies: Strategies, end: int, days: Days) -> Bet | None:
    """The hypothesis of an intent at the end of a window, which a version is held against.

    It was stated first in the first version that has it, in the same words, under the same intent; and not
    before the intent itself stood.
    """
    now = intent.hypothesis
    if now is None:
        return None
    begun = [
        max(v.since, midnight(i.since, v.zone) if i.since else v.since)
        for v in strategies.versions[: strategies.versions.index(version) + 1]
        for i in v.strategy.intents
        if i.id == intent.id and i.hypothesis and _words(i.hypothesis.text) == _words(now.text)
    ]
    since, last = min(end, *begun), days.of(end)
    return Bet(
        now.text, now.metric, since, last - days.of(since), now.expires,
        now.expires is not None and last > now.expires.toordinal(),
    )  # fmt: skip


def _words(text: str) -> list[str]:
    return text.casefold().split()


def carriers(org: Portfolio, version: Version) -> tuple[tuple[Carrier, ...], Array]:
    """(the initiatives of a version, which rows are under an epic of one of them or are one)."""
    stated = version.strategy.initiatives
    rows = called(org, dict.fromkeys(key for i in stated for key in i.epics))
    found = tuple(
        Carrier(
            i.id, i.intent, i.text, tuple(org.ref(rows[key]) for key in i.epics if key in rows),
            tuple(key for key in i.epics if key not in rows),
        )
        for i in stated
    )  # fmt: skip
    carried = np.zeros(len(org.now), dtype=bool)
    carried[[*rows.values()]] = True
    below, above = org.lineage
    under = np.zeros(len(org.now), dtype=bool)
    under[below[carried[above]]] = True
    return found, under


def outside(org: Portfolio, query: Query, stated: Sequence[str], carried: Array) -> Many[Outside]:
    """The epics of the work in the window that name one stated intent and are in no initiative, nor under an
    epic that is, largest effort first."""
    days, active = effort(org, query), org.active(query)
    below, above = org.lineage
    work = active[below] & org.epic[above] & ~carried[above]
    amounts: Array = np.zeros(len(org.now), dtype=days.amounts.dtype)
    np.add.at(amounts, above[work], days.amounts[below[work]])
    epics = np.unique(above[work])
    alone = [org.words.find(canonical([i])) for i in stated]
    rows = epics[np.isin(org.now["intents"][epics], [word for word in alone if word])]

    def make(some: Array) -> list[Outside]:
        return [
            Outside(org.ref(r), title, org.intent(r) or "", Fraction(int(amounts[r]), days.unit))
            for r, title in zip(some.tolist(), org.titled(some), strict=True)
        ]

    return Many(rows, make, amounts)
