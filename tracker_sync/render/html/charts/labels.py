"""Names beside their dots, moved where they would stand on one another."""

from collections.abc import Iterable
from typing import NamedTuple

_LETTER, _HIGH, _GAP = 7.2, 15.0, 20.0


class Box(NamedTuple):
    """A rectangle by its middle, in units of the chart."""

    x: float
    y: float
    wide: float
    high: float

    def meets(self, other: "Box") -> bool:
        """Whether they share any room."""
        return (
            abs(self.x - other.x) * 2 < self.wide + other.wide
            and abs(self.y - other.y) * 2 < self.high + other.high
        )


def beside(points: Iterable[tuple[float, float, str]], wide: float, high: float) -> list[tuple[float, float]]:
    """Where to put the middle of each name, for dots at (x, y) of a chart that is so wide and high.

    Above its dot, else below, right, left, or further off: the first place that is within the chart and free;
    the place above where none is.
    """
    dots = list(points)
    taken = [Box(x, y, _GAP, _GAP) for x, y, _ in dots]
    found = []
    for x, y, name in dots:
        across = len(name) * _LETTER
        aside = across / 2 + _GAP
        spots = ((0, -_GAP), (0, _GAP), (aside, 0), (-aside, 0), (0, -2 * _GAP), (0, 2 * _GAP))
        boxes = [Box(x + dx, y + dy, across, _HIGH) for dx, dy in spots]
        free = (
            b for b in boxes
            if b.wide / 2 <= b.x <= wide - b.wide / 2 and 0 <= b.y <= high and not any(map(b.meets, taken))
        )  # fmt: skip
        chosen = next(free, boxes[0])
        taken.append(chosen)
        found.append((chosen.x, chosen.y))
    return found
