"""Which problem work serves, as its epics say: the label `problem/<name>` or the field Problem."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import NONE, Array
from tracker_sync.strategy import normal

_LABEL = re.compile(r"problem(?:/|::?)\s*(?P<name>.*\S)\s*", re.IGNORECASE | re.DOTALL)
FIELD = "Problem"
"""What the tracker calls the field, in any case."""


@dataclass(frozen=True, slots=True)
class Served:
    """What epics say."""

    names: Mapping[int, tuple[str, ...]]
    """By row of an epic that names any problem: the names, as `normal` has them, in order."""
    spelt: Mapping[str, str]
    """By such a name, how an epic spells it."""
    of: Array
    """Of each row of the portfolio, the nearest epic that names a problem: itself, one above it, or NONE."""


def served(org: Portfolio, query: Query, among: Array | None = None) -> Served:
    """What the epics of the question's sources and projects named at its `as_of`; with `among`, only those of
    the rows for which it is true."""
    epics = np.flatnonzero(org.epic & org.within(replace(query, team=None)))
    epics = epics if among is None else epics[among[epics]]
    rows = dict(zip(org.now["item"][epics].tolist(), epics.tolist(), strict=True))
    names, spelt = dict[int, tuple[str, ...]](), dict[str, str]()
    for item, name in _said(org, query, rows):
        names[rows[item]] = tuple(sorted({*names.get(rows[item], ()), normal(name)}))
        spelt.setdefault(normal(name), name)
    return Served(names, spelt, _nearest(org, [*names]))


def _said(org: Portfolio, query: Query, items: Collection[int]) -> Iterator[tuple[int, str]]:
    """(item, the problem that it names)"""
    for item, labels in org.aside.values(items, "labels", query.as_of).items():
        for found in filter(None, map(_LABEL.fullmatch, labels)):
            if normal(found["name"]):
                yield item, found["name"]
    for attr in org.aside.fields(FIELD):
        for item, values in org.aside.values(items, attr, query.as_of).items():
            yield from ((item, value.strip()) for value in values if normal(value))


def _nearest(org: Portfolio, epics: Sequence[int]) -> Array:
    naming = np.zeros(len(org.now), dtype=bool)
    naming[epics] = True
    below, above = org.lineage
    kept = naming[above]
    found: Array = np.full(len(org.now), NONE)
    found[below[kept][::-1]] = above[kept][::-1]  # the nearest comes first in the lineage, and stays
    return found
