"""What the report on decisions says of what was decided against, declined, and started all the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.reports.test_edges import STRATEGY, Ask, ask, at, item, label, move  # noqa: F401  the fixture
from tracker_sync.config import load
from tracker_sync.events import Changed, Event, Named, Stated
from tracker_sync.log import PEOPLE
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.render.sheet import NotAssessed
from tracker_sync.render.sheets import said_no as page
from tracker_sync.reports.came_back import CameBack
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.reports.said_no import Rule, SaidNo, said_no

Told = Callable[..., SaidNo]


@pytest.fixture
def told(ask: Ask) -> Told:  # noqa: F811
    def report(*events: list[Event] | Event, until: str = "2026-02-28") -> SaidNo:
        return said_no(*ask(*events, until=until))

    return report


def declined(key: str, day: float, why: str = "Won't Fix", actor: str | None = None) -> list[Event]:
    return [
        Changed(id=f"{key}:r{day}", item=key, ts=at(day), attr="resolution", val=why, actor=actor),
        Changed(id=f"{key}:s{day}", item=key, ts=at(day), attr="status", key="3", val="Done", actor=actor),
    ]


def reopened(key: str, day: float, actor: str | None = None, status: str = "1") -> list[Event]:
    head = {"item": key, "ts": at(day), "actor": actor}
    return [
        Changed(id=f"{key}:r{day}", attr="resolution", val=None, **head),
        Changed(id=f"{key}:s{day}", attr="status", key=status, val="To Do", **head),
    ]


def rule(report: SaidNo, id_: str = "payroll") -> Rule:
    return next(r for r in report.rules if r.id == id_)


def back(report: SaidNo) -> CameBack:
    (found,) = report.came_back
    return found


def test_an_epic_in_progress_is_work_of_the_period_though_nothing_under_it_is(ask: Ask) -> None:  # noqa: F811
    org, query = ask(item("A-1", "epic", title="Payroll export"), item("A-2", start=None, parent="A-1"))
    [breach] = said_no(org, replace(query, since=at(7))).breaches
    assert (breach.ref, breach.effort, breach.phase) == ("o:A-1", 0, "in progress")


def test_a_started_item_that_names_what_was_decided_against_is_listed_with_its_effort(told: Told) -> None:
    report = told(item("A-1", "customer/Initech", title="Payroll export"), item("A-2"), until="2026-02-06")
    (breach,) = report.breaches
    assert (breach.ref, breach.rules, breach.accounts) == ("o:A-1", ("payroll",), ("Initech",))
    assert (breach.effort, report.effort, report.share.low) == (4, 4, 0.5)  # Tuesday to Friday, of two people
    assert list(rule(report).breaches) == ["o:A-1"]


def test_a_label_names_it_as_a_title_does(told: Told) -> None:
    assert [b.ref for b in told(item("A-1", "payroll")).breaches] == ["o:A-1"]


def test_an_epic_and_its_tickets_are_one_breach_with_all_their_effort(told: Told) -> None:
    epic = item("E-1", title="Payroll", type="Epic")
    report = told(
        epic, item("A-1", parent="E-1", title="Payroll file"), item("A-2", parent="E-1"), until="2026-02-06"
    )
    (breach,) = report.breaches
    assert (breach.ref, breach.below, breach.effort, report.effort) == ("o:E-1", 1, 8, 8)


def test_a_decision_that_comes_after_the_start_is_not_breached_by_it(tmp_path: Path) -> None:
    later = STRATEGY.replace('why = "Others do it."', 'why = "Others do it."\nsince = 2026-02-10')
    report = asked(tmp_path, later, item("A-1", title="Payroll"), item("A-2", title="Payroll", start=9))
    assert [b.ref for b in report.breaches] == ["o:A-2"]  # begun on the 11th of February


def asked(folder: Path, strategy: str, *events: list[Event], as_of: str = "2026-02-28") -> SaidNo:
    """The report by another strategy file, of a log of its own."""
    with_versions(folder, [(50, strategy)], *events)
    return reported(folder, as_of)


def with_versions(folder: Path, stated: list[tuple[int, str]], *events: list[Event]) -> None:
    """A log that was told each text of the strategy on a day of the story."""
    (folder / "tracker-sync.toml").write_text(
        '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
    )
    (folder / "strategy.toml").write_text(stated[-1][1])
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    for n, (day, text) in enumerate(stated):
        one = Stated(id=f"st{n}", item="", ts=at(day), attr="strategy", val=text)
        log.append(PEOPLE, [one], now=at(day))
    names = [
        Named(id=f"n{k}", item="", ts=0, attr="status", key=k, val=k, means=m)
        for k, m in (("1", "new"), ("2", "indeterminate"), ("3", "done"))
    ]
    log.append("o", [*names, *(e for some in events for e in some)], now=at(50))
    log.close()


def reported(folder: Path, as_of: str) -> SaidNo:
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    try:
        report = said_no(
            *open_portfolio(load(folder / "tracker-sync.toml"), log, Asked(until=as_of, as_of=as_of))
        )
        for many in (report.declined, report.breaches, report.waiting, report.came_back):
            list(many)  # looked up while the log is open
        return report
    finally:
        log.close()


def test_a_request_declined_while_the_decision_stood_is_a_no_by_a_rule(told: Told) -> None:
    report = told(
        item("A-1", "customer/Globex", title="Payroll", start=None), declined("A-1", 3),
        item("A-2", title="Dark mode", start=None), declined("A-2", 4, "Duplicate"),
    )  # fmt: skip
    newest, oldest = report.declined
    assert (newest.ref, newest.rules, newest.reason) == ("o:A-2", (), "Duplicate")
    assert (oldest.ref, oldest.rules, oldest.accounts) == ("o:A-1", ("payroll",), ("Globex",))
    assert list(rule(report).declined) == ["o:A-1"] == list(report.ruled)
    assert [(r.reason, r.items, r.ruled, r.accounts) for r in report.reasons] == [
        ("Duplicate", 1, 0, 0), ("Won't Fix", 1, 1, 1),
    ]  # fmt: skip


def test_what_was_begun_before_it_was_declined_says_so(told: Told) -> None:
    (one,) = told(item("A-1"), declined("A-1", 3), until="2026-02-06").declined
    assert (one.begun, one.effort) == (True, 2)  # Tuesday and Wednesday


def test_a_request_without_an_answer_is_waiting(told: Told) -> None:
    report = told(item("A-1", title="Payroll", start=None), item("A-2", start=None))
    assert [w.ref for w in report.waiting] == ["o:A-1"]
    assert report.breaches.rows.size == 0


def test_what_was_declined_and_came_back_tells_after_how_long_and_whose_role(
    told: Told, tmp_path: Path
) -> None:
    (tmp_path / "people.toml").write_text('[[people]]\nlogins = ["viv"]\nrole = "executive"\n')
    no = declined("A-1", 3)
    one = back(told(item("A-1", start=None), no, reopened("A-1", 13, "viv"), move("A-1", 14, "2")))
    assert (one.days, one.role, one.reason, one.phase) == (10, "executive", "Won't Fix", "in progress")
    assert (one.has_evidence, one.rules) == (False, ())


def test_a_stranger_who_reopens_has_no_role(told: Told) -> None:
    assert back(told(item("A-1", start=None), declined("A-1", 3), reopened("A-1", 13, "zed"))).role is None


def test_who_changed_something_else_at_that_moment_did_not_take_it_up_again(
    told: Told, tmp_path: Path
) -> None:
    (tmp_path / "people.toml").write_text('[[people]]\nlogins = ["viv"]\nrole = "executive"\n')
    date = Changed(id="A-1:d", item="A-1", ts=at(13), attr="milestone", val="June", actor="viv")
    assert back(told(item("A-1", start=None), declined("A-1", 3), reopened("A-1", 13), date)).role is None


def test_evidence_counts_if_it_came_between_the_no_and_the_return(told: Told) -> None:
    def after(*labels: tuple[float, str]) -> CameBack:
        signs: list[Event] = [label("A-1", day, value) for day, value in labels]
        return back(told(item("A-1", start=None), declined("A-1", 3), reopened("A-1", 13), signs))

    assert after((5, "evidence/interview")).evidence == ("interview",)


def test_evidence_from_before_the_no_is_not_new(told: Told) -> None:
    old, late = label("A-1", 1, "evidence/interview"), label("A-1", 20, "evidence/survey")
    one = back(told(item("A-1", start=None), old, declined("A-1", 3), reopened("A-1", 13), late))
    assert not one.has_evidence


def test_a_further_account_that_asked_in_between_is_new_evidence(told: Told) -> None:
    more = label("A-1", 5, "customer/Globex")
    one = back(told(item("A-1", "customer/Acme"), declined("A-1", 3), more, reopened("A-1", 13)))
    assert (one.accounts, one.has_evidence) == (("Globex",), True)


def test_a_decline_of_a_few_minutes_is_a_slip_of_the_hand(told: Told) -> None:
    assert not len(told(item("A-1"), declined("A-1", 3), reopened("A-1", 3.005)).came_back)


def test_what_comes_back_after_the_day_that_is_asked_about_is_still_declined(told: Told) -> None:
    report = told(item("A-1", start=None), declined("A-1", 3), reopened("A-1", 13), until="2026-02-10")
    assert ([d.ref for d in report.declined], len(report.came_back)) == (["o:A-1"], 0)


def test_amendments_are_told_version_by_version(tmp_path: Path) -> None:
    first = STRATEGY.replace("2026-01-01", "2026-02-01").partition("[[not_doing]]")[0]
    second = STRATEGY.replace("2026-01-01", "2026-02-05")
    third = second.replace("2026-02-05", "2026-02-10").replace('["payroll"]', '["payroll", "wages"]')
    fourth = first.replace("2026-02-01", "2026-02-20")
    texts = [(n + 1, text) for n, text in enumerate((first, second, third, fourth))]
    early, late = item("A-1", title="Wages", start=4), item("A-2", title="Wages", start=9)
    with_versions(tmp_path, texts, early, late, item("A-3", start=24))
    report = reported(tmp_path, "2026-02-28")
    one = rule(report)
    assert [what for _, what in one.amendments] == ["added", "patterns changed", "removed"]
    assert (one.stands, one.since, one.until) == (False, at(3), at(18))
    assert [b.ref for b in report.breaches] == ["o:A-2"]  # the pattern came on the tenth
    assert rule(reported(tmp_path, "2026-02-12")).stands


def test_as_of_a_day_before_a_decision_nobody_knows_of_it(tmp_path: Path) -> None:
    first = STRATEGY.replace("2026-01-01", "2026-02-01").partition("[[not_doing]]")[0]
    second = STRATEGY.replace("2026-01-01", "2026-02-15")
    with_versions(tmp_path, [(1, first), (2, second)], item("A-1", title="Payroll", start=20))
    assert reported(tmp_path, "2026-02-10").rules == ()


def test_what_began_before_any_strategy_cannot_be_judged(tmp_path: Path) -> None:
    late = STRATEGY.replace("2026-01-01", "2026-02-10")
    report = asked(tmp_path, late, item("A-1", title="Payroll"))
    assert (len(report.breaches), list(report.early)) == (0, ["o:A-1"])
    assert any("before any version" in note for note in page.sheet(report).notes)


def test_without_a_decision_nothing_is_assessed_and_the_declines_are_told(tmp_path: Path) -> None:
    bare = STRATEGY.partition("[[not_doing]]")[0]
    sheet = page.sheet(asked(tmp_path, bare, [*item("A-1", start=None), *declined("A-1", 3)]))
    figures = {f.id: f.value for f in sheet.figures}
    assert isinstance(figures["breaches"], NotAssessed)
    assert figures["declined"] == 1
    assert "not assessed: needs [[not_doing]]" in sheet.headline[0]


def pages() -> list[tuple[list[list[Event]], str]]:
    one, two = item("A-1", title="Payroll"), item("A-2", title="Payroll")
    no = [*item("A-3", start=None), *declined("A-3", 3)]
    return [
        ([item("A-1")], "No work of the period names"),
        ([one], "1 item of the period was started although it names"),
        ([one, two], "2 items of the period were started although they name"),
        ([no], "1 request was declined, 0 of them by a rule of the strategy. None came back."),
        ([[*no, *reopened("A-3", 9)]], "1 came back, 1 of them without new evidence."),
    ]


@pytest.mark.parametrize(("events", "said"), pages(), ids=range(5))
def test_the_headline_says_what_became_of_it(events: list[list[Event]], said: str, told: Told) -> None:
    assert said in " ".join(page.sheet(told(*events)).headline)


def test_of_very_many_returns_only_the_count_is_told(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "LOOKED_UP", 0)
    sheet = page.sheet(told(item("A-1", start=None), declined("A-1", 3), reopened("A-1", 13)))
    figures = {f.id: f.value for f in sheet.figures}
    assert figures["came_back"] == 1
    assert isinstance(figures["came_back_without_evidence"], NotAssessed)
    assert sheet.headline[-1].endswith("1 came back.")
