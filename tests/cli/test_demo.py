"""The demo, from the command line to the overview, and what people do after it."""

import csv
import json
import re
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import Desk, Done
from msgspec.structs import replace

from tracker_sync.cli.report import FORMATS, rendered
from tracker_sync.config import load as config_of
from tracker_sync.log.opening import open_log
from tracker_sync.reports.client import client_view
from tracker_sync.reports.opening import open_portfolio


def run(folder: Path, *args: str) -> Done:
    """The command, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        return Desk(folder, patch).run(*args)


def load(folder: Path, *args: str) -> dict[str, Any]:
    done = run(folder, *args, "--format", "json")
    assert done.code == 0, done.err
    loaded: dict[str, Any] = json.loads(done.out)
    return loaded


def spawned(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tracker_sync", *args], cwd=folder, env=env or None,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo in a folder of its own."""
    return shutil.copytree(demo_folder, tmp_path_factory.mktemp("own") / "demo")


def test_the_overview_fits_eighty_columns(demo: Path) -> None:
    lines = run(demo, "report").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any("Aquaveil Utilities" in line for line in lines)


@pytest.mark.parametrize("name", ["sagas", "problems"])
def test_reports_that_need_side_inputs_fit_eighty_columns(demo: Path, name: str) -> None:
    lines = run(demo, "report", name).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any("not assessed: needs" in line for line in lines)


def test_the_demo_has_a_bet_that_left_the_strategy(demo: Path) -> None:
    rows = {row["initiative"]: row for row in load(demo, "report", "sagas")["rows"]}
    gone = rows["voice-diary"]
    assert (gone["stage"], gone["gone"], gone["kill_line"]) == ("sunset", "2026-02-02T00:00:00Z", "crossed")
    before = {
        row["initiative"]: row for row in load(demo, "report", "sagas", "--as-of", "2026-01-31")["rows"]
    }
    assert before["voice-diary"]["stage"] == "under target"
    assert before["voice-diary"]["undecided_days"] == 214
    assert "forty-sites" not in before


def test_the_demo_again_changes_nothing(demo: Path) -> None:
    before = run(demo, "report", "--format", "json").out
    again = run(demo, "demo", "--dir", ".")
    assert again.code == 0
    assert run(demo, "report", "--format", "json").out == before


def test_the_same_question_gives_the_same_bytes_anywhere(demo: Path) -> None:
    wanted = run(demo, "report", "sales-led", "--format", "json").out
    elsewhere = {"LC_ALL": "C", "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7", "PATH": ""}
    other = spawned(demo, "report", "sales-led", "--format", "json", **elsewhere)
    assert (other.returncode, other.stdout) == (0, wanted)


def test_every_share_travels_with_its_items(demo: Path) -> None:
    summary = load(demo, "report", "sales-led")["summary"]
    for weight in ("effort", "count"):
        share = summary["by_weight"][weight]["sales_led"]
        assert 0 < share["low"] < share["high"] < 1
        assert share["interval"][0] <= share["low"] <= share["high"] <= share["interval"][1]
        assert share["low"] <= share["point"] <= share["high"]
        assert set(share["numerator_items"]) | set(share["unknown_items"]) <= set(share["denominator_items"])
        assert share["n"] == len(share["denominator_items"])
    count = summary["by_weight"]["count"]["sales_led"]
    assert count["low"] == len(count["numerator_items"]) / count["n"]


def test_a_moved_epic_is_shown_under_its_old_key(demo: Path) -> None:
    moved = load(demo, "show", "PLAN-88")
    old = next(h["value"] for h in moved["history"] if h["kind"] == "opened")
    assert old.startswith("FIELD-")
    assert load(demo, "show", old)["key"] == "girder:PLAN-88"


def test_a_persons_tag_beats_the_rules_and_can_be_taken_back(demo: Path) -> None:
    (unknown, *_) = load(demo, "report", "sales-led")["unknowns"]["origin"]
    assert run(demo, "tag", unknown, "--origin", "sales", "--reason", "asked in a call").code == 0
    tag = next(t for t in load(demo, "show", unknown)["tags"] if t["dimension"] == "origin")
    assert (tag["value"], tag["rule"], tag["why"]) == ("sales", "person", "asked in a call")
    assert run(demo, "tag", unknown, "--clear").code == 0
    assert load(demo, "show", unknown)["origin"] is None


def test_what_people_say_is_not_known_before_they_said_it(demo: Path) -> None:
    (unknown, *_) = load(demo, "report", "sales-led")["unknowns"]["origin"]
    before = load(demo, "report", "sales-led", "--known-at", "2100-01-01")
    run(demo, "tag", unknown, "--origin", "support", "--reason", "from a ticket")
    assert unknown not in load(demo, "report", "sales-led")["unknowns"]["origin"]
    past = load(demo, "report", "sales-led", "--known-at", "2001-01-01")
    assert past["rows"] == []
    assert unknown in before["unknowns"]["origin"]
    run(demo, "tag", unknown, "--clear")


def test_a_tag_needs_a_reason_and_a_stated_intent(demo: Path) -> None:
    assert run(demo, "tag", "PLAN-88", "--origin", "sales").code == 2
    done = run(demo, "tag", "PLAN-88", "--intent", "world-peace", "--reason", "why not")
    assert done.code == 2
    assert "site-planning" in done.err


def test_check_finds_open_epics_and_fails_only_where_told(demo: Path) -> None:
    assert run(demo, "check").code == 0
    assert run(demo, "check", "--fail-on", "warning").code == 10


def test_check_of_a_past_day_holds_epics_against_the_strategy_of_that_day(demo: Path) -> None:
    then = {(r["key"], r["what"]) for r in load(demo, "check", "--as-of", "2025-03-01")["rows"]}
    early = ("girder:PLAN-51", "its intent 'portfolio-insight' is not in the strategy")
    assert early in then
    assert "portfolio-insight" not in {r["what"].split("'")[1] for r in load(demo, "check")["rows"]}
    assert load(demo, "check", "--as-of", "2025-03-01")["generated_for"]["as_of"] == "2025-03-01T23:59:59Z"
    assert load(demo, "check", "--known-at", "2000-01-01")["checked"] == []


def test_check_of_a_day_to_come_holds_epics_against_a_strategy_that_nobody_was_told_of_yet(
    demo: Path,
) -> None:
    text = (demo / "strategy.toml").read_text()
    try:
        cranes = '[[not_doing]]\nid = "cranes"\nwhy = "Others do it."\npatterns = ["crane telemetry"]\n'
        (demo / "strategy.toml").write_text(f"{text}\n{cranes}")
        for asked in ([], ["--as-of", "2099-01-01"]):
            told = [r["what"] for r in load(demo, "check", *asked)["rows"]]
            assert any("(cranes: Others do it.)" in what for what in told)
    finally:
        (demo / "strategy.toml").write_text(text)


def test_a_text_item_list_and_its_filters_agree(demo: Path) -> None:
    rows = load(demo, "items", "--customer", "Aquaveil Utilities")["rows"]
    assert rows
    assert all("Aquaveil Utilities" in r["customers"] for r in rows)
    assert all(r["epic"] for r in load(demo, "items", "--epics")["rows"])
    untagged = load(demo, "items", "--untagged")["rows"]
    assert all(not r["intents"] or r["origin"] is None for r in untagged)


def test_what_a_client_is_shown_names_no_other_account(demo: Path) -> None:
    rows = [*csv.DictReader((demo / "customers.csv").open())]
    names = {r["name"]: {r["name"], r["parent"], r["aliases"], r["domains"]} - {""} for r in rows}
    config = config_of(demo / "tracker-sync.toml")
    kept = dict[str, int]()
    with closing(open_log(config)) as log:
        org, query = open_portfolio(config, log)
        for name in names:
            view, _ = client_view(org, replace(query, customer=name))
            group = {n for n, own in names.items() if view.customer in own}
            others = set().union(*(own for n, own in names.items() if n not in group))
            kept[name] = sum(r.title is None for r in view.requests)
            for form in FORMATS:
                page = rendered(view, form).casefold()
                assert [n for n in others - names[view.customer] if n.casefold() in page] == []
    assert (kept["Quillstone Civil"], kept["Morrow Civil"]) == (1, 0), "what names Morrow, Morrow may read"


def test_a_client_reads_the_no_and_its_reason(demo: Path) -> None:
    done = run(demo, "report", "demand", "--customer", "dovetail", "--redact", "--format", "json")
    [row] = [r for r in json.loads(done.out)["rows"] if r["request"].startswith("Wage tables")]
    assert (row["state"], row["why"].partition(";")[0]) == ("declined", "Payroll law differs by state")
    assert "read it before you send it" in done.err


def test_who_makes_the_view_is_told_which_titles_it_keeps_back(demo: Path) -> None:
    done = run(demo, "report", "demand", "--customer", "Quillstone Civil", "--redact")
    assert "girder:PLAN-264" in done.err
    assert "PLAN" not in done.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("sales-led", "--customer", "dovetail"), "--customer goes with the report demand"),
        (("demand", "--redact"), "--redact goes with --customer NAME"),
        (("demand", "--customer", "dovtail"), "did you mean dovetail"),
    ],
)
def test_a_view_is_of_a_customer_and_of_demand(demo: Path, args: tuple[str, ...], said: str) -> None:
    done = run(demo, "report", *args)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_the_log_of_the_demo_holds(demo: Path) -> None:
    assert run(demo, "log", "verify").out.endswith("events hold\n")


def test_init_writes_files_that_load_and_never_overwrites(tmp_path: Path) -> None:
    wanted = ["init", "--jira", "https://acme.example", "--jql", "project = PAY", "--github", "acme/web"]
    assert run(tmp_path, *wanted).code == 0
    assert {p.name for p in tmp_path.iterdir()} == {
        "tracker-sync.toml", "strategy.toml", "customers.csv", "people.toml",
        "problems.csv", "adoption.csv", "pmf.csv",
    }  # fmt: skip
    again = run(tmp_path, *wanted)
    assert again.code == 2
    assert "already exists" in again.err
    assert run(tmp_path, "report").code == 6


def test_an_item_is_shown_as_of_a_day_and_as_it_was_known(demo: Path) -> None:
    moved = next(h for h in load(demo, "show", "PLAN-88")["history"] if h["kind"] == "moved")
    day = date.fromisoformat(moved["at"][:10]) - timedelta(1)
    then = load(demo, "show", "PLAN-88", "--as-of", str(day))
    assert (then["key"].split("-")[0], then["status"]) == ("girder:FIELD", "To Do")
    assert max(h["at"] for h in then["history"]) < moved["at"]
    assert then["generated_for"] == {"as_of": f"{day}T23:59:59Z", "known_at": None}
    assert (
        f"as its tracker showed it at {day}T23:59:59Z"
        in run(demo, "show", "PLAN-88", "--as-of", str(day)).out
    )
    unknown = run(demo, "show", "PLAN-88", "--known-at", "2000-01-01")
    assert (unknown.code, "no item 'PLAN-88' in the log as of then" in unknown.err) == (2, True)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland"])
def test_days_are_shown_in_the_zone_that_they_are_counted_in(demo: Path, zone: str) -> None:
    text = (demo / "tracker-sync.toml").read_text()
    (demo / "zone.toml").write_text(f'{text}\n[calendar]\ntimezone = "{zone}"\n')
    asked = ("--since", "2025-08-01", "--until", "2025-10-31", "--as-of", "2025-11-01")
    done = run(demo, "--config", "zone.toml", "report", *asked)
    assert done.out.splitlines()[1] == "2025-08-01 to 2025-10-31, as the trackers showed it on 2025-11-01"
    shown = run(demo, "--config", "zone.toml", "show", "PLAN-88").out
    assert "judged by the strategy in force from 2024-11-04" in shown
    told = load(demo, "show", "PLAN-88")
    days = [str(datetime.fromisoformat(h["at"]).astimezone(ZoneInfo(zone)).date()) for h in told["history"]]
    lines = [line[:10] for line in shown.splitlines() if re.match(r"\d{4}-\d\d-\d\d  ", line)]
    assert lines == [d for d, h in zip(days, told["history"], strict=True) if h["kind"] != "noted"]
    opened = datetime.fromisoformat(told["created"]).astimezone(ZoneInfo(zone)).date()
    assert f"opened {opened}, " in shown


@pytest.mark.parametrize(
    ("name", "said"),
    [("overview", "There is no work in this period."), ("sales-led", "0.0 person-days on 0 items"),
     ("intents", "no work"), ("single-customer", "No feature was worked on")],
)  # fmt: skip
def test_before_anything_was_there_a_report_has_nothing_to_say(demo: Path, name: str, said: str) -> None:
    done = run(demo, "report", name, "--as-of", "2000-01-01")
    assert (done.code, done.err) == (0, "")
    assert said in done.out
    assert "\n2000-01-01 to 2000-01-01, as the trackers showed it on 2000-01-01\n" in done.out
    assert load(demo, "report", name, "--as-of", "2000-01-01")["generated_for"]["as_of"] is not None
