"""Demand by account and by segment: how far it reaches beyond the one who asked."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct

from tracker_sync.customers import Customers
from tracker_sync.events import MICROSECOND
from tracker_sync.reports.query import Query
from tracker_sync.reports.requests import STATES, Requests
from tracker_sync.states.columns import NEVER, Array, distinct
from tracker_sync.strategies import Version
from tracker_sync.strategy import normal

DAY = 86_400 * MICROSECOND
NO_SEGMENT = "no segment"
NOT_IN_FILE = "not in the customers file"


class Profile(Struct, frozen=True):
    """What an independent account is to us at a time."""

    name: str
    known: bool
    """Whether the customers file has it."""
    segment: str | None
    """None: the file does not say."""
    status: str | None
    """None: the file has nothing about that time."""
    icp: bool | None
    arr: int | None
    """In whole units of currency."""


class ByAccount(Struct, frozen=True):
    """What one account asked for, and what became of it."""

    profile: Profile
    """As of the report's day."""
    units: int
    states: Mapping[str, int]
    """Units by how far they have come: each of `STATES`."""
    effort: Fraction
    """Person-days in the window; 1/n of what n accounts asked for."""
    share: Fraction | None
    """Of all effort that any account asked for; None without any."""
    wait: Fraction | None
    """Median days from first asked to commitment, of what was committed to afterwards; None: nothing was."""
    waits: int
    """How many units that is of."""
    longest: Fraction | None
    """Days that the oldest unit has waited which nobody has committed to; None: none waits."""


class BySegment(Struct, frozen=True):
    """What the accounts of one segment asked for."""

    segment: str
    accounts: int | None
    """Independent accounts of the customers file; None: they are not in it."""
    asked: int
    """How many of them asked for anything."""
    units: int
    shared: int
    """Units that two or more of them asked for."""
    effort: Fraction
    share: Fraction | None
    """Of all effort that any account asked for; None without any."""


def profile(customers: Customers, name: str, at: int, version: Version | None) -> Profile:
    """What an account was at a time, by a version of the strategy. After the end of its last row the file has
    nothing about it but the segment that it was in."""
    account = customers.find(name)
    if account is None:
        return Profile(name, False, None, None, None, None)
    standing = account.at(at)
    return Profile(
        name, True, account.segment(at) or None, standing.status if standing else None,
        customers.in_icp(name, at, version.strategy.icp if version else None),
        standing.arr if standing else None,
    )  # fmt: skip


def by_account(
    query: Query, found: Requests, profiles: Mapping[int, Profile], whole: Fraction
) -> Sequence[ByAccount]:
    """A line for each account of these requests, most effort first; `whole` is all effort asked for."""
    order = np.argsort(found.account, kind="stable")
    words, starts = np.unique(found.account[order], return_index=True)
    made = []
    for word, start, end in zip(words.tolist(), starts, [*starts[1:], len(order)], strict=False):
        places = order[start:end]
        state, since, committed = (c[places] for c in (found.state, found.since, found.committed))
        later = (committed != NEVER) & (committed >= since)
        waited = np.sort((committed - since)[later])
        waiting = since[state == STATES.index("waiting")]
        days = _effort(found, places)
        made.append(ByAccount(
            profiles[word], len(places),
            {name: int((state == n).sum()) for n, name in enumerate(STATES)},
            days, days / whole if whole else None,
            _median(waited), len(waited),
            Fraction(query.as_of - int(waiting.min()), DAY) if len(waiting) else None,
        ))  # fmt: skip
    return sorted(made, key=lambda a: (-a.effort, -a.units, a.profile.name))


def by_segment(
    found: Requests, profiles: Mapping[int, Profile], every: Collection[Profile], whole: Fraction
) -> Sequence[BySegment]:
    """A line for each segment of the customers file and for accounts without one, most effort first; `every`
    is all independent accounts of the file."""
    names = dict[str, str]()
    for one in every:
        names.setdefault(_kind(one), one.segment or NO_SEGMENT)
    in_file = [_kind(one) for one in every]
    words, place = distinct(found.account)
    kinds = [_kind(profiles[w]) for w in words.tolist()]
    of = np.array(kinds, dtype=object)[place] if kinds else np.zeros(0, dtype=object)
    made = []
    for kind in dict.fromkeys([*in_file, *kinds]):
        places = np.flatnonzero(of == kind)
        _, times = np.unique(found.unit[places], return_counts=True)
        days = _effort(found, places)
        made.append(BySegment(
            names.get(kind, NOT_IN_FILE), in_file.count(kind) if kind in names else None,
            kinds.count(kind), len(times), int((times > 1).sum()), days, days / whole if whole else None,
        ))  # fmt: skip
    return sorted(made, key=lambda s: (-s.effort, -s.units, s.segment))


def _kind(one: Profile) -> str:
    return normal(one.segment or "") if one.known else NOT_IN_FILE


def _median(ordered: Array) -> Fraction | None:
    """In days, exactly: the middle one, or half-way between the two in the middle."""
    n = len(ordered)
    return Fraction(int(ordered[(n - 1) // 2]) + int(ordered[n // 2]), 2 * DAY) if n else None


def _effort(found: Requests, places: Array) -> Fraction:
    return Fraction(int(found.amounts[places].sum()), found.whole)
