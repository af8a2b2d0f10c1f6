"""How each source stands: when it was last read, how much of it the log has, and what its tracker grants."""

from collections import Counter

from msgspec import Struct

from tracker_sync.config import Config, kind_of
from tracker_sync.log import EventLog
from tracker_sync.passes import Remembered, last_pass


class Standing(Struct, frozen=True):
    """How one source stands."""

    source: str
    kind: str
    last: Remembered | None
    """None: no pass was made yet."""
    cursor: str | None
    """How far it was read, in its own words."""
    items: int
    """Items in the log that its tracker still had when it was last asked."""
    set_aside: int
    """Records that could not be understood, over all passes."""

    def lag(self, now: int) -> int | None:
        """Microseconds since what had changed by then was sure to be in the log; None: nothing is."""
        return None if self.last is None or self.last.succeeded is None else now - self.last.succeeded


def standings(config: Config, log: EventLog) -> tuple[Standing, ...]:
    """Every configured source, in the configuration's order."""
    items, aside = present(log), set_aside(log)
    return tuple(
        Standing(
            s.name, kind_of(s), last_pass(log, s.name),
            log.cursor(s.name), items[s.name], aside[s.name],
        )
        for s in config.sources
    )  # fmt: skip


def present(log: EventLog) -> Counter[str]:
    """How many items each source has. An item is opened once, and removed and restored in turns."""
    counted = Counter[str]()
    for source, kind, n in log.query(
        "SELECT s.name, e.kind, count(*) FROM event e JOIN source s ON s.source_id = e.source_id"
        " WHERE e.kind IN ('opened', 'moved', 'removed', 'restored') GROUP BY s.name, e.kind"
    ):
        counted[source] += {"opened": n, "restored": n, "removed": -n}.get(kind, 0)
    return counted


def set_aside(log: EventLog) -> Counter[str]:
    """How many records of each source were set aside."""
    rows = log.query(
        "SELECT s.name, count(*) FROM skipped k JOIN source s ON s.source_id = k.source_id GROUP BY s.name"
    )
    return Counter(dict(rows))
