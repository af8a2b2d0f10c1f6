"""The JSON Schemas of what summaries have beside the figures of their sheets."""

from collections.abc import Mapping

from tracker_sync.render.json_schema import COUNT, NUMBER, SHARE, Schema, nullable

TEXT: Schema = {"type": "string"}
NUMBERS: Schema = {"type": "object", "additionalProperties": NUMBER}


def _rows(**columns: Schema) -> Schema:
    return {
        "type": "array",
        "items": {"type": "object", "properties": columns, "required": [*columns]},
    }


_WEIGHED: Mapping[str, Schema] = {
    "sales_led": SHARE, "unhealthy": SHARE, "healthy_ratio": SHARE, "amounts": NUMBERS,
    "amounts_at_most": NUMBERS,
}  # fmt: skip
_SALES_LED: Mapping[str, Schema] = {
    "weight": TEXT, "measurable": {"type": "boolean"}, **_WEIGHED,
    "by_weight": {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": _WEIGHED, "required": [*_WEIGHED]},
    },
    "strategy_recorded_after_request": COUNT,
    "not_weighed": _rows(weight=TEXT, team=TEXT, why=TEXT),
}  # fmt: skip
_SALES: Schema = {"type": "object", "properties": _SALES_LED, "required": [*_SALES_LED]}
SUMMARIES: Mapping[str, Mapping[str, Schema]] = {
    "overview": {
        "items": COUNT, "epics": COUNT, "sources": {"type": "array", "items": TEXT}, "sales_led": _SALES,
        "last_13_weeks": nullable(_SALES), "single_customer_features": COUNT,
        "tag_first": _rows(key=TEXT, title=TEXT, items=COUNT, effort=NUMBER, width_after=nullable(NUMBER)),
    },
    "sales-led": _SALES_LED,
    "intents": {
        "has_strategy": {"type": "boolean"}, "unknown": {"type": "object", "additionalProperties": SHARE},
    },
    "single-customer": {
        "effort_of_all_work": NUMBER,
        "request_coverage": {"type": "object", "additionalProperties": nullable(NUMBER)},
    },
    "trust": {
        "coverage": _rows(of=TEXT, name=TEXT, field=TEXT, items=COUNT, tagged=COUNT,
                          share_of_effort=nullable(NUMBER), own=COUNT, by=NUMBERS),
        "tagged_after_start": _rows(field=TEXT, late=COUNT, items=COUNT),
        "disagreements": NUMBERS, "gaps": _rows(source=TEXT, set_aside=COUNT, unlogged=COUNT),
    },
}  # fmt: skip
"""By report."""
_SHARES: Schema = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": SHARE},
}
BESIDE: Mapping[str, Mapping[str, Schema]] = {
    "sales-led": {
        "series": _rows(
            period=TEXT, since=TEXT, until=TEXT, whole={"type": "boolean"}, restated=_SHARES, then=_SHARES,
            revision={"type": "object"},
        ),
    },
}  # fmt: skip
"""Beside the summary, by report."""
