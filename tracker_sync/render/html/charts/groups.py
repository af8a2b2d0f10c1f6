"""Colours and shapes that stand for groups, told apart by all eyes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

COLOURS = tuple(f"var(--group-{n})" for n in range(1, 7))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def colours(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Vega-Lite's `color` by the field `group`; the last colour stands for all that come later."""
    names = [*dict.fromkeys(r["group"] for r in rows)]
    return {"field": "group", "type": "nominal",
            "scale": {"domain": names, "range": chosen(COLOURS, len(names))}}  # fmt: skip


def shapes(names: Sequence[str]) -> dict[str, Any]:
    """Vega-Lite's `shape` by the field `what`."""
    return {"field": "what", "type": "nominal",
            "scale": {"domain": list(names), "range": chosen(SHAPES, len(names))}}  # fmt: skip


def chosen(among: Sequence[str], count: int) -> list[str]:
    """So many, in order."""
    return [among[min(n, len(among) - 1)] for n in range(count)]
