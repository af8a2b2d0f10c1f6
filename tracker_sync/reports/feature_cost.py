"""What features took to build and to keep up, and what they cost over their life."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.days import Days
from tracker_sync.reports.cost import Build, Cost, Unit, hidden_cost, yearly_upkeep
from tracker_sync.reports.courses import Course, courses
from tracker_sync.reports.effort import Daily, daily
from tracker_sync.reports.follow_up import LINKS, follow_ups
from tracker_sync.reports.money import Rate, priced_groups
from tracker_sync.reports.payments import Payment, attrs, payment
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array
from tracker_sync.states.plans import seconds
from tracker_sync.states.told import Told, told

DAY = 8 * 3_600
"""Seconds of an estimate that make a person-day, as trackers count unless told otherwise."""
WEEK = 5
"""Person-days in a person-week."""
Basis = Literal["spent", "estimate", "so far", "given up"]
"""What a build rests on: `spent`, what a released feature took; `estimate`, of one that is not released and
has taken less than its estimate; `so far`, what any other has taken until now; `given up`: what one took that
was declined, which nobody will keep up."""


class Upkeep(Struct, frozen=True):
    """What repairs and support took since a release."""

    effort: Fraction
    """Person-days."""
    days: int
    """Since the day of the release."""
    items: tuple[str, ...]
    """Refs of the bugs and support that it was for."""


class FeatureCost(Struct, frozen=True):
    """What one feature costs, with all that this rests on."""

    basis: Basis
    build: Fraction
    """Person-days that the build is taken to need."""
    spent: Fraction
    """Person-days on everything under it until now, without its upkeep."""
    released: int | None
    """When it was done for the first time, in microseconds UTC."""
    upkeep: Upkeep | None
    """None: it was not released."""
    payment: Payment
    cost: Cost

    @property
    def weeks(self) -> Fraction:
        """The build in person-weeks, which went into nothing else."""
        return self.build / WEEK


def feature_costs(org: Portfolio, query: Query, work: Mapping[int, Sequence[int]]) -> dict[int, FeatureCost]:
    """The cost of each feature, given the rows under it, as of the query's moment and whatever its window."""
    if not work:
        return {}
    paying, found = attrs(org), courses(org, work, query.as_of)
    said = _said(org, query, sorted({r for rows in work.values() for r in rows}), paying)
    after = follow_ups(org, said, work)
    estimates = {
        row: value
        for row, one in said.items()
        for text in one.state.get("estimate", {}).values()
        if (value := seconds(text))
    }
    spent = _Spent(org, query, work, after, estimates)
    return {
        f: _costed(
            spent, f, found[f], after[f],
            payment(said.get(f, Told()), paying[org.words.vals[org.sources[f]]]),
        )
        for f in work
    }  # fmt: skip


def _said(
    org: Portfolio, query: Query, rows: Sequence[int], paying: Mapping[str, set[str]]
) -> dict[int, Told]:
    """What the events of some rows say of links, payments and estimates."""
    numbers = dict(zip(org.now["item"][rows].tolist(), rows, strict=True))
    wanted = {"estimate", *LINKS, *(attr for some in paying.values() for attr in some)}
    found = told(org.aside.log, numbers, wanted, query.as_of, query.known_at)
    return {numbers[item]: one for item, one in found.items()}


def _costed(
    spent: "_Spent", feature: int, course: Course, after: Sequence[int], payment: Payment
) -> FeatureCost:
    org, end, rows = spent.org, spent.query.as_of, spent.work[feature]
    by_group, upkeep = spent.whole.on(rows), None
    released = course.releases[0] if course.releases else None
    given_up = course.state == "stopped" and released is None
    if released is not None:
        days = Days(org.judged.calendar)
        later = spent.since(days.of(released) + 1)
        own = set(rows)
        inside = later.on([r for r in after if r in own])
        by_group = [all_ - repairs for all_, repairs in zip(by_group, inside, strict=True)]
        took = {r: sum(later.on([r]), Fraction()) for r in after}
        upkeep = Upkeep(
            sum(took.values(), Fraction()), days.of(end) - days.of(released),
            tuple(org.ref(r) for r, amount in took.items() if amount),
        )  # fmt: skip
    whole = sum(by_group, Fraction())
    estimate = spent.estimate(feature) if released is None and not given_up else None
    basis: Basis = (
        "spent" if released is not None
        else "given up" if given_up
        else "estimate" if estimate is not None and estimate > whole
        else "so far"
    )  # fmt: skip
    days_of = estimate if basis == "estimate" and estimate is not None else whole
    build = spent.estimated(days_of, by_group) if basis == "estimate" else spent.priced(by_group)
    yearly = Fraction(0) if basis == "given up" else _yearly(upkeep, whole)
    cost = hidden_cost(build, yearly, payment.amount)
    return FeatureCost(basis, days_of, whole, released, upkeep, payment, cost)


def _yearly(upkeep: Upkeep | None, build: Fraction) -> Fraction | None:
    """The upkeep a year as a part of the build, where it was observed: that nobody linked any bug or support
    to a feature does not show that there was none."""
    if upkeep is None or not upkeep.items:
        return None
    return yearly_upkeep(upkeep.effort, build, upkeep.days)


class _Taken(Struct, frozen=True, eq=False):
    """Person-days by group of people and row."""

    rows: Array
    amounts: Array
    unit: int

    def on(self, rows: Sequence[int]) -> list[Fraction]:
        """Those on some rows, by group."""
        places = np.searchsorted(self.rows, np.array(rows, dtype=np.int64))
        return [Fraction(int(sum(own)), self.unit) for own in self.amounts[:, places].tolist()]


class _Spent(Struct, frozen=True, dict=True):
    """Effort on some features and what is under them, by who did it and what these people cost."""

    org: Portfolio
    query: Query
    work: Mapping[int, Sequence[int]]
    after: Mapping[int, Sequence[int]]
    """The rows of its upkeep."""
    estimates: Mapping[int, int]
    """Of each row that has one, in seconds."""

    @cached_property
    def _daily(self) -> Daily:
        """Who worked when, until the end."""
        rows = {r for some in (*self.work.values(), *self.after.values()) for r in some}
        window = replace(self.query, since=self.org.first, until=self.query.as_of + 1)
        return daily(self.org, window, np.array(sorted(rows), dtype=np.int64))

    @cached_property
    def _groups(self) -> tuple[Array, tuple[Rate, ...] | None]:
        """(for each word the group of people of whom it stands for, the rate of each group)."""
        nobody = np.zeros(len(self.org.words.vals), dtype=np.int64)
        return priced_groups(self.org) or (nobody, None)

    @property
    def _rates(self) -> tuple[Rate, ...] | None:
        return self._groups[1]

    @cached_property
    def whole(self) -> "_Taken":
        """All of it."""
        return self.since(None)

    def since(self, first: int | None) -> "_Taken":
        """What was done from a day on."""
        return _Taken(self._daily.rows, *self._daily.by(self._groups[0], len(self._rates or [0]), first))

    @property
    def _unit(self) -> Unit:
        return "person-days" if self._rates is None else "money"

    def priced(self, by_group: Sequence[Fraction]) -> Build:
        """A build that took so much of each group of people, at their lowest and at their highest rates."""
        rates = self._rates or [(1, 1)]
        low, high = (
            sum((days * rate[end] for days, rate in zip(by_group, rates, strict=True)), Fraction())
            for end in (0, 1)
        )
        return Build(low, high, self._unit)

    def estimated(self, days: Fraction, by_group: Sequence[Fraction]) -> Build:
        """A build that is estimated at so many days, from the lowest to the highest rate of those who work on
        it; of all people, where nobody does yet."""
        rates = self._rates or [(1, 1)]
        theirs = [rate for spent, rate in zip(by_group, rates, strict=True) if spent] or rates[:1]
        low, high = min(lo for lo, _ in theirs), max(hi for _, hi in theirs)
        return Build(days * low, days * high, self._unit, estimated=True)

    def estimate(self, feature: int) -> Fraction | None:
        """Its own estimate in person-days, else the sum of those of all leaves under it that were not
        declined; None where any of these has none."""
        if feature in self.estimates:
            return Fraction(self.estimates[feature], DAY)
        rows = [r for r in self.work[feature] if self.org.leaf[r]]
        went = courses(self.org, {r: [r] for r in rows}, self.query.as_of)
        left = [r for r in rows if went[r].state != "stopped"]
        if not left or not all(r in self.estimates for r in left):
            return None
        return Fraction(sum(self.estimates[r] for r in left), DAY)
