"""When an item was new, in progress and done; when it was committed to; where it stands in its tree."""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from tracker_sync.events import MICROSECOND
from tracker_sync.items import Item, Names, World
from tracker_sync.strategy import normal

Phase = Literal["new", "doing", "done", "declined"]
SITTING = 10 * 60 * MICROSECOND
"""What happens within ten minutes of an item's creation was there at creation: trackers and people
fill in a new ticket step by step, and GitHub logs even its first labels as later events."""

_DECLINED = {
    normal(r)
    for r in (
        "Won't Fix", "Won't Do", "Wont Fix", "Wont Do", "Declined", "Rejected", "Duplicate", "Invalid",
        "Cannot Reproduce", "Not a Bug", "Abandoned", "not_planned", "Obsolete", "Incomplete",
    )
}  # fmt: skip
_WATCHED = frozenset({"status", "assignees", "labels", "resolution"})


class Span(Struct, frozen=True):
    """A phase of an item from `lo` until `hi` (exclusive; None: it lasts)."""

    phase: Phase
    lo: int
    hi: int | None
    reason: str = ""
    """Of a declined one: the resolution that it began with."""


def spans(item: Item, names: Names, started_labels: Iterable[str] = ()) -> tuple[Span, ...]:
    """The item's phases in order. A status whose category nobody told counts as new.

    In Jira the status' category decides. On GitHub an open issue is in progress while somebody is
    assigned or it carries one of `started_labels`.
    """
    started = {s.casefold() for s in started_labels}
    found: list[tuple[int, Phase, str]] = []
    for ts, state in item.over_time(_WATCHED):
        key = next(iter(state.get("status", {})), "")
        means = names.means("status", key)
        phase: Phase = "new"
        resolution = ""
        if means == "done":
            resolution = next(iter(state.get("resolution", {}).values()), "")
            phase = "declined" if normal(resolution) in _DECLINED else "done"
        elif means == "indeterminate" or (
            key == "open"
            and (state.get("assignees") or started & {v.casefold() for v in state.get("labels", {})})
        ):
            phase = "doing"
        if not found or found[-1][1] != phase:
            found.append((ts, phase, resolution if phase == "declined" else ""))
    ends = [*(ts for ts, *_ in found[1:]), None]
    return tuple(Span(p, lo, hi, reason) for (lo, p, reason), hi in zip(found, ends, strict=False))


def commitment(item_spans: Iterable[Span], promised: int | None) -> int | None:
    """When the item was accepted for work: its first start, or a promise if that was earlier.

    What went straight to done was accepted then; what was declined unstarted never was.
    """
    started = next((s.lo for s in item_spans if s.phase in ("doing", "done")), None)
    return min((t for t in (started, promised) if t is not None), default=None)


def at_creation(item: Item, ts: int) -> int:
    """The time itself, or the item's creation where it belongs to the same sitting."""
    return item.opened_at if ts <= item.opened_at + SITTING else ts


class Tree(Struct, frozen=True):
    """Who is whose child, as the items stand."""

    parents: Mapping[str, str]
    children: Mapping[str, tuple[str, ...]]

    def ancestors(self, ref: str) -> list[str]:
        """Nearest first; a circle is cut where it closes."""
        found = [ref]
        while (above := self.parents.get(found[-1])) and above not in found:
            found.append(above)
        return found[1:]

    def root(self, ref: str) -> str:
        """The topmost ancestor, or the item itself."""
        above = self.ancestors(ref)
        return above[-1] if above else ref

    def below(self, ref: str) -> list[str]:
        """The item and all its descendants."""
        found, waiting = [], [ref]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.append(one)
                waiting += self.children.get(one, ())
        return found


def tree(world: World) -> Tree:
    """The tree of all items; a parent that is not in the log, or removed, is none.

    A child says who its parent is. Where it does not, because GitHub moves no update time of a child
    for it, the parent's list of its sub-issues does.
    """
    listed = {
        (item.source, key): ref
        for ref, item in world.items.items()
        for key in item.state.get("sub_issues", {})
    }
    parents: dict[str, str] = {}
    children: dict[str, list[str]] = {}
    for ref, item in world.items.items():
        key = item.one("parent")
        above = world.by_key.get((item.source, key)) if key else listed.get((item.source, item.key))
        if above and above != ref and above in world.items:
            parents[ref] = above
            children.setdefault(above, []).append(ref)
    return Tree(parents, {k: tuple(v) for k, v in children.items()})


def epic_of(item: Item, names: Names) -> int:
    """1 for an epic, 2 for one while it has children, 0 for none: by the type's hierarchy level where the
    tracker gives one (names are translated), else by a type or label called "epic"; on GitHub also by having
    sub-issues."""
    type_id = next(iter(item.state.get("type", {})), "")
    level = names.means("type", type_id)
    if level.lstrip("-").isdigit():
        return int(int(level) >= 1)
    words = [item.one("type") or "", *item.many("labels")]
    if any(w.casefold() == "epic" for w in words):
        return 1
    return 2 if "#" in item.key else 0


def is_epic(item: Item, names: Names, has_children: bool) -> bool:
    """Whether an item is an epic, given whether it has children."""
    kind = epic_of(item, names)
    return kind == 1 or (kind == 2 and has_children)
