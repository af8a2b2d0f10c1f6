"""The trust report: how far the other figures can be believed, and what to tag first to believe them more."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.reports.dismissed import Record, records
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.effort import Effort, effort
from tracker_sync.reports.finding import Finding
from tracker_sync.reports.portfolio import Many, Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.sales_led import sales_led
from tracker_sync.reports.shares import Share
from tracker_sync.reports.tag_first import ToTag, to_tag
from tracker_sync.reports.teams import Stranger, strangers, teams
from tracker_sync.reports.warnings import current
from tracker_sync.states.columns import DECLINED, NEVER, Array, distinct
from tracker_sync.states.grounds import CONFLICTS, INHERITED, SEVERAL, UNCLEAR
from tracker_sync.tagging.rules import BASES

FIELDS = ("intent", "customer", "origin")
KINDS = {
    **{f"{name} overruled": bit for name, bit in CONFLICTS.items()},
    "unclear account": UNCLEAR, "several intents": SEVERAL,
}  # fmt: skip
"""What may disagree in an item, and the bit of the column `open` that stands for it."""


class Coverage(Struct, frozen=True):
    """How much of some work has a tag: shares of its items, and of its effort (None without any)."""

    of: str
    """`all`, `source` or `team`."""
    name: str
    field: str
    items: int
    tagged: int
    by_effort: Fraction | None
    own: int
    """Items that have it from their own signs, not from one above."""
    by: tuple[int, ...]
    """Tagged items by what the tag rests on, in the order of `BASES`."""


class Retrofit(Struct, frozen=True):
    """Of the work that was started in the window and has a tag, how much got it only after the start."""

    field: str
    late: int
    items: int


class Disagreement(Struct, frozen=True):
    """An item whose signs disagree."""

    ref: str
    title: str
    kinds: tuple[str, ...]
    effort: Fraction


class Trust(Struct, frozen=True):
    """The whole report."""

    query: Query
    headline: Share
    """The sales-led share by effort, whose bounds are to be narrowed."""
    coverage: tuple[Coverage, ...]
    to_tag: Sequence[ToTag]
    """What narrows the headline most, first."""
    retrofits: tuple[Retrofit, ...]
    disagreements: Many[Disagreement]
    counts: dict[str, int]
    """Items by kind of disagreement."""
    strangers: tuple[Stranger, ...]
    """Who works or asks and is not in people.toml, those with most items first."""
    knows_people: bool
    """Whether people.toml names anybody."""
    gaps: tuple[tuple[str, int, int], ...]
    """(source, items set aside as unreadable, items with changes that the tracker did not log)"""
    records: tuple[Record, ...]
    """How the detectors did that found anything."""
    dismissed: tuple[Finding, ...]
    """The findings that somebody dismissed, as long as that holds."""


def trust(org: Portfolio, query: Query) -> Trust:
    """The report for a question."""
    days = effort(org, query)
    rows = np.flatnonzero(org.active(query))
    headline = sales_led(org, replace(query, by=None), query.weights[:1]).weighed[0].sales_led
    open_ = org.now["open"][rows]
    uneasy = rows[open_ != 0]
    warned = current(Drawn(org, replace(query, by=None)), large=False)
    return Trust(
        query=query,
        headline=headline,
        coverage=tuple(_coverage(org, query, rows, days)),
        to_tag=to_tag(org, query, headline),
        retrofits=_retrofits(org, query, rows),
        disagreements=Many(uneasy, lambda some: _disagreements(org, some, days), days.amounts),
        counts={kind: int((open_ & bit != 0).sum()) for kind, bit in KINDS.items()},
        strangers=strangers(org, query),
        knows_people=bool(org.judged.people),
        gaps=org.aside.gaps(),
        records=records(org.dismissals, warned.findings, warned.detectors),
        dismissed=tuple(f for f in warned.findings if f.dismissed is not None),
    )


def _coverage(org: Portfolio, query: Query, rows: Array, days: Effort) -> Iterator[Coverage]:
    """Of all the work, of each source's and of each team's."""
    parts: list[tuple[str, str, Array]] = [("all", "", rows)]
    for source in distinct(org.sources[rows])[0].tolist():
        parts.append(("source", org.words.vals[source], rows[org.sources[rows] == source]))
    names, team = teams(org, query)
    if len(names) > 1:
        parts += [("team", name, rows[team[rows] == n]) for n, name in enumerate(names)]
    for of, name, some in parts:
        for field in FIELDS if len(some) else ():
            yield _covered(org, of, name, some, field, days)


def _covered(org: Portfolio, of: str, name: str, rows: Array, field: str, days: Effort) -> Coverage:
    by = org.now[f"{field}_by"][rows]
    amounts, basis = days.amounts[rows], by % INHERITED
    whole = int(amounts.sum())
    return Coverage(
        of, name, field, len(rows), int((by != 0).sum()),
        Fraction(int(amounts[by != 0].sum()), whole) if whole else None,
        int(((by != 0) & (by < INHERITED)).sum()),
        tuple(int((basis == n).sum()) for n in range(1, len(BASES) + 1)),
    )  # fmt: skip


def _retrofits(org: Portfolio, query: Query, rows: Array) -> tuple[Retrofit, ...]:
    """Of what was first started in the window."""
    spans = org.columns.actives
    spans = spans.where(spans["phase"] != DECLINED)
    started = np.full(len(org.now) + 1, np.iinfo(np.int64).max)
    np.minimum.at(started, org.rows_of(spans["item"]), spans["lo"])  # NONE is the last place
    at = started[rows]
    inside = (at >= query.since) & (at < min(query.until, query.as_of + 1))
    found = []
    for field in FIELDS[:2]:
        since = org.now[f"{field}_at"][rows]
        chosen = inside & (since != NEVER)
        found.append(Retrofit(field, int((since[chosen] > at[chosen]).sum()), int(chosen.sum())))
    return tuple(found)


def _disagreements(org: Portfolio, rows: Array, days: Effort) -> list[Disagreement]:
    return [
        Disagreement(
            org.ref(r), title,
            tuple(kind for kind, bit in KINDS.items() if int(org.now["open"][r]) & bit), days.of(r),
        )
        for r, title in zip(rows.tolist(), org.titled(rows), strict=True)
    ]  # fmt: skip
