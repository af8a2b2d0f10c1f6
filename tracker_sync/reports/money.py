"""Money: effort times what a day of each team costs, from the lowest to the highest rate."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from tracker_sync.people import Person
from tracker_sync.reports.effort import ROOM, effort_by
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Flags, Grouped, Share
from tracker_sync.states.columns import Array

Rate = tuple[int, int]
"""What a day costs, lowest and highest, in whole units of currency."""
MISSING = "people.toml (rate = [LOW, HIGH] of at least one person of each team)"


class Part(NamedTuple):
    """Work that costs the same a day, whatever that is: how much of it counts, of how much."""

    counted: int
    whole: int
    rate: Rate


class Costs(Struct, frozen=True, eq=False):
    """Person-days by who did them: in row 0 those of people whose team states no rate."""

    amounts: Array
    """By group of people and row of the portfolio, in `1 / unit`."""
    unit: int
    rates: tuple[Rate, ...]
    """Of each group; of the first one from the lowest of all rates to the highest."""

    def unpriced(self, rows: Array) -> Fraction | None:
        """How much of the effort on these rows is of people whose team states no rate; None without any."""
        whole = int(self.amounts[:, rows].sum())
        return Fraction(int(self.amounts[0, rows].sum()), whole) if whole else None


def costs(org: Portfolio, query: Query) -> Costs | None:
    """Who worked on what, with what they cost; None where nobody's rate is known."""
    found = priced_groups(org)
    return Costs(*effort_by(org, query, found[0], len(found[1])), found[1]) if found else None


def priced_groups(org: Portfolio) -> tuple[Array, tuple[Rate, ...]] | None:
    """(for each word the group of people of whom it stands for, the rate of each group); as in `Costs`, the
    first is of people whose team states no rate. None where nobody's rate is known.

    A team's rate is from the lowest to the highest of its people's; who is in no team has their own.
    """
    teams = _teams(org.judged.people)
    if not teams:
        return None
    names = [*teams]
    group = np.zeros(len(org.words.vals), dtype=np.int64)
    for login, person in org.judged.people.items():
        if (name := _team(person)) in teams and login == person.logins[0]:
            code = org.words.find(login)
            if code > 0:
                group[code] = names.index(name) + 1
    rates = ((min(lo for lo, _ in teams.values()), max(hi for _, hi in teams.values())), *teams.values())
    return group, rates


def _teams(people: Mapping[str, Person]) -> dict[str, Rate]:
    found: dict[str, Rate] = {}
    for person in people.values():
        if person.rate:
            low, high = found.get(_team(person), person.rate)
            found[_team(person)] = min(low, person.rate[0]), max(high, person.rate[1])
    return dict(sorted(found.items()))


def _team(person: Person) -> str:
    return f"team {person.team}" if person.team else f"person {person.logins[0]}"


class Priced(Share, frozen=True, eq=False, dict=True):
    """A share of money: its low at the rates that make it lowest, its high at those that make it highest.

    Each team has one rate, which it has for all that it does; so what a single team did has the same share of
    the money as of the effort, whatever its rate is.
    """

    dear: Share
    """At the rates that make it highest."""
    between: tuple[Fraction, Fraction]

    @property
    def high(self) -> Fraction | None:
        """With everything unknown inside, at the rates that make that most."""
        return self.dear.high

    @property
    def totals(self) -> tuple[Fraction, Fraction]:
        """The denominator at all lowest and at all highest rates."""
        return self.between

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """95 %, by root items, at the rates of either end."""
        low, high = super().interval, self.dear.interval
        return (low[0], high[1]) if low and high else None


class Pricing(Struct, frozen=True, eq=False, dict=True):
    """Rows with what they cost, in groups: a share is of whole groups."""

    org: Portfolio
    rows: Array
    costs: Costs
    group: Array
    groups: int
    weight: str = "money"
    team: str = ""
    name: str = "money"

    @cached_property
    def _sums(self) -> Array:
        """Person-days by who did them and group."""
        found = np.zeros((len(self.costs.rates), self.groups), dtype=self.costs.amounts.dtype)
        np.add.at(found.T, self.group, self.costs.amounts[:, self.rows].T)
        return found

    def amounts_at(self, highest: bool) -> list[Fraction]:
        """What each group costs at all lowest or all highest rates."""
        rates = [rate[highest] for rate in self.costs.rates]
        return [
            Fraction(sum(int(d) * r for d, r in zip(column, rates, strict=True)), self.costs.unit)
            for column in self._sums.T
        ]

    def share(self, surely: Flags, maybe: Flags, among: Flags | None = None) -> Priced:
        """The share of some groups, those that surely are in it and those that may be, among these or all."""
        sure, most = np.array(surely, dtype=bool), np.array(maybe, dtype=bool)
        every = np.ones(self.groups, dtype=bool) if among is None else np.array(among, dtype=bool)
        low = self._at(extreme([*self._parts(sure, every)], highest=False), sure)
        high = self._at(extreme([*self._parts(most, every)], highest=True), most)
        ends = [sum((a for a, there in zip(self.amounts_at(of), every, strict=True) if there), Fraction(0))
                for of in (False, True)]  # fmt: skip
        return Priced(low, sure, most, every, Share(high, sure, most, every), (ends[0], ends[1]))

    def _parts(self, of: Array, among: Array) -> Iterator[Part]:
        """First, of work whose rate nobody states, what counts and the rest: they need not cost the same."""
        counted, whole = (self._sums[:, which].sum(axis=1).tolist() for which in (of & among, among))
        yield Part(counted[0], counted[0], self.costs.rates[0])
        yield Part(0, whole[0] - counted[0], self.costs.rates[0])
        for n, rate in enumerate(self.costs.rates[1:], 1):
            yield Part(counted[n], whole[n], rate)

    def _at(self, rates: list[int], of: Array) -> Grouped:
        """The rows with what they cost at some rates, in the order of `_parts`."""
        days = self.costs.amounts[:, self.rows]
        if int(days.sum()) * max(rates) >= ROOM:
            days = days.astype(object)
        first = np.where(of[self.group], rates[0], rates[1])
        amounts: Array = days[0] * first
        for n, rate in enumerate(rates[2:], 1):
            amounts = amounts + days[n] * rate
        return Grouped(self.org, self.weight, self.rows, amounts, self.costs.unit, self.group, self.groups)


def extreme(parts: list[Part], *, highest: bool) -> list[int]:
    """The rate of each part at which what counts has its smallest or largest share of the money.

    That share is a ratio of sums in which each rate stands once above and once below, so at its extremes
    every rate is at an end: at one for the parts of which less counts than the share itself, at the other for
    the rest. So, with parts in order of how much of them counts, one place divides the two.
    """
    order = sorted(range(len(parts)), key=lambda n: _ratio(parts[n]))
    best: tuple[Fraction, list[int]] | None = None
    for cut in range(len(parts) + 1):
        rates = [0] * len(parts)
        for place, n in enumerate(order):
            rates[n] = parts[n].rate[(place >= cut) == highest]
        whole = sum(p.whole * r for p, r in zip(parts, rates, strict=True))
        if whole:
            share = Fraction(sum(p.counted * r for p, r in zip(parts, rates, strict=True)), whole)
            if best is None or (share > best[0] if highest else share < best[0]):
                best = share, rates
    return best[1] if best else [p.rate[0] for p in parts]


def _ratio(part: Part) -> Fraction:
    return Fraction(part.counted, part.whole) if part.whole else Fraction(0)
