"""What a person would check by hand when something seems wrong, check by check, each with its remedy."""

import re
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from msgspec import Struct

from tracker_sync.errors import TrackerSyncError

T = TypeVar("T")
State = Literal["broken", "look", "unchecked", "fine"]
STATES: tuple[State, ...] = ("broken", "look", "unchecked", "fine")
"""What is to be read first comes first."""


class Check(Struct, frozen=True):
    """One thing that was looked at, or could not be."""

    id: str
    """What kind of check; docs/doctor.md lists them."""
    about: str
    """The source, the file, or the part of the machine that it is about."""
    state: State
    """`broken`: a command will fail or lose something; `look`: it works, and may not be what was meant."""
    what: str
    remedy: str = ""
    """What to do; '' where there is nothing to do."""
    exit_code: int = 0
    """What a command that needs it ends with (docs/exit-codes.md); 0 unless it is broken."""


def fine(kind: str, about: str, what: str) -> Check:
    """It is as it should be."""
    return Check(kind, about, "fine", what)


def look(kind: str, about: str, what: str, remedy: str) -> Check:
    """It works, and may not be what was meant."""
    return Check(kind, about, "look", what, remedy)


def broken(kind: str, about: str, what: str, remedy: str, exit_code: int) -> Check:
    """It has to be mended."""
    return Check(kind, about, "broken", what, remedy, exit_code)


def unchecked(kind: str, about: str, why: str, remedy: str) -> Check:
    """It could not be looked at, or was not asked for."""
    return Check(kind, about, "unchecked", why, remedy)


def failed(kind: str, about: str, error: TrackerSyncError, remedy: str) -> Check:
    """What an error says is broken, under the exit code of its class; its advice is left to the remedy."""
    said = str(error).removeprefix(f"source {about!r}: ")
    return broken(kind, about, re.split(r"[.;] [Cc]heck ", said)[0], remedy, error.exit_code)


def tried(
    kind: str, about: str, ask: Callable[[], T], remedy: Callable[[TrackerSyncError], str]
) -> T | Check:
    """What a question gives, or the check that says why it gave nothing."""
    try:
        return ask()
    except TrackerSyncError as e:
        return failed(kind, about, e, remedy(e))


def in_order(checks: Iterable[Check]) -> list[Check]:
    """Broken ones first, and within a state as they were made."""
    return sorted(checks, key=lambda c: STATES.index(c.state))


def worst(checks: Iterable[Check]) -> int:
    """The exit code of all: the highest of what is broken, so that a broken log (6) outdoes a tracker that
    is away (4), and that one a configuration to mend (2); 0 where nothing is."""
    return max((c.exit_code for c in checks), default=0)
