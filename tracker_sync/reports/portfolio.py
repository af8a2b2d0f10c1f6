"""What reports are computed from: all items as they were at one time, as columns."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from tracker_sync.events import Dismissed
from tracker_sync.inputs import Detectors, Sides
from tracker_sync.reports.kept import Kept
from tracker_sync.reports.many import Many as Many
from tracker_sync.reports.org import Org
from tracker_sync.reports.query import Query
from tracker_sync.reports.staff import Staff
from tracker_sync.states.aside import Aside
from tracker_sync.states.columns import (
    DOING,
    DONE,
    NONE,
    VERDICTS,
    Array,
    Columns,
    Deferred,
    Table,
    Words,
    distinct,
    natural_order,
    sources_of,
)
from tracker_sync.strategies import Version
from tracker_sync.tagging import Judgement

if TYPE_CHECKING:
    from tracker_sync.reports.effort import Effort

Titles = Callable[[Sequence[tuple[int, int]]], Mapping[tuple[int, int], str]]
"""The titles of states, each named by its item and its `lo`."""


class Asked(NamedTuple):
    """Requests: whose item, the word for the independent account, and when it asked."""

    rows: Array
    account: Array
    since: Array


class Portfolio(Struct, frozen=True, eq=False, dict=True):
    """The items of an organisation as they were at one instant, in natural order of their refs.

    A *row* is the place of an item in this order; arrays have a value for each row.
    """

    columns: Columns
    """With no other states than those that held at the instant."""
    words: Words
    judged: Judgement
    titles: Titles
    last_ts: int
    """The last thing a tracker said that we know of."""
    aside: Aside
    """What the log knows beside its items."""
    sides: Sides
    """What people keep beside their tracker: problems, adoption, a survey."""
    detectors: Detectors
    """The rules on patterns."""
    dismissals: Mapping[str, Sequence[Dismissed]]
    """What people said of warnings, by the names of these."""
    kept: Kept
    """What was worked out before."""
    staff: Staff
    """Who of its words stands for whom."""
    look: Callable[[Sequence[str]], Org]
    """Some items by their refs, with their events and all tags, and those above and below them."""
    at: Callable[[int], "Portfolio"]
    """The same organisation as its trackers showed it at an earlier instant."""

    efforts: dict[tuple[int, int, int], "Effort"] = field(default_factory=dict)
    """By window, as far as they were asked for."""
    _active: dict[tuple[object, ...], Array] = field(default_factory=dict)

    @cached_property
    def _chosen(self) -> tuple[Table, Array]:
        """(the states in order, the word for the source of each)."""
        found, sources = self.columns.states, sources_of(self.columns)
        order = natural_order(self.words, sources, found)
        return (found, sources) if order is None else (found.where(order), sources[order])

    def forget(self) -> None:
        """Let go of all that was worked out but what its items are called; who asks again has it worked out
        again. Shares hold on to the organisation that they are of, and a series has many."""
        for name in self.__dict__.keys() - {"_chosen"}:
            del self.__dict__[name]
        self.efforts.clear()
        self._active.clear()
        for own in self.columns.tables:
            if isinstance(own.columns, Deferred):
                own.columns.forget()

    @property
    def now(self) -> Table:
        """The states that held at the instant, a row each."""
        return self._chosen[0]

    @property
    def sources(self) -> Array:
        """The word for each row's source."""
        return self._chosen[1]

    @cached_property
    def first(self) -> int:
        """When the first of them was opened; 0 where there are none."""
        items = self.columns.items
        opened = items["opened"][self.rows_of(items["item"]) != NONE]
        return int(opened.min()) if len(opened) else 0

    @cached_property
    def _rows(self) -> Array:
        """The row of each item, by its number; the last place is for those that nobody has."""
        items = self.columns.items["item"]
        found = np.full(int(items.max(initial=0)) + 2, NONE)
        found[self.now["item"]] = np.arange(len(self.now))
        return found

    def rows_of(self, items: Array) -> Array:
        """The row of each of these items; NONE for those that were not there."""
        found: Array = self._rows[items]  # NONE is the last place
        return found

    def are_of(self, items: Array, rows: Array) -> Array:
        """Which of these items are those of some rows."""
        theirs = np.zeros(len(self._rows), dtype=bool)
        theirs[self.now["item"][rows]] = True
        found: Array = theirs[items]
        return found

    @cached_property
    def parents(self) -> Array:
        """The row of each row's parent, or NONE."""
        return self.rows_of(self.now["parent"])

    @cached_property
    def leaf(self) -> Array:
        """Which rows have no children."""
        found = np.ones(len(self.now), dtype=bool)
        found[self.parents[self.parents != NONE]] = False
        return found

    @cached_property
    def leaf_stints(self) -> tuple[Array, Table]:
        """(row, stint) of all that anybody had in progress and that has no children."""
        stints = self.columns.stints
        rows = self.rows_of(stints["item"])
        kept = np.flatnonzero(rows != NONE)
        kept = kept[self.leaf[rows[kept]]]
        return rows[kept], stints.where(kept)

    @cached_property
    def epic(self) -> Array:
        """Which rows are epics."""
        found: Array = (self.now["epic"] == 1) | ((self.now["epic"] == 2) & ~self.leaf)
        return found

    @cached_property
    def lineage(self) -> tuple[Array, Array]:
        """(row, the row itself or one above it), of all rows and all that are above them. A circle is cut
        where it closes."""
        rows = np.arange(len(self.now))
        rounds = self._in_circles()
        below, above = [rows], [rows]
        at, on = rows[~rounds], rows[~rounds]
        while len(at):
            on = self.parents[on]
            at, on = at[on != NONE], on[on != NONE]
            below.append(at)
            above.append(on)
        for row in rows[rounds].tolist():
            found = [row]
            while (up := int(self.parents[found[-1]])) != NONE and up not in found:
                found.append(up)
            below.append(np.full(len(found) - 1, row))
            above.append(np.array(found[1:], dtype=rows.dtype))
        return np.concatenate(below), np.concatenate(above)

    def nearest(self, wanted: Array) -> Array:
        """For each row, the nearest at or above it for which `wanted`, an array by row, is true; or NONE."""
        below, above = self.lineage
        kept = wanted[above]
        found = np.full(len(self.now), NONE, dtype=np.int64)
        found[below[kept][::-1]] = above[kept][::-1]  # of each row, the last one written is the nearest
        return found

    def _in_circles(self) -> Array:
        """Which rows never come to a top: after doubling the steps often enough they still climb."""
        up = self.parents.copy()
        for _ in range(len(up).bit_length()):
            climbing = up != NONE
            if not climbing.any():
                break
            up[climbing] = up[up[climbing]]
        found: Array = up != NONE
        return found

    @cached_property
    def roots(self) -> Array:
        """The topmost row above each row, or itself."""
        below, above = self.lineage
        found = np.empty(len(self.now), dtype=above.dtype)
        found[below] = above  # of each row the last one is the topmost
        return found

    @cached_property
    def asked(self) -> Asked:
        """Who had asked for what, in order of the rows."""
        asks = self.columns.asks
        rows = self.rows_of(asks["item"])
        order = np.argsort(rows, kind="stable")
        return Asked(rows[order], asks["account"][order], asks["since"][order])

    def within(self, query: Query) -> Array:
        """Which rows the query's source, project and team leave in. A team has the leaves that it had in
        progress last, and what is above them."""
        found = np.ones(len(self.now), dtype=bool)
        if query.source is not None:
            found &= self.sources == self.words.find(query.source)
        if query.project is not None:
            found &= self._of_project(query.project.casefold())
        if query.team is not None:
            found &= self._of_team(query, query.team)
        return found

    def _of_team(self, query: Query, team: str) -> Array:
        from tracker_sync.reports.teams import teams

        names, place = teams(self, replace(query, team=None))
        own = place == (names.index(team) if team in names else NONE)
        below, above = self.lineage
        found = np.zeros(len(self.now), dtype=bool)
        found[above[own[below]]] = True
        return found

    def _of_project(self, project: str) -> Array:
        """By Jira key prefix or name, or by repository."""
        vals = self.words.vals

        def named(head: int) -> bool:
            key = vals[head]
            return (key.rpartition("#")[0] or key.rpartition("-")[0]).casefold() == project

        heads, place = distinct(self.now["head"])
        by_key = np.array([named(h) for h in heads.tolist()], dtype=bool)[place]
        names, place = distinct(self.now["project"])
        by_name = np.array([vals[n].casefold() == project for n in names.tolist()], dtype=bool)[place]
        found: Array = by_key | by_name
        return found

    def active(self, query: Query) -> Array:
        """Which leaves were active in the window: in progress at any instant of it, or done in it."""
        asked = (query.since, query.until, query.as_of, query.source, query.project, query.team)
        if asked not in self._active:
            self._active[asked] = self._find_active(query)
        return self._active[asked]

    def _find_active(self, query: Query) -> Array:
        found: Array = self.leaf & self.moving(query)
        return found

    def moving(self, query: Query) -> Array:
        """Which rows, leaves or not, were themselves in progress at any instant of the window, or done in
        it."""
        spans = self.columns.actives
        until = min(query.until, query.as_of + 1)
        doing = (spans["phase"] == DOING) & (spans["hi"] > query.since)
        done = (spans["phase"] == DONE) & (spans["lo"] >= query.since)
        found: Array = self._of(spans["item"][(spans["lo"] < until) & (doing | done)])
        return found & self.within(query)

    def in_phase(self, phase: int, at: int) -> Array:
        """Which rows were in progress, done or declined (a place in `PHASES`) at a moment."""
        spans = self.columns.actives
        return self._of(spans["item"][(spans["phase"] == phase) & (spans["lo"] <= at) & (spans["hi"] > at)])

    def _of(self, items: Array) -> Array:
        """Which rows are of one of these items."""
        rows = self.rows_of(items)
        found = np.zeros(len(self.now), dtype=bool)
        found[rows[rows != NONE]] = True
        return found

    def intents_of(self, word: int) -> list[str]:
        """The intents that a word of the column `intents` stands for."""
        return json.loads(self.words.vals[word]) if word else []

    def intent(self, row: int) -> str | None:
        """The intent of a row, where it names exactly one."""
        named = self.intents_of(int(self.now["intents"][row]))
        return named[0] if len(named) == 1 else None

    def strategy_at_end(self, query: Query) -> Version | None:
        """The version that the end of the window is held against."""
        return self.judged.strategies.as_of(query.last, self.last_ts)

    def ref(self, row: int) -> str:
        """What people call the item of a row: `acme:PAY-12`."""
        head, number = self.words.vals[self.now["head"][row]], int(self.now["number"][row])
        return f"{self.words.vals[self.sources[row]]}:{head}{'' if number == NONE else number}"

    def verdict(self, row: int) -> str:
        """The class of a row's work."""
        return VERDICTS[int(self.now["verdict"][row])]

    def accounts(self, rows: Array) -> dict[int, list[str]]:
        """The independent accounts that asked for each of these rows, where any did."""
        wanted = np.isin(self.asked.rows, rows)
        found: dict[int, set[str]] = {}
        pairs = zip(self.asked.rows[wanted].tolist(), self.asked.account[wanted].tolist(), strict=True)
        for row, account in pairs:
            found.setdefault(row, set()).add(self.words.vals[account])
        return {row: sorted(names) for row, names in found.items()}

    def titled(self, rows: Array) -> list[str]:
        """The titles of rows."""
        wanted = [*zip(self.now["item"][rows].tolist(), self.now["lo"][rows].tolist(), strict=True)]
        titles = self.titles(wanted)
        return [titles[w] for w in wanted]


def refs(org: Portfolio, rows: Array) -> Many[str]:
    """The refs of rows."""
    return Many(rows, lambda some: [org.ref(r) for r in some.tolist()])
