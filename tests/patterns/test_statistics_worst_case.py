"""The untagged counted against a warning: as bad as the worst of all ways to tag them, and no worse."""

from fractions import Fraction
from itertools import product
from math import inf
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker_sync.patterns.statistics.auc import auc
from tracker_sync.patterns.statistics.difference import Rate, difference
from tracker_sync.patterns.statistics.proportion import p_above
from tracker_sync.patterns.statistics.worst_case import Untagged, medians, rates, share, values

RATES = st.integers(0, 8).flatmap(lambda n: st.builds(Rate, st.integers(0, n), st.just(n)))
FEW = st.integers(0, 2)
SOME = st.lists(st.integers(0, 4), max_size=4)
NOT_EMPTY = st.lists(st.integers(0, 4), min_size=1, max_size=4)


def untagged(values: st.SearchStrategy[int], most: int) -> st.SearchStrategy[Untagged]:
    return st.builds(Untagged, FEW, FEW, st.lists(values, max_size=most).map(tuple), FEW)


def tagged(first: list[float], second: list[float], unknown: Untagged, possible: list[float]):
    """The two groups in every way to tag what is not known."""
    ways = [[(0, v) for v in possible]] * unknown.first + [[(1, v) for v in possible]] * unknown.second
    ways += [[(0, v), (1, v)] for v in unknown.values]
    ways += [[*product((0, 1), possible)]] * unknown.both
    for way in product(*ways):
        yield [*first, *(v for g, v in way if g == 0)], [*second, *(v for g, v in way if g == 1)]


def p(first: Rate, second: Rate) -> float:
    found = difference(first, second)
    return 2 if found is None else found.p


@settings(max_examples=60, deadline=None)
@given(RATES, RATES, untagged(st.integers(0, 1), 3))
def test_no_way_to_tag_speaks_more_against_a_difference_and_one_speaks_so(
    first: Rate, second: Rate, unknown: Untagged
) -> None:
    known = [[1] * rate.part + [0] * (rate.n - rate.part) for rate in (first, second)]
    worlds = {
        (Rate(sum(one), len(one)), Rate(sum(other), len(other)))
        for one, other in tagged(*known, unknown, [0, 1])
    }
    worst = rates(first, second, unknown)
    assert worst in worlds
    assert p(*worst) == max(p(*world) for world in worlds)


@settings(max_examples=25, deadline=None)
@given(SOME, SOME, untagged(st.integers(0, 4), 3), st.sampled_from([0.35, 0.5, 0.65]))
def test_no_way_to_tag_speaks_more_against_an_order_and_one_speaks_so(
    first: list[int], second: list[int], unknown: Untagged, threshold: float
) -> None:
    def p_of(one: list[float], other: list[float]) -> float:
        found = auc(one, other, threshold)
        return 2 if found is None else found.p

    possible = [-inf, 2, inf]
    worst = values(first, second, unknown, threshold)
    worlds = [*tagged(first, second, unknown, possible)]
    assert [sorted(group) for group in worst] in [[sorted(one), sorted(other)] for one, other in worlds]
    assert abs(p_of(*worst) - max(p_of(*world) for world in worlds)) < 1e-12


@given(RATES, RATES)
def test_with_all_tagged_nothing_changes(first: Rate, second: Rate) -> None:
    assert rates(first, second, Untagged()) == (first, second)
    assert values([3, 1], [2], Untagged()) == ((3, 1), (2,))


@given(RATES.filter(lambda rate: rate.n > 0), FEW)
def test_the_unknown_of_a_share_are_not_in_it(known: Rate, unknown: int) -> None:
    k, n = share(known, unknown)
    sure = [Fraction(known.part + more, known.n + unknown) for more in range(unknown + 1)]
    assert Fraction(k, n) == min(sure)
    assert p_above(Fraction(k, n), n, 0.3) == max(p_above(of, n, 0.3) for of in sure)


def test_which_world_is_worst_for_what_executives_ask() -> None:
    # 9 of 10 of theirs lack evidence, 8 of 20 of others'; 3 of unknown origin lack it, 2 do not.
    worst = rates(Rate(9, 10), Rate(8, 20), Untagged(first=1, second=2, values=(1, 1, 1, 0, 0)))
    assert worst == (Rate(9, 13), Rate(13, 25))


def test_what_nobody_estimated_is_large_where_it_was_started_and_small_where_not() -> None:
    # The first were left, the second started; small ones are started first.
    assert values([8, 5], [1, 2], Untagged(first=1, second=1)) == ((8, 5, -inf), (1, 2, inf))


WAITS = st.lists(st.integers(0, 6), max_size=4)


@settings(max_examples=200, deadline=None)
@given(WAITS.filter(bool), WAITS.filter(bool), WAITS, WAITS)
def test_no_way_to_group_brings_two_medians_closer_and_one_brings_them_so_close(
    first: list[int], second: list[int], either: list[int], second_or_none: list[int]
) -> None:
    worlds = set()
    for ways in product((True, False), repeat=len(either) + len(second_or_none)):
        free, maybe = ways[: len(either)], ways[len(either) :]
        one = [*first, *(v for v, own in zip(either, free, strict=True) if own)]
        other = [*second, *(v for v, own in zip(either, free, strict=True) if not own)]
        worlds.add(
            (
                median(one),
                median([*other, *(v for v, there in zip(second_or_none, maybe, strict=True) if there)]),
            )
        )
    worst = medians(first, second, either, second_or_none)
    assert worst in worlds
    for faster in (1, 1.5, 2, 3):
        holds = [other > 0 and other >= faster * one for one, other in [worst, *worlds]]
        assert holds[0] == all(holds)


def test_which_world_is_worst_for_how_soon_executives_are_served() -> None:
    # Theirs wait 8 days, others' 30. Of three of unknown origin two waited long, one did not.
    assert medians([8, 8], [30, 30], [40, 40, 1]) == (24, 30)
    assert medians([8, 8], [30, 30], [], [9, 10, 50]) == (8, 20)
