"""What items were and how they were judged, over time: rows that hold from one moment until another."""

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from tracker_sync.states.grounds import Grounds
from tracker_sync.work import Phase

if TYPE_CHECKING:
    from tracker_sync.states.plans import Plan

FOREVER = 2**63 - 1
"""The end of what lasts."""


class State(NamedTuple):
    """An item from `lo` until `hi` (exclusive), in microseconds UTC, as its tracker showed it then."""

    lo: int
    hi: int
    key: str
    title: str
    project: str
    parent_key: str
    """The key that it gave for its parent, whether there is such an item or not."""
    epic: int
    """1: an epic; 2: an epic while it has children; 0: none."""
    bug: bool
    parent: tuple[str, str] | None
    """(source, id) of the item above it."""
    origin: str
    """'' where nothing says it."""
    intents: tuple[str, ...]
    asked: tuple[tuple[str, int], ...]
    """(independent account, when it asked); an account may come twice, under two of its names."""
    committed: int | None
    verdict: str
    why: str
    backdated: bool
    grounds: Grounds | None
    """What its tags rest on; None where it is not there."""
    promised: int | None = None
    """The first moment that somebody was promised it, or that it had a due date."""
    dated: bool = False
    """Whether it has a due date and nobody says that it was promised."""
    excluded: tuple[str, ...] = ()
    """What its title and labels name of all that any version of the strategy decided against, as
    `VERSION/ID`: the place of the version among all, and what it calls the opportunity."""


class Stint(NamedTuple):
    """Somebody had an item in progress on the days from `first` to `last` (proleptic ordinals, inclusive)."""

    person: str
    first: int
    last: int


class Active(NamedTuple):
    """An item was in progress, done or declined from `lo` until `hi`."""

    phase: Phase
    lo: int
    hi: int
    reason: str = ""
    """Of a declined one: the resolution that it began with."""


class Life(Struct):
    """All that reports need of one item, at any date."""

    source: str
    id: str
    states: list[State] = field(default_factory=list)
    stints: list[Stint] = field(default_factory=list)
    active: list[Active] = field(default_factory=list)
    plans: list["Plan"] = field(default_factory=list)
