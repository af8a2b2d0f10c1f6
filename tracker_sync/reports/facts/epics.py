"""The epics of a portfolio with their histories, as measures look at them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct, structs
from msgspec.structs import replace

from tracker_sync.days import Days
from tracker_sync.patterns.facts import Asked, Epic, Moment, Named, Sign
from tracker_sync.reports import evidence as named
from tracker_sync.reports.courses import Course, courses, under
from tracker_sync.reports.effort import effort
from tracker_sync.reports.facts.history import ENDS, STARTS, History, earliest
from tracker_sync.reports.org import Org
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.scoped import BULK, MINUTE, opened_at
from tracker_sync.reports.served import Served, served
from tracker_sync.states.columns import NEVER, Array
from tracker_sync.states.plans import KINDS

_NAMES = re.compile(r"(solution|gate)(?:/|::?)\s*(.*\S)\s*", re.DOTALL)
"""The labels that name a kind of solution, or a gate that was passed."""
RANK = KINDS.index("rank")


def epics(org: Portfolio, query: Query) -> tuple[Epic, ...]:
    """The epics of the question, in natural order, as they were at the end of its window."""
    rows = np.flatnonzero(org.epic & org.within(query) & (opened_at(org) <= query.last))
    return tuple(_Look(org, query, rows).each()) if len(rows) else ()


class _Look(Struct, frozen=True, dict=True):
    """What the epics are looked at with."""

    org: Portfolio
    query: Query
    rows: Array

    @cached_property
    def work(self) -> Mapping[int, Sequence[int]]:
        """The rows of each epic: itself, and all below it."""
        return under(self.org, self.rows.tolist())

    @cached_property
    def looked(self) -> Org:
        """The epics, and all below them, with their events and tags."""
        return self.org.look([self.org.ref(r) for r in self.rows.tolist()])

    @cached_property
    def histories(self) -> dict[int, History]:
        """By row, of all epics and what is below them."""
        days, items = Days(self.org.judged.calendar), self.looked.world.items
        rows = sorted({r for rows in self.work.values() for r in rows})
        refs = {r: self.org.ref(r) for r in rows}
        return {r: History(self.looked, items[ref], days) for r, ref in refs.items() if ref in items}

    @cached_property
    def _by_ref(self) -> dict[str, History]:
        return {of.item.ref: of for of in self.histories.values()}

    @cached_property
    def _in_bulk(self) -> Collection[int]:
        """The minutes in which many cards were moved in the queue at once."""
        plans = self.org.columns.plans
        minutes, size = np.unique(plans["lo"][plans["kind"] == RANK] // MINUTE, return_counts=True)
        return frozenset(minutes[size >= BULK].tolist())

    def each(self) -> Iterator[Epic]:
        """The epics."""
        org, query = self.org, self.query
        window, whole = effort(org, query), effort(org, replace(query, since=min(org.first, query.since)))
        signs = named.evidence(org, self.looked, self.work, query.last)
        went, serves = courses(org, self.work, query.last), served(org, query)
        unseen = org.active(replace(query, since=min(org.first, query.since))) & ~whole.measured
        for row, title in zip(self.rows.tolist(), org.titled(self.rows), strict=True):
            if (of := self.histories.get(row)) is None:
                continue
            rows = np.array(self.work[row])
            evidence = tuple(self._sign(s) for s in signs[row])
            found = self._epic(row, of, went[row], evidence, serves)
            yield structs.replace(
                found, title=title, effort=int(window.amounts[rows].sum()), unseen=int(unseen[rows].sum()),
                effort_all=int(whole.amounts[rows].sum()) * window.unit // whole.unit,
                largest=int(whole.amounts[rows].max()) * window.unit // whole.unit,
            )  # fmt: skip

    def _epic(
        self, row: int, of: History, course: Course, evidence: tuple[Sign, ...], serves: Served
    ) -> Epic:
        org, tags, end = self.org, self.looked.tags[of.item.ref], self.query.last
        marks, root = tuple(m for m in of.marks() if m.at.at <= end), org.ref(int(org.roots[row]))
        solutions = {name for kind, name, _ in _named(marks) if kind == "solution"}
        origin = tags.origin.value if tags.origin and not tags.origin.fallback else ""
        return Epic(
            ref=of.item.ref, root="" if root == of.item.ref else root, proposer=of.role(of.item.reporter),
            created=of.opened, scoped=self._scoped(row), ready=self._seen(of.ready),
            started=self._at(row, course.started, STARTS), promised=self._promised(row),
            done=self._at(row, course.releases[-1], ENDS) if course.state == "released" else None,
            declined=self._at(row, course.stops[0], ENDS) if course.stops else None,
            reopened=self._at(row, course.back[-1], ENDS) if course.resumed else None,
            intents=tuple(org.intents_of(int(org.now["intents"][row]))),
            origin="" if origin == "unknown" else origin, asked=tuple(self._asked(row)), evidence=evidence,
            problems=serves.names.get(row, ()), solution=solutions.pop() if len(solutions) == 1 else "",
            gates=tuple(Named(name=name, at=at) for kind, name, at in _named(marks) if kind == "gate"),
            marks=marks, estimates=tuple(e for e in of.estimates() if e.at.at <= end),
            due=tuple(d for d in of.due() if d.at.at <= end),
            up=tuple(m for m in of.up(self._in_bulk) if m.at <= end),
            tagged=self._seen(earliest(of.of_tag(t.first or t) for t in (*tags.intents, *tags.customers))),
            links=tuple(self._links(of)),
        )  # fmt: skip

    def _seen(self, moment: Moment | None) -> Moment | None:
        """A moment, if it was not after the end."""
        return moment if moment is not None and moment.at <= self.query.last else None

    def _at(self, row: int, ts: int | None, attrs: Collection[str]) -> Moment | None:
        """What happened to an epic, or to something below it, at a time."""
        if ts is None:
            return None
        found = [m for r in self.work[row] if (of := self.histories.get(r)) and (m := of.at(ts, attrs)).event]
        return next(iter(found), Moment(ts))

    def _scoped(self, row: int) -> Moment | None:
        moments = (of.scoped for r in self.work[row] if (of := self.histories.get(r)))
        return self._seen(earliest(moments))

    def _promised(self, row: int) -> Moment | None:
        """The first word of a promise on the epic or below it; a due date alone is none."""
        now, found = self.org.now, list[Moment]()
        for r in self.work[row]:
            of, at = self.histories.get(r), int(now["promised"][r])
            if of is None or at == NEVER or at > self.query.last or now["dated"][r]:
                continue
            signs = [t for t in self.looked.tags[of.item.ref].commitment if t.since == at]
            found.append(of.by_id(at, signs[0].event_id) if signs else of.at(at, ()))
        return earliest(found)

    def _sign(self, sign: named.Sign) -> Sign:
        kind = "asked" if sign.word == named.ASKED else sign.word
        of = self._by_ref.get(sign.ref)
        at = of.by_id(sign.since, sign.event_id) if of else Moment(sign.since, sign.event_id, item=sign.ref)
        return Sign(kind=kind, at=at)

    def _asked(self, row: int) -> Iterator[Asked]:
        """Who asked for it or for anything below it, each account once, by time."""
        first: dict[str, Moment] = {}
        for r in self.work[row]:
            of = self.histories.get(r)
            own = slice(*np.searchsorted(self.org.asked.rows, [r, r + 1]))
            accounts, since = self.org.asked.account[own].tolist(), self.org.asked.since[own].tolist()
            for account, at in zip(accounts, since, strict=True):
                name = self.org.words.vals[account]
                if at <= self.query.last and (name not in first or at < first[name].at):
                    first[name] = of.at(at, ()) if of else Moment(at)
        for name, moment in sorted(first.items(), key=lambda one: (one[1].at, one[0])):
            yield Asked(account=name, at=moment)

    def _links(self, of: History) -> Iterator[str]:
        """The refs of the items that the tracker links it with."""
        for text in of.item.many("links"):
            key = text.rpartition(" ")[2]
            if ref := self.looked.world.by_key.get((of.item.source, key)):
                yield ref


def _named(marks: Sequence[Named]) -> Iterator[tuple[str, str, Moment]]:
    """(`solution` or `gate`, which, since when) of the labels that name one."""
    for mark in marks:
        if found := _NAMES.fullmatch(mark.name):
            yield found[1], found[2], mark.at
