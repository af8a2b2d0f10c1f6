"""`tracker-sync daemon`: every source again and again, until it is told to end."""

import os
import signal
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Literal

import click

from tracker_sync.cli.session import now
from tracker_sync.cli.sync import log_format, speaking
from tracker_sync.ending import Ending, terminable


@click.command()
@click.option("--interval", type=click.IntRange(min=1), metavar="SECONDS",
              help="From one pass over a source to the next; else as [daemon] says.")  # fmt: skip
@log_format
@click.pass_context
def daemon(context: click.Context, interval: int | None, form: Literal["text", "json"]) -> None:
    """Pull what changes in the trackers into the log, again and again.

    SIGTERM ends it after the page at hand, SIGHUP reads tracker-sync.toml again; [daemon] there says where
    /healthz and /metrics are. The log is held only while a tracker is read, so other commands work beside it.
    Example: tracker-sync daemon --interval 120
    """
    with speaking(form) as voice:
        from tracker_sync.config import find, load
        from tracker_sync.daemon.bell import Bell
        from tracker_sync.daemon.loop import Daemon
        from tracker_sync.daemon.web import served
        from tracker_sync.notices import Notice

        voice.loud, voice.write = True, aloud
        path = find(Path.cwd(), context.find_root().obj, os.environ)
        bell = Bell()
        ending = Ending(bell.ring)
        with ExitStack() as stack:
            stop = stack.enter_context(terminable(ending))
            made = Daemon(
                lambda: load(path), voice, os.environ, clock=now, stop=stop, bell=bell, interval=interval
            )
            before = signal.signal(signal.SIGHUP, lambda *_: made.hangup())
            stack.callback(signal.signal, signal.SIGHUP, before)
            if made.config.daemon.listen:
                where = stack.enter_context(
                    served(made.config.daemon.listen, made.health, made.deliveries.deliver)
                )
                voice.say(Notice("listening", f"listening at http://{where} (/healthz, /metrics)"))
            made.run()
        voice.say(Notice("ended", "ended as told; the next start goes on there"))


def aloud(line: str) -> None:
    """Say it on stderr. Where nobody reads that any more (a journal that starts anew), the work goes on."""
    with suppress(OSError):
        click.echo(line, err=True)
