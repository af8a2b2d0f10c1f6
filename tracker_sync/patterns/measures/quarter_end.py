"""Whether work that sales asked for is begun for the end of the quarter."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache

from msgspec import Struct

from tracker_sync.patterns.facts import DAY, Facts, Moment, Work
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.statistics.permutation import p_piled_up
from tracker_sync.patterns.statistics.proportion import wilson

_EPOCH = date(1970, 1, 1).toordinal()
_QUARTER = 92
"""Days that the longest one has."""


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    last: int
    """Days at the end of a quarter."""
    ends: tuple[int, ...]
    """The months, 1 to 12, at whose end a quarter of the sales year ends."""
    at_least: int
    """Starts, of independent epics."""


class _Start(Struct, frozen=True):
    """When the work under one root that sales asked for was begun, or may have been."""

    day: int
    """As an ordinal."""
    work: Work
    known: bool
    """Whether it is known that sales asked for it."""


def begun_at_quarter_end(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """The share of the starts of sales-led work that fell in the last days of a quarter, against dates that
    fall on each day alike.

    Days and quarters are those of UTC. The first quarter of all is left out: in it work begins to flow, so
    that most of its starts are late. Of the work under one root the first start counts. Work of which nobody
    said who asked is taken for sales-led where it started on another day, and else not; where that hides what
    the known work shows, nothing can be said. Source: domain.md, section 4, after Kalsey: just get it done
    for the quarter.
    """
    days = _days(facts, when)
    late = {day for day in days if _left(day, when) <= when.last}
    families = _families(facts, days)
    starts, most = _worlds(families, late, False), _worlds(families, late, True)
    hits = [s for s in starts if s.day in late]
    share, best = _share(starts, late), _share(most, late)
    if len(days) < _QUARTER:
        yield Silent(f"a period of a quarter at least, after the first of all; there are {len(days)} days")
    elif (n := len(starts)) < when.at_least:
        yield Silent(f"{when.at_least} starts of sales-led work at least; there are {n}")
    else:
        even, interval = Fraction(len(late), len(days)), wilson(share, n)
        sure = sum(None not in some for some in families)
        seen = Seen(
            interval[0] > even and sure >= when.at_least, share, best, n, even, counted="starts",
            interval=interval, p=p_piled_up([s.day for s in starts], days, [*late]),
            words={"k": len(hits), "n": n, "share": share, "even": even, "last": when.last,
                   "weeks": _weeks(starts, when)},
            rows=tuple(_rows(hits, when)), items=tuple(s.work.ref for s in hits),
        )  # fmt: skip
        hidden = not seen.fires and most and wilson(best, len(most))[0] > even
        unsaid = sum(len(some) > 1 for some in families)
        yield (
            Silent(f"who asked for the work under {unsaid} more epics: label origin/<word>")
            if hidden
            else seen
        )


def _share(starts: Sequence[_Start], late: Container[int]) -> Fraction:
    return Fraction(sum(s.day in late for s in starts), len(starts) or 1)


def _days(facts: Facts, when: When) -> range:
    """The days of the window, but for those of the first quarter of all."""
    begun = _ordinal(min((e.created for e in facts.epics), default=facts.start))
    return range(max(_ordinal(facts.start), begun + _left(begun, when)), _ordinal(facts.end) + 1)


def _ordinal(moment: Moment) -> int:
    return moment.at // DAY + _EPOCH


@cache
def _left(day: int, when: When) -> int:
    """How many days its quarter still has, with that day; 1 on the last one."""
    year, month = date.fromordinal(day).year, date.fromordinal(day).month
    ahead = min((end - month) % 12 for end in when.ends)
    year, month = year + (month + ahead) // 12, (month + ahead) % 12 + 1
    return date(year, month, 1).toordinal() - day


def _families(facts: Facts, days: Container[int]) -> list[list[_Start | None]]:
    """For each root, what may be its first start: that of what sales asked for, if any, and the earlier ones
    of what it may have asked for. None: a start on another day, or none at all."""
    families: dict[str, list[_Start]] = defaultdict(list)
    for work in facts.works:
        if work.started and work.sold is not False:
            families[work.family].append(_Start(_ordinal(work.started), work, work.sold is True))
    found = list[list[_Start | None]]()
    for some in families.values():
        some.sort(key=lambda s: (s.day, not s.known, s.work.ref))
        first = next((n for n, s in enumerate(some) if s.known), len(some))
        known: Sequence[_Start | None] = some[first : first + 1] or [None]
        found.append([s if s and s.day in days else None for s in (*known, *some[:first])])
    return found


def _worlds(families: Sequence[Sequence[_Start | None]], late: Container[int], wanted: bool) -> list[_Start]:
    """One start at most for each root: where what is unknown leaves several, a late one if that is wanted,
    and else one that is not; else none, if there need be none."""
    found = list[_Start | None]()
    for some in families:
        there = [s for s in some if s]
        chosen = next((s for s in there if (s.day in late) == wanted), None)
        found.append(chosen if chosen or None in some else there[0])
    return [s for s in found if s]


def _weeks(starts: Sequence[_Start], when: When) -> str:
    """How many starts fell in each of the last 13 weeks of a quarter; the first has what was before them."""
    weeks = Counter(min((_left(s.day, when) - 1) // 7, 12) for s in starts)
    return ", ".join(str(weeks[week]) for week in range(12, -1, -1))


def _rows(hits: Sequence[_Start], when: When) -> Iterator[Row]:
    """Those closest to the end of a quarter first."""
    told = [(_left(s.day, when) - 1, s.work) for s in hits]
    for days, work in sorted(told, key=lambda one: (one[0], one[1].ref)):
        yield Row(work.ref, f"started {days} days before a quarter ended", work.started)


BEGUN_AT_QUARTER_END = Measure(
    begun_at_quarter_end, When,
    {"k": 12, "n": 20, "share": Fraction(3, 5), "even": Fraction(2, 13), "last": 14,
     "weeks": "1, 0, 2, 0, 1, 0, 1, 1, 0, 1, 1, 5, 7"},
    statistical=True,
)  # fmt: skip
