"""`tracker-sync doctor`: every check that a person would make by hand, each with its remedy."""

import os
import sys
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.session import configuration
from tracker_sync.errors import ConfigError, LogError

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.doctor import Check


@click.command()
@click.option("--offline", is_flag=True, help="Ask no tracker.")
@click.option("--full", is_flag=True, help="Also read every event and byte of the log (log verify).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def doctor(context: click.Context, offline: bool, full: bool, form: str) -> None:
    """Check the set-up: configuration, credentials, trackers, rules, strategy, log and disk.

    Says what is broken first, with what to do about it. Changes nothing, and shows no token. Ends with 0
    where nothing is broken, else with the exit code of the worst (docs/exit-codes.md).

    Example: tracker-sync doctor --offline
    """
    from tracker_sync.doctor import worst
    from tracker_sync.doctor.shown import as_json, as_text

    checks = _checks(context, offline=offline, full=full)
    click.echo(as_json(checks) if form == "json" else as_text(checks), nl=False)
    context.exit(worst(checks))


def _checks(context: click.Context, *, offline: bool, full: bool) -> "list[Check]":
    from tracker_sync.doctor.examination import examine, no_configuration

    try:
        config = configuration(context)
    except ConfigError as e:
        return no_configuration(e)
    checks = examine(
        config, os.environ, offline=offline, full=full, strategy_count=_strategy, asking=_asking
    )  # fmt: skip
    _asking("")
    return checks


def _asking(name: str) -> None:
    """Who waits in front of a terminal sees what for."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{f'asking {name}...' if name else ''}", nl=False, err=True)


def _strategy(config: "Config") -> tuple[int, int, int]:
    """(parts that say nothing yet, warnings, notes) of the strategy file, as `strategy check` counts them;
    by the file alone where the log cannot be read, which has a check of its own."""
    from tracker_sync.cli.strategy_look import look_at, stated
    from tracker_sync.strategies import versions
    from tracker_sync.strategy_lint import Look, lint

    found, text = stated(config)
    path = config.file(config.strategy.file)
    try:
        looked = look_at(config, found, None)[0]
    except (LogError, ConfigError):
        from datetime import date

        looked = Look(found, date.today(), versions([], text, path))
    linted = lint(looked, text)
    levels = linted.levels
    return len(linted.empty), levels.count("warning"), levels.count("note")
