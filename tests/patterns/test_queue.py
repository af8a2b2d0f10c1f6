"""Served out of turn: a deal, a move up soon after it, a start, and somebody who was ready earlier."""

from fractions import Fraction

import msgspec
import pytest

from tracker_sync.patterns.facts import DAY, INPUTS, Asked, Due, Epic, Facts, Moment, Sign
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.queue import When, served_out_of_turn

WHEN = When(above=1, within=14, shelved=90)


def day(n: float) -> Moment:
    return Moment(round(n * DAY), f"e{n:g}", "sales")


def epic(n: int, **more: object) -> Epic:
    """Asked for on day 10, moved up on day 16, ready on day 20 and started on day 30."""
    asked = (Asked(account="acme", at=day(10)),)
    told = Epic(ref=f"o:E-{n}", asked=asked, up=(day(16),), ready=day(20), started=day(30))
    return msgspec.structs.replace(told, **more)


WAITS = Epic(ref="o:E-99", ready=day(12), started=day(44))


def seen(*epics: Epic, missing: dict[str, str] | None = None) -> Seen | Silent:
    [found] = served_out_of_turn(Facts(epics=epics, missing=missing or {}), WHEN)
    return found


def test_two_that_moved_up_after_a_deal_while_another_was_ready_are_found() -> None:
    found = seen(epic(1), epic(2), WAITS)
    assert isinstance(found, Seen)
    assert (found.fires, found.low, found.n, found.items) == (True, 2, 2, ("o:E-1", "o:E-2"))
    assert found.words == {"k": 2, "waited": 1, "days": "14"}


@pytest.mark.parametrize(
    "other",
    [
        epic(2, up=()),
        epic(2, up=(day(9),)),  # before anybody asked
        epic(2, up=(day(24.1),)),  # more than two weeks later
        epic(2, up=(day(22),), started=day(21)),  # once it was begun
        epic(2, started=None),
        epic(2, asked=()),
        epic(2, asked=(), due=(Due(at=day(10), day=day(90)),)),  # a date is no deal
        epic(2, asked=(), evidence=(Sign(kind="interview", at=day(10)),)),
        epic(2, ready=day(11)),  # before the other was: nobody waited
        epic(2, ready=day(12)),  # together with it
    ],
    ids=lambda e: f"{e.up} {e.ready} {len(e.asked)}{len(e.due)}",
)
def test_one_event_less_and_nothing_is_found(other: Epic) -> None:
    found = seen(epic(1), other, WAITS)
    assert isinstance(found, Seen)
    assert (found.fires, found.low) == (False, 1)


@pytest.mark.parametrize(
    "other",
    [
        epic(2, up=(day(10),)),
        epic(2, up=(day(24),)),
        epic(2, asked=(), promised=day(10)),
        epic(2, asked=(), evidence=(Sign(kind="deal", at=day(10)),)),
        epic(2, ready=None, scoped=day(20)),
        epic(2, ready=None),  # begun without ever having been ready
    ],
)
def test_every_kind_of_deal_counts_until_two_weeks_later(other: Epic) -> None:
    found = seen(epic(1), other, WAITS)
    assert isinstance(found, Seen)
    assert found.fires


@pytest.mark.parametrize(
    ("waits", "counts"),
    [
        (WAITS, True),
        (msgspec.structs.replace(WAITS, ready=None, scoped=day(12)), True),
        (msgspec.structs.replace(WAITS, started=None), True),
        (msgspec.structs.replace(WAITS, ready=day(-61), started=None), False),  # shelved
        (msgspec.structs.replace(WAITS, started=day(29)), False),
        (msgspec.structs.replace(WAITS, declined=day(15)), False),
        (msgspec.structs.replace(WAITS, ready=None), False),
        (msgspec.structs.replace(WAITS, ref="o:OTHER-99"), False),  # another queue
    ],
)
def test_what_was_ready_earlier_and_is_begun_later_waited(waits: Epic, counts: bool) -> None:
    found = seen(epic(1), epic(2), waits)
    assert isinstance(found, Seen)
    assert found.fires == counts


def test_what_moved_up_before_the_period_is_not_found() -> None:
    facts = Facts(start=day(17), epics=(epic(1), epic(2), WAITS))
    [found] = served_out_of_turn(facts, WHEN)
    assert isinstance(found, Seen)
    assert found.low == 0


@pytest.mark.parametrize("name", ["customers", "accounts", "promises", "evidence"])
def test_without_what_tells_of_deals_nothing_found_is_no_pass(name: str) -> None:
    missing = {name: INPUTS[name]}
    assert seen(epic(1), WAITS, missing=missing) == Silent(INPUTS[name])
    found = seen(epic(1), epic(2), WAITS, missing=missing)
    assert isinstance(found, Seen)
    assert found.fires, "what is seen all the same is seen"


def test_the_rows_tell_the_deal_the_move_and_who_waited() -> None:
    found = seen(epic(1), epic(2, up=()), WAITS)
    assert isinstance(found, Seen)
    told = [(r.item, r.what, r.moment.event, r.moment.role) for r in found.rows if r.moment]
    assert told == [
        ("o:E-1", "an account asked", "e10", "sales"),
        ("o:E-1", "moved up the queue 6 days later; 1 waited", "e16", "sales"),
        ("o:E-1", "started", "e30", "sales"),
        ("o:E-99", "ready before o:E-1; started 14 days after it", "e12", "sales"),
    ]
    assert found.limit == Fraction(1)
