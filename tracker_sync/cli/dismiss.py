"""`tracker-sync dismiss`: says that a warning does not matter until a day, and why."""

import getpass
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.session import configuration, keep_up, now, opened
from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from tracker_sync.reports.finding import Finding
    from tracker_sync.reports.warnings import Warnings


@click.command()
@click.argument("warning", metavar="WARNING")
@click.option("--until", metavar="DATE", help="Up to and including this day.")
@click.option("--reason", help="Why it does not matter; others will read it.")
@click.option("--undo", is_flag=True, help="Take back that it was dismissed.")
@click.pass_context
def dismiss(context: click.Context, warning: str, until: str | None, reason: str | None, undo: bool) -> None:
    """Say that a warning does not matter for now.

    WARNING is its name in `report warnings`. It comes back after that day, or once it is another: more
    severe, its figure a tenth further beyond the threshold, or a quarter of its items new. Dismissals count
    in `report trust`.

    Example: tracker-sync dismiss bias/retrofit --until 2027-01-31 --reason "we tag since October"
    """
    from tracker_sync.dismissals import dismissals
    from tracker_sync.events import Dismissed, validate
    from tracker_sync.log import PEOPLE
    from tracker_sync.reports.dismissed import basis
    from tracker_sync.reports.drawn import Drawn
    from tracker_sync.reports.opening import open_portfolio
    from tracker_sync.reports.warnings import current

    config = configuration(context)
    keep_up(config)
    with opened(config, write=True) as log, log.lease(PEOPLE):
        with log.snapshot():
            org, query = open_portfolio(config, log, past=True)
            found = _finding(warning, current(Drawn(org, query)))
            rests_on = basis(found).text
        said = dismissals(log).get(found.id, [])
        if undo:
            if not said or said[-1].val is None:
                raise ConfigError(f"{found.id} is not dismissed")
            day, why = None, (reason or "taken back").strip()
        else:
            day, why = _day(until), (reason or "").strip()
            if not why:
                raise ConfigError("--reason is missing: say why, for those who will ask")
        at = now()
        event = Dismissed(
            id=f"w{at}", item="", ts=at, actor=getpass.getuser(), key=found.id, val=day, reason=why,
            found=rests_on,
        )  # fmt: skip
        log.append(PEOPLE, validate([event]), now=at)
    _told(found, day)


def _finding(name: str, report: "Warnings") -> "Finding":
    """The finding of a name. Raises ConfigError where there is none."""
    from difflib import get_close_matches

    names = {f.id: f for f in report.findings}
    if name in names:
        return names[name]
    below = [id_ for id_ in names if id_.startswith(f"{name}/")]
    near = below or get_close_matches(name, names, 3)
    if name in (*(r.detector for r in report.holds), *(r.detector for r in report.unassessed)) and not near:
        raise ConfigError(f"{name} found nothing: there is nothing to dismiss")
    there = f"; there are: {', '.join(near)}" if near else "; `tracker-sync report warnings` lists them"
    raise ConfigError(f"there is no warning {name!r}{there}")


def _day(text: str | None) -> str:
    """The day until which it is dismissed. Raises ConfigError where it is none."""
    from datetime import date

    if text is None:
        raise ConfigError("--until is missing: say until which day, since no dismissal is for ever")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"--until: {text!r} is not a day like 2027-01-31") from None


def _told(found: "Finding", day: str | None) -> None:
    from tracker_sync.render import clean

    what = "counts again" if day is None else f"is dismissed until {day}"
    click.echo(clean(f"{found.id} {what}"), err=True)
