"""Effort and activity: day by day, person by person."""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction

from tests.oracle.world import Issue, World


def last_in_progress(issue: Issue, begin: int, end: int) -> int | None:
    """The last instant of [begin, end) at which "the status category was 'in progress'"."""
    found = [min(hi, end) - 1 for lo, hi in issue.doing if lo < end and hi > begin]
    return max(found, default=None)


def stale(issue: Issue, day: date) -> bool:
    """ "From the 31st day after its last event until the next event an item counts nothing"."""
    return (day - max(d for d in issue.days if d <= day)).days >= 31


def people(issue: Issue, instant: int, person: Callable[[Issue, str], str]) -> set[str]:
    """ "The assignee at the last instant of that day at which it was in progress. Without one, the item
    counts one person of its own"; "several assignees on GitHub each work on the issue"."""
    accounts = [*issue.values("assignee", instant).values(), *issue.values("assignees", instant)]
    return {person(issue, a) for a in accounts} or {f"nobody on {issue.source}:{issue.ids[0]}"}


def worked(
    world: World, leaves: list[Issue], begin: int, end: int, person: Callable[[Issue, str], str]
) -> Iterator[tuple[date, str, Issue, Fraction]]:
    """(day, person, leaf, part of the day) of all leaves that were in progress on any working day: "each
    working day of a person is split equally over the items they had in progress that day"."""
    calendar = world.calendar
    started = [issue for issue in leaves if issue.doing]
    for day in calendar.working_days(begin, end):
        midnight, after = calendar.midnight(day), min(calendar.after(day), end)
        hands: dict[str, list[Issue]] = {}
        for issue in (i for i in started if i.doing[0][0] < after and i.doing[-1][1] > midnight):
            instant = last_in_progress(issue, midnight, after)
            if instant is not None and not stale(issue, day):
                for who in people(issue, instant, person):
                    hands.setdefault(who, []).append(issue)
        for who, issues in hands.items():
            for issue in issues:
                yield day, who, issue, Fraction(1, len(issues))


def active(issue: Issue, begin: int, end: int) -> bool:
    """ "In progress at any instant of it, or done in it"."""
    done = any(begin <= ts < end for ts in issue.became("done"))
    return done or last_in_progress(issue, begin, end) is not None
