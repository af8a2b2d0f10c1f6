"""Holds what the package says of promises against what the oracle says of them."""

from collections.abc import Iterable

from tests.oracle import promises as oracle
from tests.oracle.shares import Oracle
from tests.reports.agreement import Said
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.promises import Tally, promises
from tracker_sync.reports.query import Query


def promises_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = promises(org, query)
    rows = [oracle.Promise(**{n: getattr(r, n) for n in oracle.NAMES}) for r in report.rows]
    return {
        "promises": {r.ref: r for r in rows},
        "outcomes": {o: report.outcomes[o] for o in oracle.OUTCOMES},
        "made": report.made,
        "kept": (report.kept.low, report.kept.high),
        "before scope": (report.unscoped.low, report.unscoped.high),
        "latency": (report.latency, report.n),
        "slips": (report.dated, report.slips, report.slipped),
        "jumps": report.jumps,
        "accounts": _tallies(report.accounts),
        "kinds": _tallies(report.kinds),
        "paces": {
            (p.level, p.promised): oracle.Pace(p.level, p.promised, p.since_committed, p.since_started, p.n)
            for p in report.paces
            if p.n
        },
        "nobody": sorted(report.nobody),
        "scope not known": sorted(report.unknown_scope),
        "promised after it was done": sorted(report.too_late),
    }


def promises_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = oracle.Promises(of)
    whole, rows = report.tally("", report.rows), [*report.rows.values()]
    jumps = [r.jumps for r in rows if r.jumps is not None]
    done = [i for i in report.rows if (e := report.ended(i)) and e[1] == "done"]
    late = [r.ref for i, r in report.rows.items() if i in done and r.latency is None]
    dated = sum(r.first_due is not None for r in rows)
    return {
        "promises": {r.ref: r for r in rows},
        "outcomes": whole.outcomes,
        "made": sum(r.promised >= of.begin for r in rows),
        "kept": report.kept,
        "before scope": report.before_scope,
        "latency": (whole.latency, whole.n),
        "slips": (dated, sum(r.slips for r in rows), sum(r.slipped for r in rows)),
        "jumps": sum(jumps) if jumps else None,
        "accounts": report.by_account,
        "kinds": report.by_kind,
        "paces": report.paces,
        "nobody": sorted(r.ref for r in rows if not r.accounts),
        "scope not known": sorted(r.ref for r in rows if r.unscoped is None),
        "promised after it was done": sorted(late),
    }


def _tallies(some: Iterable[Tally]) -> dict[str, oracle.Tally]:
    return {
        t.name: oracle.Tally(
            t.name, t.promised, {o: t.outcomes[o] for o in oracle.OUTCOMES}, t.in_progress, t.latency, t.n
        )
        for t in some
    }
