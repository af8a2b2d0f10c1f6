"""The sales-led report as text for a terminal of 80 columns."""

from fractions import Fraction

from tracker_sync.render import clean
from tracker_sync.render.page import Page
from tracker_sync.render.sheets.sales_led import headline, weight
from tracker_sync.render.text import shares
from tracker_sync.render.values import CLASSES, bar, days, span
from tracker_sync.reports.sales_led import SalesLed, Spell, Weighed
from tracker_sync.reports.shares import Share


def sales_led(page: Page, report: SalesLed, most: int = 8) -> None:
    """Every weight with its ranges, the series, and the work of each class, largest first."""
    page.title("How much of the work did sales ask for?", report.query)
    if report.weighed:
        page.line(headline(report.weighed[0]), "bold")
        page.line()
    _series(page, report)
    for w in report.weighed:
        page.line(_amount(w), "bold")
        page.table(
            [("", "left", 25), ("low–high", "right", 9), ("", "left", 26), ("with chance", "right", 11)],
            [[label, span(s), bar(s), _interval(s)] for label, s, _ in shares(w, None)],
        )
        page.line(", ".join(f"{CLASSES[v]} {_between(a, w.most[v])}" for v, a in w.amounts.items()))
        page.line()
    for other in report.not_weighed:
        team = f" of {other.team}" if other.team else ""
        page.line(f"By {other.weight}{team}: not assessed: {other.why}.")
    page.line("Low–high: whatever the unknown turns out to be. With chance: 95 % of what could")
    page.line("have come of the same kind of work (whole epics drawn again).")
    for verdict in ("unhealthy", "undecidable", "healthy", "unknown"):
        _work(page, report, verdict, most)
    page.line()
    if report.unmeasured:
        page.line(f"{len(report.unmeasured)} items have no measured effort.")
    if report.backdated:
        page.line(
            f"{report.backdated} sales-led items are judged by a strategy that was recorded here after "
            "they were asked for."
        )


def _series(page: Page, report: SalesLed) -> None:
    """The sales-led share by period: as it is known now, as the trackers showed it then, and what moved."""
    if not report.series:
        return
    name = report.weighed[0].weight
    rows = []
    for spell in report.series:
        now, then = (_of(name, some) for some in (spell.restated, spell.then))
        period = spell.period.name + ("" if spell.period.whole else "*")
        rows.append([period, span(now) if now else "no work", bar(now) if now else "",
                     span(then) if then else "no work", _moved(spell, name)])  # fmt: skip
    page.table(
        [(f"By {weight(name)}", "left", 12), ("now known", "right", 9), ("", "left", 26),
         ("at its end", "right", 10), ("moved by", "right", 13)],
        rows,
    )  # fmt: skip
    page.line("At its end: as the trackers showed the period's work on its last day. Moved by:")
    page.line("points of the low and the high since then. * not the whole period.")
    page.line()


def _of(name: str, some: tuple[Weighed, ...]) -> Share | None:
    found = next((w.sales_led for w in some if w.weight == name), None)
    return found if found and found.low is not None else None


def _moved(spell: Spell, name: str) -> str:
    moved = spell.revision(name)
    if moved is None:
        return ""
    low, high = (round(end * 100) for end in moved)
    return "–" if low == high == 0 else f"{low:+d}, {high:+d}".replace("-", "−")  # noqa: RUF001  a minus sign


def _work(page: Page, report: SalesLed, verdict: str, most: int) -> None:
    rows = report.of(verdict)
    if not rows:
        return
    page.line()
    page.line(f"{CLASSES[verdict].capitalize()}: {len(rows)} items, largest first", "bold")
    page.table(
        [("", "left", 20), ("days", "right", 5), ("", "left", 22), ("why", "left", 27)],
        [[r.ref.partition(":")[2], days(r.effort), r.title, r.why] for r in rows[:most]],
    )
    if len(rows) > most:
        page.line(f"(and {len(rows) - most} more: --format json lists them all)")


def _amount(w: Weighed) -> str:
    amount = {
        "count": str(w.sales_led.n),
        "effort": f"{_between(*w.sales_led.totals)} person-days on {w.sales_led.n} items",
        "money": f"{_between(*w.sales_led.totals)}, at the rates of people.toml",
    }
    points = f"{_between(*w.sales_led.totals)} points on {w.sales_led.n} items"
    return clean(f"By {weight(w.weight)}: {amount.get(w.weight, points)}")


def _between(low: Fraction, high: Fraction) -> str:
    return days(low) if low == high else f"{days(low)}–{days(high)}"


def _interval(value: Share) -> str:
    if value.interval is None:
        return ""
    return f"{round(value.interval[0] * 100)}–{round(value.interval[1] * 100)} %"
