"""A log that leaves as Parquet is read elsewhere as the same events, in the same order, with their hashes."""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from conftest import Desk
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.errors import ConfigError, LogError
from tracker_sync.events import Added, Changed, Event, Noted, Opened, Row, from_row
from tracker_sync.log import Entry, parquet
from tracker_sync.log.checkpoint import read
from tracker_sync.log.jsonl import lines, load
from tracker_sync.log.parquet import CHECKPOINT, EPOCH, NOWHERE, export, month_of
from tracker_sync.log.sqlite import SqliteLog

ODD = 'Ünïcode "quoted",\n\t\u2028 and \x00 and </script>'
JANUARY = 1767225600_000000
"""The first microsecond of 2026."""
EVENTS: list[Event] = [
    Opened(id="1:0", item="1", ts=JANUARY - 1, actor="ada", val="PAY-1"),
    Changed(id="1:c1.1", item="1", ts=JANUARY, attr="status", key="3", val="Done", old_key="1", old="To Do"),
    Added(id="1:0.1", item="1", ts=JANUARY - 1, attr="title", key="", val=ODD),
    Changed(id="1:c2.1", item="1", ts=JANUARY, attr="status", val=None),
    Noted(id="s", item="", ts=JANUARY, attr="Rank", val=""),
]
BY_HIVE = ds.partitioning(pa.schema([("source", pa.string()), ("month", pa.string())]), flavor="hive")
KEY = b"canary-of-more-than-16-characters"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    log = SqliteLog(tmp_path / "log.db", write=True)
    log.append("acme", EVENTS[:3], now=100, cursor="5")
    log.append("web", EVENTS, now=200)
    log.append("acme", EVENTS[3:], now=300)
    yield log
    log.close()


def rows(folder: Path) -> list[dict[str, Any]]:
    """What pyarrow reads, in the order of the log."""
    found: list[dict[str, Any]] = (
        ds.dataset(folder, partitioning=BY_HIVE).to_table().sort_by("seq").to_pylist()
    )
    return found


def entries(folder: Path) -> list[Entry]:
    return [
        Entry(r["seq"], r["rec_ts"], r["source"], from_row(Row(*(r[name] for name in Row._fields))))
        for r in rows(folder)
    ]


def stored_hashes(log: SqliteLog) -> list[bytes]:
    db = sqlite3.connect(log.path)
    found = [row[0] for row in db.execute("SELECT hash FROM event ORDER BY seq")]
    db.close()
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_read_is_what_the_log_has(log: SqliteLog, tmp_path: Path) -> None:
    assert export(log, tmp_path / "out") == 10
    assert entries(tmp_path / "out") == list(log.read())
    assert [r["hash"] for r in rows(tmp_path / "out")] == stored_hashes(log)


def test_there_is_a_file_for_each_source_and_month(log: SqliteLog, tmp_path: Path) -> None:
    export(log, tmp_path / "out")
    assert sorted(files(tmp_path / "out")) == [
        CHECKPOINT,
        "source=acme/month=2025-12/part-0.parquet", "source=acme/month=2026-01/part-0.parquet",
        "source=web/month=2025-12/part-0.parquet", "source=web/month=2026-01/part-0.parquet",
    ]  # fmt: skip
    in_january = [r["event_id"] for r in rows(tmp_path / "out" / "source=acme" / "month=2026-01")]
    assert in_january == ["1:c1.1", "1:c2.1", "s"]


def test_the_rows_of_a_file_are_in_the_order_of_the_log(log: SqliteLog, tmp_path: Path) -> None:
    log.append(
        "acme", [Noted(id=f"n{n}", item="1", ts=JANUARY + 5 - n, attr="Rank") for n in range(5)], now=1
    )
    export(log, tmp_path / "out")
    [file] = (tmp_path / "out" / "source=acme" / "month=2026-01").iterdir()
    found = ds.dataset(file).to_table()["seq"].to_pylist()
    assert found == sorted(found)


def test_the_same_log_gives_the_same_bytes(log: SqliteLog, tmp_path: Path) -> None:
    other = SqliteLog(tmp_path / "other.db", write=True)
    load(other, lines(log))
    for folder, each in {"a": log, "b": log, "c": other}.items():
        export(each, tmp_path / folder)
    assert files(tmp_path / "a") == files(tmp_path / "b") == files(tmp_path / "c")
    other.close()


@pytest.mark.parametrize("held", [1, 2000, 5000])
def test_however_little_is_held_the_events_are_the_same(
    log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    log.append("acme", [Added(id=f"2:{n}", item="2", ts=n * 10**12, attr="x", key="", val="y" * n)
                        for n in range(100)], now=400)  # fmt: skip
    monkeypatch.setattr(parquet, "HELD", held)
    export(log, tmp_path / "out")
    assert entries(tmp_path / "out") == list(log.read())


def test_no_more_is_held_than_was_said(
    log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append("acme", [Added(id=f"2:{n}", item="2", ts=n * 10**12, attr="x", key="", val="y" * 1000)
                        for n in range(500)], now=400)  # fmt: skip
    monkeypatch.setattr(parquet, "HELD", 50_000)
    largest = 0
    put_down = parquet._Dealer.put_down

    def watched(dealer: parquet._Dealer) -> None:
        nonlocal largest
        largest = max(largest, sum(map(len, dealer._held.values())))
        put_down(dealer)

    monkeypatch.setattr(parquet._Dealer, "put_down", watched)
    export(log, tmp_path / "out")
    assert 1 < largest <= 50_000 // 1000


@given(val=st.text(st.characters(exclude_categories=["Cs"])) | st.none(), ts=st.integers(-(2**63), 2**63 - 1))
def test_any_value_comes_back(tmp_path_factory: pytest.TempPathFactory, val: str | None, ts: int) -> None:
    folder = tmp_path_factory.mktemp("any")
    log = SqliteLog(folder / "a", write=True)
    log.append("acme", [Changed(id="1:c1.1", item="1", ts=ts, attr="title", val=val)], now=1)
    export(log, folder / "out")
    assert entries(folder / "out") == list(log.read())
    log.close()


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_name_of_a_source_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    log = SqliteLog(folder / "a", write=True)
    log.append(name, EVENTS, now=1)
    export(log, folder / "out")
    assert {r["source"] for r in rows(folder / "out")} == {name}
    assert [p.name for p in folder.iterdir() if p.is_dir()] == ["out"]
    log.close()


@pytest.mark.parametrize(
    "name", ["../../up", "..", "a/b", "007", "%2F", "null", "a\x00b", "nul\n", "ünï", " "]
)
def test_the_name_of_a_source_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    log.append(name, EVENTS, now=1)
    export(log, tmp_path / "out")
    assert len([p for p in (tmp_path / "out").iterdir() if p.is_dir()]) == 1
    assert {r["source"] for r in rows(tmp_path / "out")} == {name}
    log.close()


@pytest.mark.parametrize("name", ["", NOWHERE, "é" * 41])
def test_a_source_that_no_folder_can_be_named_for_is_refused(tmp_path: Path, name: str) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    log.append(name, EVENTS, now=1)
    with pytest.raises(LogError, match="no folder can be named"):
        export(log, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == []
    log.close()


@pytest.mark.parametrize(
    ("ts", "month"),
    [(0, "1970-01"), (-1, "1969-12"), (JANUARY - 1, "2025-12"), (JANUARY, "2026-01"),
     (-62135596800_000000, "0001-01"), (-62135596800_000001, NOWHERE), (253402300799_999999, "9999-12"),
     (253402300800_000000, NOWHERE), (2**63 - 1, NOWHERE), (-(2**63), NOWHERE)],
)  # fmt: skip
def test_a_month_begins_at_its_first_microsecond(ts: int, month: str) -> None:
    assert month_of(ts) == month


def test_the_checkpoint_beside_the_files_is_that_of_the_log(log: SqliteLog, tmp_path: Path) -> None:
    export(log, tmp_path / "out")
    assert read(tmp_path / "out" / CHECKPOINT).heads == log.heads()
    export(log, tmp_path / "signed", KEY)
    assert read(tmp_path / "signed" / CHECKPOINT, KEY).heads == log.heads()


def test_an_empty_log_is_a_folder_with_a_checkpoint(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    assert export(log, tmp_path / "out") == 0
    assert [*files(tmp_path / "out")] == [CHECKPOINT]
    log.close()


def test_the_files_are_for_their_owner_alone(log: SqliteLog, tmp_path: Path) -> None:
    export(log, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "out").rglob("*") if p.is_file()} == {0o600}


@pytest.mark.parametrize(
    "edit", ["val = 'other' WHERE seq = 3", "seq = 99 WHERE seq = 1", "item_id = NULL WHERE seq = 9"]
)
def test_a_log_that_was_changed_is_not_exported(log: SqliteLog, tmp_path: Path, edit: str) -> None:
    db = sqlite3.connect(log.path)
    db.execute("DROP TRIGGER event_no_update")
    db.execute(f"UPDATE event SET {edit}")
    db.commit()
    db.close()
    with pytest.raises(LogError, match="not those that were recorded"):
        export(log, tmp_path / "out")
    assert [p for p in tmp_path.iterdir() if p.is_dir()] == []


def test_a_write_that_fails_leaves_nothing(
    log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.os, "fsync", full)
    with pytest.raises(LogError, match=r"cannot write .*out: No space left on device"):
        export(log, tmp_path / "out")
    assert [p for p in tmp_path.iterdir() if p.is_dir()] == []


def test_what_a_killed_run_left_is_replaced_and_nothing_else(log: SqliteLog, tmp_path: Path) -> None:
    part = tmp_path / "out.part"
    (part / "source=acme").mkdir(parents=True)
    (part / "_dealt").mkdir()
    export(log, tmp_path / "out")
    assert not part.exists()
    (part / "photos").mkdir(parents=True)
    (tmp_path / "out").rename(tmp_path / "before")
    with pytest.raises(LogError, match="'photos' in it is no export's"):
        export(log, tmp_path / "out")
    assert (part / "photos").is_dir()


def test_a_folder_that_holds_something_or_is_a_link_is_refused(log: SqliteLog, tmp_path: Path) -> None:
    for name in ("full", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "notes").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("full", "link", "log.db"):
        with pytest.raises(ConfigError, match="is there already"):
            export(log, tmp_path / name)
    assert export(log, tmp_path / "empty") == 10
    assert (tmp_path / "full" / "notes").read_text() == "mine"


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A configured folder with a log of two events."""
    desk.jira("http://127.0.0.1:9")
    log = SqliteLog(desk.db, write=True)
    log.append("acme", EVENTS[:2], now=20)
    log.close()
    return desk


PARQUET = ("log", "export", "--format", "parquet")


def test_the_command_writes_a_folder_that_verify_takes_as_a_checkpoint(office: Desk) -> None:
    done = office.run(*PARQUET, "--out", "events")
    assert (done.code, done.out, done.err) == (0, "2 events exported to events\n", "")
    assert office.run("log", "verify", "--against", f"events/{CHECKPOINT}").code == 0
    assert len(entries(office.folder / "events")) == 2


@pytest.mark.parametrize("args", [PARQUET, ("log", "export", "--out", "events")])
def test_a_folder_goes_with_parquet_only(office: Desk, args: tuple[str, ...]) -> None:
    done = office.run(*args)
    assert (done.code, done.out) == (2, "")
    assert "--format parquet needs --out DIR" in done.err


def test_without_pyarrow_it_says_what_to_install(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = office.run(*PARQUET, "--out", "events")
    assert (done.code, "pip install 'tracker_sync[parquet]'" in done.err) == (2, True)
    assert not (office.folder / "events").exists()
    assert office.run("log", "export").code == 0


def test_columns_have_exact_types_and_moments_that_people_can_read(log: SqliteLog, tmp_path: Path) -> None:
    log.append("acme", [Noted(id="end", item="", ts=2**63 - 1, attr="Rank")], now=400)
    export(log, tmp_path / "out")
    time, number = pa.timestamp("us", tz="UTC"), pa.int64()
    [file] = (tmp_path / "out" / "source=acme" / f"month={NOWHERE}").iterdir()
    found = ds.dataset(file).to_table()
    other = {
        "seq": number,
        "rec_ts": number,
        "ts": number,
        "hash": pa.binary(),
        "happened": time,
        "recorded": time,
    }
    assert {f.name: f.type for f in found.schema if f.type != pa.string()} == other
    assert (found["happened"][0].as_py(), found["ts"][0].as_py()) == (None, 2**63 - 1)
    assert {
        (r["happened"] or EPOCH).timestamp() * 10**6 for r in rows(tmp_path / "out") if r["seq"] == 2
    } == {JANUARY}


class Growing(SqliteLog):
    """A log that another run appends to once an export has asked for its heads."""

    def read(self, **_: object) -> Iterator[Entry]:  # type: ignore[override]
        yield from [*super().read(), Entry(99, 400, "acme", EVENTS[0]), Entry(100, 400, "new", EVENTS[0])]


def test_events_that_come_in_meanwhile_are_in_the_checkpoint_too(log: SqliteLog, tmp_path: Path) -> None:
    growing = Growing(log.path)
    assert export(growing, tmp_path / "out") == 12
    heads = read(tmp_path / "out" / CHECKPOINT).heads
    assert {name: head.events for name, head in heads.items()} == {"acme": 6, "web": 5, "new": 1}
    growing.close()
