"""One pass over one source: its pages into the log, each with its cursor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tracker_sync.events import Added, Changed, Dropped, Event, Opened, Stated
from tracker_sync.log import PEOPLE, EventLog, Skipped
from tracker_sync.sources import Batch, Progress, Seen, Source
from tracker_sync.state import State, replay

MANY_VALUED = {"labels", "components", "fix_versions", "versions", "links", "assignees", "comment"}


@dataclass(slots=True)
class Synced:
    """What one pass brought."""

    source: str
    new: int = 0
    seen: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def sync(
    source: Source,
    log: EventLog,
    *,
    now: int,
    show: Callable[[Progress], None] = lambda _: None,
) -> Synced:
    """Pull what changed since the log's cursor; each page is committed together with its cursor.

    Raises what the source raises; the pages before it are in the log, the next pass goes on there.
    """
    done = Synced(source.name)
    for batch in source.pull(log.cursor(source.name)):
        events = [*news(batch, log, source.name)]
        appended = log.append(source.name, events, now=now, cursor=batch.cursor, skipped=batch.skipped)
        done.new += appended.new
        done.seen += appended.seen
        done.skipped += appended.skipped
        show(batch.progress)
    return done


def news(batch: Batch, log: EventLog, source: str) -> Iterator[Event]:
    """The batch's events, and an observation for every edit that the tracker did not log.

    An item's opening, found by rewinding, is only said once: what a later rewind finds different
    is such an edit, and no reason to rewrite what the log holds.
    """
    known: dict[str, dict[str, Event]] = {}
    for entry in log.read(source=source, items=batch.present):
        known.setdefault(entry.event.item, {})[entry.event.id] = entry.event
    fresh: dict[str, list[Event]] = {}
    for event in batch.events:
        before = known.get(event.item, {})
        if before and (isinstance(event, Opened) or event.id.startswith(f"{event.item}:0.")):
            continue
        yield event
        if event.id not in before:
            fresh.setdefault(event.item, []).append(event)
    for item, seen in batch.present.items():
        events = [*known.get(item, {}).values(), *fresh.get(item, [])]
        yield from observed(item, events, seen)


def observed(item: str, events: list[Event], seen: Seen) -> Iterator[Event]:
    """The events that lead from what `events` fold to, to what the tracker shows."""
    state = replay({}, sorted(events, key=lambda e: e.ts))
    wanted = seen.state
    past = [e.id for e in events if e.id.startswith(f"{item}:o")]
    nth = 1 + max((int(i.partition(":o")[2].partition(".")[0]) for i in past), default=0)
    at = max([seen.at, *(e.ts for e in events)])
    edits = (
        edit
        for attr in sorted((state.keys() | wanted.keys()) - seen.hidden)
        for edit in _edits(attr, state, wanted)
    )
    for n, (attr, key, old, new) in enumerate(edits, 1):
        event_id = f"{item}:o{nth}.{n}"
        if attr not in MANY_VALUED and new is not None and len(wanted[attr]) == 1:
            old_key, was = next(iter(state.get(attr, {}).items()), ("", None))
            yield Changed(id=event_id, item=item, ts=at, attr=attr, key=key, val=new,
                          old_key=old_key, old=was)  # fmt: skip
        elif new is not None:
            yield Added(id=event_id, item=item, ts=at, attr=attr, key=key, val=new)
        elif key in state.get(attr, {}):
            yield Dropped(id=event_id, item=item, ts=at, attr=attr, key=key, val=old or "")


def _edits(attr: str, state: State, wanted: State) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(attribute, key, value that was, value that is) of each difference."""
    was, now = state.get(attr, {}), wanted.get(attr, {})
    for key in sorted(was.keys() - now.keys()):
        if attr in MANY_VALUED or len(now) != 1:
            yield attr, key, was[key], None
    for key in sorted(now):
        if was.get(key) != now[key]:
            yield attr, key, was.get(key), now[key]
    # A single value takes the place of all others; where it is there already, they have to go.
    if attr not in MANY_VALUED and len(now) == 1 and now.items() <= was.items():
        for key in sorted(was.keys() - now.keys()):
            yield attr, key, was[key], None


def state_input(log: EventLog, attr: str, text: str, *, now: int) -> bool:
    """Record an input to judgement (the strategy's text) where it is not what was stated last."""
    last = None
    count = 0
    for entry in log.read(source=PEOPLE):
        if isinstance(entry.event, Stated) and entry.event.attr == attr:
            last, count = entry.event.val, count + 1
    if last == text:
        return False
    event = Stated(id=f"{attr}.{count + 1}", item="", ts=now, attr=attr, val=text)
    log.append(PEOPLE, [event], now=now)
    return True
