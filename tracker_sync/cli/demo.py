"""`tracker-sync demo`: the whole chain on a made-up company, without any account."""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.session import now, opened
from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.demo.company import Company
    from tracker_sync.log import EventLog

MARK = "# Written by `tracker-sync demo`; run it again to write it anew.\n"


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"),
    help="The folder to make; else demo.",
)  # fmt: skip
@click.option("--serve", is_flag=True, help="Keep the two demo trackers running, to sync against.")
def demo(folder: Path, serve: bool) -> None:
    """Sync two made-up trackers and print the overview; then every command works in the folder.

    Example: tracker-sync demo --dir /tmp/girder
    """
    from tracker_sync.cli.sync import speaking
    from tracker_sync.config import FILE, load
    from tracker_sync.demo.company import company
    from tracker_sync.demo.tracker_server import serving
    from tracker_sync.render import text
    from tracker_sync.reports import REPORTS
    from tracker_sync.reports.opening import open_portfolio
    from tracker_sync.runs import sync_all

    path = folder / FILE
    if path.exists() and not path.read_text(encoding="utf-8").startswith(MARK):
        raise ConfigError("is not a demo's; choose another folder with --dir", path)
    made = company()
    folder.mkdir(parents=True, exist_ok=True)
    with serving(made.jira, made.github) as (jira_url, github_url):
        for name, content in made.files.items():
            content = content.replace("@JIRA_URL@", jira_url).replace("@GITHUB_URL@", github_url)
            (folder / name).write_text((MARK if name == FILE else "") + content, encoding="utf-8")
        config = load(path)
        with speaking("text") as voice, opened(config, write=True) as log:
            _tell_first_strategy(config, log, made)
            code = sync_all(config, log, voice, os.environ, clock=now)
            page = text.render(REPORTS["overview"](*open_portfolio(config, log)))
        if code:
            raise click.exceptions.Exit(code)
        click.echo(page, nl=False)
        click.echo(
            f"\nThis is a made-up company. Look further: cd {folder}, then\n"
            "  tracker-sync report sales-led        which work sales asked for, and why we say so\n"
            "  tracker-sync items --epics           epics with their tags\n"
            "  tracker-sync show KEY                one item, and the reason for each tag\n"
            "  tracker-sync strategy check          what the strategy lacks, and which limits are exceeded\n"
            "Your own trackers: tracker-sync init --help",
            err=True,
        )
        if serve:
            click.echo(f"Serving Jira at {jira_url} and GitHub at {github_url}; Ctrl-C ends it.", err=True)
            threading.Event().wait()


def _tell_first_strategy(config: "Config", log: "EventLog", made: "Company") -> None:
    """A log that knows no strategy yet is told of the one before the file's, as if it had been there then."""
    from tracker_sync.inputs import record, told

    if any(event.attr == "strategy" for _, event in told(log)):
        return
    path = config.file(config.strategy.file)
    path.write_text(made.first_strategy, encoding="utf-8")
    try:
        record(config, log, now=now())
    finally:
        path.write_text(made.files["strategy.toml"], encoding="utf-8")
