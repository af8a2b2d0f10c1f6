"""The sales-led report: how much of the work sales asked for, and how much of that fits the strategy."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.reports.effort import Effort, effort
from tracker_sync.reports.money import Pricing
from tracker_sync.reports.periods import Period, during, periods
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.reports.weights import NotWeighed, Weights, weights
from tracker_sync.states.columns import VERDICTS, Array

_SALES = ("healthy", "unhealthy", "undecidable")


class Row(Struct, frozen=True):
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


class Weighed(Struct, frozen=True):
    """The figures by one weight."""

    weight: str
    """One of `WEIGHTS`; a team's points are `points:TEAM`."""
    sales_led: Share
    unhealthy: Share
    healthy: Share
    """Of sales-led work alone: the healthy part of it."""
    amounts: Mapping[str, Fraction]
    """By verdict; of money, at all lowest rates."""
    most: Mapping[str, Fraction]
    """The same at all highest rates: another figure for money only."""


class Spell(Struct, frozen=True):
    """The figures of one period of a series."""

    period: Period
    restated: tuple[Weighed, ...]
    """By what is known of its work now."""
    then: tuple[Weighed, ...]
    """As the trackers showed it at the period's end: leaves, parents and tags as they were then."""

    def revision(self, weight: str) -> tuple[Fraction, Fraction] | None:
        """By how much the low and the high of the sales-led share moved since; None without such a share."""
        now, then = (
            next((w.sales_led for w in some if w.weight == weight), None)
            for some in (self.restated, self.then)
        )
        if now is None or then is None or None in (now.low, now.high, then.low, then.high):
            return None
        return Fraction(now.low or 0) - (then.low or 0), Fraction(now.high or 0) - (then.high or 0)


class SalesLed(Struct, frozen=True):
    """The whole report."""

    query: Query
    weighed: tuple[Weighed, ...]
    not_weighed: tuple[NotWeighed, ...]
    """Weights that have no figures, and why."""
    series: tuple[Spell, ...]
    """By period, where that was asked for."""
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


def sales_led(org: Portfolio, query: Query, wanted: Sequence[str] | None = None) -> SalesLed:
    """The report for a question, by all weights or those wanted. Raises ConfigError as `weights` does."""
    days = effort(org, query)
    rows = np.flatnonzero(org.active(query))
    found = _found(org, query, wanted or query.weights)
    every = Many(rows, lambda some: _rows(org, some, days), days.amounts)
    return SalesLed(
        query=query,
        weighed=tuple(map(_weighed, found.bases)),
        not_weighed=tuple(found.missing),
        series=tuple(_spell(org, query, period) for period in periods(query)),
        rows=every,
        verdicts=org.now["verdict"],
        unmeasured=refs(org, rows[~days.measured[rows]]),
        backdated=int(org.now["backdated"][rows].sum()),
    )


def _found(org: Portfolio, query: Query, wanted: Sequence[str]) -> Weights:
    rows = np.flatnonzero(org.active(query))
    group = org.now["verdict"][rows].astype(np.intp)
    return weights(org, query, rows, group, len(VERDICTS), wanted)


def _spell(org: Portfolio, query: Query, period: Period) -> Spell:
    now = during(query, period)
    then = replace(now, as_of=period.until - 1)
    past = org.at(then.as_of)
    spell = Spell(
        period,
        tuple(map(_weighed, _found(org, now, query.weights).bases)),
        tuple(map(_weighed, _found(past, then, query.weights).bases)),
    )
    past.forget()
    return spell


def _rows(org: Portfolio, rows: Array, days: Effort) -> list[Row]:
    asked, vals, now = org.accounts(rows), org.words.vals, org.now
    return [
        Row(
            org.ref(r), title, org.verdict(r), vals[now["why"][r]], vals[now["origin"][r]] or None,
            tuple(asked.get(r, ())), org.intent(r), days.of(r), bool(days.measured[r]),
        )
        for r, title in zip(rows.tolist(), org.titled(rows), strict=True)
    ]  # fmt: skip


def _weighed(base: Grouped | Pricing) -> Weighed:
    def of(*names: str) -> list[bool]:
        return [v in names for v in VERDICTS]

    open_ = ("undecidable", "unknown")
    least, most = (dict(zip(VERDICTS, base.amounts_at(highest), strict=True)) for highest in (False, True))
    return Weighed(
        base.name,
        sales_led=base.share(of(*_SALES), of(*_SALES, "unknown")),
        unhealthy=base.share(of("unhealthy"), of("unhealthy", *open_)),
        healthy=base.share(of("healthy"), of("healthy", *open_), among=of(*_SALES, "unknown")),
        amounts=least,
        most=most,
    )
