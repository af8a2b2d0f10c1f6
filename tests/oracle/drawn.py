"""What a feature costs over its life, by draws of the oracle's own (docs/hidden-cost.md)."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import log
from typing import NamedTuple

from tests.oracle.cost import Cost

DRAWS = 20_000


@dataclass(frozen=True, eq=False)
class Near:
    """Figures that rest on chance, each with how far other draws may be from it."""

    figures: tuple[float | None, ...]
    within: tuple[float, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, tuple) or len(other) != len(self.figures):
            return False
        return all(
            one is two if one is None or two is None else abs(one - two) <= far + 1e-9
            for one, two, far in zip(self.figures, other, self.within, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]


class Draw(NamedTuple):
    """What chance decides, once."""

    place: float
    """Where in its range the build lies: "each rate in the range as likely"."""
    overrun: float
    upkeep: float
    worth: float
    """Of 1 a year at the end of each year of its life: (1-(1+r)^-L)/r."""


@cache
def draws() -> list[Draw]:
    """ "Overrun: log-normal, median 1.25, sigma 0.4; m: triangular, 10-30 %, likeliest 20 %; L: triangular,
    3-10 years, likeliest 7; r: uniform, 6-12 %"."""
    r, found = random.Random("the oracle's own"), list[Draw]()
    for _ in range(DRAWS):
        years, discount = r.triangular(3, 10, 7), r.uniform(0.06, 0.12)
        worth = (1 - (1 + discount) ** -years) / discount
        found.append(Draw(r.random(), r.lognormvariate(log(1.25), 0.4), r.triangular(0.1, 0.3, 0.2), worth))
    return found


def tenths(drawn: Iterable[float]) -> tuple[float, float, float]:
    """ "One in ten is no higher than p10, half are no higher than p50, and one in ten is higher than p90"."""
    ordered = sorted(drawn)
    p10, p50, p90 = (ordered[len(ordered) * part // 10 - 1] for part in (1, 5, 9))
    return p10, p50, p90


@cache
def multiples(observed: Fraction | None) -> tuple[float, float, float]:
    """Of the actual build: "observed upkeep stands in place of m"."""
    known = None if observed is None else float(observed)
    return tenths(1 + (d.upkeep if known is None else known) * d.worth for d in draws())


@cache
def spread(
    low: Fraction, high: Fraction, observed: Fraction | None, estimated: bool
) -> tuple[float, float, float]:  # fmt: skip
    """The cost of a build from low to high: "what is not done: its estimate × rates × overrun"."""
    least, more, known = float(low), float(high - low), None if observed is None else float(observed)
    return tenths(
        (least + more * d.place)
        * (d.overrun if estimated else 1)
        * (1 + (d.upkeep if known is None else known) * d.worth)
        for d in draws()
    )


def drawn(cost: Cost) -> Near:
    """p10, p50 and p90 of the cost, of the multiple, and "cover: from paid / p90 to paid / p10".

    "Another seed moves these figures by less than one in a hundred": of their middle; where the build itself
    is drawn, whose ends chance moves further, by less than one in twenty-five."""
    estimated = cost.basis == "estimate"
    low, high = cost.money or (cost.build, cost.build)
    costs, times = spread(low, high, cost.upkeep, estimated), multiples(cost.upkeep)
    far = costs[1] * (0.04 if estimated or low < high else 0.01)
    within = *(far,) * 3, *(times[1] * 0.01,) * 3
    if cost.paid is None or cost.money is None or not costs[0]:
        return Near((*costs, *times, None, None), (*within, 0, 0))
    cover = [float(cost.paid) / costs[end] for end in (2, 0)]
    return Near((*costs, *times, *cover), (*within, cover[0] * far / costs[2], cover[1] * far / costs[0]))
