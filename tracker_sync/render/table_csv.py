"""One table of a report as CSV that a spreadsheet opens without running anything."""

import csv
from collections.abc import Iterator
from fractions import Fraction
from io import StringIO
from typing import Any

from tracker_sync.errors import ConfigError
from tracker_sync.render.csv import inert
from tracker_sync.render.sheet import Column, NotAssessed, Range, Sheet, Table
from tracker_sync.reports.query import rfc3339
from tracker_sync.reports.shares import Share

ENDS = {"share": ("_low", "_high"), "range": ("_low", "_middle", "_high")}
"""Types whose values take several columns, and how those end."""


def render(sheet: Sheet, table: str | None = None) -> str:
    """The first table of a report, or the one with that id: all of its rows. Raises ConfigError where it has
    no such table."""
    of = chosen(sheet, table)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([c.id + end for c in of.columns for end in ENDS.get(c.type, ("",))])
    for row in of.rows:
        writer.writerow([cell for c in of.columns for cell in _cells(c, c.get(row))])
    return out.getvalue()


def chosen(sheet: Sheet, table: str | None) -> Table:
    """The table that was asked for. Raises ConfigError where there is none."""
    if table is None:
        return sheet.tables[0]
    for one in sheet.tables:
        if one.id == table:
            return one
    ids = ", ".join(t.id for t in sheet.tables)
    raise ConfigError(f"the report {sheet.name} has no table {table!r}; --table takes one of: {ids}")


def _cells(column: Column, value: Any) -> Iterator[str]:
    """A cell for each column that a value takes: times as RFC 3339, several values separated by `;`."""
    ends = ENDS.get(column.type, ("",))
    match value:
        case None:
            yield from [""] * len(ends)
        case NotAssessed():
            yield from [inert(str(value))] * len(ends)
        case Share():
            yield from map(_figure, (value.low, value.high))
        case Range():
            yield from map(_figure, (value.low, value.middle, value.high))
        case str():
            yield inert(value)
        case bool():
            yield "yes" if value else "no"
        case int() | float() | Fraction():
            told = rfc3339(int(value)) or "" if column.type == "time" else _figure(value)
            yield from [told] * len(ends)
        case _:
            yield inert(";".join(value))


def _figure(value: Any) -> str:
    """A figure without thousands separators; whole ones without a point. A minus is no formula here."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else str(float(value))
