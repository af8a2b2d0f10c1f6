"""The problems report: what the people served rank worst, and what the work goes into."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
from msgspec import Struct

from tracker_sync.inputs import SUPPLIES
from tracker_sync.reports.courses import under
from tracker_sync.reports.effort import effort
from tracker_sync.reports.evidence import Sign, best, evidence
from tracker_sync.reports.portfolio import Many, Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.rankings import (
    Agreement,
    Answer,
    agreement,
    answers,
    mean,
    middle,
    opportunity,
)
from tracker_sync.reports.served import Served, served
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.states.columns import NONE
from tracker_sync.strategy import normal


class Asked(Struct, frozen=True):
    """What some answers about one problem come to."""

    answers: int
    accounts: int
    """Independent ones."""
    rank: Fraction | None
    """The median."""
    importance: Fraction | None
    """The mean of those that were asked, 0 to 10."""
    satisfaction: Fraction | None

    @property
    def opportunity(self) -> Fraction | None:
        """From 0 to 20; None where either was not asked."""
        return opportunity(self.importance, self.satisfaction)


class Row(Struct, frozen=True):
    """One problem."""

    problem: str
    """As the newest answer, or else an epic, spells it."""
    slug: str
    """What a label calls it: `problem/<slug>`."""
    asked: Asked
    by_persona: tuple[tuple[str, Asked], ...]
    by_segment: tuple[tuple[str, Asked], ...]
    """'' for accounts of which customers.csv gives no segment."""
    place: int | None
    """Its place by median rank among those ranked, 1 for the worst; equal medians share the better place."""
    low: Fraction
    """Person-days in the window of work whose epic names this problem alone."""
    high: Fraction
    """With the work whose epic names others too."""
    share: Share
    """Of all effort: at most also all work that names no problem, since it may serve any."""
    epics: tuple[str, ...]
    """Refs of the epics that name it."""
    look: Callable[[str], int]

    @property
    def grade(self) -> int:
        """The grade of the best evidence that its epics rest on, a place in `GRADES`."""
        return self.look(self.slug)


class Persona(Struct, frozen=True):
    """Those of one persona."""

    persona: str
    in_icp: bool | None
    """Whether the strategy names it among those the product is for; None where it names none."""
    accounts: int
    agreement: Agreement


class Problems(Struct, frozen=True):
    """The whole report."""

    query: Query
    rows: tuple[Row, ...]
    """The largest opportunity first, then by median rank; those that nobody was asked about, last."""
    agreement: Agreement
    personas: tuple[Persona, ...]
    """Those with most rankers first."""
    answers: tuple[Answer, ...]
    unnamed: Share
    """The effort of the window whose epics name no problem."""
    bare: Many[str]
    """Refs of that work, the largest first."""
    several: tuple[str, ...]
    """Refs of epics that name several problems: their work is in the high of each."""
    needs: str
    """Why nothing is known of ranks; '' where it is."""

    @property
    def most_work(self) -> Row | None:
        """The problem with the most effort whose epics name no other."""
        return max((r for r in self.rows if r.low), key=lambda r: r.low, default=None)


def problems(org: Portfolio, query: Query) -> Problems:
    """The report for a question. Definitions: docs/reports.md."""
    end = query.last
    told, named = answers(org, end), served(org, query)
    work = _Work(org, query, named)
    by_problem: dict[str, list[Answer]] = {slug: [] for slug in named.spelt}
    for a in told or ():
        by_problem.setdefault(normal(a.problem), []).append(a)
    medians = sorted(m for some in by_problem.values() if (m := middle(a.rank for a in some)) is not None)
    grades = _Grades(org, named, end)
    rows = [_row(slug, some, medians, work, grades) for slug, some in by_problem.items()]
    return Problems(
        query, tuple(sorted(rows, key=_order)), agreement(told or ()), _personas(org, query, told or ()),
        told or (), work.share(work.none, work.none),
        work.bare,
        tuple(org.ref(r) for r, names in sorted(named.names.items()) if len(names) > 1),
        "" if told is not None else SUPPLIES["problems"],
    )  # fmt: skip


def _row(
    slug: str, some: Sequence[Answer], medians: Sequence[Fraction], work: "_Work", grades: "_Grades"
) -> Row:
    asked = _asked(some)
    alone, maybe = work.alone(slug), work.naming(slug)
    return Row(
        some[-1].problem if some else work.named.spelt[slug], slug, asked,
        by_persona=_split(some, lambda a: normal(a.persona), lambda a: a.persona),
        by_segment=_split(some, lambda a: a.segment, lambda a: a.segment),
        place=None if asked.rank is None else medians.index(asked.rank) + 1,
        low=work.sum(alone), high=work.sum(maybe),
        share=work.share(alone, [m or n for m, n in zip(maybe, work.none, strict=True)]),
        epics=tuple(work.org.ref(r) for r, names in sorted(work.named.names.items()) if slug in names),
        look=grades.of,
    )  # fmt: skip


def _order(row: Row) -> tuple[bool, Fraction, bool, Fraction, str]:
    score, rank = row.asked.opportunity, row.asked.rank
    return score is None, -(score or Fraction(0)), rank is None, rank or Fraction(0), row.slug


def _asked(some: Sequence[Answer]) -> Asked:
    return Asked(
        len(some), len({a.account for a in some}), middle(a.rank for a in some),
        mean(a.importance for a in some), mean(a.satisfaction for a in some),
    )  # fmt: skip


def _split(
    some: Sequence[Answer], key: Callable[[Answer], str], spelt: Callable[[Answer], str]
) -> tuple[tuple[str, Asked], ...]:
    """What answers come to by some word, those with most answers first."""
    parts: dict[str, list[Answer]] = {}
    for a in some:
        parts.setdefault(key(a), []).append(a)
    order = sorted(parts.items(), key=lambda p: (-len(p[1]), p[0]))
    return tuple((spelt(own[-1]), _asked(own)) for _, own in order)


def _personas(org: Portfolio, query: Query, told: Sequence[Answer]) -> tuple[Persona, ...]:
    version = org.strategy_at_end(query)
    wanted = {normal(p) for p in version.strategy.icp.personas} if version else set[str]()
    parts: dict[str, list[Answer]] = {}
    for a in told:
        parts.setdefault(normal(a.persona), []).append(a)
    found = [
        Persona(own[-1].persona, slug in wanted if wanted else None, len({a.account for a in own}),
                agreement(own))
        for slug, own in parts.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda p: (-p.agreement.rankers, p.persona)))


class _Work:
    """The work of the window, in groups that serve the same problems."""

    def __init__(self, org: Portfolio, query: Query, named: Served) -> None:
        self.org, self.named, self.days = org, named, effort(org, query)
        self.rows = np.flatnonzero(org.active(query))
        epic = named.of[self.rows]
        self.lists = [(), *sorted({*named.names.values()})]
        places = {names: n for n, names in enumerate(self.lists)}
        of_epic = np.zeros(len(org.now) + 1, dtype=np.int64)  # the last place is NONE's
        for row, names in named.names.items():
            of_epic[row] = places[names]
        self.group = of_epic[np.where(epic == NONE, len(org.now), epic)]
        self.base = Grouped(
            org,
            "effort",
            self.rows,
            self.days.amounts[self.rows],
            self.days.unit,
            self.group,
            len(self.lists),
        )

    @property
    def bare(self) -> Many[str]:
        """Refs of the work that names none, the largest first."""
        chosen = self.rows[self.group == 0]
        return Many(chosen, lambda some: [self.org.ref(r) for r in some.tolist()], self.days.amounts)

    @property
    def none(self) -> list[bool]:
        """Which groups name no problem."""
        return [not names for names in self.lists]

    def alone(self, slug: str) -> list[bool]:
        """Which name this one and no other."""
        return [names == (slug,) for names in self.lists]

    def naming(self, slug: str) -> list[bool]:
        """Which name it, alone or not."""
        return [slug in names for names in self.lists]

    def sum(self, groups: Sequence[bool]) -> Fraction:
        """The person-days of some groups."""
        return Fraction(int(self.base.sums[np.array(groups, dtype=bool)].sum()), self.days.unit)

    def share(self, surely: Sequence[bool], maybe: Sequence[bool]) -> Share:
        """The share of some groups."""
        return self.base.share(surely, maybe)


class _Grades:
    """The evidence of the epics that name a problem; looked up when it is first asked for, all at once."""

    def __init__(self, org: Portfolio, named: Served, end: int) -> None:
        self._org, self._named, self._end = org, named, end

    @cached_property
    def _signs(self) -> Mapping[int, Sequence[Sign]]:
        epics = sorted(self._named.names)
        looked = self._org.look([self._org.ref(r) for r in epics])
        return evidence(self._org, looked, under(self._org, epics), self._end)

    def of(self, slug: str) -> int:
        """The best grade of a problem's epics."""
        rows = [r for r, names in self._named.names.items() if slug in names]
        return max((best(self._signs[r]) for r in rows), default=0)
