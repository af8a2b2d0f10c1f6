"""Who had an item in progress on which days, and when it was in progress, done or declined."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from tracker_sync.days import Days
from tracker_sync.items import Item, Names
from tracker_sync.people import Person
from tracker_sync.states import FOREVER, Active, Stint
from tracker_sync.work import Span

STALE_DAYS = 30
"""After this many days without any event an item in progress counts nothing until the next one."""
NOBODY = ""
"""Stands for the one person that an item without an assignee counts."""


def active(phases: Iterable[Span]) -> Iterator[Active]:
    """The spans in which an item was in progress, done or declined."""
    for span in phases:
        if span.phase != "new":
            yield Active(span.phase, span.lo, FOREVER if span.hi is None else span.hi, span.reason)


def stints(
    item: Item, names: Names, phases: Iterable[Span], days: Days, people: Mapping[str, Person]
) -> list[Stint]:
    """Who worked on the item when, also on days off. Definition: domain, section 2, "Exactly".

    On each day the people are the assignees at the last instant of it at which the item was in progress.
    """
    doing = [s for s in phases if s.phase == "doing"]
    if not doing:
        return []
    awake = _awake(sorted({days.of(e.ts) for e in item.events}))
    assigned = list(_assignees(item, names, people))
    times = [ts for ts, _ in assigned]
    found: list[Stint] = []
    running: dict[str, int] = {}  # person → the place of the stint that goes on
    for first, last, instant in _runs(doing, days, awake[-1][1], times):
        place = bisect_right(times, instant)
        for lo, hi in ((max(first, lo), min(last, hi)) for lo, hi in awake if lo <= last and hi >= first):
            for person in (assigned[place - 1][1] if place else ()) or (NOBODY,):
                at = running.get(person)
                if at is not None and found[at].last == lo - 1:
                    found[at] = found[at]._replace(last=hi)
                else:
                    running[person] = len(found)
                    found.append(Stint(person, lo, hi))
    return found


def _awake(events: list[int]) -> list[tuple[int, int]]:
    """The days, from the first to the last, that are not too long after an event."""
    found: list[tuple[int, int]] = []
    for day in events:
        if found and day <= found[-1][1] + 1:
            found[-1] = found[-1][0], day + STALE_DAYS
        else:
            found.append((day, day + STALE_DAYS))
    return found


def _runs(doing: list[Span], days: Days, until: int, times: list[int]) -> Iterator[tuple[int, int, int]]:
    """The days in progress as (first, last, the last instant in progress of any of them): on all days of one
    the same people are assigned, since `times` has no change of them in between."""
    spans = [s for s in doing if s.hi is None or s.hi > s.lo]
    for n, span in enumerate(spans):
        first, end = days.of(span.lo), days.end(until) if span.hi is None else span.hi
        last = min(days.of(end - 1), until)
        if n + 1 < len(spans) and days.of(spans[n + 1].lo) == last:
            last, end = last - 1, days.end(last - 1)  # of a day, the last span counts
        cuts = {days.of(ts) for ts in times[bisect_right(times, span.lo) : bisect_right(times, end)]}
        starts = sorted({d for d in (first, last, *cuts) if first <= d <= last})
        for day, following in pairwise([*starts, last + 1]):
            yield day, following - 1, min(end, days.end(day)) - 1


def _assignees(
    item: Item, names: Names, people: Mapping[str, Person]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(from when, who was assigned); GitHub allows several, and each of them works on it."""
    for ts, values in item.over_time(frozenset({"assignee", "assignees"})):
        accounts = [*values.get("assignee", {}).values(), *values.get("assignees", {})]
        yield ts, tuple(sorted({person_of(a, item.source, names, people) for a in accounts}))


def person_of(account: str, source: str, names: Names, people: Mapping[str, Person]) -> str:
    """One name for all accounts of a person, so that a day is not counted twice."""
    known = people.get(account) or people.get(names.of("user", account))
    return known.logins[0] if known else f"{source}/{account}"
