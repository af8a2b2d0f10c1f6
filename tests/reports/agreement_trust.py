"""Holds how far the package says that its figures can be believed against what the oracle says of it."""

from tests.oracle import trust as oracle
from tests.oracle.shares import Oracle
from tests.reports.agreement import Said
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.tag_first import to_tag
from tracker_sync.reports.trust import trust

EVERY = 10_000
"""As many as there are: the report shows the first 20."""


def trust_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = trust(org, query)
    low, high = report.headline.low, report.headline.high
    first = to_tag(org, query, report.headline, EVERY)
    return {
        "coverage": _of_teams(
            {(c.of, c.name, c.field): (c.items, c.tagged, c.by_effort, c.own) for c in report.coverage}
        ),
        "retrofit": {r.field: (r.late, r.items) for r in report.retrofits},
        "width": None if low is None or high is None else high - low,
        "first": {t.ref: (t.items, t.effort) for t in first},
        "widths": [t.width for t in first],
        "the heaviest first": [t.effort for t in first],
    }


def trust_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = oracle.Trust(of)
    heaviest = sorted(report.first, key=lambda ref: -report.first[ref][1])
    return {
        "coverage": _of_teams(
            {
                key: (c.items, c.tagged, c.tagged_effort / c.effort if c.effort else None, c.own)
                for key, c in report.coverage.items()
            }
        ),
        "retrofit": report.retrofit,
        "width": report.width,
        "first": report.first,
        "widths": report.widths(heaviest),
        "the heaviest first": [report.first[ref][1] for ref in heaviest],
    }


def _of_teams(
    coverage: dict[tuple[str, str, str], tuple[int, int, object, int]],
) -> dict[tuple[str, str, str], tuple[int, int, object, int]]:
    """The coverage of what there is work of; without the rows of nobody's team where these say what those of
    all work say: whether they are shown then rests on work outside the window."""
    named = any(of == "team" and name for of, name, _ in coverage)
    return {key: row for key, row in coverage.items() if row[0] and (named or key[0] != "team")}
