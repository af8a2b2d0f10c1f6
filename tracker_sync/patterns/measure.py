"""What a measure is, and what it says: a figure held against a threshold, with the rows behind it."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from msgspec import Struct, field

from tracker_sync.patterns.facts import Facts, Moment

Word = str | int | float | Fraction
"""What may stand in a sentence; a Fraction is a share, shown as a percentage."""


class Row(Struct, frozen=True):
    """One piece of evidence for a finding."""

    item: str
    """The ref of the item."""
    what: str
    """What happened, in a few words: `started`, `first evidence: interview`."""
    moment: Moment | None = None
    """When; None for what is no event: a rank, an amount."""


class Seen(Struct, frozen=True):
    """What a measure saw, of everything or of one subject."""

    fires: bool
    """Whether it is beyond its threshold with everything unknown counted against that."""
    low: Fraction
    """The figure, with everything unknown counted against the finding."""
    high: Fraction | None
    """With everything unknown counted for it; None: nobody can tell."""
    n: int
    """How many items (or what `counted` says) it rests on."""
    limit: Fraction
    """The threshold that the figure was held against."""
    unit: str = "share"
    """`share` (0 to 1), or what the figure is in: `times`, `features`, `probability`."""
    counted: str = "epics"
    """What n counts."""
    subject: str = ""
    """An account, problem, initiative, item: what it is about, where a rule may see several."""
    p: float | None = None
    """How likely as much would be by chance; None for what chance has no part in."""
    interval: tuple[float, float] | None = None
    """95 %: what chance adds on either side."""
    words: Mapping[str, Word] = field(default_factory=dict)
    """What the finding's text may name."""
    rows: tuple[Row, ...] = ()
    """The evidence, the most telling first."""
    items: tuple[str, ...] = ()
    """Refs of all items that it rests on."""


class Silent(Struct, frozen=True):
    """What could not be said, and why. It is not a pass."""

    why: str
    subject: str = ""


class Measure(NamedTuple):
    """A named way to look at an organisation."""

    look: Callable[[Facts, Any], Iterable[Seen | Silent]]
    """Pure; the second argument is a `when`."""
    when: type
    """A msgspec struct: the thresholds of a rule's `[when]`."""
    words: Mapping[str, Word]
    """What a finding's text may name, each with an example."""
    statistical: bool = False
    """Whether chance may be why it fires: its findings are corrected together."""
