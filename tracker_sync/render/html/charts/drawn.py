"""What a chart draws: the rows of its table, or figures, each with its values and where it leads to."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from msgspec import Struct

from tracker_sync.render import clean
from tracker_sync.render.html.anchors import anchor, place
from tracker_sync.render.html.limits import ROWS
from tracker_sync.render.html.words import said
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Range, Sheet, Table, Type
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Share


class Mark(Struct, frozen=True):
    """One row."""

    label: str
    values: tuple[Any, ...]
    """By `Drawn.measures`."""
    target: Any
    group: str
    time: int | None
    """For a series, when."""
    to: str
    """The name of the place in the page that has its items; nothing where there is none."""


class Measure(Struct, frozen=True):
    """What a value, or a target, is."""

    title: str
    type: Type
    unit: str

    @property
    def head(self) -> str:
        """As the heading of its column."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


class Drawn(Struct, frozen=True):
    """All that is drawn."""

    chart: Chart
    query: Query
    label: str
    """What a mark stands for."""
    measures: tuple[Measure, ...]
    target: Measure | None
    group: str
    marks: tuple[Mark, ...]
    more: int
    """Rows beyond the most that are drawn."""
    silent: int
    """Rows that have nothing to draw."""
    needs: str
    """Why nothing can be drawn; nothing where it can."""

    def said(self, value: Any, n: int = 0) -> str:
        """A value in words."""
        of = self.measures[n]
        return said(value, of.type, self.query)

    def aimed(self, mark: Mark) -> str:
        """A mark's target in words."""
        if self.target is None or mark.target is None:
            return ""
        return said(mark.target, self.target.type, self.query)


def drawn(chart: Chart, sheet: Sheet) -> Drawn:
    """A chart's rows, as far as they are drawn. Raises KeyError for a table or column that is not there."""
    if not chart.table:
        figures = {f.id: f for f in sheet.figures}
        chosen = tuple(figures[i] for i in chart.values)
        marks = tuple(_figure(sheet, f) for f in chosen)
        measures = tuple(Measure("Value", f.type, f.unit) for f in chosen[:1])
        return _told(chart, sheet, "Figure", measures, None, "", marks, 0)
    table = {t.id: t for t in sheet.tables}[chart.table]
    columns = {c.id: c for c in table.columns}
    most = len(table.rows) if chart.kind == "series" else chart.most
    marks = tuple(_marks(chart, sheet, table, columns, most))
    return _told(
        chart, sheet, columns[chart.label].title, tuple(_measure(columns[i]) for i in chart.values),
        _measure(columns[chart.target]) if chart.target else None,
        columns[chart.group].title if chart.group else "", marks, max(0, len(table.rows) - most),
    )  # fmt: skip


def ends(value: Any) -> tuple[float, float] | None:
    """The lowest and the highest that a value may be; None where it is no number."""
    if isinstance(value, Share | Range):
        return None if value.low is None or value.high is None else (float(value.low), float(value.high))
    if isinstance(value, int | float | Fraction) and not isinstance(value, bool):
        return float(value), float(value)
    return None


def _told(
    chart: Chart, sheet: Sheet, label: str, measures: tuple[Measure, ...], target: Measure | None,
    group: str, marks: tuple[Mark, ...], more: int,
) -> Drawn:  # fmt: skip
    full = tuple(m for m in marks if any(ends(v) for v in m.values))
    missing = [clean(str(v)) for m in marks for v in m.values if isinstance(v, NotAssessed)]
    needs = "" if full else next(iter(missing), "There is nothing to draw.")
    kept = marks if chart.kind == "series" else full  # a gap in time stays one
    return Drawn(
        chart, sheet.query, label, measures, target, group, kept, more, len(marks) - len(full), needs
    )


def _measure(column: Column) -> Measure:
    return Measure(column.title, column.type, column.unit)


def _figure(sheet: Sheet, figure: Figure) -> Mark:
    to = place(sheet.name, figure.id) if isinstance(figure.value, Share) else ""
    return Mark(clean(figure.label), (figure.value,), None, "", None, to)


def _marks(
    chart: Chart, sheet: Sheet, table: Table, columns: dict[str, Column], most: int
) -> Iterator[Mark]:  # fmt: skip
    label = columns[chart.label]
    for n, row in enumerate(table.rows[:most]):
        at = label.get(row)
        values = tuple(columns[i].get(row) for i in chart.values)
        yield Mark(
            _named(at, label, sheet.query), values,
            columns[chart.target].get(row) if chart.target else None,
            _group(row, columns[chart.group], sheet.query) if chart.group else "",
            at if label.type == "time" else None, _leads_to(sheet, table, columns, n, row, chart),
        )  # fmt: skip


def _named(value: Any, column: Column, query: Query) -> str:
    if column.type == "item" and value:
        return clean(str(value).partition(":")[2] or str(value))
    return said(value, column.type, query)


def _group(row: Any, column: Column, query: Query) -> str:
    value = column.get(row)
    return said(value, column.type, query) if value else ""


def _leads_to(
    sheet: Sheet, table: Table, columns: dict[str, Column], n: int, row: Any, chart: Chart
) -> str:  # fmt: skip
    """The items behind the row's first share; else the item that the row is about."""
    if n >= ROWS:
        return ""
    for i in chart.values:
        if isinstance(columns[i].get(row), Share):
            return place(sheet.name, table.id, n, i)
    ref = next((c.get(row) for c in columns.values() if c.type == "item"), None)
    return anchor(ref) if ref else ""
