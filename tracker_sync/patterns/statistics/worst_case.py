"""The untagged, counted so that they speak most against a warning: what then holds, holds anyhow.

Where a warning rests on a lower end above a threshold, the world in which p is largest is the worst: the
lower end is above the threshold there only if it is in every other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from math import inf
from statistics import median

from msgspec import Struct

from tracker_sync.patterns.statistics.auc import error
from tracker_sync.patterns.statistics.difference import Rate, score

Value = Fraction | float


class Untagged(Struct, frozen=True):
    """What is not known of things in a comparison of two groups."""

    first: int = 0
    """How many are in the first group, their value unknown."""
    second: int = 0
    """Likewise in the second."""
    values: tuple[Value, ...] = ()
    """The values of those whose group is unknown; of a share, 1 for what is in it and 0 for what is not."""
    both: int = 0
    """How many have neither a group nor a value."""


def share(known: Rate, unknown: int) -> Rate:
    """A share with nothing unknown in it: the lower bound, of all things."""
    return Rate(known.part, known.n + unknown)


def rates(first: Rate, second: Rate, untagged: Untagged) -> tuple[Rate, Rate]:
    """The two shares where `difference` has the largest p, or where a group may be empty, with that empty.

    With so many in the first group, p is largest with as few of these and as many of the second in the share
    as can be. So only how many go to the first is tried: what is not in the share first, then what is unknown
    altogether, then what is in it.
    """
    k1, n1 = first.part, first.n + untagged.first
    k2, n2 = second.part + untagged.second, second.n + untagged.second
    yes = sum(value == 1 for value in untagged.values)
    no, both = len(untagged.values) - yes, untagged.both
    worlds = list[tuple[Rate, Rate]]()
    for moved in range(yes + no + both + 1):
        unknown = min(max(moved - no, 0), both)
        inside = max(moved - no - both, 0)
        one = Rate(k1 + inside, n1 + moved)
        other = Rate(k2 + yes - inside + both - unknown, n2 + yes + no + both - moved)
        worlds.append((one, other))
    return min(worlds, key=lambda w: score(*w) if w[0].n and w[1].n else -inf)


def values(
    first: Sequence[Value],
    second: Sequence[Value],
    untagged: Untagged,
    threshold: Fraction | float = Fraction(1, 2),
) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The values of the two groups where `auc` has the largest p; a group that may be empty is. The threshold
    is between 0 and 1.

    An unknown value is below all others in the first group (-inf) and above all in the second (inf). With so
    many in the first group, p is largest with the smallest of the values whose group is unknown. So only how
    many go to the first is tried.
    """
    ones, others = [*first, *[-inf] * untagged.first], [*second, *[inf] * untagged.second]
    free, both, t = sorted(untagged.values), untagged.both, float(threshold)
    pool = sorted([*ones, *others, *free])
    places = [bisect_left(pool, x) + bisect_right(pool, x) + 1 for x in free]  # twice the rank in the middle
    ranks = sum(bisect_left(pool, x) + bisect_right(pool, x) + 1 for x in ones)
    worst, at = inf, (0, 0)
    for moved in range(len(free) + 1):
        wins = ranks + sum(places[:moved]) - (len(ones) + moved) * (len(ones) + moved + 1)
        for lowest in range(both + 1):
            m, n = len(ones) + moved + lowest, len(others) + len(free) - moved + both - lowest
            z = (wins / (2 * m * n) - t) / error(t, m, n) if m and n else -inf
            if z < worst:
                worst, at = z, (moved, lowest)
    moved, lowest = at
    return (*ones, *free[:moved], *[-inf] * lowest), (*others, *free[moved:], *[inf] * (both - lowest))


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
