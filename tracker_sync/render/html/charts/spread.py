"""How one number is spread: a dot for each row, and the middle one marked."""

from statistics import median
from typing import Any

from tracker_sync.render.html.charts.axes import cut, labelled
from tracker_sync.render.html.charts.drawn import Drawn, ends


def spec(drawn: Drawn) -> dict[str, Any]:
    """A line of dots for each group, or one for all."""
    by: dict[str, list[float]] = {}
    rows = []
    for mark in drawn.marks:
        if (found := ends(mark.values[0])) is None:
            continue
        line = cut(mark.group) or ("none" if drawn.group else "all")
        by.setdefault(line, []).append(found[0])
        rows.append({
            "row": line, "value": found[0], "says": f"{mark.label}: {drawn.said(mark.values[0])}",
            "to": f"#{mark.to}" if mark.to else "#",
        })  # fmt: skip
    middles = [
        {"row": g, "value": median(v), "says": f"{g}: the middle is {median(v):g}"} for g, v in by.items()
    ]
    unit = drawn.measures[0].unit or ("person-days" if drawn.measures[0].type == "days" else "")
    x = {"field": "value", "type": "quantitative", "scale": {"domainMin": 0},
         "axis": {"title": unit or None, "grid": True}}  # fmt: skip
    y = labelled(by)
    dots = {
        "data": {"values": rows},
        "mark": {"type": "point", "filled": True, "size": 120, "opacity": 0.55, "color": "var(--sure)"},
        "encoding": {"x": x, "y": y, "description": {"field": "says"}, "href": {"field": "to"}},
    }
    middle = {
        "data": {"values": middles},
        "mark": {"type": "tick", "color": "var(--target)", "thickness": 3, "height": 24, "opacity": 1},
        "encoding": {"x": x, "y": y, "description": {"field": "says"}},
    }
    return {"height": {"step": 38}, "layer": [dots, middle]}


def reading(drawn: Drawn) -> str:
    """How to read it."""
    return "Each dot is one of the rows. Upright mark: half of them are below it, half above."
