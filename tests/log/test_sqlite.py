"""What is SQLite's own: the file, its lock, its guards. The contract is in test_contract.py."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.errors import LogBusy, LogError
from tracker_sync.events import (
    Added,
    Changed,
    Event,
    Opened,
    canonical,
    canonical_row,
    from_row,
    to_row,
)
from tracker_sync.log import Broken
from tracker_sync.log.sqlite import SqliteLog

EVENTS: list[Event] = [
    Opened(id="1:0", item="1", ts=10, actor="ada", val="PAY-1"),
    Added(id="1:0.1", item="1", ts=10, actor="ada", attr="title", key="", val="Export as PDF"),
    Changed(id="1:c1.1", item="1", ts=20, attr="title", val="Export", old="Export as PDF"),
    Opened(id="2:0", item="2", ts=30, val="PAY-2"),
]


texts = st.none() | st.text()


@given(st.builds(Changed, id=st.text(), item=st.text(), ts=st.integers(), actor=texts, attr=st.text(),
                 key=st.text(), val=texts, old_key=st.text(), old=texts), st.integers())  # fmt: skip
def test_a_row_is_spelt_like_any_json(event: Changed, rec_ts: int) -> None:
    row = to_row(event)
    left = {k: v for k, v in (("old", event.old), ("old_key", event.old_key)) if v}
    assert row.body == (canonical(left) if left else "")
    assert canonical_row(row, rec_ts) == canonical([*row, rec_ts])
    assert from_row(row) == replace(event, old=event.old or None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteLog]:
    log = SqliteLog(path, write=True)
    yield log
    log.close()


def ids(log: SqliteLog) -> list[str]:
    return [entry.event.id for entry in log.read()]


def filled(path: Path) -> Path:
    log = SqliteLog(path, write=True)
    log.append("acme", EVENTS, now=1, cursor="30")
    log.append("web", [Opened(id="9:0", item="9", ts=5, val="acme/web#9")], now=2)
    log.close()
    return path


def verified(path: Path) -> tuple[int, Broken | None]:
    log = SqliteLog(path)
    try:
        return log.verify()
    finally:
        log.close()


def tampered(path: Path, *statements: str) -> Broken:
    """What `verify` finds after somebody with an SQLite shell has been at a good log."""
    filled(path)
    assert verified(path) == (5, None)
    db = sqlite3.connect(path)
    for guard in ("update", "delete", "replace"):
        db.execute(f"DROP TRIGGER event_no_{guard}")
    db.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        assert db.execute(statement).rowcount > 0
    db.commit()
    db.close()
    _, broken = verified(path)
    assert broken is not None
    return broken


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET val = 'other' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2",
        "REPLACE INTO event(source_id, event_id, kind, attr, key, ts, rec_ts, body, hash)"
        " SELECT source_id, event_id, 'noted', '', '', 0, 0, '', hash FROM event WHERE seq = 2",
        "INSERT INTO event SELECT * FROM event WHERE seq = 2 ON CONFLICT(seq) DO UPDATE SET val = 'other'",
    ],
)
def test_the_database_itself_refuses_to_change_events(path: Path, statement: str) -> None:
    db = sqlite3.connect(filled(path))
    before = db.execute("SELECT * FROM event").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)
    assert db.execute("SELECT * FROM event").fetchall() == before
    db.close()


@pytest.mark.parametrize(
    "edit", ["val = x'ff'", "ts = x'ff'", "ts = 'ten'", "rec_ts = x'ff'", "rec_ts = 'ten'"]
)
def test_verify_names_an_event_of_which_a_value_became_bytes_or_a_text(path: Path, edit: str) -> None:
    assert tampered(path, f"UPDATE event SET {edit} WHERE seq = 2").event_id == "1:0.1"


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    filled(path)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize("write", [True, False])
def test_a_symbolic_link_is_refused(path: Path, write: bool) -> None:
    filled(path)
    link = path.with_name("link.db")
    link.symlink_to(path)
    with pytest.raises(LogError, match="symbolic link"):
        SqliteLog(link, write=write)


def test_a_lock_that_is_a_symbolic_link_is_refused(path: Path) -> None:
    target = path.with_name("precious")
    path.with_name("log.db.lock").symlink_to(target)
    with pytest.raises(LogError):
        SqliteLog(path, write=True)
    assert not target.exists()


def test_a_second_writer_is_told_to_wait_and_a_reader_is_not(log: SqliteLog, path: Path) -> None:
    log.append("acme", EVENTS, now=1)
    with pytest.raises(LogBusy):
        SqliteLog(path, write=True)
    reader = SqliteLog(path)
    assert len(ids(reader)) == 4
    reader.close()


def test_the_lock_is_free_again_after_a_failed_opening(path: Path) -> None:
    path.write_bytes(b"this is no database, but a text of some length" * 30)
    for _ in range(2):
        with pytest.raises(LogError) as refused:
            SqliteLog(path, write=True)
        assert not isinstance(refused.value, LogBusy)


@pytest.mark.parametrize(
    "use",
    [lambda log: log.append("acme", EVENTS, now=1), lambda log: log.cursor("acme"), ids,
     lambda log: list(log.skipped()), SqliteLog.verify],
    ids=["append", "cursor", "read", "skipped", "verify"],
)  # fmt: skip
def test_a_destroyed_page_is_an_error_of_the_log(path: Path, use: Callable[[SqliteLog], object]) -> None:
    content = filled(path).read_bytes()
    path.write_bytes(content[:4096] + b"\xaa" * (len(content) - 4096))
    with pytest.raises(LogError):
        use(SqliteLog(path, write=True))
