"""How sure agreement is: the null of Kendall's W is Friedman's, and counted out where it can be."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from tracker_sync.patterns.statistics.concordance import concordance, w_p

RANKINGS = st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3), min_size=1), max_size=5)


def ranked(*orders: str) -> list[dict[str, int]]:
    return [{thing: n for n, thing in enumerate(order, 1)} for order in orders]


@given(st.lists(st.lists(st.integers(1, 4), min_size=4, max_size=4), min_size=3, max_size=6))
def test_w_is_friedmans_statistic_also_with_ties(ranks: list[list[int]]) -> None:
    w = concordance([dict(zip("abcd", own, strict=True)) for own in ranks])
    if w is None:
        assert all(len(set(own)) == 1 for own in ranks)
    else:
        theirs = friedmanchisquare(*np.array(ranks).T).statistic
        assert float(w) == pytest.approx(theirs / (len(ranks) * 3))


def test_p_is_the_part_of_all_worlds_that_agree_as_much() -> None:
    told = ranked("abc", "abc", "bac")
    worlds = [concordance(ranked(*map("".join, w))) for w in product(permutations("abc"), repeat=3)]
    exact = np.mean([w is not None and w >= (concordance(told) or 0) for w in worlds])
    assert w_p(told) == pytest.approx(exact, abs=0.025)


@pytest.mark.parametrize("seed", range(4))
def test_with_many_rankers_p_is_that_of_friedman(seed: int) -> None:
    rng = np.random.RandomState(seed)
    ranks = [(rng.permutation(6) * 5 + np.arange(6)).tolist() for _ in range(20)]
    theirs = friedmanchisquare(*np.array(ranks).T).pvalue
    assert w_p([dict(zip("abcdef", own, strict=True)) for own in ranks]) == pytest.approx(theirs, abs=0.03)


@settings(max_examples=30)
@given(RANKINGS)
def test_the_order_of_rankers_and_answers_does_not_matter(rankings: list[dict[str, int]]) -> None:
    mixed = [dict(reversed(own.items())) for own in reversed(rankings)]
    assert w_p(mixed) == w_p(rankings)
    assert concordance(mixed) == concordance(rankings)


def test_what_was_not_ranked_is_not_dealt_out() -> None:
    # b and c were ranked by one alone: whoever ranks two things agrees with nobody else about them.
    told = [{"a": 1, "b": 2}, {"a": 1, "c": 2}]
    exact = 1 / 2  # |sum|² is 3/2 where both put a alike, 1/2 where not
    assert w_p(told) == pytest.approx(exact, abs=0.03)


def test_who_ranked_one_thing_alone_says_nothing() -> None:
    told = ranked("abc", "acb", "bac")
    assert concordance([*told, {"c": 1}]) == concordance(told)
    assert w_p([*told, {"c": 1}]) == w_p(told)


def test_rankers_who_all_agree_do_so_by_chance_as_often_as_can_be_counted() -> None:
    assert w_p(ranked("abcd", "abcd")) == pytest.approx(1 / 24, abs=0.015)
    assert w_p(ranked(*["abcdef"] * 6)) == 1 / 2001


@pytest.mark.parametrize("told", [[], ranked("abc"), ranked("a", "b", "c"), [{"a": 1, "b": 1}] * 3])
def test_where_there_is_no_agreement_to_speak_of_there_is_no_p(told: list[dict[str, int]]) -> None:
    assert concordance(told) is None
    assert w_p(told) is None


@pytest.mark.slow
def test_rankers_by_chance_are_below_any_p_no_more_often_than_it_says() -> None:
    rng = np.random.RandomState(6)

    def told() -> list[dict[str, int]]:
        ranks = [dict(zip("abcde", rng.permutation(5).tolist(), strict=True)) for _ in range(6)]
        return [{thing: own[thing] for thing in rng.choice([*"abcde"], 4, replace=False)} for own in ranks]

    found = np.array([w_p(told()) for _ in range(600)])
    for level in (0.025, 0.1, 0.3):
        assert np.mean(found <= level) < level + 2 * np.sqrt(level / 600)
    assert np.mean(found <= 0.3) > 0.2
