"""Rewinding a history and replaying it are each other's inverse."""

from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.events import Added, Changed, Dropped, Event
from tracker_sync.sources import Seen
from tracker_sync.state import State, replay, rewind
from tracker_sync.sync import observed

SINGLE, MANY = ("title", "status", "assignee"), ("labels", "components")
VALUES = st.sampled_from(["a", "b", "c", "d"])
EDITS = st.tuples(st.sampled_from([*SINGLE, *MANY]), VALUES, st.booleans())


@st.composite
def lives(draw: st.DrawFn) -> tuple[State, list[Event]]:
    """An opening state, and changes that are consistent with it."""
    opening: State = {}
    for attr in SINGLE:
        if draw(st.booleans()):
            opening[attr] = {"": draw(VALUES)}
    for attr in MANY:
        opening[attr] = {v: v for v in draw(st.sets(VALUES))}
    opening = {a: v for a, v in opening.items() if v}
    now = {a: dict(v) for a, v in opening.items()}
    history: list[Event] = []
    for n, (attr, value, empty) in enumerate(draw(st.lists(EDITS, max_size=12))):
        head = {"id": f"1:c{n}.1", "item": "1", "ts": draw(st.integers(n, n))}
        if attr in SINGLE:
            old, new = now.get(attr, {}).get(""), None if empty else value
            history.append(Changed(attr=attr, val=new, old=old, **head))
            now[attr] = {} if new is None else {"": new}
        elif value in now.setdefault(attr, {}):
            history.append(Dropped(attr=attr, key=value, val=value, **head))
            del now[attr][value]
        else:
            history.append(Added(attr=attr, key=value, val=value, **head))
            now[attr][value] = value
    return opening, history


@given(lives())
def test_rewinding_the_present_finds_the_opening(life: tuple[State, list[Event]]) -> None:
    opening, history = life
    present = replay(opening, history)
    assert rewind(present, history) == opening


@given(lives())
def test_rewind_then_fold_is_the_identity(life: tuple[State, list[Event]]) -> None:
    opening, history = life
    present = replay(opening, history)
    assert replay(rewind(present, history), history) == present


@given(lives(), lives())
def test_what_the_history_does_not_explain_is_observed(
    life: tuple[State, list[Event]], other: tuple[State, list[Event]]
) -> None:
    """A present that has nothing to do with the history is still what the log folds to."""
    opening, history = life
    present = replay(*other)
    start: list[Event] = [
        Added(id=f"1:0.{a}.{k}", item="1", ts=0, attr=a, key=k, val=v)
        for a, values in opening.items() for k, v in values.items()
    ]  # fmt: skip
    known = [*start, *history]
    edits = list(observed("1", known, Seen(present, at=99, opened_at=0)))
    assert replay({}, [*known, *edits]) == present
    assert len({e.id for e in edits}) == len(edits)
    assert list(observed("1", [*known, *edits], Seen(present, at=99, opened_at=0))) == []


def test_a_title_is_opened_with_what_it_was_before_the_first_rename() -> None:
    rename = Changed(id="1:c1.1", item="1", ts=5, attr="title", val="Now", old="Then")
    assert rewind({"title": {"": "Now"}}, [rename]) == {"title": {"": "Then"}}
