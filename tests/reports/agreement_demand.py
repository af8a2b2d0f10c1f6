"""Holds what the package says of demand against what the oracle says of it."""

from tests.oracle import demand as oracle
from tests.oracle.shares import Oracle
from tests.reports.agreement import Said
from tracker_sync.reports.demand import demand
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.reach import Profile


def demand_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = demand(org, query)
    rows = {}
    for r in report.rows:
        rows[r.ref, r.account] = oracle.Request(
            r.ref, r.account, _profile(r.then), r.source, r.first_asked, r.accounts, r.icp_accounts, r.state,
            r.committed, r.closed, r.effort, tuple(sorted(r.items)),
        )  # fmt: skip
    accounts = {
        a.profile.name: oracle.ByAccount(
            _profile(a.profile), a.units, {s: a.states[s] for s in oracle.STATES}, a.effort, a.share, a.wait,
            a.waits, a.longest,
        )
        for a in report.accounts
    }  # fmt: skip
    segments = {
        s.segment: oracle.BySegment(s.accounts or 0, s.asked, s.units, s.shared, s.effort, s.share)
        for s in report.segments
    }
    return {
        "requests": rows,
        "accounts": accounts,
        "segments": segments,
        "units": report.units,
        "shared": report.shared,
        "effort": (report.effort, report.share.low, report.share.high),
        "icp": report.icp[:2] if report.icp else None,
        "unnamed": sorted(report.unnamed),
        "strangers": sorted(report.strangers),
    }


def _profile(p: Profile) -> oracle.Profile:
    return oracle.Profile(p.name, p.known, p.segment, p.status, p.icp)


def demand_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = oracle.Demand(of)
    units = {u: r.accounts for (u, _), r in report.rows.items()}
    return {
        "requests": {(r.ref, r.account): r for r in report.rows.values()},
        "accounts": report.by_account,
        "segments": report.by_segment,
        "units": len(units),
        "shared": sum(n > 1 for n in units.values()),
        "effort": (report.total, *report.share),
        "icp": report.icp,
        "unnamed": sorted(map(of.ref, report.unnamed)),
        "strangers": sorted({r.ref for r in report.rows.values() if not r.then.known}),
    }
