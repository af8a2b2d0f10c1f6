"""How an epic or a feature went: when it was begun, released and stopped, who had it, its links."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property

from tests.oracle.effort import last_in_progress
from tests.oracle.shares import Oracle
from tests.oracle.world import Issue


class Went:
    """Of all items of a tree, as of an instant."""

    def __init__(self, of: Oracle, at: int) -> None:
        self.of, self.tree, self.world, self.at = of, of.tree, of.world, at

    @cached_property
    def _under(self) -> dict[Issue, list[Issue]]:
        found: dict[Issue, list[Issue]] = {}
        for issue in self.tree.issues:
            for above in self.tree.line(issue)[1:]:
                found.setdefault(above, []).append(issue)
        return found

    def below(self, issue: Issue) -> list[Issue]:
        """The item and everything under it."""
        return [issue, *(i for i in self._under.get(issue, []) if i is not issue)]

    @cached_property
    def _leaves(self) -> set[Issue]:
        return set(self.tree.leaves())

    def leaves(self, issue: Issue) -> list[Issue]:
        """All leaves under it; itself where it is one."""
        return [i for i in self.below(issue) if i in self._leaves]

    def came(self, issue: Issue, *phases: str) -> list[int]:
        """The moments at which it came into one of the phases, by the end."""
        return sorted(ts for p in phases for ts in issue.became(p) if ts <= self.at)

    def phase(self, issue: Issue) -> str:
        """What it is at the end."""
        return next((p for ts, p in reversed(issue.phases) if ts <= self.at), "new")

    def started(self, issue: Issue) -> int | None:
        """ "When it, or anything under it, was first in progress or done"."""
        return min((ts for i in self.below(issue) for ts in self.came(i, "doing", "done")), default=None)

    def _moved(self, issue: Issue) -> bool:
        return any(ts <= self.at and p != "new" for ts, p in issue.phases)

    def _by_leaves(self, issue: Issue) -> tuple[str, int] | None:
        """ "Where nobody ever moved the epic itself, it is released once all leaves under it are done or
        declined and one is done (at the last of these moments), and stopped once all were declined"."""
        leaves = [i for i in self.leaves(issue) if i.opened_at <= self.at]
        phases = [self.phase(i) for i in leaves]
        if self._moved(issue) or not leaves or not set(phases) <= {"done", "declined"}:
            return None
        last = max(self.came(i, p)[-1] for i, p in zip(leaves, phases, strict=True))
        return ("released" if "done" in phases else "stopped"), last

    def releases(self, issue: Issue) -> list[int]:
        """ "Each time that it was itself moved to done"."""
        came = self._by_leaves(issue)
        return self.came(issue, "done") or ([came[1]] if came and came[0] == "released" else [])

    def stops(self, issue: Issue) -> list[int]:
        """ "Each time that it was declined"."""
        came = self._by_leaves(issue)
        return self.came(issue, "declined") or ([came[1]] if came and came[0] == "stopped" else [])

    def state(self, issue: Issue) -> str:
        """ "Released or stopped if it is so at the end; else building if it was started; else idea"."""
        if came := self._by_leaves(issue):
            return came[0]
        now = {"done": "released", "declined": "stopped"}.get(self.phase(issue))
        return now or ("idea" if self.started(issue) is None else "building")

    def again(self, epic: Issue) -> list[int]:
        """ "All times that an epic was in progress again after its first release"."""
        first = self.releases(epic)[:1]
        return [t for t in self.came(epic, "doing") if first and t > first[0]]

    # -- people ---------------------------------------------------------------------------------

    def had(self, epic: Issue) -> Iterator[tuple[date, set[str]]]:
        """ "Those who had the epics themselves in progress", day by day: who had it at the last instant of
        the day at which it was."""
        calendar, end = self.of.calendar, self.at + 1
        for lo, hi in epic.doing:
            day = calendar.day_of(lo)
            while lo < end and day <= calendar.day_of(min(hi, end) - 1):
                after = calendar.after(day)
                at = last_in_progress(epic, calendar.midnight(day), min(after, end))
                if at is not None:
                    accounts = [*epic.values("assignee", at).values(), *epic.values("assignees", at)]
                    yield day, {self.of.person(epic, a) for a in accounts}
                day = calendar.day_of(after)

    def handed(self, epic: Issue) -> list[date]:
        """ "A day from which on nobody has an epic who had it before"."""
        found, before = list[date](), set[str]()
        for day, who in self.had(epic):
            if who and before and not who & before:
                found.append(day)
            before = who or before
        return found

    # -- links ----------------------------------------------------------------------------------

    def linked(self, issue: Issue) -> set[Issue]:
        """What Jira links it to; "Jira shows a link at both of its ends"."""
        return self._called(issue, issue.values("links", self.at).values())

    def mentioned(self, issue: Issue) -> set[Issue]:
        """What mentions it on GitHub."""
        notes = [s for s in issue.said if s.attr == "cross-referenced" and s.ts <= self.at]
        return self._called(issue, [s.key for s in notes])

    def _called(self, issue: Issue, keys: Iterable[str]) -> set[Issue]:
        found = (o for key in keys for o in self.world.keyed.get((issue.source, key), []))
        return {o for o in found if o.there(self.tree.at) and o is not issue}
