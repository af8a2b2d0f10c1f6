"""What a check of the strategy file looks at, and what it may find."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, timedelta, tzinfo
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct

from tracker_sync.customers import Customers
from tracker_sync.strategies import Strategies
from tracker_sync.strategy import Intent, Strategy, midnight
from tracker_sync.strategy_parts import Level


class Bounds(NamedTuple):
    """A share of the work as a report gives it."""

    low: Fraction
    high: Fraction | None
    """None: nobody can tell how high it may be."""
    total: Fraction
    """The work that it is a share of, in person-days."""


class Outcome(NamedTuple):
    """Who used an initiative 90 days after its newest release, as the sagas report gives it."""

    initiative: str
    verdict: str
    """`on target`, `under target`, or what else the report says; '' where it is not assessed."""
    using: int
    served: int
    """How many it was built for."""
    needs: str = ""
    """What an assessment needs; '' also where nothing was released 90 days ago."""


class Look(Struct, frozen=True):
    """A strategy file and all that it is held against. None: not known here."""

    strategy: Strategy
    today: date
    """The day that its dates are held against."""
    versions: Strategies
    customers: Customers | None = None
    builders: int | None = None
    """People who build: those of the people file with the role product or engineering."""
    titles: Sequence[tuple[str, str]] | None = None
    """(ref, title) of the open epics."""
    shares: Mapping[str, Bounds] | None = None
    """By the name of the limit: what a report says of it."""
    outcomes: Sequence[Outcome] | None = None
    """Of each initiative, in the order of the report."""
    zone: tzinfo = UTC

    @property
    def end(self) -> int:
        """The last instant of the day, in microseconds UTC."""
        return midnight(self.today + timedelta(1), self.zone) - 1

    @property
    def active(self) -> list[tuple[str, Intent]]:
        """(where, intent) of those that stand on the day."""
        return [
            (f"$.intents[{n}]", i)
            for n, i in enumerate(self.strategy.intents)
            if (i.since or self.today) <= self.today <= (i.until or self.today)
        ]


class Spot(NamedTuple):
    """Something that a check found."""

    where: str
    """A place in the file: `$.intents[1].owner`."""
    what: str
    items: tuple[str, ...] = ()
    """Refs of the items that it rests on."""


class Lacks(NamedTuple):
    """A check, or a part of it, could not be made."""

    needs: str


Found = Iterator[Spot | Lacks]


class Lint(Struct, frozen=True):
    """A check of one thing in one part of the file."""

    id: str
    """Its part and its name: `intents/no-owner`."""
    level: Level
    finds: str
    """What it finds, in a line."""
    todo: str
    """What to do about it."""
    idea: str
    """The idea that it rests on, and whose it is."""
    look: Callable[[Look], Found]


def check(
    id_: str, level: Level, finds: str, *, todo: str, idea: str
) -> Callable[[Callable[[Look], Found]], Lint]:
    """Make a check of a function that looks."""
    return lambda look: Lint(id_, level, finds, todo, idea, look)
