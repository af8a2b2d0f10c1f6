"""How far one repository of GitHub was read: the part of the cursor that is about it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from tracker_sync.errors import MALFORMED
from tracker_sync.sources import microseconds

OVERLAP = 60_000_000
"""Microseconds. Clocks and replicas differ: each run re-reads this much."""
REPLICA = 5_000_000
"""How old an edit is before nobody shows its issue without another edit of the same second."""
MOST_NEAR = 500
SECOND = 1_000_000


class Place(Struct, frozen=True):
    """How far one repository was read."""

    at: int = 0
    """The newest `updated_at` read, in microseconds."""
    etag: str | None = None
    """Stands for the list of issues as it was before the last whole pull: while GitHub says it has
    not changed, there is nothing to read."""
    near: dict[str, int] = field(default_factory=dict)
    """id → update time of what was read within the overlap, so that it is not read in vain again."""
    event: str = ""
    """The newest of the repository's events read (only where they are read as one list)."""
    commented: int = 0
    """The newest comment read, likewise."""
    walk: dict[str, Any] = field(default_factory=dict)
    """A walk through all events that was interrupted: the next page, the newest event, and up to
    which update time of an issue the events are complete."""
    owed: tuple[int, ...] = ()
    """Numbers of issues that were listed, and of which something was missing when it was asked for."""
    lists: bool = False
    """Whether it was read without GraphQL: with one, it is read again from its start."""

    @classmethod
    def parse(cls, value: Any) -> "Place":
        """The place of a cursor's JSON; older logs held the bare update time."""
        return cls(value) if isinstance(value, int) else cls(**value | {"owed": tuple(value.get("owed", ()))})

    def after(self, records: Iterable[Any], until: int | None, now: int) -> "Place":
        """The place once these records are read, and everything updated up to `until`; `now` is GitHub's
        own time at which they were read.

        Update times are whole seconds: in the second of its last edit, an issue may be edited again.
        """
        at = max(self.at, until or 0)
        marks = self.near | {i: t for i, t in map(mark, records) if 0 < t < min(at, now - REPLICA)}
        near = sorted((t, i) for i, t in marks.items() if t >= at - OVERLAP)[-MOST_NEAR:]
        return replace(self, at=at, near={i: t for t, i in near})


def mark(raw: Any) -> tuple[str, int]:
    """The record's id, and its update time in microseconds; 0 where it cannot be read."""
    try:
        return str(raw["id"]), microseconds(raw["updated_at"])
    except MALFORMED:
        return raw_id(raw), 0


def raw_id(raw: Any) -> str:
    """The id of a record that may be anything."""
    return str(raw.get("id")) if isinstance(raw, dict) else repr(raw)


def is_pull(raw: Any) -> bool:
    """Whether the issue is a pull request."""
    return isinstance(raw, dict) and bool(raw.get("pull_request"))


def iso(at: int) -> str:
    """A time as GitHub's `since` wants it."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
