"""Entropy and concentration are SciPy's and the textbook's, and say nothing of nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tracker_sync.patterns.statistics.proportion import kish
from tracker_sync.patterns.statistics.spread import effective_number, entropy, hhi

AMOUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any)


@given(AMOUNTS)
def test_the_entropy_is_that_of_scipy(amounts: list[int]) -> None:
    assert entropy(amounts) == pytest.approx(stats.entropy(amounts), abs=1e-12)


@given(AMOUNTS)
def test_both_are_between_one_thing_and_all_alike(amounts: list[int]) -> None:
    n, spread, concentrated = sum(a > 0 for a in amounts), effective_number(amounts), hhi(amounts)
    assert spread is not None
    assert concentrated is not None
    assert 1 <= spread <= n + 1e-9
    assert Fraction(1, n) <= concentrated <= 1
    assert 1 / concentrated <= spread + 1e-9  # Hill numbers fall with their order


@given(AMOUNTS)
def test_neither_order_nor_unit_matters(amounts: list[int]) -> None:
    other = [Fraction(a, 7) for a in sorted(amounts)]
    assert hhi(other) == hhi(amounts)
    assert entropy(other) == pytest.approx(entropy(amounts), abs=1e-12)


@given(AMOUNTS)
def test_one_over_the_concentration_is_kishs_number(amounts: list[int]) -> None:
    found = hhi(amounts)
    assert found is not None
    assert float(1 / found) == pytest.approx(kish(amounts))


def test_shares_of_a_half_and_two_quarters() -> None:
    assert hhi([2, 1, 1]) == Fraction(6, 16)
    assert effective_number([2, 1, 1]) == pytest.approx(2**1.5)
    assert (entropy([5, 0]), effective_number([5, 0]), hhi([5, 0])) == (0, 1, 1)


@pytest.mark.parametrize("nothing", [[], [0, 0]])
def test_of_nothing_there_is_no_spread(nothing: list[int]) -> None:
    assert (entropy(nothing), effective_number(nothing), hhi(nothing)) == (None, None, None)
