"""What the people served rank worst and what the work goes into, in words."""

from collections.abc import Callable
from fractions import Fraction

from tracker_sync.render.prose import counted, whole_percent
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Range, Sheet, Table, Value
from tracker_sync.reports.evidence import GRADES
from tracker_sync.reports.problems import Asked, Problems, Row
from tracker_sync.reports.rankings import Agreement

RANKS = "two who each ranked two problems or more"
_AGREED = (
    (Fraction(7, 10), "largely agree"), (Fraction(1, 2), "agree in part"), (Fraction(0), "hardly agree"),
)  # fmt: skip
"""From which W on what is said of it. Source: Schmidt 1997, Decision Sciences 28(3), table 2, where 0.5 is
moderate and 0.7 strong agreement."""


def sheet(report: Problems) -> Sheet:
    """The report as sentences, figures and tables."""
    return Sheet(
        "problems", "Do we work on the problems that those we serve rank worst?", report.query,
        headline=headline(report), figures=_figures(report),
        tables=(
            Table("problems", "Problems, the largest opportunity first", _problems(report), report.rows,
                  "Nobody was asked, and no epic names a problem."),
            Table("personas", "How far people agree", _PERSONAS, report.personas, "Nobody was asked."),
            Table("ranks", "By persona", (*_whose("persona", "Persona", "Who ranked."), *_ASKED),
                  [(r.problem, *p) for r in report.rows for p in r.by_persona], "Nobody was asked."),
            Table("segments", "By segment",
                  (*_whose("segment", "Segment", "Of the account in customers.csv on the day of the answer; "
                           "empty: it gives none."), *_ASKED),
                  [(r.problem, *p) for r in report.rows for p in r.by_segment], "Nobody was asked."),
            Table("answers", "The newest answers", _ANSWERS, report.answers, "Nobody was asked."),
        ),
        unknowns=(("problem", report.bare), ("several_problems", report.several)),
        notes=_notes(report),
        charts=(
            Chart("quadrant", "quadrant", "Which problems matter, and how well they are solved",
                  ("satisfaction", "importance", "effort"), "problems", "problem",
                  reading="Top left: it matters, and it is badly solved."),
        ),
    )  # fmt: skip


def headline(report: Problems) -> tuple[str, ...]:
    """The answer in a few sentences."""
    found = []
    if report.needs:
        found.append(f"What those we serve rank worst is {NotAssessed(report.needs)}.")
    worst = [r for r in report.rows if r.place == 1]
    most = report.most_work
    if worst:
        names = " and ".join(f"“{r.problem}”" for r in worst)
        found.append(f"Those we serve rank {names} worst.")
    if most and most in worst:
        found.append("Of the work that names a problem, most goes into it.")
    elif most:
        place = (
            ""
            if most.place is None or not worst
            else f", which they rank {_nth(most.place)} of {ranked(report)}"
        )
        found.append(f"Of the work that names a problem, most goes into “{most.problem}”{place}.")
    if report.unnamed.low:
        found.append(f"{whole_percent(float(report.unnamed.low))} of all work names no problem.")
    return tuple(found)


def ranked(report: Problems) -> int:
    """How many problems anybody ranked."""
    return sum(r.place is not None for r in report.rows)


def agreed(found: Agreement) -> str:
    """What W says, in words; '' where there is none."""
    return next((said for least, said in _AGREED if found.w is not None and found.w >= least), "")


def _nth(place: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{place}{'th' if place % 100 in (11, 12, 13) else ends.get(place % 10, 'th')}"


def _figures(report: Problems) -> tuple[Figure, ...]:
    missing = NotAssessed(report.needs) if report.needs else None
    w, people = report.agreement.w, report.agreement
    return (
        Figure("agreement", "How far they agree (Kendall's W)", "number",
               missing or (NotAssessed(RANKS) if w is None else w),
               "0: not at all, 1: all rank alike. What somebody did not rank speaks for nothing.",
               f"of {counted(people.rankers, 'ranker')}"),
        Figure("answers", "Answers", "count", missing or len(report.answers),
               "The newest of each account, persona and problem.",
               f"from {counted(len({a.account for a in report.answers}), 'account')}"),
        Figure("no_problem", "Work that names no problem", "share", report.unnamed,
               "The part of the effort of the period whose epics carry neither a label `problem/...` nor a "
               "field Problem: it may serve any problem, or none.", "of effort"),
        Figure("complete", "Rankers who ranked every problem", "count", missing or people.complete,
               "A ranker is a persona at an account.", f"of {people.rankers}"),
    )  # fmt: skip


def _problems(report: Problems) -> tuple[Column, ...]:
    """What is asked of people is missing as a whole, or not at all."""

    def told(get: Callable[[Asked], Value]) -> Callable[[Row], Value]:
        return lambda r: NotAssessed(report.needs) if report.needs else get(r.asked)

    return (
        Column("problem", "Problem", "text", "As the newest answer spells it, or else an epic.",
               lambda r: r.problem, width=30),
        Column("slug", "Label", "text", "What a label calls it: `problem/` and this.", lambda r: r.slug),
        Column("rank", "Rank", "number", "The median of its ranks, 1 for the worst.", told(lambda a: a.rank),
               width=5),
        Column("place", "Place", "count",
               "Its place among all by that median; equal ones share the better place.",
               lambda r: NotAssessed(report.needs) if report.needs else r.place),
        Column("ranks", "Rank by persona", "list", "The median of each persona, and how many answered.",
               lambda r: [by(name, asked) for name, asked in r.by_persona]),
        Column("n", "Answers", "count", "The newest of each account and persona.", told(lambda a: a.answers),
               width=7),
        Column("accounts", "Accounts", "count", "Independent accounts that answered.",
               told(lambda a: a.accounts)),
        Column("importance", "Importance", "number", "The mean of 0 to 10.", told(lambda a: a.importance)),
        Column("satisfaction", "Satisfaction", "number",
               "With how it is solved today, the mean of 0 to 10.", told(lambda a: a.satisfaction)),
        Column("opportunity", "Opportunity", "number",
               "Importance + max(importance - satisfaction, 0), from 0 to 20 (Ulwick 2005).",
               told(lambda a: a.opportunity), width=11),
        Column("effort", "Effort", "range",
               "Person-days of work in the period whose nearest epic with a problem names this one: at least "
               "those that name no other, at most also those that name several.", effort, "person-days", 9),
        Column("share_of_effort", "Share of effort", "share",
               "Of all effort in the period: at least what names it alone; at most also what names several "
               "problems, or none.", lambda r: r.share),
        Column("epics", "Epics", "items", "The epics that name it, whenever they were worked on.",
               lambda r: r.epics),
        Column("evidence", "Evidence", "text",
               f"The strongest that one of its epics rests on: {', '.join(GRADES)}.",
               lambda r: GRADES[r.grade]),
    )  # fmt: skip


def effort(row: Row) -> Range:
    """Its person-days, at least and at most."""
    return Range(float(row.low), float(row.high))


def by(name: str, asked: Asked) -> str:
    """The median rank of some: "site manager 1 (3 answers)"."""
    rank = "–" if asked.rank is None else f"{float(asked.rank):g}"
    return f"{name} {rank} ({counted(asked.answers, 'answer')})"


_PERSONAS = (
    Column("persona", "Persona", "text", "Who ranked.", lambda p: p.persona, width=30),
    Column("in_icp", "In the ICP", "flag", "Whether the strategy names it among those the product is for.",
           lambda p: p.in_icp, width=10),
    Column("rankers", "Accounts", "count", "Independent accounts with this persona.", lambda p: p.accounts,
           width=8),
    Column("w", "W", "number", "Kendall's W among them: 0 for no agreement, 1 where all rank alike.",
           lambda p: NotAssessed(RANKS) if p.agreement.w is None else p.agreement.w, width=12),
    Column("complete", "Complete", "count", "How many ranked every problem that any of them ranked.",
           lambda p: p.agreement.complete),
)  # fmt: skip


def _whose(id_: str, title: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column("problem", "Problem", "text", "The problem.", lambda r: r[0]),
        Column(id_, title, "text", meaning, lambda r: r[1] or None),
    )


_ASKED = (
    Column("n", "Answers", "count", "The newest of each account and persona.", lambda r: r[2].answers),
    Column("accounts", "Accounts", "count", "Independent accounts that answered.", lambda r: r[2].accounts),
    Column("rank", "Rank", "number", "The median.", lambda r: r[2].rank),
    Column("importance", "Importance", "number", "The mean of 0 to 10.", lambda r: r[2].importance),
    Column("satisfaction", "Satisfaction", "number", "The mean of 0 to 10.", lambda r: r[2].satisfaction),
    Column("opportunity", "Opportunity", "number", "Importance + max(importance - satisfaction, 0).",
           lambda r: r[2].opportunity),
)  # fmt: skip
_ANSWERS = (
    Column("account", "Account", "text", "The independent account.", lambda a: a.account),
    Column("persona", "Persona", "text", "Who ranked.", lambda a: a.persona),
    Column("problem", "Problem", "text", "What was ranked.", lambda a: a.problem),
    Column("rank", "Rank", "count", "1 is the worst.", lambda a: a.rank),
    Column("at", "When", "time", "The day of the answer.", lambda a: a.at),
    Column("importance", "Importance", "number", "From 0 to 10.", lambda a: a.importance),
    Column("satisfaction", "Satisfaction", "number", "From 0 to 10.", lambda a: a.satisfaction),
    Column("segment", "Segment", "text", "Of the account on that day.", lambda a: a.segment or None),
)  # fmt: skip


def _notes(report: Problems) -> tuple[str, ...]:
    found = []
    if said := agreed(report.agreement):
        w = float(report.agreement.w or 0)
        found.append(
            f"Those who ranked {said} (W {w:.2f}). Where they hardly agree, there is no one worst problem."
        )
    if not report.rows or report.unnamed.low == 1:
        found.append(
            "No epic names a problem: give epics a label such as problem/crews-wait, with the words of the "
            "problem in problems.csv."
        )
    if unasked := [r.slug for r in report.rows if not r.asked.answers and not report.needs]:
        found.append(f"Epics name these, and problems.csv does not: {', '.join(unasked)}.")
    return tuple(found)
