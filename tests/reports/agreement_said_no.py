"""Holds what the package says of decisions against what the oracle says of them."""

from dataclasses import fields
from fractions import Fraction
from typing import TypeVar

from tests.oracle import said_no as oracle
from tests.oracle.shares import Oracle, over
from tests.reports.agreement import Said
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.said_no import said_no

T = TypeVar("T")


def said_no_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = said_no(org, query)
    return {
        "breaches": {r.ref: _of(oracle.Breach, r) for r in report.breaches},
        "declined": {r.ref: _of(oracle.Declined, r) for r in report.declined},
        "came back": {r.ref: _of(oracle.CameBack, r) for r in report.came_back},
        "waiting": {w.ref: w.rules for w in report.waiting},
        "reasons": {r.reason: (r.items, r.ruled, r.begun, r.accounts, r.effort) for r in report.reasons},
        "rules": {
            r.id: (r.stands, sorted(r.declined), sorted(r.waiting), sorted(r.breaches), r.effort)
            for r in report.rules
        },
        "ruled": sorted(report.ruled),
        "early": sorted(report.early),
        "effort": report.effort,
        "share": (report.share.low, report.share.high),
    }


def _of(kind: type[T], row: object) -> T:
    return kind(**{f.name: getattr(row, f.name) for f in fields(kind)})  # type: ignore[arg-type]


def said_no_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = oracle.SaidNo(of)
    against = report.effort([*report.breaches])
    return {
        "breaches": {b.ref: b for b in report.breaches.values()},
        "declined": {d.ref: d for d in report.declined.values()},
        "came back": {c.ref: c for c in report.came_back.values()},
        "waiting": {of.ref(i): rules for i, rules in report.waiting.items()},
        "reasons": report.reasons,
        "rules": report.rules,
        "ruled": sorted(d.ref for d in report.declined.values() if d.rules),
        "early": sorted(of.ref(i) for i in report.early),
        "effort": against,
        "share": over(against, against, sum(of.work("effort").values(), Fraction(0))),
    }
