"""What the report on promises says of what was promised, scoped, put off and kept."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from msgspec.structs import replace

from tests.reports.test_edges import Ask, ask, at, item, label, move  # noqa: F401  the fixture
from tests.reports.test_said_no import declined
from tests.states.test_promised import due
from tracker_sync.events import Changed, Event, Named, Noted
from tracker_sync.render.sheet import NotAssessed
from tracker_sync.render.sheets import promises as page
from tracker_sync.reports.promises import Pace, Promises, Row, median, promises

Told = Callable[..., Promises]
PROMISE = "customer promise"


@pytest.fixture
def told(ask: Ask) -> Told:  # noqa: F811
    def report(*events: list[Event] | Event, until: str = "2026-02-28") -> Promises:
        return promises(*ask(*events, until=until))

    return report


def estimate(key: str, day: float, seconds: str = "3600") -> Event:
    return Changed(id=f"{key}:e{day}", item=key, ts=at(day), attr="estimate", val=seconds)


RANK = Named(id="nr", item="", ts=0, attr="field", key="customfield_9", val="Rank")


def up(key: str, day: float, said: str = "Ranked higher") -> Event:
    return Noted(id=f"{key}:k{day}", item=key, ts=at(day), attr="customfield_9", val=said)


def row(report: Promises, ref: str = "o:A-1") -> Row:
    return next(r for r in report.rows if r.ref == ref)


def test_a_promise_kept_by_its_first_date(told: Told) -> None:
    one = row(told(item("A-1", PROMISE), due("A-1", 2, "2026-02-12"), move("A-1", 10.9, "3")))
    assert (one.kind, one.outcome, one.late, one.slips) == ("promise", "kept", 0, 0)
    assert one.first_due == date(2026, 2, 12).toordinal()
    assert float(one.latency or 0) == pytest.approx(10.9)


def test_a_promise_is_late_by_its_first_date_though_the_last_one_was_kept(told: Told) -> None:
    later = due("A-1", 2, "2026-02-12"), due("A-1", 9, "2026-02-20")
    report = told(item("A-1", PROMISE), *later, move("A-1", 17, "3"))
    one = row(report)
    assert (one.outcome, one.late, one.late_last, one.slips, one.slipped) == ("late", 7, -1, 1, 8)
    assert (report.slips, report.slipped, report.dated) == (1, 8, 1)


def test_a_date_that_is_moved_forward_is_no_slip(told: Told) -> None:
    dates = due("A-1", 2, "2026-02-20"), due("A-1", 3, "2026-02-12"), due("A-1", 4, "2026-02-15")
    one = row(told(item("A-1", PROMISE), *dates))
    assert (one.slips, one.slipped) == (1, 3)


def test_a_date_taken_away_and_set_later_is_a_slip(told: Told) -> None:
    dates = due("A-1", 2, "2026-02-12"), due("A-1", 3, None), due("A-1", 4, "2026-02-20")
    assert row(told(item("A-1", PROMISE), *dates)).slips == 1


def test_what_is_set_after_it_was_done_puts_nothing_off(told: Told) -> None:
    dates = due("A-1", 2, "2026-02-12"), due("A-1", 9, "2026-02-27")
    one = row(told(item("A-1", PROMISE), move("A-1", 8, "3"), *dates))
    assert (one.slips, one.due, one.outcome) == (0, date(2026, 2, 12).toordinal(), "kept")


def test_a_date_set_in_the_sitting_in_which_an_item_came_done_was_there_at_its_creation(told: Told) -> None:
    one = row(
        told(item("A-1", PROMISE, start=None), move("A-1", 0.001, "3"), due("A-1", 0.003, "2026-02-12"))
    )
    assert (one.outcome, one.first_due) == ("kept", date(2026, 2, 12).toordinal())


def test_a_date_corrected_while_the_item_was_filled_in_never_counted(told: Told) -> None:
    dates = due("A-1", 0.001, "2026-01-12"), due("A-1", 0.002, "2026-02-20")
    one = row(told(item("A-1"), *dates))
    assert (one.kind, one.first_due, one.slips) == ("due date", date(2026, 2, 20).toordinal(), 0)


def test_an_open_promise_past_its_first_date_is_overdue(told: Told) -> None:
    one = row(told(item("A-1", PROMISE), due("A-1", 2, "2026-02-12"), until="2026-02-14"))
    assert (one.outcome, one.late, one.latency) == ("overdue", 2, None)
    assert float(one.age or 0) == pytest.approx(13)


def test_a_promise_that_was_declined_is_neither_kept_nor_open(told: Told) -> None:
    report = told(item("A-1", PROMISE, start=None), due("A-1", 2, "2026-02-12"), declined("A-1", 5))
    assert (report.outcomes["declined"], report.kept.low, report.kept.high) == (1, 0, 0)


def test_a_date_still_to_come_may_be_kept(told: Told) -> None:
    kept = item("A-1", PROMISE), due("A-1", 2, "2026-02-12"), move("A-1", 5, "3")
    open_ = item("A-2", PROMISE), due("A-2", 2, "2026-05-12")
    share = told(*kept, *open_, item("A-3", PROMISE)).kept
    assert (share.low, share.high, share.n) == (0.5, 1, 2)  # the one without a date is not in it


def test_promised_before_scoped_is_told_in_days(told: Told) -> None:
    one = row(told(item("A-1", PROMISE), estimate("A-1", 5.5)))
    assert (one.unscoped, one.ahead, one.scoped) == (True, 5, at(5.5))


def test_what_was_scoped_first_was_not_promised_too_early(told: Told) -> None:
    one = row(told(item("A-1"), estimate("A-1", 2), label("A-1", 3, PROMISE)))
    assert (one.unscoped, one.ahead) == (False, None)


def test_an_epic_is_scoped_when_anything_under_it_is(told: Told) -> None:
    child = item("A-2", parent="E-1")
    one = row(told(item("E-1", type="Epic"), child, estimate("A-2", 2), label("E-1", 3, PROMISE)), "o:E-1")
    assert one.unscoped is False


def test_what_is_not_scoped_at_all_was_promised_before(told: Told) -> None:
    report = told(item("A-1", PROMISE), item("A-2"), estimate("A-2", 2))
    assert (row(report).unscoped, row(report).scoped, report.unscoped.low) == (True, None, 1)


def test_where_nothing_is_ever_scoped_it_is_not_assessed(told: Told) -> None:
    report = told(item("A-1", PROMISE))
    assert (row(report).unscoped, list(report.unknown_scope)) == (None, ["o:A-1"])
    assert (report.unscoped.low, report.unscoped.high) == (0, 1)
    figures = {f.id: f.value for f in page.sheet(report).figures}
    assert isinstance(figures["before_scope"], NotAssessed)


def test_a_move_up_the_queue_soon_after_the_promise_is_a_jump(told: Told) -> None:
    moves = up("A-1", 3), up("A-1", 13.9), up("A-1", 14.1), up("A-1", 5, "Ranked lower")
    report = told(RANK, item("A-1", PROMISE, start=None), *moves)
    assert (row(report).jumps, report.jumps) == (2, 2)


def test_a_move_up_soon_after_a_further_account_asked_is_a_jump(told: Told) -> None:
    signs = label("A-1", 18, "customer/Acme"), up("A-1", 20)
    assert row(told(RANK, item("A-1", PROMISE, start=None), *signs)).jumps == 1


@pytest.mark.parametrize(("cards", "jumps"), [(4, 1), (5, 0)])
def test_five_cards_moved_within_a_minute_are_no_jump(cards: int, jumps: int, told: Told) -> None:
    others = [e for n in range(2, cards + 1) for e in (*item(f"A-{n}"), up(f"A-{n}", 3))]
    assert row(told(RANK, item("A-1", PROMISE), up("A-1", 3), others)).jumps == jumps


def test_where_nobody_moves_cards_jumps_are_not_known(told: Told) -> None:
    report = told(item("A-1", PROMISE))
    assert (row(report).jumps, report.jumps) == (None, None)


def test_accounts_are_told_apart_with_what_is_in_progress_for_each(told: Told) -> None:
    acme, both = (
        item("A-1", PROMISE, "customer/Acme"),
        item("A-2", PROMISE, "customer/Acme", "customer/Globex"),
    )
    report = told(acme, both, item("A-3", PROMISE, start=None), move("A-1", 9, "3"))
    said = {t.name: (t.promised, t.in_progress, t.n) for t in report.accounts}
    assert said == {"Acme": (2, 1, 1), "Globex": (1, 1, 0)}
    assert (row(report, "o:A-2").in_progress, row(report, "o:A-2").owed) == (1, 1)
    assert list(report.nobody) == ["o:A-3"]


def test_the_window_holds_what_was_promised_in_it_and_what_was_open_at_its_start(ask: Ask) -> None:  # noqa: F811
    done = item("A-1", PROMISE), move("A-1", 3, "3")
    org, query = ask(*done, item("A-2", PROMISE), item("A-3"), label("A-3", 8, PROMISE), until="2026-02-28")
    later = replace(query, since=at(5))
    report = promises(org, later)
    assert ([r.ref for r in report.rows], report.made) == (["o:A-2", "o:A-3"], 1)


def test_what_happens_after_the_day_that_is_asked_about_is_not_known(told: Told) -> None:
    events = [
        item("A-1", PROMISE), due("A-1", 2, "2026-02-06"), due("A-1", 9, "2026-02-20"), estimate("A-1", 9),
        move("A-1", 9, "3"), item("A-2"), estimate("A-2", 1), label("A-2", 9, PROMISE),
    ]  # fmt: skip
    report = told(*events, until="2026-02-09")
    (one,) = report.rows
    assert (one.outcome, one.slips, one.scoped, one.latency, one.jumps) == ("overdue", 0, None, None, None)


def test_what_was_promised_only_after_it_was_done_has_no_latency(told: Told) -> None:
    report = told(item("A-1"), move("A-1", 3, "3"), label("A-1", 9, PROMISE))
    assert (row(report).latency, list(report.too_late), report.n) == (None, ["o:A-1"], 0)


def test_other_work_is_timed_beside_and_what_is_under_a_promise_is_in_neither(told: Told) -> None:
    epic = item("E-1", PROMISE, start=None, type="Epic"), item("A-1", parent="E-1"), move("A-1", 4, "3")
    loose = item("A-2", start=2), move("A-2", 8, "3"), item("A-3", PROMISE, start=5), move("A-3", 7, "3")
    found = {(p.level, p.promised): p for p in told(*epic, *loose).paces}
    assert found["item", False] == Pace("item", False, 6, 6, 1)
    assert found["item", True] == Pace("item", True, 7, 2, 1)


def test_the_median_of_an_even_number_lies_between_two() -> None:
    day = 86_400_000_000
    assert median(np.array([4, 1, 2, 9]) * day) == 3
    assert median(np.array([], dtype=np.int64)) is None


def test_what_is_owed_comes_first_and_the_oldest_of_it(told: Told) -> None:
    kept = item("A-1", PROMISE), due("A-1", 2, "2026-02-12"), move("A-1", 5, "3")
    open_ = item("A-2", start=None), label("A-2", 5, PROMISE), item("A-3", PROMISE, start=None)
    over = item("A-4", start=None), due("A-4", 6, "2026-02-11")
    assert [r.ref for r in told(*kept, *open_, *over).rows] == ["o:A-4", "o:A-3", "o:A-2", "o:A-1"]


def test_the_headline_counts_what_came_of_promises(told: Told) -> None:
    kept = item("A-1", PROMISE), due("A-1", 2, "2026-02-12"), move("A-1", 5, "3"), estimate("A-1", 4)
    said = page.sheet(told(*kept, item("A-2", PROMISE), due("A-2", 2, "2026-02-12"))).headline
    assert said == (
        "1 of 2 promises was kept by the first date, 0 came late, 1 is open (1 past the first date).",
        "2 were promised before anybody had scoped them.",
    )


def test_without_promises_the_headline_says_so(told: Told) -> None:
    assert page.sheet(told(item("A-1"))).headline == (
        "Nothing was promised in the period, and nothing promised before was open.",
    )
