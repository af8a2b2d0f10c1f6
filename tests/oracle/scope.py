"""What a question leaves in: the items of a source, of a project, or what a team had in progress last."""

from typing import TYPE_CHECKING

from tests.oracle.effort import last_in_progress, people, stale
from tests.oracle.world import Issue

if TYPE_CHECKING:
    from tests.oracle.shares import Oracle


def of_project(issue: Issue, project: str, at: int) -> bool:
    """ "Only work of this project or repository": by the letters of a Jira key, the repository of a GitHub
    one, or the name that its tracker gives the project, in any case."""
    key = issue.one("key", at) or ""
    letters = key.rpartition("#")[0] if "#" in key else key.rpartition("-")[0]
    names = {n.casefold() for n in (letters, issue.one("project", at) or "")}
    return project.casefold() in names


def team(of: "Oracle", issue: Issue) -> str | None:
    """ "An item's team is that of who had it in progress last in the window, on a day on which it was not
    stale"; "of several who had it at once the team that comes first by name"; None: nobody's is known."""
    instant = last_in_progress(issue, of.begin, of.end)
    while instant is not None and stale(issue, of.calendar.day_of(instant)):
        before = of.calendar.midnight(of.calendar.day_of(instant))
        instant = last_in_progress(issue, of.begin, before) if before > of.begin else None
    had = people(issue, instant, of.person) if instant is not None else set()
    known = {f"person {p.name}": p.team for p in of.inputs.people.values() if p.team}
    return min((known[who] for who in had if who in known), default=None)


class Scope:
    """The part of all items that a question is about."""

    def __init__(self, of: "Oracle") -> None:
        self.of, self.asked = of, of.question
        self._found: dict[Issue, bool] = {}

    def __contains__(self, issue: Issue) -> bool:
        if issue not in self._found:
            self._found[issue] = self._inside(issue)
        return self._found[issue]

    @property
    def every(self) -> list[Issue]:
        """All items that are left in."""
        return [i for i in self.of.tree.issues if i in self]

    def _inside(self, issue: Issue) -> bool:
        """ "What has others under it is a team's where a leaf under it is, of those that the rest of the
        question leaves in"."""
        if self.asked.team is None or not self.place(issue):
            return self.place(issue)
        below = [i for i in self.of.tree.below(issue) if i in self.of.leaves]
        return any(self.place(i) and self.of.team(i) == self.asked.team for i in below)

    def place(self, issue: Issue) -> bool:
        """By source and project alone."""
        asked = self.asked
        elsewhere = asked.source is not None and issue.source != asked.source
        project = asked.project
        return not elsewhere and (project is None or of_project(issue, project, self.of.tree.at))
