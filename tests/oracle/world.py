"""The items of a log: what each was at any instant, and who is above whom."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tests.oracle.days import Calendar
from tests.oracle.story import FOREVER, Said

MINUTE = 60 * 1_000_000
WATCHED = ("status", "resolution", "assignee", "assignees", "labels")
DECLINED = {
    "wont fix", "wont do", "won t fix", "won t do", "declined", "rejected", "duplicate", "invalid",
    "cannot reproduce", "not a bug", "abandoned", "not planned", "obsolete", "incomplete",
}  # fmt: skip


def words(text: str) -> str:
    """A name as it is compared: "case, spaces and dashes do not matter"."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


@dataclass(eq=False)
class Issue:
    """An item with all that was ever said of it."""

    source: str
    ids: tuple[str, ...]
    said: list[Said]
    """In order of time."""
    judged: list[Said]
    """What people here said of it, in the log's order."""
    world: "World" = field(repr=False)
    _values: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict, repr=False)

    @cached_property
    def opening(self) -> Said:
        """How it came to be."""
        return next(s for s in self.said if s.kind == "opened")

    @property
    def opened_at(self) -> int:
        """When it came to be."""
        return self.opening.ts

    @property
    def reporter(self) -> str:
        """Who reported it."""
        return self.opening.actor or self.one("reporter", FOREVER) or ""

    def there(self, at: int) -> bool:
        """Opened, and not removed: "removed items are in no report"."""
        last = [s.kind for s in self.said if s.ts <= at and s.kind in ("removed", "restored")]
        return self.opened_at <= at and last[-1:] != ["removed"]

    @cached_property
    def by_attr(self) -> dict[str, list[Said]]:
        """What was said of each attribute."""
        found: dict[str, list[Said]] = {}
        for s in self.said:
            attr = "key" if s.kind in ("opened", "moved") else s.attr
            if s.kind in ("opened", "moved", "added", "changed", "dropped", "commented"):
                found.setdefault(attr, []).append(s)
        return found

    def values(self, attr: str, at: int) -> dict[str, str]:
        """The values of an attribute at an instant, by the tracker's id of each."""
        if (attr, at) not in self._values:
            found: dict[str, str] = {}
            for s in self.by_attr.get(attr, ()):
                if s.ts > at:
                    break
                if s.kind in ("changed", "opened", "moved"):
                    found = {}
                if s.kind == "dropped":
                    found.pop(s.key, None)
                elif s.val is not None:
                    found[s.key] = s.val
            self._values[attr, at] = found
        return self._values[attr, at]

    def one(self, attr: str, at: int) -> str | None:
        """The value of an attribute that has one."""
        return next(iter(self.values(attr, at).values()), None)

    def attrs(self, at: int) -> list[str]:
        """The attributes that hold anything."""
        return [a for a in self.by_attr if self.values(a, at)]

    def ref(self, at: int) -> str:
        """What people call it."""
        return f"{self.source}:{self.one('key', at)}"

    def signed(self, at: int) -> int:
        """ "Ten minutes after creation still count as creation"."""
        return self.opened_at if at <= self.opened_at + 10 * MINUTE else at

    def dues(self, at: int) -> list[tuple[int, date | None]]:
        """(when, day) of each due date that it was given until then, None where it was taken away; "ten
        minutes after creation still count as creation", so of those only the last counts."""
        found: dict[int, date | None] = {}
        for s in self.by_attr.get("due", ()):
            if s.ts <= at:
                day = re.match(r"\s*(\d{4}-\d{2}-\d{2})", s.val or "")
                given = day and s.kind != "dropped"
                found[self.signed(s.ts)] = date.fromisoformat(day[1]) if day and given else None
        return [*found.items()]

    # -- phases -------------------------------------------------------------------------------

    def phase(self, at: int) -> str:
        """ "Status categories come from the tracker (Jira) or from configured labels, project status or
        assignment (GitHub: open and assigned)"; "declined unstarted is not work"."""
        key = next(iter(self.values("status", at)), "")
        means = self.world.means(self.source, "status", key)
        if means == "done":
            declined = words(self.one("resolution", at) or "") in DECLINED
            return "declined" if declined else "done"
        started = {label.casefold() for label in self.world.started.get(self.source, ())}
        labels = {label.casefold() for label in self.values("labels", at)}
        if means == "indeterminate" or (key == "open" and (self.values("assignees", at) or started & labels)):
            return "doing"
        return "new"

    @cached_property
    def phases(self) -> list[tuple[int, str]]:
        """(from when, phase) at each instant at which anything of it changed. "A status that an item never
        had at any instant is neither progress nor a commitment"."""
        times = sorted({s.ts for a in WATCHED for s in self.by_attr.get(a, ())})
        return [(ts, self.phase(ts)) for ts in times]

    @cached_property
    def doing(self) -> list[tuple[int, int]]:
        """[from, until) of all times in progress, as far as nothing changed in between."""
        ends = [*(ts for ts, _ in self.phases), FOREVER][1:]
        return [(lo, hi) for (lo, p), hi in zip(self.phases, ends, strict=True) if p == "doing"]

    @cached_property
    def days(self) -> list[date]:
        """The days on which anything happened to it."""
        return sorted({self.world.calendar.day_of(s.ts) for s in self.said})

    def became(self, phase: str) -> Iterator[int]:
        """The moments at which it came into a phase that it was not in."""
        before = ""
        for ts, now in self.phases:
            if now == phase != before:
                yield ts
            before = now


@dataclass(eq=False)
class World:
    """All items of a log, the names of its ids, and what decides how days and progress are read."""

    story: list[Said]
    calendar: Calendar
    started: Mapping[str, list[str]]
    """By GitHub source: labels that say that an open issue is being worked on."""
    plain: Callable[[str], str] = str
    """How a long text of Jira reads without its markup."""

    @cached_property
    def names(self) -> dict[tuple[str, str, str], Said]:
        """What ids are called; "a name that an id gets later counts"."""
        return {(s.source, s.attr, s.key): s for s in self.story if s.kind == "named"}

    def name(self, source: str, attr: str, key: str) -> str:
        """The name of an id, or itself."""
        named = self.names.get((source, attr, key))
        return (named.val or "") if named else key

    def means(self, source: str, attr: str, key: str) -> str:
        """What it means: "status categories come from the tracker"."""
        named = self.names.get((source, attr, key))
        return named.means if named else ""

    @cached_property
    def issues(self) -> list[Issue]:
        """Every item that was ever opened."""
        told: dict[tuple[str, str], list[Said]] = {}
        tagged = [s for s in self.story if s.kind == "tagged"]
        for s in self.story:
            if s.item and s.source != "people":
                told.setdefault((s.source, s.item), []).append(s)
        found = []
        for source, ids in self._together(told):
            said = sorted((s for i in ids for s in told[source, i]), key=lambda s: s.order)
            mine = {f"{source}:{i}" for i in ids}
            judged = [s for s in tagged if s.item in mine]
            if any(s.kind == "opened" for s in said):
                found.append(Issue(source, ids, said, judged, self))
        return found

    def _together(self, told: Mapping[tuple[str, str], list[Said]]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """ "The two ids of GitHub are one item where one moved to the key that the other was opened with"."""
        opened = {(s.source, s.val): s.item for some in told.values() for s in some if s.kind == "opened"}
        first: dict[tuple[str, str], str] = {}
        for (source, item), said in told.items():
            moves = [s for s in said if s.kind == "moved"]
            other = opened.get((source, max(moves, key=lambda s: s.order).val)) if moves else None
            if other and other != item:
                first[source, other] = item
        groups: dict[tuple[str, str], list[str]] = {}
        for source, item in told:
            root = item
            while (source, root) in first:
                root = first[source, root]
            groups.setdefault((source, root), []).append(item)
        for (source, root), ids in groups.items():
            yield source, (root, *(i for i in ids if i != root))

    @cached_property
    def last(self) -> int:
        """ "The last thing a tracker said"; removals are dated by our clock."""
        aside = ("named", "tagged", "stated", "removed", "restored")
        return max((s.ts for s in self.story if s.kind not in aside), default=0)

    @cached_property
    def keyed(self) -> dict[tuple[str, str], list[Issue]]:
        """(source, any key that it ever had) → whose it is, the last one first."""
        found: dict[tuple[str, str], list[Issue]] = {}
        for issue in self.issues:
            for key in {s.val or "" for s in issue.by_attr["key"]}:
                found.setdefault((issue.source, key), []).insert(0, issue)
        return found


class Tree:
    """Who was above whom at an instant."""

    def __init__(self, world: World, at: int) -> None:
        self.world, self.at = world, at
        self.issues = [i for i in world.issues if i.there(at)]
        self._listed: dict[tuple[str, str], Issue] = {}
        for issue in self.issues:
            for key in issue.values("sub_issues", at):
                self._listed[issue.source, key] = issue
        self._parents = {i: self._parent(i) for i in self.issues}
        self._above = {above for above in self._parents.values() if above}

    def _parent(self, issue: Issue) -> Issue | None:
        """Whom it names, else who lists it; "a parent that is not in the log, or removed, is none"."""
        key = issue.one("parent", self.at)
        if key:
            named = self.world.keyed.get((issue.source, key), [])
            above = next((o for o in named if o.there(self.at)), None)
        else:
            above = self._listed.get((issue.source, issue.one("key", self.at) or ""))
        return None if above is issue else above

    def parent(self, issue: Issue) -> Issue | None:
        """The item directly above."""
        return self._parents[issue]

    def line(self, issue: Issue) -> list[Issue]:
        """The item and those above it, the nearest first; a circle is cut where it closes."""
        found = [issue]
        while (above := self._parents[found[-1]]) and above not in found:
            found.append(above)
        return found

    @cached_property
    def _below(self) -> dict[Issue, list[Issue]]:
        found: dict[Issue, list[Issue]] = {i: [] for i in self.issues}
        for issue in self.issues:
            for above in self.line(issue):
                found[above].append(issue)
        return found

    def below(self, issue: Issue) -> list[Issue]:
        """The item and everything under it."""
        return self._below[issue]

    def leaves(self) -> list[Issue]:
        """ "A leaf has no children in the log"."""
        return [i for i in self.issues if i not in self._above]

    def epic(self, issue: Issue) -> bool:
        """ "By hierarchy level (Jira), by type, label or having sub-issues (GitHub); defaults: type or label
        'epic', case-insensitive"."""
        kind = next(iter(issue.values("type", self.at)), "")
        level = self.world.means(issue.source, "type", kind)
        if level:
            return int(level) >= 1
        marks = [issue.one("type", self.at) or "", *issue.values("labels", self.at).values()]
        github = "#" in (issue.one("key", self.at) or "")
        has_children = issue in self._above
        return any(m.casefold() == "epic" for m in marks) or (github and has_children)

    def bug(self, issue: Issue) -> bool:
        """ "Work under no parent that is not a bug" is a feature: by type or label."""
        marks = [issue.one("type", self.at) or "", *issue.values("labels", self.at).values()]
        return any(m.casefold() == "bug" for m in marks)
