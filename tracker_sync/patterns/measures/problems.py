"""Whether the problems that are worked on are those that customers rank worst."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import median

import msgspec

from tracker_sync.patterns.facts import Facts, Ranking
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.statistics.concordance import concordance, w_p
from tracker_sync.patterns.statistics.proportion import p_exact, wilson


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    top: int
    """So many problems with most effort are looked at."""
    above: float
    """The part of the rankers who place the problem outside the top third, 0 to 1."""
    at_least: int
    """Rankers: a ranker is a persona at an account."""
    personas: int
    accounts: int
    agree: float
    """The rankers agree where chance shows as much agreement in at most this part of cases."""


def outside_the_top(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """Of the problems with most effort, those that most rankers place outside their top third.

    Work that names no problem is given to whichever problem would push one out of the top. Where rankers do
    not agree (Kendall's W within what chance shows), there is no consensus to miss. Source: domain.md,
    section 4, after Kahneman: nothing is as important as while we think of it.
    """
    effort, unknown = _efforts(facts)
    ranks = _ranks(facts.rankings)
    for problem in sorted(effort, key=lambda p: (-effort[p], p)):
        placed = [own for own in ranks.values() if problem in own]
        if placed and _stays(problem, effort, unknown, when.top):
            yield _seen(facts, when, problem, placed, ranks, effort)


def _seen(
    facts: Facts, when: When, problem: str, placed: Sequence[Mapping[str, int]],
    ranks: Mapping[tuple[str, str], Mapping[str, int]], effort: Mapping[str, Fraction],
) -> Seen | Silent:  # fmt: skip
    who = [key for key, own in ranks.items() if problem in own]
    accounts, personas, n = {a for a, _ in who}, {p for _, p in who}, len(placed)
    if n < when.at_least or len(accounts) < when.accounts or len(personas) < when.personas:
        return Silent(
            f"ranks of {when.at_least} people at {when.accounts} accounts in {when.personas} personas at "
            f"least; there are {n} at {len(accounts)} in {len(personas)}", problem,
        )  # fmt: skip
    p = w_p(placed)
    w = concordance(placed)
    if p is None or w is None or p > when.agree:
        return Silent("ranks on which people agree: there is no consensus on the worst problems", problem)
    outside = [own for own in placed if own[problem] * 3 > len(own)]
    low, limit = Fraction(len(outside), n), Fraction(str(when.above))
    interval = wilson(low, n)
    works = sorted((x for x in facts.works if problem in x.problems), key=lambda x: (-x.effort, x.ref))
    total = sum(x.effort for x in facts.works)
    return Seen(
        interval[0] > limit, low, low, n, limit, counted="people who ranked it", subject=problem,
        p=p_exact(len(outside), n, limit), interval=interval,
        words={"problem": problem, "k": len(outside), "n": n, "share": low, "w": float(w),
               "rank": float(median(own[problem] for own in placed)),
               "effort": effort[problem] / total if total else Fraction(0)},
        rows=tuple(Row(x.ref, f"works on {problem}") for x in works), items=tuple(x.ref for x in works),
    )  # fmt: skip


def _efforts(facts: Facts) -> tuple[dict[str, Fraction], Fraction]:
    """(effort by problem, effort of work that names none); work on several counts equally for each."""
    found, unknown = dict[str, Fraction](), Fraction(0)
    for work in facts.works:
        for problem in work.problems:
            found[problem] = found.get(problem, Fraction(0)) + Fraction(work.effort, len(work.problems))
        unknown += 0 if work.problems else work.effort
    return found, unknown


def _stays(problem: str, effort: Mapping[str, Fraction], unknown: Fraction, top: int) -> bool:
    """Whether a problem is among the `top` with most effort, wherever the unknown effort went: it could lift
    as many others above it, also problems that nobody named, as it takes to push it out."""
    own = effort[problem]
    if not own:
        return False
    others = sorted((e for p, e in effort.items() if p != problem), reverse=True)
    above = sum(e > own for e in others)
    missing = top - above
    if missing <= 0:
        return False
    nearest = [*others[above:], *([Fraction(0)] * top)][:missing]
    return unknown <= sum(own - e for e in nearest)


def _ranks(rankings: Sequence[Ranking]) -> dict[tuple[str, str], dict[str, int]]:
    """By account and persona, the place of each problem that they ranked; equal ranks share the better."""
    told: dict[tuple[str, str], dict[str, int]] = {}
    for one in rankings:
        told.setdefault((one.account, one.persona), {})[one.problem] = one.rank
    return {
        key: {p: 1 + sum(other < rank for other in own.values()) for p, rank in own.items()}
        for key, own in told.items()
    }


OUTSIDE_THE_TOP = Measure(
    outside_the_top, When,
    {"problem": "drawings are out of date", "k": 14, "n": 18, "share": Fraction(7, 9), "w": 0.6, "rank": 6.0,
     "effort": Fraction(1, 4)},
    statistical=True,
)  # fmt: skip
