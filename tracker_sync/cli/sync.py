"""`tracker-sync sync`: one pass over the trackers, for cron."""

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.session import configuration, now, opened
from tracker_sync.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.log.sqlite import SqliteLog
    from tracker_sync.sources import Progress
    from tracker_sync.sync import Synced


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.pass_context
def sync(context: click.Context, names: tuple[str, ...]) -> None:
    """Pull what changed in the trackers into the log.

    Silent where nothing is wrong. Example: tracker-sync sync acme
    """
    config = configuration(context)
    known = {s.name for s in config.sources}
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no source {name!r}; there are: {', '.join(sorted(known))}")
    if not config.sources:
        raise ConfigError("no [[sources]] yet; `tracker-sync init --help` shows how to add one", config.path)
    with opened(config, write=True) as log:
        context.exit(sync_all(config, log, names))


def sync_all(config: "Config", log: "SqliteLog", names: tuple[str, ...] = ()) -> int:
    """Every named source, and the inputs to judgement; a source that fails does not stop the others.

    Gives the exit code: that of the first failure, else 5 where something was set aside, else 0.
    """
    from tracker_sync import strategy, tomlfile
    from tracker_sync.sources import build_sources
    from tracker_sync.sync import state_input
    from tracker_sync.sync import sync as sync_source

    path = config.file(config.strategy.file)
    if path.is_file():
        text = tomlfile.text_of(path)
        strategy.check(tomlfile.parse(text, strategy.Strategy, path), text, path)
        state_input(log, "strategy", text, now=now())
    failed, aside = 0, False
    for name in [s.name for s in config.sources if not names or s.name in names]:
        try:
            (source,) = build_sources(config, [name], os.environ)
            done = sync_source(source, log, now=now(), show=partial(_show, name))
        except (SourceError, ConfigError) as e:
            click.echo(f"tracker-sync: {e}", err=True)
            failed = failed or e.exit_code
        else:
            _told(done)
            aside = aside or bool(done.skipped)
    return failed or (5 if aside else 0)


def _show(name: str, progress: "Progress") -> None:
    if sys.stderr.isatty():
        of = f" of {progress.total}" if progress.total else ""
        click.echo(f"\r{name}: {progress.done}{of} items", nl=False, err=True)


def _told(done: "Synced") -> None:
    from tracker_sync.render import clean

    if sys.stderr.isatty():
        click.echo(f"\r{done.source}: {done.new} new events, {done.seen} already known", err=True)
    for one in done.skipped:
        click.echo(
            f"tracker-sync: {done.source}: set aside {clean(one.item)}: {clean(one.reason)[:300]} "
            "(its raw record is in the log's table `skipped`)",
            err=True,
        )
