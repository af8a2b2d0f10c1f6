"""How sure a share of counted things is."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import exp, fsum, lgamma, log, log1p, sqrt
from statistics import NormalDist

import numpy as np

from tracker_sync.patterns.statistics import Array

Z = NormalDist().inv_cdf(0.975)


def wilson(part: Fraction | float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share of n, by Wilson's score (Wilson 1927, JASA 22:209).

    `part` is from 0 to 1, `n` above 0; of weighted things, n is `kish` of their weights.
    """
    p = float(part)
    middle = p + Z * Z / (2 * n)
    spread = Z * sqrt((p * (1 - p) + Z * Z / (4 * n)) / n)
    ends = ((middle + sign * spread) / (1 + Z * Z / n) for sign in (-1, 1))
    low, high = (min(1.0, max(0.0, end)) for end in ends)
    return low, high


def p_above(part: Fraction | float, n: float, threshold: Fraction | float) -> float:
    """How often chance shows such a share of n or more where the true one is `threshold`, by the score test.

    It is the test that `wilson` inverts: its lower end is above the threshold exactly where this is under
    0.025. `threshold` is from 0 to 1; where it is 0, any share above it is no chance; none is above 1. Far
    out it is too sure of few things and small thresholds: at 0.2, of ten, chance goes below 0.001 six times
    as often as it says. So `p_exact` is for what is counted and held against many other findings.
    """
    t = float(threshold)
    if t in (0, 1):
        return float(part <= t)
    return NormalDist().cdf(-(float(part) - t) / sqrt(t * (1 - t) / n))


def p_exact(k: int, n: int, threshold: Fraction | float) -> float:
    """How often chance shows k of n or more where the true share is `threshold`: the binomial test, exact."""
    t = float(threshold)
    if t in (0, 1):
        return float(k <= n * t)
    ways = (lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) for i in range(k, n + 1))
    chances = (exp(way + i * log(t) + (n - i) * log1p(-t)) for i, way in enumerate(ways, k))
    return min(1.0, fsum(chances))


def kish(weights: Sequence[float] | Array) -> float:
    """The effective number of things that weigh unequally: (sum of weights)² / sum of squared weights.

    By Kish (Survey Sampling, 1965). As many as there are where all weigh the same; 0 where nothing weighs.
    """
    w = np.asarray(weights, dtype=float)
    squares = float((w * w).sum())
    return float(w.sum()) ** 2 / squares if squares else 0.0


def kish_least(sure: Iterable[tuple[str, float]], more: Iterable[tuple[str, float]]) -> float:
    """The least that `kish` of roots can be, of what surely weighs something and of what may, or a part of it
    may; both by root. 0 where nothing weighs for sure.

    It is a bound, and mostly nearly reached. A weight w that may be added to a root of c adds at most
    w (2 c + w) to the squares, and a part of it at most that part. So what adds most for its weight is put
    first, up to where the number turns.
    """
    known, open_ = _by_root(sure), _by_root(more)
    total, squares = sum(known.values()), sum(w * w for w in known.values())
    if not squares:
        return 0.0
    least = total * total / squares
    for each, weight in sorted(
        ((2 * known.get(root, 0.0) + w, w) for root, w in open_.items()), reverse=True
    ):
        turn = min(max(total - 2 * squares / each, 0.0), weight) if each else 0.0
        least = min(least, *((total + w) ** 2 / (squares + w * each) for w in (turn, weight)))
        total, squares = total + weight, squares + weight * each
    return least


def _by_root(weights: Iterable[tuple[str, float]]) -> dict[str, float]:
    found = dict[str, float]()
    for root, weight in weights:
        found[root] = found.get(root, 0.0) + weight
    return found
