"""What is reported does not depend on where the log is kept."""

import shutil
from pathlib import Path

import pytest
from conftest import Desk
from postgres import Database

from tracker_sync.reports import REPORTS


@pytest.fixture
def folder(demo_folder: Path, desk: Desk) -> Desk:
    """The demo in a folder of its own."""
    shutil.copytree(demo_folder, desk.folder, dirs_exist_ok=True)
    return desk


def test_a_log_from_a_file_gives_the_same_bytes_from_a_database(folder: Desk, database: Database) -> None:
    asked = [["report", name, "--format", "json"] for name in REPORTS if name != "overview"]
    asked += [["report", "--format", "json"], ["items", "--format", "json"], ["log", "checkpoint"]]
    asked += [["log", "verify"]]
    before = [folder.run(*args) for args in asked]
    assert {done.code for done in before} == {0}
    exported = folder.run("log", "export").out
    file = folder.write("log.jsonl", exported)
    config = (folder.folder / "tracker-sync.toml").read_text(encoding="utf-8")
    assert config.count("sqlite:///tracker-sync.db") == 1
    folder.write("tracker-sync.toml", config.replace("sqlite:///tracker-sync.db", database.url))
    imported = folder.run("log", "import", str(file))
    assert imported.code == 0, imported.said
    assert [folder.run(*args).out for args in asked] == [done.out for done in before]
    assert folder.run("log", "export").out == exported
    again = folder.run("log", "import", str(file))
    assert (again.code, "is not empty" in again.err) == (6, True)
