"""The intents of the stated strategy over its versions, as measures look at them: who owned them, on what."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from tracker_sync.patterns.facts import Mandate, Moment, Owner
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.strategies import Version
from tracker_sync.strategy import Initiative, Intent, normal


def mandates(org: Portfolio, query: Query) -> tuple[Mandate, ...]:
    """Those of the strategy in force at the end of the window, in its order."""
    last = org.strategy_at_end(query)
    if last is None:
        return ()
    versions = org.judged.strategies.versions[: org.judged.strategies.versions.index(last) + 1]
    return tuple(_mandate(i.id, versions, query.last) for i in last.strategy.intents)


def _mandate(id_: str, versions: Sequence[Version], end: int) -> Mandate:
    times = [Moment(min(v.since, end)) for v in versions]
    said = pairwise(_said(v, id_) for v in versions)
    changed = tuple(at for at, (was, now) in zip(times[1:], said, strict=True) if was != now)
    return Mandate(intent=id_, owners=tuple(_owners(id_, versions, times)), reworded=changed)


def _owners(id_: str, versions: Sequence[Version], times: Sequence[Moment]) -> Iterator[Owner]:
    """Who owned it, each where it was somebody else before. A version that names nobody leaves it open."""
    numbers, before = dict[str, int](), ""
    for version, at in zip(versions, times, strict=True):
        intent = _intent(version, id_)
        owner = normal(intent.owner) if intent else ""
        if intent and owner and owner != before:
            number = numbers.setdefault(owner, len(numbers) + 1)
            before = owner
            yield Owner(number=number, at=at, bet=intent.hypothesis is not None)


def _said(version: Version, id_: str) -> tuple[Intent | None, list[Initiative]]:
    """What a version says of an intent and its initiatives, but for who owns it, which epics carry it, what
    trackers call it, and how its words are set."""
    replace, intent = msgspec.structs.replace, _intent(version, id_)
    under = [replace(i, epics=[]) for i in version.strategy.initiatives if i.intent == id_]
    if intent is None:
        return None, under
    bet = intent.hypothesis
    plain = replace(bet, text=normal(bet.text), metric=normal(bet.metric)) if bet else None
    return replace(intent, owner="", aliases=[], mission=normal(intent.mission), hypothesis=plain), under


def _intent(version: Version, id_: str) -> Intent | None:
    return next((i for i in version.strategy.intents if i.id == id_), None)
