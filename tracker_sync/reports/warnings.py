"""The warnings report: what in the work is worth a question, what was looked at, and what could not be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tracker_sync.days import local
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.finding import SEVERITIES, Finding, Holds, Unassessed
from tracker_sync.reports.limits import limits
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.strategy import midnight

MONTHS = 12
"""How many month ends are looked at to say since when a finding has held."""
LARGE = 50_000
"""Items: of a larger log, looking back would take longer than the report."""


@dataclass(frozen=True, slots=True)
class Warnings:
    """The whole report."""

    query: Query
    findings: tuple[Finding, ...]
    """The most severe first."""
    unassessed: tuple[Unassessed, ...]
    holds: tuple[Holds, ...]
    looked_back: bool
    """Whether it was looked for since when the findings hold."""


def warnings(org: Portfolio, query: Query) -> Warnings:
    """The report for a question, with how long its findings have held."""
    found = current(Drawn(org, query))
    if len(org.now) > LARGE or not found.findings:
        return found
    since = _since(org, query, found.findings)
    dated = (replace(f, first_seen=since[f.id][0], since_before=since[f.id][1]) for f in found.findings)
    return replace(found, looked_back=True, findings=tuple(dated))


def current(drawn: Drawn) -> Warnings:
    """The same as of now alone."""
    results = limits(drawn)
    findings = [r for r in results if isinstance(r, Finding)]
    return Warnings(
        drawn.query,
        tuple(sorted(findings, key=lambda f: (-SEVERITIES.index(f.severity), f.id))),
        tuple(r for r in results if isinstance(r, Unassessed)),
        tuple(r for r in results if isinstance(r, Holds)),
        looked_back=False,
    )


def _since(org: Portfolio, query: Query, findings: Sequence[Finding]) -> Mapping[str, tuple[int, bool]]:
    """By the id of a finding, the first month end from which on it was found at every one, and whether that
    is the earliest that was looked at. Where it was not found at the last one, the end of the window."""
    end = query.last
    found = {f.id: (end, False) for f in findings}
    left = {f.id: f.detector for f in findings}
    past = [*_month_ends(query, end)]
    for n, at in enumerate(past):
        then = replace(query, until=at + 1, as_of=at)
        looked = limits(Drawn(org.at(at), then), {*left.values()})
        there = {r.id for r in looked if isinstance(r, Finding)}
        left = {id_: detector for id_, detector in left.items() if id_ in there}
        if not left:
            break
        found |= {id_: (at, n == len(past) - 1) for id_ in left}
    return found


def _month_ends(query: Query, end: int) -> Iterator[int]:
    """The last instants of the months before, as far as they lie in the window, newest first."""
    first = local(end, query.zone).date().replace(day=1)
    for _ in range(MONTHS):
        at = midnight(first, query.zone) - 1
        if at < query.since:
            return
        yield at
        first = (first - timedelta(days=1)).replace(day=1)
