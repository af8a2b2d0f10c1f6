"""What a report of warnings is made of: findings, what could not be assessed, and what holds."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from tracker_sync.reports.shares import Share

Severity = Literal["note", "warning", "alarm"]
Confidence = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "alarm")
"""From what is worth knowing to what should not wait."""


class Measured(Struct, frozen=True):
    """What was measured, and what it may be for all that is known."""

    unit: str
    """`share` (0 to 1), or what is counted."""
    low: Fraction
    """With everything unknown counted against the finding."""
    high: Fraction | None
    """With everything unknown counted for it; None: nobody can tell."""
    n: int
    """How many items it rests on."""
    whole: Fraction | None = None
    """Of a share: what it is a share of, in `whole_unit`; its numerator is `low` of that."""
    whole_unit: str = ""
    share: Share | None = None
    """What it was taken from."""
    ends: tuple[float, float] | None = None
    """95 %, of what was taken from no share."""

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 %: what chance adds on either side; None for a plain count."""
        return self.share.interval if self.share else self.ends


class Evidence(Struct, frozen=True):
    """A row that a finding rests on. It names roles, never people."""

    item: str
    """The ref of the item."""
    what: str
    """What happened, in a few words."""
    at: int | None
    """When, in microseconds UTC; None for what is no event."""
    event: str
    """The event's id in its source; '' where there is none."""
    role: str
    """The role in people.toml of who did it; '' where nobody said."""
    version: int | None
    """Since when the strategy had been in force that was so then, in microseconds UTC; None: none was."""


class Threshold(Struct, frozen=True):
    """Where a figure becomes a finding."""

    value: Fraction
    stated: str
    """Where it is stated: `strategy.toml, [limits] sales_led_share`."""
    over: bool = True
    """Whether being above it is the finding; else being below it."""


class Dismissal(Struct, frozen=True):
    """Somebody said that a finding does not matter for now."""

    by: str
    why: str
    until: int
    """In microseconds UTC."""


class Finding(Struct, frozen=True):
    """A pattern in the work: what it may mean, what it rests on, and a question; never a verdict."""

    detector: str
    """What found it: `limits/sales-led-share`."""
    severity: Severity
    pattern: str
    """What it is consistent with, in a few words."""
    claim: str
    """What was found, in a sentence with its figures."""
    question: str
    """What to ask yourselves; it ends in a question mark."""
    measured: Measured
    threshold: Threshold
    certain: bool
    """Whether it holds whatever the unknown work is."""
    look: Callable[[], Sequence[str]]
    """What finds its `epics`."""
    items: Sequence[str] = ()
    """Refs of all items that it rests on."""
    subject: str = ""
    """Whom or what it is about, where a detector finds several: an initiative."""
    first_seen: int | None = None
    """The first month end from which on it has held, in microseconds UTC; None: not looked for."""
    since_before: bool = False
    """Whether it already held at the earliest month end that was looked at."""
    dismissed: Dismissal | None = None
    confidence: Confidence = "high"
    """How far the pattern can be believed where it is found; how bad it would be is its severity."""
    evidence: Sequence[Evidence] = ()
    """The rows behind it, the most telling first."""

    @property
    def epics(self) -> Sequence[str]:
        """Refs of the epics (or of work that stands alone) that it rests on, largest effort first."""
        return self.look()

    @property
    def id(self) -> str:
        """What people call this one finding."""
        return f"{self.detector}/{self.subject}" if self.subject else self.detector


class Unassessed(Struct, frozen=True):
    """What could not be looked at. It is not a pass."""

    detector: str
    what: str
    """What it would find."""
    needs: str
    """What is missing, and how to supply it."""
    subject: str = ""


class Holds(Struct, frozen=True):
    """What was looked at and is within its threshold, whatever the unknown work is."""

    detector: str
    claim: str
    measured: Measured
    threshold: Threshold
    subject: str = ""


Result = Finding | Unassessed | Holds
