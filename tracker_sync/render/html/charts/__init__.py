"""Charts as pictures that stand in the page, each with its figures in words."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from tracker_sync.render.html.anchors import place
from tracker_sync.render.html.charts import (
    amounts,
    moments,
    quadrant,
    ranges,
    series,
    shares,
    spread,
)
from tracker_sync.render.html.charts.beside import Drawing, Pen, when_asked
from tracker_sync.render.html.charts.drawn import Drawn, Mark, drawn
from tracker_sync.render.sheet import Chart, Kind, Sheet

_KINDS: Mapping[Kind, tuple[Callable[[Drawn], dict[str, Any]], Callable[[Drawn], str]]] = {
    "shares": (shares.spec, shares.reading),
    "series": (series.spec, series.reading),
    "amounts": (amounts.spec, amounts.reading),
    "ranges": (ranges.spec, ranges.reading),
    "moments": (moments.spec, moments.reading),
    "quadrant": (quadrant.spec, quadrant.reading),
    "spread": (spread.spec, spread.reading),
}


class Picture(Struct, frozen=True):
    """A chart as the page shows it."""

    id: str
    title: str
    drawing: Drawing | None
    """None where there is nothing to draw."""
    how: str
    """How to read it, and what it leaves out; or why there is no picture."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Its figures as text."""

    @property
    def svg(self) -> str:
        """The picture; nothing where there is none."""
        return self.drawing() if self.drawing else ""


def draw(chart: Chart, sheet: Sheet, pen: Pen = when_asked) -> Picture:
    """A chart of a sheet. Raises KeyError where it names a table or column that the sheet has not."""
    found = drawn(chart, sheet)
    name = place(sheet.name, "chart", chart.id)
    if found.needs:
        return Picture(name, chart.title, None, found.needs, (), ())
    spec, reading = _KINDS[chart.kind]
    how = [chart.reading, reading(found), *_left_out(found)]
    return Picture(
        name, chart.title, pen(spec(found), name), " ".join(h for h in how if h),
        _heads(found), tuple(_row(found, m) for m in found.marks),
    )  # fmt: skip


def _left_out(found: Drawn) -> list[str]:
    told = []
    if found.more:
        told.append(f"The first {found.chart.most} of {found.chart.most + found.more} are drawn.")
    if found.silent:
        told.append(f"{found.silent} without figures {'is' if found.silent == 1 else 'are'} left out.")
    return told


def _heads(found: Drawn) -> tuple[str, ...]:
    target = [found.target.head] if found.target else []
    group = [found.group] if found.group else []
    return (found.label, *(m.head for m in found.measures), *target, *group)


def _row(found: Drawn, mark: Mark) -> tuple[str, ...]:
    target = [found.aimed(mark)] if found.target else []
    group = [mark.group] if found.group else []
    return (mark.label, *(found.said(v, n) for n, v in enumerate(mark.values)), *target, *group)
