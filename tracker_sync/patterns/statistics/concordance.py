"""How far rankers agree, also where they ranked different things."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from tracker_sync.patterns.statistics import Array
from tracker_sync.patterns.statistics.permutation import permutation_p, within_strata


def concordance(rankings: Sequence[Mapping[str, int]]) -> Fraction | None:
    """Kendall's coefficient of concordance W (Kendall & Babington Smith 1939), for m rankers who each ranked
    at least two things: 0 for no agreement, 1 where all rank alike; None with fewer than two such rankers.

    A ranker's places are 1, 2, ... in order of their ranks, equal ranks sharing the mean of theirs; what
    counts of a place is how far it is from the middle of that ranker's places, and 0 for what they did not
    rank, which so speaks for nothing. With s the vector of a ranker over all things,
    W = |sum of s|^2 / (m * sum of |s|^2). Where everybody ranked everything, that is the usual
    12 S / (m^2 (n^3 - n) - m T), corrected for ties.
    """
    vectors = _vectors(rankings)
    things = sorted({thing for v in vectors for thing in v})
    sums = [sum((v.get(thing, Fraction(0)) for v in vectors), Fraction(0)) for thing in things]
    most = len(vectors) * sum(x * x for v in vectors for x in v.values())
    return sum((x * x for x in sums), Fraction(0)) / most if most and len(vectors) > 1 else None


def w_p(rankings: Sequence[Mapping[str, int]]) -> float | None:
    """How often rankers who choose their places by chance agree as much or more; None where W is.

    Each ranker's places are dealt out anew among the things that they ranked. With complete rankings this is
    what Friedman's test (1937) comes to.
    """
    if concordance(rankings) is None:
        return None
    cells = [(ranker, thing, x) for ranker, v in enumerate(_vectors(rankings)) for thing, x in v.items()]
    places = np.array([int(2 * x) for _, _, x in cells])  # twice, as whole numbers
    _, thing = np.unique([thing for _, thing, _ in cells], return_inverse=True)
    sums = np.eye(thing.max() + 1)[thing]

    def agree(worlds: Array) -> Array:
        found: Array = ((worlds @ sums) ** 2).sum(axis=1)  # whole numbers in floats: exact
        return found

    permute = within_strata(places, np.array([ranker for ranker, _, _ in cells]))
    return permutation_p(agree, permute, int(agree(places[None, :])[0]))


def _vectors(rankings: Sequence[Mapping[str, int]]) -> list[dict[str, Fraction]]:
    """What each ranker of at least two things says, in an order that does not depend on theirs."""
    return sorted((_centered(own) for own in rankings if len(own) > 1), key=lambda v: [*v.items()])


def _centered(ranks: Mapping[str, int]) -> dict[str, Fraction]:
    """By thing, how far its place is from the middle of the ranker's places."""
    groups: dict[int, list[str]] = {}
    for thing, rank in ranks.items():
        groups.setdefault(rank, []).append(thing)
    found, before = dict[str, Fraction](), 0
    for rank in sorted(groups):
        group = groups[rank]
        place = before + Fraction(len(group) + 1, 2)
        found |= dict.fromkeys(group, place - Fraction(len(ranks) + 1, 2))
        before += len(group)
    return dict(sorted(found.items()))
