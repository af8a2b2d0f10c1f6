"""A sheet as a page of text for a terminal of 80 columns."""

from typing import Any

from tracker_sync.render import clean
from tracker_sync.render.page import Heading, Page
from tracker_sync.render.sheet import Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.render.values import RIGHT, all_rows, bar, sparks, words
from tracker_sync.reports.shares import Share

LABEL, VALUE = 36, 14
"""Columns of a terminal for what a figure is called, and for the figure; the bar has the rest."""


def lay(page: Page, sheet: Sheet) -> None:
    """The answer first, then its figures, its tables and how to read them."""
    page.title(sheet.question, sheet.query)
    for sentence in sheet.headline:
        page.line(clean(sentence), "bold")
    page.line()
    _figures(page, sheet)
    for table in sheet.tables:
        if any(c.width is not None for c in table.columns):
            _table(page, table, sheet)
    for what, refs in sheet.unknowns:
        if len(refs):
            page.line(f"Not known, {what.replace('_', ' ')}: {len(refs):,} items")
    for note in sheet.notes:
        page.line(clean(note))


def _figures(page: Page, sheet: Sheet) -> None:
    told = [f for f in sheet.figures if not isinstance(f.value, NotAssessed)]
    if told:
        columns: tuple[Heading, ...] = (("", "left", LABEL), ("", "right", VALUE), ("", "left", None))
        page.table(columns, [[f.label, *_figure(f, sheet)] for f in told])
    shares = [f for f in told if f.type == "share"]
    if shares:
        of = {f.unit for f in shares}
        page.line("█ sure   ▒ possible" + (f"   (shares {of.pop()})" if len(of) == 1 and all(of) else ""))
    for figure in sheet.figures:
        if figure not in told:
            page.line(clean(f"{figure.label}: {figure.value}"))
    if sheet.figures:
        page.line()


def _figure(figure: Figure, sheet: Sheet) -> tuple[str, str]:
    """(the value, what is right of it: the bar of a share, a unit, or all that is too long for a value)."""
    told = words(figure.value, figure.type, sheet.query.zone)
    if figure.type == "share":
        return told, bar(figure.value)
    return (told, figure.unit) if len(told) <= VALUE else ("", f"{told} {figure.unit}".strip())


def _table(page: Page, table: Table, sheet: Sheet) -> None:
    count = len(table.rows)
    page.line(f"{table.title}: {count:,}", "bold")
    if not count:
        page.line(table.empty or "None.")
        page.line()
        return
    _series(page, table)
    columns = [c for c in table.columns if c.width is not None]
    page.table(
        [(c.title, "right" if c.type in RIGHT else "left", c.width) for c in columns],
        [[_cell(c, c.get(row), sheet) for c in columns] for row in table.rows[: table.most]],
    )
    if count > table.most:
        page.line(f"(and {count - table.most:,} more: {all_rows(sheet, table)})")
    page.line()


def _cell(column: Column, value: Any, sheet: Sheet) -> str:
    """A value; a key that is too long for its column loses the name of its source before it loses more."""
    told = words(value, column.type, sheet.query.zone)
    if column.type == "item" and len(told) > (column.width or 0):
        return told.partition(":")[2] or told
    return told


def _series(page: Page, table: Table) -> None:
    """Of a table whose rows are periods: each share over time, its lowest and its highest."""
    if table.columns[0].type != "time":
        return
    for column in table.columns[1:]:
        values = [column.get(row) for row in table.rows] if column.type == "share" else []
        if not any(isinstance(v, Share) for v in values):
            continue
        low, high = ([getattr(v, end, None) for v in values] for end in ("low", "high"))
        page.line(f"{column.title}, at most   {sparks(high, 1)}")
        page.line(f"{column.title}, at least  {sparks(low, 1)}")
