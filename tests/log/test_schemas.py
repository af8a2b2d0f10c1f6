"""A log of any schema that was ever shipped is brought up to the present one, whole or not at all.

`schemas/N.sql` is a log that the program of schema N wrote; a new schema comes with a file of its own.
"""

import sqlite3
from pathlib import Path

import pytest

from tracker_sync.errors import LogError
from tracker_sync.events import Changed
from tracker_sync.log import Skipped
from tracker_sync.log import sqlite as module
from tracker_sync.log.sqlite import SCHEMA_VERSION, SqliteLog

SCHEMAS = Path(__file__).parent / "schemas"
NEW = Changed(id="1:c2.1", item="1", ts=40, attr="title", val="Export as CSV")
each_schema = pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))


def written(folder: Path, version: int) -> Path:
    path = folder / "log.db"
    db = sqlite3.connect(path)
    db.executescript((SCHEMAS / f"{version}.sql").read_text())
    db.close()
    return path


def schema(path: Path) -> set[tuple[str, ...]]:
    """What the file says of its tables, but for blanks."""
    db = sqlite3.connect(path)
    try:
        found = db.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        return {tuple(" ".join(text.split()).replace('"', "") for text in row) for row in found}
    finally:
        db.close()


def version_of(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


def test_every_schema_has_its_file() -> None:
    assert {p.stem for p in SCHEMAS.iterdir()} == {str(n) for n in range(1, SCHEMA_VERSION + 1)}


@each_schema
def test_a_log_of_an_earlier_schema_keeps_what_it_holds_and_goes_on(tmp_path: Path, version: int) -> None:
    log = SqliteLog(written(tmp_path, version), write=True)
    assert log.verify() == (5, None)
    assert log.cursor("acme") == "1700000000000"
    assert list(log.skipped()) == [("acme", Skipped("PAY-9", "it has no 'id'", "{}"))]
    log.append("acme", [NEW], now=300, remember={"cloud": "yes"})
    assert log.verify() == (6, None)
    assert log.recall("acme") == {"cloud": "yes"}
    assert log.keys("acme") == {"1": "PAY-1"}
    log.close()


@each_schema
def test_an_earlier_schema_becomes_that_of_a_new_log(tmp_path: Path, version: int) -> None:
    path = written(tmp_path, version)
    SqliteLog(path, write=True).close()
    SqliteLog(tmp_path / "new.db", write=True).close()
    assert version_of(path) == SCHEMA_VERSION
    assert schema(path) == schema(tmp_path / "new.db")


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_migration_that_fails_at_its_end_leaves_the_file_as_it_was(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, version)
    before = schema(path)
    with monkeypatch.context() as here:
        here.setitem(module.MIGRATIONS, version, module.MIGRATIONS[version] + "SELECT no_such_function();")
        with pytest.raises(LogError):
            SqliteLog(path, write=True)
    assert (version_of(path), schema(path)) == (version, before)
    SqliteLog(path, write=True).close()
    assert version_of(path) == SCHEMA_VERSION


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_reader_of_an_earlier_schema_changes_nothing(tmp_path: Path, version: int) -> None:
    path = written(tmp_path, version)
    before = path.read_bytes()
    log = SqliteLog(path)
    assert log.verify() == (5, None)
    log.close()
    assert path.read_bytes() == before
