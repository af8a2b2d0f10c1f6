"""A share of cases held against a threshold: whether chance may be why it is beyond it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tracker_sync.patterns.measure import Row, Seen, Silent, Word
from tracker_sync.patterns.statistics.proportion import p_exact, wilson

FEW = 8
"""With fewer independent cases nothing is said (domain.md, section 4)."""


def part_above(
    hits: Sequence[str], families: Sequence[str], *, above: float, at_least: int, what: str,
    counted: str = "epics", maybe: int = 0, unsure: Sequence[tuple[str, bool]] = (),
    rows: Sequence[Row] = (), words: dict[str, Word] | None = None,
) -> Seen | Silent:  # fmt: skip
    """Whether surely more than a part of some cases are hits.

    `hits` are the refs of the items of those that surely are, a ref for each; `families` the root of each
    case, hit or not: cases of one root stand or fall together, so that they count as Kish's effective number.
    `maybe` are cases that may be hits for all that is known; they count as none. `unsure` may be no cases at
    all: the root of each, and whether it would be a hit. Of them those count that would be none. Wilson's
    interval is that of the effective number; the exact test that of whole cases, both rounded down; both
    where it is least sure.
    """
    worlds = [*_worlds(len(hits), families, unsure)]
    if (n := len(families)) < at_least:
        return Silent(f"{at_least} {what} at least; there are {n}")
    if (effective := min((of for _, of in worlds), default=0.0)) < FEW:
        return Silent(f"{what} of {FEW} independent epics at least; there are those of {effective:.0f}")
    n += sum(not hit for _, hit in unsure)
    share, effective = min(worlds, key=lambda world: wilson(*world)[0])
    low, limit, whole = Fraction(len(hits), n), Fraction(str(above)), int(effective)
    interval = wilson(share, effective)
    return Seen(
        interval[0] > limit, low, Fraction(len(hits) + maybe, n), n, limit, counted=counted,
        p=p_exact(int(share * whole), whole, limit), interval=interval,
        words={"k": len(hits), "n": n, "share": low, **(words or {})}, rows=tuple(rows),
        items=tuple(dict.fromkeys(hits)),
    )  # fmt: skip


def _worlds(
    hits: int, families: Sequence[str], unsure: Sequence[tuple[str, bool]]
) -> Iterator[tuple[Fraction, float]]:
    """The share and the effective number, neither above what it can be with so many of the unsure as cases.

    The number is least where these are of few large roots. One more in a root adds most to its square where
    all others are in it; so none adds more than that on average, and the root that adds most comes first.
    """
    sure, more = Counter(families), Counter(root for root, _ in unsure)
    added = sorted((2 * sure[root] + k for root, k in more.items() for _ in range(k)), reverse=True)
    misses = sum(not hit for _, hit in unsure)
    n, squares = len(families), sum(k * k for k in sure.values())
    for moved, one in enumerate((0, *added)):
        squares += one
        if n + moved:
            yield Fraction(hits + max(moved - misses, 0), n + moved), (n + moved) ** 2 / squares
