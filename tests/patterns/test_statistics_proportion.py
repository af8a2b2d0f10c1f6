"""A share of counted things: its interval and its test are SciPy's, and agree with each other."""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, chisquare

from tracker_sync.patterns.statistics.proportion import kish, kish_least, p_above, p_exact, wilson

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
THRESHOLDS = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100)
WEIGHTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=30)


@given(COUNTS)
def test_the_interval_is_that_of_scipy(counts: tuple[int, int]) -> None:
    k, n = counts
    theirs = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(Fraction(k, n), n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(COUNTS, THRESHOLDS)
def test_p_is_the_half_of_scipys_chi_square_on_its_side(counts: tuple[int, int], t: Fraction) -> None:
    k, n = counts
    theirs = chisquare([k, n - k], [float(n * t), float(n * (1 - t))]).pvalue / 2
    ours = p_above(Fraction(k, n), n, t)
    assert min(ours, 1 - ours) == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    assert (ours < 0.5) == (Fraction(k, n) > t)


@given(COUNTS, THRESHOLDS)
def test_the_lower_end_is_above_a_threshold_exactly_where_p_is_under_a_fortieth(
    counts: tuple[int, int], t: Fraction
) -> None:
    low, p = wilson(Fraction(*counts), counts[1])[0], p_above(Fraction(*counts), counts[1], t)
    assume(abs(low - t) > 1e-9)
    assert (low > t) == (p < 0.025)


@given(COUNTS, THRESHOLDS, THRESHOLDS)
def test_a_higher_threshold_is_harder_to_exceed(
    counts: tuple[int, int], one: Fraction, two: Fraction
) -> None:
    share = Fraction(*counts)
    assert p_above(share, counts[1], min(one, two)) <= p_above(share, counts[1], max(one, two)) + 1e-12


@given(COUNTS, THRESHOLDS)
def test_one_more_unknown_counted_against_it_makes_it_less_sure(counts: tuple[int, int], t: Fraction) -> None:
    k, n = counts
    assert p_above(Fraction(k, n + 1), n + 1, t) >= p_above(Fraction(k, n), n, t)


def test_nothing_is_above_everything_and_anything_is_above_nothing() -> None:
    assert [p_above(share, 9, 1) for share in (0, 0.5, 1)] == [1, 1, 1]
    assert [p_above(share, 9, 0) for share in (0, 0.5, 1)] == [1, 0, 0]


@given(COUNTS, THRESHOLDS)
def test_the_exact_p_is_that_of_scipy(counts: tuple[int, int], t: Fraction) -> None:
    theirs = binomtest(*counts, float(t), alternative="greater").pvalue
    assert p_exact(*counts, t) == pytest.approx(theirs, rel=1e-9)


def test_the_exact_p_knows_the_ends_and_many_things() -> None:
    assert [p_exact(k, 9, t) for t in (0, 1) for k in (0, 5, 9)] == [1, 0, 0, 1, 1, 1]
    assert p_exact(5_000, 9_000, 0.5) == pytest.approx(binom.sf(4_999, 9_000, 0.5), rel=1e-9)


def wrong(n: int, threshold: float, level: float) -> float:
    """How often the score test of n things is below a level where the share is the threshold."""
    below = [k for k in range(n + 1) if p_above(k / n, n, threshold) < level]
    return float(binom.pmf(below, n, threshold).sum())


@pytest.mark.parametrize(("threshold", "most"), [(0.2, 0.055), (0.25, 0.055), (0.5, 0.04), (0.6, 0.04)])
def test_the_score_test_is_wrong_in_less_than_six_of_a_hundred(threshold: float, most: float) -> None:
    assert 0.025 < max(wrong(n, threshold, 0.025) for n in range(10, 60)) < most


def test_far_out_the_score_test_of_few_things_is_too_sure() -> None:
    assert wrong(10, 0.2, 0.001) == pytest.approx(0.00637, abs=1e-5)


@given(WEIGHTS)
def test_the_effective_number_is_from_one_to_how_many_there_are(weights: list[int]) -> None:
    assert 1 - 1e-9 <= kish(weights) <= len(weights) + 1e-9
    assert kish(weights) == pytest.approx(kish(sorted(weights)))
    assert kish([7 * w for w in weights]) == pytest.approx(kish(weights))


def test_the_effective_number_is_that_of_kish() -> None:
    assert kish([3, 3, 3, 3]) == pytest.approx(4)
    assert kish([4, 1, 1]) == pytest.approx(36 / 18)
    assert kish([]) == kish([0, 0]) == 0


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9), min_size=1),
       st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9)), st.integers(1, 3))  # fmt: skip
def test_no_more_weight_on_some_roots_leaves_fewer_that_count(
    sure: dict[str, int], more: dict[str, int], steps: int
) -> None:
    parts = [[(root, w * step / steps) for step in range(steps + 1)] for root, w in more.items()]
    worlds = [kish([*(Counter(sure) + Counter(dict(world))).values()]) for world in product(*parts)]
    assert kish_least([*sure.items()], [*more.items()]) <= min(worlds) + 1e-9


def test_what_evens_out_and_what_does_not_count_against_each_other() -> None:
    assert kish_least([("a", 4), ("b", 1)], [("b", 3)]) == kish([4, 1])
    assert kish_least([("a", 4), ("b", 4)], [("b", 3), ("b", 1)]) == pytest.approx(kish([4, 8]), rel=0.02)
    assert kish_least([], [("a", 4)]) == 0


def test_weighted_things_are_as_sure_as_so_many_that_weigh_the_same() -> None:
    weights = [5.0, 5.0, 1.0, 1.0]
    low, high = wilson(0.5, kish(weights))
    n = 144 / 52
    assert low == pytest.approx(0.5 - sqrt(low * (1 - low) / n) * 1.959963984540054)  # what Wilson solves
    assert low + high == pytest.approx(1)
