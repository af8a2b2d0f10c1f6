"""What the hidden cost of a feature rests on: its build, observed upkeep, payment, and what it displaced."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from tests.oracle.sides import spent
from tests.oracle.single_customer import SingleCustomer
from tests.oracle.weights import Days, Rates
from tests.oracle.world import Issue

PAID = re.compile(r"paid(?:/|::?)(.+)", re.IGNORECASE)
DAY_SECONDS = 8 * 60 * 60
"""8 hours make a day."""


@dataclass(frozen=True)
class Cost:
    """The inputs of one feature's cost."""

    basis: str
    build: Fraction
    money: tuple[Fraction, Fraction] | None
    """The build at the lowest and at the highest rates, before any overrun."""
    tail: Fraction
    tail_items: tuple[str, ...]
    upkeep: Fraction | None
    """By the year, as a part of the build; None: it is assumed."""
    paid: Fraction | None
    weeks: Fraction
    instead: tuple[str, Fraction, Fraction] | None
    """(problem, opportunity, person-days) of the best problem that got less."""


class Costs:
    """The costs of all features that are for one customer alone."""

    def __init__(self, alone: SingleCustomer) -> None:
        self.alone, self.of, self.tree = alone, alone.of, alone.of.tree
        self.sides, self.went = alone.sides, alone.went
        self.rates = Rates(self.of.inputs.held.get("people", ""))
        self.today = self.of.calendar.day_of(self.sides.at)

    @cached_property
    def rows(self) -> dict[str, Cost]:
        """By feature."""
        features = [below for below, *_ in self.alone.alone if below[0] not in self.alone.shared]
        return {self.of.ref(below[0]): self.cost(below) for below in features}

    def days(self, leaves: Iterable[Issue], since: date | None = None, until: date | None = None) -> Days:
        """Person-days on leaves up to the day asked about, by who is paid for them."""
        found = dict[str, Fraction]()
        for day, payer, part in (one for leaf in set(leaves) for one in self._taken.get(leaf, ())):
            if (since is None or since < day) and (until is None or day <= until):
                found[payer] = found.get(payer, Fraction(0)) + part
        return found

    @cached_property
    def _taken(self) -> dict[Issue, list[tuple[date, str, Fraction]]]:
        found: dict[Issue, list[tuple[date, str, Fraction]]] = {}
        for day, who, leaf, part in spent(self.of, self.sides.at + 1):
            found.setdefault(leaf, []).append((day, self.rates.of(who), part))
        return found

    def cost(self, below: list[Issue]) -> Cost:
        """All that the cost of a feature rests on."""
        released = self.alone.released(below[0])
        first = None if released is None else self.of.calendar.day_of(released)
        leaves, bugs = self._leaves(below), self._leaves(self._bugs(below))
        days = self.days(leaves - bugs)
        for payer, part in self.days(bugs, until=first).items():
            days[payer] = days.get(payer, Fraction(0)) + part
        build, basis, money = sum(days.values(), Fraction(0)), "spent", self._priced(days)
        if released is None:
            basis = "so far"
            estimate = self._estimate(below)
            if self.went.state(below[0]) == "stopped":
                basis = "given up"
            elif estimate is not None and estimate > build:
                basis, build, money = "estimate", estimate, self._estimated(estimate, days)
        tail, items = self._tail(below, first)
        aged = 0 if first is None else (self.today - first).days
        observed = tail / build * Fraction(365, aged) if aged >= 365 and build and items else None
        if basis == "given up":  # "what was declined before any release has no upkeep"
            observed = Fraction(0)
        return Cost(
            basis, build, money, tail, items, observed, self._paid(below[0]), build / 5,
            self._instead(below, build),
        )  # fmt: skip

    # -- build ----------------------------------------------------------------------------------

    def _leaves(self, some: Iterable[Issue]) -> set[Issue]:
        return {leaf for i in some for leaf in self.went.leaves(i)}

    def _bugs(self, below: list[Issue]) -> list[Issue]:
        return [i for i in below if self.tree.bug(i)]

    def _priced(self, days: Days) -> tuple[Fraction, Fraction] | None:
        """ "Priced day by day at the rates of the team that worked, lowest and highest"."""
        return None if self.rates.any is None else (self.rates.cost(days, 0), self.rates.cost(days, 1))

    def _estimated(self, estimate: Fraction, days: Days) -> tuple[Fraction, Fraction] | None:
        """ "At the lowest and the highest rate of those who worked on it, else of all"."""
        if self.rates.any is None:
            return None
        ranges = [self.rates.range(p) for p, d in days.items() if d] or [self.rates.any]
        return estimate * min(r[0] for r in ranges), estimate * max(r[1] for r in ranges)

    def _estimate(self, below: list[Issue]) -> Fraction | None:
        """ "Its own, else the sum of those of all leaves under it that were not declined, where each has
        one"."""
        own = self._estimated_days(below[0])
        leaves = [i for i in self.went.leaves(below[0]) if self.went.phase(i) != "declined"]
        each = [self._estimated_days(i) for i in leaves]
        known = [e for e in each if e is not None]
        if own is not None:
            return own
        return sum(known, Fraction(0)) if known and len(known) == len(each) else None

    def _estimated_days(self, issue: Issue) -> Fraction | None:
        said = issue.one("estimate", self.tree.at)
        return Fraction(said) / DAY_SECONDS if said else None

    # -- upkeep ---------------------------------------------------------------------------------

    def _tail(self, below: list[Issue], first: date | None) -> tuple[Fraction, tuple[str, ...]]:
        """ "Person-days from the day after the release to the day asked about on bugs under it, and on bugs
        and work of origin support that Jira links to it or to anything under it, or that mention it on
        GitHub, with all under those"."""
        if first is None:
            return Fraction(0), ()
        linked = {o for i in below for o in self.went.linked(i) | self.went.mentioned(i)}
        linked = {o for o in linked if o not in below and self._upkeep(o)}
        roots = [*self._bugs(below), *linked]
        mine, bugs = self._leaves(below), self._leaves(self._bugs(below))
        leaves = {leaf for leaf in self._leaves(roots) if leaf not in mine or leaf in bugs}
        worked = {leaf: sum(self.days([leaf], since=first).values(), Fraction(0)) for leaf in leaves}
        items = tuple(sorted(self.of.ref(leaf) for leaf, days in worked.items() if days))
        return sum(worked.values(), Fraction(0)), items

    def _upkeep(self, issue: Issue) -> bool:
        origin = self.of.tags[issue].origin
        return self.tree.bug(issue) or (origin is not None and origin.value == "support")

    # -- payment and what it displaced ----------------------------------------------------------

    def _paid(self, feature: Issue) -> Fraction | None:
        """ "The field that `fields = { paid = … }` of a source names, else a label `paid/50000`; a plain
        figure"; "anything else is not guessed at"."""
        name, at = self.of.inputs.field(feature.source, "paid"), self.tree.at
        called = self.of.world.name
        said = [
            v for a in feature.attrs(at) if name and called(feature.source, "field", a) == name
            for v in feature.values(a, at).values()
        ] or [m[1] for v in feature.values("labels", at).values() if (m := PAID.fullmatch(v))]  # fmt: skip
        figures = {s.strip() for s in said}
        [one] = figures if len(figures) == 1 else [""]
        return Fraction(one) if re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", one) else None

    def _instead(self, below: list[Issue], build: Fraction) -> tuple[str, Fraction, Fraction] | None:
        """ "Of the problems that the feature does not serve, that have an opportunity, and on which work took
        fewer person-days than the feature's build, the one with the highest opportunity, then the least
        effort"."""
        serves = self.sides.serves(below)
        chances = {
            p: (chance, self.effort_on.get(p, Fraction(0)))
            for p, chance in self.sides.opportunities(self.today).items()
            if p not in serves and self.effort_on.get(p, Fraction(0)) < build
        }
        best = min(chances, key=lambda p: (-chances[p][0], chances[p][1], p), default=None)
        return None if best is None else (best, *chances[best])

    @cached_property
    def effort_on(self) -> dict[str, Fraction]:
        """ "Work counts for each problem that its epic names", up to the day asked about."""
        found: dict[str, Fraction] = {}
        near: dict[Issue, set[str]] = {}
        for _, _, leaf, part in spent(self.of, self.sides.at + 1):
            if leaf not in near:
                near[leaf] = self.sides.near(leaf)
            for problem in near[leaf]:
                found[problem] = found.get(problem, Fraction(0)) + part
        return found
