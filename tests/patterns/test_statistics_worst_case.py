"""Two medians, what is unknown counted against a warning: as bad as the worst of all ways to group it."""

from itertools import product
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker_sync.patterns.statistics.worst_case import medians

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
