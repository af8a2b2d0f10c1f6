"""How much sooner one group is than another, where it is not known what belongs to which."""

from bisect import bisect_left
from collections.abc import Sequence
from math import inf
from statistics import median


def medians(
    first: Sequence[float], second: Sequence[float], either: Sequence[float],
    second_or_none: Sequence[float] = (),
) -> tuple[float, float]:  # fmt: skip
    """The medians of the two groups, of which neither is empty, where that of the second is the fewest times
    that of the first; none of the values is below 0.

    `either` are the values of which the group is unknown, `second_or_none` those that are in the second group
    if they are in any. With so many in the first group its median is largest, and the other one smallest,
    with the largest of the unknown; so only how many go to the first is tried.
    """
    free, maybe, worlds = sorted(either), sorted(second_or_none), list[tuple[float, float]]()
    for left in range(len(free) + 1):
        rest = sorted([*second, *free[:left]])
        lower = bisect_left(range(len(maybe)), True, key=lambda n: _raises(rest, maybe, n))
        worlds.append((median([*first, *free[left:]]), median([*rest, *maybe[:lower]])))
    return min(worlds, key=lambda w: w[1] / w[0] if w[0] else inf if w[1] else 1)


def _raises(rest: list[float], maybe: list[float], n: int) -> bool:
    """Whether the n-th of some values no longer lowers the median of the rest and of those before it."""
    return maybe[n] >= median([*rest, *maybe[:n]])
