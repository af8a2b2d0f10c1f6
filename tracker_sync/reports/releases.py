"""When features were released or given up, by the phases of them and of what is under them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states.columns import DECLINED, DONE, Array

Span = tuple[int, int, int]
"""(from, until, phase); by time."""


@dataclass(frozen=True, slots=True)
class Released:
    """How a feature stands; times are microseconds UTC."""

    at: int | None
    """When it was done for the first time; None: it was not yet."""
    given_up: bool
    """Whether it was declined without ever being done."""


def all_under(org: Portfolio, features: Array) -> dict[int, list[int]]:
    """The rows of everything under each of these, and their own first."""
    found: dict[int, list[int]] = {f: [f] for f in features.tolist()}
    under, above = org.lineage
    wanted = np.isin(above, features) & (under != above)
    for row, feature in sorted(zip(under[wanted].tolist(), above[wanted].tolist(), strict=True)):
        found[feature].append(row)
    return found


def releases(org: Portfolio, work: Mapping[int, Sequence[int]], end: int) -> dict[int, Released]:
    """How each feature stood at `end`, given the rows under it.

    What the tracker says of the feature itself counts. Only where it never moved there, it is taken to be
    done once all leaves under it are done or declined, and given up where all of them were declined.
    """
    rows = np.array(sorted({r for some in work.values() for r in some}), dtype=np.int64)
    spans = _spans(org, rows, end)
    return {feature: _released(org, spans, feature, some, end) for feature, some in work.items()}


def _spans(org: Portfolio, rows: Array, end: int) -> dict[int, list[Span]]:
    actives = org.columns.actives
    of = org.rows_of(actives["item"])
    wanted = np.zeros(len(org.now) + 1, dtype=bool)  # NONE is the last place
    wanted[rows] = True
    kept = np.flatnonzero(wanted[of] & (actives["lo"] <= end))
    found: dict[int, list[Span]] = {}
    columns = (of[kept], *(actives[c][kept] for c in ("lo", "hi", "phase")))
    for row, lo, hi, phase in zip(*(c.tolist() for c in columns), strict=True):
        found.setdefault(row, []).append((lo, hi, phase))
    return {row: sorted(some) for row, some in found.items()}


def _released(
    org: Portfolio, spans: Mapping[int, list[Span]], feature: int, rows: Sequence[int], end: int
) -> Released:
    if own := spans.get(feature):
        at = next((lo for lo, _, phase in own if phase == DONE), None)
        return Released(at, given_up=at is None and own[-1][2] == DECLINED and own[-1][1] > end)
    last = [_last(spans.get(r, []), end) for r in rows if r != feature and org.leaf[r]]
    phases = {phase for phase, _ in last}
    over = phases <= {DONE, DECLINED}
    if over and DONE in phases:
        return Released(max(lo for _, lo in last), given_up=False)
    return Released(None, given_up=phases == {DECLINED})


def _last(spans: Sequence[Span], end: int) -> tuple[int | None, int]:
    """(the phase at `end`, since when); None for what has not begun."""
    return next(((phase, lo) for lo, hi, phase in reversed(spans) if hi > end), (None, 0))


def declined(org: Portfolio, rows: Sequence[int], end: int) -> set[int]:
    """Those of the rows that are declined at `end`."""
    spans = _spans(org, np.array(rows, dtype=np.int64), end)
    return {row for row, some in spans.items() if _last(some, end)[0] == DECLINED}
