"""What happened when: several times of each row on one line."""

from typing import Any

from tracker_sync.render.html.charts.axes import cut, labelled
from tracker_sync.render.html.charts.clock import wall
from tracker_sync.render.html.charts.drawn import Drawn
from tracker_sync.render.html.charts.groups import COLOURS, chosen, shapes


def spec(drawn: Drawn) -> dict[str, Any]:
    """A line for each row, from its first time to its last."""
    names = [c.title for c in drawn.measures]
    points: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for mark in drawn.marks:
        found = [(n, v) for n, v in enumerate(mark.values) if isinstance(v, int)]
        to = f"#{mark.to}" if mark.to else "#"
        at = [wall(v, drawn.query.zone) for _, v in found]
        lines.append({"row": cut(mark.label), "from": min(at), "until": max(at), "to": to,
                      "says": ", ".join([mark.label, *([mark.group] if mark.group else [])])})  # fmt: skip
        points += [
            {"row": cut(mark.label), "at": wall(v, drawn.query.zone), "what": names[n],
             "says": f"{mark.label}: {names[n].lower()} {drawn.said(v, n)}"}
            for n, v in found
        ]  # fmt: skip
    x = {"type": "temporal", "scale": {"type": "utc"},
         "axis": {"title": None, "format": "%b %Y", "grid": True, "labelFlush": True}}  # fmt: skip
    line = {
        "data": {"values": lines},
        "mark": {"type": "rule", "color": "var(--rule-strong)", "strokeWidth": 5},
        "encoding": {
            "x": {"field": "from", **x}, "x2": {"field": "until"},
            "description": {"field": "says"}, "href": {"field": "to"},
        },
    }  # fmt: skip
    colour = {"field": "what", "type": "nominal",
              "scale": {"domain": names, "range": chosen(COLOURS, len(names))}}  # fmt: skip
    point = {
        "data": {"values": points},
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {
            "x": {"field": "at", **x}, "shape": shapes(names), "color": colour,
            "description": {"field": "says"},
        },
    }  # fmt: skip
    y = labelled(r["row"] for r in lines)
    return {"height": {"step": 30}, "encoding": {"y": y}, "layer": [line, point]}


def reading(drawn: Drawn) -> str:
    """How to read it."""
    return "Each line goes from the first time of its row to the last; the marks say what happened."
