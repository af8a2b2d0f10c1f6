"""A share or an amount over time: the band is what is possible, its lower edge what is sure."""

from typing import Any

from tracker_sync.render.html.charts.clock import wall
from tracker_sync.render.html.charts.drawn import Drawn, ends

COLOURS = ("var(--sure)", "var(--target)")
DASHES = ([1, 0], [6, 4])


def spec(drawn: Drawn) -> dict[str, Any]:
    """A band for the first value, dashed lines for the second."""
    timed = all(m.time is not None for m in drawn.marks)
    x: dict[str, Any] = {"field": "at", "type": "ordinal", "sort": None, "axis": {"title": None}}
    if timed:
        x = {"field": "at", "type": "temporal", "scale": {"type": "utc"},
             "axis": {"title": None, "format": "%b %Y", "grid": False, "labelFlush": True}}  # fmt: skip
    is_share = drawn.measures[0].type == "share"
    y = {"type": "quantitative", "scale": {"domainMin": 0},
         "axis": {"format": ".0%" if is_share else "~s", "tickCount": 5}}  # fmt: skip
    layers: list[dict[str, Any]] = []
    for n in range(len(drawn.measures)):
        rows = _rows(drawn, n)
        if n == 0:
            layers.append(_area(rows, x, y, "zero", "low", {"color": "var(--sure)", "opacity": 0.16}))
            layers.append(_area(rows, x, y, "low", "high", {"color": "url(#possible)", "opacity": 0.5}))
        line = {"type": "line", "color": COLOURS[n % 2], "strokeDash": DASHES[n % 2], "strokeWidth": 2}
        layers.append(_line(rows, x, y, "low", {**line, "point": n == 0 and _point(rows, COLOURS[0])}))
        layers.append(_line(rows, x, y, "high", {**line, "strokeWidth": 1}))
    return {"height": 240, "layer": layers}


def reading(drawn: Drawn) -> str:
    """How to read it."""
    told = ["Plain: sure. Hatched: possible, because too little is said of some of the work."]
    if len(drawn.measures) > 1:
        first, second = (c.title for c in drawn.measures[:2])
        told.append(f"Solid line: {first.lower()}. Dashed lines: {second.lower()}.")
    return " ".join(told)


def _area(
    rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], start: str, end: str,
    look: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    up = {"y": {"field": start, **y}, "y2": {"field": end}}
    return {"data": {"values": rows}, "mark": {"type": "area", **look}, "encoding": {"x": x, **up}}


def _line(
    rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], field: str, look: dict[str, Any]
) -> dict[str, Any]:
    encoding = {"x": x, "y": {"field": field, **y}, "description": {"field": "says"}}
    return {"data": {"values": rows}, "mark": look, "encoding": encoding}


def _rows(drawn: Drawn, n: int) -> list[dict[str, Any]]:
    rows = []
    for mark in drawn.marks:
        low, high = ends(mark.values[n]) or (None, None)
        text = drawn.said(mark.values[n], n)
        rows.append({
            "zero": None if low is None else 0,
            "at": mark.label if mark.time is None else wall(mark.time, drawn.query.zone),
            "low": low, "high": high,
            "says": f"{mark.label}: {text}",
        })  # fmt: skip
    return rows


def _point(rows: list[dict[str, Any]], colour: str) -> dict[str, Any] | bool:
    """Few periods are worth a dot each, and one alone is no line."""
    return {"filled": True, "size": 30, "color": colour} if len(rows) <= 40 else False
