"""What the lives that a log keeps rest on, to tell whether they are those of all its events."""

from contextlib import suppress
from typing import NamedTuple

from tracker_sync.errors import LogError
from tracker_sync.log import EventLog
from tracker_sync.states.columns import SHAPE


class Marks(NamedTuple):
    """What the kept lives rest on."""

    seq: int
    """The last event."""
    inputs: str
    """The fingerprint of what they were judged by."""
    last_ts: int
    """The last thing a tracker said, in microseconds UTC."""
    shape: str
    """Of the columns."""
    whole: int
    """How many blocks there were when all was made anew."""


def marks_of(log: EventLog) -> Marks | None:
    """What the log's kept lives rest on; None where it keeps none."""
    with suppress(LogError):  # a log of an earlier schema, which is only read, has no such table
        found = dict(log.query("SELECT name, val FROM projection WHERE name <> 'openers'"))
        if found.get("shape") == SHAPE:
            seq, last_ts, whole = (int(found[name]) for name in ("seq", "last_ts", "whole"))
            return Marks(seq, found["inputs"], last_ts, SHAPE, whole)
    return None


def newest(log: EventLog) -> int:
    """The number of the log's last event."""
    [(seq,)] = log.query("SELECT max(seq) FROM event")
    return seq or 0
