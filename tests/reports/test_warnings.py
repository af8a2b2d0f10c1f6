"""What the limits of the strategy come to: for certain, perhaps, or not to be told."""

from collections.abc import Iterator
from datetime import UTC
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reports.initiatives import BET, INTENT, House, adoption, epic, furnished
from tests.reports.small_org import Ask, organisation
from tests.reports.test_edges import STRATEGY, at, item, move
from tracker_sync.events import Tagged
from tracker_sync.render.sheets.warnings import sheet
from tracker_sync.reports.finding import Finding, Holds, Result, Unassessed
from tracker_sync.reports.query import day_text
from tracker_sync.reports.warnings import warnings
from tracker_sync.strategy import against

SALES, SINGLE, INTENTS, TARGET, LINE = (
    f"limits/{name}"
    for name in (
        "sales-led-share", "single-customer-share", "active-intents", "adoption-target", "kill-line",
    )
)  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield from furnished(tmp_path)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with organisation(tmp_path) as asked:
        yield asked


def limited(*limits: str) -> str:
    return "\n".join([STRATEGY, "[limits]", *limits])


def result(ask: Ask, detector: str, *events: object, limit: str, **more: str) -> Result:
    report = warnings(*ask(*events, strategy=limited(limit), **more))
    return next(r for r in (*report.findings, *report.unassessed, *report.holds) if r.detector == detector)


def of_limit(result: Result) -> bool:
    return result.detector.startswith("limits/")


SOLD, OURS, UNTOLD = item("A-1", "customer/Initech"), item("A-2", "customer request"), item("A-3")
"""What sales asked for, what it did not, and what says nothing; nine days' work each."""


def test_a_share_whose_whole_range_is_above_the_limit_is_a_warning(ask: Ask) -> None:
    found = result(ask, SALES, SOLD, OURS, limit="sales_led_share = 0.25")
    assert isinstance(found, Finding)
    assert (found.severity, found.certain, found.measured.low, found.measured.whole) == (
        "warning", True, Fraction(1, 2), 18,
    )  # fmt: skip
    assert found.claim == "Sales asked for 50 % of 18 person-days; the strategy's limit is 25 %."
    assert (list(found.epics), list(found.items)) == (["o:A-1"], ["o:A-1"])


def test_a_share_that_is_above_it_only_with_untagged_work_is_a_note(ask: Ask) -> None:
    found = result(ask, SALES, SOLD, OURS, UNTOLD, limit="sales_led_share = 0.5")
    assert isinstance(found, Finding)
    assert (found.severity, found.certain) == ("note", False)
    assert found.claim.endswith("Whether it is above the limit depends on work that is not tagged.")


def test_a_share_at_its_limit_is_within_it(ask: Ask) -> None:
    found = result(ask, SALES, SOLD, OURS, limit="sales_led_share = 0.5")
    assert not isinstance(found, Finding)


def test_a_limit_counts_as_it_is_written() -> None:
    assert against(0.3, Fraction(3, 10), Fraction(3, 10)) == "within"  # as a float, 0.3 is a bit less


@pytest.mark.parametrize(("high", "stands"), [(None, "perhaps above"), (Fraction(1, 4), "within")])
def test_where_nobody_can_tell_how_high_a_share_is_it_may_be_above(
    high: Fraction | None, stands: str
) -> None:
    assert against(0.25, Fraction(0), high) == stands


def test_features_for_one_customer_count_against_their_limit(ask: Ask) -> None:
    told = [item(f"B-{n}", "customer request") for n in range(4)]
    found = result(ask, SINGLE, SOLD, *told, limit="single_customer_share = 0.1")
    assert isinstance(found, Finding)
    assert (found.measured.low, found.measured.high, list(found.items)) == (Fraction(1, 5), 1, ["o:A-1"])


def test_intents_in_work_at_the_end_of_the_window_are_counted(ask: Ask) -> None:
    work = [item("A-1", "intent/search"), item("A-2", "intent/late"), item("A-3", "intent/search")]
    over = [*item("A-4", "intent/other"), move("A-4", 3, "3")]
    found = result(ask, INTENTS, *work, over, limit="active_intents = 1")
    assert isinstance(found, Finding)
    assert (found.measured.low, found.measured.unit, found.measured.n) == (2, "intents", 3)
    assert found.claim == "2 intents are being worked on at once; the strategy's limit is 1."


def test_an_item_that_names_two_intents_may_serve_either(ask: Ask) -> None:
    found = result(ask, INTENTS, item("A-1", "intent/search", "intent/late"), limit="active_intents = 1")
    assert isinstance(found, Finding)
    assert (found.severity, found.measured.low, found.measured.high) == ("note", 0, 2)


def test_a_limit_that_is_not_stated_is_no_pass(ask: Ask) -> None:
    report = warnings(*ask(SOLD))
    assert [u.detector for u in report.unassessed if of_limit(u)] == [SALES, SINGLE, INTENTS, TARGET, LINE]
    assert report.unassessed[0].needs == "sales_led_share under [limits] in strategy.toml"
    assert [r for r in (*report.findings, *report.holds) if of_limit(r)] == []


def test_without_a_strategy_no_limit_is_assessed(ask: Ask) -> None:
    report = warnings(*ask(SOLD, strategy=""))
    assert {u.needs for u in report.unassessed if of_limit(u)} == {"a strategy: write strategy.toml"}


def test_without_any_work_no_share_is_assessed(ask: Ask) -> None:
    found = result(ask, SALES, item("A-1", start=None), limit="sales_led_share = 0.25")
    assert isinstance(found, Unassessed)


def test_a_finding_says_since_which_month_end_it_has_held(ask: Ask) -> None:
    """By the end of March none of the work was sold; by the end of April 20 of 41 days, by that of May 21 of
    42."""
    sold = item("A-1", "customer/Initech", start=60)  # from 3 April on, until it is stale
    ours = [*item("A-2", "customer request", start=40), move("A-2", 75, "3")]
    found = result(ask, SALES, sold, ours, limit="sales_led_share = 0.4", until="2026-06-10")
    assert isinstance(found, Finding)
    assert found.first_seen is not None
    assert (day_text(found.first_seen, UTC), found.since_before) == ("2026-04-30", False)


INITIATIVE = """\
[[initiatives]]
id = "quick-find"
intent = "search"
epics = ["o:E-1"]
"""
FOUND = [*item("E-1", type="Epic"), move("E-1", 8, "3")]
"""Released on 10 February; its 90th day is 11 May. Acme and Globex are those that it was built for."""


def outcome(ask: Ask, detector: str, adoption: str, *limits: str, until: str = "2026-06-30") -> list[Result]:
    stated = limited(*limits, INITIATIVE)
    report = warnings(*ask(FOUND, strategy=stated, adoption=adoption, until=until))
    return [r for r in (*report.findings, *report.unassessed, *report.holds) if r.detector == detector]


@pytest.mark.parametrize(
    ("used", "kind"),
    [
        ("o:E-1,Acme,2026-05-01,3\no:E-1,Globex,2026-05-01,2\n", Holds),
        ("o:E-1,Acme,2026-05-01,0\no:E-1,Globex,2026-05-01,0\n", Finding),
        ("", Unassessed),
    ],
)
def test_the_adoption_target_is_held_against_the_90th_day(ask: Ask, used: str, kind: type[Result]) -> None:
    (found,) = outcome(ask, TARGET, used, "adoption_target = 0.5")
    assert isinstance(found, kind)
    assert found.subject == "quick-find"


def test_too_few_users_are_a_warning_and_uncounted_ones_a_note(ask: Ask) -> None:
    few = "o:E-1,Acme,2026-05-01,0\no:E-1,Globex,2026-05-01,0\n"
    (sure,) = outcome(ask, TARGET, few, "adoption_target = 0.5")
    (perhaps,) = outcome(ask, TARGET, "o:E-1,Acme,2026-05-01,0\n", "adoption_target = 0.5")
    assert isinstance(sure, Finding)
    assert isinstance(perhaps, Finding)
    assert (sure.severity, sure.measured.high, list(sure.epics)) == ("warning", 0, ["o:E-1"])
    assert (perhaps.severity, perhaps.measured.low, perhaps.measured.high) == ("note", 0, Fraction(1, 2))


def test_what_was_not_released_90_days_ago_has_no_outcome_yet(ask: Ask) -> None:
    assert not outcome(ask, TARGET, "o:E-1,Acme,2026-05-01,0\n", "adoption_target = 0.5", until="2026-05-10")


KILL = """\
[[limits.kill_lines]]
initiative = "quick-find"
metric = "accounts"
below = 2
by = 2026-06-01
"""


def test_a_crossed_kill_line_that_nobody_decided_on_is_an_alarm(ask: Ask) -> None:
    (found,) = outcome(ask, LINE, "o:E-1,Acme,2026-05-01,3\n", KILL)
    assert isinstance(found, Finding)
    assert (found.severity, found.id) == ("alarm", "limits/kill-line/quick-find/accounts/2026-06-01")
    assert found.claim == (
        "On 2026-06-01 the accounts of 'quick-find' came to 1; the strategy's kill line is 2."
    )


def test_a_decision_after_one_kill_line_leaves_the_next_one_an_alarm_and_not_the_first(house: House) -> None:
    lines = "[limits]\n" + KILL + KILL.replace("2026-06-01", "2026-08-01")
    house.write(strategy=INTENT + BET + lines.replace("quick-find", "bet"))
    house.write(adoption=adoption("E-1 Acme 2026-05-01 3"))
    said = Tagged(id="w", item="o:E-1", ts=at(150), attr="intent", val="search", reason="Go on.")  # in July
    found = warnings(*house.ask(epic("E-1", start=1, done=8), said)).findings
    assert [(f.severity, f.subject) for f in found] == [
        ("alarm", "bet/accounts/2026-08-01"), ("note", "bet/accounts/2026-06-01"),
    ]  # fmt: skip


def test_two_kill_lines_of_one_day_are_two_findings(house: House) -> None:
    lines = "[limits]\n" + KILL + KILL.replace("accounts", "users").replace("below = 2", "below = 9")
    house.write(strategy=INTENT + BET + lines.replace("quick-find", "bet"))
    house.write(adoption=adoption("E-1 Acme 2026-05-01 3"))
    found = warnings(*house.ask(epic("E-1", start=1, done=8))).findings
    assert len({f.id for f in found}) == len(found) == 2


def test_a_kill_line_whose_day_is_to_come_says_nothing_yet(ask: Ask) -> None:
    assert not outcome(ask, LINE, "o:E-1,Acme,2026-05-01,3\n", KILL, until="2026-05-31")


def test_every_finding_ends_in_a_question(ask: Ask) -> None:
    stated = limited("sales_led_share = 0.1", "single_customer_share = 0.1", "active_intents = 0")
    work = [item("A-1", "customer/Initech"), item("A-2", "intent/search", "customer request")]
    report = warnings(*ask(*work, *(item(f"B-{n}", "customer request") for n in range(4)), strategy=stated))
    assert len([f for f in report.findings if of_limit(f)]) == 3
    assert all(f.question.endswith("?") and f.claim.endswith(".") for f in report.findings)


def test_the_sheet_has_every_column_of_a_warning_also_those_for_dismissals(ask: Ask) -> None:
    told = sheet(warnings(*ask(SOLD, OURS, strategy=limited("sales_led_share = 0.25"))))
    row = told.tables[0].rows[0]
    cells = {c.id: c.get(row) for c in told.tables[0].columns}
    assert (cells["detector"], cells["k"], cells["n"], cells["threshold"]) == (SALES, 9.0, 18.0, 0.25)
    assert (cells["dismissed_by"], cells["dismissed_why"], cells["dismissed_until"]) == (None, None, None)
    assert told.headline[0] == "1 finding: 1 warning."
