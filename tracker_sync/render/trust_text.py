"""The trust report as text."""

from collections.abc import Iterable
from fractions import Fraction

from tracker_sync.render import clean
from tracker_sync.render.page import Page
from tracker_sync.render.prose import wrapped
from tracker_sync.render.values import bar, days, percent, span
from tracker_sync.reports.query import day_text
from tracker_sync.reports.trust import FIELDS, Coverage, Retrofit, Trust

WHAT = {"intent": "intent", "customer": "customer", "origin": "where from"}


def trust(page: Page, report: Trust, most: int = 8) -> None:
    """How far the figures can be believed, the most important first."""
    page.title("How far can these figures be believed?", report.query)
    _headline(page, report, most)
    _coverage(page, report.coverage)
    _retrofits(page, report.retrofits)
    _disagreements(page, report, most)
    _people(page, report, most)
    _warnings(page, report)
    _gaps(page, report)


def _headline(page: Page, report: Trust, most: int) -> None:
    share = report.headline
    if share.low is None or share.high is None:
        page.line("There is no work in this period.")
        page.line()
        return
    wide = round((share.high - share.low) * 100)
    if wide == 0:
        page.line(f"Sales asked for {span(share)} of the work: all of it says where it came from.", "bold")
        page.line()
        return
    page.line(
        f"Sales asked for {span(share)} of the work. The range is about {wide} points wide, since nothing "
        "says where some of it came from.",
        "bold",
    )
    page.table([("", "left", 25), ("low–high", "right", 9), ("", "left", 26)],
               [["Sales-led, of all work", span(share), bar(share)]])  # fmt: skip
    page.line()
    page.line("Tag these first: saying it of an item says it of all the work under it.")
    page.table(
        [("", "left", 38), ("items", "right", 5), ("days", "right", 5), ("leaves", "right", 9),
         ("", "left", 12)],
        [[t.ref, str(t.items), days(t.effort), _points(t.width), t.title] for t in report.to_tag[:most]],
    )  # fmt: skip
    page.line("leaves: how wide the range is once this and all above it are tagged.")
    page.line('  tracker-sync tag KEY --origin ... --reason "..."')
    page.line()


def _points(width: Fraction | None) -> str:
    return "" if width is None else f"{round(width * 100)} points"


def _coverage(page: Page, rows: Iterable[Coverage]) -> None:
    found: dict[tuple[str, str], dict[str, Coverage]] = {}
    for row in rows:
        found.setdefault((row.of, row.name), {})[row.field] = row
    if not found:
        return
    page.line("How much of the work says it, of its effort (of its items)", "bold")
    page.table(
        [("", "left", 26), *((WHAT[f], "right", 12) for f in FIELDS)],
        [[_part(of, name), *map(_covered, (by[f] for f in FIELDS))] for (of, name), by in found.items()],
    )
    page.line("Work that nobody outside asked for names no customer: there 100 % is not the aim.")
    page.line()
    whole = found["all", ""]
    page.line("What that rests on, in items")
    page.table(
        [("", "left", 26), ("people", "right", 7), ("fields", "right", 7), ("labels", "right", 7),
         ("texts", "right", 7), ("from above", "right", 10)],
        [
            [WHAT[f], *map(str, whole[f].by), str(whole[f].tagged - whole[f].own)]
            for f in FIELDS
        ],
    )  # fmt: skip
    page.line("from above: of these, those that have it from the epic they are in.")
    page.line()


def _part(of: str, name: str) -> str:
    if of == "all":
        return "all work"
    return f"{of} {clean(name)}" if name else "no team known"


def _covered(row: Coverage) -> str:
    items = percent(Fraction(row.tagged, row.items))
    return f"{percent(row.by_effort)} ({items})" if row.by_effort is not None else f"({items})"


def _retrofits(page: Page, rows: Iterable[Retrofit]) -> None:
    for row in rows:
        if row.items:
            page.line(
                f"{WHAT[row.field].capitalize()} first named after the work had started: {row.late} of "
                f"{row.items} items started in the period."
            )
    page.line()


def _disagreements(page: Page, report: Trust, most: int) -> None:
    if not report.disagreements:
        page.line("No signs disagree.")
        page.line()
        return
    told = ", ".join(f"{kind} {n}" for kind, n in report.counts.items() if n)
    page.line(f"Signs disagree in {len(report.disagreements)} items ({told}), largest first", "bold")
    page.table(
        [("", "left", 38), ("days", "right", 5), ("", "left", 18), ("", "left", 12)],
        [[d.ref, days(d.effort), ", ".join(d.kinds), d.title] for d in report.disagreements[:most]],
    )
    page.line("  tracker-sync show KEY    says which signs, and which of them counts")
    page.line()


def _people(page: Page, report: Trust, most: int) -> None:
    if not report.strangers:
        return
    if not report.knows_people:
        page.line("No people.toml: who sales, support and product are is not known.", "bold")
    else:
        page.line(f"{len(report.strangers)} people are not in people.toml; the busiest", "bold")
    page.table(
        [("", "left", 40), ("worked on", "right", 10), ("opened", "right", 8)],
        [[f"{s.source}/{s.login}", str(s.worked), str(s.reported)] for s in report.strangers[:most]],
    )
    page.line("worked on: items in the period. opened: items ever.")
    page.line()


def _warnings(page: Page, report: Trust) -> None:
    """How often warnings were dismissed, and which are."""
    gone = [r for r in report.records if r.dismissed]
    if not gone:
        return
    page.line("Warnings that somebody dismissed, of those found", "bold")
    page.table(
        [("", "left", 40), ("dismissed", "right", 9), ("found", "right", 6)],
        [[r.detector, str(r.dismissed), str(r.found)] for r in gone],
    )
    for one in report.dismissed:
        if told := one.dismissed:
            until = day_text(told.until, report.query.zone)
            page.line(wrapped(f"{one.id}: {told.by}, until {until}: {told.why}", 4, 2))
    page.line()


def _gaps(page: Page, report: Trust) -> None:
    gaps = [g for g in report.gaps if g[1] or g[2]]
    if not gaps:
        page.line("No gaps: every item could be read, and its tracker logged every change.")
        return
    for source, aside, unlogged in gaps:
        if aside:
            page.line(f"{clean(source)}: {aside} items could not be read and are in no figure.")
        if unlogged:
            page.line(
                f"{clean(source)}: {unlogged} items have changes that the tracker did not log; they are "
                "dated when they were seen."
            )
