"""Whether every problem is solved with the same tool."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import msgspec
from msgspec.structs import replace

from tracker_sync.patterns.facts import Facts
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.measures.evidence import started
from tracker_sync.patterns.measures.part import part_above


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """What chance must not explain: that the solution has at most this part, 0 to 1."""
    share: float
    """The part that it has at least."""
    at_least: int
    """Epics that name a problem."""
    problems: int
    """Problems in which it is the most frequent solution."""


def one_solution(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """The share of the most frequent kind of solution, of all epics that name the problem that they serve.

    An epic that names no kind of solution counts as one of another kind. Source: domain.md, section 4, after
    Maslow 1966: to whoever has only a hammer, everything looks like a nail.
    """
    begun = [e for e in started(facts) if e.problems]
    counts = Counter(e.solution for e in begun if e.solution)
    if not counts:
        yield Silent(f"{when.at_least} started epics at least that name a problem and a kind of solution")
        return
    most = min(counts, key=lambda s: (-counts[s], s))
    hits = [e for e in begun if e.solution == most]
    led = _led(facts, most)
    seen = part_above(
        [e.ref for e in hits], [e.family for e in begun], above=when.above, at_least=when.at_least,
        what="started epics that name a problem", maybe=sum(not e.solution for e in begun),
        rows=[Row(e.ref, f"{', '.join(e.problems)}: {most}", e.started) for e in hits],
        words={"solution": most, "problems": len(led)},
    )  # fmt: skip
    if isinstance(seen, Seen):
        enough = seen.low >= Fraction(str(when.share)) and len(led) >= when.problems
        yield replace(seen, fires=seen.fires and enough)
    else:
        yield seen


def _led(facts: Facts, solution: str) -> list[str]:
    """The problems that are solved with it more often than with any other."""
    by_problem: dict[str, Counter[str]] = {}
    for epic in facts.epics:
        for problem in epic.problems if epic.started and epic.solution else ():
            by_problem.setdefault(problem, Counter())[epic.solution] += 1
    return [p for p, n in by_problem.items() if all(n[solution] > k for s, k in n.items() if s != solution)]


ONE_SOLUTION = Measure(
    one_solution, When, {"k": 30, "n": 40, "share": Fraction(3, 4), "solution": "dashboard", "problems": 5},
    statistical=True,
)  # fmt: skip
