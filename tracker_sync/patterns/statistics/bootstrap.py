"""How sure a share by weight is, where slices of one root epic stand or fall together."""

from fractions import Fraction
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

import numpy as np
from msgspec import Struct

from tracker_sync.patterns.statistics import DRAWS, SEED, Array
from tracker_sync.patterns.statistics.proportion import Z, kish, p_above, wilson

FEW = 2_000
"""Up to so many root items are drawn again and again; with more, what that would come to is calculated."""
TIE = 1e-9
"""Shares so close are the same: sums of weights differ in their last digits by machine."""


class Weighted(Struct, frozen=True):
    """A share by weight, held against a threshold."""

    share: float
    low: float
    """95 %, as `high`."""
    high: float
    p: float
    """How often chance shows such a share or more where the true one is the threshold. The bootstrap's part
    of it is under 0.0255 (51 of 2,001) exactly where its part of `low` is above the threshold."""
    n_eff: float
    """Kish's effective number of root items."""


def weighted(part: Array, whole: Array, roots: Array, threshold: Fraction | float) -> Weighted | None:
    """The share of sum(part) in sum(whole), each thing of a root, and whether it is above a threshold.

    None where nothing weighs anything. Interval and p are the more cautious ones of two. The bootstrap alone
    takes the scatter of few roots for all there is: of eight that are all in it, it is certain. On made-up
    work with a share of 80 % it is wrong 7 to 27 % of the time rather than 2.5 %. Wilson's score of Kish's
    number of roots knows nothing of which roots weigh most, and is wrong 3 to 6 % at a share of 20 %. Both
    together stay under 3 %, but where heavy roots are in it less often than light ones (then up to 12 %, and
    16 % at a share of 80 %).
    """
    whole, part = by_root(roots, whole, part)
    part, whole = part[whole > 0], whole[whole > 0]
    if not len(whole):
        return None
    share, n, (low, high) = float(part.sum() / whole.sum()), kish(whole), ends(part, whole)
    least, most = wilson(share, n)
    p = max(_p_above(part, whole, float(threshold)), p_above(share, n, threshold))
    return Weighted(share, min(low, least), max(high, most), p, n)


def by_root(roots: Array, *amounts: Array) -> tuple[Array, ...]:
    """Each of some amounts of the same things, summed by the root that a thing belongs to."""
    _, place = np.unique(roots, return_inverse=True)
    return tuple(np.bincount(place, of) for of in amounts)


def ends(part: Array, whole: Array) -> tuple[float, float]:
    """The 95 % interval of sum(part) / sum(whole), both by root; each root's whole is above 0.

    Of few roots: percentiles over resamples with a fixed seed, so that the same items give the same ends. Of
    many: the ratio's linearised variance, which the bootstrap comes to (Cochran, Sampling Techniques, §6.3).
    """
    if len(whole) <= FEW:
        ratios = np.sort(_ratios(part, whole))
        cut = round(DRAWS * 0.025)
        return float(ratios[cut]), float(ratios[DRAWS - 1 - cut])
    ratio, error = _linearised(part, whole)
    return max(0.0, ratio - Z * error), min(1.0, ratio + Z * error)


def _p_above(part: Array, whole: Array, threshold: float) -> float:
    """How often a resample's share is no more than the threshold (Davison & Hinkley 1997, §4.4), or what that
    comes to with many roots."""
    if len(whole) <= FEW:
        return float(1 + (_ratios(part, whole) <= threshold + TIE).sum()) / (DRAWS + 1)
    ratio, error = _linearised(part, whole)
    return NormalDist().cdf(-(ratio - threshold) / error) if error else float(ratio <= threshold)


def _ratios(part: Array, whole: Array) -> Array:
    """The share in each resample."""
    drawn = _draws(len(whole))
    found: Array = (drawn @ part) / (drawn @ whole)
    return found


def _linearised(part: Array, whole: Array) -> tuple[float, float]:
    """The share and its standard error."""
    n, ratio = len(whole), float(part.sum() / whole.sum())
    rest = part - ratio * whole
    return ratio, sqrt(n / (n - 1) * float((rest * rest).sum())) / float(whole.sum())


@lru_cache(maxsize=4)
def _draws(size: int) -> Array:
    """How often each resample draws each root; many shares of a report have the same roots."""
    rng = np.random.RandomState(SEED)  # the one whose numbers no version of numpy changes
    found: Array = rng.multinomial(size, np.full(size, 1 / size), size=DRAWS)
    return found.astype(float)  # once, not for each share
