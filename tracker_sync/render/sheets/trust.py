"""How far the figures can be believed, in words."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Range, Sheet, Table
from tracker_sync.render.values import span
from tracker_sync.reports.tag_first import ToTag
from tracker_sync.reports.trust import Coverage, Trust
from tracker_sync.tagging.rules import BASES

TO_TAG = (
    Column("key", "Item", "item", "The topmost item over work of unknown origin.", lambda t: t.ref, width=38),
    Column("title", "Title", "text", "Its title.", lambda t: t.title, width=12),
    Column("items", "Items", "count", "Items of unknown origin that it speaks for: itself and all under it.",
           lambda t: t.items, "items", 5),
    Column("effort", "Effort", "days", "Person-days on those in the period.", lambda t: t.effort,
           "person-days", 6),
    Column("width_after", "Range after", "share",
           "How wide the range of the sales-led share is once this and all above it are tagged.",
           lambda t: t.width, width=11),
)  # fmt: skip
SAYS = {"intent": "its intent", "customer": "who asked", "origin": "where it came from"}
"""What work may say."""


def _by(basis: int) -> Callable[[Coverage], int]:
    return lambda c: c.by[basis]


COVERAGE = (
    Column("of", "Of", "text", "all: all work; source: that of a tracker; team: that of a team.",
           lambda c: c.of, width=7),
    Column("name", "Name", "text", "The tracker or the team; empty where no team is known.",
           lambda c: c.name or None, width=16),
    Column("field", "Says", "text", "What the work says: intent, customer or origin.", lambda c: c.field,
           width=9),
    Column("items", "Items", "count", "Items of that work.", lambda c: c.items, "items", 6),
    Column("tagged", "Tagged", "count", "Of these, those that say it.", lambda c: c.tagged, "items", 6),
    Column("share_of_items", "Of items", "share", "Tagged items of all items.",
           lambda c: Fraction(c.tagged, c.items), width=8),
    Column("share_of_effort", "Of effort", "share", "Their effort, of that of all of them.",
           lambda c: c.by_effort, width=9),
    Column("own", "By own signs", "count",
           "Tagged items that have it from their own signs, not from the epic above them.",
           lambda c: c.own, "items"),
    *(
        Column(f"by_{basis}", f"By {basis}", "count", f"Tagged items whose tag rests on a {basis}.",
               _by(n), "items")
        for n, basis in enumerate(BASES)
    ),
)  # fmt: skip
LATE = (
    Column("field", "Says", "text", "What is named: an intent or a customer.", lambda r: r.field, width=10),
    Column("late", "Named after the start", "count", "Items that were first named so after work had started.",
           lambda r: r.late, "items", 22),
    Column("items", "Started in the period", "count", "Items started in the period that name one.",
           lambda r: r.items, "items", 22),
)  # fmt: skip
DISAGREE = (
    Column("key", "Item", "item", "The item whose signs disagree.", lambda d: d.ref, width=38),
    Column("title", "Title", "text", "Its title.", lambda d: d.title, width=16),
    Column("kinds", "Disagree", "list", "What its signs disagree about.", lambda d: list(d.kinds), width=14),
    Column("effort", "Effort", "days", "Its person-days in the period.", lambda d: d.effort, "person-days",
           6),
)  # fmt: skip
PEOPLE = (
    Column("source", "Source", "text", "The tracker where they have the account.", lambda s: s.source,
           width=18),
    Column("login", "Account", "text", "What the tracker calls the account.", lambda s: s.login, width=26),
    Column("worked_on", "Worked on", "count", "Items that they had in progress in the period.",
           lambda s: s.worked, "items", 10),
    Column("opened", "Opened", "count", "Items that they ever opened.", lambda s: s.reported, "items", 8),
)  # fmt: skip
GAPS = (
    Column("source", "Source", "text", "The tracker, as the configuration calls it.", lambda g: g[0],
           width=20),
    Column("set_aside", "Unreadable", "count", "Items that could not be read and are in no figure.",
           lambda g: g[1], "items", 12),
    Column("unlogged", "Changes not logged", "count",
           "Items with changes that their tracker did not log; they are dated when they were seen.",
           lambda g: g[2], "items", 20),
)  # fmt: skip


RECORDS = (
    Column("detector", "Detector", "text", "What warns.", lambda r: r.detector, width=32),
    Column("found", "Found", "count", "Findings that it has now, or had when they were dismissed.",
           lambda r: r.found, "findings", 6),
    Column("dismissed", "Dismissed", "count", "Those of them that somebody dismissed.",
           lambda r: r.dismissed, "findings", 9),
    Column("precision", "Nobody dismissed", "share", "The part of them that nobody dismissed: at most so "
           "many were right.", lambda r: r.precision, width=16),
    Column("interval", "Interval", "range", "95 %, by Wilson's score: few findings say little.",
           lambda r: Range(*r.interval)),
)  # fmt: skip
DISMISSED = (
    Column("warning", "Warning", "text", "Its permanent name.", lambda f: f.id, width=34),
    Column("until", "Until", "time", "When it comes back, if it still holds then.",
           lambda f: f.dismissed and f.dismissed.until, width=10),
    Column("by", "By", "text", "Who dismissed it.", lambda f: f.dismissed and f.dismissed.by, width=10),
    Column("why", "Why", "text", "Their reason.", lambda f: f.dismissed and f.dismissed.why, width=20),
)  # fmt: skip


def _believed(report: Trust) -> Fraction | NotAssessed:
    found = sum(r.found for r in report.records)
    if not found:
        return NotAssessed("a finding: nothing was found yet that anybody could dismiss")
    return Fraction(found - sum(r.dismissed for r in report.records), found)


def sheet(report: Trust) -> Sheet:
    """The report as sentences, figures and tables."""
    share = report.headline
    wide = None if share.low is None or share.high is None else share.high - share.low
    return Sheet(
        "trust", "How far can these figures be believed?", report.query,
        headline=(headline(report),),
        figures=(
            Figure("sales_led", "Sales-led, of all work", "share", share,
                   "The headline of the report on sales-led work, by effort."),
            Figure("width", "How wide its range is", "share", wide,
                   "The highest less the lowest: the work of which nothing says where it came from."),
            *_covered(report.coverage),
            Figure("disagreeing", "Items whose signs disagree", "count", len(report.disagreements),
                   "Items of the period whose signs say different things of one tag.", "items"),
            Figure("detectors", "Warnings that nobody dismissed", "share", _believed(report),
                   "Of all findings that there are or that were dismissed. At most so many were right."),
        ),
        tables=(
            to_tag(report.to_tag),
            Table("coverage", "How much of the work says it", COVERAGE, report.coverage),
            Table("tagged_after_start", "Named only after the work had started", LATE, report.retrofits),
            Table("disagreements", "Signs that disagree, largest first", DISAGREE, report.disagreements,
                  "No signs disagree."),
            Table("people", "People who are not in people.toml", PEOPLE, report.strangers,
                  "people.toml has everybody."),
            Table("gaps", "What the log lacks", GAPS, report.gaps),
            Table("detectors", "How often what warns was dismissed", RECORDS, report.records,
                  "Nothing was found yet."),
            Table("dismissed", "Dismissed warnings", DISMISSED, report.dismissed, "Nobody dismissed any."),
        ),
        charts=(
            Chart("coverage", "shares", "How much of the work says it, of its effort",
                  tuple(f"{c.field}_coverage" for c in report.coverage if c.of == "all")),
            Chart("to_tag", "amounts", "What to tag first", ("effort",), "to_tag", "title", most=8),
        ),
        notes=(
            "Tag the first items first: saying it of an item says it of all the work under it.",
            "Work that nobody outside asked for names no customer: there 100 % is not the aim.",
        ),
    )  # fmt: skip


def headline(report: Trust) -> str:
    """The answer in a sentence or two."""
    share = report.headline
    if share.low is None or share.high is None:
        return "There is no work in this period."
    wide = round((share.high - share.low) * 100)
    if wide == 0:
        return f"Sales asked for {span(share)} of the work: all of it says where it came from."
    return (
        f"Sales asked for {span(share)} of the work. The range is about {counted(wide, 'point')} wide, since "
        "nothing says where some of it came from."
    )


def to_tag(rows: Sequence[ToTag]) -> Table:
    """What to tag first."""
    return Table("to_tag", "What to tag first", TO_TAG, rows, "All work says where it came from.", 8)


def _covered(rows: Sequence[Coverage]) -> list[Figure]:
    return [
        Figure(f"{c.field}_coverage", f"Work that says {SAYS[c.field]}", "share", c.by_effort,
               f"Work of the period that says {SAYS[c.field]}, of all its effort.")
        for c in rows
        if c.of == "all"
    ]  # fmt: skip
