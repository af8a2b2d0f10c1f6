"""What the strategy decided against over time: when each decision stood, and which items name it."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
from msgspec import Struct

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states import FOREVER
from tracker_sync.states.columns import Array, distinct
from tracker_sync.strategies import UNTOLD, Version
from tracker_sync.strategy import Excluded, midnight

Change = tuple[int | None, str]
"""(when the version that brings it came into force, what it did); None: it was not recorded yet."""


class Standing(Struct, frozen=True):
    """One decision, by its id, over all versions of the strategy."""

    id: str
    why: str
    """As the newest version that has it says it."""
    spans: tuple[tuple[int, int], ...]
    """From when until when (exclusive) it stood, in microseconds UTC; FOREVER: no end is stated."""
    versions: tuple[int | None, ...]
    """When each version that has it came into force."""
    amendments: tuple[Change, ...]
    stands: bool
    """Whether it stands at the end of the window."""


class Exclusions(Struct, frozen=True):
    """Everything that was decided against, as far as it was known at the instant."""

    versions: tuple[Version, ...]
    standing: tuple[Standing, ...]
    in_force: Version | None
    """The version in force at the instant."""

    def named(self, org: Portfolio, rows: Array, times: Array) -> dict[str, Array]:
        """For each id, which of the rows name it and had it standing at a time, each at its own."""
        place = np.searchsorted([v.since for v in self.versions], times, "right") - 1
        return self._named(org, rows, times, place)

    def named_now(self, org: Portfolio, rows: Array, at: int) -> dict[str, Array]:
        """Likewise by the version in force at the instant."""
        now = self.versions.index(self.in_force) if self.in_force else -1
        size = len(rows)
        return self._named(org, rows, np.full(size, at), np.full(size, now))

    def _named(self, org: Portfolio, rows: Array, times: Array, place: Array) -> dict[str, Array]:
        codes, which = distinct(org.now["excluded"][rows])
        said = [frozenset(json.loads(org.words.vals[c])) if c else frozenset() for c in codes.tolist()]
        found = {s.id: np.zeros(len(rows), dtype=bool) for s in self.standing}
        for n, version in enumerate(self.versions):
            for excluded in version.strategy.not_doing:
                naming = np.array([f"{n}/{excluded.id}" in some for some in said], dtype=bool)
                lo, hi = bounds(version, excluded)
                found[excluded.id] |= naming[which] & (place == n) & (times >= lo) & (times < hi)
        return found


def exclusions(org: Portfolio, query: Query) -> Exclusions:
    """All that was decided against by the versions that came into force until the question's date; by all of
    them, where the question is about the last that trackers told."""
    every = org.judged.strategies.versions
    known = every if query.as_of >= org.last_ts else tuple(v for v in every if v.since <= query.as_of)
    in_force = org.judged.strategies.as_of(query.as_of, org.last_ts) if known else None
    ids = dict.fromkeys(x.id for v in known for x in v.strategy.not_doing)
    standing = tuple(_standing(id_, known, in_force, query.as_of) for id_ in ids)
    return Exclusions(known, standing, in_force)


def bounds(version: Version, excluded: Excluded) -> tuple[int, int]:
    """From when until when (exclusive) a decision stands by its own dates."""
    lo = -FOREVER if excluded.since is None else midnight(excluded.since, version.zone)
    hi = FOREVER if excluded.until is None else midnight(excluded.until + timedelta(1), version.zone)
    return lo, hi


def _standing(id_: str, versions: Sequence[Version], in_force: Version | None, at: int) -> Standing:
    having = [(v, x) for v in versions if (x := _part(v, id_))]
    newest = having[-1][1]
    now = _part(in_force, id_) if in_force else None
    return Standing(
        id_, newest.why, tuple(_spans(id_, versions)), tuple(_since(v) for v, _ in having),
        tuple(_amendments(id_, versions)),
        bool(in_force and now and in_force.stands(now, at)),
    )  # fmt: skip


def _spans(id_: str, versions: Sequence[Version]) -> Iterator[tuple[int, int]]:
    """When it stood, in order; one version after another without a gap is one span."""
    ends = [*(v.since for v in versions[1:]), FOREVER]
    held: tuple[int, int] | None = None
    for version, end in zip(versions, ends, strict=True):
        excluded = _part(version, id_)
        lo, hi = bounds(version, excluded) if excluded else (0, 0)
        lo, hi = max(lo, version.since), min(hi, end)
        if lo >= hi:
            continue
        if held and held[1] == lo:
            held = held[0], hi
            continue
        if held:
            yield held
        held = lo, hi
    if held:
        yield held


def _amendments(id_: str, versions: Sequence[Version]) -> Iterator[Change]:
    before: Excluded | None = None
    for n, version in enumerate(versions):
        now = _part(version, id_)
        for what in _changes(before, now, first=n == 0):
            yield _since(version), what
        before = now


def _changes(before: Excluded | None, now: Excluded | None, *, first: bool) -> Iterator[str]:
    """What a version did to a decision."""
    if before is None or now is None:
        if before is not now:
            yield "removed" if now is None else "stated from the start" if first else "added"
        return
    if before.patterns != now.patterns:
        yield "patterns changed"
    if before.why != now.why:
        yield "reason changed"
    if before.since != now.since:
        yield f"begins {now.since or 'with the version'}"
    if before.until != now.until:
        yield f"ends {now.until}" if now.until else "end taken away"


def _part(version: Version, id_: str) -> Excluded | None:
    return next((x for x in version.strategy.not_doing if x.id == id_), None)


def _since(version: Version) -> int | None:
    return version.since if version.since < UNTOLD else None
