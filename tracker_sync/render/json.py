"""Reports as JSON: one object, the same bytes for the same inputs. Format: docs/formats.md."""

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, assert_never

from tracker_sync.items import Item, natural
from tracker_sync.reports import Report
from tracker_sync.reports.intents import Intents
from tracker_sync.reports.org import Org
from tracker_sync.reports.overview import Overview
from tracker_sync.reports.query import Clocks, Query, rfc3339
from tracker_sync.reports.sales_led import SalesLed, Spell, Weighed
from tracker_sync.reports.shares import Share
from tracker_sync.reports.single_customer import SingleCustomer
from tracker_sync.reports.trust import Trust
from tracker_sync.tagging import Tag, Tags

Columns = tuple[tuple[str, str, str, str], ...]
_SALES: Columns = (
    ("key", "Item", "string", ""), ("title", "Title", "string", ""),
    ("class", "Class", "string", ""), ("why", "Why", "string", ""),
    ("origin", "Origin", "string", ""), ("customers", "Customers", "list", ""),
    ("intent", "Intent", "string", ""), ("effort", "Effort", "number", "person-days"),
)  # fmt: skip
_INTENTS: Columns = (
    ("intent", "Intent", "string", ""), ("stated", "Stated", "boolean", ""),
    ("owner", "Owner", "string", ""), ("mission", "Mission", "string", ""),
    ("hypothesis", "Hypothesis", "string", ""), ("target", "Target", "number", "share of effort"),
    ("effort", "Share of effort", "share", ""), ("count", "Share of items", "share", ""),
    ("epics", "Epics", "integer", ""),
)  # fmt: skip
_SINGLE: Columns = (
    ("key", "Feature", "string", ""), ("title", "Title", "string", ""),
    ("account", "Account", "string", ""), ("state", "State", "string", ""),
    ("effort", "Effort", "number", "person-days"), ("class", "Class", "string", ""),
    ("why", "Why", "string", ""), ("first_asked", "First asked", "time", ""),
    ("items", "Items", "list", ""),
)  # fmt: skip


def render(report: Report) -> str:
    """The report as one JSON object and a newline."""
    return dump(_object(report))


def dump(value: Mapping[str, Any]) -> str:
    """JSON as people and diffs can read it; ASCII, so that no title can steer a terminal."""
    return json.dumps(value, indent=2) + "\n"


def items(rows: Iterable[tuple[Item, Tags]], org: Org, query: Query) -> str:
    """The item list as one JSON object."""
    return dump({
        "schema": "tracker-sync/items/1",
        "generated_for": asked(query),
        "rows": [_item(i, t, org) for i, t in rows],
    })  # fmt: skip


def shown(item: Item, tags: Tags, org: Org, seen: Clocks) -> str:
    """One item with its history, as `show --format json` prints it."""
    return dump({"schema": "tracker-sync/show/1", "generated_for": clocks(seen), **_item(item, tags, org),
                 "state": item.state, "history": _history(item)})  # fmt: skip


def removed(item: Item, seen: Clocks) -> str:
    """An item that is not in its tracker any more, likewise."""
    return dump({"schema": "tracker-sync/show/1", "generated_for": clocks(seen), "key": item.ref,
                 "title": item.title,
                 "removed_at": rfc3339(item.removed_at or 0), "state": item.state,
                 "history": _history(item)})  # fmt: skip


def _history(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "at": rfc3339(e.ts), "event": e.id, "kind": e.kind,
            "attribute": getattr(e, "attr", ""), "value": e.val, "by": e.actor,
        }
        for e in (*item.events, *item.judged)
    ]  # fmt: skip


def _object(report: Report) -> dict[str, Any]:
    match report:
        case Overview():
            return _overview(report)
        case SalesLed():
            return _sales_led(report)
        case Intents():
            return _intents(report)
        case SingleCustomer():
            return _single_customer(report)
        case Trust():
            from tracker_sync.render.trust_json import trust

            return trust(report)
        case _:
            assert_never(report)


def _overview(report: Overview) -> dict[str, Any]:
    return {
        "schema": "tracker-sync/report/overview/1",
        "generated_for": asked(report.query),
        "summary": {
            "items": report.items, "epics": report.epics, "sources": list(report.sources),
            "sales_led": _sales_summary(report.sales_led),
            "last_13_weeks": _sales_summary(report.recent) if report.recent else None,
            "single_customer_features": len(report.single_customer.rows),
            "tag_first": [
                {"key": t.ref, "title": t.title, "items": t.items, "effort": number(t.effort),
                 "width_after": number(t.width)}
                for t in report.to_tag
            ],
        },
        "columns": columns(_INTENTS),
        "rows": _intent_rows(report.intents),
        "unknowns": {
            "origin": [r.ref for r in report.sales_led.to_tag],
            "intent": [ref for ref, _ in report.intents.untagged],
            "unmeasured": list(report.sales_led.unmeasured),
        },
        "evidence": _single_rows(report.single_customer),
    }  # fmt: skip


def _sales_led(report: SalesLed) -> dict[str, Any]:
    return {
        "schema": "tracker-sync/report/sales-led/1",
        "generated_for": asked(report.query),
        "summary": _sales_summary(report),
        "series": [_spell(s) for s in report.series],
        "columns": columns(_SALES),
        "rows": [
            {
                "key": r.ref, "title": r.title, "class": r.verdict, "why": r.why,
                "origin": r.origin, "customers": list(r.customers), "intent": r.intent,
                "effort": number(r.effort) if r.measured else None,
            }
            for r in report.rows
        ],
        "unknowns": {
            "origin": [r.ref for r in report.to_tag],
            "alignment": [r.ref for r in report.of("undecidable")],
            "unmeasured": list(report.unmeasured),
        },
        "evidence": [],
    }  # fmt: skip


def _sales_summary(report: SalesLed) -> dict[str, Any]:
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


def _intents(report: Intents) -> dict[str, Any]:
    return {
        "schema": "tracker-sync/report/intents/1",
        "generated_for": asked(report.query),
        "summary": {
            "has_strategy": report.has_strategy,
            "unknown": {w: share(s) for w, s in report.unknown},
            "intents_without_work": list(report.idle),
            "work_without_stated_intent": list(report.unstated),
        },
        "columns": columns(_INTENTS),
        "rows": _intent_rows(report),
        "unknowns": {
            "intent": [ref for ref, _ in report.untagged],
            "several_intents": list(report.disputed),
        },
        "evidence": [],
    }


def _intent_rows(report: Intents) -> list[dict[str, Any]]:
    return [
        {
            "intent": r.intent, "stated": r.stated, "owner": r.owner, "mission": r.mission,
            "hypothesis": r.hypothesis, "target": r.target,
            **{w: share(s) for w, s in r.shares}, "epics": r.epics,
        }
        for r in report.rows
    ]  # fmt: skip


def _single_customer(report: SingleCustomer) -> dict[str, Any]:
    return {
        "schema": "tracker-sync/report/single-customer/1",
        "generated_for": asked(report.query),
        "summary": {
            "features": report.features, "single_customer": len(report.rows),
            "effort": number(report.effort), "effort_of_all_work": number(report.effort_total),
            "request_coverage": {s: None if c is None else number(c) for s, c in report.coverage},
            "confirmed": "not assessed: needs adoption data",
        },
        "columns": columns(_SINGLE),
        "rows": _single_rows(report),
        "unknowns": {"no_account_named": list(report.unnamed)},
        "evidence": [],
    }  # fmt: skip


def _single_rows(report: SingleCustomer) -> list[dict[str, Any]]:
    return [
        {
            "key": r.ref, "title": r.title, "account": r.account, "state": r.state,
            "effort": number(r.effort), "class": r.verdict, "why": r.why,
            "first_asked": rfc3339(r.first_asked), "items": sorted(r.items, key=natural),
        }
        for r in report.rows
    ]  # fmt: skip


def share(value: Share, *, items: bool = True) -> dict[str, Any]:
    """A share with everything that it must not travel without."""
    low, high = value.totals
    return {
        "low": number(value.low), "high": number(value.high), "point": number(value.point),
        "n": value.n, "n_eff": round(value.n_eff, 6),
        "interval": [round(end, 6) for end in value.interval] if value.interval else None,
        "total": number(low) if low == high else None,
        "total_range": [number(low), number(high)],
        **({
            "numerator_items": sorted(value.numerator, key=natural),
            "unknown_items": sorted(value.unknown, key=natural),
            "denominator_items": sorted(value.denominator, key=natural),
        } if items else {}),
    }  # fmt: skip


def number(value: Fraction | None) -> float | None:
    """An exact figure as the nearest JSON number."""
    return None if value is None else float(value)


def clocks(seen: Clocks | Query) -> dict[str, Any]:
    """At which moments it was looked at."""
    return {"as_of": rfc3339(seen.as_of), "known_at": rfc3339(seen.known_at)}


def asked(query: Query) -> dict[str, Any]:
    """What a report was asked for."""
    return {
        **clocks(query),
        "since": rfc3339(query.since), "until": rfc3339(query.until),
        "weight": query.weights[0], "source": query.source, "project": query.project,
        "team": query.team, "by": query.by,
    }  # fmt: skip


def columns(of: Columns) -> list[dict[str, str]]:
    """What the columns of the rows are."""
    return [{"id": i, "title": t, "type": k, "unit": u} for i, t, k, u in of]


def _item(item: Item, tags: Tags, org: Org) -> dict[str, Any]:
    names = org.names(item)
    people = [*item.state.get("assignee", {}).values(), *item.state.get("assignees", {})]
    return {
        "key": item.ref, "title": item.title, "type": item.one("type"), "status": item.one("status"),
        "phase": tags.spans[-1].phase if tags.spans else None,
        "epic": item.ref in org.epics, "parent": org.tree.parents.get(item.ref),
        "labels": item.many("labels"),
        "assignees": sorted(names.of("user", a) for a in people),
        "reporter": names.of("user", item.reporter) if item.reporter else None,
        "created": rfc3339(item.opened_at), "committed": rfc3339(tags.committed_at),
        "intent": tags.intent, "intents": [t.value for t in tags.intents],
        "customers": [t.value for t in tags.customers],
        "origin": tags.origin.value if tags.origin else None,
        "marks": [t.value for t in tags.marks],
        "tags": [_tag(t) for t in decided(tags)],
        "unclear": [_tag(t) for t in tags.unclear],
        "conflicts": [_tag(t) for t in tags.conflicts],
    }  # fmt: skip


def decided(tags: Tags) -> list[Tag]:
    """The tags that stand, in a fixed order."""
    return [
        *tags.intents,
        *tags.customers,
        *([tags.origin] if tags.origin else []),
        *tags.commitment,
        *tags.requester,
        *tags.evidence,
    ]


def _tag(tag: Tag) -> dict[str, Any]:
    return {
        "dimension": tag.dimension, "value": tag.value, "rule": tag.rule, "why": tag.why,
        "event": tag.event_id, "since": rfc3339(tag.since), "known_since": rfc3339(tag.known_since),
        "by": tag.by, "inherited": tag.inherited, "basis": tag.basis,
    }  # fmt: skip
