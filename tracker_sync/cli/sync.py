"""`tracker-sync sync`: one pass over the trackers, for cron."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import click

from tracker_sync.cli.session import configuration, now, opened
from tracker_sync.ending import terminable
from tracker_sync.errors import ConfigError, ExitCode, LogBusy, TrackerSyncError

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.log import EventLog
    from tracker_sync.notices import Voice
    from tracker_sync.sources import Progress

log_format = click.option(
    "--log-format", "form", type=click.Choice(["text", "json"]), default="text",
    help="What is said on stderr: lines for people, or a JSON object for each thing that happens.",
)  # fmt: skip


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--full", is_flag=True, help="Also find deletions, and changes that moved no update time.")
@click.option("--item", metavar="KEY", help="Pull this one item alone, such as acme:PAY-12.")
@log_format
@click.pass_context
def sync(
    context: click.Context,
    names: tuple[str, ...],
    full: bool,
    item: str | None,
    form: Literal["text", "json"],
) -> None:
    """Pull what changed in the trackers into the log.

    Silent where nothing is wrong. SIGTERM ends it after the page at hand; the next run goes on there.
    Example: tracker-sync sync acme
    """
    with speaking(form) as voice:
        config = configuration(context)
        voice.hide(secrets_of(config))
        known = {s.name for s in config.sources}
        if not config.sources:
            why = "no [[sources]] yet; `tracker-sync init --help` shows how to add one"
            raise ConfigError(why, config.path)
        if item is not None:
            names, item = _source_of(item, names or tuple(s.name for s in config.sources))
        for name in names:
            if name not in known:
                raise ConfigError(f"there is no source {name!r}; there are: {', '.join(sorted(known))}")
        with told_of(config, voice, whole=item is None) as told:
            with terminable() as stop, opened(config, write=True) as log, _progress(form) as show:
                from tracker_sync.runs import sync_all

                told.code = sync_all(
                    config,
                    log,
                    voice,
                    os.environ,
                    names,
                    clock=now,
                    full=full,
                    item=item,
                    show=show,
                    stop=stop,
                )
                _write_metrics(config, log, voice)
            told.whole = told.whole and not stop()
    context.exit(told.code)


@contextmanager
def speaking(form: Literal["text", "json"]) -> "Iterator[Voice]":
    """What says how the run goes; in JSON also the error that ends it."""
    from tracker_sync.notices import Notice, Voice

    voice = Voice(_aloud, form, now, loud=sys.stderr.isatty())
    try:
        yield voice
    except TrackerSyncError as e:
        if form == "text":
            raise
        voice.say(Notice("failed", str(e), "error", figures={"code": e.exit_code}))
        raise click.exceptions.Exit(e.exit_code) from None
    except KeyboardInterrupt:
        text = "interrupted: what was committed to the log stays, and the next run goes on there"
        voice.say(Notice("interrupted", text, "warning", figures={"code": ExitCode.INTERRUPTED}))
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None
    except Exception as e:
        if form == "text" or isinstance(e, (click.ClickException, click.exceptions.Exit, click.Abort)):
            raise
        from tracker_sync.bugs import told

        voice.say(Notice("bug", told(e, os.environ), "error", figures={"code": ExitCode.BUG}))
        raise click.exceptions.Exit(ExitCode.BUG) from None


def _aloud(line: str) -> None:
    """A line on stderr; click.echo goes past what keeps bars and lines apart there."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def secrets_of(config: "Config") -> tuple[str, ...]:
    """What is not to be said aloud."""
    from tracker_sync.credentials import secrets

    return secrets(config, os.environ)


class _Told:
    """How the run went, for those who expect to hear of it."""

    def __init__(self, *, whole: bool) -> None:
        self.code, self.whole = 0, whole


@contextmanager
def told_of(config: "Config", voice: "Voice", *, whole: bool) -> Iterator[_Told]:
    """Tell the check that `[cron] ping` names when the run starts and how it ends. Of a run that leaves the
    work to another it hears no end: the other one tells; nor of one that was told to end early."""
    from tracker_sync.credentials import ping_address
    from tracker_sync.notices import Notice
    from tracker_sync.ping import How, ping

    told = _Told(whole=whole)
    address = ping_address(config, os.environ) if whole else ""

    def tell(how: How) -> None:
        if address:
            ping(address, how, lambda text: voice.say(Notice("ping failed", text, "warning")))

    tell("start")
    try:
        yield told
    except LogBusy:
        raise
    except BaseException:
        tell("fail")
        raise
    if told.whole and told.code != ExitCode.BUSY:
        tell("fail" if told.code else "success")


def _write_metrics(config: "Config", log: "EventLog", voice: "Voice") -> None:
    if not config.cron.metrics:
        return
    from tracker_sync.metrics import of_standings, page
    from tracker_sync.notices import Notice
    from tracker_sync.outfile import write
    from tracker_sync.status import standings

    try:
        write(config.file(config.cron.metrics), page(of_standings(standings(config, log))))
    except ConfigError as e:
        voice.say(Notice("metrics failed", str(e), "warning"))


@contextmanager
def _progress(form: str) -> "Iterator[Callable[[str, Progress], None]]":
    if form == "text" and sys.stderr.isatty():
        from tracker_sync.render.progress import bars

        with bars() as show:
            yield show
    else:
        yield lambda *_: None


def _source_of(item: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The source that an item's key begins with, and its key there."""
    name, colon, key = item.partition(":")
    if colon:
        return (name,), key
    if len(names) == 1:
        return names, item
    raise ConfigError(f"--item {item}: say which source it is in, such as {names[0]}:{item}")
