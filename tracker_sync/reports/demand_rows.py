"""Single requests, looked up: what the account was when it asked, in what role, what became of it and why."""

import json
from collections.abc import Callable
from fractions import Fraction
from functools import cache

import numpy as np
from msgspec import Struct

from tracker_sync.reports.org import Org
from tracker_sync.reports.portfolio import Many, Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.reach import Profile, profile
from tracker_sync.reports.requests import STATES, Items, Requests
from tracker_sync.states.columns import NEVER, Array
from tracker_sync.strategy import Excluded


class Row(Struct, frozen=True):
    """A unit of demand and one account that asked for it."""

    ref: str
    title: str
    account: str
    then: Profile
    """What the account was when it first asked."""
    source: str | None
    """Where the demand came from: the origin of what was asked for first."""
    first_asked: int
    accounts: int
    """How many independent accounts asked for it, in all."""
    icp_accounts: int
    """How many of them are now among those that the product is for."""
    state: str
    """One of `STATES`."""
    committed: int | None
    closed: int | None
    """Since when it is done or declined."""
    against: Excluded | None
    """What it names that the strategy had decided against: when it was declined, or else now."""
    effort: Fraction
    """Person-days in the window, split equally where several accounts asked."""
    items: tuple[str, ...]
    """What the account asked for: the unit itself, or else items under it."""
    closed_last: str
    """The one of these that closed last, where all are."""
    look: Callable[[], Org]
    """The items of this row and others, with their events and all tags: reading them takes time, so only who
    asks for one of the following has them read."""

    @property
    def roles(self) -> tuple[str, ...]:
        """In what roles people asked."""
        found = self.look()
        return tuple(sorted({t.value for ref in self.items for t in found.tags[ref].requester}))

    @property
    def resolution(self) -> str | None:
        """Why it was declined, in the tracker's words."""
        return resolution(self.look(), self.closed_last) if self.state == "declined" else None


def listed(org: Portfolio, mine: Requests, icp: Array, query: Query, *, by_time: bool) -> Many[Row]:
    """The rows, by how many accounts asked and by effort of the unit, or by when it was asked for; `icp` has
    for each unit how many of the accounts are in the ICP."""
    days = np.zeros(len(org.now))
    np.add.at(days, mine.unit, mine.amounts.astype(float))
    by_reach = (mine.since, mine.unit, -days[mine.unit], -mine.accounts)
    order = np.lexsort((mine.unit, mine.since) if by_time else by_reach)
    places = np.arange(len(mine.unit))
    starts, ends = (np.searchsorted(mine.items.request, places, side) for side in ("left", "right"))

    def make(some: Array) -> list[Row]:
        items = [mine.items.where(np.arange(starts[p], ends[p])) for p in some]
        refs = [org.ref(r) for own in items for r in own.row.tolist()]
        look = cache(lambda: org.look(refs))
        titles = org.titled(mine.unit[some])
        return [
            _row(org, mine, p, own, title, int(icp[mine.unit[p]]), look, query)
            for p, own, title in zip(some.tolist(), items, titles, strict=True)
        ]

    return Many(order, make)


def _row(
    org: Portfolio, mine: Requests, place: int, own: Items, title: str, icp: int, look: Callable[[], Org],
    query: Query,
) -> Row:  # fmt: skip
    unit, since, name = int(mine.unit[place]), int(mine.since[place]), org.words.vals[mine.account[place]]
    first, last = int(mine.first[place]), int(own.row[np.argmax(own.closed)])
    refs = tuple(org.ref(r) for r in own.row.tolist())
    closed, state = moment(mine.closed[place]), STATES[mine.state[place]]
    declined = closed if state == "declined" else None
    return Row(
        org.ref(unit), title, name,
        profile(org.judged.customers, name, since, org.judged.strategies.at(since)),
        org.words.vals[org.now["origin"][first]] or None, since, int(mine.accounts[place]), icp,
        state, moment(mine.committed[place]), closed,
        against(org, (last, unit), query.as_of if declined is None else declined),
        Fraction(int(mine.amounts[place]), mine.whole), refs, org.ref(last), look,
    )  # fmt: skip


def moment(at: int) -> int | None:
    """A time, or None where there is none."""
    return None if at == NEVER else int(at)


def resolution(looked: Org, ref: str) -> str | None:
    """Why an item was closed, in the tracker's words."""
    return looked.world.items[ref].one("resolution") or None


def against(org: Portfolio, rows: tuple[int, ...], at: int) -> Excluded | None:
    """What the first of these rows that names any names of what the strategy then had decided against."""
    version = org.judged.strategies.at(at)
    if version is None:
        return None
    mark = f"{org.judged.strategies.versions.index(version)}/"
    for row in rows:
        named = json.loads(org.words.vals[org.now["excluded"][row]] or "[]")
        for excluded in version.strategy.not_doing:
            if mark + excluded.id in named and version.stands(excluded, at):
                return excluded
    return None
