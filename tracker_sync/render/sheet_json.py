"""A sheet as a JSON object. Format: docs/formats.md."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from tracker_sync.items import natural
from tracker_sync.render.sheet import NotAssessed, Range, Sheet, Table
from tracker_sync.reports.query import Clocks, Query, rfc3339
from tracker_sync.reports.shares import Share


def of(sheet: Sheet) -> dict[str, Any]:
    """The whole report: its figures by id, its first table as rows, the others as evidence."""
    first, *others = sheet.tables
    return {
        "schema": f"tracker-sync/report/{sheet.name}/1",
        "generated_for": asked(sheet.query),
        "summary": {f.id: value(f.value, f.type) for f in sheet.figures},
        **_table(first),
        "unknowns": {what: list(refs) for what, refs in sheet.unknowns},
        "evidence": [{"id": t.id, "title": t.title, **_table(t)} for t in others],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": [{"id": c.id, "title": c.title, "type": c.type, "unit": c.unit} for c in table.columns],
        "rows": [*_rows(table)],
    }


def _rows(table: Table) -> Iterable[dict[str, Any]]:
    """A series has no items behind its shares: these are in the report of each period alone."""
    items = table.columns[0].type != "time"
    for row in table.rows:
        yield {c.id: value(c.get(row), c.type, items=items) for c in table.columns}


def value(given: Any, kind: str, *, items: bool = True) -> Any:
    """A value by its type; a missing input is an object that says what is needed."""
    match given:
        case NotAssessed():
            return {"not_assessed": given.needs}
        case Share():
            return share(given, items=items)
        case Range():
            return {"low": _plain(given.low), "middle": _plain(given.middle), "high": _plain(given.high)}
        case Fraction():
            return number(given)
        case None | str() | bool():
            return given
        case int() | float():
            return rfc3339(int(given)) if kind == "time" else _plain(given)
        case _:
            return list(given)


def _plain(figure: Any) -> float | int | None:
    """A figure that JSON can write, also where numpy made it."""
    if figure is None or isinstance(figure, int):
        return figure
    return float(figure)


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
