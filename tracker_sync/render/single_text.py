"""Features for one customer alone as a page of text, and as a part of the overview's."""

from datetime import tzinfo
from fractions import Fraction

from tracker_sync.render import clean
from tracker_sync.render.page import Page
from tracker_sync.render.prose import counted, wrapped
from tracker_sync.render.sheets import single_customer as sheets
from tracker_sync.reports.cost import Cost
from tracker_sync.reports.feature_cost import WEEK, FeatureCost
from tracker_sync.reports.money import MISSING
from tracker_sync.reports.query import day_text
from tracker_sync.reports.single_customer import Row, SingleCustomer

_SCALES = ((Fraction(10**6), "m"), (Fraction(10**3), "k"), (Fraction(1), ""))


def page(page: Page, report: SingleCustomer, most: int = 12) -> None:
    """The whole report, what it is about first."""
    page.title("What did we build for one customer alone?", report.query)
    for n, sentence in enumerate(sheets.headline(report)):
        page.line(sentence, "" if n else "bold")
    page.line()
    for row in report.rows[:most]:
        _feature(page, report, row)
    if len(report.rows) > most:
        page.line(f"(and {len(report.rows) - most} more: tracker-sync report single-customer --format json)")
    if len(report.shared):
        page.line("Asked for by one, for more:", "bold")
        for shared in report.shared[:most]:
            page.line(wrapped(f"{_name(shared.ref, shared.title)}: {sheets.names(shared)}", 4, 2))
        page.line()
    _read(page, report)


def _feature(page: Page, report: SingleCustomer, row: Row) -> None:
    cost, zone = row.cost, report.query.zone
    page.line(wrapped(_name(row.ref, row.title), 4, 0), "bold")
    page.line(wrapped(f"for {row.account}, {row.state}; {_released(cost, zone)}", 4, 2))
    page.line(wrapped(f"cost {amount(cost.cost)}: {_build(cost)}, {sheets.upkeep(cost)}", 4, 2))
    page.line(wrapped(f"{_paid(row)}; {_displaced(row)}", 4, 2))
    if row.later:
        page.line(wrapped(f"used later than 90 days after the release by {', '.join(row.later)}", 4, 2))
    page.line()


def _displaced(row: Row) -> str:
    said = f"{round(row.cost.weeks):,} person-weeks went into it"
    if (instead := row.displaced) is None:
        return said
    return f"{said}, {round(instead.effort / WEEK):,} into “{instead.problem}”"


def _name(ref: str, title: str) -> str:
    return f"{ref.partition(':')[2]} {title}"


def _released(cost: FeatureCost, zone: tzinfo) -> str:
    if cost.released is not None:
        return f"released {day_text(cost.released, zone)}"
    return "declined" if cost.basis == "given up" else "not released"


def _build(cost: FeatureCost) -> str:
    days = f"{round(cost.build):,} person-days"
    said = {
        "spent": f"{days} to build", "estimate": f"{days} estimated, {round(cost.spent):,} spent",
        "so far": f"{days} so far", "given up": f"{days} until it was declined",
    }  # fmt: skip
    return said[cost.basis]


def _paid(row: Row) -> str:
    payment, cost = row.cost.payment, row.cost.cost
    if payment.amount is None:
        return f"paid: {payment.said!r} is no plain figure" if payment.said else "what is paid is not known"
    if cost.cover is None:
        return f"{_scaled(payment.amount)} paid"
    low, high = (round(end * 100) for end in cost.cover)
    return f"{_scaled(payment.amount)} paid, which covers {low}–{high} % of the cost"


def amount(cost: Cost) -> str:
    """The p50 with p10 and p90 in one scale: "1.1m (0.95–1.4)"."""
    scale, mark = next((s for s in _SCALES if cost.p50 >= s[0]), _SCALES[-1])
    low, middle, high = (_figure(end / scale) for end in (cost.p10, cost.p50, cost.p90))
    return f"{middle}{mark}" if low == high else f"{middle}{mark} ({low}–{high})"


def _scaled(value: Fraction) -> str:
    scale, mark = next((s for s in _SCALES if value >= s[0]), _SCALES[-1])
    return f"{_figure(value / scale)}{mark}"


def _figure(value: Fraction) -> str:
    """Two digits that mean something, or all that stand before the point."""
    if value >= 10:
        return f"{round(value):,}"
    return f"{float(value):.{1 if value >= 1 else 2}f}"


def _read(page: Page, report: SingleCustomer) -> None:
    """How sure all of this is, and what is missing."""
    notes = [sheets.SURE[state] for state, count in report.states.items() if count]
    if report.rows:
        notes.append(units(report))
        notes.append("Upkeep is observed where bugs and support are linked to a feature that is a year old.")
    notes += sheets.unassessed(report)
    notes += [
        f"{clean(source)}: {round(covered * 100)} % of the work says where its demand came from"
        + ("." if covered >= Fraction(4, 5) else
           "; below 80 %, so the silence of other customers means nothing.")
        for source, covered in report.coverage if covered is not None
    ]  # fmt: skip
    for note in notes:
        page.line(wrapped(note, 2, 0))


def units(report: SingleCustomer) -> str:
    """What costs are in."""
    said = "Cost is build and upkeep over the feature's life, as p50 (p10–p90)"
    if report.priced:
        return f"{said}, at the rates of people.toml."
    return f"{said}, in person-days; money needs {MISSING}."


def _unnamed(count: int) -> str:
    return f" {counted(count, 'feature')} {'names' if count == 1 else 'name'} no account." if count else ""


def overview(page: Page, report: SingleCustomer, most: int = 5) -> None:
    """The largest ones in a table."""
    if not report.rows:
        page.line(
            f"No feature is known to be for a single customer (of {report.features} looked at; "
            f"{len(report.unnamed)} name no account)."
        )
        page.line()
        return
    page.line(f"{sheets.alone(report)}:")
    page.table(
        [("Feature", "left", 22), ("for", "left", 18), ("days", "right", 5), ("cost", "right", 16),
         ("how sure", "left", 11)],
        [
            [_name(r.ref, r.title), r.account, f"{round(r.effort):,}", amount(r.cost.cost), r.state]
            for r in report.rows[:most]
        ],
    )  # fmt: skip
    if len(report.rows) > most:
        page.line(f"(and {len(report.rows) - most} more: tracker-sync report single-customer)")
    page.line(f"Days are person-days. {units(report)}{_unnamed(len(report.unnamed))}")
    page.line()
