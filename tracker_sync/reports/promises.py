"""The promises report: what was promised to whom, whether it was scoped by then, and when it came."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
from msgspec import Struct

from tracker_sync.days import DAY, Days
from tracker_sync.reports.phases import Phases, phases
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.scoped import Dates, Jumps, Scoped, dates, jumps, scoped
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.states.columns import DECLINED, DOING, DONE, NEVER, NONE, Array

OUTCOMES = ("overdue", "open", "late", "declined", "done", "kept")
"""What became of a promise, in the order in which the report lists them: open after its first date; open;
done after its first date; declined; done without a date; done by its first date."""
OVERDUE, OPEN, LATE, GIVEN_UP, UNDATED, KEPT = range(len(OUTCOMES))
PROMISE, DATE = KINDS = ("promise", "due date")
"""What speaks of a promise: somebody said so; or nothing but a due date does."""


class Row(Struct, frozen=True):
    """One promised item. Days are whole days of the calendar, but for `latency` and `age`, which are elapsed
    time."""

    ref: str
    title: str
    accounts: tuple[str, ...]
    kind: str
    outcome: str
    promised: int
    scoped: int | None
    """None: not scoped yet, or not known (see `unscoped`)."""
    unscoped: bool | None
    """Whether it was promised before it was scoped; None: nothing in its source is ever scoped."""
    ahead: int | None
    """By how many days the promise came before the scope."""
    first_due: int | None
    """Ordinal of the day, as all due dates here."""
    due: int | None
    slips: int
    slipped: int
    """By how many days the date was put off, all together."""
    ended: int | None
    """When it was done or declined."""
    latency: Fraction | None
    """Days from the promise until it was done."""
    late: int | None
    """Days past its first date (negative: before it) when it was done; where it is open, as it stands."""
    late_last: int | None
    """Likewise after its last date."""
    age: Fraction | None
    """Days since the promise, where it is open."""
    jumps: int | None
    """None: nothing in its source is ever moved in the queue."""
    in_progress: int
    """Promised items of its accounts, itself included, that are in progress."""
    owed: int
    """Those of them that are open."""


class Tally(Struct, frozen=True):
    """The promises to one account, or of one kind."""

    name: str
    promised: int
    outcomes: Mapping[str, int]
    in_progress: int
    latency: Fraction | None
    """The median of those done, in elapsed days."""
    n: int
    """How many it is the median of."""


class Pace(Struct, frozen=True):
    """How long work that was done in the window took: medians in elapsed days, each of `n` items."""

    level: str
    """`epic` or `item`."""
    promised: bool
    since_committed: Fraction | None
    """From the promise, or from the commitment of what nobody was promised."""
    since_started: Fraction | None
    n: int


class Promises(Struct, frozen=True):
    """The whole report."""

    query: Query
    rows: Many[Row]
    """What is owed first, in the order of OUTCOMES; of one outcome, the oldest promise first."""
    outcomes: Mapping[str, int]
    made: int
    """Promises that were made in the window; the others are those open at its start."""
    kept: Share
    """Of the dated promises, those kept on the first date; those whose date is still to come may be."""
    unscoped: Share
    """Of all promises, those made before the item was scoped; where nothing is scoped it is not known."""
    latency: Fraction | None
    """The median of those done, in elapsed days; what is open is not in it."""
    n: int
    """How many it is the median of."""
    dated: int
    """Promises with a due date."""
    slips: int
    slipped: int
    """By how many days, all together."""
    jumps: int | None
    """None: nothing is ever moved in the queue of any of their sources."""
    accounts: tuple[Tally, ...]
    """By account, the one with most promises first; a promise to two counts for both."""
    kinds: tuple[Tally, ...]
    paces: tuple[Pace, ...]
    nobody: Many[str]
    """Promises that name no account."""
    unknown_scope: Many[str]
    """Promises in sources where nothing is ever scoped."""
    too_late: Many[str]
    """Promised only after they were done: they have no latency."""


def promises(org: Portfolio, query: Query) -> Promises:
    """The report for a question. Definitions: docs/decisions.md, 2026-11-30, and docs/reports.md."""
    of = _Owed(org, query)
    rows = of.rows
    latency, n = of.median(rows)
    asking = np.isin(rows, org.asked.rows)
    known = of.jumps.known[rows]
    return Promises(
        query=query,
        rows=Many(rows, lambda some: [*_rows(of, some)], of.order),
        outcomes=of.outcomes(rows),
        made=int((of.promised[rows] >= query.since).sum()),
        kept=of.kept(),
        unscoped=of.unscoped(),
        latency=latency,
        n=n,
        dated=int((of.dates.first[rows] != NONE).sum()),
        slips=int(of.dates.slips[rows].sum()),
        slipped=int(of.dates.slipped[rows].sum()),
        jumps=int(of.jumps.count[rows].sum()) if known.any() else None,
        accounts=_by_account(of),
        kinds=_by_kind(of),
        paces=tuple(_paces(of)),
        nobody=refs(org, rows[~asking]),
        unknown_scope=refs(org, rows[~of.scoped.known[rows]]),
        too_late=refs(org, rows[of.was_done[rows] & ~of.timed[rows]]),
    )


class _Owed:
    """The promised items of a question, and what became of each, by row."""

    def __init__(self, org: Portfolio, query: Query) -> None:
        self.org, self.query, self.days = org, query, Days(org.judged.calendar)
        self.at: Phases = phases(org, query.as_of)
        self.until = min(query.until, query.as_of + 1)
        self.promised: Array = org.now["promised"]
        self.shown = org.within(query) & (self.promised != NEVER)
        self.was_done = self.at.phase == DONE
        over = self.was_done | (self.at.phase == DECLINED)
        self.ended: Array = np.where(over, self.at.since, NEVER)
        self.timed = self.was_done & (self.ended >= self.promised)
        self.dates: Dates = dates(org, self.ended, query.as_of)
        self.scoped: Scoped = scoped(org, query.as_of)
        self.jumps: Jumps = jumps(org, self.promised, query.as_of)
        came = self.promised >= query.since
        came |= ~over | (self.ended >= query.since)
        self.rows: Array = np.flatnonzero(self.shown & came & (self.promised < self.until))

    def day(self, ts: int) -> int:
        """The ordinal of a time's day."""
        return self.days.of(ts)

    @cached_property
    def outcome(self) -> Array:
        """A place in OUTCOMES."""
        first, today = self.dates.first, self.day(self.query.as_of)
        found = np.where((first != NONE) & (first < today), OVERDUE, OPEN)
        found[self.at.phase == DECLINED] = GIVEN_UP
        found[self.was_done] = UNDATED
        for row in np.flatnonzero(self.was_done & (first != NONE) & self.shown).tolist():
            found[row] = KEPT if self.day(int(self.ended[row])) <= first[row] else LATE
        return found

    @property
    def order(self) -> Array:
        """What is owed first, then what was promised first."""
        found: Array = (len(OUTCOMES) - self.outcome) * 2**56 - np.maximum(self.promised, -(2**55))
        return found

    def outcomes(self, rows: Array) -> dict[str, int]:
        """How many of some promises came to what."""
        counts = np.bincount(self.outcome[rows], minlength=len(OUTCOMES))
        return dict(zip(OUTCOMES, counts.tolist(), strict=True))

    def median(self, rows: Array) -> tuple[Fraction | None, int]:
        """(the median of days from promise to done, of how many)."""
        some = rows[self.timed[rows]]
        return median(self.ended[some] - self.promised[some]), len(some)

    def kept(self) -> Share:
        """Of those with a date."""
        outcome, dated = self.outcome[self.rows], self.dates.first[self.rows] != NONE
        group = np.where(dated, np.where(outcome == KEPT, 1, np.where(outcome == OPEN, 2, 0)), 3)
        return self._share(group, 4, (False, True, False, False), (False, True, True, False), (1, 1, 1, 0))

    def unscoped(self) -> Share:
        """Of all."""
        group = np.where(self.scoped.known[self.rows], self.before[self.rows], 2)
        return self._share(group.astype(np.intp), 3, (False, True, False), (False, True, True), (1, 1, 1))

    @cached_property
    def before(self) -> Array:
        """Which were promised before they were scoped, or are not scoped yet."""
        found: Array = (self.scoped.at == NEVER) | (self.promised < self.scoped.at)
        return found

    def _share(
        self, group: Array, groups: int, surely: Sequence[bool], maybe: Sequence[bool], among: Sequence[int]
    ) -> Share:
        ones = np.ones(len(self.rows), dtype=np.int64)
        base = Grouped(self.org, "count", self.rows, ones, 1, group.astype(np.intp), groups)
        return base.share(surely, maybe, [bool(a) for a in among])

    @cached_property
    def by_account(self) -> dict[int, Array]:
        """All promised rows of each account (by its word), whenever they were promised."""
        asked = self.org.asked
        kept = self.shown[asked.rows]
        pairs = np.unique(np.stack([asked.account[kept], asked.rows[kept]]), axis=1)
        words, starts = np.unique(pairs[0], return_index=True)
        ends = [*starts[1:].tolist(), len(pairs[1])]
        parts = zip(words.tolist(), starts.tolist(), ends, strict=False)  # without any, there is one end
        return {word: pairs[1][lo:hi] for word, lo, hi in parts}

    def load(self, rows: Array) -> tuple[int, int]:
        """(in progress, open) of some rows."""
        phase = self.at.phase[rows]
        return int((phase == DOING).sum()), int(((phase != DONE) & (phase != DECLINED)).sum())


def median(times: Array) -> Fraction | None:
    """The median of microseconds, in days."""
    n = len(times)
    if not n:
        return None
    middle = np.sort(times)[[(n - 1) // 2, n // 2]]
    return Fraction(int(middle.sum()), 2 * DAY)


def _rows(of: _Owed, rows: Array) -> Iterator[Row]:
    org, asked = of.org, of.org.accounts(rows)
    today = of.day(of.query.as_of)
    for r, title in zip(rows.tolist(), org.titled(rows), strict=True):
        accounts = tuple(asked.get(r, ()))
        same = [of.by_account[org.words.find(a)] for a in accounts]
        in_progress, owed = of.load(np.unique(np.concatenate(same)) if same else np.array([r]))
        ended = int(of.ended[r]) if of.ended[r] != NEVER else None
        until = None if of.at.phase[r] == DECLINED else of.day(ended) if ended is not None else today
        promised, first, due = int(of.promised[r]), int(of.dates.first[r]), int(of.dates.now[r])
        scope = int(of.scoped.at[r]) if of.scoped.at[r] != NEVER else None
        yield Row(
            org.ref(r), title, accounts, DATE if org.now["dated"][r] else PROMISE,
            OUTCOMES[int(of.outcome[r])], promised, scope,
            bool(of.before[r]) if of.scoped.known[r] else None,
            of.day(scope) - of.day(promised) if scope is not None and scope > promised else None,
            first if first != NONE else None, due if due != NONE else None,
            int(of.dates.slips[r]), int(of.dates.slipped[r]), ended,
            Fraction(int(of.ended[r] - promised), DAY) if of.timed[r] else None,
            until - first if until is not None and first != NONE else None,
            until - due if until is not None and due != NONE else None,
            Fraction(of.query.as_of - promised, DAY) if ended is None else None,
            int(of.jumps.count[r]) if of.jumps.known[r] else None, in_progress, owed,
        )  # fmt: skip


def _by_account(of: _Owed) -> tuple[Tally, ...]:
    found = []
    for word, rows in of.by_account.items():
        own = np.intersect1d(rows, of.rows)
        if len(own):
            found.append(_tally(of, of.org.words.vals[word], own, rows))
    return tuple(sorted(found, key=lambda t: (-t.promised, t.name)))


def _by_kind(of: _Owed) -> tuple[Tally, ...]:
    dated = of.org.now["dated"][of.rows] != 0
    parts = ((PROMISE, of.rows[~dated]), (DATE, of.rows[dated]))
    return tuple(_tally(of, kind, rows, rows) for kind, rows in parts if len(rows))


def _tally(of: _Owed, name: str, rows: Array, every: Array) -> Tally:
    latency, n = of.median(rows)
    return Tally(name, len(rows), of.outcomes(rows), of.load(every)[0], latency, n)


def _paces(of: _Owed) -> Iterator[Pace]:
    """Of what was done in the window: epics and other items, promised or not. What is under something
    promised is work on that promise, and in neither."""
    org, (below, above) = of.org, of.org.lineage
    under = np.zeros(len(org.now), dtype=bool)
    under[below[(of.promised[above] != NEVER) & (below != above)]] = True
    inside = of.was_done & (of.ended >= of.query.since) & (of.ended < of.until) & org.within(of.query)
    for level, which in (("epic", org.epic), ("item", ~org.epic)):
        for promised, since in ((True, of.promised), (False, org.now["committed"])):
            own = (of.promised != NEVER) & of.timed if promised else (of.promised == NEVER) & ~under
            rows = np.flatnonzero(inside & which & own & (since != NEVER))
            ended = of.ended[rows]
            yield Pace(
                level, promised, median(ended - since[rows]), median(ended - of.at.started[rows]), len(rows)
            )
