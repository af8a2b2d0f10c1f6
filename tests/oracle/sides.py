"""What people keep beside the tracker: who uses what, how they rank their problems, and whom epics serve."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from io import StringIO

from tests.oracle.effort import worked
from tests.oracle.shares import Oracle
from tests.oracle.story import FOREVER
from tests.oracle.world import Issue, words

PROBLEM = re.compile(r"problem(?:/|::?)(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Count:
    """A row of adoption.csv."""

    item: Issue | None
    account: str
    """As customers.csv calls it, else as the file does."""
    root: str
    """The independent account."""
    day: date
    amount: int


@dataclass(frozen=True)
class Answer:
    """A row of problems.csv, as far as it is the newest of its account, persona and problem."""

    root: str
    persona: str
    problem: str
    rank: int
    day: date
    importance: Fraction | None
    satisfaction: Fraction | None


class Sides:
    """The side files, read beside the items of a question."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.tree = of, of.tree
        self.at = of.world.last if of.tree.at == FOREVER else of.tree.at
        """The last instant of the day asked about."""

    # -- files ----------------------------------------------------------------------------------

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        """ "Columns in any order and in upper or lower case; `_` is read as a space; empty rows are skipped;
        spaces around a cell do not count"."""
        lines = [*csv.reader(StringIO(self.of.inputs.side(name).removeprefix("\ufeff")))]
        heads = [h.strip().casefold().replace("_", " ") for h in lines[0]] if lines else []
        for line in lines[1:]:
            if any(cell.strip() for cell in line):
                yield dict(zip(heads, (cell.strip() for cell in line), strict=True))

    def has(self, name: str) -> bool:
        """ "A file with a header and no row counts as missing"."""
        return any(self._rows(name))

    def account(self, name: str) -> str:
        """ "By a name, an alias or a domain that customers.csv has"."""
        found = self.of.inputs.customers.find(name)
        return found.name if found else " ".join(name.casefold().split())

    def root(self, name: str) -> str:
        """The independent account."""
        return self.of.inputs.customers.root(self.account(name))

    def find(self, key: str) -> Issue | None:
        """ "As `acme:PAY-12`, or `PAY-12` where only one source has it", or by a key that it once had."""
        found: dict[str, Issue] = {}
        for source in {i.source for i in self.of.world.issues}:
            bare = key.removeprefix(f"{source}:")
            there = [i for i in self.of.world.keyed.get((source, bare), []) if i.there(self.tree.at)]
            found |= {i.source: i for i in there[:1]}
        return found.popitem()[1] if len(found) == 1 else None

    @cached_property
    def counts(self) -> list[Count]:
        """How much accounts use what was built, all that the file has."""
        return [
            Count(
                self.find(row.get("epic") or row.get("feature") or ""), self.account(row["account"]),
                self.root(row["account"]), date.fromisoformat(row["date"]),
                int(row.get("users") or row.get("usage") or 0),
            )
            for row in self._rows("adoption")
        ]  # fmt: skip

    def answers(self, until: date) -> list[Answer]:
        """ "The newest of each independent account, persona and problem (compared without case, spaces and
        dashes)"."""
        newest: dict[tuple[str, str, str], Answer] = {}
        for row in self._rows("problems"):
            day = date.fromisoformat(row["date"])
            key = self.root(row["account"]), words(row["persona"]), words(row["problem"])
            rated = [Fraction(row[n]) if row.get(n) else None for n in ("importance", "satisfaction")]
            if day <= until and (key not in newest or newest[key].day <= day):
                newest[key] = Answer(*key, int(row["rank"]), day, *rated)
        return [*newest.values()]

    # -- problems -------------------------------------------------------------------------------

    def names(self, epic: Issue) -> set[str]:
        """ "An epic names a problem by a label `problem/…` (also `problem:` and `problem::`), or by a field
        that the tracker calls Problem"; "labels of items that are no epics are not looked at"."""
        if not self.tree.epic(epic):
            return set()
        called = self.of.world.name
        said = [m[1] for v in epic.values("labels", self.tree.at).values() if (m := PROBLEM.fullmatch(v))]
        for attr in epic.attrs(self.tree.at):
            if words(called(epic.source, "field", attr)) == "problem":
                said += epic.values(attr, self.tree.at).values()
        return {w for s in said if (w := words(s))}

    def near(self, issue: Issue) -> set[str]:
        """The problems of "the nearest epic at or above it that names any"."""
        return next((n for i in self.tree.line(issue) if (n := self.names(i))), set())

    def serves(self, below: list[Issue]) -> set[str]:
        """ "Those of the nearest epic at or above it that names any, and of all epics under it"; `below`: the
        feature and all under it."""
        return self.near(below[0]).union(*map(self.names, below))

    def opportunities(self, until: date) -> dict[str, Fraction]:
        """ "Importance + max(importance - satisfaction, 0), of the means", "of those that were asked"."""
        found, answers = {}, self.answers(until)
        for problem in {a.problem for a in answers}:
            mine = [a for a in answers if a.problem == problem]
            wanted = [a.importance for a in mine if a.importance is not None]
            had = [a.satisfaction for a in mine if a.satisfaction is not None]
            if wanted and had:
                importance, satisfaction = (sum(some) / Fraction(len(some)) for some in (wanted, had))
                found[problem] = importance + max(importance - satisfaction, Fraction(0))
        return found


Day = tuple[date, str, Issue, Fraction]


def spent(of: Oracle, until: int) -> list[Day]:
    """(day, person, leaf, part of the day) of all leaves "from the first day of the log"."""
    kept: dict[int, list[Day]] = of.__dict__.setdefault("spent", {})
    if until not in kept:
        first = min((i.opened_at for i in of.tree.issues), default=until)
        kept[until] = [*worked(of.world, of.tree.leaves(), first, until, of.person)]
    return kept[until]
