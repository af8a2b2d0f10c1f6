"""How epics went: when they were begun, released, begun again and stopped."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from msgspec import Struct

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.scoped import opened_at
from tracker_sync.states.columns import DECLINED, DOING, DONE, Array

State = Literal["idea", "building", "released", "stopped"]
Span = tuple[int, int, int]
"""(from, until, phase), by time."""


class Course(Struct, frozen=True):
    """How an epic went until a moment; times are microseconds UTC."""

    state: State
    started: int | None
    """When it, or the first of what is below it, was in progress or done."""
    releases: tuple[int, ...]
    """When it was done, each time."""
    again: tuple[int, ...]
    """When it was in progress again after a release."""
    stops: tuple[int, ...]
    """When it was declined, each time."""
    back: tuple[int, ...] = ()
    """When that was taken back, each time."""

    @property
    def resumed(self) -> bool:
        """Whether it was declined, and is so no longer."""
        return bool(self.back) and self.state != "stopped"


def under(org: Portfolio, epics: Sequence[int]) -> dict[int, list[int]]:
    """The rows below each of these, and itself first; in order of the rows."""
    found: dict[int, list[int]] = {epic: [epic] for epic in epics}
    below, above = org.lineage
    listed = np.zeros(len(org.now), dtype=bool)
    listed[[*found]] = True
    wanted = listed[above] & (below != above)
    for row, epic in sorted(zip(below[wanted].tolist(), above[wanted].tolist(), strict=True)):
        found[epic].append(row)
    return found


def courses(org: Portfolio, work: Mapping[int, Sequence[int]], end: int) -> dict[int, Course]:
    """How each epic went until `end`, by the phases of it and of the rows below it (`under`).

    What the tracker says of the epic itself counts. Only where it never moved there, it is taken to be done
    once all leaves below it are done or declined, and to be stopped where all of them were declined; no leaf
    that is opened only after `end` holds it back.
    """
    spans = _spans(org, np.array(sorted({r for rows in work.values() for r in rows}), dtype=np.int64), end)
    there = org.leaf & (opened_at(org) <= end)
    return {epic: _course(epic, rows, spans, there, end) for epic, rows in work.items()}


def _spans(org: Portfolio, rows: Array, end: int) -> dict[int, list[Span]]:
    """The spans of each row that began by `end`."""
    actives = org.columns.actives
    kept = np.flatnonzero(org.are_of(actives["item"], rows))
    kept = kept[actives["lo"][kept] <= end]
    columns = (org.rows_of(actives["item"][kept]), *(actives[c][kept] for c in ("lo", "hi", "phase")))
    found: dict[int, list[Span]] = {}
    for row, lo, hi, phase in zip(*(c.tolist() for c in columns), strict=True):
        found.setdefault(row, []).append((lo, hi, phase))
    return {row: sorted(some) for row, some in found.items()}


def _course(
    epic: int, rows: Sequence[int], spans: Mapping[int, list[Span]], leaves: Array, end: int
) -> Course:
    own = spans.get(epic, [])
    started = min((lo for r in rows for lo, _, phase in spans.get(r, ()) if phase != DECLINED), default=None)
    begun: State = "idea" if started is None else "building"
    if not own:
        return _by_leaves(started, begun, [_last(spans.get(r, []), end) for r in rows if leaves[r]])
    now = _last(own, end)[0]
    releases = tuple(lo for lo, _, phase in own if phase == DONE)
    again = (lo for lo, _, phase in own if phase == DOING and releases and lo > releases[0])
    stops = tuple(lo for lo, _, phase in own if phase == DECLINED)
    back = tuple(hi for _, hi, phase in own if phase == DECLINED and hi <= end)
    state: State = "released" if now == DONE else "stopped" if now == DECLINED else begun
    return Course(state, started, releases, tuple(again), stops, back)


def _last(spans: Sequence[Span], end: int) -> tuple[int | None, int]:
    """(the phase at `end`, since when)"""
    return next(((phase, lo) for lo, hi, phase in reversed(spans) if hi > end), (None, 0))


def _by_leaves(started: int | None, begun: State, leaves: Sequence[tuple[int | None, int]]) -> Course:
    phases, at = {phase for phase, _ in leaves}, max((lo for _, lo in leaves), default=0)
    if leaves and phases == {DECLINED}:
        return Course("stopped", started, (), (), (at,))
    if leaves and DONE in phases and phases <= {DONE, DECLINED}:
        return Course("released", started, (at,), (), ())
    return Course(begun, started, (), (), ())


def cycles(all_: Sequence[Course]) -> int:
    """How often building began again after a release: a beginning (the first of an epic, or one after its
    release) that comes next after a release, in order of time; at one moment, the release comes first."""
    moments = sorted(
        (at, begins)
        for c in all_
        for times, begins in (
            (c.releases, False),
            (c.again, True),
            ([c.started or 0] * bool(c.started), True),
        )
        for at in times
    )
    return sum(b and not a for (_, a), (_, b) in pairwise(moments))
