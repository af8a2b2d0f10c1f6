"""Who had an item in progress on which days, and when it was in progress or done."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

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
    """The spans in which an item was in progress or done."""
    for span in phases:
        if span.phase in ("doing", "done"):
            yield Active(span.phase, span.lo, FOREVER if span.hi is None else span.hi)


def stints(
    item: Item, names: Names, phases: Iterable[Span], days: Days, people: Mapping[str, Person]
) -> list[Stint]:
    """Who worked on the item when, also on days off. Definition: domain, section 2, "Exactly".

    On each day the people are the assignees at the last instant of it at which the item was in progress.
    """
    doing = [s for s in phases if s.phase == "doing"]
    if not doing:
        return []
    events = sorted({days.of(s.ts) for s in item.steps})
    last = _instants(doing, days, events[-1] + STALE_DAYS)
    assigned = list(_assignees(item, names, people))
    times = [ts for ts, _ in assigned]
    found: list[Stint] = []
    running: dict[str, int] = {}  # person → the place of the stint that goes on
    for day in sorted(last):
        before = bisect_right(events, day)
        if not before or day - events[before - 1] > STALE_DAYS:
            continue
        place = bisect_right(times, min(last[day], days.end(day)) - 1)
        for person in (assigned[place - 1][1] if place else ()) or (NOBODY,):
            at = running.get(person)
            if at is not None and found[at].last == day - 1:
                found[at] = found[at]._replace(last=day)
            else:
                running[person] = len(found)
                found.append(Stint(person, day, day))
    return found


def _instants(doing: list[Span], days: Days, until: int) -> dict[int, int]:
    """Day → the end of the last span in which the item was in progress on it."""
    last: dict[int, int] = {}
    for span in doing:  # in order: of one day, the last span stays
        end = days.end(until) if span.hi is None else span.hi
        if end > span.lo:
            last |= dict.fromkeys(range(days.of(span.lo), min(days.of(end - 1), until) + 1), end)
    return last


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
