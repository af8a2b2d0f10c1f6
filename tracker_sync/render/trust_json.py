"""The trust report as JSON."""

from typing import Any

from tracker_sync.render.json import Columns, asked, columns, number, share
from tracker_sync.reports.trust import Trust
from tracker_sync.tagging.rules import BASES

_TO_TAG: Columns = (
    ("key", "Item", "string", ""), ("title", "Title", "string", ""),
    ("items", "Items of unknown origin under it", "integer", ""),
    ("effort", "Effort", "number", "person-days"),
    ("width_after", "Width of the headline after it", "number", "share"),
)  # fmt: skip


def trust(report: Trust) -> dict[str, Any]:
    """The report as an object; the rows are what to tag first."""
    return {
        "schema": "tracker-sync/report/trust/1",
        "generated_for": asked(report.query),
        "summary": {
            "sales_led": share(report.headline),
            "width": _width(report),
            "coverage": [
                {
                    "of": c.of, "name": c.name, "field": c.field, "items": c.items, "tagged": c.tagged,
                    "share_of_effort": number(c.by_effort), "own": c.own,
                    "by": dict(zip(BASES, c.by, strict=True)),
                }
                for c in report.coverage
            ],
            "tagged_after_start": [
                {"field": r.field, "late": r.late, "items": r.items} for r in report.retrofits
            ],
            "disagreements": report.counts,
            "gaps": [{"source": s, "set_aside": a, "unlogged": u} for s, a, u in report.gaps],
            "detectors": "not assessed: there are no warnings yet",
        },
        "columns": columns(_TO_TAG),
        "rows": [
            {
                "key": t.ref, "title": t.title, "items": t.items, "effort": number(t.effort),
                "width_after": number(t.width),
            }
            for t in report.to_tag
        ],
        "unknowns": {
            "people": [
                {"source": s.source, "login": s.login, "worked_on": s.worked, "opened": s.reported}
                for s in report.strangers
            ],
        },
        "evidence": [
            {"key": d.ref, "title": d.title, "kinds": list(d.kinds), "effort": number(d.effort)}
            for d in report.disagreements
        ],
    }  # fmt: skip


def _width(report: Trust) -> float | None:
    low, high = report.headline.low, report.headline.high
    return None if low is None or high is None else number(high - low)
