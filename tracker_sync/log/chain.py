"""The hash chain and what every backend does with it: link new events, tell them from known ones, verify."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tracker_sync.errors import MALFORMED, LogError
from tracker_sync.events import Event, Row, canonical, canonical_row, from_row
from tracker_sync.log import Broken, Head, Skipped

GENESIS = bytes(32)
"""The head of a source without events."""


class Link(NamedTuple):
    """An event as a backend has it stored."""

    seq: int
    recorded_at: int
    source: str
    row: Row
    hash: bytes


class Sorted(NamedTuple):
    """The rows of a page, as told from what the log holds."""

    new: list[Row]
    seen: int
    clashes: list[Skipped]
    """Rows that say something else under a known id."""


def hash_of(head: bytes, row: Row, recorded_at: int) -> bytes:
    """Each event's hash covers its canonical bytes and the hash before it."""
    return hashlib.sha256(head + canonical_row(row, recorded_at).encode()).digest()


def hashes(head: bytes, rows: Iterable[Row], recorded_at: int) -> Iterator[bytes]:
    """The hashes of rows that continue a chain."""
    for row in rows:
        head = hash_of(head, row, recorded_at)
        yield head


def sort_out(rows: Iterable[Row], known: Mapping[str, Row]) -> Sorted:
    """Which rows are new, how many the log has, and which say something else under a known id."""
    known = dict(known)
    new: list[Row] = []
    seen, clashes = 0, list[Skipped]()
    for row in rows:
        before = known.get(row.event_id)
        if before is None:
            known[row.event_id] = row
            new.append(row)
        elif row in (before, before._replace(actor=None)):  # accounts get deleted
            seen += 1
        else:
            why = f"event {row.event_id} now reads differently from what the log holds"
            clashes.append(Skipped(row.item, why, canonical(row._asdict())))
    return Sorted(new, seen, clashes)


def present_keys(rows: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """The key of each item that is not lost, from (item, kind, key) of the events that say so, in order."""
    found: dict[str, str] = {}
    lost: set[str] = set()
    for item, kind, key in rows:
        if kind in ("opened", "moved"):
            found[item] = key
        (lost.add if kind == "removed" else lost.discard)(item)
    return {item: key for item, key in found.items() if item not in lost}


def event_of(place: object, seq: int, row: tuple[Any, ...]) -> Event:
    """The event of a stored row; raises LogError, which names the place, where it is none any more."""
    try:
        return from_row(row)
    except MALFORMED:
        raise LogError(
            f"{place}: row {seq} is no event: the log is damaged. `tracker-sync log verify` says more; "
            "restore it from a backup, or sync again into a new one"
        ) from None


def walk(
    links: Iterable[Link], ends: Callable[[], Iterable[tuple[str, bytes]]], against: Mapping[str, Head]
) -> tuple[int, Broken | None]:
    """How many events were checked, and the first that does not hold, as `EventLog.verify` has it.

    `ends` gives, after the events, the recorded end of each source's chain.
    """
    heads: dict[str, bytes] = {}
    counts = Counter[str]()
    for seq, recorded_at, name, row, stored in links:
        # A text that became bytes cannot be hashed, and has been changed for certain.
        bytes_in = any(isinstance(v, bytes) for v in row)
        expected = b"" if bytes_in else hash_of(heads.get(name, GENESIS), row, recorded_at)
        if stored != expected:
            return counts.total(), Broken(name, seq, row.event_id, "it was changed after it was recorded")
        heads[name] = expected
        counts[name] += 1
        mark = against.get(name)
        if mark is not None and mark.events == counts[name] and mark.hash != expected.hex():
            why = f"it is not event {mark.events} of the checkpoint: the chain was written anew"
            return counts.total() - 1, Broken(name, seq, row.event_id, why)
    for name, end in ends():
        if heads.get(name, GENESIS) != end:
            return counts.total(), Broken(name, 0, "", "the end of its chain is missing")
    for name, mark in against.items():
        if counts[name] < mark.events:
            why = f"the checkpoint has {mark.events} events and the log {counts[name]}: it was rolled back"
            return counts.total(), Broken(name, 0, "", why)
    return counts.total(), None
