"""Begun for the quarter: late starts against dates that fall on each day alike, the unknown against it."""

from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker_sync.patterns.facts import DAY, Epic, Facts, Moment, Work
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.quarter_end import When, begun_at_quarter_end

WHEN = When(last=14, ends=(3, 6, 9, 12), at_least=10)
EPOCH = date(1970, 1, 1)


def on(day: str, sold: bool | None = True, root: str = "", ref: str = "") -> Work:
    at = Moment((date.fromisoformat(day) - EPOCH).days * DAY + DAY // 2, f"e{day}", "engineering")
    return Work(ref=ref or f"o:A-{day}", root=root, started=at, sold=sold)


def facts(*works: Work, start: str = "2024-01-01", end: str = "2025-12-31", begun: str = "") -> Facts:
    first, last = ((date.fromisoformat(d) - EPOCH).days * DAY for d in (start, end))
    epics = (
        (Epic(ref="o:E-1", created=Moment((date.fromisoformat(begun) - EPOCH).days * DAY)),) if begun else ()
    )
    numbered = [Work(**{f: getattr(w, f) for f in w.__struct_fields__} | {"ref": f"o:W-{n}"})
                for n, w in enumerate(works)]  # fmt: skip
    return Facts(start=Moment(first), end=Moment(last + DAY - 1), epics=epics, works=tuple(numbered))


def seen(*works: Work, when: When = WHEN, **window: str) -> Seen | Silent:
    [found] = begun_at_quarter_end(facts(*works, **window), when)
    return found


LATE, NOT = [on("2024-06-20"), on("2024-12-31")] * 4, [on("2024-08-01"), on("2025-02-01")] * 3


def test_eight_of_fourteen_starts_in_the_last_two_weeks_are_no_chance() -> None:
    found = seen(*LATE, *NOT)
    assert isinstance(found, Seen)
    assert (found.fires, found.low, found.n, found.limit) == (True, Fraction(8, 14), 14, Fraction(98, 640))
    assert found.p is not None
    assert found.p < 0.001
    assert found.words["weeks"] == "0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 4, 4"


def test_the_last_two_weeks_begin_fourteen_days_before_the_quarter_ends() -> None:
    day_before = [on("2024-06-16")] * 8
    found = seen(*day_before, *NOT)
    assert isinstance(found, Seen)
    assert (found.low, found.fires) == (0, False)
    found = seen(*[on("2024-06-17")] * 8, *NOT)
    assert isinstance(found, Seen)
    assert (found.low, found.fires) == (Fraction(8, 14), True)


def test_one_start_less_and_it_may_be_chance() -> None:
    few = [on("2024-06-20")] * 5
    found = seen(*few, *NOT, *NOT)
    assert isinstance(found, Seen)
    assert not found.fires
    found = seen(*few, on("2024-06-21"), *NOT, *NOT)
    assert isinstance(found, Seen)
    assert (found.low, found.fires) == (Fraction(6, 18), True)


def test_a_sales_year_that_ends_in_january_has_other_quarters() -> None:
    january = When(last=14, ends=(1, 4, 7, 10), at_least=10)
    found = seen(*[on("2025-01-31"), on("2024-07-25")] * 5, *NOT, when=january)
    assert isinstance(found, Seen)
    assert (found.fires, found.low) == (True, Fraction(10, 16))


def test_the_first_quarter_of_all_is_left_out() -> None:
    """In it work only begins to flow. Later windows have none such."""
    first = [on("2024-03-25")] * 12
    assert seen(*first) == Silent("10 starts of sales-led work at least; there are 0")
    found = seen(*first, begun="2023-05-01")
    assert isinstance(found, Seen)
    assert found.low == 1


def test_a_period_of_a_few_weeks_says_nothing() -> None:
    found = seen(*LATE, *NOT, start="2024-06-01", end="2024-07-31", begun="2023-05-01")
    assert isinstance(found, Silent)


def test_slices_of_one_root_start_once() -> None:
    slices = [on("2024-06-20", root="o:R-1") for _ in range(12)]
    assert isinstance(seen(*slices, *LATE), Silent)
    early = [on("2024-06-01", root="o:R-1")]
    found = seen(*early, *slices, *LATE, *NOT)
    assert isinstance(found, Seen)
    assert (found.n, found.low) == (15, Fraction(8, 15))  # the first slice counts


@pytest.mark.parametrize("sold", [True, None])
def test_untold_work_that_began_on_another_day_speaks_against_it(sold: bool | None) -> None:
    more = [on("2024-08-01", sold)] * 30
    found = seen(*LATE, *NOT, *more)
    assert isinstance(found, Seen if sold else Silent), "known: nothing of it; unknown: not to be told"
    assert not (isinstance(found, Seen) and found.fires)


def test_untold_work_that_began_late_adds_nothing() -> None:
    found = seen(*LATE, *NOT, *[on("2024-06-20", None)] * 30)
    assert isinstance(found, Seen)
    assert (found.low, found.high, found.n) == (Fraction(8, 14), Fraction(38, 44), 14)


DAYS = st.sampled_from(["2024-06-20", "2024-08-01", "2025-03-20", "2025-05-05"])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(DAYS, st.sampled_from([True, False, None]), st.sampled_from("abc")), max_size=5))
def test_whatever_the_untold_work_is_a_finding_holds(told: list[tuple[str, bool | None, str]]) -> None:
    """Against all worlds, three roots of which have several starts."""
    base = [*LATE, *NOT]
    works = [on(day, sold, root=f"o:R-{root}") for day, sold, root in told]
    known = seen(*base, *works)
    unknown = [n for n, (_, sold, _) in enumerate(told) if sold is None]
    worlds = []
    for said in product((True, False), repeat=len(unknown)):
        settled = dict(zip(unknown, said, strict=True))
        world = seen(*base, *(on(d, settled.get(n, s), root=f"o:R-{r}") for n, (d, s, r) in enumerate(told)))
        assert isinstance(world, Seen)
        worlds.append(world)
    assert isinstance(known, Seen)
    assert known.low == min(w.low for w in worlds)
    assert known.high == max(w.low for w in worlds)
    assert known.p == pytest.approx(max(w.p for w in worlds if w.p is not None))
    assert not known.fires or all(w.fires for w in worlds)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2024-02-01", "2024-06-20", "2024-08-01"]),
            st.sampled_from([True, False, None]),
            st.sampled_from("abc"),
        ),
        max_size=5,
    ),
    st.integers(0, 3),
)
@example([("2024-08-01", None, "a")], 1)
@example([("2024-02-01", None, "a"), ("2024-08-01", True, "a")], 1)
def test_a_finding_has_starts_enough_whatever_the_untold_work_is(
    told: list[tuple[str, bool | None, str]], other: int
) -> None:
    """Against all worlds, where a root may have begun in the first quarter, or not for sales at all."""
    base = [*LATE, *NOT[:other]]
    unknown = [n for n, (_, sold, _) in enumerate(told) if sold is None]

    def at(said: dict[int, bool]) -> Seen | Silent:
        return seen(*base, *(on(d, said.get(n, s), root=f"o:R-{r}") for n, (d, s, r) in enumerate(told)))

    known = at({})
    worlds = [
        at(dict(zip(unknown, said, strict=True))) for said in product((True, False), repeat=len(unknown))
    ]
    fires = isinstance(known, Seen) and known.fires
    assert fires == all(isinstance(w, Seen) and w.fires for w in worlds)


def test_the_rows_name_event_and_role() -> None:
    found = seen(*LATE, *NOT)
    assert isinstance(found, Seen)
    assert found.rows[0].moment is not None
    assert (found.rows[0].what, found.rows[0].moment.event, found.rows[0].moment.role) == (
        "started 0 days before a quarter ended", "e2024-12-31", "engineering"
    )  # fmt: skip
