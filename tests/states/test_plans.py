"""What was planned of an item over time, from its events."""

from tracker_sync.config import FieldNames
from tracker_sync.events import Added, Changed, Event, Noted, Opened
from tracker_sync.items import Item, Names
from tracker_sync.states import FOREVER
from tracker_sync.states.plans import Plan, plans

NAMES = Names({
    ("field", "customfield_1"): ("Story Points", ""), ("field", "customfield_2"): ("Rank", ""),
    ("status", "1"): ("Ready for dev", "new"), ("status", "2"): ("Ready for review", "indeterminate"),
    ("status", "4"): ("Parked", "new"),
})  # fmt: skip


def planned(*events: Event, points: str | None = "Story Points") -> list[Plan]:
    opened = Opened(id="1:0", item="1", ts=0, val="A-1")
    item = Item("o", "1", "o:A-1", "A-1", 0, None, {}, (opened, *events))
    return plans(item, NAMES, FieldNames(points=points))


def changed(ts: int, attr: str, val: str | None, key: str = "") -> Changed:
    return Changed(id=f"1:c{ts}.1", item="1", ts=ts, attr=attr, val=val, key=key)


def test_points_hold_until_they_change_or_go() -> None:
    opening = Added(id="1:p", item="1", ts=0, attr="customfield_1", key="", val="5")
    found = planned(opening, changed(10, "customfield_1", "2.5"), changed(20, "customfield_1", None))
    assert found == [Plan("points", 5000, 0, 10), Plan("points", 2500, 10, 20)]


def test_points_of_a_field_that_is_not_configured_are_none() -> None:
    assert planned(changed(1, "customfield_1", "5"), points=None) == []


def test_what_is_no_figure_is_no_plan() -> None:
    texts = ("many", "NaN", "-3", "1e999", "9" * 30)
    assert planned(*(changed(n, "customfield_1", text) for n, text in enumerate(texts, 1))) == []
    assert planned(changed(1, "due", "soon")) == []


def test_a_due_date_that_moves_is_two_plans() -> None:
    found = planned(
        changed(1, "due", "2026-03-01"), changed(9, "due", "2026-04-01"), changed(9, "title", "x")
    )
    assert [(p.kind, p.lo, p.hi) for p in found] == [("due", 1, 9), ("due", 9, FOREVER)]
    assert found[1].value - found[0].value == 31


def test_the_same_date_said_again_is_one_plan() -> None:
    again = changed(1, "due", "2026-03-01"), changed(5, "due", "2026-03-01")
    assert [(p.lo, p.hi) for p in planned(*again)] == [(1, FOREVER)]


def test_ready_is_a_status_before_work_that_says_so() -> None:
    states = changed(1, "status", "Ready for dev", "1"), changed(5, "status", "Ready for review", "2")
    assert planned(*states) == [Plan("ready", 1, 1, 5)]


def test_a_status_is_ready_by_the_name_that_it_has_now_or_else_by_the_one_that_the_tracker_logged() -> None:
    states = changed(1, "status", "Ready", "3"), changed(5, "status", "Ready", "4")
    assert planned(*states) == [Plan("ready", 1, 1, 5)]


def test_a_rank_says_only_higher_or_lower() -> None:
    moves = [
        Noted(id=f"1:c{n}.1", item="1", ts=n, attr="customfield_2", val=said)
        for n, said in enumerate(("Ranked higher", "Ranked lower", None), 1)
    ]
    assert planned(*moves) == [Plan("rank", 1, 1, 1), Plan("rank", -1, 2, 2)]
