"""How an epic or a feature went: when it was begun, released and stopped, and what it is linked to."""

from functools import cached_property

from tests.oracle.shares import Oracle
from tests.oracle.world import Issue


class Went:
    """Of all items of a tree, as of an instant."""

    def __init__(self, of: Oracle, at: int) -> None:
        self.tree, self.world, self.at = of.tree, of.world, at

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

    # -- links ----------------------------------------------------------------------------------

    def linked(self, issue: Issue) -> set[Issue]:
        """What Jira links it to, in either direction, and what mentions it on GitHub, or it mentions."""
        return self._links.get(issue, set())

    @cached_property
    def _links(self) -> dict[Issue, set[Issue]]:
        found: dict[Issue, set[Issue]] = {}
        for issue in self.tree.issues:
            keys = {*issue.values("links", self.at).values()}
            keys |= {s.key for s in issue.said if s.attr == "cross-referenced" and s.ts <= self.at}
            for key in keys:
                for other in self.world.keyed.get((issue.source, key), []):
                    if other.there(self.tree.at) and other is not issue:
                        found.setdefault(issue, set()).add(other)
                        found.setdefault(other, set()).add(issue)
        return found
