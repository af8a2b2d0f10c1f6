"""The sales-led report: how much of the work sales asked for, and how much of that fits the strategy."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tracker_sync.reports.effort import Effort, effort
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.states.columns import VERDICTS, Array

_SALES = ("healthy", "unhealthy", "undecidable")


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf of the work."""

    ref: str
    title: str
    verdict: str
    why: str
    origin: str | None
    customers: tuple[str, ...]
    intent: str | None
    effort: Fraction
    measured: bool
    """Whether it was ever seen in progress in the window; only then it has an effort."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The figures by one weight."""

    weight: str
    sales_led: Share
    unhealthy: Share
    healthy: Share
    """Of sales-led work alone: the healthy part of it."""
    amounts: Mapping[str, Fraction]
    """By verdict."""


@dataclass(frozen=True, slots=True)
class SalesLed:
    """The whole report."""

    query: Query
    weighed: tuple[Weighed, ...]
    rows: Many[Row]
    """All leaf work of the window, largest effort first."""
    verdicts: Array
    """The verdict of every row of the portfolio, as a place in `VERDICTS`."""
    unmeasured: Many[str]
    """Refs that were done in the window but never seen in progress: they have no effort."""
    backdated: int
    """Leaves whose class rests on a strategy version recorded after the request."""

    @property
    def to_tag(self) -> Many[Row]:
        """The work of unknown origin, largest first: what narrows the ranges most."""
        return self.of("unknown")

    def of(self, verdict: str) -> Many[Row]:
        """The work of one class, largest first."""
        return self.rows.where(self.verdicts == VERDICTS.index(verdict))


def sales_led(org: Portfolio, query: Query) -> SalesLed:
    """The report for a question."""
    days = effort(org, query)
    rows = np.flatnonzero(org.active(query))
    group = org.now["verdict"][rows].astype(np.intp)
    every = Many(rows, lambda some: _rows(org, some, days), days.amounts)
    return SalesLed(
        query=query,
        weighed=tuple(_weighed(weighed(org, rows, days, w, group, len(VERDICTS))) for w in query.weights),
        rows=every,
        verdicts=org.now["verdict"],
        unmeasured=refs(org, rows[~days.measured[rows]]),
        backdated=int(org.now["backdated"][rows].sum()),
    )


def weighed(org: Portfolio, rows: Array, days: Effort, weight: str, group: Array, groups: int) -> Grouped:
    """Rows with what they weigh, in groups."""
    if weight == "count":
        return Grouped(org, weight, rows, np.ones(len(rows), dtype=np.int64), 1, group, groups)
    return Grouped(org, weight, rows, days.amounts[rows], days.unit, group, groups)


def _rows(org: Portfolio, rows: Array, days: Effort) -> list[Row]:
    asked, vals, now = org.accounts(rows), org.words.vals, org.now
    return [
        Row(
            org.ref(r), title, org.verdict(r), vals[now["why"][r]], vals[now["origin"][r]] or None,
            tuple(asked.get(r, ())), org.intent(r), days.of(r), bool(days.measured[r]),
        )
        for r, title in zip(rows.tolist(), org.titled(rows), strict=True)
    ]  # fmt: skip


def _weighed(base: Grouped) -> Weighed:
    def of(*names: str) -> list[bool]:
        return [v in names for v in VERDICTS]

    open_ = ("undecidable", "unknown")
    return Weighed(
        base.weight,
        sales_led=base.share(of(*_SALES), of(*_SALES, "unknown")),
        unhealthy=base.share(of("unhealthy"), of("unhealthy", *open_)),
        healthy=base.share(of("healthy"), of("healthy", *open_), among=of(*_SALES, "unknown")),
        amounts={v: Fraction(int(base.sums[n]), base.unit) for n, v in enumerate(VERDICTS)},
    )
