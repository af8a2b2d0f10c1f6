"""What was promised before anybody had said how large it is."""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from tracker_sync.patterns.facts import DAY, Epic, Facts
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """Days that a promise may come before the scope."""
    at_once: int
    """So many promises within one hour are one edit of many cards, and say nothing of their order."""


def promised_before_scoped(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """One by one, the epics that were promised before their first estimate or ready state.

    An epic that is not scoped yet counts from its promise to the end. Where a whole log knows no scope,
    nothing follows (`needs = ["scopes"]`). Source: domain.md, section 4, after Kalsey.
    """
    promised = [e for e in facts.epics if e.promised and facts.start <= e.promised <= facts.end]
    hours = [e.promised.at // (DAY // 24) for e in promised if e.promised]
    for epic, hour in zip(promised, hours, strict=True):
        if hours.count(hour) < when.at_once:
            yield _ahead(facts, when, epic)


def _ahead(facts: Facts, when: When, epic: Epic) -> Seen:
    promised = epic.promised or facts.end
    days = promised.days_to(epic.scoped or facts.end)
    limit = Fraction(str(when.above))
    found = Fraction(max(days, 0.0)).limit_denominator(1000)
    return Seen(
        days > when.above, found, found, 1, limit, unit="days", subject=epic.ref,
        words={"item": epic.ref, "days": round(max(days, 0)), "how": _how(epic, days)},
        rows=(
            Row(epic.ref, "promised", epic.promised),
            *((Row(epic.ref, "first scoped", epic.scoped),) if epic.scoped else ()),
        ),
        items=(epic.ref,),
    )  # fmt: skip


def _how(epic: Epic, days: float) -> str:
    told = f"{round(max(days, 0))} days"
    return f"{told} before it was scoped" if epic.scoped else f"{told} ago, and is not scoped yet"


PROMISED_BEFORE_SCOPED = Measure(
    promised_before_scoped, When,
    {"item": "acme:PAY-12", "days": 12, "how": "12 days before it was scoped"},
)  # fmt: skip
