"""How sure it is that a share is larger in one group than in another."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from msgspec import Struct

from tracker_sync.patterns.statistics.proportion import Z


class Rate(NamedTuple):
    """So many of n; of weighted things, n is Kish's effective number, and part is that times the share."""

    part: float
    n: float


class Difference(Struct, frozen=True):
    """The first share minus the second."""

    value: float
    low: float
    """95 %, as `high`."""
    high: float
    p: float
    """How often chance shows such a difference or more where the two are the same: under 0.025 exactly where
    `low` is above 0."""


def difference(first: Rate, second: Rate) -> Difference | None:
    """The difference of two shares with its interval; None where either has nothing.

    Interval and p are those of Agresti & Caffo (2000, The American Statistician 54:280): one more of each
    kind in each group, then the normal interval. The middle of it is so not `value`, but nearer to 0. With
    groups of 8 to 200 it is wrong in at most 3.3 % of cases rather than 2.5 %; the pooled score test and
    Newcombe's interval are in up to 6.6 %, where one group is small.
    """
    if not (first.n and second.n):
        return None
    middle, error = _normal(first, second)
    low, high = max(-1.0, middle - Z * error), min(1.0, middle + Z * error)
    p = NormalDist().cdf(-score(first, second))
    return Difference(first.part / first.n - second.part / second.n, low, high, p)


def score(first: Rate, second: Rate) -> float:
    """By how many standard errors the difference is above 0; it grows with what is in the first share."""
    middle, error = _normal(first, second)
    return middle / error


def _normal(first: Rate, second: Rate) -> tuple[float, float]:
    """The middle of the interval and its standard error."""
    (p, n), (q, m) = (((part + 1) / (n + 2), n + 2) for part, n in (first, second))
    return p - q, sqrt(p * (1 - p) / n + q * (1 - q) / m)
