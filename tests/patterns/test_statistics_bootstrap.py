"""A share by weight: slices of one root count as one, and few roots do not make it certain."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from tracker_sync.patterns.statistics.bootstrap import _p_above, by_root, ends, weighted
from tracker_sync.patterns.statistics.proportion import kish, p_above, wilson

ROOTS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 4)), min_size=1, max_size=12)
"""Of each root: its weight, and how many quarters of it are in the share."""


def arrays(roots: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    told = np.array(roots, dtype=float).reshape(-1, 2)
    return told[:, 0] * told[:, 1] / 4, told[:, 0], np.arange(len(told))


def made_up(rng: np.random.Generator, n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Roots of very different weight, each in the share or not."""
    whole = np.exp(rng.normal(0, 1.2, n))
    return whole * (rng.random(n) < share), whole


def test_slices_of_a_root_count_as_one() -> None:
    in_it = np.array([1.0, 0, 1, 0, 1, 0, 1, 0, 1, 0])
    apart = weighted(in_it, np.ones(10), np.arange(10), 0.5)
    sliced = weighted(np.repeat(in_it, 50) / 50, np.full(500, 1 / 50), np.repeat(np.arange(10), 50), 0.5)
    assert apart is not None
    assert sliced is not None
    assert (sliced.low, sliced.high, sliced.n_eff) == pytest.approx((apart.low, apart.high, 10))


def test_the_bootstrap_is_that_of_scipy() -> None:
    part, whole = made_up(np.random.default_rng(1), 40, 0.4)
    theirs = bootstrap(
        (part, whole), lambda a, b, axis: a.sum(axis) / b.sum(axis), paired=True, vectorized=True,
        method="percentile", n_resamples=20_000, rng=np.random.default_rng(2),
    ).confidence_interval  # fmt: skip
    assert ends(part, whole) == pytest.approx((theirs.low, theirs.high), abs=0.012)


def test_of_many_roots_interval_and_p_are_what_the_bootstrap_comes_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part, whole = made_up(np.random.default_rng(3), 1_500, 0.4)
    at = ends(part, whole)[0]
    drawn = (*ends(part, whole), _p_above(part, whole, at))
    monkeypatch.setattr("tracker_sync.patterns.statistics.bootstrap.FEW", 1_000)
    assert (*ends(part, whole), _p_above(part, whole, at)) == pytest.approx(drawn, abs=0.006)


@given(ROOTS, st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20))
def test_it_is_never_surer_than_either_of_its_two_ways(roots: list[tuple[int, int]], t: Fraction) -> None:
    part, whole, places = arrays(roots)
    found = weighted(part, whole, places, t)
    assert found is not None
    n = kish(whole)
    assert found.low == min(ends(part, whole)[0], wilson(found.share, n)[0])
    assert found.high == max(ends(part, whole)[1], wilson(found.share, n)[1])
    assert found.p == max(_p_above(part, whole, float(t)), p_above(found.share, n, t))
    assert 0 <= found.low <= found.share <= found.high <= 1


@given(ROOTS)
def test_the_lower_end_and_p_say_the_same(roots: list[tuple[int, int]]) -> None:
    part, whole, _ = arrays(roots)
    low = ends(part, whole)[0]
    assert _p_above(part, whole, low - 1e-6) <= 51 / 2001 < _p_above(part, whole, low)


@given(ROOTS, st.integers(2, 1_000))
def test_neither_the_unit_nor_work_of_no_weight_changes_it(roots: list[tuple[int, int]], unit: int) -> None:
    part, whole, places = arrays(roots)
    plain = weighted(part, whole, places, 0.37)
    nothing = np.zeros(3)
    other = weighted(
        np.append(part * unit, nothing),
        np.append(whole * unit, nothing),
        np.append(places, [0, 98, 99]),
        0.37,
    )
    assert plain is not None
    assert other is not None
    assert (other.share, other.low, other.p) == pytest.approx((plain.share, plain.low, plain.p), abs=1e-9)


def test_without_weight_there_is_no_share() -> None:
    assert weighted(np.zeros(2), np.zeros(2), np.arange(2), 0.5) is None
    assert weighted(np.zeros(0), np.zeros(0), np.arange(0), 0.5) is None


def test_eight_roots_that_are_all_in_it_are_not_certain() -> None:
    found = weighted(np.ones(8), np.ones(8), np.arange(8), 0.75)
    assert found is not None
    assert (found.share, ends(np.ones(8), np.ones(8))[0]) == (1, 1)
    assert (round(found.low, 3), round(found.p, 3)) == (0.676, 0.051)


def test_many_roots_without_scatter_are_tested_too() -> None:
    found = [weighted(np.full(3_000, 0.5), np.ones(3_000), np.arange(3_000), t) for t in (0.45, 0.5)]
    assert [f is not None and f.p < 0.025 for f in found] == [True, False]


def test_by_root_sums_what_has_the_same_root() -> None:
    roots = np.array([7, 3, 7, 3, 5])
    assert [a.tolist() for a in by_root(roots, np.arange(5.0), np.ones(5))] == [[4, 4, 2], [2, 1, 2]]


@pytest.mark.slow
@pytest.mark.parametrize(("share", "alone"), [(0.2, (0.0, 0.03)), (0.5, (0.03, 0.08)), (0.8, (0.12, 0.25))])
def test_chance_alone_passes_for_a_finding_in_less_than_three_of_a_hundred(
    share: float, alone: tuple[float, float]
) -> None:
    rng, found = np.random.default_rng(4), []
    for _ in range(2_000):
        part, whole = made_up(rng, 20, share)
        own = weighted(part, whole, np.arange(20), share)
        assert own is not None
        found.append((own.p < 0.025, _p_above(part, whole, share) < 0.025))
    together, bootstrap_alone = np.mean(found, axis=0)
    assert together < 0.03
    assert alone[0] <= bootstrap_alone <= alone[1]
