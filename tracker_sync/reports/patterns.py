"""What the rules on patterns find in an organisation, as findings that open up to their evidence."""

import numpy as np

from tracker_sync.patterns.detect import Detected, detect
from tracker_sync.patterns.measure import Row, Seen
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.facts import facts
from tracker_sync.reports.finding import Evidence, Finding, Holds, Measured, Result, Threshold, Unassessed
from tracker_sync.reports.keys import called
from tracker_sync.reports.limits import tops
from tracker_sync.states.columns import Array
from tracker_sync.strategies import UNTOLD


def patterns(drawn: Drawn) -> list[Result]:
    """What all rules on patterns in use come to, by their ids."""
    rules = drawn.org.detectors.rules
    return [_result(drawn, one) for one in detect(rules, facts(drawn))] if rules else []


def _result(drawn: Drawn, one: Detected) -> Result:
    rule, seen = one.rule, one.seen
    if seen is None:
        return Unassessed(rule.name, rule.pattern, one.why, one.subject)
    measured = Measured(seen.unit, seen.low, seen.high, seen.n, whole_unit=seen.counted, ends=seen.interval)
    threshold = Threshold(seen.limit, f"rules/bias/{rule.path.name}")
    claim = rule.claim(seen.words)
    if not one.found:
        return Holds(rule.name, claim, measured, threshold, one.subject)
    return Finding(
        rule.name, rule.severity, rule.pattern, claim, rule.ask, measured, threshold,
        certain=True, look=lambda: tops(drawn.org, drawn.query, _rows(drawn, seen)), items=seen.items,
        subject=one.subject, confidence=rule.confidence,
        evidence=tuple(_evidence(drawn, row) for row in seen.rows),
    )  # fmt: skip


def _rows(drawn: Drawn, seen: Seen) -> Array:
    rows = called(drawn.org, dict.fromkeys(seen.items))
    return np.array(sorted({*rows.values()}), dtype=np.int64)


def _evidence(drawn: Drawn, row: Row) -> Evidence:
    if row.moment is None:
        return Evidence(row.item, row.what, None, "", "", None)
    version = drawn.org.judged.strategies.at(row.moment.at)
    since = version.since if version is not None and version.since < UNTOLD else None
    return Evidence(
        row.moment.item or row.item, row.what, row.moment.at, row.moment.event, row.moment.role, since
    )
