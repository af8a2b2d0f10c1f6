"""How often chance alone shows as much as was observed: labels or dates are dealt out again and again."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from tracker_sync.patterns.statistics import DRAWS, SEED, Array
from tracker_sync.patterns.statistics.proportion import p_exact

Permute = Callable[[np.random.RandomState, int], Array]
"""So many worlds made by chance, one a row."""
Statistic = Callable[[Array], Array]
"""One whole number for each row: floats that should be equal may differ in their last digit."""
BLOCK = 100
"""Worlds looked at together, to bound the memory."""


def permutation_p(
    statistic: Statistic, permute: Permute, observed: int, draws: int = DRAWS, seed: int = SEED
) -> float:
    """The p-value of so large a statistic, (k + 1) / (n + 1): never 0, since what was observed is one of the
    worlds too (Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39)."""
    rng = np.random.RandomState(seed)  # the one whose numbers no version of numpy changes
    found = 0
    for start in range(0, draws, BLOCK):
        worlds = permute(rng, min(BLOCK, draws - start))
        found += int((statistic(worlds) >= observed).sum())
    return (found + 1) / (draws + 1)


def within_strata(labels: Array, strata: Array) -> Permute:
    """Labels dealt out anew among the things of the same stratum: what goes with the stratum stays."""
    _, code = np.unique(strata, return_inverse=True)
    order = np.argsort(code, kind="stable")

    def permute(rng: np.random.RandomState, worlds: int) -> Array:
        keys = code + rng.random_sample((worlds, len(code)))
        found = np.empty((worlds, len(code)), dtype=labels.dtype)
        found[:, order] = labels[np.argsort(keys, axis=1, kind="stable")]
        return found

    return permute


def p_largest(labels: Sequence[int], strata: Sequence[int], members: Sequence[bool]) -> float:
    """Whether a group holds to one label more than others do in the same strata: the p-value of the share
    that its largest label has, against labels dealt out within each stratum among all.

    With solutions as labels, problems as strata and a team's epics as members: does the team use one solution
    more than its problems explain, by what others use for them? Dealing out the labels of everybody leaves
    the share of each solution as it is, so without others in the same strata there is nothing to compare
    with, and p is 1. Which label is largest is found anew in each world, since it was found by looking here
    too.
    """
    told = np.array([*zip(strata, labels, members, strict=True)], dtype=np.int64).reshape(-1, 3)
    told = told[np.lexsort(told.T[::-1])]  # so that the order of the things does not matter
    chosen = told[:, 2] == 1

    def largest(worlds: Array) -> Array:
        counts = [(worlds[:, chosen] == label).sum(axis=1) for label in np.unique(told[:, 1])]
        found: Array = np.max(counts, axis=0)
        return found

    if not chosen.any():
        return 1.0
    observed = int(largest(told[None, :, 1])[0])
    return permutation_p(largest, within_strata(told[:, 1], told[:, 0]), observed)


def uniformly(days: Array, size: int) -> Permute:
    """So many dates that fall on each of some days alike."""
    return lambda rng, worlds: days[rng.randint(len(days), size=(worlds, size))]


def p_piled_up(dates: Sequence[int], window: Sequence[int], late: Sequence[int]) -> float:
    """Whether dates pile up on some days of a window: how often as many or more are on `late` days where
    dates fall on each day of the window alike.

    What dealing them out `uniformly` comes to is calculated. `window` holds the days on which it could have
    happened (a weekend is none of them where nobody works), and `late` some of these. Give one date for each
    root epic: slices that start together are one decision. Raises ValueError for a date outside the window.
    """
    days, last = set(window), set(late)
    if not days.issuperset(dates) or not days >= last:
        raise ValueError("a date lies outside the window: give all days that it could have fallen on")
    return p_exact(sum(d in last for d in dates), len(dates), Fraction(len(last), len(days) or 1))
