"""One pass over one source: its pages into the log, each with its cursor."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from msgspec import Struct, field

from tracker_sync.events import (
    Added,
    Changed,
    Dropped,
    Event,
    Moved,
    Named,
    Noted,
    Opened,
    Removed,
    Restored,
    ordered,
)
from tracker_sync.log import EventLog, Skipped
from tracker_sync.sources import Ask, Batch, Progress, Seen, Source
from tracker_sync.state import State, replay, rewind, values_of

MANY_VALUED = {
    "labels", "components", "fix_versions", "versions", "links", "assignees", "comment",
    "remote_links", "sub_issues", "projects",
}  # fmt: skip
AT_OPENING = {"key", "title", "type", "project", "reporter", "body"}
"""What an item had from the start even where its tracker tells no history: the rest may be newer."""


class Synced(Struct):
    """What one pass brought."""

    source: str
    new: int = 0
    seen: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    """In order, each once."""
    partial: bool = False


def sync(
    source: Source,
    log: EventLog,
    done: Synced | None = None,
    *,
    now: int,
    full: bool = False,
    item: str | None = None,
    within: bool = False,
    show: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Synced:
    """Pull what changed since the log's cursor; each page is committed together with its cursor.

    What it brings is added to `done` as it goes, so that it can be told also where the pull fails.
    `full` also looks for deletions and for changes that moved no update time; `item` pulls that one alone,
    `within` only if it is one of those that the configuration asks for. `stop` is asked after each page.
    Raises what the source raises; the pages before it are in the log, and the next pass goes on there.
    """
    done = done or Synced(source.name)
    names = Names(log, source.name)
    ask = Ask(
        now=now, cursor=log.cursor(source.name), remembered=log.recall(source.name), full=full,
        item=item, within=within, known=lambda: log.keys(source.name),
    )  # fmt: skip
    for batch in source.pull(ask):
        events = [*names.news(batch.names), *news(batch, log, source.name, now)]
        appended = log.append(
            source.name, events, now=now, cursor=batch.cursor, skipped=batch.skipped,
            remember=batch.remember,
        )  # fmt: skip
        done.new += appended.new
        done.seen += appended.seen
        done.skipped += appended.skipped
        done.notes |= dict.fromkeys(batch.notes)
        done.partial |= batch.partial
        show(batch.progress)
        if stop():
            break
    return done


class Names:
    """What the log says the ids of a source are called, and what of a page's names is news to it."""

    def __init__(self, log: EventLog, source: str) -> None:
        self._said: dict[tuple[str, str], tuple[str, str]] = {}
        self._ids: set[str] = set()
        for entry in log.read(source=source, items=[""]):
            if isinstance(entry.event, Named):
                self._note(entry.event)

    def news(self, names: Iterable[Named]) -> Iterator[Named]:
        """The names that changed. One that is taken up again says so under a new id."""
        for name in names:
            if self._said.get((name.attr, name.key)) == (name.val, name.means):
                continue
            nth, fresh = 1, name
            while fresh.id in self._ids:
                nth += 1
                fresh = replace(name, id=f"{name.id}.{nth}")
            self._note(fresh)
            yield fresh

    def _note(self, name: Named) -> None:
        self._said[name.attr, name.key] = name.val, name.means
        self._ids.add(name.id)


def news(batch: Batch, log: EventLog, source: str, now: int) -> Iterator[Event]:
    """The batch's events; the opening of each new item; and an observation for every edit that the
    tracker did not log.

    An opening, found by rewinding, is only said once: what a later rewind finds different is such
    an edit, and no reason to rewrite what the log holds.
    """
    known: dict[str, dict[str, Event]] = {}
    for entry in log.read(source=source, items={*batch.present, *batch.gone}):
        known.setdefault(entry.event.item, {})[entry.event.id] = entry.event
    fresh: dict[str, list[Event]] = {}
    for event in batch.events:
        if event.item not in batch.present:
            yield event
        elif event.id not in known.get(event.item, {}):
            fresh.setdefault(event.item, []).append(event)
    for item, seen in batch.present.items():
        before = [*known.get(item, {}).values()]
        events = [*ordered([*before, *fresh.get(item, [])])]
        start = [] if any(isinstance(e, Opened) for e in before) else opening(item, seen, events)
        yield from start
        yield from fresh.get(item, [])
        if is_removed(before):
            yield Restored(id=f"{item}:y{_nth(before, Restored)}", item=item, ts=_after(before, now))
        yield from observed(item, [*start, *events], seen)
    for item, why in batch.gone.items():
        before = [*known.get(item, {}).values()]
        if before and not is_removed(before):
            yield Removed(
                id=f"{item}:x{_nth(before, Removed)}", item=item, ts=_after(before, now), val=why
            )  # fmt: skip


def is_removed(events: Iterable[Event]) -> bool:
    """Whether the tracker does not have the item any more, by the last that was said of it."""
    last = [e for e in events if isinstance(e, Removed | Restored)]
    return bool(last) and isinstance(last[-1], Removed)


def _nth(events: list[Event], kind: type[Event]) -> int:
    return 1 + sum(isinstance(e, kind) for e in events)


def _after(events: list[Event], now: int) -> int:
    """When we saw it; after all that happened before it, whatever our clock says."""
    return max([now, *(e.ts + 1 for e in events)])


def opening(item: str, seen: Seen, history: list[Event]) -> list[Event]:
    """The item's creation and the values it was created with, found by rewinding its history.

    Where the tracker tells no history of an attribute, its value counts from when it is known to be so.
    """
    state = rewind(seen.state, history)
    keys = state.pop("key", {"": item})
    ts = min([seen.opened_at, *(e.ts for e in history)])
    started = {
        attr: max(ts, seen.since.get(attr, ts if attr in AT_OPENING else seen.history_from or ts))
        for attr in state
    }
    found: list[Event] = [Opened(id=f"{item}:0", item=item, ts=ts, actor=seen.reporter, val=keys.get("", ""))]
    found += [
        Added(id=f"{item}:0.{n}", item=item, ts=started[v.attr], actor=seen.reporter, attr=v.attr,
              key=v.key, val=v.val)
        for n, v in enumerate(values_of(state), 1)
    ]  # fmt: skip
    if seen.history_from is not None:
        found.append(Noted(id=f"{item}:0.h", item=item, ts=seen.history_from, attr="history_from"))
    return found


def observed(item: str, events: list[Event], seen: Seen) -> Iterator[Event]:
    """The events that lead from what `events` fold to, to what the tracker shows."""
    state = replay({}, ordered(events))
    wanted = seen.state
    past = [e.id for e in events if e.id.startswith(f"{item}:o")]
    nth = 1 + max((int(i.partition(":o")[2].partition(".")[0]) for i in past), default=0)
    last: dict[str, int] = {}
    for e in events:
        attr = getattr(e, "attr", "")
        last[attr] = max(e.ts, last.get(attr, 0))
    edits = (
        edit
        for attr in sorted((state.keys() | wanted.keys()) - seen.hidden)
        for edit in _edits(attr, state, wanted)
    )
    for n, (attr, key, old, new) in enumerate(edits, 1):
        head: dict[str, Any] = {"id": f"{item}:o{nth}.{n}", "item": item}
        at = max(seen.since.get(attr, seen.at), last.get(attr, 0))
        if attr == "key" and new is not None:  # a project that was given another key tells no issue so
            yield Moved(**head, ts=at, val=new, old=next(iter(state.get(attr, {}).values()), ""))
        elif attr not in MANY_VALUED and new is not None and len(wanted[attr]) == 1:
            old_key, was = next(iter(state.get(attr, {}).items()), ("", None))
            yield Changed(**head, ts=at, attr=attr, key=key, val=new, old_key=old_key, old=was)
        elif new is not None:
            yield Added(**head, ts=at, attr=attr, key=key, val=new)
        elif key in state.get(attr, {}):
            yield Dropped(**head, ts=at, attr=attr, key=key, val=old or "")


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
