"""What chance alone shows: labels stay in their stratum, dates in their window, and p is never 0."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact, permutation_test

from tracker_sync.patterns.statistics.permutation import (
    p_largest,
    p_piled_up,
    permutation_p,
    uniformly,
    within_strata,
)

FEW = settings(max_examples=25)
CELLS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), min_size=1, max_size=25)
"""Of each thing: its stratum, its label, and whether it is a member."""


def largest(cells: list[tuple[int, int, bool]]) -> float:
    strata, labels, members = zip(*cells, strict=True)
    return p_largest(labels, strata, members)


@FEW
@given(CELLS, st.integers(0, 10))
def test_labels_stay_in_their_stratum(cells: list[tuple[int, int, bool]], seed: int) -> None:
    strata, labels, _ = (np.array(of) for of in zip(*cells, strict=True))
    worlds = within_strata(labels, strata)(np.random.RandomState(seed), 20)
    for world in worlds:
        assert Counter(zip(strata, world, strict=True)) == Counter(zip(strata, labels, strict=True))


def test_each_order_within_a_stratum_is_as_likely() -> None:
    worlds = within_strata(np.arange(5), np.array([1, 0, 1, 0, 1]))(np.random.RandomState(1), 12_000)
    seen = Counter(map(tuple, worlds.tolist()))
    assert len(seen) == 3 * 2 * 2
    assert max(abs(n - 1_000) for n in seen.values()) < 130


def test_so_large_a_statistic_is_counted_and_what_was_observed_is_one_of_the_worlds() -> None:
    def count(rng: np.random.RandomState, worlds: int) -> np.ndarray:
        return np.arange(worlds)  # every block 0, 1, ... 99

    assert permutation_p(lambda w: w, count, 97, draws=1_000) == 31 / 1001
    assert permutation_p(lambda w: w, count, 100, draws=1_000) == 1 / 1001
    assert permutation_p(lambda w: w, count, 0, draws=150) == 1


def test_two_groups_are_compared_as_scipy_does() -> None:
    values, first = np.array([3, 1, 4, 1, 5, 9, 2, 6]), np.array([1, 0, 1, 0, 1, 1, 0, 0])
    theirs = permutation_test(
        (values[first == 1], values[first == 0]), lambda a, b, axis: a.sum(axis) - 0 * b.sum(axis),
        alternative="greater", vectorized=True, n_resamples=np.inf,
    ).pvalue  # fmt: skip
    ours = permutation_p(lambda w: w @ first, within_strata(values, np.zeros(8)), int(values @ first))
    assert ours == pytest.approx(theirs, abs=0.02)


def test_in_one_stratum_with_two_labels_of_which_one_is_largest_anyway_it_is_fishers_test() -> None:
    # Five of six members have label 1; 1 is so frequent that no other label can be a member's largest.
    cells = [(0, 1, True)] * 5 + [(0, 2, True)] + [(0, 1, False)] * 3 + [(0, 3, False)] * 3
    theirs = fisher_exact([[5, 1], [3, 3]], alternative="greater").pvalue
    assert largest(cells) == pytest.approx(theirs, abs=0.03)


def test_a_team_whose_problems_explain_its_solutions_is_no_surprise() -> None:
    explained = [(0, 1, member) for member in (True, False) for _ in range(9)]
    explained += [(1, 2, member) for member in (False, True) for _ in range(3)]
    assert largest(explained) == 1
    forgetting = [(0, label, member) for _, label, member in explained]
    assert largest(forgetting) < 1


def test_a_team_that_uses_one_tool_for_all_that_others_solve_otherwise_stands_out() -> None:
    hammer = [(problem, 0, True) for problem in range(3) for _ in range(7)]
    others = [(problem, problem + 1, False) for problem in range(3) for _ in range(7)]
    assert largest(hammer + others) < 0.001


def test_without_others_or_without_members_there_is_nothing_to_compare_with() -> None:
    assert largest([(problem, 0, True) for problem in range(3) for _ in range(9)]) == 1
    assert largest([(0, 0, False), (0, 1, False)]) == p_largest([], [], []) == 1


@FEW
@given(CELLS, st.randoms(use_true_random=False))
def test_the_order_of_things_and_the_names_of_labels_do_not_matter(
    cells: list[tuple[int, int, bool]], r: np.random.Generator
) -> None:
    mixed = [*cells]
    r.shuffle(mixed)
    assert largest(mixed) == largest(cells)
    renamed = [(9 - stratum, 10 - label, member) for stratum, label, member in cells]
    assert largest(renamed) == pytest.approx(largest(cells), abs=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_dates_by_chance_are_what_dealing_them_out_comes_to(seed: int) -> None:
    window, late = np.arange(65), np.arange(55, 65)
    dates = np.append(np.random.RandomState(seed).randint(65, size=25), [60] * 4)
    observed = int(np.isin(dates, late).sum())
    drawn = permutation_p(lambda w: np.isin(w, late).sum(axis=1), uniformly(window, len(dates)), observed)
    assert p_piled_up(dates.tolist(), window.tolist(), late.tolist()) == pytest.approx(drawn, abs=0.025)


def test_dates_that_pile_up_are_a_binomial_test() -> None:
    window = [day for day in range(91) if day % 7 < 5]
    found = p_piled_up([1, 2, 85, 86, 86, 87, 88], window, [day for day in window if day >= 77])
    assert found == pytest.approx(binomtest(5, 7, 10 / 65, alternative="greater").pvalue)
    assert p_piled_up([], window, window[-5:]) == p_piled_up([], [], []) == 1


@pytest.mark.parametrize(("dates", "late"), [([5], [3]), ([1], [7])])
def test_a_date_outside_the_window_is_told(dates: list[int], late: list[int]) -> None:
    with pytest.raises(ValueError, match="outside the window"):
        p_piled_up(dates, [0, 1, 2, 3], late)


@pytest.mark.slow
def test_labels_by_chance_are_below_any_p_no_more_often_than_it_says() -> None:
    rng = np.random.RandomState(8)

    def told() -> float:
        strata = rng.randint(3, size=40)
        return p_largest(
            (rng.random_sample(40) * (3 + strata)).astype(int), strata, rng.random_sample(40) < 0.5
        )

    found = np.array([told() for _ in range(600)])
    for level in (0.025, 0.1, 0.3):
        assert np.mean(found <= level) < level + 2 * np.sqrt(level / 600)
    assert np.mean(found <= 0.3) > 0.15
