"""`tracker-sync log`: the event log itself."""

from pathlib import Path
from typing import TextIO

import click

from tracker_sync.cli.session import configuration, opened
from tracker_sync.errors import LogError


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
    """Check that no recorded event was changed, removed or put in between.

    Example: tracker-sync log verify --against checkpoint.json
    """
    from tracker_sync.log.checkpoint import read

    config = configuration(context)
    marks = read(against) if against else {}
    with opened(config) as events:
        checked, broken = events.verify(marks)
    if broken is not None:
        place = f"event {broken.event_id} (row {broken.seq})" if broken.seq else "the newest event"
        raise LogError(
            f"{config.log_path}: source {broken.source!r}: {place}: {broken.why}. "
            f"{checked} events before it hold. Restore the file from a backup, or sync into a new one"
        )
    click.echo(f"{checked} events hold")


@log.command()
@click.pass_context
def checkpoint(context: click.Context) -> None:
    """Print a small head of the log, to keep where whoever can write the log cannot.

    Example: tracker-sync log checkpoint > checkpoint.json
    """
    from tracker_sync.log.checkpoint import written

    with opened(configuration(context)) as events:
        click.echo(written(events.heads()))


@log.command()
@click.pass_context
def export(context: click.Context) -> None:
    """Print every event as a line of JSON, which `log import` reads.

    Example: tracker-sync log export > log.jsonl
    """
    from tracker_sync.log.jsonl import lines

    with opened(configuration(context)) as events:
        for line in lines(events):
            click.echo(line)


@log.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_context
def import_(context: click.Context, file: TextIO) -> None:
    """Make a new log of what `log export` printed, with the same hashes.

    Example: tracker-sync log import log.jsonl
    """
    from tracker_sync.log.jsonl import load
    from tracker_sync.log.sqlite import SqliteLog

    path = configuration(context).log_path
    if path.exists():
        raise LogError(f"there is a log at {path} already; name a new one in [log] url")
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    events = SqliteLog(part, write=True)
    try:
        count = load(events, file)
    except LogError as e:
        raise LogError(f"{file.name}: {e}. No log was made") from None
    else:
        part.rename(path)
    finally:
        events.close()
        for left in (part, part.with_name(f"{part.name}.lock")):
            left.unlink(missing_ok=True)
    click.echo(f"{count} events imported")
