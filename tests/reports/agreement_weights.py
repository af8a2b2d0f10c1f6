"""Holds the shares by every weight, of a team and over time against what the oracle says of them."""

import re
from fractions import Fraction

from msgspec.structs import replace

from tests.oracle.series import series
from tests.oracle.shares import Bounds, Figures, Oracle, Question, Record
from tests.oracle.verdicts import VERDICTS
from tests.oracle.weights import Money, Weights
from tests.reports.agreement import Said, asked
from tracker_sync.config import Config
from tracker_sync.log import EventLog
from tracker_sync.reports.intents import intents
from tracker_sync.reports.opening import open_portfolio
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.sales_led import SalesLed, Weighed, sales_led
from tracker_sync.reports.shares import Share


def weights_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports by each weight."""
    report = sales_led(org, query)
    said: Said = {"figures": _weighed(report.weighed), "not by points": _short(report)}
    for spell in report.series:
        moved = spell.revision("effort")
        said[spell.period.name] = _weighed(spell.restated), _weighed(spell.then), moved
    found = intents(org, query)
    for name, shares in [*((r.intent, r.shares) for r in found.rows), (None, found.unknown)]:
        said["intents", name] = {w: _range(s) for w, s in shares if w == "money"}  # type: ignore[index]
    return said


def weights_expected(of: Weights, rec: Record, by: str | None) -> Said:
    """The same by the oracle."""
    said: Said = {"figures": _told(of)}
    short = {(t, str(p.carry), str(p.items)) for t, p in of.points().items() if p.figures is None}
    nobody = sum(of.of.team(i) is None for i in of.active)
    said["not by points"] = short | ({("", str(nobody))} if nobody else set())
    for spell in series(rec, of.of.question, by) if by else ():
        now, then = _told(spell.restated), _told(spell.then)
        said[spell.name] = now, then, _moved(spell.restated, spell.then)
    named = {n for i in of.active for n in of.of.tags[i].intents}
    for intent in (*of.of.stated, *sorted(named - {*of.of.stated}), None):
        priced = {} if of.rates.any is None else {"money": of.intent_by_money(intent)}
        said["intents", intent] = priced  # type: ignore[index]
    return said


def _moved(now: Weights, then: Weights) -> tuple[Fraction, ...] | None:
    """How far the ends of the sales-led share by effort moved."""
    ends = zip(now.figures("effort").sales_led, then.figures("effort").sales_led, strict=True)
    moved = [n - t for n, t in ends if n is not None and t is not None]
    return tuple(moved) if len(moved) == 2 else None


def _told(of: Weights) -> Said:
    said: Said = {w: of.figures(w) for w in ("effort", "count")}
    said |= {"money": money} if (money := of.money()) else {}
    return said | {f"points:{t}": p.figures for t, p in of.points().items() if p.figures}


def _weighed(weighed: tuple[Weighed, ...]) -> Said:
    return {w.weight: _figures(w) for w in weighed}


def _figures(w: Weighed) -> Figures | Money:
    shares = [_range(s) for s in (w.sales_led, w.unhealthy, w.healthy)]
    least, most = ({v: amounts[v] for v in VERDICTS} for amounts in (w.amounts, w.most))
    return Money(least, most, *shares) if w.weight == "money" else Figures(least, *shares)


def _range(share: Share) -> Bounds:
    return share.low, share.high


def _short(report: SalesLed) -> set[tuple[str, ...]]:
    """(team, items that carry points, items): the numbers of the sentence that says why there are none."""
    points = [n for n in report.not_weighed if n.weight == "points"]
    return {(n.team, *re.findall(r"\d+", n.why.split(";")[0])) for n in points}


def assert_weights_agree(
    config: Config, log: EventLog, rec: Record, question: Question, by: str | None = None
) -> None:
    """The package and the oracle say the same by every weight."""
    org, query = open_portfolio(config, log, replace(asked(question), by=by))
    assert_opened_agree(org, query, Oracle(rec, question), rec)


def assert_opened_agree(org: Portfolio, query: Query, of: Oracle, rec: Record) -> None:
    """The same of what was opened already."""
    package, opinion = weights_reported(org, query), weights_expected(Weights(of), rec, query.by)
    assert package.keys() == opinion.keys(), (of.question, query.by)
    for name, value in package.items():
        assert value == opinion[name], (name, of.question, query.by)
