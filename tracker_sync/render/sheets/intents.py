"""What each strategic intent was to get and what it got, in words."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.render.sheets.sales_led import weight
from tracker_sync.render.values import percent, span
from tracker_sync.reports.intents import Intents, Row
from tracker_sync.reports.shares import Share
from tracker_sync.reports.weights import HEADLINE

INTENTS = (
    Column("intent", "Intent", "text", "The intent's id.", lambda r: r.intent, width=22),
    Column("stated", "Stated", "flag", "Whether the strategy in force at the end of the period has it.",
           lambda r: r.stated),
    Column("owner", "Owner", "text", "Who may say no in its name; empty where nobody owns it.",
           lambda r: r.owner or None),
    Column("mission", "Mission", "text", "What it is to change, for whom.", lambda r: r.mission or None),
    Column("hypothesis", "Hypothesis", "text", "What it bets on.", lambda r: r.hypothesis or None),
    Column("hypothesis_since", "Stated since", "time",
           "When the hypothesis was stated first, in these words, under this intent.",
           lambda r: r.bet and r.bet.since),
    Column("hypothesis_age", "Age", "count", "Days from then to the last day of the period.",
           lambda r: r.bet and r.bet.age, "days", 4),
    Column("expires", "Ends", "text", "The last day by which the hypothesis has to show.",
           lambda r: str(r.bet.expires) if r.bet and r.bet.expires else None),
    Column("expired", "Expired", "flag", "Whether the last day of the period is after that day.",
           lambda r: r.bet and r.bet.expired, width=7),
    Column("kpi", "KPI", "text", "The metric by which the hypothesis would show.",
           lambda r: r.bet.kpi or None if r.bet else None),
    Column("buyer_outcome", "For the buyer", "text",
           "What it does for whoever signs: not-fired, promoted or revenue.",
           lambda r: r.buyer_outcome or None),
    Column("delight", "Delight", "text", "What those served will be delighted by.",
           lambda r: r.delight or None),
    Column("levers", "Hard to copy", "list", "What makes it hard to copy.", lambda r: r.levers),
    Column("margin", "Margin", "text", "How it pays.", lambda r: r.margin or None),
    Column("initiatives", "Initiatives", "list", "The initiatives under it.", lambda r: r.initiatives),
    Column("target", "Target", "share", "The part of the effort that it should get, as the strategy has it.",
           lambda r: target(r), width=7),
)  # fmt: skip
EPICS = Column("epics", "Epics", "count", "Epics in the log that name it and no other.", lambda r: r.epics,
               "epics", 5)  # fmt: skip
INITIATIVES = (
    Column("initiative", "Initiative", "text", "The initiative's id.", lambda c: c.initiative, width=22),
    Column("intent", "Intent", "text", "The intent that it is under.", lambda c: c.intent, width=18),
    Column("text", "What", "text", "What it tries.", lambda c: c.text or None),
    Column("epics", "Epics", "items", "The epics that carry it and are in the log.", lambda c: c.epics,
           width=24),
    Column("lost", "Not found", "list", "Keys that it names and no item has.", lambda c: c.lost, width=9),
)  # fmt: skip
OUTSIDE = (
    Column("key", "Epic", "item", "The epic.", lambda o: o.ref, width=28),
    Column("title", "Title", "text", "Its title.", lambda o: o.title, width=20),
    Column("intent", "Intent", "text", "The stated intent that it names.", lambda o: o.intent, width=18),
    Column("effort", "Effort", "days", "Person-days in the period, of everything under it.",
           lambda o: o.effort, "person-days", 7),
)  # fmt: skip
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
            *_orphans(report),
        ),
        tables=(
            allocation(report),
            Table("initiatives", "Initiatives and the epics that carry them", INITIATIVES, report.initiatives,
                  "The strategy has no initiatives."),
            *([Table("epics_outside", "Epics of stated intents that no initiative carries", OUTSIDE,
                     report.outside, "An initiative carries every epic of a stated intent.")]
              if report.outside is not None else ()),
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


def _orphans(report: Intents) -> tuple[Figure, ...]:
    bare = [c.initiative for c in report.initiatives if not c.epics]
    expired = [r.intent for r in report.rows if r.bet and r.bet.expired]
    return (
        Figure("initiatives_without_epics", "Initiatives without epics", "list", bare,
               "Initiatives that name no epic, or none that is in the log."),
        Figure("epics_outside", "Epics in no initiative", "count",
               NotAssessed("initiatives in the strategy") if report.outside is None else len(report.outside),
               "Epics worked on in the period that name one stated intent, while no initiative carries them "
               "or what they are in.", "epics"),
        Figure("expired", "Intents whose hypothesis has run out", "list", expired,
               "Their hypothesis had to show before the period ended."),
    )  # fmt: skip


def allocation(report: Intents) -> Table:
    """The intents with what each was to get, and got."""
    shares = (
        Column(w, f"Of {weight(w)}", "share",
               f"The part of the work of the period that serves it, by {weight(w)}: at least what "
               "names it and no other intent, at most also what names none or several.",
               _got(w), width=9 if w in HEADLINE else None)
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
    if expired := [f"{r.intent} ({r.bet.expires})" for r in report.rows if r.bet and r.bet.expired]:
        said.append(f"The hypothesis has run out: {', '.join(expired)}.")
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


def unnamed(report: Intents) -> Iterator[str]:
    """What names no intent, where there is work."""
    unknown = report.unknown[0][1]
    if report.untagged:
        yield (
            f"{percent(unknown.low)} of the work names no intent ({counted(len(report.untagged), 'item')}): "
            "it could serve any of them, so it widens every range."
        )
    elif unknown.low is not None:
        yield "All work names an intent."


def _notes(report: Intents) -> tuple[str, ...]:
    said = [*unnamed(report)]
    if report.disputed:
        said.append(
            f"{counted(len(report.disputed), 'item')} name several intents; they count for none surely."
        )
    return tuple(said)
