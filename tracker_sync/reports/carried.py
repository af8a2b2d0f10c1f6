"""The epics that carry an initiative: how they went, who had them, and what people decided about them."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.days import Days
from tracker_sync.reports.courses import Course, courses, under
from tracker_sync.reports.initiatives import Told
from tracker_sync.reports.keys import called
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array
from tracker_sync.states.stints import NOBODY


class Carried(Struct, frozen=True):
    """An initiative with its epics; a row is one of the portfolio's."""

    told: Told
    epics: tuple[int, ...]
    """Rows, in the order of the strategy; those of other sources where a question leaves these out are not
    among them."""
    named: frozenset[int]
    """Rows of all that the strategy names, also of what the question leaves out."""
    lost: tuple[str, ...]
    """Keys that the strategy names and no item has."""
    work: Mapping[int, Sequence[int]]
    """By epic: itself, and the rows below it."""
    courses: Mapping[int, Course]
    """By epic."""
    said: tuple[tuple[int, int], ...]
    """(when, epic) of each time that a person here said which intent an epic serves."""
    people: int
    """How many different people had the epics themselves in progress."""
    handed: tuple[tuple[int, int], ...]
    """(when, epic) of each day from which on nobody had an epic who had it before."""

    @property
    def went(self) -> list[Course]:
        """How the epics went."""
        return [self.courses[epic] for epic in self.epics]

    @property
    def rows(self) -> Array:
        """All rows of its epics and below, each once, in order."""
        return np.array(sorted({r for epic in self.epics for r in self.work[epic]}), dtype=np.int64)

    @property
    def begun(self) -> list[int]:
        """The epics in the order in which they were started; those that were not, last."""
        return sorted(
            self.epics, key=lambda r: (self.courses[r].started is None, self.courses[r].started or 0)
        )


def carried(org: Portfolio, query: Query, told: Sequence[Told], end: int) -> list[Carried]:
    """The initiatives with their epics, as these were at `end`. The team that a question may ask for decides
    whose effort counts, not which epics there are."""
    places = called(org, dict.fromkeys(key for t in told for key in t.initiative.epics))
    inside = org.within(replace(query, team=None))
    work = under(org, [*dict.fromkeys(r for r in places.values() if inside[r])])
    went, days = courses(org, work, end), Days(org.judged.calendar)
    said, stints = _said(org, work, end), _stints(org, work, days.of(end))
    found = []
    for one in told:
        named = dict.fromkeys(places[key] for key in one.initiative.epics if key in places)
        epics = tuple(r for r in named if r in work)
        found.append(Carried(
            one, epics, frozenset(named),
            tuple(dict.fromkeys(k for k in one.initiative.epics if k not in places)),
            {r: work[r] for r in epics}, {r: went[r] for r in epics},
            tuple(sorted((at, r) for r in epics for at in said.get(r, ()))),
            people=len({person for r in epics for _, _, person in stints[r]}),
            handed=tuple(sorted((days.end(d - 1), r) for r in epics for d in _handed(stints[r]))),
        ))  # fmt: skip
    return found


def _said(org: Portfolio, epics: Iterable[int], end: int) -> dict[int, list[int]]:
    items = {int(org.now["item"][r]): r for r in epics}
    found: dict[int, list[int]] = {}
    for item, at in org.aside.said(items, "intent"):
        if at <= end:
            found.setdefault(items[item], []).append(at)
    return found


Stint = tuple[int, int, int]
"""(first day, last day, person)"""


def _stints(org: Portfolio, epics: Iterable[int], last: int) -> dict[int, list[Stint]]:
    """Who had each epic itself in progress on which days, up to the last one."""
    found: dict[int, list[Stint]] = {r: [] for r in epics}
    stints = org.columns.stints
    kept = org.are_of(stints["item"], np.array([*found], dtype=np.int64))
    kept &= (stints["first"] <= last) & (stints["person"] != org.words.find(NOBODY))
    some = stints.where(kept)
    columns = (some[c].tolist() for c in ("first", "last", "person"))
    for row, *stint in zip(org.rows_of(some["item"]).tolist(), *columns, strict=True):
        found[row].append((stint[0], stint[1], stint[2]))
    return found


def _handed(stints: Sequence[Stint]) -> list[int]:
    """The days from which on nobody has it who had it before."""
    found, before = list[int](), set[int]()
    for day in sorted({first for first, _, _ in stints}):
        now = {person for first, last, person in stints if first <= day <= last}
        if before and not before & now:
            found.append(day)
        before = now
    return found
