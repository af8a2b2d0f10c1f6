"""A log that leaves as lines of JSON comes back with the same hashes, or not at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.errors import LogError
from tracker_sync.events import Added, Changed, Commented, Event, Noted, Opened
from tracker_sync.log.jsonl import lines, load
from tracker_sync.log.sqlite import SqliteLog

ODD = 'Ünïcode "quoted",\n\t\u2028 and \x00 and </script>'
EVENTS: list[Event] = [
    Opened(id="1:0", item="1", ts=10, actor="ada", val="PAY-1"),
    Added(id="1:0.1", item="1", ts=10, attr="title", key="", val=ODD),
    Changed(id="1:c1.1", item="1", ts=20, attr="status", key="3", val="Done", old_key="1", old="To Do"),
    Changed(id="1:c2.1", item="1", ts=30, attr="status", val=None),
    Commented(id="1:m1", item="1", ts=40, key="1", val=""),
    Noted(id="1:c3.0", item="1", ts=50, attr="Rank"),
]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    log = SqliteLog(tmp_path / "log.db", write=True)
    log.append("acme", EVENTS[:3], now=100, cursor='{"at": 5}')
    log.append("web", EVENTS, now=200)
    log.append("acme", EVENTS[3:], now=300)
    yield log
    log.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SqliteLog]:
    log = SqliteLog(tmp_path / "other.db", write=True)
    yield log
    log.close()


def test_a_log_comes_back_with_the_same_hashes(log: SqliteLog, other: SqliteLog) -> None:
    assert load(other, lines(log)) == 12
    assert list(other.read()) == list(log.read())
    assert other.heads() == log.heads()
    assert other.verify() == (12, None)
    assert other.cursor("acme") == '{"at": 5}'
    assert list(lines(other)) == list(lines(log))


@given(val=st.text(st.characters(exclude_categories=["Cs"])) | st.none(), ts=st.integers(-(2**63), 2**63 - 1))
def test_any_value_comes_back(tmp_path_factory: pytest.TempPathFactory, val: str | None, ts: int) -> None:
    folder = tmp_path_factory.mktemp("any")
    log, other = (SqliteLog(folder / name, write=True) for name in ("a", "b"))
    log.append("acme", [Changed(id="1:c1.1", item="1", ts=ts, attr="title", val=val)], now=1)
    load(other, lines(log))
    assert other.heads() == log.heads()
    log.close()
    other.close()


def test_every_line_is_one_line(log: SqliteLog) -> None:
    assert all(len(line.splitlines()) == 1 for line in lines(log))


@pytest.mark.parametrize("missing", range(1, 13))
def test_an_export_that_lacks_a_line_is_refused(log: SqliteLog, other: SqliteLog, missing: int) -> None:
    found = [*lines(log)]
    with pytest.raises(LogError, match="not what its first line says"):
        load(other, found[:missing] + found[missing + 1 :])


def test_an_export_with_a_changed_line_is_refused(log: SqliteLog, other: SqliteLog) -> None:
    found = [line.replace('"ts":30', '"ts":31') for line in lines(log)]
    with pytest.raises(LogError, match="acme, web lacks lines or has others"):
        load(other, found)


@pytest.mark.parametrize("spoilt", ["", "[]", "{}", '{"kind": "no such"}', "{", '"text"'])
def test_a_line_that_is_no_event_is_named(log: SqliteLog, other: SqliteLog, spoilt: str) -> None:
    found = [*lines(log)]
    with pytest.raises(LogError, match="line 5: this is not an event"):
        load(other, [*found[:4], spoilt, *found[5:]])


@pytest.mark.parametrize("head", ["", "[]", '{"export": 1}', json.dumps({"export": 9, "sources": {}})])
def test_a_file_that_is_no_export_is_refused(other: SqliteLog, head: str) -> None:
    with pytest.raises(LogError, match="line 1: "):
        load(other, [head])
