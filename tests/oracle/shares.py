"""The figures of a question: shares with their worst-case bounds, by effort and by count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from tests.oracle.effort import active, worked
from tests.oracle.inputs import Inputs, Text
from tests.oracle.scope import Scope, team
from tests.oracle.story import FOREVER, read
from tests.oracle.strategy import at_end
from tests.oracle.tags import Tagged, tagged
from tests.oracle.verdicts import VERDICTS, backdated, verdict
from tests.oracle.world import Issue, Tree, World

Bounds = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Question:
    """What is asked: "as of a date, and as it was then known", in a window of whole days, of a part of the
    items."""

    as_of: date | None = None
    known_at: int | None = None
    since: date | None = None
    until: date | None = None
    source: str | None = None
    project: str | None = None
    team: str | None = None


@dataclass(frozen=True)
class Figures:
    """One weight: amounts by verdict, and the three bounds of section 2."""

    amounts: dict[str, Fraction]
    sales_led: Bounds
    unhealthy: Bounds
    healthy: Bounds


class Record:
    """A log, and the files beside it."""

    def __init__(self, lines: list[str], files: Text, plain: Callable[[str], str] = str) -> None:
        """`lines` of the export; `files`: the inputs as they are now, by name; `plain`: what markup says."""
        self._lines, self._files, self._plain = lines, files, plain
        self._known: dict[int | None, tuple[Inputs, World]] = {}

    def known(self, at: int | None) -> tuple[Inputs, World]:
        """What was known at a time; None: all."""
        if at not in self._known:
            story = read(self._lines, at)
            inputs = Inputs(story, self._files, past=at is not None)
            started: Mapping[str, list[str]] = inputs.settings["started_labels"]  # type: ignore[assignment]
            self._known[at] = inputs, World(story, inputs.calendar, started, self._plain)
        return self._known[at]


class Oracle:
    """The answers to a question about a log."""

    def __init__(self, record: Record, question: Question = Question()) -> None:
        self.question = question
        self.inputs, self.world = record.known(question.known_at)
        self.calendar = self.inputs.calendar
        end = self.world.last if question.as_of is None else self.calendar.after(question.as_of) - 1
        self.tree = Tree(self.world, FOREVER if question.as_of is None else end)
        first = min((i.opened_at for i in self.tree.issues), default=end)
        self.begin = self.calendar.midnight(question.since) if question.since else first
        self.until = self.calendar.after(question.until) if question.until else end + 1
        self.end = min(self.until, end + 1)

    @cached_property
    def tags(self) -> dict[Issue, Tagged]:
        """What every item is tagged with."""
        return tagged(self.tree, self.inputs)

    def ref(self, issue: Issue) -> str:
        """What people call an item."""
        return issue.ref(self.tree.at)

    def person(self, issue: Issue, account: str) -> str:
        """One name for all accounts of a person."""
        people, called = self.inputs.people, issue.world.name(issue.source, "user", account)
        known = people.get(account) or people.get(called)
        return f"person {known.name}" if known else f"{issue.source} {account}"

    @cached_property
    def effort(self) -> dict[Issue, Fraction]:
        """Person-days of all leaves that were in progress on a working day."""
        total: dict[Issue, Fraction] = {}
        for _, leaf, part in self.worked:
            total[leaf] = total.get(leaf, Fraction(0)) + part
        return total

    @cached_property
    def worked(self) -> list[tuple[str, Issue, Fraction]]:
        """(person, leaf, part of the day), day by day."""
        every = worked(self.world, [*self.leaves], self.begin, self.end, self.person)
        return [(who, leaf, part) for _, who, leaf, part in every]

    @cached_property
    def leaves(self) -> dict[Issue, None]:
        """All leaves, in their order."""
        return dict.fromkeys(self.tree.leaves())

    @cached_property
    def inside(self) -> Scope:
        """What the question leaves in."""
        return Scope(self)

    def team(self, issue: Issue) -> str | None:
        """Whose it was last in the window."""
        if issue not in self._teams:
            self._teams[issue] = team(self, issue)
        return self._teams[issue]

    @cached_property
    def _teams(self) -> dict[Issue, str | None]:
        return {}

    @cached_property
    def active(self) -> list[Issue]:
        """ "Leaf work active in the window", of what the question leaves in."""
        return [i for i in self.leaves if active(i, self.begin, self.end) and i in self.inside]

    def work(self, weight: str) -> dict[Issue, Fraction]:
        """ "W = all work", in a weight."""
        if weight == "count":
            return {i: Fraction(1) for i in self.active}
        return {i: self.effort.get(i, Fraction(0)) for i in self.active}

    @cached_property
    def verdicts(self) -> dict[Issue, str]:
        """The class of all leaf work."""
        return {i: verdict(self.tags[i]) for i in self.active}

    @property
    def backdated(self) -> int:
        """Leaves whose class rests on a version recorded after the request."""
        return sum(backdated(self.tags[i]) for i in self.active)

    def figures(self, weight: str) -> Figures:
        """ "As worst-case (Manski) bounds"."""
        amounts = dict.fromkeys(VERDICTS, Fraction(0))
        for issue, amount in self.work(weight).items():
            amounts[self.verdicts[issue]] += amount
        h, u, g, q, _ = (amounts[v] for v in VERDICTS)
        w = sum(amounts.values(), Fraction(0))
        return Figures(
            amounts,
            over(h + u + g, h + u + g + q, w),
            over(u, u + g + q, w),
            over(h, h + g + q, h + u + g + q),
        )

    # -- intents ----------------------------------------------------------------------------------

    @cached_property
    def stated(self) -> list[str]:
        """The intents that stand at the end of the window, in the strategy's order."""
        version = at_end(self.inputs.versions, self.end - 1, self.world.last)
        return [i["id"] for i in version.intents if version.stands(i, self.end - 1)] if version else []

    def intents(self) -> list[str]:
        """Those stated, then those that only the work knows."""
        named = {n for i in self.active for n in self.tags[i].intents}
        return [*self.stated, *sorted(named - set(self.stated))]

    def intent_bounds(self, weight: str, intent: str | None) -> Bounds:
        """Surely this intent; at most this, what names it beside another, and what names none: "each named
        intent has it in its upper bound only". None: work that names no intent."""
        low = high = total = Fraction(0)
        for issue, amount in self.work(weight).items():
            named = self.tags[issue].intents
            total += amount
            low += amount if named == ({intent} if intent else set()) else 0
            high += amount if not named or intent in named else 0
        return over(low, high, total)

    def epics(self, intent: str) -> int:
        """Epics in the log that serve an intent alone."""
        served = (i for i in self.tree.issues if self.tags[i].intents == {intent})
        return sum(self.tree.epic(i) for i in served)


def over(low: Fraction, high: Fraction, total: Fraction) -> Bounds:
    """ "A missing input gives 'not assessed', never 0"."""
    return (low / total, high / total) if total else (None, None)
