"""How much of the work sales asked for, in words."""

from collections.abc import Callable
from fractions import Fraction

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, Range, Sheet, Table
from tracker_sync.render.values import CLASSES, span
from tracker_sync.reports.sales_led import SalesLed, Spell, Weighed
from tracker_sync.reports.shares import Share

NO_WORK = "There is no work in this period. Work is what was in progress or done in it."
WEIGHT = {"effort": "effort", "count": "items", "points": "points", "money": "money"}
"""What the work is weighed by."""
SHARES = {
    "sales_led": (
        "Sales-led, of all work",
        "Work whose decisive demand came from a deal, a prospect, a renewal or sales, of all work.",
    ),
    "unhealthy": (
        "Off strategy, of all work",
        "Sales-led work that was decided against, that no intent stood for when it was asked for, or whose "
        "account the product is not for; of all work.",
    ),
    "healthy_ratio": (
        "On strategy, of sales-led",
        "Of sales-led work, the part for an account that the product is for, under an intent that stood when "
        "it was asked for.",
    ),
}
"""(label, meaning) of each share, by its id."""
ITEMS = (
    Column("key", "Item", "item", "The item: a leaf of the work, one without children.", lambda r: r.ref,
           width=22),
    Column("title", "Title", "text", "Its title.", lambda r: r.title, width=18),
    Column("class", "Class", "class",
           "healthy: sales-led and fits the strategy; unhealthy: sales-led and off strategy; undecidable: "
           "sales-led, and too little is known to say; unknown: nothing but perhaps who raised it says "
           "where its demand came from; "
           "other: not sales-led.", lambda r: r.verdict, width=17),
    Column("why", "Why", "text", "What its class rests on.", lambda r: r.why, width=8),
    Column("origin", "Origin", "text", "Where its earliest decisive demand came from.", lambda r: r.origin),
    Column("customers", "Customers", "list", "The independent accounts that asked for it.",
           lambda r: list(r.customers)),
    Column("intent", "Intent", "text", "The intent that it serves, where it names exactly one.",
           lambda r: r.intent),
    Column("effort", "Effort", "days",
           "Person-days in the period; none where it was never seen in progress.",
           lambda r: r.effort if r.measured else None, "person-days", 7),
)  # fmt: skip


def sheet(report: SalesLed) -> Sheet:
    """The report as sentences, figures and tables."""
    head = report.weighed[0] if report.weighed else None
    return Sheet(
        "sales-led", "How much of the work did sales ask for?", report.query,
        headline=(headline(head) if head else NO_WORK,),
        figures=(
            *(shares(head) if head else ()),
            Figure("strategy_recorded_after_request", "Judged by a strategy recorded after the request",
                   "count", report.backdated,
                   "Sales-led items judged by a strategy that this log learned of after they were asked for.",
                   "items"),
        ),
        tables=(
            Table("items", "The work, largest effort first", ITEMS, report.rows, "There is no work."),
            Table("by_weight", "By each weight", _by_weight(), report.weighed),
            *([Table("series", f"Over time, by {weight(head.weight)}", _series(head.weight), report.series,
                     most=60)] if head and report.series else ()),
        ),
        unknowns=(
            ("origin", report.to_tag.each(lambda r: r.ref)),
            ("alignment", report.of("undecidable").each(lambda r: r.ref)),
            ("unmeasured", report.unmeasured),
        ),
        notes=notes(report),
        charts=_charts(report),
    )  # fmt: skip


def _charts(report: SalesLed) -> tuple[Chart, ...]:
    bars = Chart("shares", "shares", "What sales asked for, and how it fits the strategy", tuple(SHARES))
    series = Chart(
        "series", "series", "What sales asked for, over time", ("sales_led", "sales_led_then"), "series",
        "since", reading="\"Then\" is as the trackers showed it at the end of each period.",
    )  # fmt: skip
    if not report.weighed:
        return ()
    return (bars, series) if report.series else (bars,)


def weight(name: str) -> str:
    """A weight as people call it: a team's points are "points of planning"."""
    kind, _, team = name.partition(":")
    return WEIGHT[kind] + (f" of {team}" if team else "")


def headline(head: Weighed) -> str:
    """The answer in a sentence or two."""
    if head.sales_led.low is None:
        return NO_WORK
    if not head.sales_led.measurable:
        return (
            f"Not measurable yet: sales asked for {span(head.sales_led)} of the work. The range is wider "
            "than 20 points; the work to tag first is listed below."
        )
    return (
        f"Sales asked for {span(head.sales_led)} of the work. "
        f"{span(head.unhealthy)} of all work is sales-led and off strategy."
    )


def shares(w: Weighed) -> list[Figure]:
    """The three shares by one weight."""
    values = (w.sales_led, w.unhealthy, w.healthy)
    return [
        Figure(id_, label, "share", value, meaning, f"of {weight(w.weight)}")
        for (id_, (label, meaning)), value in zip(SHARES.items(), values, strict=True)
    ]


def notes(report: SalesLed) -> tuple[str, ...]:
    """What could mislead."""
    said = ["The ranges hold whatever the work of unknown origin turns out to be; tagging it narrows them."]
    if report.unmeasured:
        said.append(
            f"{counted(len(report.unmeasured), 'item')} had no progress that was seen: such work counts as "
            "items, not as effort."
        )
    for other in report.not_weighed:
        team = f" of {other.team}" if other.team else ""
        said.append(f"By {other.weight}{team}: not assessed: {other.why}.")
    if report.backdated:
        said.append(
            f"{counted(report.backdated, 'sales-led item')} rest on a strategy that was recorded here after "
            "they were asked for."
        )
    return tuple(said)


def _by_weight() -> tuple[Column, ...]:
    sales, off, fits = (
        Column(id_, label.partition(",")[0], "share", meaning, get, width=12)
        for (id_, (label, meaning)), get in zip(
            SHARES.items(), (lambda w: w.sales_led, lambda w: w.unhealthy, lambda w: w.healthy), strict=True
        )
    )
    amounts = (
        Column(f"amount_{v}", f"Amount: {CLASSES[v]}", "range",
               f"Work of the class {v}, in the weight's unit; of money from the lowest rates to the highest.",
               _amount(v))
        for v in CLASSES
    )  # fmt: skip
    return (
        Column("weight", "Weight", "text",
               "effort (person-days), count (items), money, or points:TEAM for the points of a team.",
               lambda w: w.weight, width=14),
        Column("total", "Of", "range", "All work of the period, in the weight's unit.",
               lambda w: Range(*map(float, w.sales_led.totals)), width=13),
        Column("items", "Items", "count", "Items of it that weigh anything.", lambda w: w.sales_led.n,
               width=6),
        sales, off, fits, *amounts,
    )  # fmt: skip


def _amount(verdict: str) -> Callable[[Weighed], Range]:
    return lambda w: Range(float(w.amounts[verdict]), float(w.most[verdict]))


def _series(name: str) -> tuple[Column, ...]:
    """The columns of a series, by one weight."""

    def of(some: str, share: str) -> Callable[[Spell], Share | None]:
        return lambda s: next((getattr(w, share) for w in getattr(s, some) if w.weight == name), None)

    shares = zip(SHARES.items(), ("sales_led", "unhealthy", "healthy"), strict=True)
    known = [
        (Column(id_, label.partition(",")[0], "share", f"{meaning} By what is known of it now.",
                of("restated", share), width=width),
         Column(f"{id_}_then", f"{label.partition(',')[0]} then", "share",
                f"{meaning} As the trackers showed it at the period's end.", of("then", share), width=width))
        for ((id_, (label, meaning)), share), width in zip(shares, (12, None, None), strict=True)
    ]  # fmt: skip
    return (
        Column("since", "From", "time", "When the period begins, within the window.",
               lambda s: s.period.since, width=10),
        Column("period", "Period", "text", "Its name: a week, a month or a quarter.", lambda s: s.period.name,
               width=9),
        Column("whole", "Whole", "flag", "Whether all of it lies in the window and had passed.",
               lambda s: s.period.whole, width=5),
        *(column for pair in known for column in pair),
        Column("moved_low", "Low moved", "number",
               "By how many points the lowest of the sales-led share is higher now than at the period's end.",
               lambda s: _moved(s, name, 0), "points", 9),
        Column("moved_high", "High moved", "number", "By how many points its highest is higher.",
               lambda s: _moved(s, name, 1), "points", 10),
    )  # fmt: skip


def _moved(spell: Spell, name: str, end: int) -> Fraction | None:
    moved = spell.revision(name)
    return moved[end] * 100 if moved else None
