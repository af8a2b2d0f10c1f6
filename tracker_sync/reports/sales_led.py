"""The sales-led report: how much of the work sales asked for, and how much of that fits the strategy."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tracker_sync.alignment import Ruling, Verdict
from tracker_sync.reports.effort import effort
from tracker_sync.reports.org import Org, Query, leaves
from tracker_sync.reports.shares import Part, Share, share

VERDICTS: tuple[Verdict, ...] = ("healthy", "unhealthy", "undecidable", "unknown", "other")
_SALES: tuple[Verdict, ...] = ("healthy", "unhealthy", "undecidable")


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf of the work."""

    ref: str
    title: str
    ruling: Ruling
    origin: str | None
    customers: tuple[str, ...]
    intent: str | None
    effort: Fraction
    measured: bool
    """Whether it was ever seen in progress in the window; only then it has an effort."""
    root: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """The figures by one weight."""

    weight: str
    sales_led: Share
    unhealthy: Share
    healthy: Share
    """Of sales-led work alone: the healthy part of it."""
    amounts: Mapping[Verdict, Fraction]


@dataclass(frozen=True, slots=True)
class SalesLed:
    """The whole report."""

    query: Query
    weighed: tuple[Weighed, ...]
    rows: tuple[Row, ...]
    """All leaf work of the window, largest effort first."""
    unmeasured: tuple[str, ...]
    """Refs that were done in the window but never seen in progress: they have no effort."""
    backdated: int
    """Leaves whose class rests on a strategy version recorded after the request."""

    @property
    def to_tag(self) -> list[Row]:
        """The work of unknown origin, largest first: what narrows the ranges most."""
        return [r for r in self.rows if r.ruling.verdict == "unknown"]


def sales_led(org: Org, query: Query) -> SalesLed:
    """The report for a question."""
    days = effort(org, query)
    rows = [_row(org, ref, days) for ref in leaves(org, query)]
    rows.sort(key=lambda r: -r.effort)
    return SalesLed(
        query=query,
        weighed=tuple(_weighed(rows, w) for w in query.weights),
        rows=tuple(rows),
        unmeasured=tuple(r.ref for r in rows if not r.measured),
        backdated=sum(r.ruling.backdated for r in rows),
    )


def weight_of(row: Row, weight: str) -> Fraction:
    """What a leaf weighs."""
    return Fraction(1) if weight == "count" else row.effort


def _row(org: Org, ref: str, days: Mapping[str, Fraction]) -> Row:
    tags = org.tags[ref]
    return Row(
        ref, org.world.items[ref].title, org.ruling(ref),
        tags.origin.value if tags.origin else None,
        tuple(org.accounts(ref)), tags.intent, days.get(ref, Fraction(0)), ref in days,
        org.tree.root(ref),
    )  # fmt: skip


def _weighed(rows: list[Row], weight: str) -> Weighed:
    amounts: dict[Verdict, Fraction] = dict.fromkeys(VERDICTS, Fraction(0))
    for row in rows:
        amounts[row.ruling.verdict] += weight_of(row, weight)

    def of(among: tuple[Verdict, ...], sure: tuple[Verdict, ...], maybe: tuple[Verdict, ...]) -> Share:
        return share(
            (
                Part(
                    r.ref,
                    r.root,
                    weight_of(r, weight),
                    r.ruling.verdict in sure,
                    r.ruling.verdict in (*sure, *maybe),
                )
                for r in rows
                if r.ruling.verdict in among
            ),
            weight,
        )

    return Weighed(
        weight,
        sales_led=of(VERDICTS, _SALES, ("unknown",)),
        unhealthy=of(VERDICTS, ("unhealthy",), ("undecidable", "unknown")),
        healthy=of((*_SALES, "unknown"), ("healthy",), ("undecidable", "unknown")),
        amounts=amounts,
    )
