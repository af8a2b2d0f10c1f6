"""The difference of two shares: what Agresti and Caffo do, and how often it is wrong."""

from math import ceil, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from tracker_sync.patterns.statistics.difference import Rate, difference, score

RATES = st.integers(1, 60).flatmap(lambda n: st.builds(Rate, st.integers(0, n), st.just(n)))


def test_one_more_of_each_kind_and_then_the_normal_interval() -> None:
    found = difference(Rate(56, 70), Rate(48, 80))
    assert found is not None
    middle, error = 57 / 72 - 49 / 82, sqrt(57 * 15 / 72**3 + 49 * 33 / 82**3)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx(norm.interval(0.95, middle, error))
    assert found.p == pytest.approx(norm.sf(middle / error))


@given(RATES, RATES)
def test_the_lower_end_and_p_say_the_same(first: Rate, second: Rate) -> None:
    found = difference(first, second)
    assert found is not None
    assume(abs(found.low) > 1e-9)
    assert (found.low > 0) == (found.p < 0.025)
    assert -1 <= found.low <= found.high <= 1


@given(RATES, RATES)
def test_the_other_way_round_it_is_the_negative(first: Rate, second: Rate) -> None:
    one, other = difference(first, second), difference(second, first)
    assert one is not None
    assert other is not None
    assert (other.low, other.high, other.p) == pytest.approx((-one.high, -one.low, 1 - one.p))


@given(RATES, RATES)
def test_one_more_in_the_first_share_makes_it_surer(first: Rate, second: Rate) -> None:
    assume(first.part < first.n)
    assert score(Rate(first.part + 1, first.n), second) > score(first, second)


SOME = st.floats(0, 40).flatmap(lambda part: st.builds(Rate, st.just(part), st.integers(ceil(part), 50)))
"""Slices of a root count with their mean, so also a part of one is in the share."""


@given(SOME, SOME)
def test_one_more_brings_shares_together_or_apart_and_makes_it_less_sure_or_surer(
    first: Rate, second: Rate
) -> None:
    sure = score(first, second)
    assume(sure > 1e-9)
    (k, n), (j, m) = first, second
    assert score(Rate(k, n + 1), second) < sure + 1e-9
    assert score(first, Rate(j + 1, m + 1)) < sure + 1e-9
    assert score(Rate(k + 1, n + 1), second) > sure - 1e-9
    assert score(first, Rate(j, m + 1)) > sure - 1e-9


@pytest.mark.parametrize("empty", [(Rate(0, 0), Rate(1, 2)), (Rate(1, 2), Rate(0, 0))])
def test_with_nothing_there_is_no_difference(empty: tuple[Rate, Rate]) -> None:
    assert difference(*empty) is None


@pytest.mark.parametrize(("m", "n"), [(8, 8), (8, 60), (60, 8), (20, 20), (10, 200)])
def test_equal_shares_pass_for_different_in_less_than_34_of_a_thousand(m: int, n: int) -> None:
    fires = np.array([[score(Rate(k, m), Rate(j, n)) > 1.96 for j in range(n + 1)] for k in range(m + 1)])
    wrong = [
        binom.pmf(range(m + 1), m, p) @ fires @ binom.pmf(range(n + 1), n, p)
        for p in np.arange(0.01, 1, 0.01)
    ]
    assert 0.02 < max(wrong) < 0.034
