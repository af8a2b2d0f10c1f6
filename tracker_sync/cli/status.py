"""`tracker-sync status`: when each source was last read, and how it stands."""

import click

from tracker_sync.cli.session import configuration, now, opened


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def status(context: click.Context, form: str) -> None:
    """Show for each source when it was last read, how far, how many items it has, and the quota that is left.

    Asks no tracker: it shows what the last passes left in the log. Example: tracker-sync status --format json
    """
    from tracker_sync.render import status as page
    from tracker_sync.status import standings

    config = configuration(context)
    with opened(config) as log, log.snapshot():
        found = standings(config, log)
    click.echo((page.json if form == "json" else page.text)(found, now()), nl=False)
