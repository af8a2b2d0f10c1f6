"""`tracker-sync dismiss`: who said that a warning does not matter, and when it comes back."""

from datetime import timedelta
from fractions import Fraction

import pytest
from conftest import Desk

from tests.cli.test_report_warnings import stated, work  # noqa: F401  a fixture
from tests.cli.test_rule_files import typed
from tracker_sync.days import EPOCH
from tracker_sync.dismissals import Basis, is_other, parse
from tracker_sync.log.sqlite import SqliteLog

SALES = "limits/sales-led-share"


@pytest.fixture
def warned(work: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:  # noqa: F811
    """One warning, found by somebody called pat."""
    monkeypatch.setenv("LOGNAME", "pat")
    stated(work, "sales_led_share = 0.25")
    return work


def dismiss(desk: Desk, name: str = SALES, until: str = "2026-12-31", reason: str = "agreed in May") -> None:
    done = desk.run("dismiss", name, "--until", until, "--reason", reason)
    assert (done.code, done.err) == (0, f"{name} is dismissed until {until}\n")


def test_a_dismissed_warning_says_who_why_and_until_when(warned: Desk) -> None:
    dismiss(warned)
    said = warned.run("report", "warnings").out
    assert "0 findings" not in said
    assert "dismissed: limits/sales-led-share\n  pat dismissed it until 2026-12-31: agreed in May\n" in said


def test_a_dismissed_warning_fails_no_run_and_is_not_on_the_overview(warned: Desk) -> None:
    assert warned.run("report", "--fail-on", "note").code == 10
    dismiss(warned)
    done = warned.run("report", "--fail-on", "note")
    assert (done.code, "strategy's limit" in done.out) == (0, False)


def test_it_comes_back_after_its_day(warned: Desk) -> None:
    dismiss(warned, until="2026-02-02")  # the log's last day is 3 February
    assert warned.run("report", "--fail-on", "warning").code == 10
    dismiss(warned, until="2026-02-03")
    assert warned.run("report", "--fail-on", "warning").code == 0


def test_it_comes_back_when_it_is_taken_back(warned: Desk) -> None:
    dismiss(warned)
    assert typed(warned, "dismiss", SALES, "--undo").endswith(
        "! limits/sales-led-share counts again\nexit code 0\n"
    )
    assert warned.run("report", "--fail-on", "warning").code == 10


NOW = Basis(1, Fraction(5, 10), Fraction(1, 4), ("a", "b", "c", "d"))


@pytest.mark.parametrize(
    ("then", "other"),
    [
        (NOW, False),
        (Basis(0, NOW.low, NOW.limit, NOW.items), True),  # it was a note
        (Basis(2, NOW.low, NOW.limit, NOW.items), False),  # it was an alarm
        (Basis(1, Fraction(46, 100), NOW.limit, NOW.items), False),
        (Basis(1, Fraction(45, 100), NOW.limit, NOW.items), True),  # a ninth of it has come on top
        (Basis(1, Fraction(8, 10), NOW.limit, NOW.items), False),
        (Basis(1, NOW.low, NOW.limit, ("a", "b", "c")), False),
        (Basis(1, NOW.low, NOW.limit, ("a", "b")), True),  # half of its items are new
    ],
)  # fmt: skip
def test_it_comes_back_once_it_is_another(then: Basis, other: bool) -> None:
    assert is_other(NOW, then) is other


def test_what_it_rested_on_is_kept_as_it_was() -> None:
    assert parse(NOW.text) == NOW
    assert parse("[1,2]") is None


def test_a_report_of_an_earlier_time_does_not_know_of_it(warned: Desk) -> None:
    warned.run("report")
    log = SqliteLog(warned.db)
    before = EPOCH + timedelta(microseconds=max(e.recorded_at for e in log.read()))
    log.close()
    dismiss(warned)
    assert warned.run("report", "--fail-on", "warning", "--known-at", before.isoformat()).code == 10
    assert warned.run("report", "--fail-on", "warning").code == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("bias/none",), "there is no warning 'bias/none'; `tracker-sync report warnings` lists them"),
        (("limits/sales-led",), "there is no warning 'limits/sales-led'; there are: limits/sales-led-share"),
        (("limits/kill-line",), "limits/kill-line found nothing: there is nothing to dismiss"),
        ((SALES,), "--until is missing: say until which day, since no dismissal is for ever"),
        ((SALES, "--until", "May"), "--until: 'May' is not a day like 2027-01-31"),
        ((SALES, "--until", "2026-12-31"), "--reason is missing: say why, for those who will ask"),
        ((SALES, "--undo"), "limits/sales-led-share is not dismissed"),
    ],
)  # fmt: skip
def test_what_cannot_be_dismissed(warned: Desk, args: tuple[str, ...], said: str) -> None:
    assert typed(warned, "dismiss", *args).splitlines()[1:] == [f"! tracker-sync: {said}", "exit code 2"]


def test_trust_says_how_often_a_detector_was_dismissed(warned: Desk) -> None:
    dismiss(warned)
    said = warned.run("report", "trust").out
    assert "Warnings that somebody dismissed, of those found" in said
    assert "limits/sales-led-share: pat, until 2026-12-31: agreed in May" in said
    rows = warned.run("report", "trust", "--format", "csv", "--table", "detectors").out.splitlines()
    assert rows[1].startswith("limits/sales-led-share,1,1,0")
