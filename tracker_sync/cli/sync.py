"""`tracker-sync sync`: one pass over the trackers, for cron."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.session import configuration, keep, now, opened
from tracker_sync.errors import ConfigError, LogBusy, LogError, LogRefused

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.log import EventLog
    from tracker_sync.sources import Progress
    from tracker_sync.sync import Synced


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--full", is_flag=True, help="Also find deletions, and changes that moved no update time.")
@click.option("--item", metavar="KEY", help="Pull this one item alone, such as acme:PAY-12.")
@click.pass_context
def sync(context: click.Context, names: tuple[str, ...], full: bool, item: str | None) -> None:
    """Pull what changed in the trackers into the log.

    Silent where nothing is wrong. SIGTERM ends it after the page at hand; the next run goes on there.
    Example: tracker-sync sync acme
    """
    config = configuration(context)
    known = {s.name for s in config.sources}
    if not config.sources:
        raise ConfigError("no [[sources]] yet; `tracker-sync init --help` shows how to add one", config.path)
    if item is not None:
        names, item = _source_of(item, names or tuple(s.name for s in config.sources))
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no source {name!r}; there are: {', '.join(sorted(known))}")
    with terminable() as stop, opened(config, write=True) as log:
        context.exit(sync_all(config, log, names, full=full, item=item, stop=stop))


@contextmanager
def terminable() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM came while the block ran; it does nothing else, so that a page can be finished."""
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGTERM, before)


def _source_of(item: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The source that an item's key begins with, and its key there."""
    name, colon, key = item.partition(":")
    if colon:
        return (name,), key
    if len(names) == 1:
        return names, item
    raise ConfigError(f"--item {item}: say which source it is in, such as {names[0]}:{item}")


def sync_all(
    config: "Config",
    log: "EventLog",
    names: tuple[str, ...] = (),
    *,
    full: bool = False,
    item: str | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Every named source, and the inputs to judgement; a source that fails does not stop the others, and
    neither does one that another worker has.

    Gives the exit code: that of the first failure, else 5 where something was set aside or could not
    be looked at, else 75 where others had every source, else 0.
    """
    from tracker_sync.inputs import record
    from tracker_sync.passes import IN_PART, make_pass

    with suppress(LogBusy):  # another worker is about to state them, or the next sync does
        record(config, log, now=now())
    failed, in_part, busy, pulled = 0, False, 0, False
    for name in [s.name for s in config.sources if not names or s.name in names]:
        done = make_pass(
            config, log, name, os.environ, clock=now, full=full, item=item, show=partial(_show, name),
            stop=stop,
        )  # fmt: skip
        if done.said:
            _say(done.said)
        if done.code == LogBusy.exit_code:
            busy = done.code
            continue
        pulled = True
        failed = failed or (done.code if done.said else 0)
        _told(done.synced)  # also what was set aside before it failed
        in_part = in_part or bool(done.synced.skipped) or done.synced.partial
        if stop():
            break
    _keep(config, log)
    return failed or (IN_PART if in_part else 0 if pulled else busy)


def _keep(config: "Config", log: "EventLog") -> None:
    try:
        keep(config, log)
    except (LogBusy, LogRefused):
        pass  # another worker does it, or nobody may: reports then work it out themselves
    except LogError as e:
        _say(f"reports will take longer until the next sync, which stores what they are made of: {e}")


def _show(name: str, progress: "Progress") -> None:
    if sys.stderr.isatty():
        of = f" of {progress.total}" if progress.total else ""
        click.echo(f"\r{name}: {progress.done}{of} items", nl=False, err=True)


def _told(done: "Synced") -> None:
    from tracker_sync.render import clean

    if sys.stderr.isatty():
        click.echo(f"\r{done.source}: {done.new} new events, {done.seen} already known", err=True)
    for note in done.notes:
        _say(clean(note))
    for one in done.skipped:
        _say(
            f"{done.source}: set aside {clean(one.item)}: {clean(one.reason)[:300]} "
            "(its raw record is in the log's table `skipped`)"
        )


def _say(what: str) -> None:
    click.echo(f"tracker-sync: {what}", err=True)
