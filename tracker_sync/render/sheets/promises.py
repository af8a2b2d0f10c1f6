"""What was promised, whether it was scoped by then, and when it came, in words."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.reports.promises import Pace, Promises, Row, Tally

_RANKS = "a tracker that logs moves in the queue (Jira's Rank)"
_SCOPES = "an estimate, points (fields = { points = … }) or a status such as Ready"


def _day(of: Callable[[Row], int | None]) -> Callable[[Row], str | None]:
    def text(row: Row) -> str | None:
        ordinal = of(row)
        return None if ordinal is None else date.fromordinal(ordinal).isoformat()

    return text


def _unscoped(row: Row) -> str | None:
    if row.unscoped is None:
        return None
    return "not yet" if row.scoped is None else f"{row.ahead} d" if row.unscoped else "no"


PROMISES = (
    Column("key", "Item", "item", "The item that was promised.", lambda r: r.ref, width=9),
    Column("title", "Title", "text", "Its title.", lambda r: r.title, width=13),
    Column("accounts", "Account", "list", "The independent accounts that asked for it.",
           lambda r: list(r.accounts), width=9),
    Column("outcome", "State", "text",
           "kept: done by its first date; late: done after it; done: done without a date; open; overdue: "
           "open after its first date; declined.", lambda r: r.outcome, width=8),
    Column("promised", "Promised", "time", "When somebody first said so, or it first had a due date.",
           lambda r: r.promised, width=10),
    Column("before_scope", "Unscoped", "text",
           "How long before its scope it was promised; no: it had been scoped; not yet: it is not scoped.",
           _unscoped, width=8),
    Column("slips", "Slips", "count", "How often its due date was put off; an earlier date is no slip.",
           lambda r: r.slips, "times", 5),
    Column("days_late", "Late", "count",
           "Calendar days past its first date (negative: before it) when it was done; where it is open, now.",
           lambda r: r.late, "days", 4),
    Column("kind", "Said by", "text", "promise: somebody said so; due date: only a date does.",
           lambda r: r.kind),
    Column("scoped", "Scoped", "time", "When it or anything under it first had points, an estimate or was "
           "ready.", lambda r: r.scoped),
    Column("before_scope_days", "Days before the scope", "count",
           "Calendar days from the promise to the scope that came later.", lambda r: r.ahead, "days"),
    Column("first_due", "First date", "text", "Its first due date.", _day(lambda r: r.first_due)),
    Column("due", "Last date", "text", "Its due date now, or when it was done or declined.",
           _day(lambda r: r.due)),
    Column("slipped", "Put off by", "count", "By how many days the date was put off, all together.",
           lambda r: r.slipped, "days"),
    Column("ended", "Done or declined", "time", "When it was done or declined.", lambda r: r.ended),
    Column("latency", "Took", "number", "Elapsed days from the promise until it was done.",
           lambda r: r.latency, "days"),
    Column("days_late_last", "Late by last date", "count", "As Late, by its last date.",
           lambda r: r.late_last, "days"),
    Column("age", "Open for", "number", "Elapsed days since the promise, where it is open.",
           lambda r: r.age, "days"),
    Column("queue_jumps", "Queue jumps", "count",
           "Moves up the queue within 14 days after an account asked or it was promised; many cards moved "
           "in one minute do not count.", lambda r: r.jumps, "moves"),
    Column("in_progress", "In progress for them", "count",
           "Promised items of its accounts that are in progress, itself included.",
           lambda r: r.in_progress, "items"),
    Column("owed", "Owed to them", "count", "Promised items of its accounts that are not done or declined.",
           lambda r: r.owed, "items"),
)  # fmt: skip


def _came(*outcomes: str) -> Callable[[Tally], int]:
    return lambda t: sum(t.outcomes[o] for o in outcomes)


def _tallies(id_: str, title: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(id_, title, "text", meaning, lambda t: t.name, width=19),
        Column("promises", "Promises", "count", "Promises of the period.", lambda t: t.promised,
               "promises", 8),
        Column("kept", "Kept", "count", "Done by their first date.", _came("kept"), "promises", 4),
        Column("late", "Late", "count", "Done after it.", _came("late"), "promises", 4),
        Column("done", "Undated", "count", "Done without ever having a date.", _came("done"), "promises"),
        Column("open", "Open", "count", "Not done and not declined, overdue ones included.",
               _came("open", "overdue"), "promises", 4),
        Column("overdue", "Overdue", "count", "Open after their first date.", _came("overdue"), "promises",
               7),
        Column("declined", "Declined", "count", "Declined after they were promised.", _came("declined"),
               "promises", 8),
        Column("latency", "Median", "number", "The median of elapsed days from the promise to done.",
               lambda t: t.latency, "days", 6),
        Column("n", "Of", "count", "How many it is the median of.", lambda t: t.n, "promises", 3),
        Column("in_progress", "In progress", "count", "Promised items of theirs in progress at the end.",
               lambda t: t.in_progress, "items"),
    )  # fmt: skip


ACCOUNTS = _tallies("account", "Account", "The independent account; a promise to two counts for both.")
SAID_BY = _tallies("kind", "Said by", "promise: somebody said so; due date: only a date does.")


def _what(pace: Pace) -> str:
    return f"{'promised' if pace.promised else 'other'} {'epics' if pace.level == 'epic' else 'items'}"


PACES = (
    Column("work", "Work done in the period", "text",
           "Epics and other items, promised or not; what is under something promised is in neither.", _what,
           width=24),
    Column("n", "Items", "count", "How many were done in the period.", lambda p: p.n, "items", 6),
    Column("since_commitment", "From promise", "number",
           "Median elapsed days from the promise, or from the commitment of what nobody was promised, until "
           "it was done.", lambda p: p.since_committed, "days", 12),
    Column("since_start", "From start", "number",
           "Median elapsed days from the first start until it was done.", lambda p: p.since_started, "days",
           10),
)  # fmt: skip


def sheet(report: Promises) -> Sheet:
    """The report as sentences, figures and tables."""
    return Sheet(
        "promises", "What did we promise, and when did it come?", report.query,
        headline=headline(report),
        figures=_figures(report),
        tables=(
            Table("promises", "Promises, what is owed first", PROMISES, report.rows,
                  "Nothing was promised."),
            Table("accounts", "By account", ACCOUNTS, report.accounts, "No promise names an account."),
            Table("kinds", "By what speaks of a promise", SAID_BY, report.kinds),
            Table("pace", "How long work took", PACES, [p for p in report.paces if p.n],
                  "Nothing was done in the period."),
        ),
        unknowns=(
            ("no_account_named", report.nobody), ("scope_not_known", report.unknown_scope),
            ("promised_after_it_was_done", report.too_late),
        ),
        notes=_notes(report),
        charts=(
            Chart("latency", "spread", "How long promises took, from the promise to done", ("latency",),
                  "promises", "title", group="outcome", most=200),
            Chart("timeline", "moments", "When it was promised, scoped and done or declined",
                  ("promised", "scoped", "ended"), "promises", "title"),
        ),
    )  # fmt: skip


def headline(report: Promises) -> tuple[str, ...]:
    """The answer in a sentence or two."""
    many, came = len(report.rows), report.outcomes
    if not many:
        return ("Nothing was promised in the period, and nothing promised before was open.",)
    owed = came["open"] + came["overdue"]
    parts = [
        f"{came['kept']} of {counted(many, 'promise')} {'was' if came['kept'] == 1 else 'were'} kept by the "
        f"first date, {came['late']} came late, {owed} {'is' if owed == 1 else 'are'} open"
        + (f" ({came['overdue']} past the first date)" if came["overdue"] else ""),
        *([f"{came['done']} came without ever having a date"] if came["done"] else []),
        *([f"{came['declined']} {'was' if came['declined'] == 1 else 'were'} declined"] if came["declined"]
          else []),
    ]  # fmt: skip
    said = "; ".join(parts) + "."
    if report.unscoped.low is None or len(report.unknown_scope) == many:
        return (said,)
    before = len(report.unscoped.numerator)
    return said, f"{before} {'was' if before == 1 else 'were'} promised before anybody had scoped them."


def _figures(report: Promises) -> tuple[Figure, ...]:
    came, scoped = report.outcomes, len(report.unknown_scope) < len(report.rows)
    return (
        Figure("promises", "Promises", "count", len(report.rows),
               "Items promised in the period, and those promised earlier that were open at its start.",
               "promises"),
        Figure("made", "Made in the period", "count", report.made, "Those of them promised in the period.",
               "promises"),
        *(Figure(id_, label, "count", came[id_], meaning, "promises") for id_, label, meaning in _OUTCOMES),
        Figure("kept_share", "Of those dated, kept", "share", report.kept,
               "Of the promises with a due date, those done by the first one; open ones whose date is still "
               "to come may be, and one that was declined is not."),
        Figure("before_scope", "Promised before they were scoped", "share", report.unscoped
               if scoped or not report.rows else NotAssessed(_SCOPES),
               "Of all promises, those made before the item, or anything under it, was first scoped; where "
               "nothing in a source is ever scoped, it is not known."),
        Figure("latency", "From the promise to done", "number", report.latency,
               "The median of elapsed days, of those that are done.", f"days, median of {report.n}"),
        Figure("slips", "Due dates put off", "count", report.slips,
               "How often the due dates of these promises were put off.",
               f"times, by {counted(report.slipped, 'day')}"),
        Figure("slips_per_promise", "Per dated promise", "number",
               _ratio(report.slips, report.dated), "Slips for each promise that has a due date.",
               f"slips, {report.dated} dated"),
        Figure("queue_jumps", "Queue jumps", "count", NotAssessed(_RANKS)
               if report.jumps is None and report.rows else report.jumps,
               "Moves of these items up the queue within 14 days after an account asked or they were "
               "promised.", "moves"),
    )  # fmt: skip


_OUTCOMES = (
    ("kept", "Kept by the first date", "Done by the first due date."),
    ("late", "Late", "Done after the first due date."),
    ("done", "Done, never dated", "Done without ever having a due date."),
    ("open", "Open", "Neither done nor declined, and no first date has passed."),
    ("overdue", "Overdue", "Neither done nor declined, after the first due date."),
    ("declined", "Declined", "Declined after they were promised."),
)


def _ratio(part: int, whole: int) -> Any:
    return part / whole if whole else None


def _notes(report: Promises) -> tuple[str, ...]:
    dated = next((t.promised for t in report.kinds if t.name != "promise"), 0)
    return (
        "How long it took is told of what is done. What is open is not in it, and may take longer.",
        *((f"{counted(dated, 'promise')} {'rests' if dated == 1 else 'rest'} on a due date alone, which may "
           "be an internal aim.",) if dated else ()),
        "Promised work waits for its start, which other work did not that was accepted only when it started: "
        "compare from the start, too.",
    )  # fmt: skip
