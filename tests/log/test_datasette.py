"""What Datasette is told of a log is true of it, and leaves nothing out."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from tracker_sync.events import Added, Changed, Event, Moved, Named, Opened, Removed
from tracker_sync.log import Skipped
from tracker_sync.log.sqlite import SqliteLog

DAY = 86_400_000_000
MAY = 1777593600_000000
"""2026-05-01."""
EVENTS: list[Event] = [
    Named(id="n1", item="", ts=0, attr="status", key="3", val="Done", means="done"),
    Opened(id="1:0", item="1", ts=MAY, actor="ada", val="PAY-1"),
    Added(id="1:0.1", item="1", ts=MAY, attr="title", key="", val="Export"),
    Added(id="1:0.2", item="1", ts=MAY, attr="status", key="1", val="Open"),
    Changed(id="1:c1.1", item="1", ts=MAY + 9 * DAY, attr="status", key="3", val="Done", old="Open"),
    Changed(id="1:c2.1", item="1", ts=MAY + 40 * DAY, attr="title", val="Export as PDF", old="Export"),
    Moved(id="1:c3.1", item="1", ts=MAY + 50 * DAY, val="CORE-7", old="PAY-1"),
    Opened(id="2:0", item="2", ts=MAY, val="PAY-2"),
    Removed(id="2:r1", item="2", ts=MAY + DAY, val="404"),
]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    log = SqliteLog(tmp_path / "tracker-sync.db", write=True)
    log.append("acme", EVENTS, now=MAY + 60 * DAY, skipped=[Skipped("PAY-9", "it has no 'id'", "{}")])
    log.close()
    db = sqlite3.connect(log.path)
    db.row_factory = sqlite3.Row
    yield db
    db.close()


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the file says of the database."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "datasette.yaml").read_text(encoding="utf-8"))
    [database] = found["databases"].items()
    assert database[0] == "tracker-sync"
    return dict(database[1])


def columns(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of every table and view."""
    names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    return {n: [r[1] for r in db.execute(f"PRAGMA table_info({n})")] for n in names if n[:7] != "sqlite_"}


def asked(db: sqlite3.Connection, told: dict[str, Any], name: str, **args: object) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(told["queries"][name]["sql"], args)]


def test_every_table_view_and_column_is_described_and_nothing_else(
    db: sqlite3.Connection, told: dict[str, Any]
) -> None:
    described = {name: [*table["columns"]] for name, table in told["tables"].items()}
    assert described == columns(db)
    assert all(table["title"] and table["description"] for table in told["tables"].values())
    assert all(
        isinstance(text, str) and text.strip()
        for t in told["tables"].values()
        for text in t["columns"].values()
    )


def test_a_label_is_a_column_of_its_table(told: dict[str, Any]) -> None:
    for table in told["tables"].values():
        for named in ("label_column", "sort_desc"):
            assert table.get(named) in (None, *table["columns"])


def test_every_view_can_be_selected_from(db: sqlite3.Connection) -> None:
    views = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    assert len(views) == 4
    for view in views:
        found = db.execute(f"SELECT * FROM {view}").fetchall()
        assert found or view == "states"


def test_foreign_keys_hold_and_lead_from_events_to_their_items(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    leads = {(r["from"], r["table"], r["to"]) for r in db.execute("PRAGMA foreign_key_list(event)")}
    assert leads == {("item_id", "item", "item_id"), ("source_id", "source", "source_id")}


def test_every_foreign_key_names_its_column(db: sqlite3.Connection) -> None:
    """Datasette 0.65 fails at a table of which one does not."""
    for table in columns(db):
        assert all(r["to"] for r in db.execute(f"PRAGMA foreign_key_list({table})"))


def test_an_event_has_names_and_times_that_people_can_read(db: sqlite3.Connection) -> None:
    found = dict(db.execute("SELECT * FROM events WHERE event_id = '1:c1.1'").fetchone())
    assert (found["source"], found["item"], found["val"]) == ("acme", "1", "Done")
    assert (found["happened"], found["recorded"]) == ("2026-05-10T00:00:00Z", "2026-06-30T00:00:00Z")


@pytest.mark.parametrize("ts", [-(2**63), 2**63 - 1, -1])
def test_any_time_can_be_shown(tmp_path: Path, ts: int) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    log.append("acme", [Opened(id="1:0", item="1", ts=ts, val="PAY-1")], now=1)
    assert (
        len(list(log.query("SELECT * FROM events"))) == len(list(log.query("SELECT * FROM items_now"))) == 1
    )
    log.close()


def test_items_now_are_what_they_became(db: sqlite3.Connection) -> None:
    found = {r["item"]: r for r in db.execute("SELECT * FROM items_now")}
    assert [found["1"][c] for c in ("key", "title", "status", "removed")] == [
        "CORE-7",
        "Export as PDF",
        "Done",
        0,
    ]
    assert (found["1"]["opened"], found["1"]["changed"]) == ("2026-05-01T00:00:00Z", "2026-06-20T00:00:00Z")
    assert [found["2"][c] for c in ("key", "title", "removed")] == ["PAY-2", None, 1]


def test_of_one_second_items_now_has_what_github_numbered_last(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    log.append("web", [
        Changed(id="5:e100", item="5", ts=MAY, attr="title", val="last"),
        Changed(id="5:e99", item="5", ts=MAY, attr="title", val="before"),
        Opened(id="5:0", item="5", ts=MAY, val="acme/web#1"),
        Added(id="5:0.1", item="5", ts=MAY, attr="title", key="", val="first"),
    ], now=1)  # fmt: skip
    assert list(log.query("SELECT key, title FROM items_now")) == [("acme/web#1", "last")]
    log.close()


def test_the_history_of_an_item_is_found_under_its_former_key(
    db: sqlite3.Connection, told: dict[str, Any]
) -> None:
    for key in ("PAY-1", "CORE-7"):
        kinds = [row[1] for row in asked(db, told, "item_history", key=key)]
        assert kinds == ["opened", "added", "added", "changed", "changed", "moved"]


def test_items_as_of_a_day_are_as_they_were(db: sqlite3.Connection, told: dict[str, Any]) -> None:
    assert asked(db, told, "items_as_of", as_of="2026-05-01", known_at="") == []
    then = asked(db, told, "items_as_of", as_of="2026-06-01", known_at="")
    assert then == [("acme", "PAY-1", "Export", "Done"), ("acme", "PAY-2", None, None)]
    assert asked(db, told, "items_as_of", as_of="2026-06-01", known_at="2026-06-30") == []


def test_verdicts_as_of_a_day_count_what_held_then(db: sqlite3.Connection, told: dict[str, Any]) -> None:
    values = "1, ?, ?, 'PAY-1', 't', 'p', NULL, '', 0, 0, 'sales', '[]', '[]', ?, ?, 'w', 0"
    for lo, hi, committed, verdict in (
        (MAY, MAY + 9 * DAY, None, "unknown"), (MAY + 9 * DAY, 2**63 - 1, MAY + 9 * DAY, "healthy")
    ):  # fmt: skip
        db.execute(f"INSERT INTO state VALUES ({values})", (lo, hi, committed, verdict))
    assert asked(db, told, "verdicts_as_of", as_of="2026-05-05") == [("acme", "unknown", 0, 1)]
    assert asked(db, told, "verdicts_as_of", as_of="2026-06-01") == [("acme", "healthy", 1, 0)]


def test_what_was_learned_late_comes_first_where_it_was_latest(
    db: sqlite3.Connection, told: dict[str, Any]
) -> None:
    found = asked(db, told, "learned_late", days="45")
    assert [row[7] for row in found] == sorted((row[7] for row in found), reverse=True)
    assert {row[5][:7] for row in found} == {"1970-01", "2026-05"}


def test_every_query_is_tested_above_or_here(db: sqlite3.Connection, told: dict[str, Any]) -> None:
    assert [*told["queries"]] == [
        "item_history", "items_as_of", "verdicts_as_of", "learned_late", "events_by_month"
    ]  # fmt: skip
    assert ("acme", "2026-05", 6, 2) in asked(db, told, "events_by_month")
