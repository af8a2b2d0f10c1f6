"""Holds what the package says of features for one customer alone, and of their costs, against the oracle."""

from fractions import Fraction

from tests.oracle import cost as oracle
from tests.oracle.drawn import drawn
from tests.oracle.shares import Oracle
from tests.oracle.single_customer import Feature, Shared, SingleCustomer
from tests.oracle.world import words
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.single_customer import Row, single_customer

Said = dict[str, object]


def costs_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = single_customer(org, query)
    rows = [*report.rows]
    return {
        "features": {r.ref: _feature(r) for r in rows},
        "costs": {r.ref: _cost(r) for r in rows},
        "drawn": {r.ref: _drawn(r) for r in rows},
        "shared": {
            r.ref: Shared(r.ref, r.account, r.effort, tuple(sorted(r.adopters)), tuple(sorted(r.supporters)))
            for r in report.shared
        },
        "share": (report.share.low, report.share.high),
        "states": {s: n for s, n in report.states.items() if n},
        "problems": report.problems,
        "knows use": report.knows_use,
        "unnamed": sorted(report.unnamed),
        "effort of features": report.effort,
        "looked at": report.features,
        "coverage": dict(report.coverage),
        "total effort": report.effort_total,
    }


def _feature(r: Row) -> Feature:
    return Feature(
        r.ref, r.account, r.state, r.effort, tuple(sorted(r.items)), r.first_asked, r.cost.released,
        tuple(sorted(r.later)), r.names_problem,
    )  # fmt: skip


def _cost(r: Row) -> oracle.Cost:
    c, inputs, instead = r.cost, r.cost.cost.inputs, r.displaced
    money = (inputs.build.low, inputs.build.high) if inputs.build.unit == "money" else None
    return oracle.Cost(
        c.basis, c.build, money, c.upkeep.effort if c.upkeep else Fraction(0),
        tuple(sorted(c.upkeep.items)) if c.upkeep else (), inputs.observed_yearly, c.payment.amount, c.weeks,
        (words(instead.problem), instead.opportunity, instead.effort) if instead else None,
    )  # fmt: skip


def _drawn(r: Row) -> tuple[Fraction | None, ...]:
    cost = r.cost.cost
    times = cost.multiple
    cover = cost.cover or (None, None)
    return cost.p10, cost.p50, cost.p90, times.p10, times.p50, times.p90, *cover


def costs_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = SingleCustomer(of)
    states = [f.state for f in report.rows]
    costs = oracle.Costs(report).rows
    work = {i for below, *_ in report.alone if below[0] not in report.shared for i in below} & report.active
    return {
        "features": {f.ref: f for f in report.rows},
        "costs": costs,
        "drawn": {ref: drawn(cost) for ref, cost in costs.items()},
        "shared": {s.ref: s for s in report.shared.values()},
        "share": report.share,
        "states": {s: states.count(s) for s in states},
        "problems": sum(f.names_problem for f in report.rows) if report.sides.has("problems") else None,
        "knows use": report.sides.has("adoption"),
        "unnamed": report.unnamed,
        "looked at": len(report.looked),
        "coverage": report.coverage,
        "total effort": sum((of.effort.get(i, Fraction(0)) for i in of.active), Fraction(0)),
        "effort of features": sum((of.effort.get(i, Fraction(0)) for i in work), Fraction(0)),
    }
