"""The warnings report: what in the work is worth a question, what was looked at, and what could not be."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.days import local
from tracker_sync.inputs import BIAS
from tracker_sync.log import EventLog
from tracker_sync.reports.dismissed import dismissed
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.finding import SEVERITIES, Finding, Holds, Result, Unassessed
from tracker_sync.reports.limits import LIMITS, limits
from tracker_sync.reports.patterns import is_kept, patterns
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.strategy import midnight

MONTHS = 12
"""How many month ends are looked at to say since when a finding has held."""
LARGE = 5_000
"""Items: of a larger log, looking back would take longer than the report; and so would looking for patterns
take longer than the overview."""


class Warnings(Struct, frozen=True):
    """The whole report."""

    query: Query
    findings: tuple[Finding, ...]
    """The most severe first, of these what the strategy itself states; what somebody dismissed last."""
    unassessed: tuple[Unassessed, ...]
    holds: tuple[Holds, ...]
    looked_back: bool
    """Whether it was looked for since when the findings hold."""
    patterns: bool = True
    """Whether it was looked for patterns, or for the limits of the strategy alone."""

    @property
    def detectors(self) -> list[str]:
        """All that looked, or could not."""
        every: list[Result] = [*self.findings, *self.unassessed, *self.holds]
        return sorted({r.detector for r in every})


def is_large(log: EventLog) -> bool:
    """Whether a log has more items than are looked at for patterns by the way."""
    [(n,)] = log.query("SELECT count(*) FROM item")
    return int(n) > LARGE


def warnings(org: Portfolio, query: Query, *, large: bool = True) -> Warnings:
    """The report for a question, with how long its findings have held; `large` as for `current`."""
    found = current(Drawn(org, query), large=large)
    if len(org.now) > LARGE or not found.findings:
        return found
    since = _since(org, query, found.findings)
    dated = (replace(f, first_seen=since[f.id][0], since_before=since[f.id][1]) for f in found.findings)
    return replace(found, looked_back=True, findings=tuple(dated))


def current(drawn: Drawn, *, large: bool = True) -> Warnings:
    """The same as of now alone. Unless `large`, a large log is not looked at for patterns, but what was found
    of them before is told."""
    looked = large or len(drawn.org.now) <= LARGE or is_kept(drawn)
    results = [*limits(drawn), *(patterns(drawn) if looked else ())]
    found = (r for r in results if isinstance(r, Finding))
    findings = [*dismissed(drawn.org, drawn.query, found)]
    return Warnings(
        drawn.query,
        tuple(sorted(findings, key=_order)),
        tuple(r for r in results if isinstance(r, Unassessed)),
        tuple(r for r in results if isinstance(r, Holds)),
        looked_back=False, patterns=looked,
    )  # fmt: skip


def _order(finding: Finding) -> tuple[bool, int, bool, str]:
    """What nobody dismissed first, then the most severe; what the strategy itself states before patterns."""
    severity = SEVERITIES.index(finding.severity)
    return finding.dismissed is not None, -severity, finding.detector.startswith(BIAS), finding.id


def _since(org: Portfolio, query: Query, findings: Sequence[Finding]) -> Mapping[str, tuple[int, bool]]:
    """By the id of a finding, the first month end from which on it was found at every one, and whether that
    is the earliest that was looked at. Where it was not found at the last one, the end of the window."""
    end = query.last
    found = {f.id: (end, False) for f in findings}
    left = {f.id: f.detector for f in findings}
    past = [*_month_ends(query, end)]
    for n, at in enumerate(past):
        then = replace(query, until=at + 1, as_of=at)
        there = {r.id for r in _at(Drawn(org.at(at), then), {*left.values()}) if isinstance(r, Finding)}
        left = {id_: detector for id_, detector in left.items() if id_ in there}
        if not left:
            break
        found |= {id_: (at, n == len(past) - 1) for id_ in left}
    return found


def _at(drawn: Drawn, wanted: Collection[str]) -> list[Result]:
    """What was found at a moment by some detectors. Patterns are looked for all together, since their
    findings are corrected together."""
    found = limits(drawn, [name for name in LIMITS if name in wanted])
    return found + (patterns(drawn) if any(name.startswith(BIAS) for name in wanted) else [])


def _month_ends(query: Query, end: int) -> Iterator[int]:
    """The last instants of the months before, as far as they lie in the window, newest first."""
    first = local(end, query.zone).date().replace(day=1)
    for _ in range(MONTHS):
        at = midnight(first, query.zone) - 1
        if at < query.since:
            return
        yield at
        first = (first - timedelta(days=1)).replace(day=1)
