"""How sure a share of counted things is."""

from collections.abc import Sequence
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
