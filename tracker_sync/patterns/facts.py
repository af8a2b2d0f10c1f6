"""What measures look at: an organisation up to one moment, as plain records that a rule's test can spell."""

from collections.abc import Mapping
from typing import Any

import msgspec

DAY = 86_400_000_000
"""Microseconds."""

INPUTS: Mapping[str, str] = {
    "strategy": "a strategy: write strategy.toml",
    "customers": "customers.csv: your accounts",
    "people": "people.toml: the roles of the people in your trackers",
    "problems": "problems.csv: how customers rank their problems",
    "adoption": "adoption.csv: who uses what",
    "pmf": "pmf.csv: answers to how disappointed people would be",
    "arr": "customers.csv: the ARR of your accounts, or which of them are in the ICP",
    "intents": "epics that name their strategic intent",
    "origins": "epics that say where they came from",
    "accounts": "epics that name the account that asked",
    "evidence": "epics that name their evidence: a label evidence/<kind>",
    "served": "epics that name the problem they serve: a label problem/<name>",
    "solutions": "epics that name their kind of solution: a label solution/<kind>",
    "gates": "epics that name the gates they passed: a label gate/<name>",
    "estimates": "estimates or points of epics",
    "scopes": "estimates, points or a status that means ready",
    "dates": "due dates of epics",
    "queue": "moves in the queue (Jira's rank)",
    "promises": "items that were promised to somebody",
    "links": "links between epics",
    "effort": "work in progress whose effort can be measured",
    "targets": "target shares of the intents in strategy.toml",
    "initiatives": "initiatives in strategy.toml, with the epics that carry them",
    "owners": "owners of the intents in strategy.toml",
    "labels": "epics with labels",
    "exclusions": "[[not_doing]] in strategy.toml: what was decided against",
    "limit": "active_intents under [limits] in strategy.toml",
}
"""What a rule may need, by name: what supplies it."""


class Moment:
    """When something happened, by which event, and in what role somebody did it.

    Equal by its time alone. A rule's test writes it as a number of days.
    """

    __slots__ = ("at", "event", "item", "role")

    def __init__(self, at: int, event: str = "", role: str = "", item: str = "") -> None:
        self.at = at
        """In microseconds UTC."""
        self.event = event
        """The event's id in its source; '' where there is none."""
        self.role = role
        """The actor's role in people.toml; '' where nobody said."""
        self.item = item
        """The item that the event is of, where it is not the one that the moment is told of: a child."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self.at == other.at

    def __lt__(self, other: "Moment") -> bool:
        return self.at < other.at

    def __le__(self, other: "Moment") -> bool:
        return self.at <= other.at

    def __hash__(self) -> int:
        return hash(self.at)

    def __repr__(self) -> str:
        return f"Moment({self.at / DAY:g} days, {self.event!r}, {self.role!r})"

    def days_to(self, other: "Moment") -> float:
        """Days from this moment to another one; negative where that was before."""
        return (other.at - self.at) / DAY


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What these records have in common."""


class Sign(_Record, frozen=True):
    """One piece of evidence that an epic, or work under it, names."""

    kind: str
    """As the tag says: deal, support, interview, research, survey, ranking, usage, experiment; or `asked`,
    for an account that asked for it."""
    at: Moment
    """When the tracker first showed it; the role is that of who brought it."""


class Asked(_Record, frozen=True):
    """An independent account that asked."""

    account: str
    at: Moment


class Estimate(_Record, frozen=True):
    """How large an epic was thought to be, from `at` on."""

    at: Moment
    size: float
    """In points or in seconds, as its tracker keeps it; of one epic always the same."""
    unit: str = "points"
    """Which of them: `points` or `seconds`."""


class Due(_Record, frozen=True):
    """The day that something was due on, as it was set at `at`."""

    at: Moment
    day: Moment
    """The end of that day."""


class Named(_Record, frozen=True):
    """A label or another name that an epic was given."""

    name: str
    at: Moment


class Epic(_Record, frozen=True):
    """An epic and its history. Its times may rest on work under it."""

    ref: str
    title: str = ""
    root: str = ""
    """The topmost item above it; '' for itself. Slices of one root stand or fall together."""
    proposer: str = ""
    """The role of who opened it; '' where nobody said."""
    created: Moment = Moment(0)
    scoped: Moment | None = None
    """When it was first estimated, given points or ready."""
    ready: Moment | None = None
    """When it first stood in a status that means ready and not started."""
    started: Moment | None = None
    done: Moment | None = None
    """None: not done at the end."""
    declined: Moment | None = None
    """When it was first declined."""
    reopened: Moment | None = None
    """When that was taken back last; None: it is declined at the end, or never was."""
    promised: Moment | None = None
    """The first promise, contract or the like; a due date alone is none."""
    intents: tuple[str, ...] = ()
    """Ids of the intents that it names; more than one: disputed."""
    origin: str = ""
    """Where it came from, as somebody said; '' where nobody did."""
    asked: tuple[Asked, ...] = ()
    evidence: tuple[Sign, ...] = ()
    """In order of time."""
    problems: tuple[str, ...] = ()
    """The problems that it serves."""
    solution: str = ""
    """Its kind of solution; '' where it names none, or several."""
    gates: tuple[Named, ...] = ()
    """The gates that it passed."""
    marks: tuple[Named, ...] = ()
    """All its labels, in lower case, with when each was set first."""
    estimates: tuple[Estimate, ...] = ()
    due: tuple[Due, ...] = ()
    up: tuple[Moment, ...] = ()
    """Moves up the queue, without those of many cards at once."""
    tagged: Moment | None = None
    """When its intent or an account was first named, whichever was first."""
    links: tuple[str, ...] = ()
    """Refs of the epics that it is linked with."""
    effort: int = 0
    """Of all work under it in the window, in `Facts.unit`s of a person-day."""
    effort_all: int = 0
    """Likewise, from the beginning on."""
    unseen: int = 0
    """How many items under it were done or in progress without anybody being seen to work on them: their
    effort is in none of these."""
    largest: int = 0
    """The effort of the largest item under it, from the beginning on."""

    @property
    def effort_most(self) -> int:
        """Its effort if each unseen item took as much as the largest one under it."""
        return self.effort_all + self.unseen * self.largest

    @property
    def given_up(self) -> Moment | None:
        """When it was first declined, unless that was taken back: then it goes on, or went on to be done."""
        return None if self.done or self.reopened else self.declined

    @property
    def project(self) -> str:
        """Its tracker and project: what waits in one queue."""
        return self.ref.rpartition("#")[0] or self.ref.rpartition("-")[0]

    @property
    def family(self) -> str:
        """What it stands or falls with."""
        return self.root or self.ref

    def marked(self, names: tuple[str, ...]) -> bool:
        """Whether it carries any of these labels, written in lower case."""
        return any(m.name in names for m in self.marks)


class Work(_Record, frozen=True):
    """An item without children that was active in the window."""

    ref: str
    root: str = ""
    epic: str = ""
    """The nearest epic at or above it; '' where there is none."""
    effort: int = 0
    """In the window, in `Facts.unit`s of a person-day."""
    intents: tuple[str, ...] = ()
    """Ids; none: nobody said."""
    accounts: tuple[str, ...] = ()
    """Independent accounts that asked for it; each has its part."""
    nobody: bool = False
    """Whether its origin says that no account asked for it; else none of `accounts` means: nobody said."""
    sold: bool | None = None
    """Whether sales asked for it; None: nobody said."""
    started: Moment | None = None
    problems: tuple[str, ...] = ()
    """The problems that it, or the nearest epic that names any, serves."""
    teams: tuple[str, ...] = ()
    """The teams of those who had it in progress."""
    last: Moment | None = None
    """The end of the last day of the window on which it was worked on; None: nobody was seen to."""

    @property
    def family(self) -> str:
        """What it stands or falls with."""
        return self.root or self.ref


class Ranking(_Record, frozen=True):
    """The newest rank that a persona at an account gave to a problem; 1 is the worst problem."""

    account: str
    persona: str
    problem: str
    rank: int


class Reply(_Record, frozen=True):
    """The newest answer of one respondent of the survey."""

    respondent: str
    disappointed: str
    """very, somewhat or not."""
    benefit: str = ""
    """The main benefit, without case, spaces and dashes; '' where none was named."""
    account: str = ""
    """The independent account; '' where none is known."""
    improvement: str = ""
    """What would make it better, spelt as the problems are."""


class Account(_Record, frozen=True):
    """An independent account as it stands at the end."""

    name: str
    arr: float | None = None
    icp: bool | None = None
    partner: bool = False
    """Whether it is a design partner whose time has not ended."""


class Intent(_Record, frozen=True):
    """An intent of the strategy in force at the end, and the part of the effort that went into it."""

    id: str
    target: float | None = None
    low: float = 0.0
    """The least that it may have had, from 0 to 1."""
    high: float = 1.0
    """The most, with all work that names no intent."""


class Owner(_Record, frozen=True):
    """Who owned an intent from `at` on; a number in order of appearance, never a name."""

    number: int
    at: Moment
    bet: bool = True
    """Whether the strategy stated a hypothesis of the intent then."""


class Mandate(_Record, frozen=True):
    """An intent of the strategy in force at the end, over its versions."""

    intent: str
    owners: tuple[Owner, ...] = ()
    """By time; whoever follows nobody is none who took over."""
    reworded: tuple[Moment, ...] = ()
    """When a version said something else of it or its initiatives than who owns it."""


class Check(_Record, frozen=True):
    """How many used an initiative 90 days after a release of it."""

    epic: str
    released: Moment
    at: Moment
    low: float | None = None
    """The part of the accounts that it was built for; None: nobody counted."""
    high: float | None = None
    target: float | None = None


class Kill(_Record, frozen=True):
    """A kill line."""

    at: Moment | None = None
    """The end of its day; None: no day is stated."""
    crossed: bool | None = None
    """Whether the outcome was below it on its day; None: nobody can tell, or the day is to come."""


class Initiative(_Record, frozen=True):
    """An initiative of the strategy in force at the end."""

    id: str
    epics: tuple[str, ...] = ()
    """Refs of the epics that carry it, in the order in which they were started."""
    checks: tuple[Check, ...] = ()
    """By time; only those whose day has come."""
    kills: tuple[Kill, ...] = ()
    decisions: tuple[Moment, ...] = ()
    """When it was decided to stop or to go on."""
    evidence: tuple[Sign, ...] = ()
    """Of all its epics, also of those that a rule leaves out; in order of time."""
    ranked: tuple[Moment, ...] = ()
    """The starts of the days on which people ranked a problem that it serves (problems.csv)."""
    due: Moment | None = None
    """The end of the day on which it has to be there, as the strategy says."""


class Breach(_Record, frozen=True):
    """An item that was worked on although it had been declined, or the strategy had decided against it."""

    ref: str
    exclusion: str = ""
    """The id of the exclusion then in force; '' where it was declined and reopened."""
    at: Moment = Moment(0)
    """When it was started, or reopened; the role is that of who did it."""
    named: bool = True
    """Whether a label names the exclusion; else only a word of the title does."""
    evidence: bool = False
    """Of a reopened one: whether anything new spoke for it by then."""
    declined: Moment | None = None
    """Of a reopened one: when it had been declined."""


class Facts(_Record, frozen=True):
    """All that measures look at."""

    start: Moment = Moment(0)
    end: Moment = Moment(730 * DAY)
    unit: int = 1
    """What stands for a person-day of effort."""
    epics: tuple[Epic, ...] = ()
    works: tuple[Work, ...] = ()
    rankings: tuple[Ranking, ...] = ()
    replies: tuple[Reply, ...] = ()
    accounts: tuple[Account, ...] = ()
    intents: tuple[Intent, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    breaches: tuple[Breach, ...] = ()
    versions: tuple[Moment, ...] = ()
    """When each version of the strategy began to count."""
    people: int = 0
    """How many people had work in progress in the window, at most: an item of nobody counts one."""
    limit: int | None = None
    """How many intents the strategy allows to be worked on at once."""
    market: tuple[str, ...] = ()
    """What the strategy says of its market: b2b, growth, regulated, new-category."""
    missing: dict[str, str] = {}
    """Inputs that are missing, by their names in INPUTS: what would supply each."""


def spelt(kind: type, told: Any) -> Any:
    """What stands for a Moment in a test: days, from the beginning. For msgspec.convert."""
    if kind is Moment and isinstance(told, (int, float)) and not isinstance(told, bool):
        return Moment(round(told * DAY))
    raise ValueError("a time is a number of days")
