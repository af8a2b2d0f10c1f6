"""What the intents report says of bets, and of work and plans that do not find each other."""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reports.test_edges import at, item
from tracker_sync.config import load
from tracker_sync.events import Event, Moved, Named
from tracker_sync.inputs import record
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.render.sheets.intents import headline
from tracker_sync.reports.bets import Bet, Outside
from tracker_sync.reports.intents import Intents, intents
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.strategy import midnight

INTENT = '[[intents]]\nid = "search"\nmission = "People find things."\n'
BET = '[intents.hypothesis]\ntext = "If it is quick, they come back."\nmetric = "returns"\n'
EPIC = {"type": "Epic"}
Told = Callable[..., Intents]


def stated(since: str, *parts: str) -> str:
    return f"effective = {since}\n{INTENT}{''.join(parts)}"


def initiative(*epics: str) -> str:
    return f'[[initiatives]]\nid = "quick"\nintent = "search"\nepics = {list(epics)}\n'


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """The report as of 13 February 2026, for the versions of a strategy in the order in which they came."""
    logs: list[SqliteLog] = []

    def asked(*strategies: str, events: tuple[list[Event], ...] = ()) -> Intents:
        source = '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
        (tmp_path / "tracker-sync.toml").write_text(source)
        config = load(tmp_path / "tracker-sync.toml")
        log = SqliteLog(tmp_path / "tracker-sync.db", write=True)
        logs.append(log)
        doing = Named(id="n2", item="", ts=0, attr="status", key="2", val="Doing", means="indeterminate")
        log.append("o", [doing, *item("Z-1"), *(e for some in events for e in some)], now=at(50))
        for n, text in enumerate(strategies):
            (tmp_path / "strategy.toml").write_text(text)
            record(config, log, now=at(50 + n))
        return intents(*open_portfolio(config, log, Asked(until="2026-02-13", as_of="2026-02-13")))

    yield asked
    for log in logs:
        log.close()


def bet(report: Intents) -> Bet:
    (row,) = report.rows
    assert row.bet is not None
    return row.bet


def test_a_hypothesis_is_as_old_as_the_version_that_stated_it_first(told: Told) -> None:
    first, then = stated("2026-01-01", BET), stated("2026-02-01", BET.replace("If it", "If   IT"))
    found = bet(told(first, then))
    assert (found.since, found.age) == (midnight(date(2026, 1, 1)), 43)


def test_another_hypothesis_begins_anew(told: Told) -> None:
    first, then = stated("2026-01-01", BET), stated("2026-02-01", BET.replace("quick", "free"))
    assert bet(told(first, then)).age == 12


def test_a_hypothesis_is_no_older_than_its_intent(told: Told) -> None:
    assert bet(told(stated("2026-01-01", "since = 2026-02-03\n", BET))).age == 10


@pytest.mark.parametrize(("day", "expired"), [("2026-02-12", True), ("2026-02-13", False)])
def test_a_hypothesis_runs_out_after_its_last_day(told: Told, day: str, expired: bool) -> None:
    report = told(stated("2026-01-01", BET, f"expires = {day}\n"))
    assert bet(report).expired is expired
    assert any("run out" in sentence for sentence in headline(report)) is expired


def test_an_intent_says_what_it_does_for_the_buyer_and_what_makes_it_hard_to_copy(told: Told) -> None:
    (row,) = told(stated("2026-01-01", 'buyer_outcome = "promoted"\nlevers = ["network"]\n', BET)).rows
    assert (row.buyer_outcome, row.levers, row.bet and row.bet.kpi) == ("promoted", ("network",), "returns")


def test_an_initiative_without_epics_is_an_orphan_and_so_is_an_epic_without_initiative(told: Told) -> None:
    work = [
        item("E-1", "intent/search", start=None, title="Index", **EPIC), item("A-1", parent="E-1"),
        item("E-2", "intent/search", start=None, **EPIC),
        item("E-3", start=None, **EPIC), item("A-3", parent="E-3"),
    ]  # fmt: skip
    report = told(stated("2026-01-01", initiative("o:E-9")), events=tuple(work))
    (quick,) = report.initiatives
    assert (quick.epics, quick.lost) == ((), ("o:E-9",))
    assert report.outside is not None
    # E-2 was not worked on, and E-3 names no intent.
    assert list(report.outside) == [Outside("o:E-1", "Index", "search", Fraction(9))]


def test_what_is_under_an_epic_of_an_initiative_is_carried_too(told: Told) -> None:
    work = (item("E-1", start=None, **EPIC), item("E-2", "intent/search", parent="E-1", **EPIC))
    report = told(stated("2026-01-01", initiative("E-1")), events=work)
    assert report.initiatives[0].epics == ("o:E-1",)
    assert report.outside is not None
    assert list(report.outside) == []


def test_a_moved_epic_is_found_by_its_old_key(told: Told) -> None:
    moved: list[Event] = [Moved(id="m", item="E-1", ts=at(3), val="F-1", old="E-1")]
    work = (item("E-1", "intent/search", **EPIC), moved)
    assert told(stated("2026-01-01", initiative("o:E-1")), events=work).initiatives[0].epics == ("o:F-1",)


def test_without_initiatives_nobody_is_outside_them(told: Told) -> None:
    assert told(stated("2026-01-01"), events=(item("E-1", "intent/search", **EPIC),)).outside is None


def test_the_file_that_init_writes_states_nothing_to_hold_work_against(told: Told) -> None:
    from tracker_sync.cli.templates import STRATEGY

    report = told(STRATEGY)
    assert headline(report) == ("No strategy is stated yet, so there is nothing to hold the work against.",)
    assert report.unstated == ()
