"""What was decided against, declined, and started all the same, in words."""

from collections.abc import Sequence
from typing import Any

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.reports.came_back import CameBack
from tracker_sync.reports.exclusions import Change
from tracker_sync.reports.query import Query, day_text
from tracker_sync.reports.said_no import Rule, SaidNo

NEEDS = "[[not_doing]] in strategy.toml"
LOOKED_UP = 200
"""So many returns are looked up one by one for a figure; each takes reading its history."""
DECLINED = (
    Column("key", "Item", "item", "The request that was declined.", lambda d: d.ref, width=12),
    Column("title", "Title", "text", "Its title.", lambda d: d.title, width=17),
    Column("declined", "Declined", "time", "When it was declined.", lambda d: d.at, width=10),
    Column("reason", "Reason", "text", "The tracker's resolution.", lambda d: d.reason or None, width=10),
    Column("rules", "Names", "list",
           "What it names that the strategy had decided against by then; none: no rule says no to it.",
           lambda d: list(d.rules), width=11),
    Column("accounts", "Account", "list", "The independent accounts that asked for it.",
           lambda d: list(d.accounts), width=10),
    Column("begun", "Had begun", "flag", "Whether work on it had begun before it was declined.",
           lambda d: d.begun),
    Column("effort", "Effort", "days", "Person-days in the period, of everything under it.",
           lambda d: d.effort, "person-days"),
)  # fmt: skip
BREACHES = (
    Column("key", "Item", "item", "The item that was started; of an epic and what is under it, the epic.",
           lambda b: b.ref, width=14),
    Column("title", "Title", "text", "Its title.", lambda b: b.title, width=19),
    Column("rules", "Names", "list", "What it names that the strategy stood against when it was started.",
           lambda b: list(b.rules), width=12),
    Column("started", "Started", "time", "When it was first in progress or done.", lambda b: b.started,
           width=10),
    Column("accounts", "Account", "list", "The independent accounts that asked for it.",
           lambda b: list(b.accounts), width=9),
    Column("effort", "Effort", "days", "Person-days in the period, of everything under it.",
           lambda b: b.effort, "person-days", 6),
    Column("origin", "Origin", "text", "Where the demand came from.", lambda b: b.origin),
    Column("phase", "Now", "text", "How far it has come.", lambda b: b.phase),
    Column("below", "Under it", "count", "Items under it that name such a thing themselves and were started.",
           lambda b: b.below, "items"),
    Column("backdated", "Recorded later", "flag",
           "Whether this log was told of that version of the strategy only after the start.",
           lambda b: b.backdated),
)  # fmt: skip
BACK = (
    Column("key", "Item", "item", "The item that was declined and taken up again.", lambda c: c.ref,
           width=14),
    Column("title", "Title", "text", "Its title.", lambda c: c.title, width=19),
    Column("declined", "Declined", "time", "When it was declined.", lambda c: c.declined, width=10),
    Column("days", "Back after", "count", "Calendar days until it was taken up again.", lambda c: c.days,
           "days", 10),
    Column("role", "By", "text", "The role of who took it up again, by people.toml.",
           lambda c: c.role or "not known", width=9),
    Column("new", "New", "list",
           "What came in between: kinds of evidence, and accounts that asked for the first time.",
           lambda c: [*c.evidence, *c.accounts], width=8),
    Column("reopened", "Taken up again", "time", "When it was taken up again.", lambda c: c.reopened),
    Column("reason", "Reason", "text", "The resolution that it was declined with.",
           lambda c: c.reason or None),
    Column("rules", "Names", "list",
           "What it names that the strategy stood against when it was taken up again.",
           lambda c: list(c.rules)),
    Column("phase", "Now", "text", "How far it has come since.", lambda c: c.phase),
)  # fmt: skip
WAITING = (
    Column("key", "Item", "item", "The request that nobody has begun or declined.", lambda w: w.ref,
           width=16),
    Column("title", "Title", "text", "Its title.", lambda w: w.title, width=22),
    Column("rules", "Names", "list", "What it names that the strategy stands against.",
           lambda w: list(w.rules), width=13),
    Column("opened", "Opened", "time", "When it was opened.", lambda w: w.opened, width=10),
    Column("accounts", "Account", "list", "The independent accounts that asked for it.",
           lambda w: list(w.accounts), width=11),
)  # fmt: skip
REASONS = (
    Column("reason", "Reason", "text", "The tracker's resolution.", lambda r: r.reason or "no reason given",
           width=20),
    Column("items", "Declined", "count", "Items declined in the period with it, and declined still.",
           lambda r: r.items, "items", 8),
    Column("ruled", "By a rule", "count", "Those of them that name what the strategy had decided against.",
           lambda r: r.ruled, "items", 9),
    Column("begun", "Had begun", "count", "Those of them on which work had begun.", lambda r: r.begun,
           "items", 9),
    Column("accounts", "Accounts", "count", "Different accounts that had asked for them.",
           lambda r: r.accounts, "accounts", 8),
    Column("effort", "Effort", "days", "Person-days on them in the period.", lambda r: r.effort,
           "person-days", 7),
)  # fmt: skip


def sheet(report: SaidNo) -> Sheet:
    """The report as sentences, figures and tables."""
    back = [*report.came_back] if len(report.came_back) <= LOOKED_UP else report.came_back
    return Sheet(
        "said-no", "What did we say no to, and did it stay a no?", report.query,
        headline=(*headline(report), declined(report, back)),
        figures=_figures(report, back),
        tables=(
            Table("rules", "What the strategy decided against", _rules(report.query), report.rules,
                  _empty(report)),
            Table("breaches", "Started although it names what was decided against", BREACHES, report.breaches,
                  "None."),
            Table("declined", "Declined, newest first", DECLINED, report.declined, "Nothing was declined."),
            Table("reasons", "Why it was declined", REASONS, report.reasons, "Nothing was declined."),
            Table("came_back", "Declined once, and taken up again", BACK, back, "None."),
            Table("waiting", "Names what was decided against, and has no answer", WAITING, report.waiting,
                  "None."),
        ),
        unknowns=(("started_before_any_strategy", report.early),),
        notes=_notes(report),
        charts=(
            Chart("breaches", "amounts", "What was started although it names what was decided against",
                  ("effort",), "breaches", "title", group="rules"),
        ) if report.breaches else (),
    )  # fmt: skip


def headline(report: SaidNo) -> tuple[str, ...]:
    """What became of the decisions."""
    if not report.has_strategy:
        return (f"Whether work goes against the strategy is {NotAssessed('strategy.toml')}.",)
    if not report.rules:
        return (f"Whether work goes against the strategy is {NotAssessed(NEEDS)}.",)
    if not report.breaches:
        return ("No work of the period names what the strategy had decided against when it was started.",)
    share = report.share.low
    part = f", {round(share * 100)} % of all effort" if share else ""
    return (
        f"{counted(len(report.breaches), 'item')} of the period were started although they name what the "
        f"strategy had decided against: {round(report.effort):,} person-days{part}."
        if len(report.breaches) > 1 else
        f"1 item of the period was started although it names what the strategy had decided against: "
        f"{round(report.effort):,} person-days{part}.",
    )  # fmt: skip


def declined(report: SaidNo, back: Sequence[CameBack]) -> str:
    """What was declined, and what came back."""
    if not report.declined and not back:
        return "Nothing was declined in the period."
    many, ruled = len(report.declined), len(report.ruled)
    said = f"{counted(many, 'request')} {_were(many)} declined, {ruled} of them by a rule of the strategy."
    if not back:
        return f"{said} None came back."
    empty = without_evidence(back)
    return f"{said} {len(back):,} came back" + (
        "." if empty is None else f", {empty} of them without new evidence."
    )


def without_evidence(back: Sequence[CameBack]) -> int | None:
    """How many came back without new evidence; None where there are too many to look each up."""
    return sum(not c.has_evidence for c in back) if len(back) <= LOOKED_UP else None


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _figures(report: SaidNo, back: Sequence[CameBack]) -> tuple[Figure, ...]:
    def ruled(value: Any) -> Any:
        return value if report.rules else NotAssessed(NEEDS if report.has_strategy else "strategy.toml")

    empty = without_evidence(back)
    return (
        Figure("rules", "Decided against", "count", ruled(len(report.rules)),
               "Opportunities that any version of the strategy known then decided against.", "rules"),
        Figure("breaches", "Started all the same", "count", ruled(len(report.breaches)),
               "Work of the period that names what the strategy stood against when it was started; what is "
               "under it is not counted again.", "items"),
        Figure("breach_effort", "Effort on that", "days", ruled(report.effort),
               "Person-days in the period on everything under it; each day counts once.", "person-days"),
        Figure("breach_share", "Its part of all effort", "share", ruled(report.share),
               "That effort, of the effort of all work in the period."),
        Figure("declined", "Declined", "count", len(report.declined),
               "Items that were declined in the period and are so still.", "items"),
        Figure("declined_by_rule", "Declined by a rule", "count", ruled(len(report.ruled)),
               "Those of them that name what the strategy stood against by then.", "items"),
        Figure("waiting", "Without an answer", "count", ruled(len(report.waiting)),
               "Items neither begun nor declined that name what the strategy stands against.", "items"),
        Figure("came_back", "Came back", "count", len(back),
               "Items whose decline was taken back in the period.", "items"),
        Figure("came_back_without_evidence", "Came back without new evidence", "count",
               NotAssessed(f"a shorter period (at most {LOOKED_UP} are looked up)") if empty is None
               else empty,
               "Those of them for which no evidence was tagged and no further account asked in between.",
               "items"),
        Figure("backdated", "Rest on a version recorded later", "count",
               ruled(sum(b.backdated for b in report.breaches)),
               "Work started all the same, against a version of the strategy that this log was told of only "
               "after the start.", "items"),
    )  # fmt: skip


def _rules(query: Query) -> tuple[Column, ...]:
    def amended(changes: Sequence[Change]) -> list[str]:
        return [
            f"{day_text(at, query.zone) if at is not None else 'not recorded yet'} {what}"
            for at, what in changes
        ]

    def until(rule: Rule) -> int | None:
        return None if rule.until is None else rule.until - 1  # the last instant: files name whole days

    return (
        Column("rule", "Rule", "text", "Its id in the strategy.", lambda r: r.id, width=16),
        Column("stands", "Stands", "flag", "Whether it stands at the end of the period.",
               lambda r: r.stands, width=6),
        Column("since", "Since", "time", "When it first stood.", lambda r: r.since, width=10),
        Column("breaches", "Started", "count", "Work of the period started although it names it.",
               lambda r: len(r.breaches), "items", 7),
        Column("effort", "Effort", "days", "Person-days in the period on that.", lambda r: r.effort,
               "person-days", 7),
        Column("declined", "Declined", "count", "Items declined in the period while it stood that name it.",
               lambda r: len(r.declined), "items", 8),
        Column("waiting", "No answer", "count", "Items neither begun nor declined that name it.",
               lambda r: len(r.waiting), "items", 9),
        Column("why", "Why", "text", "Why it was decided, as the newest version that has it says.",
               lambda r: r.why),
        Column("until", "Until", "time", "The last day that it stood or will; none: no end is stated.",
               until),
        Column("versions", "Versions", "count", "How many versions of the strategy have it.",
               lambda r: len(r.versions), "versions"),
        Column("amendments", "Amendments", "list", "When it was stated, changed, ended or removed.",
               lambda r: amended(r.amendments)),
        Column("breach_items", "Items started", "items", "The work started although it names it.",
               lambda r: list(r.breaches)),
        Column("declined_items", "Items declined", "items", "The items declined that name it.",
               lambda r: list(r.declined)),
    )  # fmt: skip


def _empty(report: SaidNo) -> str:
    return str(NotAssessed(NEEDS if report.has_strategy else "strategy.toml")).capitalize() + "."


def _notes(report: SaidNo) -> tuple[str, ...]:
    early = len(report.early)
    return (
        "An item names a rule where its title or a label holds one of the rule's patterns, as they read at "
        "the end of the period. That is a hit on words: open the item and see whether it is the thing.",
        *((f"{counted(early, 'item')} began before any version of the strategy was in force: of "
           "those nothing can be said.",) if early and report.rules else ()),
        *(("Either change the strategy openly (a new version of strategy.toml), or stop the work.",)
          if report.breaches else ()),
    )  # fmt: skip
