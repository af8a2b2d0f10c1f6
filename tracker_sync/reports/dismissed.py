"""Which findings somebody dismissed, as long as that holds; and how often each detector's were."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.dismissals import Basis, is_other, parse
from tracker_sync.events import Dismissed
from tracker_sync.patterns.statistics.proportion import wilson
from tracker_sync.reports.finding import SEVERITIES, Dismissal, Finding
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.strategy import midnight


def basis(finding: Finding) -> Basis:
    """What a finding rests on."""
    return Basis(
        SEVERITIES.index(finding.severity), finding.measured.low, finding.threshold.value,
        tuple(sorted(finding.items)),
    )  # fmt: skip


def dismissed(org: Portfolio, query: Query, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, with who dismissed them where that still holds: until the day that was named, and as
    long as the finding is the one that was looked at then."""
    for one in findings:
        said = _last(org, query, one.id)
        if said is None or said.val is None:
            yield one
            continue
        until = midnight(date.fromisoformat(said.val) + timedelta(days=1), query.zone) - 1
        then = parse(said.found)
        if query.last > until or then is None or is_other(basis(one), then):
            yield one
        else:
            yield replace(one, dismissed=Dismissal(said.actor or "", said.reason, until))


def _last(org: Portfolio, query: Query, name: str) -> Dismissed | None:
    """What was said of a warning last; where a question is about a past moment, by then."""
    past = query.as_of < org.last_ts
    said = [d for d in org.dismissals.get(name, ()) if not past or d.ts <= query.as_of]
    return said[-1] if said else None


class Record(Struct, frozen=True):
    """How a detector did, by what people said of its findings."""

    detector: str
    found: int
    """Findings that it has now, or had when they were dismissed, each counted once."""
    dismissed: int
    """Those of them that somebody dismissed, and did not take back."""

    @property
    def precision(self) -> Fraction:
        """The part that nobody dismissed: at most so many were right."""
        return Fraction(self.found - self.dismissed, self.found)

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, by Wilson's score."""
        return wilson(self.precision, self.found)


def records(
    said: Mapping[str, Sequence[Dismissed]], findings: Sequence[Finding], detectors: Iterable[str]
) -> tuple[Record, ...]:
    """How each of these detectors did that ever found anything, by name."""
    names = [*detectors]
    found: dict[str, set[str]] = {}
    gone: dict[str, set[str]] = {}
    for one in findings:
        found.setdefault(one.detector, set()).add(one.id)
    for id_, some in said.items():
        of = max((n for n in names if id_ == n or id_.startswith(f"{n}/")), key=len, default=None)
        if of is not None:
            found.setdefault(of, set()).add(id_)
            if some[-1].val is not None:
                gone.setdefault(of, set()).add(id_)
    return tuple(Record(n, len(found[n]), len(gone.get(n, ()))) for n in sorted(found))
