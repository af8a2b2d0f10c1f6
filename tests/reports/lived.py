"""A log lived again: the same events, learned week by week, some of them late, and inputs told on the way."""

import random
from collections.abc import Callable
from pathlib import Path

from tracker_sync.log import PEOPLE, Entry, EventLog
from tracker_sync.log.sqlite import SqliteLog

WEEK = 7 * 24 * 60 * 60 * 1_000_000
LATE = 0.1
"""The part of the events that is learned up to two months after it happened."""


def relived(
    entries: list[Entry], path: Path, r: random.Random, after: Callable[[EventLog], object] = id
) -> SqliteLog:
    """A new log at `path`; `after` is called after some of the weeks, as a run would keep what it worked
    out."""
    first = min(e.event.ts for e in entries if e.event.ts > 0 and e.source != PEOPLE)
    weeks: dict[int, list[Entry]] = {}
    for entry in entries:
        happened = max(entry.event.ts, first)
        if entry.source == PEOPLE:
            happened = first + r.randrange(2, 60) * WEEK
        late = r.randrange(1, 9) if r.random() < LATE else 0
        weeks.setdefault((happened - first) // WEEK + 1 + late, []).append(entry)
    log = SqliteLog(path, write=True)
    for week, told in sorted(weeks.items()):
        for source in sorted({e.source for e in told}):
            log.append(source, [e.event for e in told if e.source == source], now=first + week * WEEK)
        if r.random() < 0.05:
            after(log)
    return log
