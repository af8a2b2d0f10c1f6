"""The weights beside effort and count: money between the rates of teams, and points by team."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

from tests.oracle.shares import Bounds, Figures, Oracle, over
from tests.oracle.verdicts import VERDICTS
from tests.oracle.world import Issue

Range = tuple[Fraction, Fraction]
Days = dict[str, Fraction]
"""Person-days by who is paid for them; "" is whoever has no rate."""
SALES = ("healthy", "unhealthy", "undecidable")


@dataclass(frozen=True)
class Money:
    """What the work cost by verdict, at the lowest and at the highest rates, and the three bounds."""

    least: dict[str, Fraction]
    most: dict[str, Fraction]
    sales_led: Bounds
    unhealthy: Bounds
    healthy: Bounds


@dataclass(frozen=True)
class Points:
    """One team's figures by points; `short` (those that carry them, of all) where too few do."""

    figures: Figures | None
    carry: int
    items: int


class Rates:
    """ "A team has one rate, which it has for all that it does, and we know only between what it lies"."""

    def __init__(self, text: str) -> None:
        """`text` of people.toml."""
        self.payer: dict[str, str] = {}
        """By "person LOGIN"."""
        self.ranges: dict[str, Range] = {}
        told = tomllib.loads(text).get("people", [])
        for p in told:
            self.payer[f"person {p['logins'][0]}"] = (p.get("team") and f"team {p['team']}") or p["logins"][0]
        for p in told:
            if "rate" in p:  # "from the lowest to the highest rate of its people"
                low, high = map(Fraction, p["rate"])
                payer = self.payer[f"person {p['logins'][0]}"]
                before = self.ranges.get(payer, (low, high))
                self.ranges[payer] = min(low, before[0]), max(high, before[1])

    def of(self, who: str) -> str:
        """Whose rate a person's day is paid at; "" where nobody knows."""
        payer = self.payer.get(who, "")
        return payer if payer in self.ranges else ""

    @property
    def any(self) -> Range | None:
        """ "Between the lowest and the highest rate of all"."""
        lows, highs = [r[0] for r in self.ranges.values()], [r[1] for r in self.ranges.values()]
        return (min(lows), max(highs)) if lows else None

    def range(self, payer: str) -> Range:
        """Between what a payer's rate lies."""
        found = self.ranges.get(payer) or self.any
        assert found is not None
        return found

    def cost(self, days: Days, end: int) -> Fraction:
        """At the lowest (0) or the highest (1) rates."""
        return sum((d * self.range(p)[end] for p, d in days.items()), Fraction(0))

    def extremes(self, counted: Days, rest: Days) -> Bounds:
        """The lowest and the highest part that `counted` may have of both: "of a ratio of sums the extremes
        are at the ends of the ranges", so every corner is tried. Work without a rate "may cost anything,
        independently of each other": what is counted one thing, and the rest another."""
        payers = sorted({p for p in (*counted, *rest) if p})
        found = []
        for ends in product((0, 1), repeat=len(payers) + 2):
            of = dict(zip(payers, ends[2:], strict=True))
            upper, lower = (
                sum((d * self.range(p)[of.get(p, free)] for p, d in days.items()), Fraction(0))
                for days, free in ((counted, ends[0]), (rest, ends[1]))
            )
            if upper + lower:
                found.append(upper / (upper + lower))
        return (min(found), max(found)) if found else (None, None)


class Weights:
    """The figures of a question by money and by points."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.active = of, of.active
        self.rates = Rates(of.inputs.held.get("people", ""))

    # -- effort and count -----------------------------------------------------------------------

    def figures(self, weight: str) -> Figures:
        """ "It keeps what that team had in progress last, with all effort on it, also of others"."""
        work = self.of.work(weight)
        return bounds((self.of.verdicts[i], work[i]) for i in self.active)

    # -- money ----------------------------------------------------------------------------------

    @cached_property
    def days(self) -> dict[Issue, Days]:
        """Each leaf's person-days, by who is paid for them."""
        of, found = self.of, dict[Issue, Days]()
        for who, leaf, part in of.worked:
            mine, payer = found.setdefault(leaf, {}), self.rates.of(who)
            mine[payer] = mine.get(payer, Fraction(0)) + part
        return found

    def paid(self, leaves: Iterable[Issue]) -> Days:
        """Their person-days together."""
        total: Days = {}
        for leaf in leaves:
            for payer, days in self.days.get(leaf, {}).items():
                total[payer] = total.get(payer, Fraction(0)) + days
        return total

    def part(self, counted: Iterable[Issue], rest: Iterable[Issue]) -> Bounds:
        """What the counted leaves may cost of all of them."""
        return self.rates.extremes(self.paid(counted), self.paid(rest))

    def money(self) -> Money | None:
        """None: "needs people.toml (rate)"."""
        if self.rates.any is None:
            return None
        by = {v: [i for i in self.active if self.of.verdicts[i] == v] for v in VERDICTS}
        totals = [{v: self.rates.cost(self.paid(some), end) for v, some in by.items()} for end in (0, 1)]

        def share(low: tuple[str, ...], maybe: tuple[str, ...], rest: tuple[str, ...]) -> Bounds:
            surely, also, not_ = ([i for v in some for i in by[v]] for some in (low, maybe, rest))
            return self.part(surely, also + not_)[0], self.part(surely + also, not_)[1]

        return Money(
            *totals,
            share(SALES, ("unknown",), ("other",)),
            share(("unhealthy",), ("undecidable", "unknown"), ("healthy", "other")),
            share(("healthy",), ("undecidable", "unknown"), ("unhealthy",)),
        )

    def intent_by_money(self, intent: str | None) -> Bounds:
        """Surely this intent; at most this, what names it beside another, and what names none."""
        of = self.of.tags
        surely = [i for i in self.active if of[i].intents == ({intent} if intent else set())]
        maybe = [i for i in self.active if not of[i].intents or intent in of[i].intents]
        low = self.part(surely, [i for i in self.active if i not in surely])[0]
        return low, self.part(maybe, [i for i in self.active if i not in maybe])[1]

    # -- points ---------------------------------------------------------------------------------

    def points_of(self, issue: Issue) -> Fraction | None:
        """ "Its points are those of the day that is asked about"; "a figure of 0 is a figure"."""
        name, at = self.of.inputs.field(issue.source, "points"), self.of.tree.at
        for attr in issue.attrs(at) if name else ():
            if self.of.world.name(issue.source, "field", attr) == name:
                return Fraction(issue.one(attr, at) or 0)
        return None

    def points(self) -> dict[str, Points]:
        """By team: "only where 80 % of a team's active leaves carry them"; "the share is of the items that
        carry them"."""
        found = {}
        for team in sorted({t for i in self.active if (t := self.of.team(i))}):
            work = [i for i in self.active if self.of.team(i) == team]
            told = [(self.of.verdicts[i], p) for i in work if (p := self.points_of(i)) is not None]
            enough = Fraction(len(told), len(work)) >= Fraction(4, 5) and any(p for _, p in told)
            found[team] = Points(bounds(told) if enough else None, len(told), len(work))
        return found


def bounds(work: Iterable[tuple[str, Fraction]]) -> Figures:
    """The three worst-case bounds of work by verdict."""
    amounts = dict.fromkeys(VERDICTS, Fraction(0))
    for kind, amount in work:
        amounts[kind] += amount
    h, u, g, q, _ = (amounts[v] for v in VERDICTS)
    w = sum(amounts.values(), Fraction(0))
    return Figures(amounts, over(h + u + g, h + u + g + q, w), over(u, u + g + q, w),
                   over(h, h + g + q, h + u + g + q))  # fmt: skip
