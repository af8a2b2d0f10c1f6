"""The contract of an event log: append-only, idempotent, hash-chained, one cursor per source."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from tracker_sync.events import Event

PEOPLE = "people"
"""The source of what people here said (tags, strategy versions). Trackers may not use the name."""


class Skipped(Struct, frozen=True):
    """A record of the tracker that could not be understood, kept raw."""

    item: str
    """The key or id of the item, as far as it could be read."""
    reason: str
    raw: str
    """The tracker's JSON, as text."""


class Appended(Struct, frozen=True):
    """What one append did: events that were new, events the log already had, and what it set aside."""

    new: int
    seen: int
    skipped: tuple[Skipped, ...] = ()


class Entry(NamedTuple):
    """An event in its place in the log."""

    seq: int
    recorded_at: int
    """When this log learned of it, in microseconds UTC."""
    source: str
    event: Event


class Broken(Struct, frozen=True):
    """The first place where a source's chain does not hold."""

    source: str
    seq: int
    event_id: str
    why: str


class Head(Struct, frozen=True):
    """How far a source's chain goes."""

    events: int
    hash: str
    """Of its last event, in hexadecimal."""


class EventLog(Protocol):
    """Where events are kept. Nothing in it is ever changed or deleted."""

    def append(
        self,
        source: str,
        events: Iterable[Event],
        *,
        now: int,
        cursor: str | None = None,
        skipped: Iterable[Skipped] = (),
        remember: Mapping[str, str] = MappingProxyType({}),
    ) -> Appended:
        """Add what is new, and move the cursor, in one transaction; `now` is in microseconds.

        `remember` is kept beside the log for `recall`: what a source would otherwise ask again.
        """

    def cursor(self, source: str) -> str | None:
        """How far the source has been read, in the source's own words; None: not at all."""

    def recall(self, source: str) -> dict[str, str]:
        """What the source asked to be remembered; a convenience, never a fact."""

    def keys(self, source: str) -> dict[str, str]:
        """The items that the source has not lost, each with its present key: id → key."""

    def read(
        self,
        *,
        source: str | None = None,
        items: Iterable[str] | None = None,
        known_at: int | None = None,
    ) -> Iterator[Entry]:
        """Entries in order of sequence; all, or those of one source, items, or known by then.

        The item "" stands for what is said of no item: what ids are called.
        """

    def skipped(self) -> Iterator[tuple[str, Skipped]]:
        """What was set aside so far, with its source."""

    def heads(self) -> dict[str, Head]:
        """The head of each source's chain, by the name of the source."""

    def verify(self, against: Mapping[str, Head] = MappingProxyType({})) -> tuple[int, Broken | None]:
        """How many events were checked, and the first that does not hold; `against` earlier heads, also
        the first that is not the event it was then: a chain written anew holds by itself.
        """

    def query(self, sql: str, args: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT in the SQL that SQLite and PostgreSQL share; `?` stands for an argument."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All that is read within is the log of one moment, whatever others write meanwhile."""

    def reader(self) -> "EventLog":
        """The same log, opened once more to read it: in another process, for example."""

    def rewrite(self, statements: Iterable[tuple[str, Iterable[Sequence[object]]]]) -> None:
        """Execute each SQL text once for each row of its arguments, all in one transaction.

        For tables that can be made anew from the events, and never for the events.
        """

    def lease(self, source: str) -> AbstractContextManager[None]:
        """Have a source for oneself: two workers do not pull it at once. Raises LogBusy, at once, where
        another has it; ends with the connection at the latest.
        """

    def close(self) -> None:
        """Let go of the file or connection."""
