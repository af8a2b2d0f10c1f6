"""How much of the work got its intent or its customer only after it had been started."""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from tracker_sync.patterns.facts import DAY, Facts
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.measures.evidence import started
from tracker_sync.patterns.measures.part import part_above


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """A share, 0 to 1."""
    at_least: int
    """Started epics with a tag."""
    grace: float
    """Days after the start within which a tag still counts as set with it."""
    at_once: int
    """So many epics tagged within one day are the filling-in of old ones."""


def retrofit_share(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """The share of started epics whose intent or account was named only after their start.

    Those of a day on which very many were tagged are left out: that is the initial backfill. An epic that
    nobody tagged counts as not retrofitted. Source: domain.md, section 4.
    """
    days = [e.tagged.at // DAY for e in facts.epics if e.tagged]
    bulk = {d for d in {*days} if days.count(d) >= when.at_once}
    begun = [e for e in started(facts) if not (e.tagged and e.tagged.at // DAY in bulk)]
    late = [e for e in begun if e.tagged and e.started and e.started.days_to(e.tagged) > when.grace]
    yield part_above(
        [e.ref for e in late],
        [e.family for e in begun],
        above=when.above,
        at_least=when.at_least,
        what="started epics",
        maybe=sum(e.tagged is None for e in begun),
        rows=[
            Row(e.ref, what, at) for e in late for what, at in (("started", e.started), ("tagged", e.tagged))
        ],
    )


RETROFIT = Measure(retrofit_share, When, {"k": 12, "n": 40, "share": Fraction(3, 10)}, statistical=True)
