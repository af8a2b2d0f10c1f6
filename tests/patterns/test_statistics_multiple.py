"""Many findings at once: Benjamini and Hochberg's way, as SciPy has it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from tracker_sync.patterns.statistics.multiple import adjusted, benjamini_hochberg

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=25)


@given(P_VALUES)
def test_adjusted_values_are_those_of_scipy(p_values: list[float]) -> None:
    assert adjusted(p_values) == pytest.approx(false_discovery_control(p_values), abs=1e-15)


@given(P_VALUES, st.floats(0.01, 0.5))
def test_what_holds_is_all_up_to_the_last_rank_under_its_line(p_values: list[float], q: float) -> None:
    ordered, m = sorted(p_values), len(p_values)
    under = [p for rank, p in enumerate(ordered, 1) if p * (m / rank) <= q]
    held = benjamini_hochberg(p_values, q)
    assert held == tuple(bool(under) and p <= max(under) for p in p_values)


@given(P_VALUES)
def test_a_finding_among_others_is_never_surer_than_alone(p_values: list[float]) -> None:
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted(p_values), strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert sorted(adjusted(p_values)) == [adjusted(p_values)[n] for n in order]


def test_a_large_p_may_hold_beside_small_ones_and_not_alone() -> None:
    assert benjamini_hochberg([0.09, 0.01, 0.06]) == (True, True, True)
    assert benjamini_hochberg([0.09, 0.9, 0.8]) == (False, False, False)
    assert benjamini_hochberg([]) == ()


def test_fifteen_tests_at_a_twentieth_are_a_false_alarm_in_54_of_a_hundred_and_these_in_ten() -> None:
    chance = np.random.RandomState(9).random_sample((4_000, 15))
    assert (chance < 0.05).any(axis=1).mean() == pytest.approx(0.54, abs=0.02)
    assert np.mean([any(benjamini_hochberg(p.tolist())) for p in chance]) == pytest.approx(0.10, abs=0.015)
