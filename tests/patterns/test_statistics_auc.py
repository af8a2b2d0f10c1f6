"""The area under the ROC curve: SciPy's Mann-Whitney, with an interval that few things do not collapse."""

from fractions import Fraction
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, norm

from tracker_sync.patterns.statistics.auc import auc, error, mean_by_root

VALUES = st.lists(st.integers(0, 9), min_size=1, max_size=15)
THRESHOLDS = st.floats(0.05, 0.95)


@given(VALUES, VALUES)
def test_the_area_is_that_of_scipy_ties_counting_half(first: list[int], second: list[int]) -> None:
    found = auc(first, second)
    assert found is not None
    assert found.value == Fraction(mannwhitneyu(first, second).statistic) / (len(first) * len(second))
    assert found.n == (len(first), len(second))


@given(st.permutations(range(17)), st.integers(1, 16))
def test_without_ties_p_is_that_of_scipy(order: list[int], cut: int) -> None:
    first, second = order[:cut], order[cut:]
    theirs = mannwhitneyu(
        first, second, alternative="greater", method="asymptotic", use_continuity=False
    ).pvalue
    found = auc(first, second)
    assert found is not None
    assert found.p == pytest.approx(theirs, rel=1e-9)


@given(VALUES, VALUES)
def test_with_ties_it_is_no_surer_than_scipy(first: list[int], second: list[int]) -> None:
    assume(len({*first, *second}) > 1)
    theirs = mannwhitneyu(
        first, second, alternative="greater", method="asymptotic", use_continuity=False
    ).pvalue
    found = auc(first, second)
    assert found is not None
    assert min(found.p, 1 - found.p) >= min(theirs, 1 - theirs) - 1e-12


@given(VALUES, VALUES, THRESHOLDS)
def test_the_lower_end_and_p_say_the_same(first: list[int], second: list[int], threshold: float) -> None:
    found = auc(first, second, threshold)
    assert found is not None
    assume(abs(found.low - threshold) > 1e-9)
    assert (found.low > threshold) == (found.p < 0.025)
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(VALUES, VALUES, THRESHOLDS)
def test_the_other_way_round_it_is_the_rest(first: list[int], second: list[int], threshold: float) -> None:
    one, other = auc(first, second, threshold), auc(second, first, 1 - threshold)
    assert one is not None
    assert other is not None
    assert one.value + other.value == 1
    assert (other.low, other.high, other.p) == pytest.approx((1 - one.high, 1 - one.low, 1 - one.p))


@given(VALUES, VALUES, st.randoms(use_true_random=False))
def test_neither_order_nor_scale_matters(first: list[int], second: list[int], r: np.random.Generator) -> None:
    mixed = [*first]
    r.shuffle(mixed)
    assert auc([Fraction(x, 3) for x in mixed], [Fraction(x, 3) for x in second]) == auc(first, second)


def test_four_that_exceed_four_are_not_certain() -> None:
    found = auc([5, 6, 7, 8], [1, 2, 3, 4], 0.65)
    assert found is not None
    assert (found.value, found.high) == (1, 1)
    assert 0.55 < found.low < 0.65
    assert 0.025 < found.p < 0.1


def test_with_nothing_there_is_no_area() -> None:
    assert auc([], [1]) is None
    assert auc([1], []) is None


def test_no_area_is_above_all_and_any_is_above_none() -> None:
    least, middle, most = ([0], [1]), ([2, 2], [1, 3]), ([1], [0])
    assert [found.p for groups in (least, middle, most) if (found := auc(*groups, 0))] == [1, 0, 0]
    assert [found.p for groups in (least, middle, most) if (found := auc(*groups, 1))] == [1, 1, 1]


def test_an_end_is_where_the_area_is_just_within_chance() -> None:
    found = auc([3, 1, 4, 1, 5, 9], [2, 6, 5, 3, 5, 8, 9, 7])
    assert found is not None
    off = [(end - float(found.value)) / error(end, 6, 8) for end in (found.low, found.high)]
    assert off == pytest.approx([norm.ppf(0.025), norm.ppf(0.975)], abs=1e-9)


def test_a_root_counts_once_with_the_mean_of_its_slices() -> None:
    assert mean_by_root([1, 2, 2, 8], [9, 4, 9, 9]) == (2, Fraction(11, 3))
    assert mean_by_root([0.5, -inf, 3], [1, 1, 2]) == (-inf, 3)


def wrong(draw: tuple[float, float, int, int], true: float, rounds: int) -> float:
    """How often a lower end is above the true area, of normal values that scatter so wide in so many."""
    wide, narrow, m, n = draw
    rng = np.random.default_rng(5)
    shift = norm.ppf(true) * sqrt(wide**2 + narrow**2)
    first, second = rng.normal(shift, wide, (rounds, m)), rng.normal(0, narrow, (rounds, n))
    areas = (first[:, :, None] > second[:, None, :]).mean((1, 2))
    return float(np.mean((areas - true) / error(true, m, n) > norm.ppf(0.975)))


@pytest.mark.parametrize(
    ("draw", "most"),
    [((1, 1, 15, 15), 0.03), ((1, 1, 6, 24), 0.03), ((1, 3, 15, 15), 0.045), ((3, 1, 6, 24), 0.085)],
)
def test_how_often_chance_passes_for_a_finding(draw: tuple[float, float, int, int], most: float) -> None:
    assert wrong(draw, 0.65, 4_000) < most
