"""What a log knows beside its items is found without looking at every event."""

from pathlib import Path

from tests.states.test_stored import judged, opened
from tracker_sync.events import Opened
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.states import keeping
from tracker_sync.states.aside import UNLOGGED
from tracker_sync.states.openers import openers


def test_what_no_tracker_logged_is_looked_up_item_by_item_in_the_index_of_ids(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    plan = [how for *_, how in log.query(f"EXPLAIN QUERY PLAN {UNLOGGED}", (0,))]
    log.close()
    assert [how for how in plan if " e " in how] == [
        "SEARCH e USING INDEX sqlite_autoindex_event_1 (source_id=? AND event_id>? AND event_id<?)"
    ]


def test_who_opened_how_many_items_is_counted_on_from_what_is_kept(tmp_path: Path) -> None:
    config, log = opened(tmp_path)
    by = [Opened(id=f"{n}:0", item=f"{n}", ts=n, val=f"A-{n}", actor=who) for n, who in enumerate("aab", 1)]
    log.append("o", by[:2], now=1)
    keeping.refresh(log, *judged(config, log))
    log.rewrite([("UPDATE projection SET val = ? WHERE name = 'openers'", [('[["o","a",7]]',)])])
    log.append("o", [*by[2:], Opened(id="4:0", item="4", ts=4, val="A-4", actor="a")], now=2)
    for _ in range(2):
        assert openers(log) == {("o", "a"): 8, ("o", "b"): 1}
        keeping.refresh(log, *judged(config, log))
    keeping.rebuild(log, *judged(config, log))
    assert openers(log) == {("o", "a"): 3, ("o", "b"): 1}
    assert openers(log, known_at=1) == {("o", "a"): 2}
    log.close()
