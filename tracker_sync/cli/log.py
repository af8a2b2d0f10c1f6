"""`tracker-sync log`: the event log itself."""

from pathlib import Path

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
