"""A log as lines of JSON and back: the same events in the same order, and so the same hashes.

The first line is a head: the checkpoint of what follows, and how far each source was read. Each line after
it is an event as `Row` has it, with its source and when it was recorded.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from tracker_sync.errors import MALFORMED, LogError
from tracker_sync.events import Event, Row, canonical, from_row, to_row, validate
from tracker_sync.log import EventLog, Head
from tracker_sync.log.checkpoint import heads_of
from tracker_sync.plain import disarmed_json

VERSION = 1


class Line(NamedTuple):
    """An event of an export."""

    source: str
    recorded_at: int
    event: Event


def lines(log: EventLog) -> Iterator[str]:
    """The log's lines, without their ends."""
    heads = {name: head for name, head in log.heads().items() if head.events}
    sources = {
        name: {"events": head.events, "hash": head.hash, "cursor": log.cursor(name)}
        for name, head in heads.items()
    }
    yield disarmed_json(canonical({"export": VERSION, "sources": sources}))
    for entry in log.read():
        row = to_row(entry.event)._asdict()
        yield disarmed_json(canonical(row | {"source": entry.source, "rec_ts": entry.recorded_at}))


def load(log: EventLog, text: Iterable[str]) -> int:
    """Append the lines of an export to an empty log; how many events there were.

    Raises LogError, with the number of the line, for one that is none, and where what comes out is not what
    the export says it is.
    """
    numbered = enumerate(text, 1)
    heads, cursors = _head(next(numbered, (1, ""))[1])
    read = (_line(n, line) for n, line in numbered)
    for (source, recorded_at), some in groupby(read, key=lambda one: (one.source, one.recorded_at)):
        log.append(source, [one.event for one in some], now=recorded_at)
    if (found := log.heads()) != heads:
        differ = sorted(s for s in found.keys() | heads.keys() if found.get(s) != heads.get(s))
        raise LogError(
            f"the export is not what its first line says: {', '.join(differ)} lacks lines or has others"
        )
    for source, cursor in cursors.items():
        log.append(source, [], now=0, cursor=cursor)
    return sum(head.events for head in found.values())


def _head(line: str) -> tuple[dict[str, Head], dict[str, str | None]]:
    try:
        told = json.loads(line)
        if told["export"] != VERSION:
            raise LogError(f"line 1: an export of version {told['export']}, and this program knows {VERSION}")
        return heads_of(told["sources"]), {s: h["cursor"] for s, h in told["sources"].items()}
    except MALFORMED:
        raise LogError("line 1: this is not the head of an export of a log") from None


def _line(number: int, line: str) -> Line:
    try:
        told: dict[str, Any] = json.loads(line)
        source, recorded_at = str(told.pop("source")), int(told.pop("rec_ts"))
        [event] = validate([from_row(Row(**told))])
    except MALFORMED:
        raise LogError(f"line {number}: this is not an event of an export") from None
    return Line(source, recorded_at, event)
