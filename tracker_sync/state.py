"""An item's values at one moment, and how one event changes them: forwards, and taken back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tracker_sync.events import Added, Changed, Commented, Dropped, Event, Moved, Opened

State = dict[str, dict[str, str]]
"""attribute → key of the value → the value as text. Single-valued attributes hold one key."""


class Value(NamedTuple):
    """One value of one attribute; `key` is the tracker's id for it, or empty for free text."""

    attr: str
    key: str
    val: str


def values_of(state: Mapping[str, Mapping[str, str]]) -> Iterator[Value]:
    """The values of a state, by attribute and key."""
    for attr in sorted(state):
        for key in sorted(state[attr]):
            yield Value(attr, key, state[attr][key])


def apply(state: State, event: Event) -> None:
    """Change `state` as the event did."""
    match event:
        case Changed():
            _put(state, event.attr, event.key, event.val)
        case Moved() | Opened():
            state["key"] = {"": event.val}
        case Added() | Commented():
            state.setdefault(event.attr, {})[event.key] = event.val
        case Dropped():
            _drop(state, event.attr, event.key)
        case _:
            pass


def take_back(state: State, event: Event) -> None:
    """Change `state` to what it was before the event."""
    match event:
        case Changed():
            _put(state, event.attr, event.old_key, event.old)
        case Moved():
            state["key"] = {"": event.old}
        case Added() | Commented():
            _drop(state, event.attr, event.key)
        case Dropped():
            state.setdefault(event.attr, {})[event.key] = event.val
        case _:
            pass


def rewind(present: State, history: Iterable[Event]) -> State:
    """The values before the first event of `history` (in order of time), given those after the last.

    This is how an opening state is found: a tracker shows an item's present and its changes, never
    what it looked like when it was created.
    """
    state = {attr: dict(values) for attr, values in present.items()}
    for event in reversed(list(history)):
        take_back(state, event)
    return filled(state)


def replay(opening: State, history: Iterable[Event]) -> State:
    """The values after the last event of `history`, given those before the first."""
    state = {attr: dict(values) for attr, values in opening.items()}
    for event in history:
        apply(state, event)
    return filled(state)


def filled(state: State) -> State:
    """The state without the attributes that hold nothing."""
    return {attr: values for attr, values in state.items() if values}


def _put(state: State, attr: str, key: str, val: str | None) -> None:
    state[attr] = {} if val is None else {key: val}


def _drop(state: State, attr: str, key: str) -> None:
    state.get(attr, {}).pop(key, None)
