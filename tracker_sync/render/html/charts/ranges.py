"""Figures that nobody knows exactly: from the lowest to the highest, with the likeliest between."""

from typing import Any

from tracker_sync.render.html.charts.axes import ACROSS, AMOUNT, cut, labelled, room
from tracker_sync.render.html.charts.drawn import Drawn, ends
from tracker_sync.render.sheet import Range
from tracker_sync.render.values import number


def spec(drawn: Drawn) -> dict[str, Any]:
    """A line for each range."""
    unit = drawn.measures[0].unit
    rows = [_row(drawn, n) for n in range(len(drawn.marks))]
    end = room([r["right"] for r in rows], [r["text"] for r in rows], ACROSS)
    x = {"axis": {"labelExpr": AMOUNT, "title": unit or None, "grid": True},
         "scale": {"domain": [0, end], "nice": False}}  # fmt: skip
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "color": "url(#possible)", "height": 12},
            "encoding": {
                "x": {"field": "low", "type": "quantitative", **x}, "x2": {"field": "high"},
                "description": {"field": "says"}, "href": {"field": "to"},
            },
        },
        {
            "mark": {"type": "tick", "color": "var(--sure)", "thickness": 4, "height": 18, "opacity": 1},
            "encoding": {"x": {"field": "middle", "type": "quantitative"},
                         "description": {"field": "says"}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 12, "fontWeight": 600},
            "encoding": {"x": {"field": "right", "type": "quantitative"}, "text": {"field": "text"}},
        },
    ]  # fmt: skip
    if drawn.target:
        layers.insert(2, {
            "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 110, "opacity": 1,
                     "color": "var(--target)"},
            "encoding": {"x": {"field": "target", "type": "quantitative"}, "description": {"field": "aims"}},
        })  # fmt: skip
    y = labelled(r["row"] for r in rows)
    return {"data": {"values": rows}, "height": {"step": 36}, "encoding": {"y": y}, "layer": layers}


def reading(drawn: Drawn) -> str:
    """How to read it."""
    told = "Hatched: from the lowest to the highest that is likely."
    if any(isinstance(v, Range) and v.middle is not None for m in drawn.marks for v in m.values):
        told += " Upright mark: the middle."
    aimed = any(ends(m.target) for m in drawn.marks)
    return told + (f" Diamond: {drawn.target.title.lower()}." if drawn.target and aimed else "")


def _row(drawn: Drawn, n: int) -> dict[str, Any]:
    mark = drawn.marks[n]
    value = mark.values[0]
    low, high = ends(value) or (None, None)
    aim = ends(mark.target)
    aimed = f"; {drawn.target.title.lower()} {drawn.aimed(mark)}" if drawn.target and aim else ""
    return {
        "row": cut(mark.label), "low": low, "high": high, "to": f"#{mark.to}" if mark.to else "#",
        "middle": value.middle if isinstance(value, Range) else None,
        "target": aim[0] if aim else None, "right": max(high or 0, aim[0] if aim else 0),
        "text": _short(low, high), "says": f"{mark.label}: {drawn.said(value)}",
        "aims": f"{mark.label}{aimed}",
    }  # fmt: skip


def _short(low: float | None, high: float | None) -> str:
    """The ends as there is room for: "1.1–2.4M"."""
    if low is None or high is None:
        return ""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if high >= 10 * size or (high >= size and low >= size / 100):
            return f"{number(low / size)}–{number(high / size)}{letter}"
    return f"{number(low)}–{number(high)}"
