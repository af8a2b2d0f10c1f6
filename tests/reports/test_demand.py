"""Who asked for what, and what became of it, as a product manager would put it."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.reports import test_edges
from tests.reports.test_edges import Ask, ask, at, item, label, move  # noqa: F401  the fixture
from tests.reports.test_trust import said
from tracker_sync.errors import ConfigError
from tracker_sync.events import Changed, Event, Removed
from tracker_sync.render.sheets.demand import sheet
from tracker_sync.reports.demand import Demand, demand
from tracker_sync.reports.demand_rows import Row

CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Acme,,,enterprise,,,,prospect,2025-01-01,2026-02-04,yes,,
Acme,,,mid-market,,,,customer,2026-02-05,,yes,9000,
Globex,,,enterprise,,,,customer,2025-01-01,,yes,5000,
Initech,,,,,,,customer,2025-01-01,,no,,
Hooli,,,enterprise,,,,customer,2025-01-01,,yes,,
Acme East,,,enterprise,,,,customer,2025-01-01,,yes,,Acme
Twin A,twin,,,,,,customer,2025-01-01,,,,
Twin B,twin,,,,,,customer,2025-01-01,,,,
"""


@pytest.fixture(autouse=True)
def customers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(test_edges, "CUSTOMERS", CUSTOMERS)
    return None


def only(report: Demand) -> Row:
    [row] = report.rows
    return row


def states(report: Demand) -> dict[tuple[str, str], str]:
    return {(r.ref, r.account): r.state for r in report.rows}


def declined(key: str, day: float, why: str = "Won't Do") -> list[Event]:
    return [
        move(key, day, "3"),
        Changed(id=f"{key}:r{day}", item=key, ts=at(day), attr="resolution", val=why),
    ]


def epic(key: str, *labels: str, start: float | None = None, **fields: str) -> list[Event]:
    return item(key, *labels, start=start, type="Epic", **fields)


def test_a_wish_is_told_with_what_the_account_was_when_it_asked(ask: Ask) -> None:  # noqa: F811
    row = only(demand(*ask(item("A-1", "customer/Acme", "requester/buyer"))))
    assert (row.account, row.then.status, row.then.segment, row.then.icp) == (
        "Acme", "prospect", "enterprise", True
    )  # fmt: skip
    assert (row.roles, row.source, row.first_asked) == (("buyer",), "sales", at(0))


def test_the_source_is_the_origin_of_what_was_asked_for_first(ask: Ask) -> None:  # noqa: F811
    first = item("A-1", "customer/Acme", start=None, parent="E-1")  # a prospect still
    row = only(demand(*ask(epic("E-1"), first, label("E-1", 5, "customer/Acme"))))
    assert (row.first_asked, row.items, row.source) == (at(0), ("o:E-1",), "sales")


def test_a_wish_for_a_ticket_is_a_wish_for_its_epic(ask: Ask) -> None:  # noqa: F811
    row = only(demand(*ask(epic("E-1"), item("A-1", "customer/Acme", parent="E-1"))))
    assert (row.ref, row.items) == ("o:E-1", ("o:A-1",))


def test_what_a_ticket_inherits_from_its_epic_is_no_wish_of_its_own(ask: Ask) -> None:  # noqa: F811
    above = epic("T-1", "customer/Acme")
    report = demand(*ask(above, epic("E-1", parent="T-1"), item("A-1", parent="E-1")))
    assert states(report) == {("o:T-1", "Acme"): "in progress"}


def test_a_subsidiary_asks_for_its_parent_and_counts_once(ask: Ask) -> None:  # noqa: F811
    row = only(demand(*ask(item("A-1", "customer/Acme East", "customer/Acme"))))
    assert (row.account, row.accounts) == ("Acme", 1)


def test_two_accounts_are_two_rows_and_share_the_effort(ask: Ask) -> None:  # noqa: F811
    report = demand(*ask(item("A-1", "customer/Acme", "customer/Globex"), item("A-2")))
    assert [(r.account, r.accounts, r.effort) for r in report.rows] == [
        ("Acme", 2, 4.5), ("Globex", 2, 4.5)
    ]  # fmt: skip
    assert (report.units, report.shared, report.effort) == (1, 1, 9)


def test_work_of_unknown_origin_may_be_for_an_account_and_work_from_inside_is_not(ask: Ask) -> None:  # noqa: F811
    inside = item("A-3", "research")
    report = demand(*ask(item("A-1", "customer/Acme"), item("A-2"), inside, item("A-4", "customer request")))
    assert (report.share.low, report.share.high, report.share.total) == (Fraction(1, 4), Fraction(3, 4), 36)
    assert list(report.share.unknown) == ["o:A-2", "o:A-4"]


def test_who_raised_work_does_not_say_that_it_came_from_inside(ask: Ask, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "people.toml").write_text('[[people]]\nlogins = ["ann"]\nrole = "engineering"\n')
    report = demand(*ask(item("A-1", "customer/Acme"), item("A-2", reporter="ann")))
    assert (report.share.low, report.share.high) == (Fraction(1, 2), 1)


def test_a_ticket_of_one_account_under_the_epic_of_another_is_split_by_ticket(ask: Ask) -> None:  # noqa: F811
    under = [item("A-1", "customer/Globex", parent="E-1"), item("A-2", parent="E-1")]
    report = demand(*ask(epic("E-1", "customer/Acme"), *under))
    assert {r.account: r.effort for r in report.rows} == {"Acme": 9, "Globex": 9}
    assert {r.accounts for r in report.rows} == {2}


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ([], "waiting"),
        ([label("A-1", 2, "committed")], "committed"),
        ([move("A-1", 2, "2")], "in progress"),
        ([move("A-1", 2, "2"), move("A-1", 3, "1")], "committed"),
        ([move("A-1", 2, "3")], "done"),
        (declined("A-1", 2), "declined"),
        ([*declined("A-1", 2), move("A-1", 3, "2")], "in progress"),
    ],
)
def test_how_far_a_wish_has_come(ask: Ask, more: list[Event], state: str) -> None:  # noqa: F811
    assert only(demand(*ask(item("A-1", "customer/Acme", start=None), more))).state == state


def test_an_epic_is_in_progress_once_anything_under_it_is(ask: Ask) -> None:  # noqa: F811
    report = demand(*ask(epic("E-1", "customer/Acme"), item("A-1", parent="E-1")))
    assert (only(report).state, only(report).committed) == ("in progress", at(1))


def test_of_several_wishes_under_an_epic_one_done_and_one_open_is_in_progress(ask: Ask) -> None:  # noqa: F811
    one = item("A-1", "customer/Acme", parent="E-1", start=None)
    two = item("A-2", "customer/Acme", parent="E-1", start=None)
    report = demand(*ask(epic("E-1"), one, two, move("A-1", 3, "3")))
    assert (only(report).state, only(report).items) == ("in progress", ("o:A-1", "o:A-2"))


def test_a_ticket_that_was_declined_is_declined_though_its_epic_goes_on(ask: Ask) -> None:  # noqa: F811
    own = item("A-1", "customer/Acme", parent="E-1", start=None)
    report = demand(*ask(epic("E-1"), own, item("A-2", parent="E-1"), declined("A-1", 3)))
    assert (only(report).state, only(report).closed, only(report).resolution) == (
        "declined", at(3), "Won't Do"
    )  # fmt: skip


def test_what_was_not_begun_is_declined_with_its_epic(ask: Ask) -> None:  # noqa: F811
    report = demand(
        *ask(epic("E-1"), item("A-1", "customer/Acme", parent="E-1", start=None), declined("E-1", 4))
    )
    assert (only(report).state, only(report).closed) == ("declined", at(4))


def test_a_no_comes_with_what_the_strategy_had_decided_against(ask: Ask) -> None:  # noqa: F811
    wish = item("A-1", "customer/Acme", title="Payroll export", start=None)
    against = only(demand(*ask(wish, declined("A-1", 3)))).against
    assert against is not None
    assert (against.id, against.why) == ("payroll", "Others do it.")


def test_an_account_that_is_not_in_the_file_is_shown_as_such(ask: Ask) -> None:  # noqa: F811
    report = demand(*ask(item("A-1"), said("A-1", customer="Umbrella")))
    assert (only(report).account, only(report).then.known, only(report).then.segment) == (
        "umbrella", False, None
    )  # fmt: skip
    assert list(report.strangers) == ["o:A-1"]
    assert ("not in the customers file", None, 1) in [
        (s.segment, s.accounts, s.asked) for s in report.segments
    ]


def test_a_name_of_two_accounts_is_a_question_and_nobodys_wish(ask: Ask) -> None:  # noqa: F811
    report = demand(*ask(item("A-1", "customer/twin")))
    assert (list(report.rows), list(report.unclear)) == ([], ["o:A-1"])


def test_a_wish_without_a_name_is_told_as_unknown(ask: Ask) -> None:  # noqa: F811
    report = demand(*ask(item("A-1", "customer request"), item("A-2", "customer/Acme"), item("A-3")))
    assert list(report.unnamed) == ["o:A-1"]


def test_segments_are_counted_with_those_that_did_not_ask(ask: Ask) -> None:  # noqa: F811
    both = item("A-1", "customer/Globex", "customer/Hooli")
    report = demand(*ask(both, item("A-2", "customer/Initech")))
    found = {s.segment: (s.accounts, s.asked, s.units, s.shared) for s in report.segments}
    assert found == {"enterprise": (2, 2, 1, 1), "mid-market": (1, 0, 0, 0), "no segment": (3, 1, 1, 0)}
    assert report.icp == (2, 3, 2), "Globex and Hooli asked, Acme did not; nobody says about the twins"


def test_an_accounts_wait_is_of_what_was_committed_to_after_it_asked(ask: Ask) -> None:  # noqa: F811
    late = [*item("A-2", start=1), label("A-2", 5, "customer/Acme")]
    never = item("A-3", "customer/Acme", start=None)
    [acme] = demand(*ask(item("A-1", "customer/Acme", start=3), late, never)).accounts
    assert (acme.wait, acme.waits, acme.states["waiting"]) == (3, 1, 1)
    assert acme.longest is not None
    assert acme.longest > 11, "it is asked for since day 0, and this is the end of day 11"


def test_a_wish_that_was_closed_before_the_window_is_not_in_it(ask: Ask) -> None:  # noqa: F811
    closed = [*item("A-1", "customer/Acme", start=None), *declined("A-1", 2)]
    open_ = item("A-2", "customer/Acme", start=None)
    org, query = ask(closed, open_, item("A-3", "customer/Acme"), move("A-3", 4, "3"))
    assert {r.ref for r in demand(org, query).rows} == {"o:A-1", "o:A-2", "o:A-3"}
    later = replace(query, since=at(3))
    assert {r.ref for r in demand(org, later).rows} == {"o:A-2", "o:A-3"}


def test_who_asks_after_the_window_has_not_asked_yet(ask: Ask) -> None:  # noqa: F811
    org, query = ask(item("A-1", "customer/Acme"), label("A-1", 5, "customer/Globex"))
    before = replace(query, until=at(5))
    assert [(r.account, r.accounts) for r in demand(org, before).rows] == [("Acme", 1)]


def test_until_somebody_asks_for_a_ticket_its_work_is_the_epics(ask: Ask) -> None:  # noqa: F811
    ticket = item("A-1", parent="E-1"), label("A-1", 20, "customer/Globex")
    org, query = ask(epic("E-1", "customer/Acme"), *ticket, until="2026-02-28")
    row = only(demand(org, replace(query, until=at(10))))
    assert (row.account, row.effort) == ("Acme", 7)


def test_what_a_tracker_does_not_have_any_more_is_no_wish(ask: Ask) -> None:  # noqa: F811
    gone = Removed(id="A-1:r", item="A-1", ts=at(5), val="gone")
    assert not demand(*ask(item("A-1", "customer/Acme"), gone)).rows


def test_one_account_by_any_name_and_its_wishes_in_order_of_time(ask: Ask) -> None:  # noqa: F811
    first, second = item("A-2", "customer/Acme"), [*item("A-1"), label("A-1", 2, "customer/Acme East")]
    org, query = ask(first, second, item("A-3", "customer/Globex"))
    report = demand(org, replace(query, customer="ACME east"))
    assert [r.ref for r in report.rows] == ["o:A-2", "o:A-1"]
    assert [(a.profile.name, a.share) for a in report.accounts] == [("Acme", pytest.approx(2 / 3))]
    assert report.customer == "Acme"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Acmee", "did you mean Acme"), ("twin", "may be Twin A or Twin B"), ("zzz", "lists who asked")],
)
def test_a_name_of_nobody_is_told_with_names_spelt_nearly_so(ask: Ask, name: str, hint: str) -> None:  # noqa: F811
    org, query = ask(item("A-1", "customer/Acme"))
    with pytest.raises(ConfigError, match=hint):
        demand(org, replace(query, customer=name))


def test_without_a_customers_file_no_segment_is_assessed(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setattr(test_edges, "CUSTOMERS", "")
    page = sheet(demand(*ask(item("A-1", "customer/Acme"))))
    assert [t.id for t in page.tables] == ["requests", "accounts"]
    [icp] = [f for f in page.figures if f.id == "icp_asked"]
    assert str(icp.value) == "not assessed: needs customers.csv (set [strategy] customers)"


def test_in_text_every_table_fits_eighty_columns(ask: Ask) -> None:  # noqa: F811
    for table in sheet(demand(*ask(item("A-1", "customer/Acme")))).tables:
        widths = [c.width for c in table.columns if c.width is not None]
        assert sum(widths) + 2 * (len(widths) - 1) <= 80


def test_where_nobody_asked_it_says_so(ask: Ask) -> None:  # noqa: F811
    page = sheet(demand(*ask(item("A-1"))))
    assert page.headline == ("No account asked for anything.",)
    assert [len(t.rows) for t in page.tables] == [0, 0, 3]
