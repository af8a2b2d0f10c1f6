"""What a custom feature costs over its life: the build, and the upkeep that comes after it."""

from fractions import Fraction
from functools import lru_cache
from math import log
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct

from tracker_sync.states.columns import Array

DRAWS = 10_000
SEED = 20_211_104
MAINTENANCE = (Fraction(10, 100), Fraction(20, 100), Fraction(30, 100))
"""Upkeep a year as a part of the build, m (Boehm 1981: annual change traffic): lowest, likeliest, highest.
Vendors ask 18 to 22 % of the licence for theirs (Forrester 2010). Triangular."""
LIFE = (Fraction(3), Fraction(7), Fraction(10))
"""Years until nobody keeps it up any more, L: lowest, likeliest, highest. Whole applications were found to be
nine years old (Zvegintzov 1998); a feature for one customer tends to go earlier. Triangular."""
DISCOUNT = (Fraction(6, 100), Fraction(12, 100))
"""How much less a cost weighs for coming a year later, r: about what capital costs a company. Uniform."""
OVERRUN_MEDIAN, OVERRUN_SIGMA = Fraction(125, 100), Fraction(40, 100)
"""What work took, by what it was estimated to take. Log-normal: 71 % of estimates are exceeded and the mean
overrun is 35 %. Surveys find 60 to 80 % and 30 to 40 % (Moløkken and Jørgensen 2003)."""
YEAR = 365
"""Days from release until upkeep is observed rather than assumed."""
PLACES = 1_000
"""Factors are rounded to 1 / this, so that no processor's last digit shows; chance moves them further."""
Unit = Literal["money", "person-days"]


class Build(Struct, frozen=True):
    """What it took to build a feature, or is estimated to take; a single figure where both ends are equal."""

    low: Fraction
    high: Fraction
    unit: Unit
    estimated: bool = False
    """Whether this is an estimate, which work tends to exceed."""

    def __post_init__(self) -> None:
        """Raises ValueError for what is no range."""
        if not 0 <= self.low <= self.high:
            raise ValueError(f"a build from {self.low} to {self.high} {self.unit}: give 0 ≤ low ≤ high")


def priced(
    days: Fraction, rate: tuple[Fraction, Fraction] | None = None, *, estimated: bool = False
) -> Build:
    """The build of so many person-days at a rate a day, lowest and highest; without a rate it stays in
    person-days. Raises ValueError for a negative figure or a rate with its ends the wrong way round."""
    low, high = (1, 1) if rate is None else rate
    return Build(days * low, days * high, "person-days" if rate is None else "money", estimated)


def yearly_upkeep(upkeep: Fraction, build: Fraction, days: int) -> Fraction | None:
    """The upkeep a year as a part of the build: of the person-days that bugs and support took in so many days
    since the release. None before the feature is a year old, and without a build."""
    return upkeep / build * Fraction(YEAR, days) if days >= YEAR and build else None


class Inputs(Struct, frozen=True):
    """All that a cost rests on but chance; exact."""

    build: Build
    observed_yearly: Fraction | None
    """Upkeep a year as a part of the build, as observed; None: not known yet, so `MAINTENANCE` is assumed."""
    paid: Fraction | None
    """What the customer pays for it, in money; None: not known."""

    def __post_init__(self) -> None:
        """Raises ValueError for negative figures."""
        for name, figure in (("observed upkeep", self.observed_yearly), ("payment", self.paid)):
            if figure is not None and figure < 0:
                raise ValueError(f"the {name} is {figure}: give 0 or more, or None where it is not known")


class Spread(Struct, frozen=True):
    """A figure that chance moves: one draw in ten is at most the first, half are at most the second, one in
    ten is above the last."""

    p10: Fraction
    p50: Fraction
    p90: Fraction


class Cost(Struct, frozen=True):
    """The hidden cost of a feature, in the unit of its build and at today's worth."""

    inputs: Inputs
    p10: Fraction
    p50: Fraction
    p90: Fraction
    multiple: Spread
    """How many times the actual build it comes to."""
    cover: tuple[Fraction, Fraction] | None
    """The part of it that is paid for: of the p90, and of the p10. None where the payment is not known, the
    build has no price, or there is no cost."""


def hidden_cost(build: Build, observed_yearly: Fraction | None = None, paid: Fraction | None = None) -> Cost:
    """The cost of a build and its upkeep. Definition: domain, section 2, "Hidden cost".

    build × (1 + m × `annuity`), the same draws for all. Within its range a build is as likely as
    another; one that is estimated counts times its overrun. Observed upkeep stands in place of m. Raises
    ValueError for negative figures.
    """
    inputs, times = Inputs(build, observed_yearly, paid), _multiple(observed_yearly)
    whole = times
    if build.high and (build.low < build.high or build.estimated):
        whole = _of_uncertain(build.low / build.high, build.estimated, observed_yearly)
    p10, p50, p90 = (build.high * part for part in (whole.p10, whole.p50, whole.p90))
    cover = (paid / p90, paid / p10) if paid is not None and build.unit == "money" and p10 else None
    return Cost(inputs, p10, p50, p90, times, cover)


def annuity(life: Array, discount: Array) -> Array:
    """(1-(1+r)^-L)/r: what 1 a year is worth today, due at each year's end for L years and discounted by r a
    year (the present value of an annuity). Where r is 0, L."""
    paid: Array = -np.expm1(-life * np.log1p(discount))
    found: Array = np.divide(paid, discount, out=np.array(life, dtype=float), where=discount != 0)
    return found


class _Draws(NamedTuple):
    """What chance decides, a draw in each place."""

    maintenance: Array
    annuity: Array
    position: Array
    """Where in its range the build lies: 0 its lower end, 1 its upper."""
    overrun: Array


@lru_cache(maxsize=1)
def _draws() -> _Draws:
    # RandomState: the one whose numbers no version of numpy changes. What the build is drawn by has a stream
    # of its own, so that it does not hang on how the multiple is drawn.
    later, first = np.random.RandomState(SEED), np.random.RandomState(SEED + 1)
    maintenance = _triangular(later, MAINTENANCE)
    worth = annuity(_triangular(later, LIFE), _uniform(later, DISCOUNT))
    overrun = first.lognormal(log(OVERRUN_MEDIAN), float(OVERRUN_SIGMA), size=DRAWS)
    return _Draws(maintenance, worth, first.uniform(size=DRAWS), overrun)


def _triangular(stream: np.random.RandomState, ends: tuple[Fraction, Fraction, Fraction]) -> Array:
    lowest, likeliest, highest = map(float, ends)
    return stream.triangular(lowest, likeliest, highest, size=DRAWS)


def _uniform(stream: np.random.RandomState, ends: tuple[Fraction, Fraction]) -> Array:
    lowest, highest = map(float, ends)
    return stream.uniform(lowest, highest, size=DRAWS)


def _multiple(observed: Fraction | None) -> Spread:
    if observed is None:
        return _assumed()
    # It rises with the annuity alone, so its percentiles are those of the annuity; nothing is sorted anew.
    found = _annuities()
    return Spread(*(1 + observed * part for part in (found.p10, found.p50, found.p90)))


@lru_cache(maxsize=1)
def _assumed() -> Spread:
    drawn = _draws()
    return _spread(1 + drawn.maintenance * drawn.annuity)


@lru_cache(maxsize=1)
def _annuities() -> Spread:
    return _spread(_draws().annuity)


@lru_cache(maxsize=4_096)
def _of_uncertain(narrowness: Fraction, estimated: bool, observed: Fraction | None) -> Spread:
    """The cost of a build that may be anywhere from `narrowness` to 1, or is estimated so."""
    drawn, low = _draws(), float(narrowness)
    build = low + (1 - low) * drawn.position
    if estimated:
        build = build * drawn.overrun
    upkeep = drawn.maintenance if observed is None else float(observed)
    return _spread(build * (1 + upkeep * drawn.annuity))


def _spread(drawn: Array) -> Spread:
    ordered = np.sort(drawn)
    tenths = (float(ordered[DRAWS * part // 10 - 1]) for part in (1, 5, 9))
    return Spread(*(Fraction(round(figure * PLACES), PLACES) for figure in tenths))
