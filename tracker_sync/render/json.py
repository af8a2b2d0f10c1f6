"""Reports as JSON: one object, the same bytes for the same inputs. Format: docs/formats.md."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tracker_sync.items import Item
from tracker_sync.plain import disarmed_json
from tracker_sync.render.sheet_json import asked, clocks, of
from tracker_sync.render.sheets import sheet_of
from tracker_sync.render.summaries import further, summary, unknowns
from tracker_sync.reports.org import Org
from tracker_sync.reports.query import Clocks, Query, rfc3339
from tracker_sync.tagging import Tag, Tags

if TYPE_CHECKING:
    from tracker_sync.reports import Report
    from tracker_sync.reports.client import ClientView


def render(report: "Report | ClientView") -> str:
    """The report as one JSON object and a newline."""
    sheet = of(sheet_of(report))
    sheet["summary"] |= summary(report)
    sheet["unknowns"] |= unknowns(report)
    return dump(sheet | further(report))


def dump(value: Mapping[str, Any]) -> str:
    """JSON as people and diffs can read it; ASCII, so that no title can steer a terminal, nor a workflow."""
    return disarmed_json(json.dumps(value, indent=2)) + "\n"


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
