"""`tracker-sync report`: the overview, or one report by name."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.failing import code_of, fail_on_option
from tracker_sync.cli.html import drawing, on_page, page
from tracker_sync.cli.session import configuration, keep_found, keep_up, opened
from tracker_sync.outfile import write
from tracker_sync.reports import NAMES

if TYPE_CHECKING:
    from tracker_sync.log import EventLog
    from tracker_sync.reports import Report
    from tracker_sync.reports.client import ClientView
    from tracker_sync.reports.portfolio import Portfolio
    from tracker_sync.reports.query import Query

FORMATS = ("text", "json", "csv", "markdown", "html", "github")
WARNING = ("overview", "warnings")
"""The reports that have warnings."""
WITHOUT_PLANS = ("single-customer", "demand", "said-no")
"""The reports that look at no item's points and due dates, which take time to read."""


@click.command(epilog=f"NAME is one of: {', '.join(NAMES)}.")
@click.argument("name", metavar="[NAME]", type=click.Choice(NAMES), required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text")
@click.option("--table", metavar="ID", help="With --format csv: this table; else the report's first.")
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Into this file, instead of to stdout.",
)  # fmt: skip
@click.option("--since", metavar="DATE", help="From this day on; else from the start of the log.")
@click.option("--until", metavar="DATE", help="Up to and including this day.")
@click.option("--by", type=click.Choice(["week", "month", "quarter"]), help="A series of such periods.")
@click.option("--weight", type=click.Choice(["count", "points", "effort", "money"]), help="Only this weight.")
@click.option("--as-of", metavar="DATE", help="As the trackers showed it then.")
@click.option("--known-at", metavar="TIME", help="As this log knew it then.")
@click.option("--source", metavar="NAME", help="Only work of this source.")
@click.option("--project", metavar="KEY", help="Only work of this project or repository.")
@click.option("--team", metavar="NAME", help="Only what this team of people.toml had in progress last.")
@click.option("--customer", metavar="NAME", help="demand: only what this account asked for.")
@click.option("--redact", is_flag=True, help="demand --customer: a view to share with that account.")
@fail_on_option("warnings")
@click.pass_context
def report(
    context: click.Context, name: str | None, form: str, table: str | None, output: Path | None,
    since: str | None, until: str | None, by: str | None, weight: str | None, as_of: str | None,
    known_at: str | None, source: str | None, project: str | None, team: str | None,
    customer: str | None, redact: bool, fail_on: str | None,
) -> None:  # fmt: skip
    """Print a report; without a name, the overview, and as HTML all of them.

    Example: tracker-sync report sales-led --since 2026-07-01 --format json
    """
    from tracker_sync.reports import REPORTS
    from tracker_sync.reports.opening import Asked, open_portfolio

    if table is not None and form != "csv":
        raise click.UsageError("--table goes with --format csv")
    if customer is not None and name != "demand":
        raise click.UsageError("--customer goes with the report demand")
    if redact and customer is None:
        raise click.UsageError("--redact goes with --customer NAME: whom the view is for")
    if fail_on and name not in (None, *WARNING):
        raise click.UsageError(f"--fail-on goes with {' and '.join(WARNING)}: no other report has warnings")
    config = configuration(context)
    asked = Asked(since, until, as_of, known_at, weight, source, project, team, by, customer)
    if known_at is None:
        keep_up(config)
    with drawing() if form == "html" else nullcontext() as pen, opened(config) as log, log.snapshot():
        names = [name] if name else NAMES if form == "html" else ["overview"]
        plans, past = plans_of(names, log), "warnings" in names
        org, query = open_portfolio(config, log, asked, plans=plans, past=past)
        figures: list[Report | ClientView] = (
            [for_client(org, query)] if redact
            else [on_page(n, org, query, alone=bool(name)) for n in names] if form == "html"
            else [REPORTS[n](org, query) for n in names]
        )  # fmt: skip
        colour = output is None and wants_colour(os.environ)
        if pen:
            text = page(config, log, asked, figures, pen)
        else:
            text = rendered(figures[0], form, table, colour=colour)
        if form == "github":
            text, output = annotated(figures[0], text, output, os.environ), None
        news = [*org.kept.statements()] if org.kept.new and known_at is None else []
    if output is None:
        click.echo(text, nl=False, color=colour or None)
    else:
        write(output, text)
    keep_found(config, news)
    with_warnings = (f for n, f in zip(names, figures, strict=True) if n in WARNING)
    context.exit(code_of((level for f in with_warnings for level in _levels(f)), fail_on))


def plans_of(names: "Sequence[str]", log: "EventLog") -> bool:
    """Whether these reports look at what was planned of items. The overview does, for patterns, where the log
    is not too large to look for them by the way."""
    if {*names} <= {*WITHOUT_PLANS}:
        return False
    if [*names] != ["overview"]:
        return True
    from tracker_sync.reports.warnings import is_large

    return not is_large(log)


def _levels(figures: "Report | ClientView") -> "Iterator[str]":
    """Of the warnings that a report shows, those that nobody dismissed."""
    shown = getattr(figures, "warnings", figures).findings  # type: ignore[union-attr]
    yield from (f.severity for f in shown if f.dismissed is None)


def for_client(org: "Portfolio", query: "Query") -> "ClientView":
    """The view of the query's customer; says on stderr what it holds back, which is not for the client."""
    from tracker_sync.render import clean
    from tracker_sync.reports.client import client_view

    view, withheld = client_view(org, query)
    said = [
        f"read it before you send it to {view.customer}: titles are your own words, and names that are "
        "neither in customers.csv nor tagged are not recognised"
    ]
    if withheld:
        said.append(f"told by their day alone, since the title may name others: {', '.join(withheld)}")
    for line in said:
        click.echo(f"tracker-sync: {clean(line)}", err=True)
    return view


def rendered(
    figures: "Report | ClientView", form: str, table: str | None = None, *, colour: bool = False
) -> str:
    """The report in a format; it may ask the log for what it lists."""
    if form == "text":
        from tracker_sync.render import text

        return text.render(figures, colour=colour)
    if form == "json":
        from tracker_sync.render import json

        return json.render(figures)
    from tracker_sync.render import markdown, table_csv
    from tracker_sync.render.sheets import sheet_of

    sheet = sheet_of(figures)
    return table_csv.render(sheet, table) if form == "csv" else markdown.render(sheet)


def annotated(
    figures: "Report | ClientView", page: str, output: Path | None, environ: Mapping[str, str]
) -> str:
    """Annotations of a run of GitHub Actions; the page goes to the summary of the step, or to a file."""
    from tracker_sync.render import github
    from tracker_sync.render.sheets import sheet_of

    summary = environ.get("GITHUB_STEP_SUMMARY")
    if output is not None:
        write(output, page)
    elif summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(page)
    else:
        click.echo("tracker-sync: no summary written: GITHUB_STEP_SUMMARY is not set", err=True)
    return github.notices(sheet_of(figures))


def wants_colour(environ: Mapping[str, str]) -> bool:
    """Whether stdout is to be coloured: where it is a terminal, or with FORCE_COLOR; never with NO_COLOR."""
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and environ.get("TERM") != "dumb")
