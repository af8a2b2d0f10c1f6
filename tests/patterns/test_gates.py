"""Large work without its gates: what counts as large, as passed, and as growing."""

from fractions import Fraction
from itertools import count, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker_sync.patterns.facts import DAY, Epic, Estimate, Facts, Moment, Named
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.gates import When, gates_skipped

WHEN = When(above=0.25, at_least=10, gates=("discovery", "review"), largest=0.333, grace=1)


def day(n: float) -> Moment:
    return Moment(round(n * DAY), f"e{n:g}", "product")


def gates(*days: float) -> tuple[Named, ...]:
    return tuple(Named(name=g, at=day(d)) for g, d in zip(WHEN.gates, days, strict=False))


PASSED = gates(8, 9)
NUMBERS = count()


def many(
    n: int, start: float, size: float | None = 13, passed: tuple[Named, ...] = (), **more: str
) -> list[Epic]:
    unit, project = more.get("unit", "points"), more.get("project", "o:E")
    sizes = () if size is None else (Estimate(at=day(5), size=size, unit=unit),)
    return [
        Epic(ref=f"{project}-{next(NUMBERS)}", root=more.get("root", ""), started=day(start), estimates=sizes,
             gates=passed)
        for _ in range(n)
    ]  # fmt: skip


BEFORE = [*many(8, 200, passed=PASSED), *many(2, 200)]
AFTER = [*many(2, 500, passed=PASSED), *many(8, 500)]
SMALL = many(40, 500, size=3)


def seen(*parts: list[Epic], when: When = WHEN) -> Seen | Silent:
    [found] = gates_skipped(Facts(epics=tuple(e for part in parts for e in part)), when)
    return found


def test_ten_of_twenty_that_grow_from_two_to_eight_are_found() -> None:
    found = seen(BEFORE, AFTER, SMALL)
    assert isinstance(found, Seen)
    assert (found.fires, found.low, found.n) == (True, Fraction(1, 2), 20)
    assert (found.words["before"], found.words["after"]) == (Fraction(1, 5), Fraction(4, 5))


def test_as_many_that_do_not_grow_are_not() -> None:
    even = [*many(5, 200, passed=PASSED), *many(5, 200), *many(5, 500, passed=PASSED), *many(5, 500)]
    found = seen(even, SMALL)
    assert isinstance(found, Seen)
    assert (found.fires, found.low) == (False, Fraction(1, 2))


def test_small_work_needs_no_gates() -> None:
    found = seen(BEFORE, many(10, 500, passed=PASSED), SMALL)
    assert isinstance(found, Seen)
    assert (found.fires, found.n) == (False, 20)


@pytest.mark.parametrize(
    ("labels", "skips"),
    [
        (gates(8, 9), False),
        (gates(8, 201), False),  # within a day of the start
        (gates(8, 201.5), True),
        (gates(8), True),
        ((), True),
    ],
)
def test_a_gate_counts_that_is_labelled_by_the_day_of_the_start(
    labels: tuple[Named, ...], skips: bool
) -> None:
    one = many(1, 200, passed=labels)
    found = seen(one, many(12, 500, passed=PASSED), SMALL)
    assert isinstance(found, Seen)
    assert (one[0].ref in found.items) == skips


def test_what_was_begun_before_gates_were_labelled_is_left_out() -> None:
    """The review was labelled first on day 400; half the time from then on ends on day 565."""
    early = [*many(30, 200), *many(10, 390, passed=gates(300))]
    found = seen(early, many(6, 410, passed=gates(300, 400)), many(6, 600), SMALL)
    assert isinstance(found, Seen)
    assert (found.n, found.low, found.words["after"]) == (12, Fraction(1, 2), 1)


def test_a_gate_that_nobody_ever_labelled_leaves_it_open() -> None:
    found = seen(many(12, 200, passed=gates(8)), many(12, 500), SMALL)
    assert found == Silent("epics that name the gate review: a label gate/review")


@pytest.mark.parametrize(
    ("sizes", "large"),
    [
        ({13: 12, 3: 24}, 12),
        ({21: 5, 13: 8, 3: 20}, 13),  # 13 of 33 are nearer to a third than 5
        ({21: 12, 13: 20, 3: 20}, 12),  # 32 of 52 are more than half
        ({13: 16, 3: 4}, 0),
        ({13: 30}, 0),  # none is larger than the others
    ],
)
def test_large_is_about_a_third_and_never_more_than_half(sizes: dict[int, int], large: int) -> None:
    epics = [
        e for size, n in sizes.items() for k in range(n) for e in many(1, 200 + k % 2 * 300, size, PASSED)
    ]
    found = seen(epics)
    n = found.n if isinstance(found, Seen) else int(found.why.rpartition(" ")[2])
    assert n == large


def test_seconds_are_not_larger_than_points_and_one_team_is_not_larger_than_another() -> None:
    points = [*many(6, 200, 13, PASSED), *many(6, 500, 13, PASSED), *many(30, 500, 2)]
    hours = [*many(12, 500, 360_000, PASSED, unit="seconds"), *many(30, 500, 7200, unit="seconds")]
    other = [*many(12, 500, 1000, PASSED, project="o:F"), *many(30, 500, 100, project="o:F")]
    found = seen(points, hours, other)
    assert isinstance(found, Seen)
    assert (found.n, found.low) == (36, 0)


def test_without_an_estimate_it_counts_only_where_it_speaks_against() -> None:
    found = seen(BEFORE, AFTER, SMALL, many(5, 500, None), many(4, 500, None, PASSED))
    assert isinstance(found, Seen)
    assert (found.low, found.high, found.n) == (Fraction(10, 24), Fraction(15, 25), 24)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from([200, 500]), st.booleans()), max_size=4),
    st.integers(5, 8), st.integers(5, 8),
)  # fmt: skip
@example([(200, False)], 7, 8)
@example([(500, True)], 7, 8)
def test_however_large_the_unestimated_are_a_finding_holds(
    unsized: list[tuple[int, bool]], early: int, late: int
) -> None:
    """Against all worlds: each is as large as the large ones, or small."""
    base = [e for d, k in ((200, early), (500, late)) for e in (*many(8, d, passed=PASSED), *many(k, d))]
    base += SMALL

    def world(sizes: tuple[float | None, ...]) -> Seen:
        more = [many(1, d, s, PASSED if p else ()) for (d, p), s in zip(unsized, sizes, strict=True)]
        found = seen(base, *more)
        assert isinstance(found, Seen)
        return found

    known = world((None,) * len(unsized))
    worlds = [world(sizes) for sizes in product((13.0, 3.0), repeat=len(unsized))]
    assert (known.low, known.high) == (min(w.low for w in worlds), max(w.low for w in worlds))
    assert not known.fires or all(w.fires for w in worlds)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from([200, 500]), st.booleans(), st.sampled_from(["", "o:A"])), max_size=4),
    st.integers(2, 9), st.integers(0, 9),
)  # fmt: skip
@example([(200, False, "o:A")], 4, 2)
def test_however_large_unestimated_slices_are_a_finding_holds(
    unsized: list[tuple[int, bool, str]], bare: int, slices: int
) -> None:
    """Against all worlds: more of one root may leave fewer that stand by themselves."""
    base = [*many(4, 200, passed=PASSED), *many(bare, 500), *many(slices, 500, root="o:A"), *SMALL]

    def world(sizes: tuple[float | None, ...]) -> Seen | Silent:
        more = [many(1, d, s, PASSED if p else (), root=root)
                for (d, p, root), s in zip(unsized, sizes, strict=True)]  # fmt: skip
        return seen(base, *more)

    known = world((None,) * len(unsized))
    worlds = [world(sizes) for sizes in product((13.0, 3.0), repeat=len(unsized))]
    fires = isinstance(known, Seen) and known.fires
    assert not fires or all(isinstance(w, Seen) and w.fires for w in worlds)


def test_slices_of_two_bets_are_two_decisions() -> None:
    first, second = (many(10, d, root=f"o:R-{d}", passed=p) for d, p in ((200, PASSED), (500, ())))
    assert isinstance(seen(first, second, SMALL), Silent)


def test_with_large_work_in_one_half_only_nothing_grows() -> None:
    assert isinstance(seen(many(4, 500, passed=PASSED), many(12, 500), SMALL), Silent)


def test_the_rows_tell_gate_start_and_outcome() -> None:
    done = [Epic(ref="o:E-x", started=day(500), done=day(540), gates=gates(8),
                 estimates=(Estimate(at=day(5), size=13),))]  # fmt: skip
    found = seen(many(12, 200, passed=PASSED), done, SMALL)
    assert isinstance(found, Seen)
    told = [(r.item, r.what, r.moment.event, r.moment.role) for r in found.rows if r.moment]
    assert told == [
        ("o:E-x", "started without the gate review (13 points)", "e500", "product"),
        ("o:E-x", "done 40 days later", "e540", "product"),
    ]
