"""Effort: each working day of a person, split equally over what they had in progress that day."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from tracker_sync.items import Item
from tracker_sync.reports.org import Org, Query
from tracker_sync.reports.shares import exact

STALE_DAYS = 30
"""After this many days without any event an item in progress counts nothing until the next one."""


@lru_cache(maxsize=4)
def effort(org: Org, query: Query) -> Mapping[str, Fraction]:
    """Person-days of every leaf in the window, exact. Definition: domain, section 2, "Exactly".

    The whole log's leaves share a person's day, also those that a filter leaves out.
    """
    days: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for ref, item in org.world.items.items():
        if not org.tree.children.get(ref):
            for person, day in _person_days(org, query, item):
                days[person, day].append(ref)
    parts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for refs in days.values():
        for ref in refs:
            parts[ref][len(refs)] += 1
    return {ref: exact(Fraction(k, n) for n, k in split.items()) for ref, split in parts.items()}


def _person_days(org: Org, query: Query, item: Item) -> Iterator[tuple[str, int]]:
    """(person, day) of every working day in the window on which the item was in progress."""
    last: dict[int, int] = {}
    first_day, last_day = org.day(query.since), org.day(min(query.until - 1, query.as_of))
    for span in org.tags[item.ref].spans:
        if span.phase != "doing":
            continue
        lo, hi = max(span.lo, query.since), min(span.hi or query.as_of + 1, query.until)
        if hi <= lo:
            continue
        for day in range(max(org.day(lo), first_day), min(org.day(hi - 1), last_day) + 1):
            last[day] = hi  # spans come in order: the last one in progress that day stays
    if not last:
        return
    active = sorted({org.day(s.ts) for s in item.steps})
    people = _assignees(org, item)
    times = [ts for ts, _ in people]
    for day, hi in sorted(last.items()):
        if not org.works_on(day):
            continue
        before = bisect_right(active, day)
        if not before or day - active[before - 1] > STALE_DAYS:
            continue
        instant = min(hi, org.day_end(day)) - 1
        place = bisect_right(times, instant)
        for person in (people[place - 1][1] if place else ()) or (f"item {item.ref}",):
            yield person, day


def _assignees(org: Org, item: Item) -> list[tuple[int, tuple[str, ...]]]:
    """(from when, who was assigned); GitHub allows several, and each of them works on it."""
    return [
        (ts, _people(org, item, [*state.get("assignee", {}).values(), *state.get("assignees", {})]))
        for ts, state in item.over_time(frozenset({"assignee", "assignees"}))
    ]


def _people(org: Org, item: Item, accounts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({org.person(a, item) for a in accounts}))
