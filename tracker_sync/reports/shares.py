"""A share that says how sure it is: bounds for what is unknown, an interval for chance, its items."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm, sqrt
from random import Random
from statistics import NormalDist

WIDEST = Fraction(1, 5)
"""Bounds wider than this make a share "not measurable yet"."""
RESAMPLES = 400
SEED = 20_211_104


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a denominator."""

    ref: str
    root: str
    """Its topmost ancestor: what chance draws, since slices of one epic stand or fall together."""
    weight: Fraction
    surely: bool
    """It is in the numerator."""
    maybe: bool
    """It is in the numerator for all we know: what is sure, and what is unknown."""


@dataclass(frozen=True, slots=True)
class Share:
    """A numerator over a denominator, as worst-case (Manski) bounds; all None without a denominator."""

    low: Fraction | None
    """With everything unknown outside the numerator."""
    high: Fraction | None
    """With everything unknown inside."""
    n: int
    """Items in the denominator."""
    n_eff: float
    """Kish's effective number of items: (sum of weights)² / sum of squared weights."""
    interval: tuple[float, float] | None
    """95 %: what chance adds on either side of the bounds."""
    total: Fraction
    """The denominator, in the weight's unit."""
    numerator: tuple[str, ...]
    """Refs that are surely in it."""
    unknown: tuple[str, ...]
    """Refs that may be in it."""
    denominator: tuple[str, ...]

    @property
    def measurable(self) -> bool:
        """Whether the bounds are close enough for a headline."""
        return self.low is not None and self.high is not None and self.high - self.low <= WIDEST

    @property
    def point(self) -> Fraction | None:
        """The middle of the bounds (the figure with the smallest possible error); None where they
        are too wide for one figure."""
        if self.low is None or self.high is None or not self.measurable:
            return None
        return (self.low + self.high) / 2


def share(parts: Iterable[Part], weight: str) -> Share:
    """The share of the parts that count.

    Interval: Wilson's score for counts (Wilson 1927), a bootstrap over root items for weights; its
    lower end belongs to `low`, its upper end to `high`, so that it always holds the bounds.
    """
    counted = [p for p in parts if p.weight > 0]
    total = exact(p.weight for p in counted)
    sure = exact(p.weight for p in counted if p.surely)
    most = exact(p.weight for p in counted if p.maybe)
    interval = None
    if total:
        interval = _wilson(sure, most, total) if weight == "count" else _bootstrap(counted)
    squares = sum(w * w for w in map(float, (p.weight for p in counted)))
    return Share(
        low=sure / total if total else None,
        high=most / total if total else None,
        n=len(counted),
        n_eff=float(total) ** 2 / squares if squares else 0.0,
        interval=interval,
        total=total,
        numerator=tuple(p.ref for p in counted if p.surely),
        unknown=tuple(p.ref for p in counted if p.maybe and not p.surely),
        denominator=tuple(p.ref for p in counted),
    )


def exact(values: Iterable[Fraction]) -> Fraction:
    """The sum, over one common denominator: adding fractions one by one takes ten times as long."""
    many = list(values)
    unit = lcm(*(v.denominator for v in many))
    return Fraction(sum(v.numerator * (unit // v.denominator) for v in many), unit)


def _wilson(sure: Fraction, most: Fraction, total: Fraction) -> tuple[float, float]:
    z, n = NormalDist().inv_cdf(0.975), float(total)

    def end(k: Fraction, sign: int) -> float:
        p = float(k) / n
        middle = p + z * z / (2 * n)
        spread = z * sqrt((p * (1 - p) + z * z / (4 * n)) / n)
        return min(1.0, max(0.0, (middle + sign * spread) / (1 + z * z / n)))

    return end(sure, -1), end(most, 1)


def _bootstrap(parts: Sequence[Part]) -> tuple[float, float]:
    """Percentiles over resampled root items, with a fixed seed: the same items give the same ends."""
    sums: dict[str, list[float]] = {}
    for p in parts:
        row = sums.setdefault(p.root, [0.0, 0.0, 0.0])
        weight = float(p.weight)
        row[0] += weight
        row[1] += weight * p.surely
        row[2] += weight * p.maybe
    rows = [sums[r] for r in sorted(sums)]
    totals, sures, mosts = ([r[i] for r in rows] for i in range(3))
    lows, highs = [], []
    for drawn in _draws(len(rows)):
        total = sum(map(totals.__getitem__, drawn))
        lows.append(sum(map(sures.__getitem__, drawn)) / total)
        highs.append(sum(map(mosts.__getitem__, drawn)) / total)
    cut = round(RESAMPLES * 0.025)
    low, high = sum(sures) / sum(totals), sum(mosts) / sum(totals)
    return min(low, sorted(lows)[cut]), max(high, sorted(highs)[RESAMPLES - 1 - cut])


@lru_cache(maxsize=4)
def _draws(size: int) -> list[list[int]]:
    """The places that each resample draws; many shares of a report have the same roots."""
    rng = Random(SEED)  # noqa: S311  chance for statistics, not for secrets
    return [rng.choices(range(size), k=size) for _ in range(RESAMPLES)]
