"""Axes with room for their words, whatever font a reader has: the picture is made before that is known."""

from collections.abc import Iterable, Sequence
from typing import Any

LONGEST = 34
"""Characters of a label; a longer one is cut, and whole in the figures beside the chart."""
_LETTER = 7.6
"""Units that a letter of a label takes at most, on average, in the widest of the usual fonts."""
_BOLD = 8.2
ACROSS = 700
"""Units of a chart without its labels, about."""
AMOUNT = "format(datum.value, '~s')"
"""How an axis shows amounts: 1.5M."""


def labelled(names: Iterable[str]) -> dict[str, Any]:
    """Vega-Lite's `y` by the field `row`, as wide as the longest name."""
    longest = max((len(n) for n in names), default=0)
    return {
        "field": "row", "type": "nominal", "sort": None,
        "axis": {"minExtent": longest * _LETTER + 8, "labelLimit": 0},
    }  # fmt: skip


def cut(label: str) -> str:
    """A label, as far as there is room for it."""
    return label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…"


def room(ends: Iterable[float], texts: Sequence[str], across: float) -> float:
    """How far an axis has to go so that a text fits beside the longest bar; `across`: the chart's width in
    units, without its labels."""
    longest = max((len(t) for t in texts), default=0) * _BOLD + 16
    return max(ends, default=0) / max(0.4, 1 - longest / across) or 1
