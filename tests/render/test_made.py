"""The demo's reports as they are committed, and what is promised of their JSON."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.made import (
    CLIENT,
    DOCS,
    GOLDEN,
    LARGEST,
    SCHEMAS,
    Made,
    documented,
    golden,
    nothing,
    reports,
    schemas,
)
from tests.reports.test_against_oracle import organisation
from tests.reports.test_against_oracle import reports as recorded
from tracker_sync.render import json as json_report
from tracker_sync.render.page import Page
from tracker_sync.render.sheet_text import lay
from tracker_sync.render.sheets import SHEETS, sheet_of


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo in a folder of its own."""
    return shutil.copytree(demo_folder, tmp_path_factory.mktemp("own") / "demo")


@pytest.fixture(scope="module")
def made(folder: Path) -> Iterator[Made]:
    with reports(folder, CLIENT, by="quarter") as found:
        yield found


def committed(folder: Path) -> dict[str, str]:
    return {p.name: p.read_bytes().decode() for p in folder.iterdir()}


def checked(name: str, told: Any) -> None:
    promised = json.loads((SCHEMAS / f"report-{name}.json").read_text())
    Draft202012Validator.check_schema(promised)
    wrong = [f"{e.json_path}: {e.message[:200]}" for e in Draft202012Validator(promised).iter_errors(told)]
    assert wrong == []


def test_every_report_of_the_demo_is_as_committed(folder: Path) -> None:
    with reports(folder, CLIENT) as found:
        now, then = golden(found), committed(GOLDEN)
    assert [*sorted(now)] == [*sorted(then)], "run `make golden`, and look at what changed"
    changed = [name for name in now if now[name] != then[name]]
    assert not changed, "run `make golden`, and look at what changed"


def test_no_golden_file_is_large() -> None:
    assert max(p.stat().st_size for p in GOLDEN.iterdir()) <= LARGEST


def test_the_schemas_are_those_of_the_sheets(made: Made, tmp_path: Path) -> None:
    nothing(tmp_path)
    with reports(tmp_path) as least:
        assert schemas(made, least) == committed(SCHEMAS), "run `make schemas`"


def test_the_documented_columns_are_those_of_the_sheets(made: Made) -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert documented(page, made) == page, "run `make docs`"
    assert [name for name in SHEETS if f"<!-- columns: {name} -->" not in page] == []


def test_json_of_the_demo_is_as_its_schema_promises(made: Made) -> None:
    for name, report in made.items():
        checked(name, json.loads(json_report.render(report)))


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 6))])
def test_json_of_any_organisation_is_as_its_schema_promises(seed: int, tmp_path: Path) -> None:
    recorded(organisation(seed), tmp_path)
    with reports(tmp_path, by="month") as found:
        for name, report in found.items():
            checked(name, json.loads(json_report.render(report)))


def test_json_of_nothing_is_as_its_schema_promises(tmp_path: Path) -> None:
    nothing(tmp_path)
    with reports(tmp_path) as found:
        for name, report in found.items():
            checked(name, json.loads(json_report.render(report)))


def test_a_value_of_another_type_breaks_the_promise(made: Made) -> None:
    told = json.loads(json_report.render(made["intents"]))
    told["rows"][0]["epics"] = "thirteen"
    with pytest.raises(AssertionError, match="thirteen"):
        checked("intents", told)


def test_every_report_has_a_sheet_that_fits_a_terminal_and_means_something(made: Made) -> None:
    for name, report in made.items():
        sheet = sheet_of(report)
        assert sheet.name == name
        for table in sheet.tables:
            shown = [c.width for c in table.columns if c.width is not None]
            assert sum(shown) + 2 * (len(shown) - 1) <= 80, (name, table.id)
            ids = [c.id for c in table.columns]
            assert len(ids) == len(set(ids)), (name, table.id)
        said = [c.meaning for t in sheet.tables for c in t.columns] + [f.meaning for f in sheet.figures]
        assert [m for m in said if not m.endswith(".")] == [], name
        page = Page()
        lay(page, sheet)
        assert max(map(len, page.text().splitlines())) <= 80, name
