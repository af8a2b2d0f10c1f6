"""A share that says how sure it is: bounds for what is unknown, an interval for chance, its items."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
from msgspec import Struct

from tracker_sync.patterns.statistics.bootstrap import by_root, ends
from tracker_sync.patterns.statistics.proportion import kish, wilson
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.states.columns import Array

WIDEST = Fraction(1, 5)
"""Bounds wider than this make a share "not measurable yet"."""
Flags = Sequence[bool]
"""For each group, whether it is meant."""


class Grouped(Struct, frozen=True, eq=False, dict=True):
    """Rows with what each weighs, in groups: a share is of whole groups."""

    org: Portfolio
    weight: str
    rows: Array
    amounts: Array
    """In whole numbers of `1 / unit`."""
    unit: int
    group: Array
    """The number of each row's group."""
    groups: int
    """How many there are."""
    team: str = ""
    """Whose points they are; points of several teams are never summed."""

    @property
    def name(self) -> str:
        """The weight, and the team where it is one team's."""
        return f"{self.weight}:{self.team}" if self.team else self.weight

    @cached_property
    def sums(self) -> Array:
        """What each group weighs, exact."""
        found: Array = np.zeros(self.groups, dtype=self.amounts.dtype)
        np.add.at(found, self.group, self.amounts)
        return found

    @cached_property
    def counts(self) -> Array:
        """How many rows of each group weigh anything."""
        found: Array = np.bincount(self.group, self.amounts > 0, self.groups).astype(np.int64)
        return found

    def amounts_at(self, highest: bool) -> list[Fraction]:
        """What each group weighs; money alone has two figures for that."""
        return [Fraction(int(own), self.unit) for own in self.sums]

    def share(self, surely: Flags, maybe: Flags, among: Flags | None = None) -> "Share":
        """The share of some groups, those that surely are in it and those that may be, among these or all."""
        every = np.ones(self.groups, dtype=bool) if among is None else np.array(among, dtype=bool)
        return Share(self, np.array(surely, dtype=bool), np.array(maybe, dtype=bool), every)


class Share(Struct, frozen=True, eq=False, dict=True):
    """A numerator over a denominator, as worst-case (Manski) bounds; all None without a denominator."""

    base: Grouped
    surely: Array
    """Which groups are in the numerator."""
    maybe: Array
    """Which are in it for all we know: those that surely are, and the unknown."""
    among: Array
    """Which are in the denominator."""

    @property
    def total(self) -> Fraction:
        """The denominator, in the weight's unit."""
        return Fraction(self._sum(self.among), self.base.unit)

    @property
    def low(self) -> Fraction | None:
        """With everything unknown outside the numerator."""
        return self._part(self.surely)

    @property
    def high(self) -> Fraction | None:
        """With everything unknown inside."""
        return self._part(self.maybe)

    @property
    def totals(self) -> tuple[Fraction, Fraction]:
        """The denominator at its lowest and at its highest: the same, but for money."""
        return self.total, self.total

    def _sum(self, groups: Array) -> int:
        return int(self.base.sums[groups].sum())

    def _part(self, of: Array) -> Fraction | None:
        total = self._sum(self.among)
        return Fraction(self._sum(of & self.among), total) if total else None

    @property
    def n(self) -> int:
        """Items in the denominator: those that weigh anything."""
        return int(self.base.counts[self.among].sum())

    @cached_property
    def _counted(self) -> Array:
        """The places of the denominator's items among the base's rows."""
        return np.flatnonzero((self.base.amounts > 0) & self.among[self.base.group])

    @cached_property
    def _weights(self) -> Array:
        found: Array = (self.base.amounts[self._counted] / self.base.unit).astype(float)
        return found

    def _are(self, groups: Array) -> Array:
        """Which of the denominator's items are of some groups."""
        found: Array = groups[self.base.group[self._counted]]
        return found

    def _refs(self, chosen: Array) -> Many[str]:
        return refs(self.base.org, self.base.rows[self._counted[chosen]])

    @property
    def n_eff(self) -> float:
        """Kish's effective number of items: (sum of weights)² / sum of squared weights."""
        return kish(self._weights)

    @property
    def numerator(self) -> Many[str]:
        """Refs that are surely in it."""
        return self._refs(self._are(self.surely))

    @property
    def unknown(self) -> Many[str]:
        """Refs that may be in it."""
        return self._refs(self._are(self.maybe & ~self.surely))

    @property
    def rest(self) -> Many[str]:
        """Refs that are surely not in it."""
        return self._refs(self._are(self.among & ~self.maybe))

    @property
    def denominator(self) -> Many[str]:
        """Refs of all of it."""
        return self._refs(self._are(self.among))

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

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """95 %: what chance adds on either side of the bounds.

        Wilson's score for counts (Wilson 1927); for weights a bootstrap over root items, since slices of one
        epic stand or fall together. The lower end belongs to `low`, the upper to `high`, so that it always
        holds the bounds.
        """
        if self.low is None or self.high is None:
            return None
        if self.base.weight == "count":
            return wilson(self.low, self.n)[0], wilson(self.high, self.n)[1]
        roots = self.base.org.roots[self.base.rows[self._counted]]
        whole, sure, most = by_root(
            roots, *(self._weights * self._are(of) for of in (self.among, self.surely, self.maybe))
        )
        low, high = ends(sure, whole)[0], ends(most, whole)[1]
        return min(low, float(self.low)), max(high, float(self.high))
