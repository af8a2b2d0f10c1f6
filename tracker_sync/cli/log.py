"""`tracker-sync log`: the event log itself."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tracker_sync.cli.session import configuration, opened
from tracker_sync.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker_sync.config import Config
    from tracker_sync.log import Head


@click.group()
def log() -> None:
    """Work with the event log.

    Example: tracker-sync log verify
    """


@log.command()
@click.option(
    "--against", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="A checkpoint: also find a log that was written anew or rolled back since.",
)  # fmt: skip
@click.pass_context
def verify(context: click.Context, against: Path | None) -> None:
    """Check that no recorded event was changed, removed or put in between, and no byte of the file either.

    Example: tracker-sync log verify --against checkpoint.json
    """
    from tracker_sync.config import shown
    from tracker_sync.log.seal import Unsealed, Wrong, examine
    from tracker_sync.render import clean

    config = configuration(context)
    marks = _marks(against) if against else {}
    path, name = config.log_place, shown(config.log_place)
    found = examine(path) if isinstance(path, Path) and path.exists() else None
    also = f" ({found.what})" if isinstance(found, Wrong) else ""
    try:
        with opened(config) as events:
            checked, broken = events.verify(marks)
    except LogError as e:
        raise LogError(f"{e}{also}") from None
    if broken is not None:
        event = clean(broken.event_id)  # damaged, it may be anything, even no text that can be printed
        place = f"event {event} (row {broken.seq})" if broken.seq else "the newest event"
        raise LogError(
            f"{name}: source {broken.source!r}: {place}: {broken.why}{also}. "
            f"{checked} events before it hold. Restore the log from a backup, or sync into a new one"
        )
    if isinstance(found, Wrong):
        raise LogError(f"{name}: {checked} events hold, but {found.what}. {found.todo}")
    if isinstance(found, Unsealed):
        why = f"only its events could be checked: {found.why}"
        click.echo(f"tracker-sync: {name}: {why}", err=True)
    click.echo(f"{checked} events hold")


def _marks(against: Path) -> "Mapping[str, Head]":
    """The heads of a checkpoint; says so on stderr where its signature could not be checked."""
    from tracker_sync.config import checkpoint_key
    from tracker_sync.log.checkpoint import read

    found = read(against, checkpoint_key(os.environ))
    if found.unchecked:
        click.echo(
            f"tracker-sync: {against}: its signature was not checked, since TRACKER_SYNC_CHECKPOINT_KEY is "
            "not set",
            err=True,
        )
    return found.heads


@log.command()
@click.pass_context
def rebuild(context: click.Context) -> None:
    """Make anew what reports read, from the events: every item over time, as it is judged.

    Nothing is lost by it, and it is never needed: sync and report keep it up to date by themselves.

    Example: tracker-sync log rebuild
    """
    from tracker_sync.runs import keep

    config = configuration(context)
    with opened(config, write=True) as events:
        count = keep(config, events, anew=True)
    click.echo(f"{count} items made anew")


@log.command()
@click.pass_context
def checkpoint(context: click.Context) -> None:
    """Print a small head of the log, to keep where whoever can write the log cannot.

    With TRACKER_SYNC_CHECKPOINT_KEY, or a file named by TRACKER_SYNC_CHECKPOINT_KEY_FILE, it is signed.

    Example: tracker-sync log checkpoint > checkpoint.json
    """
    from tracker_sync.config import checkpoint_key
    from tracker_sync.log.checkpoint import written

    with opened(configuration(context)) as events:
        click.echo(written(events.heads(), checkpoint_key(os.environ)))


@log.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="The folder to make, for parquet."
)
@click.pass_context
def export(context: click.Context, form: str, out: Path | None) -> None:
    """Print every event as a line of JSON, which `log import` reads; or write all as Parquet files, by source
    and month, for analysis elsewhere.

    \b
    Example: tracker-sync log export > log.jsonl
             tracker-sync log export --format parquet --out events
    """
    if (form == "parquet") != (out is not None):
        raise click.UsageError("--format parquet needs --out DIR, and jsonl goes to stdout: > log.jsonl")
    with opened(configuration(context)) as events:
        if out is None:
            from tracker_sync.log.jsonl import lines

            for line in lines(events):
                click.echo(line)
        else:
            from tracker_sync.config import checkpoint_key
            from tracker_sync.log import parquet

            count = parquet.export(events, out, checkpoint_key(os.environ))
            click.echo(f"{count} events exported to {out}")


@log.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_context
def import_(context: click.Context, file: TextIO) -> None:
    """Make a new log of what `log export` printed, with the same hashes.

    Example: tracker-sync log import log.jsonl
    """
    from tracker_sync.log.sqlite import held

    config = configuration(context)
    path = config.log_place
    if isinstance(path, str):
        click.echo(f"{_filled(config, file, path)} events imported")
        return
    with held(path):
        if path.exists():
            raise LogError(f"there is a log at {path} already; name a new one in [log] url")
        count = _imported(file, path)
    click.echo(f"{count} events imported")


def _filled(config: "Config", file: TextIO, url: str) -> int:
    """Fill the empty log in a database, whole or not at all; how many events it has."""
    from tracker_sync.log.jsonl import load
    from tracker_sync.log.opening import open_postgres

    with closing(open_postgres(config, url, write=True)) as events:
        try:
            with events.whole():
                if events.heads():
                    raise LogError(f"the log {events.place} is not empty; name a new one in [log] url")
                return load(events, file)
        except LogError as e:
            raise LogError(f"{file.name}: {e}. Nothing was imported") from None


def _imported(file: TextIO, path: Path) -> int:
    """Make the log under another name, and give it its own when it is whole; how many events it has."""
    from tracker_sync.log.jsonl import load
    from tracker_sync.log.seal import journal_of, move, path_of
    from tracker_sync.log.sqlite import SqliteLog

    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    events = SqliteLog(part, write=True)
    try:
        try:
            count = load(events, file)
        finally:
            events.close()
        move(part, path)
    except LogError as e:
        raise LogError(f"{file.name}: {e}. No log was made") from None
    finally:
        for left in (part, path_of(part), journal_of(part), part.with_name(f"{part.name}.lock")):
            left.unlink(missing_ok=True)
    return count
