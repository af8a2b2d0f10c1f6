"""The sagas report: what became of each initiative, from the idea to its adoption or its end."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.days import Days
from tracker_sync.inputs import SUPPLIES
from tracker_sync.reports.adopted import Adoption, Counts, counts, looked_at
from tracker_sync.reports.carried import Carried, carried
from tracker_sync.reports.courses import cycles
from tracker_sync.reports.descent import Descent, Epic
from tracker_sync.reports.effort import Effort, effort
from tracker_sync.reports.initiatives import initiatives
from tracker_sync.reports.kill_lines import Kill, kill
from tracker_sync.reports.money import MISSING, Costs, costs
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.saga import Check, Saga, Stage, decisions, handovers, stage, unanswered, undecided
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.reports.timelines import Moment, moments
from tracker_sync.states.columns import Array

COUNT = "a row of adoption.csv about one of its epics by then"


class Sagas(Struct, frozen=True):
    """The whole report."""

    query: Query
    rows: tuple[Saga, ...]
    """Those that wait longest for a decision first, then the largest effort up to now first."""
    moments: tuple[Moment, ...]
    """Everything that happened, by initiative in the order of the rows, and by time."""
    epics: tuple[Epic, ...]
    """Likewise, in the order in which they were started."""
    share: Share
    """The effort of the window that went into initiatives."""
    lost: tuple[str, ...]
    """Keys in adoption.csv that no item in the log has."""
    needs: str
    """Why adoption is not assessed; '' where it is."""
    rates: str
    """Why money is not assessed; '' where it is."""
    unpriced: Fraction | None
    """The part of the initiatives' effort that people did whose team states no rate: it is counted from the
    lowest to the highest of all rates."""
    has_strategy: bool

    def of(self, stage: Stage) -> list[Saga]:
        """Those at a stage."""
        return [s for s in self.rows if s.stage == stage]


def sagas(org: Portfolio, query: Query) -> Sagas:
    """The report for a question: initiatives as they were at the end of its window. Definitions:
    docs/reports.md."""
    end = query.last
    version = org.strategy_at_end(query)
    told = initiatives(org.judged.strategies, version, end) if version else ()
    look = _Look(org, query, end)
    pairs = [(of, look.saga(of)) for of in carried(org, query, told, end)]
    pairs.sort(
        key=lambda p: (-1 if p[1].undecided_days is None else -p[1].undecided_days - 2, -p[1].effort_all)
    )
    every = np.array(sorted({r for of, _ in pairs for r in of.rows.tolist()}), dtype=np.int64)
    return Sagas(
        query, tuple(saga for _, saga in pairs),
        tuple(m for of, saga in pairs for m in moments(org, of, saga, end)),
        look.epics([of for of, _ in pairs]), look.share(every),
        look.counts.lost if look.counts else (), needs="" if look.counts else SUPPLIES["adoption"],
        rates="" if look.costs else MISSING, unpriced=look.costs.unpriced(every) if look.costs else None,
        has_strategy=version is not None,
    )  # fmt: skip


class Outcome(Struct, frozen=True):
    """How a stated initiative came out against what was agreed of it."""

    initiative: str
    epics: tuple[str, ...]
    """Refs, in the order of the strategy."""
    checks: tuple[Check, ...]
    kills: tuple[Kill, ...]
    unanswered: tuple[Kill, ...]
    """Those that were crossed with no decision after it."""
    decisions: tuple[int, ...]
    """All of them, by time."""
    due: date | None
    """The day on which it has to be there, as the strategy says."""


def outcomes(org: Portfolio, query: Query) -> tuple[Outcome, ...]:
    """How the initiatives of the strategy in force came out, in its order: the same as in the report, without
    what they took."""
    end = query.last
    version = org.strategy_at_end(query)
    told = initiatives(org.judged.strategies, version, end) if version else ()
    look, found = _Look(org, query, end), list[Outcome]()
    for of in carried(org, query, [t for t in told if t.gone is None], end):
        checks, kills = look.checks(of)[0], look.kills(of)
        refs = tuple(map(org.ref, of.epics))
        stated, open_ = of.told.initiative, unanswered(of, checks, kills)
        found.append(Outcome(stated.id, refs, checks, kills, open_, (*decisions(of),), stated.due))
    return tuple(found)


class _Look:
    """What all initiatives are looked at with."""

    def __init__(self, org: Portfolio, query: Query, end: int) -> None:
        self.org, self.query, self.end = org, query, end
        self.days, self.within, self.active = Days(org.judged.calendar), org.within(query), org.active(query)

    @cached_property
    def effort(self) -> Effort:
        """In the window."""
        return effort(self.org, self.query)

    @cached_property
    def counts(self) -> Counts | None:
        """Who uses what; None without adoption.csv."""
        return counts(self.org, self.end)

    @cached_property
    def costs(self) -> Costs | None:
        """What the work of the window cost; None where no rate is stated."""
        return costs(self.org, self.query)

    @cached_property
    def effort_all(self) -> Effort:
        """From the first day of the log up to the end of the window."""
        return effort(self.org, replace(self.query, since=min(self.org.first, self.query.since)))

    def saga(self, of: Carried) -> Saga:
        """An initiative as it stands."""
        told, went = of.told, of.went
        rows = of.rows[self.within[of.rows]]
        checks, due = self.checks(of)
        kills = self.kills(of)
        waits = undecided(of, checks, kills)
        releases = [at for c in went for at in c.releases]
        done = rows[self.active[rows] & ~self.effort.measured[rows]]
        return Saga(
            told.initiative.id, told.initiative.intent, told.owners[-1][1], told.initiative.text, told.since,
            told.gone, stage(of, checks), building=sum(c.state == "building" for c in went),
            cycles=cycles(went), people=of.people, handovers=handovers(of), effort=self.effort.sum(rows),
            effort_all=self.effort_all.sum(rows), money=self._money(rows),
            unmeasured=tuple(map(self.org.ref, done.tolist())),
            started=min((c.started for c in went if c.started is not None), default=None),
            released=min(releases, default=None), last_release=max(releases, default=None), checks=checks,
            due=due, kills=kills,
            decided=max(decisions(of), default=None), undecided=waits,
            undecided_days=None if waits is None else self.days.of(self.end) - self.days.of(waits),
            epics=tuple(map(self.org.ref, of.epics)), lost=of.lost,
        )  # fmt: skip

    def _money(self, rows: Array) -> tuple[Fraction, Fraction] | None:
        if self.costs is None:
            return None
        by_rate = self.costs.amounts[:, rows].sum(axis=1).tolist()
        low, high = (
            sum(int(n) * rate[end] for n, rate in zip(by_rate, self.costs.rates, strict=True))
            for end in (0, 1)
        )
        return Fraction(low, self.costs.unit), Fraction(high, self.costs.unit)

    def checks(self, of: Carried) -> tuple[tuple[Check, ...], int | None]:
        """(those whose day has come, when the next one comes)"""
        found, later = list[Check](), list[int]()
        for released, row in sorted((at, row) for row, c in of.courses.items() for at in c.releases):
            due = looked_at(self.days, released)
            if due > self.end:
                later.append(due)
                continue
            outcome = self._outcome(of, of.epics, due)
            used, needs = (None, outcome) if isinstance(outcome, str) else (outcome, "")
            found.append(Check(self.org.ref(row), released, used, needs))
        return tuple(found), min(later, default=None)

    def _outcome(self, of: Carried, epics: Sequence[int], at: int) -> Adoption | str:
        """Who used any of these epics at a time, or what is missing to tell."""
        if self.counts is None:
            return SUPPLIES["adoption"]
        rows = [*dict.fromkeys(r for epic in epics for r in of.work[epic])]
        if not self.counts.any_by(rows, at):
            return COUNT
        target = of.told.version.strategy.limits.adoption_target
        return self.counts.adoption(rows, at, None if target is None else Fraction(str(target)))

    def epics(self, all_: Sequence[Carried]) -> tuple[Epic, ...]:
        """The epics of initiatives, of each in the order in which they were started."""
        descent = Descent(self.org, all_, self.end, self.query.known_at)
        places = [(of, row) for of in all_ for row in of.begun]
        titles = self.org.titled(np.array([row for _, row in places], dtype=np.int64))
        found = []
        for (of, row), title in zip(places, titles, strict=True):
            went, rows = of.courses[row], np.array(of.work[row])
            found.append(Epic(
                of.told.initiative.id, self.org.ref(row), title, went.state, went.started,
                released=went.releases[-1] if went.releases else None,
                effort=self.effort_all.sum(rows[self.within[rows]]),
                root=row == of.begun[0] and went.started is not None, adoption=self._alone(of, row),
                row=row, of=of, descent=descent,
            ))  # fmt: skip
        return tuple(found)

    def _alone(self, of: Carried, row: int) -> Adoption | None:
        """Who used an epic alone on the 90th day after its last release."""
        releases = of.courses[row].releases
        due = looked_at(self.days, releases[-1]) if releases else self.end + 1
        outcome = self._outcome(of, [row], due) if due <= self.end else ""
        return None if isinstance(outcome, str) else outcome

    def kills(self, of: Carried) -> tuple[Kill, ...]:
        """Its kill lines, by their days; of an initiative that is gone, as they stood when it went."""
        end = self.end if of.told.gone is None else min(of.told.gone, self.end)
        zone = self.query.zone
        lines = (kill(k, end, zone, lambda at: self._outcome(of, of.epics, at)) for k in of.told.kill_lines)
        return tuple(sorted(lines, key=lambda k: (k.at is None, k.at or 0)))

    def share(self, rows: Array) -> Share:
        """The effort of the window on these rows, of all."""
        every = np.flatnonzero(self.active)
        group = np.isin(every, rows).astype(np.int64)
        days = self.effort
        base = Grouped(self.org, "effort", every, days.amounts[every], days.unit, group, 2)
        return base.share([False, True], [False, True])
