"""The side inputs: what their rows say, what is refused, and that each is read only when it is asked for."""

import re
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import ROOT

from tracker_sync import adoption, pmf, problems
from tracker_sync.adoption import Use
from tracker_sync.config import load
from tracker_sync.errors import ConfigError
from tracker_sync.events import Stated
from tracker_sync.inputs import SIDES, SUPPLIES, Sides, fingerprint, now_stated, record, sides, told
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.pmf import Answer
from tracker_sync.problems import Ranked

MODULES = {"problems": problems, "adoption": adoption, "pmf": pmf}
HEADERS = {"problems": problems.HEADER, "adoption": adoption.HEADER, "pmf": pmf.HEADER}
PARSERS = {"problems": problems.parse, "adoption": adoption.parse, "pmf": pmf.parse}
MARCH = 1_772_323_200_000_000
"""2026-03-01 in UTC."""


def refused(name: str, *rows: str, header: str = "") -> str:
    with pytest.raises(ConfigError) as e:
        PARSERS[name]("\n".join([header or HEADERS[name], *rows, ""]), Path(f"{name}.csv"))
    return str(e.value)


# --- Rows


def test_a_problem_has_its_rank_and_two_ratings_where_they_were_asked_for() -> None:
    rows = "Mills, dock lead,late trucks,1,2026-03-01,9,2.5\nMills,dock lead,lost pallets,2,2026-03-01,,\n"
    assert problems.parse(f"{problems.HEADER}\n{rows}", Path("problems.csv")) == (
        Ranked("Mills", "dock lead", "late trucks", 1, MARCH, Fraction(9), Fraction(5, 2)),
        Ranked("Mills", "dock lead", "lost pallets", 2, MARCH, None, None),
    )


@pytest.mark.parametrize(
    ("header", "unit"), [("epic,account,date,users", "users"), ("feature,account,date,Usage", "usage")]
)
def test_adoption_counts_users_or_usage_as_its_header_says(header: str, unit: str) -> None:
    text = f"{header}\nacme:PAY-1,Mills,2026-03-01,0\n"
    assert adoption.parse(text, Path("adoption.csv")) == (Use("acme:PAY-1", "Mills", MARCH, 0, unit),)


@pytest.mark.parametrize(
    "header", [pmf.HEADER, "respondent,account,persona,How disappointed,top_benefit,improvement,date"]
)
def test_an_answer_may_leave_out_all_but_who_when_and_how_disappointed(header: str) -> None:
    text = f"{header}\nr1,Mills,dock lead,Very,speed,an app,2026-03-01\nr2,,,not,,,2026-03-01\n"
    assert pmf.parse(text, Path("pmf.csv")) == (
        Answer("r1", "Mills", "dock lead", "very", "speed", "an app", MARCH),
        Answer("r2", None, None, "not", None, None, MARCH),
    )


@pytest.mark.parametrize("name", PARSERS)
def test_days_begin_in_the_configured_time_zone(name: str) -> None:
    row = {
        "problems": "Mills,lead,trucks,1,2026-03-01,,",
        "adoption": "PAY-1,Mills,2026-03-01,3",
        "pmf": "r1,,,very,,,2026-03-01",
    }[name]
    (found,) = PARSERS[name](f"{HEADERS[name]}\n{row}\n", Path("x.csv"), ZoneInfo("Asia/Tokyo"))
    assert found.at == MARCH - 9 * 3_600_000_000


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_is_are_days(day: str) -> None:
    (found,) = adoption.parse(f"{adoption.HEADER}\nPAY-1,Mills,{day},3\n", Path("x"), ZoneInfo("Asia/Tokyo"))
    assert isinstance(found.at, int)


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("problems", "Mills,lead,trucks,0,2026-03-01,5,5", "rank '0' is not a whole number from 1 on"),
        ("problems", "Mills,lead,trucks,1,March,5,5", "date 'March' is not a date like 2026-03-01"),
        ("problems", "Mills,lead,trucks,1,2026-03-01,11,5", "importance '11' is not a number from 0 to 10"),
        ("problems", "Mills,lead,trucks,1,2026-03-01,5,-1", "satisfaction '-1' is not a number from 0 to 10"),
        ("problems", ",lead,trucks,1,2026-03-01,5,5", "account is empty"),
        ("problems", "Mills,,trucks,1,2026-03-01,5,5", "persona is empty"),
        ("problems", "Mills,lead,,1,2026-03-01,5,5", "problem is empty"),
        ("problems", "Mills,lead,trucks,,2026-03-01,5,5", "rank is empty"),
        ("problems", "Mills,lead,trucks,1,2026-03-01,5", "has 6 cells, not the 7 cells of the first line"),
        ("problems", "Mills,lead,late,really,1,2026-03-01,5,5", "has 8 cells, not the 7 cells of the first"),
        ("adoption", "PAY-1,Mills,2026-03-01,-4", "users '-4' is not a whole number from 0 on"),
        ("adoption", "PAY-1,Mills,2026-02-30,4", "date '2026-02-30' is not a date like 2026-03-01"),
        ("adoption", "PAY-1,Mills,2026-03-01,", "users is empty"),
        ("adoption", ",Mills,2026-03-01,4", "epic is empty"),
        ("pmf", "r1,,,rather,,,2026-03-01", "disappointed 'rather' is not one of very, somewhat, not"),
        ("pmf", "r1,,,,,,2026-03-01", "disappointed is empty"),
        ("pmf", ",,,very,,,2026-03-01", "respondent is empty"),
        ("pmf", "r1,,,very,,,", "date is empty"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused(name: str, row: str, said: str) -> None:
    assert refused(name, row).startswith(f"{name}.csv:2: {said}")


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        ("problems", ("Mills,lead,trucks,1,2026-03-01,,", "Mills,lead,Trucks,2,2026-03-01,,"),
         "account, persona, problem and date"),
        ("adoption", ("PAY-1,Mills,2026-03-01,1", "PAY-1,mills,2026-03-01,2"), "epic, account and date"),
        ("pmf", ("r1,,,very,,,2026-03-01", "r1,,,not,,,2026-03-01"), "respondent and date"),
    ],
)  # fmt: skip
def test_what_is_said_twice_is_refused(name: str, rows: tuple[str, ...], said: str) -> None:
    assert refused(name, *rows) == f"{name}.csv:3: line 2 has the same {said}; keep one of the two"


def test_users_and_usage_may_not_stand_side_by_side() -> None:
    said = refused("adoption", header="epic,account,date,users,usage")
    assert said.startswith("adoption.csv:1: the columns 'users' and 'usage' are one and the same; delete one")


# --- The page about them

PAGE = (ROOT / "docs" / "inputs.md").read_text()


@pytest.mark.parametrize("name", PARSERS)
def test_the_page_lists_every_column_and_its_example_is_read(name: str) -> None:
    _, _, own = PAGE.partition(f"## {name}.csv\n")
    own = own.partition("\n## ")[0]
    named = {word for row in re.findall(r"^\| (`.+?) \| ", own, re.M) for word in re.findall(r"`(.+?)`", row)}
    also: dict[str, str] = getattr(MODULES[name], "ALSO", {})
    assert named == {*HEADERS[name].split(","), *also}
    example = own.partition("```csv\n")[2].partition("```")[0]
    assert len(PARSERS[name](example, Path("inputs.md"))) == example.count("\n") - 1


# --- As inputs

GOOD = {
    "problems": f"{problems.HEADER}\nMills,lead,trucks,1,2026-03-01,9,2\n",
    "adoption": f"{adoption.HEADER}\nacme:PAY-1,Mills,2026-03-01,3\n",
    "pmf": f"{pmf.HEADER}\nr1,Mills,lead,very,speed,,2026-03-01\n",
}
each_side = pytest.mark.parametrize("name", SIDES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration without any other file."""
    (tmp_path / "tracker-sync.toml").write_text("")
    return tmp_path


def now_of(folder: Path) -> Sides:
    config = load(folder / "tracker-sync.toml")
    return sides(config, [], now_stated(config), config.calendar)


@each_side
def test_an_input_without_a_file_or_without_a_row_is_missing(folder: Path, name: str) -> None:
    assert getattr(now_of(folder), name) is None
    (folder / f"{name}.csv").write_text(HEADERS[name] + "\n")
    assert getattr(now_of(folder), name) is None
    (folder / f"{name}.csv").write_text(GOOD[name])
    assert len(getattr(now_of(folder), name)) == 1


@each_side
def test_what_supplies_a_missing_input_names_its_file_and_a_command(name: str) -> None:
    assert SUPPLIES[name] == (
        f"{name}.csv with a row at least (`tracker-sync init --inputs` writes it with its header)"
    )


def test_a_broken_file_stops_only_who_asks_for_it(folder: Path) -> None:
    (folder / "problems.csv").write_text("rank\n")
    (folder / "adoption.csv").write_text(GOOD["adoption"])
    found = now_of(folder)
    assert found.adoption is not None
    with pytest.raises(ConfigError, match=r"problems\.csv:1: the columns"):
        _ = found.problems


@each_side
def test_a_broken_file_is_not_told_to_the_log(folder: Path, name: str) -> None:
    config = load(folder / "tracker-sync.toml")
    (folder / f"{name}.csv").write_text(GOOD[name] + "x\n")
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    with pytest.raises(ConfigError, match=rf"{name}\.csv:3: has 1 cell"):
        record(config, log, now=1)
    assert told(log) == []
    log.close()


def stated(at: int, name: str, text: str) -> tuple[int, Stated]:
    return at, Stated(id=f"{name}.{at}", item="", ts=at, attr=name, val=text)


def test_a_past_moment_has_what_the_log_was_told_by_then_and_not_what_files_say(folder: Path) -> None:
    config = load(folder / "tracker-sync.toml")
    (folder / "pmf.csv").write_text(GOOD["pmf"])
    (folder / "problems.csv").write_text("broken\n")
    past = sides(config, [stated(1, "problems", GOOD["problems"])], None, config.calendar)
    assert past.problems is not None
    assert past.pmf is None, "the file came later"


def test_what_an_earlier_version_told_the_log_unread_counts_as_missing(folder: Path) -> None:
    config = load(folder / "tracker-sync.toml")
    assert sides(config, [stated(1, "problems", "broken\n")], None, config.calendar).problems is None


@each_side
def test_a_change_of_a_side_input_leaves_the_judgement_of_all_items(folder: Path, name: str) -> None:
    config = load(folder / "tracker-sync.toml")
    before = now_stated(config)
    (folder / f"{name}.csv").write_text(GOOD[name])
    after = now_stated(config)
    assert before != after
    assert fingerprint(config, [], before) == fingerprint(config, [], after)
    since = fingerprint(config, [stated(1, name, after[name])], None)
    assert since == fingerprint(config, [], None)


def test_dates_are_those_of_the_configured_zone(folder: Path) -> None:
    zone = "Europe/Berlin"
    (folder / "tracker-sync.toml").write_text(f"[calendar]\ntimezone = '{zone}'\n")
    (folder / "adoption.csv").write_text(GOOD["adoption"])
    (row,) = now_of(folder).adoption or ()
    assert row.at == MARCH - 3_600_000_000
