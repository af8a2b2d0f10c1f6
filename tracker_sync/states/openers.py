"""Who opened how many items: counted when lives are kept, so that no report looks at every event for it."""

import json
from collections import Counter

from tracker_sync.events import canonical
from tracker_sync.log import EventLog
from tracker_sync.states import FOREVER
from tracker_sync.states.marks import marks_of

NAME = "openers"
"""Of what is kept, in the table `projection`."""
Openers = Counter[tuple[str, str]]
"""By source and account, how many items it opened."""
_COUNT = """
SELECT s.name, e.actor, count(*) FROM event e JOIN source s ON s.source_id = e.source_id
WHERE e.seq > ? AND e.seq <= ? AND e.kind = 'opened' AND e.actor IS NOT NULL AND e.rec_ts <= ?
GROUP BY s.name, e.actor
"""


def openers(log: EventLog, known_at: int | None = None) -> Openers:
    """By all that the log holds, or held then."""
    kept, after = _kept(log) if known_at is None else (Openers(), 0)
    return kept + _counted(log, after, FOREVER, known_at)


def to_keep(log: EventLog, seq: int, *, anew: bool = False) -> str:
    """What to keep of the events up to a number, as text; `anew`: without what is kept."""
    kept, after = (Openers(), 0) if anew else _kept(log)
    found = kept + _counted(log, after, seq)
    return canonical(sorted([source, account, n] for (source, account), n in found.items()))


def _kept(log: EventLog) -> tuple[Openers, int]:
    """(what is kept, up to which event); of a log that keeps none, nothing."""
    if (marks := marks_of(log)) is None:
        return Openers(), 0
    for (text,) in log.query("SELECT val FROM projection WHERE name = ?", (NAME,)):
        return Openers({(source, account): n for source, account, n in json.loads(text)}), marks.seq
    return Openers(), 0


def _counted(log: EventLog, after: int, until: int, known_at: int | None = None) -> Openers:
    rows = log.query(_COUNT, (after, until, FOREVER if known_at is None else known_at))
    return Openers({(source, account): n for source, account, n in rows})
