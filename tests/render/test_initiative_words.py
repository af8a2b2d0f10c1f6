"""How the reports on initiatives and problems put what they found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.initiatives import BET, INTENT, House, adoption, epic, furnished, under
from tests.reports.test_edges import item
from tests.reports.test_problems import order, ranks
from tests.reports.test_sagas import LINE, RELEASED, TARGET
from tracker_sync.render.sheet import NotAssessed, Sheet
from tracker_sync.render.sheets import sheet_of
from tracker_sync.reports.problems import problems
from tracker_sync.reports.sagas import sagas


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield from furnished(tmp_path)


def cell(sheet: Sheet, column: str, table: int = 0) -> object:
    """The cell of the first row."""
    found = sheet.tables[table]
    return next(c for c in found.columns if c.id == column).get(found.rows[0])


def test_a_wait_is_told_first_and_in_days(house: House) -> None:
    house.write(strategy=INTENT + BET + LINE, adoption=adoption("E-1 Acme 2026-03-01 4"))
    said = sheet_of(sagas(*house.ask(RELEASED, until="2026-05-01"))).headline
    assert said == (
        "Of 1 initiative: 1 released.",
        "This came out under what was agreed, and nothing was decided since: bet (1 day).",
    )


def test_who_was_not_counted_shows_as_a_range(house: House) -> None:
    house.write(strategy=INTENT + BET + TARGET, adoption=adoption("E-1 Acme 2026-03-01 4"))
    sheet = sheet_of(sagas(*house.ask(RELEASED)))
    assert cell(sheet, "adoption") == "1–3 of 3"


def test_without_adoption_the_figure_the_cell_and_the_headline_say_so(house: House) -> None:
    sheet = sheet_of(sagas(*house.ask(RELEASED)))
    figure = next(f for f in sheet.figures if f.id == "under_target")
    assert isinstance(figure.value, NotAssessed)
    assert isinstance(cell(sheet, "adoption"), NotAssessed)
    assert sheet.headline[-1] == "Whether anybody uses what was built is not assessed."
    assert any("not assessed: needs adoption.csv" in note for note in sheet.notes)


def test_without_a_strategy_the_sagas_say_why_they_are_empty(house: House) -> None:
    (house.folder / "strategy.toml").unlink()
    sheet = sheet_of(sagas(*house.ask(RELEASED)))
    assert sheet.headline == ("No strategy is stated yet, so there are no initiatives to tell of.",)


def test_the_problem_with_most_work_is_told_by_its_place(house: House) -> None:
    house.write(problems=ranks(*order("Acme", "planner", "waiting", "logs", "costs")))
    work = [epic("E-1", "problem/logs"), under("E-1", "A-1", 0, 1.5), item("A-2", start=0)]
    assert sheet_of(problems(*house.ask(*work, until="2026-02-03"))).headline == (
        "Those we serve rank “waiting” worst.",
        "Of the work that names a problem, most goes into “logs”, which they rank 2nd of 3.",
        "50 % of all work names no problem.",
    )


def test_work_on_the_worst_problem_is_told_as_plainly(house: House) -> None:
    house.write(problems=ranks(*order("Acme", "planner", "logs", "costs")))
    said = sheet_of(problems(*house.ask(epic("E-1", "problem/logs"), under("E-1", "A-1", 0, 1.5)))).headline
    assert said[-1] == "Of the work that names a problem, most goes into it."


def test_without_ranks_the_headline_names_what_supplies_them(house: House) -> None:
    sheet = sheet_of(problems(*house.ask(epic("E-1", "problem/logs"), under("E-1", "A-1", 0, 1.5))))
    assert sheet.headline[0].startswith(
        "What those we serve rank worst is not assessed: needs problems.csv with a row at least"
    )
    assert isinstance(cell(sheet, "rank"), NotAssessed)
    assert cell(sheet, "slug") == "logs"
