"""What was declined once and came back: after how long, by whose role, and whether there was new evidence."""

import numpy as np
from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.reports.exclusions import Exclusions
from tracker_sync.reports.org import Org
from tracker_sync.reports.phases import Phases
from tracker_sync.reports.portfolio import Many, Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import DECLINED, NEVER, NONE, Array
from tracker_sync.work import SITTING

_DECIDED_BY = ("status", "resolution")
"""What takes a declined item up again; who changed something else at that moment need not have done it."""


class CameBack(Struct, frozen=True):
    """An item that was declined, and of which that was taken back."""

    ref: str
    title: str
    declined: int
    reopened: int
    days: int
    """Calendar days from the one to the other."""
    reason: str
    """The resolution that it was declined with."""
    role: str | None
    """The role of who took it up again; None: people.toml has it not, or the tracker does not tell who."""
    evidence: tuple[str, ...]
    """What kinds of evidence came in between."""
    accounts: tuple[str, ...]
    """Who asked for the first time in between."""
    rules: tuple[str, ...]
    """What it names that the strategy stood against when it was taken up again."""
    phase: str
    """How far it has come since."""

    @property
    def has_evidence(self) -> bool:
        """Whether anything new spoke for it."""
        return bool(self.evidence or self.accounts)


class _Ends(Struct, frozen=True, eq=False):
    """By row: when the last decline that was taken back began and ended, and its reason."""

    lo: Array
    hi: Array
    reason: Array


def came_back(org: Portfolio, query: Query, known: Exclusions, at: Phases) -> Many[CameBack]:
    """Items whose decline was taken back in the window, by the last time; the newest first. A decline of
    less than ten minutes is a slip of the hand."""
    spans = org.columns.actives
    rows = org.rows_of(spans["item"])
    until = min(query.until, query.as_of + 1)
    kept = (spans["phase"] == DECLINED) & (rows != NONE) & (spans["hi"] < until)
    kept &= (spans["hi"] >= query.since) & (spans["hi"] - spans["lo"] >= SITTING)
    spans, rows = spans.where(kept), rows[kept]
    order = np.argsort(spans["hi"], kind="stable")
    size = len(org.now)
    ends = _Ends(np.full(size, NEVER), np.full(size, NEVER), np.zeros(size, dtype=np.int64))
    for column, into in ((spans["lo"], ends.lo), (spans["hi"], ends.hi), (spans["reason"], ends.reason)):
        into[rows[order]] = column[order]  # of several the last one stays
    found = np.flatnonzero((ends.hi != NEVER) & org.within(query))
    return Many(found, lambda some: _rows(org, some, ends, known, at), ends.hi)


def _rows(org: Portfolio, rows: Array, ends: _Ends, known: Exclusions, at: Phases) -> list[CameBack]:
    order = np.sort(rows)
    named, days = known.named(org, order, ends.hi[order]), Days(org.judged.calendar)
    place = {row: n for n, row in enumerate(order.tolist())}
    told = org.look([org.ref(r) for r in rows.tolist()]) if len(rows) else None
    made = []
    for r, title in zip(rows.tolist(), org.titled(rows), strict=True):
        ref, lo, hi = org.ref(r), int(ends.lo[r]), int(ends.hi[r])
        made.append(CameBack(
            ref, title, lo, hi, days.of(hi) - days.of(lo), org.words.vals[int(ends.reason[r])],
            _role(told, ref, hi) if told else None, _evidence(told, ref, lo, hi) if told else (),
            _accounts(org, r, lo, hi), tuple(i for i, mask in named.items() if mask[place[r]]), at.called(r),
        ))  # fmt: skip
    return made


def _role(told: Org, ref: str, at: int) -> str | None:
    """The role of who changed the status at a moment."""
    item = told.world.items.get(ref)
    actors = [
        e.actor for e in (item.events if item else ())
        if e.ts == at and e.actor and getattr(e, "attr", "") in _DECIDED_BY
    ]  # fmt: skip
    if not item or not actors:
        return None
    return told.role(item, actors[0]) or None


def _evidence(told: Org, ref: str, lo: int, hi: int) -> tuple[str, ...]:
    """The kinds of evidence that were first shown after one moment and not after another."""
    tags = told.tags.get(ref)
    return tuple(sorted({t.value for t in tags.evidence if lo < t.since <= hi})) if tags else ()


def _accounts(org: Portfolio, row: int, lo: int, hi: int) -> tuple[str, ...]:
    """The accounts that asked for a row for the first time after one moment and not after another."""
    own = slice(*np.searchsorted(org.asked.rows, [row, row + 1]))
    first: dict[int, int] = {}
    for account, since in zip(org.asked.account[own].tolist(), org.asked.since[own].tolist(), strict=True):
        first[account] = min(since, first.get(account, since))
    return tuple(sorted(org.words.vals[a] for a, since in first.items() if lo < since <= hi))
