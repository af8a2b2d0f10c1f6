"""Reports as text for a terminal of 80 columns."""

from typing import Any

from tracker_sync.render import clean, single_text, warnings_text
from tracker_sync.render.page import Page
from tracker_sync.render.prose import counted
from tracker_sync.render.sheets.intents import unnamed
from tracker_sync.render.sheets.sales_led import headline, weight
from tracker_sync.render.values import bar, days, span
from tracker_sync.reports.intents import Intents
from tracker_sync.reports.overview import Overview
from tracker_sync.reports.sales_led import SalesLed, Weighed
from tracker_sync.reports.shares import Share
from tracker_sync.reports.single_customer import SingleCustomer
from tracker_sync.reports.trust import Trust
from tracker_sync.reports.warnings import Warnings


def render(report: Any, *, colour: bool = False) -> str:
    """The report as text, with colour or without."""
    page = Page(colour)
    match report:
        case Overview():
            _overview(page, report)
        case SalesLed():
            from tracker_sync.render.sales_text import sales_led

            sales_led(page, report)
        case Intents():
            _intents(page, report)
        case SingleCustomer():
            single_text.page(page, report)
        case Trust():
            from tracker_sync.render.trust_text import trust

            trust(page, report)
        case Warnings():
            warnings_text.page(page, report)
        case _:
            from tracker_sync.render.sheet_text import lay
            from tracker_sync.render.sheets import sheet_of

            lay(page, sheet_of(report))
    return page.text()


def _overview(page: Page, report: Overview) -> None:
    page.title("Are we building our strategy?", report.query)
    head = report.sales_led.weighed[0]
    page.line(headline(head), "bold")
    page.line()
    recent = report.recent.weighed if report.recent else ()
    for w in report.sales_led.weighed:
        now = next((r for r in recent if r.weight == w.weight), None)
        page.table(
            [
                (f"By {weight(w.weight)}", "left", 25),
                ("low–high", "right", 9),
                ("", "left", 26),
                ("last 13 weeks", "right", 13),
            ],
            [[label, span(s), bar(s), span(t) if t else ""] for label, s, t in shares(w, now)],
        )
    page.line("█ sure   ▒ possible: too little is said of where the work came from or why")
    page.line()
    _allocation(page, report.intents)
    single_text.overview(page, report.single_customer)
    warnings_text.overview(page, report.warnings)
    _to_tag(page, report, most=5)
    page.line()
    sources = ", ".join(report.sources)
    page.line(
        f"{counted(report.items, 'item')}, {counted(report.epics, 'epic')} from {sources}; "
        f"{days(head.sales_led.total)} {_unit(head.weight)} of work in the period."
    )
    if report.sales_led.unmeasured:
        page.line(
            f"{len(report.sales_led.unmeasured)} items were done without being seen in progress: "
            "they count as items, not as effort."
        )


def shares(w: Weighed, now: Weighed | None) -> list[tuple[str, Share, Share | None]]:
    """(label, share of the period, share of the last weeks)."""
    return [
        ("Sales-led, of all work", w.sales_led, now.sales_led if now else None),
        ("Off strategy, of all", w.unhealthy, now.unhealthy if now else None),
        ("On strategy, of sales-led", w.healthy, now.healthy if now else None),
    ]


def _allocation(page: Page, report: Intents, most: int = 8) -> None:
    if not report.has_strategy:
        page.line(
            "No strategy is stated yet, so there is nothing to hold the work against: fill in strategy.toml "
            "(tracker-sync strategy check walks you through it)."
        )
        page.line()
    rows = []
    for row in report.rows[:most]:
        value = row.shares[0][1]
        target = "" if row.target is None else f"{round(row.target * 100)} %"
        mark = _against(row.target, value) if row.stated else "not in the strategy" * report.has_strategy
        rows.append([row.intent, target, span(value), mark])
    if rows:
        page.table(
            [
                ("Strategic intent", "left", 26),
                ("target", "right", 7),
                (f"of {weight(report.unknown[0][0])}", "right", 9),
                ("", "left", 30),
            ],
            rows,
        )
        if len(report.rows) > most:
            page.line(f"(and {len(report.rows) - most} more: tracker-sync report intents)")
    for sentence in unnamed(report):
        page.line(sentence)
        page.line()


def _against(target: float | None, value: Share) -> str:
    if target is None or value.low is None or value.high is None:
        return ""
    if value.high < target:
        return "below target for certain"
    if value.low > target:
        return "above target for certain"
    return "on target is possible"


def _to_tag(page: Page, report: Overview, most: int) -> None:
    waiting = len(report.sales_led.to_tag)
    if waiting:
        page.line(f"Tag next ({waiting} items of unknown origin; an epic speaks for all under it):")
        page.table(
            [("", "left", 38), ("items", "right", 5), ("days", "right", 5), ("", "left", 25)],
            [[t.ref, str(t.items), days(t.effort), t.title] for t in report.to_tag[:most]],
        )
        page.line('  tracker-sync tag KEY --origin ... --reason "..."')
    elif report.intents.untagged:
        page.line(f"Tag next: {report.intents.untagged[0][0]} (names no intent)")


def _intents(page: Page, report: Intents, most: int = 12) -> None:
    page.title("What did each strategic intent get?", report.query)
    _allocation(page, report, most=100)
    for label, names in (
        ("Stated, but no work serves it", report.idle),
        ("Worked on, but not in the strategy", report.unstated),
    ):
        if names:
            page.line(f"{label}: {clean(', '.join(names))}")
    if report.disputed:
        page.line(f"{len(report.disputed)} items name several intents; they count for none surely.")
    _bets(page, report)
    _outside(page, report, most)
    if report.untagged:
        page.line()
        page.line("Largest work that names no intent:")
        page.table(
            [("", "left", 60), ("days", "right", 6)],
            [[r, days(d)] for r, d in report.untagged[:most]],
        )


def _bets(page: Page, report: Intents) -> None:
    bets = [(r.intent, r.bet) for r in report.rows if r.bet]
    if not bets:
        return
    page.line()
    page.table(
        [
            ("Hypothesis of", "left", 20),
            ("days old", "right", 8),
            ("until", "left", 20),
            ("KPI", "left", 26),
        ],
        [
            [intent, str(b.age), f"{b.expires or 'no end'}{', ran out' * b.expired}", b.kpi or "none"]
            for intent, b in bets
        ],
    )


def _outside(page: Page, report: Intents, most: int) -> None:
    """Orphans in both directions: initiatives that nothing carries, and epics that no initiative has."""
    bare = [c.initiative for c in report.initiatives if not c.epics]
    if bare:
        page.line(f"Initiatives without epics: {clean(', '.join(bare))}")
    if not report.outside:
        return
    page.line()
    page.line(f"{len(report.outside)} epics of stated intents are in no initiative, largest first:")
    page.table(
        [("", "left", 20), ("", "left", 31), ("intent", "left", 17), ("days", "right", 6)],
        [[o.ref.partition(":")[2], o.title, o.intent, days(o.effort)] for o in report.outside[:most]],
    )
    if len(report.outside) > most:
        page.line(f"(and {len(report.outside) - most} more: --format csv --table epics_outside lists them)")


def _unit(weight: str) -> str:
    return {"effort": "person-days", "count": "items", "money": "of money"}.get(weight, "points")
