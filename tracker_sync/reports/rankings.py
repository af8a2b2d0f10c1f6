"""How the people served rank their problems, and how far they agree."""

from collections.abc import Iterable
from fractions import Fraction
from statistics import median

from msgspec import Struct

from tracker_sync.patterns.statistics.concordance import concordance
from tracker_sync.reports.adopted import independent
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.strategy import normal


class Answer(Struct, frozen=True):
    """The newest answer of a persona at an account about a problem."""

    account: str
    """The independent account."""
    persona: str
    """In the spelling of the answer; compared without case, spaces and dashes."""
    problem: str
    """Likewise."""
    rank: int
    """1 is the worst problem."""
    at: int
    """The start of the day, in microseconds UTC."""
    importance: Fraction | None
    """From 0 to 10; None: not asked."""
    satisfaction: Fraction | None
    segment: str
    """Of the account on that day; '' where customers.csv does not say."""

    @property
    def ranker(self) -> tuple[str, str]:
        """Who ranked: a persona at an account."""
        return self.account, normal(self.persona)


class Agreement(Struct, frozen=True):
    """How far some rankers agree."""

    w: Fraction | None
    """Kendall's W: 0 for none, 1 where all rank alike; None with fewer than two who ranked two problems."""
    rankers: int
    """A ranker is a persona at an account."""
    problems: int
    complete: int
    """How many rankers ranked all of the problems."""


def answers(org: Portfolio, end: int) -> tuple[Answer, ...] | None:
    """The newest answer of each account, persona and problem up to `end`, by time and in order of the file;
    None without problems.csv. Raises ConfigError with file and line."""
    told = org.sides.problems
    if told is None:
        return None
    customers, newest = org.judged.customers, dict[tuple[str, str, str], Answer]()
    spelt = dict[str, str]()
    for row in sorted((r for r in told if r.at <= end), key=lambda r: r.at):
        who = independent(customers, row.account)
        who = spelt.setdefault(normal(who), who)
        account, key = customers.find(who), (who, normal(row.persona), normal(row.problem))
        newest.pop(key, None)  # so that it stands where it was answered last
        newest[key] = Answer(
            who, row.persona, row.problem, row.rank, row.at, row.importance, row.satisfaction,
            account.segment(row.at) if account else "",
        )  # fmt: skip
    return tuple(newest.values())


def agreement(some: Iterable[Answer]) -> Agreement:
    """How far those who ranked some problems agree (`concordance`)."""
    ranks: dict[tuple[str, str], dict[str, int]] = {}
    for a in some:
        ranks.setdefault(a.ranker, {})[normal(a.problem)] = a.rank
    problems = {p for own in ranks.values() for p in own}
    complete = sum(len(own) == len(problems) for own in ranks.values())
    return Agreement(concordance([*ranks.values()]), len(ranks), len(problems), complete)


def middle(ranks: Iterable[int]) -> Fraction | None:
    """The median of ranks: of an even number of them, the mean of the two in the middle; None of none."""
    found = [Fraction(r) for r in ranks]
    return median(found) if found else None


def mean(scores: Iterable[Fraction | None]) -> Fraction | None:
    """The mean of those that were asked; None of none."""
    found = [s for s in scores if s is not None]
    return sum(found, Fraction(0)) / len(found) if found else None


def opportunity(importance: Fraction | None, satisfaction: Fraction | None) -> Fraction | None:
    """Importance + max(importance - satisfaction, 0), 0 to 20: what is important and badly solved scores
    highest (Ulwick 2005). None where either was not asked."""
    if importance is None or satisfaction is None:
        return None
    return importance + max(importance - satisfaction, Fraction(0))
