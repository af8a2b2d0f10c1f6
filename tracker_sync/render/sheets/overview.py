"""Whether we build our strategy, in words: the other reports' headlines on one page."""

from msgspec.structs import replace

from tracker_sync.render.sheet import Chart, Figure, Sheet, Table
from tracker_sync.render.sheets import intents, sales_led, single_customer, warnings
from tracker_sync.render.sheets.trust import to_tag
from tracker_sync.reports.overview import Overview
from tracker_sync.reports.sales_led import Weighed


def sheet(report: Overview) -> Sheet:
    """The report as sentences, figures and tables."""
    head, recent = report.sales_led.weighed[0], report.recent
    features = single_customer.sheet(report.single_customer)
    return Sheet(
        "overview", "Are we building our strategy?", report.query,
        headline=(*sales_led.sheet(report.sales_led).headline, *features.headline[:1], *_warned(report)),
        figures=(
            *_shares(head, "{}_share"),
            *(_shares(recent.weighed[0], "last_13_weeks_{}", "{}, last 13 weeks") if recent else ()),
            *(f for f in features.figures if f.id == "single_customer"),
            Figure("items", "Items", "count", report.items, "Items in the log, open and done.", "items"),
            Figure("epics", "Epics", "count", report.epics, "Epics among them.", "epics"),
        ),
        tables=(
            intents.allocation(report.intents),
            Table("warnings", "Warnings, the most pressing first", _WARNINGS, report.warnings.findings,
                  "Nothing was found in what was looked at."),
            replace(features.tables[0], id="single_customer", most=5),
            replace(to_tag(report.to_tag), id="tag_first", most=5),
        ),
        unknowns=(
            ("origin", report.sales_led.to_tag.each(lambda r: r.ref)),
            ("intent", report.intents.untagged.each(lambda u: u[0])),
            ("unmeasured", report.sales_led.unmeasured),
        ),
        notes=sales_led.notes(report.sales_led),
        charts=(
            Chart("shares", "shares", "What sales asked for, and how it fits the strategy",
                  tuple(f"{s}_share" for s in sales_led.SHARES)),
            intents.allocated(report.intents),
        ),
    )  # fmt: skip


_WARNINGS = tuple(
    replace(c, width=width)
    for id_, width in (("severity", 8), ("claim", 40), ("question", 26), ("epics", None), ("id", None))
    for c in warnings.FINDINGS
    if c.id == id_
)


def _warned(report: Overview) -> tuple[str, ...]:
    return warnings.sheet(report.warnings).headline[:1] if report.warnings.findings else ()


def _shares(weighed: Weighed, id_: str, label: str = "{}") -> list[Figure]:
    return [replace(f, id=id_.format(f.id), label=label.format(f.label)) for f in sales_led.shares(weighed)]
