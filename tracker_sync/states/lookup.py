"""Finds the events of the items that go by a key, and of those around them, without reading the whole log."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from tracker_sync.log import Entry, EventLog
from tracker_sync.states.changed import touched
from tracker_sync.states.kin import Kin, Place, facts
from tracker_sync.states.marks import marks_of
from tracker_sync.states.refold import entries_of, names


def around(
    log: EventLog, keys: Sequence[str], known_at: int | None = None, *, below: bool = True
) -> Iterator[Entry]:
    """What happened to all items that ever had one of these keys (`PAY-12` or `acme:PAY-12`), to all that
    were ever below them unless that is not asked for, and to all that were ever above any of these, with what
    ids are called: in the order of the log, and as far as it knew it then. Everything, where the log does not
    keep who is whose."""
    kept = marks_of(log)
    if kept is None:
        yield from log.read(known_at=known_at)
        return
    kin = Kin(log, *facts(entries_of(log, touched(log, kept.seq))))
    meant = kin.having(_meant(log, keys))
    places = kin.above(kin.below(meant) if below else meant)
    yield from sorted([*names(log, known_at), *entries_of(log, places, known_at)], key=attrgetter("seq"))


def _meant(log: EventLog, keys: Sequence[str]) -> set[Place]:
    """(source, key) of all that people may mean."""
    sources = [name for (name,) in log.query("SELECT name FROM source")]
    return {(s, meant) for s in sources for key in keys for meant in (key, key.removeprefix(f"{s}:"))}
