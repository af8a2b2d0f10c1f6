"""What the JSON of a report has in `summary` and `unknowns` beside the figures and refs of its sheet."""

from functools import singledispatch
from typing import Any

from tracker_sync.render.sheet_json import number, share
from tracker_sync.reports.intents import Intents
from tracker_sync.reports.overview import Overview
from tracker_sync.reports.query import rfc3339
from tracker_sync.reports.sales_led import SalesLed, Spell, Weighed
from tracker_sync.reports.single_customer import SingleCustomer
from tracker_sync.reports.trust import Trust
from tracker_sync.tagging.rules import BASES


@singledispatch
def summary(report: Any) -> dict[str, Any]:
    """Further figures, in the shapes that they have always had; format: docs/formats.md."""
    return {}


@summary.register
def _(report: Overview) -> dict[str, Any]:
    return {
        "items": report.items, "epics": report.epics, "sources": list(report.sources),
        "sales_led": summary(report.sales_led),
        "last_13_weeks": summary(report.recent) if report.recent else None,
        "single_customer_features": len(report.single_customer.rows),
        "tag_first": [
            {"key": t.ref, "title": t.title, "items": t.items, "effort": number(t.effort),
             "width_after": number(t.width)}
            for t in report.to_tag
        ],
    }  # fmt: skip


@summary.register
def _(report: SalesLed) -> dict[str, Any]:
    by_weight = {
        w.weight: {
            "sales_led": share(w.sales_led), "unhealthy": share(w.unhealthy),
            "healthy_ratio": share(w.healthy),
            "amounts": {v: number(a) for v, a in w.amounts.items()},
            "amounts_at_most": {v: number(a) for v, a in w.most.items()},
        }
        for w in report.weighed
    }  # fmt: skip
    head = report.weighed[0]
    return {
        "weight": head.weight,
        "measurable": head.sales_led.measurable,
        **by_weight[head.weight],
        "by_weight": by_weight,
        "strategy_recorded_after_request": report.backdated,
        "not_weighed": [{"weight": n.weight, "team": n.team, "why": n.why} for n in report.not_weighed],
    }


@summary.register
def _(report: Intents) -> dict[str, Any]:
    return {"has_strategy": report.has_strategy, "unknown": {w: share(s) for w, s in report.unknown}}


@summary.register
def _(report: SingleCustomer) -> dict[str, Any]:
    return {
        "effort_of_all_work": number(report.effort_total),
        "request_coverage": {s: None if c is None else number(c) for s, c in report.coverage},
    }


@summary.register
def _(report: Trust) -> dict[str, Any]:
    return {
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
    }  # fmt: skip


def unknowns(report: Any) -> dict[str, Any]:
    """Further unknowns: of people, where the report has any."""
    if not isinstance(report, Trust):
        return {}
    return {
        "people": [
            {"source": s.source, "login": s.login, "worked_on": s.worked, "opened": s.reported}
            for s in report.strangers
        ]
    }


def further(report: Any) -> dict[str, Any]:
    """What stands beside the summary: a series, where the report has one."""
    return {"series": [_spell(s) for s in report.series]} if isinstance(report, SalesLed) else {}


def _spell(spell: Spell) -> dict[str, Any]:
    """The shares of a period, without the items behind each: these are in the report of that period alone."""
    period = spell.period
    moved = {w.weight: spell.revision(w.weight) for w in spell.restated}
    return {
        "period": period.name, "since": rfc3339(period.since), "until": rfc3339(period.until),
        "whole": period.whole,
        "restated": {w.weight: _ranges(w) for w in spell.restated},
        "then": {w.weight: _ranges(w) for w in spell.then},
        "revision": {n: [number(end) for end in m] if m else None for n, m in moved.items()},
    }  # fmt: skip


def _ranges(w: Weighed) -> dict[str, Any]:
    found = {"sales_led": w.sales_led, "unhealthy": w.unhealthy, "healthy_ratio": w.healthy}
    return {name: share(s, items=False) for name, s in found.items()}
