"""What happened when: several times of each row on one line."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tracker_sync.render.html.charts.axes import cut, labelled
from tracker_sync.render.html.charts.clock import wall
from tracker_sync.render.html.charts.drawn import Drawn
from tracker_sync.render.html.charts.groups import COLOURS, chosen, shapes

_X = {
    "type": "temporal", "scale": {"type": "utc"},
    "axis": {"title": None, "format": "%b %Y", "grid": True, "labelFlush": True},
}  # fmt: skip


class Point(NamedTuple):
    """One time on the line of a row."""

    row: str
    at: float
    what: str
    says: str


def spec(drawn: Drawn) -> dict[str, Any]:
    """A line for each label, from its first time to its last."""
    points = list(_points(drawn))
    names = [*dict.fromkeys(p.what for p in points)]
    if not drawn.group:
        names = [m.title for m in drawn.measures if m.title in names]
    by: dict[str, list[float]] = {}
    for point in points:
        by.setdefault(point.row, []).append(point.at)
    line = {
        "data": {"values": [{"row": row, "from": min(at), "until": max(at)} for row, at in by.items()]},
        "mark": {"type": "rule", "color": "var(--rule-strong)", "strokeWidth": 5},
        "encoding": {"x": {"field": "from", **_X}, "x2": {"field": "until"}},
    }
    colour = {"field": "what", "type": "nominal",
              "scale": {"domain": names, "range": chosen(COLOURS, len(names))}}  # fmt: skip
    marks = {
        "data": {"values": [p._asdict() for p in points]},
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {
            "x": {"field": "at", **_X}, "shape": shapes(names), "color": colour,
            "description": {"field": "says"},
        },
    }  # fmt: skip
    return {"height": {"step": 30}, "encoding": {"y": labelled(by)}, "layer": [line, marks]}


def reading(drawn: Drawn) -> str:
    """How to read it."""
    return "Each line goes from the first time to the last; the marks say what happened."


def _points(drawn: Drawn) -> Iterator[Point]:
    """Of each row its times; with a group, a row is one event of its label, the group what happened."""
    for mark in drawn.marks:
        for n, value in enumerate(mark.values):
            if isinstance(value, int):
                what = mark.group if drawn.group else drawn.measures[n].title
                says = f"{mark.label}: {what.lower()} {drawn.said(value, n)}"
                yield Point(cut(mark.label), wall(value, drawn.query.zone), what or "none", says)
