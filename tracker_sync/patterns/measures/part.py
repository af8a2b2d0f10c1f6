"""A share of cases held against a threshold: whether chance may be why it is beyond it."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from tracker_sync.patterns.measure import Row, Seen, Silent, Word
from tracker_sync.patterns.statistics.proportion import kish, p_exact, wilson

FEW = 8
"""With fewer independent cases nothing is said (domain.md, section 4)."""


def part_above(
    hits: Sequence[str], families: Sequence[str], *, above: float, at_least: int, what: str,
    counted: str = "epics", maybe: int = 0, rows: Sequence[Row] = (), words: dict[str, Word] | None = None,
) -> Seen | Silent:  # fmt: skip
    """Whether surely more than a part of some cases are hits.

    `hits` are the refs of the items of those that surely are, a ref for each; `families` the root of each
    case, hit or not: cases of one root stand or fall together, so that they count as Kish's effective number.
    `maybe` are cases that may be hits for all that is known; they count as none. Wilson's interval is that of
    the effective number; the exact test that of whole cases, both rounded down.
    """
    n, effective = len(families), kish([*Counter(families).values()])
    if n < at_least:
        return Silent(f"{at_least} {what} at least; there are {n}")
    if effective < FEW:
        return Silent(f"{what} of {FEW} independent epics at least; there are those of {effective:.0f}")
    low, limit, whole = Fraction(len(hits), n), Fraction(str(above)), int(effective)
    interval = wilson(low, effective)
    return Seen(
        interval[0] > limit, low, Fraction(len(hits) + maybe, n), n, limit, counted=counted,
        p=p_exact(int(low * whole), whole, limit), interval=interval,
        words={"k": len(hits), "n": n, "share": low, **(words or {})}, rows=tuple(rows),
        items=tuple(dict.fromkeys(hits)),
    )  # fmt: skip
