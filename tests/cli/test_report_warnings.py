"""`report warnings` and `report --fail-on`: what they print, and when a run ends with 10."""

import json
from pathlib import Path

import pytest
from conftest import Desk

from tests.cli.strategies import CONFIG, CUSTOMERS, GOOD, PEOPLE
from tests.cli.test_strategy_lint import logged
from tracker_sync.tagging.rules import builtin


@pytest.fixture
def work(desk: Desk) -> Desk:
    """Two pieces of work, one of which sales asked for; without the rules on patterns."""
    patterns = [f"bias/{path.stem}" for path in sorted(builtin().glob("bias/*.toml"))]
    off = f"[rules]\ndisable = {json.dumps(patterns)}\n"
    for name, text in (
        ("tracker-sync.toml", CONFIG + off), ("customers.csv", CUSTOMERS), ("people.toml", PEOPLE),
    ):  # fmt: skip
        desk.write(name, text)
    logged(desk)
    return desk


def stated(desk: Desk, limit: str) -> None:
    desk.write("strategy.toml", GOOD.replace("active_intents = 3", limit))


def test_warnings_say_what_was_found_and_what_was_not_looked_at(work: Desk) -> None:
    stated(work, "sales_led_share = 0.25")
    done = work.run("report", "warnings")
    said = """\
What in our work is worth a question?
2026-02-02 to 2026-02-03, as the trackers showed it on 2026-02-03

1 finding: 1 warning.
4 things could not be assessed, which is not a pass.

warning: limits/sales-led-share
  Sales asked for 50 % of 2 person-days; the strategy's limit is 25 %.
  This is consistent with deals deciding what is built.
  Which of it would you have built without the deal?
  behind it: o:E-1
  found at every month end since 2026-02-03; stated in strategy.toml, [limits]
    sales_led_share

Not assessed
  limits/single-customer-share needs single_customer_share under [limits] in
    strategy.toml.
  limits/active-intents needs active_intents under [limits] in strategy.toml.
  limits/adoption-target needs adoption_target under [limits] in strategy.toml.
  limits/kill-line needs [[limits.kill_lines]] in strategy.toml.

A warning is a pattern in the work and no verdict: look at the items behind it
  before you act.
"""
    assert (done.code, done.out, done.err) == (0, said, "")


@pytest.mark.parametrize("name", [("warnings",), ()])
@pytest.mark.parametrize(
    ("limit", "level", "code"),
    [
        ("sales_led_share = 0.25", "note", 10),
        ("sales_led_share = 0.25", "warning", 10),
        ("sales_led_share = 0.25", "alarm", 0),
        ("sales_led_share = 0.5", "note", 0),
        ("single_customer_share = 0.5", "note", 10),  # only perhaps above it
        ("single_customer_share = 0.5", "warning", 0),
    ],
)
def test_a_run_fails_on_warnings_of_the_level_asked_for(
    work: Desk, name: tuple[str, ...], limit: str, level: str, code: int
) -> None:
    stated(work, limit)
    assert work.run("report", *name, "--fail-on", level).code == code


def test_what_could_not_be_assessed_fails_no_run(work: Desk) -> None:
    assert work.run("report", "warnings", "--fail-on", "note").code == 0


def test_a_run_that_fails_still_writes_its_report(work: Desk, tmp_path: Path) -> None:
    stated(work, "sales_led_share = 0.25")
    done = work.run("report", "warnings", "--fail-on", "note", "--output", str(tmp_path / "page"))
    assert done.code == 10
    assert "limits/sales-led-share" in (tmp_path / "page").read_text()


def test_other_reports_have_no_warnings_to_fail_on(work: Desk) -> None:
    done = work.run("report", "trust", "--fail-on", "note")
    assert done.code == 2
    assert "--fail-on goes with overview and warnings: no other report has warnings" in done.err


def test_a_large_log_is_looked_at_for_patterns_only_where_somebody_asks(
    work: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.write("tracker-sync.toml", CONFIG)
    stated(work, "sales_led_share = 0.25")
    told = "Patterns were not looked for, since the log is large"
    monkeypatch.setattr("tracker_sync.reports.warnings.LARGE", 3)
    assert told in " ".join(work.run("report", "--format", "html").out.split())
    assert told not in " ".join(work.run("report", "warnings").out.split())
    assert told not in " ".join(work.run("report", "--format", "html").out.split())  # they are kept now


def test_patterns_that_were_found_before_are_told_without_reading_a_rule(
    work: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.write("tracker-sync.toml", CONFIG)
    stated(work, "sales_led_share = 0.25")
    found = [work.run("report", "warnings", "--format", form).out for form in ("text", "json")]
    assert "bias/" in found[0]

    def load(*_: object) -> None:
        raise AssertionError("the rules were read")

    monkeypatch.setattr("tracker_sync.patterns.rules.load", load)
    assert [work.run("report", "warnings", "--format", form).out for form in ("text", "json")] == found
