"""Holds what the package says of the strategy's limits against what the oracle says of them."""

from tests.oracle.limits import Limits, Verdict
from tests.oracle.shares import Oracle
from tests.reports.agreement import Said
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.finding import Finding, Holds, Unassessed
from tracker_sync.reports.limits import limits
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query

SHARES = {
    "limits/sales-led-share": "sales_led_share",
    "limits/single-customer-share": "single_customer_share",
}
Named = tuple[str, str]
"""A detector and whom or what it is about."""


def warnings_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    found: list[tuple[Named, Verdict]] = []
    for r in limits(Drawn(org, query)):
        verdict = Verdict("not assessed") if isinstance(r, Unassessed) else _verdict(r)
        found.append(((r.detector, r.subject), verdict))
    return {"limits": sorted(found, key=str)}


def _verdict(r: Finding | Holds) -> Verdict:
    severity = r.severity if isinstance(r, Finding) else "holds"
    m, certain = r.measured, r.certain if isinstance(r, Finding) else None
    k = None if m.whole is None else m.low * m.whole
    return Verdict(severity, (m.low, m.high), k, m.whole, r.threshold.value, certain)


def warnings_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = Limits(of)
    found: list[tuple[Named, Verdict]] = []
    for detector, name in SHARES.items():
        found.append(((detector, ""), report.shares.get(name, Verdict("not assessed"))))
    found.append((("limits/active-intents", ""), report.active_intents or Verdict("not assessed")))
    found += [(("limits/adoption-target", name), v) for name, v in report.adoption.items()]
    if report.limit("adoption_target") is None:
        found.append((("limits/adoption-target", ""), Verdict("not assessed")))
    found += [(("limits/kill-line", name), v) for name, v in report.kill_lines]
    if not report.lines:
        found.append((("limits/kill-line", ""), Verdict("not assessed")))
    return {"limits": sorted(found, key=str)}
