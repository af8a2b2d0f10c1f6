"""The said-no report: what was decided against, what was declined, and what was started all the same."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.reports.came_back import CameBack, came_back
from tracker_sync.reports.effort import Effort, effort
from tracker_sync.reports.exclusions import Change, Exclusions, Standing, exclusions
from tracker_sync.reports.phases import WAITING, Phases, phases
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.scoped import opened_at
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.states import FOREVER
from tracker_sync.states.columns import DECLINED, NEVER, Array, distinct


class Rule(Struct, frozen=True):
    """One opportunity that was decided against, over all versions of the strategy."""

    id: str
    why: str
    since: int | None
    """When it first stood; None: it never did, or only in a version that the log was not told yet."""
    until: int | None
    """When it stood last; None: no end is stated."""
    stands: bool
    versions: tuple[int | None, ...]
    amendments: tuple[Change, ...]
    declined: Many[str]
    waiting: Many[str]
    """Named by it, and neither begun nor declined."""
    breaches: Many[str]
    effort: Fraction
    """Person-days in the window of what was started against it."""


class Declined(Struct, frozen=True):
    """A request that was declined in the window, and is so still."""

    ref: str
    title: str
    at: int
    reason: str
    """The tracker's resolution."""
    rules: tuple[str, ...]
    """What it names that stood then; none: nothing in the strategy excluded it."""
    accounts: tuple[str, ...]
    begun: bool
    """Work on it had begun before."""
    effort: Fraction


class Breach(Struct, frozen=True):
    """Work of the window that was started while the strategy stood against what it names."""

    ref: str
    title: str
    started: int
    rules: tuple[str, ...]
    accounts: tuple[str, ...]
    origin: str | None
    effort: Fraction
    """Person-days in the window, of everything below it."""
    below: int
    """Items under it that name such a thing themselves and were started; these are not listed again."""
    phase: str
    backdated: bool
    """The version that stood was recorded in this log only after the start."""


class Waiting(Struct, frozen=True):
    """A request that names what the strategy stands against, and that nobody has answered."""

    ref: str
    title: str
    opened: int
    rules: tuple[str, ...]
    accounts: tuple[str, ...]


class Reason(Struct, frozen=True):
    """Why requests were declined, by the tracker's resolution."""

    reason: str
    items: int
    ruled: int
    """Those of them that a decision then in force names."""
    begun: int
    """Those of them on which work had begun."""
    accounts: int
    """Different accounts that had asked for them."""
    effort: Fraction


class SaidNo(Struct, frozen=True):
    """The whole report."""

    query: Query
    rules: tuple[Rule, ...]
    """Those with breaches first, the largest effort first; then by their ids."""
    has_strategy: bool
    """Whether any version of a strategy was known at the instant."""
    declined: Many[Declined]
    """The newest first."""
    ruled: Many[str]
    """Those of them that a decision then in force names."""
    reasons: tuple[Reason, ...]
    breaches: Many[Breach]
    """The largest effort first."""
    waiting: Many[Waiting]
    """The oldest first."""
    came_back: Many[CameBack]
    """Declined once, and reopened in the window; the newest first."""
    share: Share
    """Of the effort of the window, what was started against a decision."""
    effort: Fraction
    """The person-days of that; work under two of them counts once."""
    early: Many[str]
    """Started before any version of the strategy was in force: nothing can be said of them."""
    started: int
    """Items that were started in the window, or worked on in it."""


def said_no(org: Portfolio, query: Query) -> SaidNo:
    """The report for a question. Definitions: docs/decisions.md, 2026-11-30, and docs/reports.md."""
    known, at, shown = exclusions(org, query), phases(org, query.as_of), org.within(query)
    days = _asked_about(org, query)
    begun = np.flatnonzero(shown & _worked(org, query, at))
    no = np.flatnonzero(shown & (at.phase == DECLINED) & _inside(at.since, query))
    idle = np.flatnonzero(shown & (at.phase == WAITING) & (at.started == NEVER))
    first = known.versions[0].since if known.versions else FOREVER
    against = _Named(begun, known.named(org, begun, at.started[begun]))
    ruled = _Named(no, known.named(org, no, at.since[no]))
    open_ = _Named(idle, known.named_now(org, idle, query.as_of))
    below = _Below(org, days, np.union1d(no, against.any))
    tops = against.any[~below.under(against.any)]
    made = _Rows(org, query, known, at, below, days)
    newest, oldest = at.since, -opened_at(org)
    return SaidNo(
        query=query,
        rules=_rules(org, known, against, ruled, open_, tops, below, days),
        has_strategy=bool(known.versions),
        declined=Many(no, lambda some: made.declined(some, ruled), newest),
        ruled=refs(org, ruled.any),
        reasons=_reasons(org, no, ruled, at, below, days),
        breaches=Many(tops, lambda some: made.breaches(some, against), below.amounts),
        waiting=Many(open_.any, lambda some: made.waiting(some, open_), oldest),
        came_back=came_back(org, query, known, at),
        share=_share(org, query, days, below.leaves(tops)),
        effort=Fraction(int(days.amounts[below.leaves(tops)].sum()), days.unit),
        early=refs(org, begun[at.started[begun] < first]),
        started=len(begun),
    )


def _asked_about(org: Portfolio, query: Query) -> Effort:
    """The effort of the window, of the work alone that a source, project or team leaves in: the work that the
    share is of."""
    days = effort(org, query)
    return replace(days, amounts=np.where(org.active(query), days.amounts, 0))


def _inside(times: Array, query: Query) -> Array:
    found: Array = (times >= query.since) & (times < min(query.until, query.as_of + 1)) & (times != NEVER)
    return found


def _worked(org: Portfolio, query: Query, at: Phases) -> Array:
    """Which rows were started in the window, or before it, and they or any under them were in progress in it
    or done."""
    below, above = org.lineage
    found = np.zeros(len(org.now), dtype=bool)
    found[above[org.moving(query)[below]]] = True
    found &= (at.started != NEVER) & (at.started < query.until)
    return found


class _Named:
    """Rows, and which of them name what by the strategy then in force."""

    def __init__(self, rows: Array, by: Mapping[str, Array]) -> None:
        self.rows, self.by = rows, by

    @property
    def any(self) -> Array:
        """Those that name anything."""
        every = np.zeros(len(self.rows), dtype=bool)
        for mask in self.by.values():
            every |= mask
        return self.rows[every]

    def of(self, id_: str) -> Array:
        """Those that name this."""
        return self.rows[self.by[id_]]

    def ids(self, row: int) -> tuple[str, ...]:
        """What a row names."""
        place = int(np.searchsorted(self.rows, row))
        return tuple(id_ for id_, mask in self.by.items() if mask[place])


class _Below:
    """The leaves under some rows, and what they weigh together."""

    def __init__(self, org: Portfolio, days: Effort, tops: Array) -> None:
        wanted = np.zeros(len(org.now), dtype=bool)
        wanted[tops] = True
        below, above = org.lineage
        kept = wanted[above]
        self._below, self._above, self._leaf = below[kept], above[kept], org.leaf
        self.amounts = np.zeros(len(org.now), dtype=days.amounts.dtype)
        np.add.at(self.amounts, self._above, days.amounts[self._below])

    def under(self, rows: Array) -> Array:
        """Which of these rows are below another of them."""
        among = np.isin(self._below, rows) & np.isin(self._above, rows) & (self._below != self._above)
        return np.isin(rows, self._below[among])

    def counts(self, tops: Array, among: Array) -> dict[int, int]:
        """How many of `among` are below each of these rows."""
        found = np.isin(self._above, tops) & np.isin(self._below, among) & (self._below != self._above)
        counts = np.bincount(self._above[found], minlength=int(tops.max(initial=0)) + 1)
        return {top: int(counts[top]) for top in tops.tolist()}

    def leaves(self, tops: Array) -> Array:
        """All leaves under these rows, each once."""
        found: Array = np.unique(self._below[np.isin(self._above, tops)])
        return found[self._leaf[found]]


class _Rows(Struct, frozen=True, eq=False):
    """Makes what the report lists."""

    org: Portfolio
    query: Query
    known: Exclusions
    at: Phases
    below: _Below
    days: Effort

    def _effort(self, row: int) -> Fraction:
        return Fraction(int(self.below.amounts[row]), self.days.unit)

    def declined(self, rows: Array, ruled: _Named) -> list[Declined]:
        """The requests that were declined."""
        asked, vals = self.org.accounts(rows), self.org.words.vals
        return [
            Declined(
                self.org.ref(r), title, int(self.at.since[r]), vals[int(self.at.reason[r])], ruled.ids(r),
                tuple(asked.get(r, ())), int(self.at.started[r]) != NEVER, self._effort(r),
            )
            for r, title in zip(rows.tolist(), self.org.titled(rows), strict=True)
        ]  # fmt: skip

    def breaches(self, rows: Array, against: _Named) -> list[Breach]:
        """What was started against a decision."""
        asked, vals = self.org.accounts(rows), self.org.words.vals
        counts = self.below.counts(rows, against.any)
        return [
            Breach(
                self.org.ref(r), title, int(self.at.started[r]), against.ids(r), tuple(asked.get(r, ())),
                vals[self.org.now["origin"][r]] or None, self._effort(r), counts[r], self.at.called(r),
                self._backdated(int(self.at.started[r])),
            )
            for r, title in zip(rows.tolist(), self.org.titled(rows), strict=True)
        ]  # fmt: skip

    def _backdated(self, started: int) -> bool:
        version = self.org.judged.strategies.at(started)
        return version is not None and (version.recorded_at is None or version.recorded_at > started)

    def waiting(self, rows: Array, open_: _Named) -> list[Waiting]:
        """The requests that nobody has answered."""
        asked, opened = self.org.accounts(rows), opened_at(self.org)
        return [
            Waiting(self.org.ref(r), title, int(opened[r]), open_.ids(r), tuple(asked.get(r, ())))
            for r, title in zip(rows.tolist(), self.org.titled(rows), strict=True)
        ]


def _rules(
    org: Portfolio, known: Exclusions, against: _Named, ruled: _Named, open_: _Named, tops: Array,
    below: _Below, days: Effort,
) -> tuple[Rule, ...]:  # fmt: skip
    found = []
    for standing in known.standing:
        breaches = np.intersect1d(against.of(standing.id), tops)
        amount = Fraction(int(days.amounts[below.leaves(breaches)].sum()), days.unit)
        since, until = _held(standing)
        found.append(Rule(
            standing.id, standing.why, since, until, standing.stands, standing.versions, standing.amendments,
            refs(org, ruled.of(standing.id)), refs(org, open_.of(standing.id)), refs(org, breaches), amount,
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda r: (-r.effort, -len(r.breaches), r.id)))


def _held(standing: Standing) -> tuple[int | None, int | None]:
    if not standing.spans or set(standing.versions) == {None}:
        return None, None
    return standing.spans[0][0], None if standing.spans[-1][1] == FOREVER else standing.spans[-1][1]


def _reasons(
    org: Portfolio, no: Array, ruled: _Named, at: Phases, below: _Below, days: Effort
) -> tuple[Reason, ...]:
    """By resolution, the one of most items first."""
    found = []
    for code in distinct(at.reason[no])[0].tolist():
        rows = no[at.reason[no] == code]
        accounts = org.asked.account[np.isin(org.asked.rows, rows)]
        found.append(Reason(
            org.words.vals[code], len(rows), int(np.isin(rows, ruled.any).sum()),
            int((at.started[rows] != NEVER).sum()), len(np.unique(accounts)),
            Fraction(int(days.amounts[below.leaves(rows)].sum()), days.unit),
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda r: (-r.items, r.reason)))


def _share(org: Portfolio, query: Query, days: Effort, leaves: Array) -> Share:
    rows = np.flatnonzero(org.active(query))
    group = np.isin(rows, leaves).astype(np.intp)
    which: Sequence[bool] = (False, True)
    return Grouped(org, "effort", rows, days.amounts[rows], days.unit, group, 2).share(which, which)
