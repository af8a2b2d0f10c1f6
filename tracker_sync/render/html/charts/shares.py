"""Shares as bars: solid as far as they are sure, hatched as far as they are possible."""

from typing import Any

from tracker_sync.render.html.charts.axes import ACROSS, cut, labelled, room
from tracker_sync.render.html.charts.drawn import Drawn, ends
from tracker_sync.reports.shares import Share

HOW = "Solid: sure. Hatched: possible, because too little is said of some of the work."
TARGET = "Upright mark: {}."
CHANCE = "Thin line below: what chance adds (95 %)."


def spec(drawn: Drawn) -> dict[str, Any]:
    """A bar for each share."""
    rows = _rows(drawn)
    end = room([r["right"] for r in rows], [r["text"] for r in rows], ACROSS)
    x = {"axis": {"format": ".0%", "title": None, "grid": True}, "scale": {"domain": [0, end], "nice": False}}

    def bar(start: str, end: str, color: str) -> dict[str, Any]:
        return {
            "mark": {"type": "bar", "color": color, "height": 18},
            "encoding": {
                "x": {"field": start, "type": "quantitative", **x}, "x2": {"field": end},
            },
        }  # fmt: skip

    whole = bar("zero", "high", "transparent")
    whole["encoding"] |= {"description": {"field": "says"}, "href": {"field": "to"}}
    layers = [bar("zero", "low", "var(--sure)"), bar("low", "high", "url(#possible)"), whole]
    if any(r["to95"] is not None for r in rows):
        layers.append({
            "mark": {"type": "rule", "color": "var(--ink)", "strokeWidth": 1, "yOffset": 13},
            "encoding": {"x": {"field": "from95", "type": "quantitative"}, "x2": {"field": "to95"}},
        })  # fmt: skip
    if drawn.target:
        layers.append({
            "mark": {"type": "tick", "color": "var(--target)", "thickness": 3, "height": 26, "opacity": 1},
            "encoding": {"x": {"field": "target", "type": "quantitative"},
                         "description": {"field": "aims"}},
        })  # fmt: skip
    layers.append({
        "mark": {"type": "text", "align": "left", "dx": 10, "fontWeight": 600},
        "encoding": {"x": {"field": "right", "type": "quantitative"}, "text": {"field": "text"}},
    })  # fmt: skip
    y = labelled(r["row"] for r in rows)
    return {"data": {"values": rows}, "height": {"step": 40}, "encoding": {"y": y}, "layer": layers}


def reading(drawn: Drawn) -> str:
    """How to read it."""
    bounds = [found for m in drawn.marks for v in m.values if (found := ends(v))]
    parts = [HOW] if any(low < high for low, high in bounds) else []
    if drawn.target and any(ends(m.target) for m in drawn.marks):
        parts.append(TARGET.format(drawn.target.title.lower()))
    if any(isinstance(v, Share) and v.interval for m in drawn.marks for v in m.values):
        parts.append(CHANCE)
    return " ".join(parts)


def _rows(drawn: Drawn) -> list[dict[str, Any]]:
    several = len(drawn.measures) > 1 and bool(drawn.chart.table)
    rows = []
    for mark in drawn.marks:
        for n, value in enumerate(mark.values):
            if (found := ends(value)) is None:
                continue
            chance = value.interval if isinstance(value, Share) else None
            aim = ends(mark.target)
            low, high = found
            rows.append({
                "row": cut(f"{mark.label}, {drawn.measures[n].title}" if several else mark.label),
                "zero": 0, "low": low, "high": high, "to": f"#{mark.to}" if mark.to else "#",
                "from95": chance[0] if chance else None, "to95": chance[1] if chance else None,
                "target": aim[0] if aim else None, "aims": f"{mark.label}: {drawn.aimed(mark)}",
                "text": drawn.said(value, n), "says": f"{mark.label}: {drawn.said(value, n)}",
                "right": max(high, chance[1] if chance else 0, aim[0] if aim else 0),
            })  # fmt: skip
    return rows
