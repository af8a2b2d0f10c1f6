"""Rows by two numbers, across and up, divided in the middle of each scale."""

from typing import Any

from tracker_sync.render.html.charts.axes import cut
from tracker_sync.render.html.charts.drawn import Drawn, Mark, ends
from tracker_sync.render.html.charts.groups import colours
from tracker_sync.render.html.charts.labels import beside

WIDE, HIGH = 890, 460
"""Units of the part that the axes enclose."""


def spec(drawn: Drawn) -> dict[str, Any]:
    """A dot for each row."""
    rows = [row for m in drawn.marks if (row := _row(drawn, m))]
    sides = [_axis(drawn, n, [r[f] for r in rows]) for n, f in enumerate(("x", "y"))]
    _name(rows, *(side["scale"]["domain"][1] for side in sides))
    size = (
        {"size": {"field": "size", "type": "quantitative", "legend": None,
                  "scale": {"rangeMin": 60, "rangeMax": 700, "domainMin": 0}}}
        if len(drawn.measures) > 2 else {}
    )  # fmt: skip
    dots = {
        "mark": {"type": "point", "filled": True, "opacity": 0.75, "size": 140, "color": "var(--sure)"},
        "encoding": {
            "x": {"field": "x", **sides[0]}, "y": {"field": "y", **sides[1]}, **size,
            "description": {"field": "says"}, "href": {"field": "to"},
            **({"color": colours(rows)} if drawn.group else {}),
        },
    }  # fmt: skip
    names = {
        "mark": {"type": "text", "limit": 0},
        "encoding": {
            "x": {"field": "name_x", **sides[0]}, "y": {"field": "name_y", **sides[1]},
            "text": {"field": "row"},
        },
    }  # fmt: skip
    halves = [
        {"data": {"values": [{f: sum(side["scale"]["domain"]) / 2}]},
         "mark": {"type": "rule", "color": "var(--rule-strong)", "strokeDash": [4, 4]},
         "encoding": {f: {"field": f, **side}}}
        for f, side in zip(("x", "y"), sides, strict=True)
    ]  # fmt: skip
    return {"data": {"values": rows}, "height": HIGH, "layer": [*halves, dots, names]}


def _name(rows: list[dict[str, Any]], right: float, top: float) -> None:
    """Where each name stands, in the units of the axes."""
    dots = [(r["x"] / right * WIDE, (1 - r["y"] / top) * HIGH, r["row"]) for r in rows]
    for row, (x, y) in zip(rows, beside(dots, WIDE, HIGH), strict=True):
        row |= {"name_x": x / WIDE * right, "name_y": (1 - y / HIGH) * top}


def reading(drawn: Drawn) -> str:
    """How to read it."""
    across, up = (c.title.lower() for c in drawn.measures[:2])
    told = f"Across: {across}. Up: {up}."
    if len(drawn.measures) > 2:
        told += f" Size: {drawn.measures[2].title.lower()}."
    return told


def _row(drawn: Drawn, mark: Mark) -> dict[str, Any] | None:
    found = [ends(v) for v in mark.values]
    if found[0] is None or found[1] is None:
        return None
    told = ", ".join(
        f"{c.title.lower()} {drawn.said(v, n)}"
        for n, (c, v) in enumerate(zip(drawn.measures, mark.values, strict=True))
    )
    return {
        "row": cut(mark.label), "x": found[0][0], "y": found[1][0], "group": mark.group or "none",
        "size": found[2][0] if len(found) > 2 and found[2] else 0,
        "says": f"{mark.label}: {told}", "to": f"#{mark.to}" if mark.to else "#",
    }  # fmt: skip


def _axis(drawn: Drawn, n: int, values: list[float]) -> dict[str, Any]:
    """From 0 to 10 where the values are such marks; else as far as they go."""
    top = 10 if max(values, default=0) <= 10 else max(values) * 1.1
    return {
        "type": "quantitative", "scale": {"domain": [0, top], "nice": False},
        "axis": {"title": drawn.measures[n].title, "grid": False, "domain": True, "labelColor": "var(--soft)",
                 "titleAnchor": "end"},
    }  # fmt: skip
