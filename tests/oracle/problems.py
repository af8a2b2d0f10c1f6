"""What the people served rank as their worst problems, how far they agree, and what work goes into each."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from statistics import median

from tests.oracle.effort import active
from tests.oracle.grades import grade
from tests.oracle.shares import Bounds, Oracle, over
from tests.oracle.strategy import at_end
from tests.oracle.world import Issue, words

GRADES = ("none", "said yes", "interview or support", "survey", "ranking", "experiment or usage")


@dataclass(frozen=True)
class Answer:
    """One newest answer; names "without case, spaces and dashes"."""

    account: str
    persona: str
    problem: str
    name: str
    """The problem as this answer spells it."""
    rank: int
    at: int
    importance: Fraction | None
    satisfaction: Fraction | None
    segment: str | None


@dataclass(frozen=True)
class Group:
    """What some answers come to."""

    n: int
    accounts: int
    rank: Fraction | None
    importance: Fraction | None
    satisfaction: Fraction | None
    opportunity: Fraction | None


@dataclass(frozen=True)
class Problem:
    """One problem that was ranked, or that an epic names."""

    group: Group
    place: int | None
    effort: tuple[Fraction, Fraction]
    share: Bounds
    epics: tuple[str, ...]
    evidence: str | None


@dataclass(frozen=True)
class Agreement:
    """How far some rankers agree."""

    rankers: int
    w: Fraction | None
    complete: int


class Problems:
    """The answers by the end of the window, and the work of the window."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.tree, self.end = of, of.tree, of.end - 1

    # -- answers --------------------------------------------------------------------------------

    @cached_property
    def answers(self) -> dict[tuple[str, str, str], Answer]:
        """ "The newest of each independent account, persona and problem (compared without case, spaces and
        dashes)"; dates "begin in the time zone of [calendar]"."""
        found: dict[tuple[str, str, str], Answer] = {}
        for row in self.of.inputs.rows("problems"):
            answer = self._answer(row)
            key = answer.account, answer.persona, answer.problem
            if answer.at <= self.end and (key not in found or found[key].at <= answer.at):
                found.pop(key, None)
                found[key] = answer
        return found

    def _answer(self, row: dict[str, str]) -> Answer:
        at, whose = self.of.calendar.midnight(date.fromisoformat(row["date"])), self.account(row["account"])
        importance, satisfaction = (
            Fraction(row[c]) if row[c] else None for c in ("importance", "satisfaction")
        )
        return Answer(
            words(whose), words(row["persona"]), words(row["problem"]), row["problem"], int(row["rank"]), at,
            importance, satisfaction, self.segment(whose, at),
        )  # fmt: skip

    def account(self, name: str) -> str:
        """The independent account "by a name, an alias or a domain that customers.csv has"."""
        found = self.of.inputs.customers.find(name)
        return self.of.inputs.customers.root(found.name if found else name)

    def segment(self, account: str, at: int) -> str | None:
        """ "Of the account on the day of the answer; empty: customers.csv gives none"; "after the end
        of an account's last row the file says nothing of it but its segment"."""
        whose, midnight = self.of.inputs.customers.find(account), self.of.calendar.midnight
        if whose is None:
            return None
        rows = sorted(whose.rows, key=lambda r: r["since"])
        begun = [r for r in rows if not r["since"] or midnight(date.fromisoformat(r["since"])) <= at]
        return (begun or rows[:1])[-1]["segment"] or None

    @staticmethod
    def group(answers: Collection[Answer]) -> Group:
        """ "Rank: the median of the ranks as they were given. Importance, satisfaction: means of those that
        were asked. Opportunity: importance + max(importance - satisfaction, 0), of the means"."""
        importance = mean(a.importance for a in answers)
        satisfaction = mean(a.satisfaction for a in answers)
        asked = importance is not None and satisfaction is not None
        return Group(
            len({(a.account, a.persona) for a in answers}),
            len({a.account for a in answers}),
            Fraction(median(Fraction(a.rank) for a in answers)) if answers else None,
            importance, satisfaction,
            importance + max(importance - satisfaction, Fraction(0)) if asked else None,  # type: ignore[operator,type-var]
        )  # fmt: skip

    def of_problem(self, problem: str) -> list[Answer]:
        """Its answers."""
        return [a for a in self.answers.values() if a.problem == problem]

    @property
    def ranked(self) -> list[str]:
        """The problems that anybody ranked."""
        return sorted({a.problem for a in self.answers.values()})

    @property
    def places(self) -> dict[str, int]:
        """ "Place: by that median among all problems; equal medians share the better place"."""
        ranks = {p: self.group(self.of_problem(p)).rank or Fraction(0) for p in self.ranked}
        return {p: 1 + sum(other < rank for other in ranks.values()) for p, rank in ranks.items()}

    def by(self, part: str) -> dict[tuple[str, str], Group]:
        """(problem, persona or segment) → what these say of it."""
        found: dict[tuple[str, str], list[Answer]] = {}
        for a in self.answers.values():
            of = a.persona if part == "persona" else a.segment or ""
            found.setdefault((a.problem, of), []).append(a)
        return {key: self.group(some) for key, some in found.items()}

    # -- agreement ------------------------------------------------------------------------------

    def agreement(self, persona: str | None = None) -> Agreement:
        """Kendall's W: "a ranker's problems get the places 1, 2, … in order of their ranks; equal ranks share
        the mean of their places. Each place counts by how far it is from the middle of that ranker's
        places; what somebody did not rank counts 0"."""
        rankers: dict[tuple[str, str], dict[str, int]] = {}
        for a in self.answers.values():
            if persona is None or a.persona == persona:
                rankers.setdefault((a.account, a.persona), {})[a.problem] = a.rank
        every = {p for ranks in rankers.values() for p in ranks}
        complete = sum(ranks.keys() == every for ranks in rankers.values())
        vectors = [centred(ranks) for ranks in rankers.values() if len(ranks) >= 2]
        if len(vectors) < 2:  # "There is none with fewer than two such rankers"
            return Agreement(len(rankers), None, complete)
        sums = [sum((v.get(p, Fraction(0)) for v in vectors), Fraction(0)) for p in every]
        alone = sum((x * x for v in vectors for x in v.values()), Fraction(0))
        together = sum((x * x for x in sums), Fraction(0))
        return Agreement(len(rankers), together / (len(vectors) * alone) if alone else None, complete)

    @property
    def personas(self) -> dict[str, tuple[bool | None, Agreement]]:
        """By persona: "whether the strategy names it among those the product is for"."""
        version = at_end(self.of.inputs.versions, self.end, self.of.world.last)
        served = {words(p) for p in (version.icp if version else {}).get("personas", [])}
        names = {a.persona for a in self.answers.values()}
        return {p: ((p in served) if served else None, self.agreement(p)) for p in names}

    # -- work -----------------------------------------------------------------------------------

    @cached_property
    def named(self) -> dict[Issue, set[str]]:
        """What each epic names: "by a label `problem/crews-wait-for-each-other` (also `problem:` and
        `problem::`), or by a field that the tracker calls Problem. Labels of items that are no epics are
        not looked at"."""
        found = {}
        for issue in self.tree.issues:
            labels = issue.values("labels", self.tree.at).values()
            said = [m[1] for x in labels if (m := re.match(r"problem(?:/|::?)(.*)", x, re.IGNORECASE))]
            for attr in issue.attrs(self.tree.at):
                if words(issue.world.name(issue.source, "field", attr)) == "problem":
                    said += issue.values(attr, self.tree.at).values()
            names = {words(s) for s in said if words(s)}
            if names and self.tree.epic(issue):
                found[issue] = names
        return found

    @cached_property
    def listed(self) -> dict[Issue, set[str]]:
        """ "`--source` and `--project` leave out epics, but for those above work of theirs; `--team` only
        effort"."""
        of, place = self.of, self.of.inside.place
        work = [i for i in of.leaves if place(i) and active(i, of.begin, of.end)]
        above = {up for leaf in work for up in self.tree.line(leaf)}
        return {i: names for i, names in self.named.items() if place(i) or i in above}

    def names(self, leaf: Issue) -> set[str]:
        """ "Work counts for the nearest epic above it that names any"."""
        return next((self.named[i] for i in self.tree.line(leaf) if i in self.named), set())

    @property
    def total(self) -> Fraction:
        """All effort of the window."""
        return sum(self.of.work("effort").values(), Fraction(0))

    def worked(self, problem: str | None) -> tuple[Fraction, Fraction]:
        """ "At least: what names this problem alone; at most: also what names several". None: names none."""
        low = high = Fraction(0)
        for leaf, days in self.of.work("effort").items():
            names = self.names(leaf)
            low += days if names == ({problem} if problem else set()) else 0
            high += days if problem in names or (problem is None and not names) else 0
        return low, high

    def evidence(self, epic: Issue) -> int:
        """ "The best grade of an epic that names it", by the end of the window."""
        return grade(self.of, [i for i in self.tree.issues if epic in self.tree.line(i)], self.end)

    @cached_property
    def rows(self) -> dict[str, Problem]:
        """Every problem that was ranked, or that an epic names."""
        every = sorted({*self.ranked, *(p for names in self.listed.values() for p in names)})
        unnamed, places = self.worked(None)[0], self.places
        found = {}
        for problem in every:
            low, high = self.worked(problem)
            epics = [i for i, names in self.listed.items() if problem in names]
            grades = [self.evidence(i) for i in epics]
            found[problem] = Problem(
                self.group(self.of_problem(problem)), places.get(problem), (low, high),
                over(low, high + unnamed, self.total), tuple(sorted(map(self.of.ref, epics))),
                GRADES[max(grades)] if grades else None,
            )  # fmt: skip
        return found


def centred(ranks: dict[str, int]) -> dict[str, Fraction]:
    """Each problem's place, from the middle of this ranker's places."""
    middle = Fraction(len(ranks) + 1, 2)
    found = {}
    for problem, rank in ranks.items():
        better, alike = (sum(r < rank for r in ranks.values()), sum(r == rank for r in ranks.values()))
        places = range(better + 1, better + alike + 1)
        found[problem] = Fraction(sum(places), alike) - middle
    return found


def mean(values: Iterable[Fraction | None]) -> Fraction | None:
    """Of those that were asked; None: nobody was."""
    said = [v for v in values if v is not None]
    return sum(said, Fraction(0)) / len(said) if said else None
