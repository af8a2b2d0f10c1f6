"""Which problem work serves, as its epics say: the label `problem/<name>` or the field Problem."""

import re
from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import Array
from tracker_sync.states.told import ever, told
from tracker_sync.strategy import normal

_LABEL = re.compile(r"problem(?:/|::?)\s*(?P<name>.*\S)\s*", re.IGNORECASE | re.DOTALL)
FIELD = "Problem"
"""What the tracker calls the field, in any case."""


class Served(Struct, frozen=True):
    """What epics say."""

    names: Mapping[int, tuple[str, ...]]
    """By row of an epic that names any problem: the names, as `normal` has them, in order."""
    spelt: Mapping[str, str]
    """By such a name, how an epic spells it."""
    of: Array
    """Of each row of the portfolio, the nearest epic that names a problem: itself, one above it, or NONE."""


def served(org: Portfolio, query: Query, among: Array | None = None) -> Served:
    """What the epics of the question's sources and projects, and those above their work of the window, named
    at its `as_of`; with `among`, all those of the rows for which it is true."""
    epics = np.flatnonzero(org.epic & (_asked_about(org, query) if among is None else among))
    rows = dict(zip(org.now["item"][epics].tolist(), epics.tolist(), strict=True))
    names, spelt = dict[int, tuple[str, ...]](), dict[str, str]()
    for row, name in _said(org, query, rows):
        names[row] = tuple(sorted({*names.get(row, ()), normal(name)}))
        spelt.setdefault(normal(name), name)
    naming = np.zeros(len(org.now), dtype=bool)
    naming[[*names]] = True
    return Served(names, spelt, org.nearest(naming))


def _asked_about(org: Portfolio, query: Query) -> Array:
    """The rows of the question's sources and projects, and those above what of these was worked on."""
    alike = replace(query, team=None)
    found = org.within(alike)
    if not found.all():
        below, above = org.lineage
        found[above[org.active(alike)[below]]] = True
    return found


def _said(org: Portfolio, query: Query, rows: Mapping[int, int]) -> Iterator[tuple[int, str]]:
    """(row, a problem that it names), given the row of each item that is looked at."""
    fields = org.aside.fields(FIELD)
    log, attrs, at = org.aside.log, {attr for _, attr in fields}, (query.as_of, org.aside.known_at)
    some = ever(log, rows, "labels", "problem", attrs, *at)  # few of many do
    found = told(log, some, ["labels", *attrs], *at)
    for item, row in rows.items():
        if (said := found.get(item)) is None:
            continue
        source = org.words.vals[org.sources[row]]
        for attr, values in sorted(said.state.items()):
            for value in sorted(values.values()):
                label = _LABEL.fullmatch(value) if attr == "labels" else None
                name = label["name"] if label else value.strip() if (source, attr) in fields else ""
                if normal(name):
                    yield row, name
