"""`tracker-sync strategy`: the stated strategy checked, in words, and compared with what it was."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.failing import code_of, fail_on_option
from tracker_sync.cli.session import configuration, has_log, opened
from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker_sync.config import Config
    from tracker_sync.strategies import Strategies, Version

FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@click.group()
def strategy() -> None:
    """Look at the stated strategy: what it lacks, what it says, how it changed.

    Example: tracker-sync strategy check
    """


@strategy.command()
@FORM
@click.option("--at", metavar="DATE", help="Hold it against this day; else the last that a tracker told of.")
@fail_on_option("findings", ("note", "warning"))
@click.pass_context
def check(context: click.Context, form: str, at: str | None, fail_on: str | None) -> None:
    """Check the strategy file: what is wrong with it, and what it does not say yet.

    Example: tracker-sync strategy check --fail-on warning
    """
    from tracker_sync.cli.strategy_look import look_at, stated
    from tracker_sync.strategy_lint import lint

    config = configuration(context)
    day = _day(at, "--at") if at else None
    found, text = stated(config)
    look, clock = look_at(config, found, day)
    linted = lint(look, text)
    file = config.strategy.file
    if form == "json":
        from tracker_sync.render import strategy_json

        out = strategy_json.checked(linted, found, file, {"at": str(look.today), "clock": clock})
    else:
        from tracker_sync.render import strategy as render

        words = {
            "asked": "as of",
            "log": "as of the last day that a tracker told of,",
            "today": "as of today,",
        }
        there = "" if config.file(file).is_file() else "which is not there yet, "
        out = render.checked(linted, found, file, f"{there}{words[clock]} {look.today}")
    click.echo(out, nl=False)
    if linted.empty and form == "text":
        click.echo(f"Copy the lines into {file}, say what holds for you, and check again.", err=True)
    context.exit(code_of(linted.levels, fail_on))


@strategy.command()
@click.option("--at", metavar="DATE", help="The one in force on this day; else the newest.")
@FORM
@click.pass_context
def show(context: click.Context, at: str | None, form: str) -> None:
    """Show the strategy in force, or that of a day, in words.

    Example: tracker-sync strategy show --at 2026-03-01
    """
    strategies, zone = _versions(configuration(context))
    end = _end(_day(at, "--at"), zone) if at else None
    version = strategies.latest if end is None else strategies.at(end)
    standing = [
        i for i in (version.strategy.intents if version else [])
        if version and (end is None or version.stands(i, end))
    ]  # fmt: skip
    if form == "json":
        from tracker_sync.render import strategy_json

        out = strategy_json.shown(version, standing, {"at": at})
    elif version is None:
        out = _none(strategies, at, zone) + "\n"
    else:
        from tracker_sync.render.strategy_words import shown

        title = f"The strategy in force on {at}" if at else "The newest strategy"
        out = shown(version.strategy, [title, f"It is the one {_called(version, zone)}."], standing)
    click.echo(out, nl=False)


@strategy.command()
@click.argument("since", metavar="[FROM]", required=False)
@click.argument("until", metavar="[TO]", required=False)
@FORM
@click.pass_context
def diff(context: click.Context, since: str | None, until: str | None, form: str) -> None:
    """Say what changed between the versions in force on two days; without days, with the last change.

    Example: tracker-sync strategy diff 2026-01-01 2026-06-30
    """
    from tracker_sync.strategy import Strategy
    from tracker_sync.strategy_diff import changes

    strategies, zone = _versions(configuration(context))
    if since:
        before = strategies.at(_end(_day(since, "FROM"), zone))
        after = strategies.at(_end(_day(until, "TO"), zone)) if until else strategies.latest
    else:
        before, after = [None, None, *strategies.as_recorded][-2:]
    found = changes(*(version.strategy if version else Strategy() for version in (before, after)))
    if form == "json":
        from tracker_sync.render import strategy_json

        out = strategy_json.compared(found, before, after, {"from": since, "to": until})
    elif after and not before and not since:
        from tracker_sync.render.prose import wrapped

        only = f"There is only one version of the strategy so far: the one {_called(after, zone)}."
        out = wrapped(only) + "\n"
    else:
        from tracker_sync.render.strategy import compared

        named = [_named(v, strategies, asked, zone) for v, asked in ((before, since), (after, until))]
        out = compared(found, [f"Before: {named[0]}", f"After: {named[1]}"])
    click.echo(out, nl=False)


def _versions(config: "Config") -> "tuple[Strategies, ZoneInfo]":
    """Every version of the strategy that the log or the file has, and the zone that days are counted in.
    Raises ConfigError with file and line."""
    from zoneinfo import ZoneInfo

    from tracker_sync.inputs import told
    from tracker_sync.strategies import versions
    from tracker_sync.tomlfile import text_of

    before: list[tuple[int, str]] = []
    if has_log(config):
        with opened(config) as log:
            before = [(at, event.val) for at, event in told(log) if event.attr == "strategy"]
    path, zone = config.file(config.strategy.file), ZoneInfo(config.calendar.timezone)
    text = text_of(path) if path.is_file() else ""
    return versions(before, text, path, zone), zone


def _end(day: date, zone: "ZoneInfo") -> int:
    from tracker_sync.strategy import midnight

    return midnight(day + timedelta(1), zone) - 1


def _day(text: str, option: str) -> date:
    try:
        day = date.fromisoformat(text)
        day + timedelta(2)
    except (ValueError, OverflowError):
        raise ConfigError(f"{option}: {text!r} is not a day like 2026-03-01") from None
    return day


def _called(version: "Version", zone: "ZoneInfo") -> str:
    """Since when a version holds, and since when the log knows it."""
    from tracker_sync.days import local
    from tracker_sync.strategies import UNTOLD

    since = "" if version.since == UNTOLD else f"in force since {local(version.since, zone).date()}"
    told = version.recorded_at
    known = (
        "in the file, which the log was not told yet (sync and report do it)" if told is None
        else f"recorded on {local(told, zone).date()}"
    )  # fmt: skip
    return ", ".join(part for part in (since, known) if part)


def _named(version: "Version | None", strategies: "Strategies", asked: str | None, zone: "ZoneInfo") -> str:
    return f"the one {_called(version, zone)}" if version else _none(strategies, asked, zone)


def _none(strategies: "Strategies", asked: str | None, zone: "ZoneInfo") -> str:
    from tracker_sync.days import local
    from tracker_sync.strategies import UNTOLD

    first = strategies.versions[0].since if strategies.versions else UNTOLD
    later = "" if first == UNTOLD else f"; the first holds from {local(first, zone).date()}"
    return f"no strategy was in force on {asked}{later}" if asked else "no strategy is stated yet"
