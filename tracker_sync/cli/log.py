"""`tracker-sync log`: the event log itself."""

import click

from tracker_sync.cli.session import configuration, opened
from tracker_sync.errors import LogError


@click.group()
def log() -> None:
    """Work with the event log.

    Example: tracker-sync log verify
    """


@log.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Check that no recorded event was changed, removed or put in between.

    Example: tracker-sync log verify
    """
    config = configuration(context)
    with opened(config) as events:
        checked, broken = events.verify()
    if broken is not None:
        place = f"event {broken.event_id} (row {broken.seq})" if broken.seq else "the newest event"
        raise LogError(
            f"{config.log_path}: source {broken.source!r}: {place}: {broken.why}. "
            f"{checked} events before it hold. Restore the file from a backup, or sync into a new one"
        )
    click.echo(f"{checked} events hold")
