"""Amounts as bars, coloured by what they belong to."""

from typing import Any

from tracker_sync.render.html.charts.axes import ACROSS, AMOUNT, cut, labelled, room
from tracker_sync.render.html.charts.drawn import Drawn, ends
from tracker_sync.render.html.charts.groups import colours

HOW = "Each bar is one figure."


def spec(drawn: Drawn) -> dict[str, Any]:
    """A bar for each amount."""
    rows: list[dict[str, Any]] = [
        {
            "row": cut(m.label), "group": m.group or "none", "to": f"#{m.to}" if m.to else "#",
            "amount": found[1], "text": drawn.said(m.values[0]),
            "says": f"{m.label}: {drawn.said(m.values[0])}{f', {m.group}' if m.group else ''}",
        }
        for m in drawn.marks
        if (found := ends(m.values[0])) is not None
    ]  # fmt: skip
    end = room([r["amount"] for r in rows], [r["text"] for r in rows], ACROSS)
    across = {
        "field": "amount", "type": "quantitative", "scale": {"domain": [0, end], "nice": False},
        "axis": {"labelExpr": AMOUNT, "title": drawn.measures[0].unit or None, "grid": True},
    }  # fmt: skip
    bar: dict[str, Any] = {
        "mark": {"type": "bar", "height": 16, "color": "var(--sure)"},
        "encoding": {
            "x": across, "description": {"field": "says"}, "href": {"field": "to"},
            **({"color": colours(rows)} if drawn.group else {}),
        },
    }  # fmt: skip
    text = {
        "mark": {"type": "text", "align": "left", "dx": 8, "fontWeight": 600},
        "encoding": {"x": {"field": "amount", "type": "quantitative"}, "text": {"field": "text"}},
    }
    y = labelled(r["row"] for r in rows)
    return {
        "data": {"values": rows}, "height": {"step": 30}, "encoding": {"y": y}, "layer": [bar, text],
    }  # fmt: skip


def reading(drawn: Drawn) -> str:
    """How to read it."""
    return f"Coloured by {drawn.group.lower()}." if drawn.group else HOW
