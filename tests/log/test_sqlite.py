"""The log keeps everything, changes nothing, and says so when somebody else did."""

import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator
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
from tracker_sync.log import Appended, Broken, Skipped
from tracker_sync.log.sqlite import SqliteLog

EVENTS: list[Event] = [
    Opened(id="1:0", item="1", ts=10, actor="ada", val="PAY-1"),
    Added(id="1:0.1", item="1", ts=10, actor="ada", attr="title", key="", val="Export as PDF"),
    Changed(id="1:c1.1", item="1", ts=20, attr="title", val="Export", old="Export as PDF"),
    Opened(id="2:0", item="2", ts=30, val="PAY-2"),
]
UNSTORABLE = Opened(id="3:0", item="3", ts=40, val="\ud800")


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


def test_what_goes_in_comes_out(log: SqliteLog) -> None:
    log.append("acme", EVENTS, now=7, cursor="30")
    entries = list(log.read())
    assert [e.event for e in entries] == EVENTS
    assert {(e.source, e.recorded_at) for e in entries} == {("acme", 7)}
    assert log.cursor("acme") == "30"
    assert log.cursor("web") is None


def test_appending_again_adds_nothing(log: SqliteLog) -> None:
    assert log.append("acme", EVENTS, now=1) == Appended(4, 0)
    assert log.append("acme", EVENTS, now=2) == Appended(0, 4)
    assert ids(log) == [e.id for e in EVENTS]
    assert log.verify() == (4, None)


def test_an_event_twice_in_one_page_is_one_event(log: SqliteLog) -> None:
    assert log.append("acme", [EVENTS[0], EVENTS[0]], now=1) == Appended(1, 1)


def test_two_sources_may_use_the_same_ids(log: SqliteLog) -> None:
    log.append("acme", EVENTS, now=1)
    assert log.append("web", EVENTS, now=1) == Appended(4, 0)
    assert len(list(log.read(source="web"))) == 4


def test_the_same_id_with_another_body_is_set_aside(log: SqliteLog) -> None:
    log.append("acme", EVENTS, now=1)
    other = Opened(id="1:0", item="1", ts=10, actor="eve", val="PAY-1")
    done = log.append("acme", [other], now=2)
    assert (done.new, done.seen, [s.item for s in done.skipped]) == (0, 0, ["1"])
    assert [e.event for e in log.read()] == EVENTS
    [(source, kept)] = log.skipped()
    assert source == "acme"
    assert "1:0" in kept.reason
    assert "eve" in kept.raw


def test_an_append_without_a_cursor_leaves_the_cursor(log: SqliteLog) -> None:
    log.append("acme", EVENTS[:1], now=1, cursor="10")
    log.append("acme", EVENTS[1:], now=2)
    assert log.cursor("acme") == "10"


def test_known_at_hides_what_was_learned_later(log: SqliteLog) -> None:
    log.append("acme", EVENTS[:2], now=1)
    log.append("acme", EVENTS[2:], now=5)
    assert [e.event.id for e in log.read(known_at=4)] == ["1:0", "1:0.1"]


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


def keeps_cursor_and_events_together(kind: type[SqliteLog], path: Path) -> None:
    """Assert that a page which fails in the middle leaves neither its events nor its cursor."""
    for page in ([EVENTS[3], UNSTORABLE], failing([EVENTS[3]])):
        log = kind(path, write=True)
        log.append("acme", EVENTS[:1], now=1, cursor="10")
        with pytest.raises(ValueError):  # noqa: PT011  UnicodeEncodeError, or ours
            log.append("acme", page, now=2, cursor="40", skipped=[Skipped("4", "why", "{}")])
        log.close()
        again = kind(path, write=True)
        assert again.cursor("acme") == "10"
        assert ids(again) == ["1:0"]
        assert list(again.skipped()) == []
        assert again.verify() == (1, None)
        again.close()


def failing(events: Iterable[Event]) -> Iterator[Event]:
    yield from events
    raise ValueError("the tracker broke off")


def test_cursor_and_events_come_together(path: Path) -> None:
    keeps_cursor_and_events_together(SqliteLog, path)


class CursorFirst(SqliteLog):
    """A planted fault: the cursor is committed before its events."""

    def append(
        self, source: str, events: Iterable[Event], *, now: int, cursor: str | None = None,
        skipped: Iterable[Skipped] = (),
    ) -> Appended:  # fmt: skip
        super().append(source, [], now=now, cursor=cursor)
        return super().append(source, events, now=now, skipped=skipped)


class OneByOne(SqliteLog):
    """A planted fault: each event is committed by itself."""

    def append(
        self, source: str, events: Iterable[Event], *, now: int, cursor: str | None = None,
        skipped: Iterable[Skipped] = (),
    ) -> Appended:  # fmt: skip
        done = [super(OneByOne, self).append(source, [e], now=now) for e in events]
        super().append(source, [], now=now, cursor=cursor, skipped=skipped)
        return Appended(sum(d.new for d in done), sum(d.seen for d in done))


@pytest.mark.parametrize("mutant", [CursorFirst, OneByOne])
def test_the_check_above_catches_a_log_that_tears_them_apart(mutant: type[SqliteLog], path: Path) -> None:
    with pytest.raises(AssertionError):
        keeps_cursor_and_events_together(mutant, path)


@pytest.mark.parametrize(
    "edit",
    [
        "val = 'Export as PDG'", "ts = ts + 1", "actor = 'eve'", "actor = NULL", "key = 'x'",
        "attr = 'body'", "kind = 'dropped'", "rec_ts = rec_ts + 1", "event_id = '1:0.2'",
        "item_id = 2", "body = '{}'", "hash = zeroblob(32)", "source_id = 2",
    ],
)  # fmt: skip
def test_verify_names_the_first_event_that_was_changed(path: Path, edit: str) -> None:
    broken = tampered(path, f"UPDATE event SET {edit} WHERE seq IN (2, 3)"
                      if not edit.startswith(("event_id", "source_id"))
                      else f"UPDATE event SET {edit} WHERE seq = 2")  # fmt: skip
    assert (broken.seq, broken.source) == ((2, "web") if "source_id" in edit else (2, "acme"))
    assert broken.event_id == ("1:0.2" if "event_id" in edit else "1:0.1")


def test_verify_names_an_event_whose_text_became_bytes(path: Path) -> None:
    assert tampered(path, "UPDATE event SET val = x'ff' WHERE seq = 2").event_id == "1:0.1"


def test_verify_finds_a_missing_beginning_and_middle(path: Path) -> None:
    assert tampered(path, "DELETE FROM event WHERE seq = 1").event_id == "1:0.1"
    path.unlink()
    assert tampered(path, "DELETE FROM event WHERE seq = 2").event_id == "1:c1.1"


def test_verify_finds_a_cut_tail(path: Path) -> None:
    broken = tampered(path, "DELETE FROM event WHERE seq = 4")
    assert (broken.source, "missing" in broken.why) == ("acme", True)


def test_verify_finds_a_source_without_its_events(path: Path) -> None:
    assert tampered(path, "DELETE FROM event WHERE source_id = 1").source == "acme"


@pytest.mark.parametrize("seq", [0, 6])
def test_verify_names_a_planted_event(path: Path, seq: int) -> None:
    broken = tampered(
        path,
        "INSERT INTO event SELECT "
        f"{seq}, source_id, 'planted', item_id, kind, attr, key, 'x', ts, rec_ts, actor, body, hash"
        " FROM event WHERE seq = 4",
    )
    assert broken.event_id == "planted"


def test_verify_finds_two_events_that_changed_places(path: Path) -> None:
    swap = [f"UPDATE event SET seq = {to} WHERE seq = {was}" for was, to in ((2, 99), (3, 2), (99, 3))]
    assert tampered(path, *swap).event_id == "1:c1.1"


def written(path: Path, events: Iterable[Event]) -> SqliteLog:
    path.unlink(missing_ok=True)
    log = SqliteLog(path, write=True)
    log.append("acme", events, now=100)
    return log


def test_a_log_that_has_grown_holds_against_an_earlier_head(log: SqliteLog) -> None:
    log.append("acme", EVENTS[:2], now=100)
    before = log.heads()
    log.append("acme", EVENTS[2:], now=200)
    log.append("other", EVENTS, now=300)
    assert before["acme"].events == 2
    assert log.verify(before) == log.verify(log.heads()) == (8, None)


def test_a_chain_that_was_written_anew_holds_by_itself_and_not_against_an_earlier_head(path: Path) -> None:
    for nth, event in enumerate(EVENTS):
        log = written(path, EVENTS)
        before = log.heads()
        log.close()
        log = written(path, [replace(e, ts=e.ts + 1) if e is event else e for e in EVENTS])
        assert log.verify() == (4, None)
        checked, broken = log.verify(before)
        assert broken == Broken(
            "acme", 4, "2:0", "it is not event 4 of the checkpoint: the chain was written anew"
        ), nth
        assert checked == 3
        log.close()


def test_a_log_that_was_rolled_back_is_found_against_an_earlier_head(path: Path) -> None:
    log = written(path, EVENTS)
    before = log.heads()
    log.close()
    log = written(path, EVENTS[:3])
    assert log.verify() == (3, None)
    _, broken = log.verify(before)
    assert broken is not None
    assert broken.why == "the checkpoint has 4 events and the log 3: it was rolled back"
    log.close()


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
