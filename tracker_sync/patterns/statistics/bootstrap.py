"""How sure a share by weight is, where slices of one root epic stand or fall together."""

from functools import lru_cache
from math import sqrt

import numpy as np

from tracker_sync.patterns.statistics import DRAWS, SEED, Array
from tracker_sync.patterns.statistics.proportion import Z

FEW = 2_000
"""Up to so many root items are drawn again and again; with more, what that would come to is calculated."""


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
    return found
