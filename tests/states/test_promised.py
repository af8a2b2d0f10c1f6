"""What the lives keep of promises and of what was declined."""

from collections.abc import Sequence

from tests.reports.test_edges import Ask, ask, at, item, label, move  # noqa: F401  the fixture
from tracker_sync.events import Changed, Event
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states.columns import DECLINED, NEVER


def due(key: str, day: float, when: str | None) -> Event:
    return Changed(id=f"{key}:d{day}", item=key, ts=at(day), attr="due", val=when)


def promised(org: Portfolio) -> Sequence[tuple[int, bool]]:
    return [*zip(org.now["promised"].tolist(), map(bool, org.now["dated"].tolist()), strict=True)]


def test_a_due_date_that_is_put_off_is_no_new_promise(ask: Ask) -> None:  # noqa: F811
    org, _ = ask(item("A-1", start=None), due("A-1", 1, "2026-03-01"), due("A-1", 5, "2026-04-01"))
    assert promised(org) == [(at(1), True)]


def test_a_due_date_that_is_taken_away_promises_nothing(ask: Ask) -> None:  # noqa: F811
    org, _ = ask(item("A-1", start=None), due("A-1", 1, "2026-03-01"), due("A-1", 5, None))
    assert promised(org) == [(NEVER, False)]


def test_a_due_date_that_is_taken_away_in_the_sitting_of_creation_never_counted(ask: Ask) -> None:  # noqa: F811
    minute = 1 / 24 / 60
    slip = (due("A-1", 2 * minute, "2026-03-01"), due("A-1", 9 * minute, None))
    org, _ = ask(item("A-1", start=None), *slip, due("A-1", 5, "2026-04-01"))
    assert promised(org) == [(at(5), True)]


def test_a_due_date_of_the_sitting_of_creation_was_there_from_the_start(ask: Ask) -> None:  # noqa: F811
    minute = 1 / 24 / 60
    org, _ = ask(item("A-1", start=None), due("A-1", 2 * minute, "2026-03-01"), due("A-1", 20 * minute, None),
                 due("A-1", 5, "2026-04-01"))  # fmt: skip
    assert promised(org) == [(at(0), True)]


def test_who_promised_said_more_than_a_date(ask: Ask) -> None:  # noqa: F811
    org, _ = ask(item("A-1"), due("A-1", 1, "2026-03-01"), label("A-1", 3, "customer promise"))
    assert promised(org) == [(at(1), False)]


def test_what_was_declined_keeps_its_reason(ask: Ask) -> None:  # noqa: F811
    why = Changed(id="A-1:r", item="A-1", ts=at(2), attr="resolution", val="Won't Fix")
    org, _ = ask(item("A-1", start=None), why, move("A-1", 2, "3"), item("A-2"), move("A-2", 2, "3"))
    spans = org.columns.actives
    declined = spans.where(spans["phase"] == DECLINED)
    assert [org.words.vals[w] for w in declined["reason"].tolist()] == ["Won't Fix"]
