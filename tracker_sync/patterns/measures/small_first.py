"""Whether what is small gets started, while the most important intent waits for its share."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import inf
from statistics import median

from msgspec import Struct

from tracker_sync.patterns.facts import Epic, Facts, Intent, Moment
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.statistics.auc import Auc, auc, mean_by_root


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """A probability, 0 to 1: that of an epic that was started and one that waits the first is smaller."""
    at_least: int
    """Ready epics; slices of one root that were started count as one, and so do those that wait."""


def smaller_first(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """How likely one of the ready epics that were started is smaller than one that waits at the end, where
    the intent with the highest target is under it.

    Sizes are those known at the start, or at the end. Without one, what was started counts as larger than
    all, and what waits as smaller. Epics that were declined before a start are in neither. The intent is
    under its target only if it is with all work that names none. Source: domain.md, section 4, after the
    B2B PM story: execution orientation.
    """
    aimed = [i for i in facts.intents if i.target]
    if not aimed:
        yield Silent("target shares of the intents in strategy.toml")
        return
    top = max(aimed, key=lambda i: i.target or 0.0)
    begun, waiting = _ready(facts)
    sizes = _sizes(facts, begun, waiting)
    worst, best = (_smaller(begun, waiting, sizes, sign, when) for sign in (inf, -inf))
    n = sum(worst.n) if worst else 0
    if worst is None or best is None or n < when.at_least:
        all_ = len({e.family for e in begun}) + len({e.family for e in waiting})
        yield Silent(f"{when.at_least} ready epics at least, some of which wait; there are {all_}")
        return
    yield _seen(_Compared(facts, when, top, begun, waiting, sizes, worst, best))


class _Compared(Struct, frozen=True):
    """Ready epics that were started, and those that wait."""

    facts: Facts
    when: When
    top: Intent
    begun: Sequence[Epic]
    waiting: Sequence[Epic]
    sizes: dict[str, float]
    """By ref, where known."""
    worst: Auc
    """With every unknown size against the finding."""
    best: Auc


def _seen(of: _Compared) -> Seen | Silent:
    limit, top, target = Fraction(str(of.when.above)), of.top, of.top.target or 0.0
    small, under = of.worst.low > limit, of.top.high < target
    if small and not under and top.low < target:
        return Silent(f"the intents of work that names none: {top.id} may have its target share")
    rows = tuple(_rows(of))
    larger = len([r for r in rows if r.item in {e.ref for e in of.waiting}])
    return Seen(
        small and under, of.worst.value, of.best.value, sum(of.worst.n), limit, unit="probability",
        p=of.worst.p if under else 1.0, interval=(of.worst.low, of.worst.high),
        words={"share": of.worst.value, "n": sum(of.worst.n), "intent": top.id, "larger": larger,
               "got": Fraction(top.high).limit_denominator(1000), "target": Fraction(str(target))},
        rows=rows, items=tuple(e.ref for e in (*of.waiting, *of.begun)),
    )  # fmt: skip


def _ready(facts: Facts) -> tuple[list[Epic], list[Epic]]:
    """(those that were ready and then started in the window, those that were ready and wait at its end)."""
    ready = [e for e in facts.epics if e.ready and e.ready <= facts.end]
    begun = [
        e for e in ready
        if e.started and e.ready and e.ready <= e.started and facts.start <= e.started <= facts.end
    ]  # fmt: skip
    waiting = [e for e in ready if not (e.started or e.declined or e.done)]
    return begun, waiting


def _sizes(facts: Facts, begun: Sequence[Epic], waiting: Sequence[Epic]) -> dict[str, float]:
    """By ref the size that was known at the start, or at the end; all in the unit that most of them have."""
    known = dict[str, tuple[str, float]]()
    for epic in (*begun, *waiting):
        at: Moment = epic.started or facts.end
        if some := [e for e in epic.estimates if e.at <= at]:
            known[epic.ref] = some[-1].unit, some[-1].size
    units = Counter(unit for unit, _ in known.values())
    most = max(units, key=lambda unit: (units[unit], unit), default="")
    return {ref: size for ref, (unit, size) in known.items() if unit == most}


def _smaller(
    begun: Sequence[Epic], waiting: Sequence[Epic], sizes: dict[str, float], unknown: float, when: When
) -> Auc | None:
    """How surely what was started is smaller, where of what was started an unknown size is `unknown`, and of
    what waits the opposite of that."""
    numbers = dict[str, int]()

    def by_root(some: Sequence[Epic], other: float) -> tuple[Fraction | float, ...]:
        roots = [numbers.setdefault(e.family, len(numbers)) for e in some]
        return mean_by_root([sizes.get(e.ref, other) for e in some], roots)

    return auc(by_root(waiting, -unknown), by_root(begun, unknown), Fraction(str(when.above)))


def _rows(of: _Compared) -> Iterator[Row]:
    """What waits and is larger than half of what was started, that of the top intent and the largest first;
    then what was started, the smallest first."""
    middle = median([of.sizes[e.ref] for e in of.begun if e.ref in of.sizes] or [0.0])
    skipped = [e for e in of.waiting if of.sizes.get(e.ref, 0.0) > middle]
    unit = next((x.unit for e in (*of.begun, *of.waiting) for x in e.estimates if e.ref in of.sizes), "")
    for e in sorted(skipped, key=lambda e: (of.top.id not in e.intents, -of.sizes[e.ref], e.ref)):
        yield Row(e.ref, f"ready and not started: {_told(of.sizes[e.ref], unit)}", e.ready)
    sized = [e for e in of.begun if e.ref in of.sizes]
    for e in sorted(sized, key=lambda e: (of.sizes[e.ref], e.ref)):
        yield Row(e.ref, f"started: {_told(of.sizes[e.ref], unit)}", e.started)


def _told(size: float, unit: str) -> str:
    return f"{size:g} points" if unit == "points" else f"{size / 3600:g} hours"


SMALLER_FIRST = Measure(
    smaller_first, When,
    {"share": Fraction(4, 5), "n": 90, "intent": "planning", "larger": 12, "got": Fraction(1, 4),
     "target": Fraction(2, 5)},
    statistical=True,
)  # fmt: skip
