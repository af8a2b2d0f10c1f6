"""Who said that a warning does not matter, why and until when, and whether it has become another since."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from tracker_sync.events import Dismissed, canonical
from tracker_sync.log import PEOPLE, EventLog

GROWN = Fraction(1, 10)
"""A figure that lies this part of itself further beyond its threshold is another than the one dismissed."""
NEW = Fraction(1, 4)
"""So is a finding of whose items more than this part were not among those behind the one dismissed."""


class Basis(Struct, frozen=True):
    """What a finding rests on, as far as it tells whether it has become another."""

    severity: int
    """Its place among the severities."""
    low: Fraction
    limit: Fraction
    items: tuple[str, ...]

    @property
    def text(self) -> str:
        """As an event keeps it."""
        figures = [[f.numerator, f.denominator] for f in (self.low, self.limit)]
        return canonical([self.severity, *figures, list(self.items)])


def parse(text: str) -> Basis | None:
    """What an event kept; None where it is of another shape."""
    try:
        severity, low, limit, items = json.loads(text)
        return Basis(int(severity), Fraction(*low), Fraction(*limit), tuple(map(str, items)))
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def is_other(now: Basis, then: Basis) -> bool:
    """Whether a finding has become another than the one that was dismissed: more severe, its figure further
    beyond the threshold by a tenth of itself, or more than a quarter of its items new."""
    new = {*now.items} - {*then.items}
    further = abs(now.low - now.limit) - abs(then.low - then.limit)
    return (
        now.severity > then.severity
        or further > GROWN * abs(then.low)
        or (bool(now.items) and Fraction(len(new), len(now.items)) > NEW)
    )


def dismissals(log: EventLog, known_at: int | None = None) -> Mapping[str, Sequence[Dismissed]]:
    """What was said of each warning, by its name, in the order of the log; as far as it knew it then."""
    found: dict[str, list[Dismissed]] = {}
    for entry in log.read(source=PEOPLE, items=[""], known_at=known_at):
        if isinstance(entry.event, Dismissed):
            found.setdefault(entry.event.key, []).append(entry.event)
    return found
