"""`tracker-sync report --format html`: one report, or all of them, as a page."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.log import EventLog
    from tracker_sync.render.html.charts.beside import Pen
    from tracker_sync.render.html.reasons import ItemReasons
    from tracker_sync.reports import Report
    from tracker_sync.reports.client import ClientView
    from tracker_sync.reports.opening import Asked
    from tracker_sync.reports.portfolio import Portfolio
    from tracker_sync.reports.query import Query

MOST = 26
"""A series without `--by` has the shortest periods of which there are no more."""
_DAYS = {"week": 7, "month": 30, "quarter": 91}
_DAY = 86_400_000_000


@contextmanager
def drawing() -> "Iterator[Pen]":
    """What draws the page's charts, while its figures are computed. Raises ConfigError where the extra `html`
    is not installed."""
    if find_spec("jinja2") is None or find_spec("vl_convert") is None:
        raise ConfigError("the HTML page needs Jinja2 and vl-convert: pip install 'tracker_sync[html]'")
    from tracker_sync.render.html.charts.beside import beside

    with beside() as pen:
        yield pen


def page(
    config: "Config", log: "EventLog", asked: "Asked", figures: "Iterable[Report | ClientView]", pen: "Pen"
) -> str:
    """The page of these reports."""
    from tracker_sync.render.html.page import html
    from tracker_sync.render.html.view import view
    from tracker_sync.render.links import links
    from tracker_sync.render.sheets import sheet_of

    shown = view((sheet_of(one) for one in figures), pen)
    return html(shown, _reasons(config, log, asked, shown.refs), links(config))


def on_page(name: str, org: "Portfolio", query: "Query", *, alone: bool) -> "Report":
    """A report as the page has it: sales-led with a series; warnings, unless they are `alone` on it, without
    looking for patterns in a large log."""
    from tracker_sync.reports import REPORTS
    from tracker_sync.reports.warnings import warnings

    if name == "warnings":
        return warnings(org, query, large=alone)
    return REPORTS[name](org, in_periods(query) if name == "sales-led" else query)


def in_periods(query: "Query") -> "Query":
    """The question with a series: of the periods that it names, else of those that a chart can show."""
    days = (min(query.until, query.as_of) - query.since) / _DAY
    length = next((by for by, length in _DAYS.items() if days <= MOST * length), "quarter")
    return replace(query, by=query.by or length)


def _reasons(
    config: "Config", log: "EventLog", asked: "Asked", refs: tuple[str, ...]
) -> "dict[str, ItemReasons]":
    """Of the items that the page names, as many as it has room for; without any, the log is not asked."""
    from tracker_sync.render.html.limits import REASONS
    from tracker_sync.render.html.reasons import reasons
    from tracker_sync.reports.opening import open_items

    if not refs:
        return {}
    org, _ = open_items(config, log, refs[:REASONS], asked, below=False)
    return reasons(org, refs[:REASONS])
