"""Requests as arrays: which account asked for which unit of demand, how far it has come, what it took."""

from math import lcm

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.reports.effort import ROOM, effort
from tracker_sync.reports.phases import phases
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states import FOREVER
from tracker_sync.states.columns import DECLINED, DOING, DONE, NEVER, NONE, Array
from tracker_sync.states.grounds import INHERITED

STATES = ("waiting", "committed", "in progress", "done", "declined")
"""How far a request has come; a `state` is a place in this."""
_WAITING, _COMMITTED, _IN_PROGRESS, _DONE, _DECLINED = range(5)
OUTSIDE = ("sales", "support", "customer")
"""Origins that somebody outside stands behind."""


class Items(Struct, frozen=True, eq=False):
    """Single items that an account asked for: a place each, by the place of the request they belong to."""

    request: Array
    row: Array
    since: Array
    """When the account first asked for it."""
    state: Array
    committed: Array
    """When it, or the first item below it, was committed to; or NEVER."""
    closed: Array
    """Since when it is done or declined; or NEVER."""

    def where(self, which: Array) -> "Items":
        """Some of them."""
        return Items(*(getattr(self, name)[which] for name in self.__struct_fields__))


class Requests(Struct, frozen=True, eq=False):
    """An account that asked for a unit of demand: a place each."""

    unit: Array
    """The row of the unit: the nearest epic at or above what was asked for, else the topmost item."""
    account: Array
    """The word for the independent account."""
    since: Array
    """When it first asked."""
    accounts: Array
    """How many independent accounts asked for the unit, in all."""
    first: Array
    """The row of what it asked for first."""
    state: Array
    committed: Array
    """The earliest of its items; or NEVER."""
    closed: Array
    """The latest of its items, where it is done or declined; or NEVER."""
    amounts: Array
    """Effort in the window, in whole numbers of `1 / whole` of a person-day."""
    worked: Array
    """Whether anything was active for it in the window."""
    whole: int
    items: Items

    def where(self, which: Array) -> "Requests":
        """Some of them (a truth for each place), with their items."""
        items = self.items.where(which[self.items.request])
        kept: dict[str, Array] = {name: getattr(self, name)[which] for name in _COLUMNS}
        place = np.cumsum(which) - 1
        return Requests(**kept, whole=self.whole, items=replace(items, request=place[items.request]))


_COLUMNS = (
    "unit", "account", "since", "accounts", "first", "state", "committed", "closed", "amounts", "worked"
)  # fmt: skip


def requests(org: Portfolio, query: Query) -> Requests:
    """All that was asked for before the end of the window, as it stood at `as_of`: what a project or source
    leaves in. Definitions: docs/decisions.md, "Demand"."""
    unit, mine = units_of(org), _wishes(org, query)
    pairs, request = np.unique(unit[mine.rows] << 32 | mine.account, return_inverse=True)
    items = _items(org, query, mine, request, unit)
    amounts, worked, whole = _attributed(org, query, mine, request, len(pairs))
    stands = _standing(items, unit)
    state, committed, closed = _together(stands, len(pairs))
    units = pairs >> 32
    since = np.full(len(pairs), FOREVER)
    np.minimum.at(since, items.request, items.since)
    found = Requests(
        units, pairs & 0xFFFFFFFF, since, np.bincount(units, minlength=len(org.now))[units],
        _first(org, items), state, committed, closed, amounts, worked, whole, stands,
    )  # fmt: skip
    return found.where(org.within(query)[units] | worked)


def askers(org: Portfolio, query: Query) -> tuple[Array, Array]:
    """(unit, account) of all that was asked for before the end of the window, of every part."""
    mine = _wishes(org, query)
    pairs = np.unique(units_of(org)[mine.rows] << 32 | mine.account)
    return pairs >> 32, pairs & 0xFFFFFFFF


def _wishes(org: Portfolio, query: Query) -> "_Asked":
    """Whom items name themselves, as far as that was said before the end of the window."""
    own = (org.now["customer_by"] > 0) & (org.now["customer_by"] < INHERITED)
    asked = _before(org, min(query.until, query.as_of + 1))
    return asked.where(own[asked.rows])


def _asked_for(org: Portfolio, mine: "_Asked") -> Array:
    """For each row, the nearest at or above it that any account asked for; NONE: nobody did."""
    found = np.zeros(len(org.now), dtype=bool)
    found[mine.rows] = True
    return org.nearest(found)


def units_of(org: Portfolio) -> Array:
    """The unit of demand that each row belongs to."""
    epic = org.nearest(org.epic)
    return np.where(epic == NONE, org.roots, epic)


def by_name(org: Portfolio, query: Query) -> Array:
    """0 for each row that an account had asked for before the end of the window, or for what is above it;
    1 where nobody is named who may be behind it, 2 where it came from inside."""
    named, inside = _asked_for(org, _wishes(org, query)) != NONE, org.now["origin_by"] != 0
    inside &= ~np.isin(org.now["origin"], [org.words.find(origin) for origin in OUTSIDE])
    return np.select([named, inside], [0, 2], 1)


def in_window(found: Requests, query: Query) -> Array:
    """Which requests stood in the window: made in it, or at its start neither done nor declined, or worked on
    in it."""
    open_ = found.state < _DONE
    kept: Array = (found.since >= query.since) | open_ | (found.closed >= query.since) | found.worked
    return kept


def nameless(org: Portfolio, query: Query) -> Array:
    """Units for which no account is named, though somebody outside stands behind an item of theirs: what was
    opened before the end of the window, and not done or declined before its start."""
    outside = [org.words.find(origin) for origin in OUTSIDE]
    now = phases(org, query.as_of)
    phase, since = now.phase, now.since
    closed = ((phase == DONE) | (phase == DECLINED)) & (since < query.since)
    items = org.columns.items
    opened = np.zeros(len(org.now), dtype=np.int64)
    rows = org.rows_of(items["item"])
    opened[rows[rows >= 0]] = items["opened"][rows >= 0]
    open_ = ~closed & (opened < query.until) | org.active(query)
    silent = (org.now["customer_by"] == 0) & np.isin(org.now["origin"], outside)
    units = units_of(org)
    return np.setdiff1d(units[silent & open_ & org.within(query)], units[_wishes(org, query).rows])


class _Asked(Struct, frozen=True, eq=False):
    """(row, account, first asked), each row and account once."""

    rows: Array
    account: Array
    since: Array

    def where(self, which: Array) -> "_Asked":
        return _Asked(self.rows[which], self.account[which], self.since[which])


def _before(org: Portfolio, end: int) -> _Asked:
    """Who had asked for what, for itself or through what is above it, before a time."""
    asked = org.asked
    kept = np.flatnonzero(asked.since < end)
    pairs = asked.rows[kept].astype(np.int64) << 32 | asked.account[kept]
    order = np.lexsort((asked.since[kept], pairs))
    kept = kept[order[np.diff(pairs[order], prepend=-1) != 0]]
    return _Asked(asked.rows[kept].astype(np.int64), asked.account[kept].astype(np.int64), asked.since[kept])


def _items(org: Portfolio, query: Query, asked: _Asked, request: Array, unit: Array) -> Items:
    """What each request asks for, item by item, with how far each has come."""
    now = phases(org, query.as_of)
    phase, since = now.phase, now.since
    begun, committed = _below(org, asked.rows, (phase == DOING) | (phase == DONE))
    state = np.select(
        [begun[asked.rows], committed[asked.rows] != FOREVER], [_IN_PROGRESS, _COMMITTED], _WAITING
    )
    closed = np.full(len(state), NEVER)
    over = unit[asked.rows]
    ends = (
        # What was not begun goes with its unit.
        (over, (phase[over] == DECLINED) & (state < _IN_PROGRESS), _DECLINED),
        (asked.rows, phase[asked.rows] == DECLINED, _DECLINED),
        (asked.rows, phase[asked.rows] == DONE, _DONE),
    )  # fmt: skip
    for rows, which, end in ends:
        state[which], closed[which] = end, since[rows[which]]
    first = committed[asked.rows]
    return Items(request, asked.rows, asked.since, state, np.where(first == FOREVER, NEVER, first), closed)


def _below(org: Portfolio, rows: Array, active: Array) -> tuple[Array, Array]:
    """(whether anything at or below a row is active, when the first of these was committed to or FOREVER),
    for these rows."""
    wanted = np.zeros(len(org.now), dtype=bool)
    wanted[rows] = True
    below, above = org.lineage
    kept = wanted[above]
    below, above = below[kept], above[kept]
    begun = np.zeros(len(org.now), dtype=bool)
    begun[above[active[below]]] = True
    at = org.now["committed"][below]
    committed = np.full(len(org.now), FOREVER)
    np.minimum.at(committed, above[at != NEVER], at[at != NEVER])
    return begun, committed


def _standing(items: Items, unit: Array) -> Items:
    """The items that decide about their request: the unit itself, where the account asked for it."""
    whole = items.row == unit[items.row]
    has_whole = np.zeros(int(items.request.max(initial=-1)) + 1, dtype=bool)
    has_whole[items.request[whole]] = True
    found = items.where(whole | ~has_whole[items.request])
    return found.where(np.lexsort((found.row, found.request)))


def _first(org: Portfolio, items: Items) -> Array:
    """The row of what each request asked for first; of several at once one that says where it came from, and
    of these the first in order of the rows."""
    silent = org.now["origin"][items.row] == 0
    order = np.lexsort((items.row, silent, items.since, items.request))
    _, place = np.unique(items.request[order], return_index=True)
    found: Array = items.row[order][place]
    return found


def _together(items: Items, size: int) -> tuple[Array, Array, Array]:
    """(state, committed, closed) of each request, by its items."""
    has = np.zeros((len(STATES), size), dtype=bool)
    has[items.state, items.request] = True
    open_ = has[_WAITING] | has[_COMMITTED] | has[_IN_PROGRESS]
    state = np.select(
        [has[_IN_PROGRESS] | (open_ & has[_DONE]), has[_COMMITTED], has[_WAITING], has[_DONE]],
        [_IN_PROGRESS, _COMMITTED, _WAITING, _DONE], _DECLINED,
    )  # fmt: skip
    committed, closed = np.full(size, FOREVER), np.full(size, NEVER)
    some = items.committed != NEVER
    np.minimum.at(committed, items.request[some], items.committed[some])
    np.maximum.at(closed, items.request, items.closed)
    closed[state < _DONE] = NEVER
    return state, np.where(committed == FOREVER, NEVER, committed), closed


def _attributed(
    org: Portfolio, query: Query, mine: _Asked, request: Array, size: int
) -> tuple[Array, Array, int]:
    """(effort of each request, whether anything was active for it, what the effort is in whole numbers of).

    A leaf's effort is split equally over the accounts of the nearest item at or above it that any account
    asked for by then (`mine`, in order of rows); `request` has the request of each of these.
    """
    days = effort(org, query)
    near = _asked_for(org, mine)
    leaves = np.flatnonzero(org.active(query) & (near != NONE))
    lo, hi = (np.searchsorted(mine.rows, near[leaves], side) for side in ("left", "right"))
    among = hi - lo
    share = lcm(*np.unique(among).tolist())
    leaf, split = np.repeat(leaves, among), np.repeat(among, among)
    place = request[np.arange(len(leaf)) + np.repeat(hi - np.cumsum(among), among)]
    worked = np.zeros(size, dtype=bool)
    worked[place] = True
    kind: type = np.int64
    if int(days.amounts.sum()) * share >= ROOM:
        kind = object
    amounts: Array = np.zeros(size, dtype=kind)
    parts: Array = days.amounts[leaf].astype(kind) * (share // split).astype(kind)
    np.add.at(amounts, place, parts)
    return amounts, worked, days.unit * share
