"""Which items pass something else down than they did: most of what happens to them changes nothing below."""

from collections.abc import Iterable
from operator import attrgetter

from tracker_sync.events import Event, Moved, Opened, Removed, Restored
from tracker_sync.log import Entry, EventLog
from tracker_sync.states.changed import place
from tracker_sync.states.kin import Kin, Place
from tracker_sync.states.refold import entries_of, handed, names
from tracker_sync.tagging import Judgement


def stirring(
    log: EventLog, judgement: Judgement, kin: Kin, places: set[Place], entries: Iterable[Entry], since: int
) -> set[Place]:
    """Those of some items that are above others and pass something else down than by the events up to `since`
    or may be above others than they were. `entries` are those of items about which there is something new."""
    found = {place(e.source, e.event.item) for e in entries if e.seq > since and _ties(e.event)}
    heads = kin.heads(places - found)
    if heads:
        every = sorted([*names(log), *entries_of(log, kin.above(heads))], key=attrgetter("seq"))
        was, now = handed([e for e in every if e.seq <= since], judgement), handed(every, judgement)
        found |= {head for head in heads if was.get(head) != now.get(head)}
    return found


def _ties(event: Event) -> bool:
    """Whether an event may say who is above whom, or which of them are there."""
    return isinstance(event, Opened | Moved | Removed | Restored) or getattr(event, "attr", "") in (
        "parent", "sub_issues",
    )  # fmt: skip
