"""The JSON Schemas of reports, made from their sheets: what is promised to whoever reads the JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from tracker_sync.render.sheet import Column, Figure, Sheet, Table, Type

Schema = dict[str, Any]
NOTHING: Schema = {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/not_assessed"}]}
STRINGS: Schema = {"type": "array", "items": {"type": "string"}}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer"}
TIME: Schema = {"type": "string", "format": "date-time"}
SHARE: Schema = {"$ref": "#/$defs/share"}
_TYPES: Mapping[Type, Schema] = {
    "item": {"type": "string"}, "text": {"type": "string"},
    "class": {"enum": ["healthy", "unhealthy", "undecidable", "unknown", "other"]},
    "items": STRINGS, "list": STRINGS,
    "flag": {"type": "boolean"}, "count": COUNT, "number": NUMBER, "days": NUMBER, "money": NUMBER,
    "share": {"anyOf": [SHARE, NUMBER]}, "range": {"$ref": "#/$defs/range"}, "time": TIME,
}  # fmt: skip


def schema(sheet: Sheet, least: Sheet, summary: Mapping[str, Schema], beside: Mapping[str, Schema]) -> Schema:
    """The schema of a report (JSON Schema, draft 2020-12). Keys may always be added to what it describes.

    `least` is the same report where there is nothing to report: only what that has too is always there.
    `summary` describes what the JSON has beside the figures of the sheet, `beside` what it has beside that.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tracker-sync:report:{sheet.name}:1",
        "title": sheet.question,
        **_object({
            "schema": {"const": f"tracker-sync/report/{sheet.name}/1"},
            "generated_for": {"$ref": "#/$defs/generated_for"},
            "summary": _figures(sheet.figures, least.figures, summary),
            **_table(sheet.tables[0], least.tables[0]),
            "unknowns": _object({what: STRINGS for what, _ in sheet.unknowns}),
            "evidence": {"type": "array", "items": _evidence(sheet, least)},
            **beside,
        }),
        "$defs": _DEFS,
    }  # fmt: skip


def _figures(figures: Iterable[Figure], least: Iterable[Figure], summary: Mapping[str, Schema]) -> Schema:
    always = {f.id for f in least} | summary.keys()
    told = {f.id: {"title": f.label, "description": f.meaning, **_of(f.type)} for f in figures}
    return _object({**told, **summary}, always)


def _table(table: Table, least: Table | None) -> dict[str, Schema]:
    """The columns of a table and its rows; columns for what people named themselves are left out."""
    always = {c.id for c in least.columns} if least else set()
    found = {c.id: _described(c) for c in table.columns if ":" not in c.id}
    return {
        "columns": {"type": "array", "items": {"$ref": "#/$defs/column"}},
        "rows": {"type": "array", "items": _object(found, always)},
    }


def _described(column: Column) -> Schema:
    unit = f" In {column.unit}." if column.unit else ""
    return {"title": column.title, "description": column.meaning + unit, **_of(column.type)}


def _evidence(sheet: Sheet, least: Sheet) -> Schema:
    """A further table: any, and those that the sheet has as they are described."""
    known = {t.id: t for t in least.tables}
    any_: Schema = _object({"id": {"type": "string"}, "title": {"type": "string"}, "columns": {}, "rows": {}})
    told = [
        {
            "if": {"properties": {"id": {"const": t.id}}},
            "then": {"title": t.title, "properties": _table(t, known.get(t.id))},
        }
        for t in sheet.tables[1:]
    ]
    return any_ | ({"allOf": told} if told else {})


def _of(kind: Type) -> Schema:
    return {"anyOf": [_TYPES[kind], *NOTHING["anyOf"]]}


def _object(properties: Mapping[str, Schema], always: Iterable[str] | None = None) -> Schema:
    wanted = set(properties if always is None else always)
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [p for p in properties if p in wanted],
    }


def nullable(what: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [what, {"type": "null"}]}


_DEFS: dict[str, Schema] = {
    "not_assessed": {
        **_object({"not_assessed": {"type": "string"}}),
        "description": "Instead of a value: what it needs and is missing.",
    },
    "range": {
        **_object({"low": NUMBER, "middle": nullable(NUMBER), "high": NUMBER}),
        "description": "Several figures for one unknown.",
    },
    "share": {
        **_object({
            "low": nullable(NUMBER), "high": nullable(NUMBER), "point": nullable(NUMBER), "n": COUNT,
            "n_eff": NUMBER, "interval": nullable({"type": "array", "items": NUMBER}),
            "total": nullable(NUMBER), "total_range": {"type": "array", "items": NUMBER},
            "numerator_items": STRINGS, "unknown_items": STRINGS, "denominator_items": STRINGS,
        }, ("low", "high", "point", "n", "n_eff", "interval", "total", "total_range")),
        "description": "A share with its worst-case bounds: all that is unknown outside it, or inside. "
        "A series has no items.",
    },
    "column": _object({
        "id": {"type": "string"}, "title": {"type": "string"}, "type": {"enum": [*_TYPES]},
        "unit": {"type": "string"},
    }),
    "generated_for": _object({
        "as_of": nullable(TIME), "known_at": nullable(TIME), "since": TIME, "until": TIME,
        "weight": {"type": "string"}, "source": nullable({"type": "string"}),
        "project": nullable({"type": "string"}), "team": nullable({"type": "string"}),
        "by": nullable({"type": "string"}),
    }),
}  # fmt: skip
