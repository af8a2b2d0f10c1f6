"""Holds what the package says of problems against what the oracle says of them."""

from tests.oracle import problems as oracle
from tests.oracle.shares import Oracle, over
from tests.oracle.world import words
from tests.reports.agreement import Said
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.problems import Asked, problems
from tracker_sync.reports.query import Query
from tracker_sync.reports.rankings import Agreement, Answer


def problems_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = problems(org, query)
    rows, slugs = {}, {r.slug: words(r.slug) for r in report.rows}
    for r in report.rows:
        rows[slugs[r.slug]] = oracle.Problem(
            _group(r.asked), r.place, (r.low, r.high), (r.share.low, r.share.high), tuple(sorted(r.epics)),
            oracle.GRADES[r.grade] if r.epics else None,
        )  # fmt: skip
    return {
        "problems": rows,
        "spelt": {slugs[r.slug]: r.problem for r in report.rows if r.place is not None},
        "by persona": {(slugs[r.slug], words(p)): _group(g) for r in report.rows for p, g in r.by_persona},
        "by segment": {(slugs[r.slug], s): _group(g) for r in report.rows for s, g in r.by_segment},
        "answers": {
            (words(a.account), words(a.persona), words(a.problem)): _answer(a) for a in report.answers
        },
        "agreement": _agreement(report.agreement),
        "personas": {
            words(p.persona): (p.in_icp, p.accounts, _agreement(p.agreement)) for p in report.personas
        },
        "unnamed": (report.unnamed.low, report.unnamed.high),
        "bare": sorted(report.bare),
        "several": sorted(report.several),
        "no file": bool(report.needs),
        "order": [r.asked.opportunity for r in report.rows if r.asked.opportunity is not None],
    }


def _group(a: Asked) -> oracle.Group:
    return oracle.Group(a.answers, a.accounts, a.rank, a.importance, a.satisfaction, a.opportunity)


def _answer(a: Answer) -> oracle.Answer:
    return oracle.Answer(
        words(a.account), words(a.persona), words(a.problem), a.problem, a.rank, a.at, a.importance,
        a.satisfaction, a.segment or None,
    )  # fmt: skip


def _agreement(a: Agreement) -> oracle.Agreement:
    return oracle.Agreement(a.rankers, a.w, a.complete)


def problems_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = oracle.Problems(of)
    newest = sorted(report.answers.values(), key=lambda a: a.at)
    none, _ = report.worked(None)
    return {
        "problems": report.rows,
        "spelt": {a.problem: a.name for a in newest},
        "by persona": report.by("persona"),
        "by segment": report.by("segment"),
        "answers": report.answers,
        "agreement": report.agreement(),
        "personas": {p: (icp, a.rankers, a) for p, (icp, a) in report.personas.items()},
        "unnamed": over(none, none, report.total),
        "bare": sorted(of.ref(i) for i in of.active if not report.names(i)),
        "several": sorted(of.ref(i) for i, names in report.listed.items() if len(names) > 1),
        "no file": not of.inputs.rows("problems"),
        "order": sorted(o for r in report.rows.values() if (o := r.group.opportunity) is not None)[::-1],
    }
