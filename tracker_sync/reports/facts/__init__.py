"""What the rules on patterns look at, taken from a portfolio and its side inputs."""

from collections.abc import Iterator

from msgspec import structs

from tracker_sync.patterns.facts import INPUTS, Facts, Moment
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.effort import effort
from tracker_sync.reports.facts.accounts import accounts
from tracker_sync.reports.facts.breaches import breaches
from tracker_sync.reports.facts.epics import epics
from tracker_sync.reports.facts.initiatives import initiatives
from tracker_sync.reports.facts.intents import intents
from tracker_sync.reports.facts.mandates import mandates
from tracker_sync.reports.facts.people import people
from tracker_sync.reports.facts.said import rankings, replies
from tracker_sync.reports.facts.works import works


def facts(drawn: Drawn) -> Facts:
    """Everything that measures look at, as of the end of the question's window."""
    org, query = drawn.org, drawn.query
    version = org.strategy_at_end(query)
    every = epics(org, query)
    found = Facts(
        start=Moment(query.since), end=Moment(query.last), unit=effort(org, query).unit,
        epics=every, works=works(org, query), rankings=rankings(org, query.last),
        replies=replies(org, query.last), initiatives=initiatives(drawn, every),
        mandates=mandates(org, query), accounts=accounts(org, query),
        intents=intents(org, query), people=people(org, query),
        breaches=breaches(org, query, every),
        versions=tuple(Moment(v.since) for v in org.judged.strategies.versions if v.since <= query.last),
        limit=version.strategy.limits.active_intents if version else None,
        market=tuple(_market(drawn)),
    )  # fmt: skip
    return structs.replace(found, missing=missing(drawn, found))


def _market(drawn: Drawn) -> Iterator[str]:
    version = drawn.org.strategy_at_end(drawn.query)
    if version is not None:
        market = version.strategy.market
        yield from (word for word in (market.kind, market.stage) if word)
        yield from ("regulated",) if market.regulated else ()
        yield from ("new-category",) if market.new_category else ()


def missing(drawn: Drawn, found: Facts) -> dict[str, str]:
    """Of all inputs those that are missing, with what supplies them: what nobody ever recorded is not known,
    however much of it there was."""
    judged, sides = drawn.org.judged, drawn.org.sides
    version = drawn.org.strategy_at_end(drawn.query)
    stated = version.strategy if version else None
    there = {
        "strategy": stated is not None,
        "customers": bool(judged.customers.accounts),
        "people": bool(judged.people),
        "problems": sides.problems is not None,
        "adoption": sides.adoption is not None,
        "pmf": sides.pmf is not None,
        "arr": any(a.arr is not None or a.icp is not None for a in found.accounts),
        "intents": any(e.intents for e in found.epics),
        "origins": any(e.origin for e in found.epics),
        "accounts": any(e.asked for e in found.epics),
        "evidence": any(s.kind != "asked" for e in found.epics for s in e.evidence),
        "served": any(e.problems for e in found.epics),
        "solutions": any(e.solution for e in found.epics),
        "gates": any(e.gates for e in found.epics),
        "estimates": any(e.estimates for e in found.epics),
        "scopes": any(e.scoped for e in found.epics),
        "dates": any(e.due for e in found.epics),
        "queue": any(e.up for e in found.epics),
        "promises": any(e.promised for e in found.epics),
        "links": any(e.links for e in found.epics),
        "effort": any(w.effort for w in found.works),
        "targets": stated is not None and any(i.target is not None for i in stated.intents),
        "initiatives": bool(found.initiatives),
        "owners": any(m.owners for m in found.mandates),
        "labels": any(e.marks for e in found.epics),
        "exclusions": stated is not None and bool(stated.not_doing),
        "limit": found.limit is not None,
    }
    return {name: INPUTS[name] for name, is_there in there.items() if not is_there}
