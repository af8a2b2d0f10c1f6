"""What each strategic intent was to get and what it got, in words."""

from collections.abc import Callable
from fractions import Fraction

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, Sheet, Table
from tracker_sync.render.sheets.sales_led import weight
from tracker_sync.render.values import percent, span
from tracker_sync.reports.intents import Intents, Row
from tracker_sync.reports.shares import Share

INTENTS = (
    Column("intent", "Intent", "text", "The intent's id.", lambda r: r.intent, width=24),
    Column("stated", "Stated", "flag", "Whether the strategy in force at the end of the period has it.",
           lambda r: r.stated),
    Column("owner", "Owner", "text", "Who may say no in its name.", lambda r: r.owner or None),
    Column("mission", "Mission", "text", "What it is to change, for whom.", lambda r: r.mission or None),
    Column("hypothesis", "Hypothesis", "text", "What it bets on.", lambda r: r.hypothesis or None),
    Column("target", "Target", "share", "The part of the effort that it should get, as the strategy has it.",
           lambda r: target(r), width=7),
)  # fmt: skip
EPICS = Column("epics", "Epics", "count", "Epics in the log that name it and no other.", lambda r: r.epics,
               "epics", 6)  # fmt: skip
UNTAGGED = (
    Column("key", "Item", "item", "Work of the period that names no intent.", lambda u: u[0], width=60),
    Column("effort", "Effort", "days", "Its person-days in the period.", lambda u: u[1], "person-days", 7),
)  # fmt: skip


def sheet(report: Intents) -> Sheet:
    """The report as sentences, figures and tables."""
    name, unknown = report.unknown[0]
    return Sheet(
        "intents", "What did each strategic intent get?", report.query,
        headline=headline(report),
        figures=(
            Figure("no_intent", "Work that names no intent", "share", unknown,
                   "It could serve any intent, so it widens the range of each.",
                   f"of {weight(name)}"),
            Figure("intents_without_work", "Intents without work", "list", report.idle,
                   "Stated intents that no work of the period serves."),
            Figure("work_without_stated_intent", "Intents that are not stated", "list", report.unstated,
                   "Intents that work names and the strategy has not."),
        ),
        tables=(
            allocation(report),
            Table("untagged", "Work that names no intent, largest first", UNTAGGED, report.untagged,
                  "All work names an intent."),
        ),
        unknowns=(
            ("intent", report.untagged.each(lambda u: u[0])),
            ("several_intents", report.disputed),
        ),
        notes=_notes(report),
        charts=(allocated(report),),
    )  # fmt: skip


def allocation(report: Intents) -> Table:
    """The intents with what each was to get, and got."""
    shares = (
        Column(w, f"Share of {weight(w)}", "share",
               f"The part of the work of the period that serves it, by {weight(w)}: at least what "
               "names it and no other intent, at most also what names none or several.",
               _got(w), width=16)
        for w, _ in report.unknown
    )  # fmt: skip
    return Table("intents", "Strategic intents: target and what they got", (*INTENTS, *shares, EPICS),
                 report.rows, "No intent is stated, and no work names one.")  # fmt: skip


def allocated(report: Intents) -> Chart:
    """What each intent got, against its target."""
    return Chart("allocation", "shares", "What each intent was to get, and what it got",
                 (report.unknown[0][0],), "intents", "intent", target="target")  # fmt: skip


def _got(name: str) -> Callable[[Row], Share]:
    return lambda r: dict(r.shares)[name]


def headline(report: Intents) -> tuple[str, ...]:
    """The answer in a few sentences."""
    if not report.has_strategy:
        return ("No strategy is stated yet, so there is nothing to hold the work against.",)
    held = [(r, r.shares[0][1]) for r in report.rows if r.stated and r.target is not None]
    below = [f"{r.intent} ({span(s)} of {percent(target(r))})" for r, s in held if against(r, s) < 0]
    above = [f"{r.intent} ({span(s)} of {percent(target(r))})" for r, s in held if against(r, s) > 0]
    said = []
    if below:
        said.append(f"Below target for certain: {', '.join(below)}.")
    if above:
        said.append(f"Above target for certain: {', '.join(above)}.")
    if held and not said:
        said.append("No intent is off its target for certain.")
    return (*said, *([f"Not in the strategy: {', '.join(report.unstated)}."] if report.unstated else []))


def target(row: Row) -> Fraction | None:
    """The target as the strategy's file writes it, exactly."""
    return None if row.target is None else Fraction(str(row.target))


def against(row: Row, share: Share) -> int:
    """-1 where the share is below the intent's target whatever is unknown, 1 above it, else 0."""
    aim = target(row)
    if aim is None or share.low is None or share.high is None:
        return 0
    return (share.low > aim) - (share.high < aim)


def _notes(report: Intents) -> tuple[str, ...]:
    unknown = report.unknown[0][1]
    said = [
        f"{percent(unknown.low)} of the work names no intent ({counted(len(report.untagged), 'item')}): it "
        "could serve any of them, so it widens every range."
    ]
    if report.disputed:
        said.append(
            f"{counted(len(report.disputed), 'item')} name several intents; they count for none surely."
        )
    return tuple(said)
