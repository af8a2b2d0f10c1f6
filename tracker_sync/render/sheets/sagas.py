"""What became of each initiative, in words."""

from fractions import Fraction

from tracker_sync.render.prose import counted, whole_percent
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Range, Sheet, Table
from tracker_sync.reports.adopted import Adoption
from tracker_sync.reports.evidence import GRADES
from tracker_sync.reports.kill_lines import Kill
from tracker_sync.reports.query import day_text
from tracker_sync.reports.saga import STAGES, Check, Saga
from tracker_sync.reports.sagas import COUNT, Sagas

MEANS = {
    "idea": "none of its epics was begun",
    "building": "begun, and nothing was released yet",
    "released": "an epic was released; it cannot be told yet whether those it was built for use it",
    "adopted": "90 days after its newest release, enough of those it was built for used it",
    "under target": "90 days after its newest release, too few of those it was built for used it",
    "stopped": "all of its epics were declined, or it left the strategy before anything was released",
    "sunset": "it left the strategy after something had been released",
}
"""What each stage means."""
_WORST = ("crossed", "cannot be told", "not assessed", "ahead", "held")


def sheet(report: Sagas) -> Sheet:
    """The report as sentences, figures and tables."""
    return Sheet(
        "sagas", "What became of our initiatives?", report.query, headline=headline(report),
        figures=(*_figures(report),),
        tables=(
            Table("initiatives", "Initiatives", (*_INITIATIVES, *_outcome(report)), report.rows,
                  _empty(report)),
            Table("epics", "Their epics", _epics(report), report.epics, "No initiative names an epic."),
            Table("timeline", "What happened when", _TIMELINE, report.moments, _empty(report)),
            Table("checks", "90 days after each release", _CHECKS,
                  [(s, c) for s in report.rows for c in s.checks], "No release is 90 days old."),
            Table("kill_lines", "Kill lines", _KILLS, [(s, k) for s in report.rows for k in s.kills],
                  "No kill line is stated for an initiative ([[limits.kill_lines]] in strategy.toml)."),
        ),
        unknowns=(
            ("epics_not_in_the_log", [f"{s.initiative}: {key}" for s in report.rows for key in s.lost]),
            ("effort", [ref for s in report.rows for ref in s.unmeasured]),
            ("adoption_of_unknown_epics", report.lost),
        ),
        notes=_notes(report),
        charts=(
            Chart("timeline", "moments", "What became of each initiative, and when",
                  ("started", "released", "last_release", "waiting_since", "decided", "gone"),
                  "initiatives", "initiative"),
            Chart("effort", "amounts", "What each initiative took so far", ("effort_all",), "initiatives",
                  "initiative", group="stage"),
        ),
    )  # fmt: skip


def headline(report: Sagas) -> tuple[str, ...]:
    """The answer in a few sentences."""
    if not report.has_strategy:
        return ("No strategy is stated yet, so there are no initiatives to tell of.",)
    if not report.rows:
        return ("The strategy states no initiatives: hypotheses under an intent, with their epics.",)
    stages = [(stage, len(report.of(stage))) for stage in STAGES]
    said = ", ".join(f"{n} {stage}" for stage, n in stages if n)
    found = [f"Of {counted(len(report.rows), 'initiative')}: {said}."]
    waiting = [s for s in report.rows if s.undecided_days is not None]
    if waiting:
        names = ", ".join(f"{s.initiative} ({counted(s.undecided_days or 0, 'day')})" for s in waiting)
        came = "This came" if len(waiting) == 1 else "These came"
        found.append(f"{came} out under what was agreed, and nothing was decided since: {names}.")
    if report.needs:
        found.append("Whether anybody uses what was built is not assessed.")
    return tuple(found)


def _figures(report: Sagas) -> list[Figure]:
    known = [s for s in report.rows if s.check and s.check.adoption]
    under = sum(s.stage == "under target" for s in report.rows)
    longest = max((s.undecided_days for s in report.rows if s.undecided_days is not None), default=None)
    return [
        Figure("share_of_effort", "Work in initiatives", "share", report.share,
               "The part of the effort of the period that went into what is under an initiative's epics, "
               "each item once.", "of effort"),
        Figure("initiatives", "Initiatives", "count", len(report.rows),
               "Those of the strategy in force at the end of the period, and those that only versions before "
               "it had."),
        Figure("under_target", "Under their adoption target", "count",
               NotAssessed(report.needs) if report.needs else under,
               "Initiatives at the stage `under target`.",
               f"of {len(known)} counted"),
        Figure("undecided", "Waiting for a decision", "count",
               sum(s.undecided is not None for s in report.rows),
               "Initiatives that came out under their target or a kill line, with no decision since: no new "
               "version of the strategy that says something else of them, no person's word on the intent of "
               "one of their epics, no epic declined."),
        Figure("undecided_days", "The longest wait", "count", longest,
               "Days from the day on which the first of these came out under what was agreed.", "days"),
    ]  # fmt: skip


_INITIATIVES = (
    Column("initiative", "Initiative", "text", "Its id in the strategy.", lambda s: s.initiative, width=17),
    Column("intent", "Intent", "text", "The strategic intent that it is under.", lambda s: s.intent),
    Column("owner", "Owner of the intent", "text", "As the strategy names them.", lambda s: s.owner or None),
    Column("text", "What the strategy says", "text",
           "The hypothesis, as the last version that has it says it.", lambda s: s.text or None),
    Column("since", "In the strategy since", "time", "When the first version that has it came into force.",
           lambda s: s.since),
    Column("gone", "Left the strategy", "time",
           "When the first version without it came into force; empty: it is stated.", lambda s: s.gone),
    Column("stage", "Stage", "text", "; ".join(f"{stage}: {what}" for stage, what in MEANS.items()) + ".",
           lambda s: s.stage, width=12),
    Column("building", "Being built", "count", "Epics that are being built.", lambda s: s.building, "epics"),
    Column("cycles", "Cycles", "count", "How often building began again after a release.",
           lambda s: s.cycles, width=6),
    Column("people", "People", "count", "How many different people had its epics themselves in progress.",
           lambda s: s.people),
    Column("handovers", "Handovers", "count",
           "How often one of its epics went to somebody else, or its intent to another owner.",
           lambda s: len(s.handovers)),
    Column("effort", "Effort in the period", "days", "Person-days in the period, of all under its epics.",
           lambda s: s.effort, "person-days"),
    Column("effort_all", "Effort", "days",
           "Person-days of all that is under its epics, from the start of the log to the end of the period.",
           lambda s: s.effort_all, "person-days", 6),
    Column("started", "Started", "time", "When the first item under its epics was in progress or done.",
           lambda s: s.started),
    Column("released", "Released", "time", "When the first of its epics was done.", lambda s: s.released),
    Column("last_release", "Last release", "time",
           "When one of its epics was done last; empty where that was the first time.",
           lambda s: s.last_release if s.last_release != s.released else None),
    Column("epics", "Epics", "items", "Its epics in the log.", lambda s: s.epics),
)  # fmt: skip


def _outcome(report: Sagas) -> tuple[Column, ...]:
    """The columns that need another input."""

    def used(saga: Saga) -> str | NotAssessed | None:
        check = saga.check
        if check is None:
            return None
        return using(check.adoption) if check.adoption else NotAssessed(check.needs)

    def money(saga: Saga) -> Range | NotAssessed:
        if saga.money is None:
            return NotAssessed(report.rates)
        return Range(float(saga.money[0]), float(saga.money[1]))

    return (
        Column("money", "Cost in the period", "range",
               "The effort in the period at the lowest and at the highest rates of the teams that did it; of "
               "people whose team states no rate, from the lowest to the highest of all rates.", money,
               "money"),
        Column("adoption", "Used by", "text",
               "How many of the accounts that it was built for used any of its epics on the 90th day after "
               "its newest release that is so old.", used, width=9),
        Column("target", "Adoption target", "share", "The part of them that should (adoption_target).",
               lambda s: s.check.adoption.target if s.check and s.check.adoption else None),
        Column("next_check", "Next check", "time", "The next 90th day after a release that is to come.",
               lambda s: s.due),
        Column("kill_line", "Kill line", "text",
               "crossed: the outcome was below the line on its day; held: it was not; ahead: the day is to "
               "come; of several lines, the worst.", kill_word, width=9),
        Column("decided", "Last decision", "time",
               "The last version of the strategy that says something else of it, person's word on the intent "
               "of one of its epics, or epic declined; empty: none since the strategy first stated it.",
               lambda s: s.decided if s.decided != s.since else None),
        Column("waiting_since", "Waiting since", "time",
               "The first day on which it came out under its target or a kill line with no decision since.",
               lambda s: s.undecided),
        Column("undecided_days", "Undecided", "count",
               "Days since it came out under its target or a kill line, without any decision since.",
               lambda s: s.undecided_days, "days", 9),
    )  # fmt: skip


def kill_word(saga: Saga) -> str | NotAssessed | None:
    """How the worst of its kill lines stands; None where it has none."""
    worst = min(saga.kills, key=lambda k: _WORST.index(k.state), default=None)
    if worst is None:
        return None
    return NotAssessed(worst.needs) if worst.state == "not assessed" else worst.state


def using(found: Adoption) -> str:
    """How many use it, of those it was built for: "2 of 15", "2-4 of 15" where two were not counted."""
    most = found.using + found.uncounted
    span = f"{found.using}" if most == found.using else f"{found.using}–{most}"
    return f"{span} of {len(found.served)}"


def _epics(report: Sagas) -> tuple[Column, ...]:
    return (
        Column("initiative", "Initiative", "text", "The initiative that names it.", lambda e: e.initiative,
               width=15),
        Column("key", "Epic", "item", "The epic.", lambda e: e.ref, width=15),
        Column("title", "Title", "text", "Its title.", lambda e: e.title, width=20),
        Column("state", "State", "text", "idea, building, released or stopped, at the end of the period.",
               lambda e: e.state, width=8),
        Column("root", "First", "flag", "Whether it is the one that was started first.", lambda e: e.root),
        Column("started", "Started", "time", "When it, or the first item under it, was in progress or done.",
               lambda e: e.started),
        Column("released", "Released", "time", "When it was done; the last time.", lambda e: e.released,
               width=10),
        Column("effort", "Effort", "days",
               "Person-days of it and everything under it, up to the end of the period.",
               lambda e: e.effort, "person-days"),
        Column("adoption", "Used by", "text",
               "How many of the accounts that it was built for used this one on the 90th day after it was "
               "released.",
               lambda e: using(e.adoption) if e.adoption else NotAssessed(report.needs) if report.needs
               else None),
        Column("own_evidence", "Own evidence", "text",
               "The strongest evidence that it rests on itself: " + ", ".join(GRADES) + ".",
               lambda e: GRADES[e.own]),
        Column("evidence", "Evidence that counts", "text",
               "What the first epic rested on when it was started: what comes after it inherits that.",
               lambda e: GRADES[e.grade]),
        Column("followed_by", "Followed by", "items",
               "Other epics, linked to it and started after the first: they inherit its evidence too.",
               lambda e: e.followed_by),
    )  # fmt: skip


_TIMELINE = (
    Column("initiative", "Initiative", "text", "The initiative.", lambda m: m.initiative),
    Column("at", "When", "time", "When it happened.", lambda m: m.at),
    Column("kind", "Kind", "text",
           "stated, changed, gone, owner (in the strategy); begun, started, again, released, stopped, "
           "handover, said (of an epic); checked, kill-line (outcomes).", lambda m: m.kind),
    Column("what", "What happened", "text", "In words.", lambda m: m.what),
    Column("key", "Epic", "item", "The epic that it happened to.", lambda m: m.ref or None),
)  # fmt: skip


Checked = tuple[Saga, Check]


def _adoption(row: Checked) -> Adoption | None:
    return row[1].adoption


def _share(row: Checked, end: str) -> Fraction | NotAssessed | None:
    found = _adoption(row)
    share: Fraction | None = getattr(found, end) if found else None
    return share if found else NotAssessed(row[1].needs)


_CHECKS = (
    Column("initiative", "Initiative", "text", "The initiative.", lambda r: r[0].initiative),
    Column("key", "Released epic", "item", "The epic whose release it is counted from.", lambda r: r[1].epic),
    Column("released", "Released", "time", "When it was done.", lambda r: r[1].released),
    Column("at", "Checked", "time", "The 90th day after that.",
           lambda r: r[1].adoption.at if r[1].adoption else None),
    Column("using", "Use it", "count",
           "Accounts that it was built for and that use any epic of the initiative, by the newest counts.",
           lambda r: r[1].adoption.using if r[1].adoption else None, "accounts"),
    Column("served", "Built for", "count",
           "Accounts in the ICP that were customers or design partners on that day.",
           lambda r: len(r[1].adoption.served) if r[1].adoption else None, "accounts"),
    Column("uncounted", "Not counted", "count",
           "Those of them that adoption.csv says nothing of by then: they may use it or not.",
           lambda r: r[1].adoption.uncounted if r[1].adoption else None, "accounts"),
    Column("share_low", "Share, at least", "share", "If none of those not counted uses it.",
           lambda r: _share(r, "low")),
    Column("share_high", "Share, at most", "share", "If all of them do.", lambda r: _share(r, "high")),
    Column("target", "Target", "share", "The part that should use it.",
           lambda r: r[1].adoption.target if r[1].adoption else None),
    Column("users", "Users", "count", "All counts together, also of accounts that it was not built for.",
           lambda r: sum(r[1].adoption.users.values()) if r[1].adoption else None, "users"),
    Column("accounts", "Accounts", "list", "All accounts that use it.",
           lambda r: list(r[1].adoption.users) if r[1].adoption else None),
    Column("verdict", "Verdict", "text",
           "on target or under target, whoever was not counted; else: cannot be told.",
           lambda r: r[1].adoption.verdict if r[1].adoption else NotAssessed(r[1].needs)),
)  # fmt: skip
_KILLS = (
    Column("initiative", "Initiative", "text", "The initiative.", lambda r: r[0].initiative, width=15),
    Column("metric", "Metric", "text", "accounts, users or adoption, which adoption.csv tells; or another.",
           lambda r: r[1].metric or None, width=21),
    Column("below", "Below", "number", "The line: below this, it was agreed to stop.",
           lambda r: float(r[1].below), width=5),
    Column("by", "Looked at", "time", "The day on which it is looked at.", lambda r: r[1].at, width=10),
    Column("outcome", "Outcome", "range", "The metric on that day, or at the end of the period before it.",
           lambda r: _outcome_of(r[1]), width=12),
    Column("state", "State", "text", "crossed, held, ahead, or why it cannot be told.",
           lambda r: NotAssessed(r[1].needs) if r[1].state == "not assessed" else r[1].state, width=7),
)  # fmt: skip


def _outcome_of(line: Kill) -> Range | NotAssessed:
    if line.low is None or line.high is None:
        return NotAssessed(line.needs)
    return Range(float(line.low), float(line.high))


def _empty(report: Sagas) -> str:
    if not report.has_strategy:
        return "No strategy is stated (strategy.toml; `tracker-sync strategy check` says how)."
    return "The strategy states no initiatives ([[initiatives]] in strategy.toml)."


def _notes(report: Sagas) -> tuple[str, ...]:
    found = []
    if report.needs and report.rows:
        found.append(f"Adoption and kill lines: {NotAssessed(report.needs)}.")
    elif silent := [s.initiative for s in report.rows if s.check and s.check.needs == COUNT]:
        found.append(f"Adoption of {', '.join(silent)}: {NotAssessed(COUNT)}.")
    targets = {s.check.adoption.target for s in report.rows if s.check and s.check.adoption}
    if None in targets:
        found.append("No adoption target is stated: set adoption_target under [limits] in strategy.toml.")
    for share in sorted(t for t in targets if t is not None):
        found.append(
            f"Adoption is on target where {whole_percent(float(share))} of the customers and design partners "
            "in the ICP use it on the 90th day after a release."
        )
    for saga in (s for s in report.rows if s.gone is not None):
        day = day_text(saga.gone or 0, report.query.zone)
        found.append(f"{saga.initiative} left the strategy on {day}. It had said: “{saga.text}”")
    if lost := [f"{key} ({s.initiative})" for s in report.rows for key in s.lost]:
        found.append(f"Epics that the strategy names and the log has not: {', '.join(lost)}.")
    if report.unpriced:
        found.append(
            f"{whole_percent(float(report.unpriced))} of the effort is of people whose team states no rate."
        )
    return tuple(found)
