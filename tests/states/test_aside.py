"""What a log knows beside its items is found without looking at every event."""

from pathlib import Path

from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.states.aside import UNLOGGED


def test_what_no_tracker_logged_is_looked_up_item_by_item_in_the_index_of_ids(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db", write=True)
    plan = [how for *_, how in log.query(f"EXPLAIN QUERY PLAN {UNLOGGED}", (0,))]
    log.close()
    assert [how for how in plan if " e " in how] == [
        "SEARCH e USING INDEX sqlite_autoindex_event_1 (source_id=? AND event_id>? AND event_id<?)"
    ]
