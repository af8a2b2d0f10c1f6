"""Work items as they are before any tracker shows them: an opening state and timed changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

State = Mapping[str, Any]

# Every field an item has, with what it holds when nothing was said. `labels` is a sorted tuple,
# `parent` another item, `rank` a counter that only says that somebody moved the card, `links` pairs of
# what the link is and the other item.
BLANK: dict[str, Any] = {
    "title": "",
    "body": "",
    "status": "To Do",
    "assignee": None,
    "labels": (),
    "intent": None,
    "customers": (),
    "points": None,
    "parent": None,
    "priority": "Medium",
    "due": None,
    "rank": 0,
    "milestone": None,
    "project": "",
    "links": (),
}


class Note(Struct, frozen=True):
    """A comment."""

    at: datetime
    who: str
    text: str


class Step(Struct, frozen=True):
    """What one person changed at one moment."""

    at: datetime
    who: str | None
    before: State
    after: State

    @property
    def changed(self) -> list[str]:
        """The names of the fields that differ, in a fixed order."""
        return [name for name in BLANK if self.before[name] != self.after[name]]


class Item(Struct, eq=False):
    """A ticket or epic; `kind` is epic, story, task, bug, subtask or pull."""

    kind: str
    created: datetime
    reporter: str | None
    opening: dict[str, Any]
    planned: list[tuple[datetime, int, str | None, str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    about: "Item | None" = None  # what a pull request closes

    def plan(self, at: datetime, who: str | None, name: str, value: Any) -> None:
        """Somebody will set a field (add a `label` or a `link`, take away an `unlabel`) at a moment."""
        self.planned.append((max(at, self.created), len(self.planned), who, name, value))

    def note(self, at: datetime, who: str, text: str) -> None:
        """Somebody will comment."""
        self.notes.append(Note(max(at, self.created), who, text))

    def steps(self) -> list[Step]:
        """The plan in order, without what changes nothing, one step per person and moment."""
        steps: list[Step] = []
        state: State = {**BLANK, **self.opening}
        for at, _, who, name, value in sorted(self.planned, key=lambda change: change[:2]):
            after = {**state, **_applied(state, name, value)}
            if after == state:
                continue
            if steps and (steps[-1].at, steps[-1].who) == (at, who):
                steps[-1] = Step(at, who, steps[-1].before, after)
            else:
                steps.append(Step(at, who, state, after))
            state = after
        return [step for step in steps if step.changed]

    def final(self) -> State:
        """How the item stands when the story ends."""
        steps = self.steps()
        return steps[-1].after if steps else {**BLANK, **self.opening}


def _applied(state: State, name: str, value: Any) -> State:
    if name == "label":
        return {"labels": tuple(sorted({*state["labels"], value}))}
    if name == "unlabel":
        return {"labels": tuple(label for label in state["labels"] if label != value)}
    if name == "rank":
        return {"rank": state["rank"] + 1}
    if name == "link":
        return {"links": (*state["links"], value)}
    return {name: value}
