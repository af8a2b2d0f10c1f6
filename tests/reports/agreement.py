"""Holds what the package reports of a log against what the oracle says of its export, to the last digit."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from tests.oracle.shares import Figures, Oracle, Question, Record
from tests.oracle.verdicts import VERDICTS
from tests.reports.agreement_costs import Said, costs_expected, costs_reported
from tracker_sync.config import Config
from tracker_sync.inputs import now_stated
from tracker_sync.log import EventLog
from tracker_sync.log.jsonl import lines
from tracker_sync.reports import REPORTS
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.sources.wiki import wiki

WEIGHTS = ("effort", "count")


class Case(NamedTuple):
    """A log, and what the oracle reads of it."""

    config: Config
    log: EventLog
    record: Record


def asked(question: Question) -> Asked:
    """The question as the package takes it."""
    days = {n: str(d) if (d := getattr(question, n)) else None for n in ("since", "until", "as_of")}
    known = question.known_at
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=known) if known is not None else None
    part = {n: getattr(question, n) for n in ("source", "project", "team")}
    return Asked(**days, **part, known_at=at.isoformat() if at else None)


def record(config: Config, log: EventLog) -> Record:
    """What the oracle reads: the lines of `tracker-sync log export`, and the files. Wiki markup is read as
    the package does, which other tests hold."""
    return Record([*lines(log)], now_stated(config), cache(wiki))


def reported(config: Config, log: EventLog, question: Question) -> Said:
    """Every figure of the reports that the package gives."""
    return shares_reported(*open_portfolio(config, log, asked(question)))


def shares_reported(org: Portfolio, query: Query) -> Said:
    """The same of what was opened already."""
    return _sales_led(org, query) | _intents(org, query) | costs_reported(org, query)


def expected(of: Oracle) -> Said:
    """The same figures by the oracle."""
    said: Said = {
        "effort": {of.ref(i): of.effort.get(i, Fraction(0)) for i in of.active},
        "unmeasured": sorted(of.ref(i) for i in of.active if i not in of.effort),
        "verdicts": {of.ref(i): v for i, v in of.verdicts.items()},
        "origins": {of.ref(i): o.value if (o := of.tags[i].origin) else None for i in of.active},
        "accounts": {
            of.ref(i): tuple(sorted({of.inputs.customers.root(s.value) for s in of.tags[i].customers}))
            for i in of.active
        },
        "one intent": {of.ref(i): n.copy().pop() if len(n := of.tags[i].intents) == 1 else None
                       for i in of.active},
        "backdated": of.backdated,
        "intents": [(i, i in of.stated, of.epics(i)) for i in of.intents()],
    }  # fmt: skip
    for weight in WEIGHTS:
        said[weight, "sales-led"] = of.figures(weight)  # type: ignore[index]
        for intent in (*of.intents(), None):
            said[weight, intent] = of.intent_bounds(weight, intent)  # type: ignore[index]
    return said | costs_expected(of)


def _sales_led(org: Portfolio, query: Query) -> Said:
    report = REPORTS["sales-led"](org, query, WEIGHTS)
    rows = list(report.rows)
    said: Said = {
        "effort": {r.ref: r.effort for r in rows},
        "unmeasured": sorted(report.unmeasured),
        "verdicts": {r.ref: r.verdict for r in rows},
        "origins": {r.ref: r.origin for r in rows},
        "accounts": {r.ref: r.customers for r in rows},
        "one intent": {r.ref: r.intent for r in rows},
        "backdated": report.backdated,
    }
    for w in report.weighed:
        bounds = [(s.low, s.high) for s in (w.sales_led, w.unhealthy, w.healthy)]
        said[w.weight, "sales-led"] = Figures({v: w.amounts[v] for v in VERDICTS}, *bounds)  # type: ignore[index]
    return said


def _intents(org: Portfolio, query: Query) -> Said:
    report = REPORTS["intents"](org, query, WEIGHTS)
    said: Said = {"intents": [(r.intent, r.stated, r.epics) for r in report.rows]}
    for name, shares in [*((r.intent, r.shares) for r in report.rows), (None, report.unknown)]:
        for weight, share in shares:
            said[weight, name] = share.low, share.high  # type: ignore[index]
    return said


def assert_agree(config: Config, log: EventLog, rec: Record, question: Question) -> None:
    """The package and the oracle say the same, figure by figure."""
    assert_shares_agree(*open_portfolio(config, log, asked(question)), Oracle(rec, question))


def assert_shares_agree(org: Portfolio, query: Query, of: Oracle) -> None:
    """The same of what was opened already."""
    package, opinion = shares_reported(org, query), expected(of)
    assert package.keys() == opinion.keys()
    for name, value in package.items():
        assert value == opinion[name], (name, of.question)
