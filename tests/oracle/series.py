"""A series of periods: what each comes to as of now, and as the trackers showed it when it ended."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.oracle.shares import Oracle, Question, Record
from tests.oracle.weights import Weights


@dataclass(frozen=True)
class Spell:
    """One period; the first and the last may be cut by the window."""

    name: str
    restated: Weights
    then: Weights


def first_day(by: str, day: date) -> date:
    """Of the week, month or quarter that a day lies in."""
    if by == "week":
        return day - timedelta(day.weekday())
    return day.replace(month=day.month if by == "month" else (day.month - 1) // 3 * 3 + 1, day=1)


def name(by: str, day: date) -> str:
    """What a period is called by its first day."""
    if by == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day:%Y-%m}" if by == "month" else f"{day.year}-Q{(day.month + 2) // 3}"


def series(record: Record, question: Question, by: str) -> Iterator[Spell]:
    """ "'As then known' is what the trackers showed at the period's last instant (leaves, parents, tags, the
    assignee), not what this log knew"."""
    of = Oracle(record, question)
    first, last = of.calendar.day_of(of.begin), of.calendar.day_of(of.end - 1)
    cut = question.until is not None and of.end == of.until
    day = first_day(by, first)
    while day <= last and of.begin < of.end:
        after = first_day(by, day + timedelta(32 if by == "month" else 7 if by == "week" else 93))
        since, until = max(day, first), min(after - timedelta(1), last)
        begun = of.begin if since == first else of.calendar.midnight(since)
        restated, then = (
            Oracle(record, replace(question, since=since, until=until, as_of=at))
            for at in (question.as_of, question.as_of if until == last and not cut else until)
        )
        restated.tree, restated.__dict__["tags"] = of.tree, of.tags
        restated.begin = then.begin = begun
        yield Spell(name(by, day), Weights(restated), Weights(then))
        day = after
