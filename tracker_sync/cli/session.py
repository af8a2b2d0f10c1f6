"""What commands open: the configuration and its log."""

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker_sync.errors import ConfigError, LogError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker_sync.config import Config
    from tracker_sync.items import Item, World
    from tracker_sync.log import EventLog


def configuration(context: click.Context) -> "Config":
    """The configuration of this invocation."""
    from tracker_sync.config import find, load

    return load(find(Path.cwd(), context.find_root().obj, os.environ))


@contextmanager
def opened(config: "Config", *, write: bool = False) -> "Iterator[EventLog]":
    """The configuration's log; closed at the end."""
    from tracker_sync.log.opening import open_log

    if not write:
        gc.disable()  # a read ends soon and keeps what it makes: looking for garbage takes a fifth of it
    log = open_log(config, write=write)
    try:
        yield log
    finally:
        log.close()


def has_log(config: "Config") -> bool:
    """Whether there may be a log: of a database only opening it tells."""
    place = config.log_place
    return isinstance(place, str) or place.exists()


def keep_up(config: "Config") -> None:
    """State in the log the inputs that changed since it was told last, so that what is now reported can be
    reported again, and keep the lives of its items; says so on stderr where that cannot be."""
    from tracker_sync.inputs import news, now_stated, record

    texts = now_stated(config)
    with opened(config) as log:
        changed = news(log, texts, now=now())
        if not changed and is_kept(config, log, texts):
            return
    from tracker_sync.runs import keep

    try:
        with opened(config, write=True) as log:
            record(config, log, now=now())
            keep(config, log)
    except LogError as e:
        if changed:
            names = ", ".join(c.attr for c in changed)
            click.echo(f"tracker-sync: not recorded, the next sync will do it: {names} ({e})", err=True)


def keep_found(config: "Config", statements: "Sequence[tuple[str, list[tuple[str, ...]]]]") -> None:
    """Keep what a report worked out, for the next one to be quicker; where that cannot be, it will take as
    long again."""
    if statements:
        with suppress(LogError), opened(config, write=True) as log:
            log.rewrite(statements)


def is_kept(config: "Config", log: "EventLog", texts: "Mapping[str, str]") -> bool:
    """Whether the lives that the log keeps are those of all its events, by the inputs as they are now."""
    from tracker_sync.inputs import fingerprint, told
    from tracker_sync.states.marks import marks_of, newest

    kept = marks_of(log)
    print_ = fingerprint(config, told(log), texts)
    return kept is not None and (kept.seq, kept.inputs) == (newest(log), print_)


def now() -> int:
    """The time, in microseconds UTC."""
    return time.time_ns() // 1000


def find_item(world: "World", key: str, *, removed: bool = False, then: bool = False) -> "Item":
    """The item that people mean by `acme:PAY-12`, by `PAY-12`, or by a key it used to have.

    With `removed`, also one that is not in its tracker any more; `then`: the world is that of a past moment.
    """
    if key in world.items:
        return world.items[key]
    places = [(s, k) for s in {s for s, _ in world.by_key} for k in (key, key.removeprefix(f"{s}:"))]
    found = {world.by_key[place] for place in places if place in world.by_key}
    if not found:
        when = " as of then" if then else ""
        raise ConfigError(f"there is no item {key!r} in the log{when}; `tracker-sync items` lists them")
    if len(found) > 1:
        raise ConfigError(f"{key!r} is ambiguous: {', '.join(sorted(found))}; name one of these")
    ref = found.pop()
    item = world.items.get(ref) or world.removed[ref]
    if item.removed_at is not None and not removed:
        raise ConfigError(
            f"{item.ref} is not in its tracker any more; `tracker-sync show {item.ref}` has its history"
        )
    return item
