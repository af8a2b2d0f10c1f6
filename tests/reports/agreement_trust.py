"""Holds how far the package says that its figures can be believed against what the oracle says of it."""

from tests.oracle import trust as oracle
from tests.oracle.shares import Oracle
from tests.reports.agreement import Said
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.trust import Trust, trust

SHOWN = 20


def trust_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = trust(org, query)
    low, high = report.headline.low, report.headline.high
    return {
        "coverage": {(c.of, c.name, c.field): (c.items, c.tagged, c.by_effort, c.own) for c in report.coverage},
        "retrofit": {r.field: (r.late, r.items) for r in report.retrofits},
        "width": None if low is None or high is None else high - low,
        "first": _first(report),
    }


def _first(report: Trust) -> Said:
    return {t.ref: (t.items, t.effort, t.width) for t in report.to_tag}  # type: ignore[misc]


def trust_expected(of: Oracle, order: list[str]) -> Said:
    """The same by the oracle; `order`: what the package lists, as far as equal efforts leave it open."""
    report = oracle.Trust(of)
    heaviest = sorted((effort for _, effort in report.first.values()), reverse=True)
    assert [report.first[ref][1] for ref in order] == heaviest[:SHOWN], "the heaviest first"
    return {
        "coverage": {
            key: (c.items, c.tagged, c.tagged_effort / c.effort if c.effort else None, c.own)
            for key, c in report.coverage.items()
        },
        "retrofit": report.retrofit,
        "width": report.width,
        "first": {
            ref: (*report.first[ref], width) for ref, width in zip(order, report.widths(order), strict=True)
        },
    }
