"""Small epics that are started while large ones wait: which epics are compared, and by which sizes."""

from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker_sync.patterns.facts import DAY, Epic, Estimate, Facts, Intent, Moment
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.small_first import When, smaller_first

WHEN = When(above=0.65, at_least=10)
BETS = (Intent(id="bet", target=0.5, low=0.1, high=0.2), Intent(id="rest", target=0.3, low=0.8, high=0.9))
change = msgspec.structs.replace


def day(n: float) -> Moment:
    return Moment(round(n * DAY), f"e{n}", "product")


def epic(n: int, size: float | None, *, started: float | None = None, ready: float | None = 20) -> Epic:
    return Epic(
        ref=f"o:E-{n}", ready=None if ready is None else day(ready),
        started=None if started is None else day(started),
        estimates=() if size is None else (Estimate(at=day(10), size=size),),
    )  # fmt: skip


def look(*epics: Epic, intents: tuple[Intent, ...] = BETS, start: float = 0) -> Seen | Silent:
    [one] = smaller_first(Facts(epics=epics, intents=intents, start=day(start)), WHEN)
    return one


SMALL = tuple(epic(n, 3, started=30) for n in range(12))
LARGE = tuple(epic(n, 20 + n) for n in range(12, 20))


def test_all_that_was_started_is_smaller_than_all_that_waits() -> None:
    one = look(*SMALL, *LARGE)
    assert isinstance(one, Seen)
    assert (one.fires, one.low, one.n, one.words["larger"]) == (True, 1, 20, 8)
    assert [(r.item, r.what) for r in one.rows[:2]] == [
        ("o:E-19", "ready and not started: 39 points"), ("o:E-18", "ready and not started: 38 points"),
    ]  # fmt: skip
    assert one.rows[0].moment is not None
    assert (one.rows[0].moment.event, one.rows[0].moment.role) == ("e20", "product")


def test_what_waits_for_the_top_intent_is_shown_first() -> None:
    bet = change(LARGE[0], intents=("bet",))
    one = look(*SMALL, bet, *LARGE[1:])
    assert isinstance(one, Seen)
    assert one.rows[0].item == bet.ref


@pytest.mark.parametrize(
    "out",
    [
        epic(50, 1, ready=None),
        epic(51, 90, started=10),
        change(epic(52, 1), declined=day(25)),
        epic(53, 90, started=30, ready=800),
        change(epic(54, 1), ready=day(800)),
    ],
    ids=["never-ready", "ready-only-after-its-start", "declined", "ready-after-the-end-too", "ready-later"],
)
def test_what_was_not_ready_and_waiting_is_not_compared(out: Epic) -> None:
    assert look(*SMALL, *LARGE, out) == look(*SMALL, *LARGE)


def test_what_was_started_before_the_window_explains_nothing() -> None:
    one = look(*SMALL[:6], *(change(e, started=day(110)) for e in SMALL[6:]), *LARGE, start=100)
    assert isinstance(one, Seen)
    assert one.n == 14


def test_the_size_is_the_one_that_was_known_at_the_start() -> None:
    grown = tuple(change(e, estimates=(*e.estimates, Estimate(at=day(40), size=99))) for e in SMALL)
    one = look(*grown, *LARGE)
    assert isinstance(one, Seen)
    assert one.low == 1


def test_hours_are_not_compared_with_points() -> None:
    hours = tuple(
        change(e, estimates=(Estimate(at=day(10), size=36_000, unit="seconds"),)) for e in LARGE[:2]
    )
    one = look(*SMALL, *hours, *LARGE[2:])
    assert isinstance(one, Seen)
    assert (float(one.low), one.high) == (0.75, 1)


def test_a_top_intent_that_has_its_share_is_no_finding_and_one_that_may_have_it_no_pass() -> None:
    has, may = (change(BETS[0], low=low, high=0.6) for low in (0.5, 0.4))
    one = look(*SMALL, *LARGE, intents=(has,))
    assert isinstance(one, Seen)
    assert (one.fires, one.p) == (False, 1.0)
    assert look(*SMALL, *LARGE, intents=(may,)) == Silent(
        "the intents of work that names none: bet may have its target share"
    )


@pytest.mark.parametrize("waiting", [0, 1])
def test_where_next_to_nothing_waits_nothing_is_skipped(waiting: int) -> None:
    one = look(*SMALL, *LARGE[:waiting])
    assert isinstance(one, Silent) or not one.fires


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([1.0, 3.0, None]), min_size=7, max_size=9),
    st.lists(st.sampled_from([2.0, 20.0, None]), min_size=5, max_size=6),
)
def test_whatever_the_unknown_sizes_are_a_finding_stays_one(
    begun: list[float | None], waiting: list[float | None]
) -> None:
    if begun.count(None) + waiting.count(None) > 4:
        return

    def compared(sizes: list[float | None]) -> Seen:
        epics = (epic(n, size, started=30 if n < len(begun) else None) for n, size in enumerate(sizes))
        one = look(*epics)
        assert isinstance(one, Seen)
        return one

    sizes = [*begun, *waiting]
    known = compared(sizes)
    every = [compared(list(w)) for w in product(*([0.0, 2.5, 99.0] if s is None else [s] for s in sizes))]
    if begun.count(None) < len(begun) or waiting.count(None) < len(waiting):
        assert known.low == min(w.low for w in every)
        assert known.high == max(w.low for w in every)
    assert not known.fires or all(w.fires for w in every)
