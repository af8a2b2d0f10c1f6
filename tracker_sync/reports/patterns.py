"""What the rules on patterns find in an organisation, as findings that open up to their evidence."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tracker_sync.events import canonical
from tracker_sync.inputs import BIAS
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.finding import (
    Confidence,
    Evidence,
    Finding,
    Holds,
    Measured,
    Result,
    Severity,
    Threshold,
    Unassessed,
)
from tracker_sync.reports.keys import called
from tracker_sync.reports.limits import tops
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array
from tracker_sync.strategies import UNTOLD

if TYPE_CHECKING:
    from tracker_sync.patterns.detect import Detected


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What a rule came to, in the form in which it is kept: with the rule's own words, so that to tell it
    again no rule has to be read."""

    rule: str
    file: str
    """What the rule's file is called."""
    pattern: str
    severity: Severity
    confidence: Confidence
    ask: str
    found: bool
    subject: str = ""
    why: str = ""
    """Why nothing can be said; '' where something can, and then all that follows is there."""
    claim: str = ""
    low: tuple[int, int] = (0, 1)
    """As numerator and denominator, like `high` and `limit`."""
    high: tuple[int, int] | None = None
    limit: tuple[int, int] = (0, 1)
    n: int = 0
    unit: str = ""
    counted: str = ""
    interval: tuple[float, float] | None = None
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, int | None, str, str], ...] = ()
    """(item, what, when, event, role)"""


def patterns(drawn: Drawn) -> list[Result]:
    """What all rules on patterns in use come to, by their ids."""
    return [_result(drawn, one) for one in _gathered(_told(drawn))]


def is_kept(drawn: Drawn) -> bool:
    """Whether it is known from an earlier time what they come to."""
    return drawn.org.kept.find(_asked(drawn.query)) is not None


def _gathered(told: Sequence[Told]) -> Iterator[Told]:
    """Of a rule that looks at many subjects one by one, all those of which there is nothing to ask as one."""
    held: dict[str, list[Told]] = {}
    for one in told:
        if not (one.found or one.why) and one.subject:
            held.setdefault(one.rule, []).append(one)
        else:
            yield one
    for some in held.values():
        n = len(some)
        claim = f"{n} of {n} looked at show nothing of it." if n > 1 else some[0].claim
        yield msgspec.structs.replace(some[0], subject=some[0].subject if n == 1 else "", claim=claim, n=n)


def _told(drawn: Drawn) -> Sequence[Told]:
    """Worked out, or kept from an earlier time."""
    what = _asked(drawn.query)
    kept = drawn.org.kept.find(what)
    if kept is not None:
        return msgspec.json.decode(kept, type=tuple[Told, ...])
    if not (rules := drawn.org.detectors.rules):
        return ()
    from tracker_sync.patterns.detect import detect  # an overview of a large log looks for none
    from tracker_sync.reports.facts import facts

    found = tuple(_plain(one) for one in detect(rules, facts(drawn)))
    drawn.org.kept.keep(what, msgspec.json.encode(found).decode())
    return found


def _asked(query: Query) -> str:
    """What tells a question about patterns from others."""
    return canonical([
        "patterns in words", query.since, query.until, query.as_of, query.source, query.project, query.team,
    ])  # fmt: skip


def _plain(one: "Detected") -> Told:
    seen, rule = one.seen, one.rule
    told = (rule.id, rule.path.name, rule.pattern, rule.severity, rule.confidence, rule.ask)
    if seen is None:
        return Told(*told, False, one.subject, one.why)
    rows = tuple(
        (m.item or r.item, r.what, m.at, m.event, m.role)
        if (m := r.moment)
        else (r.item, r.what, None, "", "")
        for r in seen.rows
    )
    return Told(
        *told, one.found, one.subject, "", rule.claim(seen.words), seen.low.as_integer_ratio(),
        None if seen.high is None else seen.high.as_integer_ratio(), seen.limit.as_integer_ratio(), seen.n,
        seen.unit, seen.counted, seen.interval, seen.items, rows,
    )  # fmt: skip


def _result(drawn: Drawn, one: Told) -> Result:
    name = f"{BIAS}{one.rule}"
    if one.why:
        return Unassessed(name, one.pattern, one.why, one.subject)
    high = None if one.high is None else Fraction(*one.high)
    measured = Measured(one.unit, Fraction(*one.low), high, one.n, whole_unit=one.counted, ends=one.interval)
    threshold = Threshold(Fraction(*one.limit), f"rules/bias/{one.file}")
    if not one.found:
        return Holds(name, one.claim, measured, threshold, one.subject)
    return Finding(
        name, one.severity, one.pattern, one.claim, one.ask, measured, threshold, certain=True,
        look=lambda: tops(drawn.org, drawn.query, _rows(drawn, one)), items=one.items, subject=one.subject,
        confidence=one.confidence, evidence=tuple(_evidence(drawn, *row) for row in one.rows),
    )  # fmt: skip


def _rows(drawn: Drawn, one: Told) -> Array:
    """The rows of the items that it rests on."""
    return np.array(sorted({*called(drawn.org, one.items).values()}), dtype=np.int64)


def _evidence(drawn: Drawn, item: str, what: str, at: int | None, event: str, role: str) -> Evidence:
    version = None if at is None else drawn.org.judged.strategies.at(at)
    since = version.since if version is not None and version.since < UNTOLD else None
    return Evidence(item, what, at, event, role, since)
