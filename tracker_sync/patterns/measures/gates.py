"""How often large work is begun without the gates that all large work is declared to pass."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.patterns.facts import DAY, Epic, Facts, Moment
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.measures.part import part_above

_MOST = 0.5
"""The part that may be large at most: where all are of one size, none is."""


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """A share, 0 to 1."""
    at_least: int
    """Large epics."""
    gates: tuple[str, ...]
    """The gates that are declared: the names after `gate/`, in lower case."""
    largest: float
    """The part of the estimated epics of a project that is large, 0 to 1."""
    grace: float
    """Days after the start within which a gate still counts as passed before it."""


class _Large(Struct, frozen=True):
    """A large epic that was started in the window."""

    epic: Epic
    started: Moment
    missed: tuple[str, ...]
    """The gates that it did not pass."""
    sized: bool
    """Whether it is known to be large; else nobody estimated it."""


def gates_skipped(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """The share of the large epics started in the window that did not pass every declared gate before; it
    fires where that is high, and higher in the second half of the window than in the first.

    Large is the upper third by the last estimate before the start, in a project and among estimates of the
    same unit, as near to a third as equal estimates allow and half at most. A gate without a label counts as
    not passed; so one that nobody ever labelled leaves nothing to say, and what was started before each was
    labelled once is left out. An epic without an estimate counts as large if it passed every gate, and else
    not. Source: domain.md, section 4, after the B2B PM story: Russian roulette.
    """
    passed = {gate: [g.at for e in facts.epics for g in e.gates if g.name == gate] for gate in when.gates}
    if unused := [gate for gate, moments in passed.items() if not moments]:
        yield Silent(f"epics that name the gate {unused[0]}: a label gate/{unused[0]}")
        return
    since = max([facts.start, *map(min, passed.values())])
    begun = [e for e in facts.epics if e.started and since <= e.started <= facts.end]
    large = {*_large(begun, when.largest)}
    looked = [_looked(e, when, e.ref in large) for e in begun if e.ref in large or _size(e) is None]
    sized = [one for one in looked if one.sized]
    skipped = [one for one in sized if one.missed]
    found = part_above(
        [one.epic.ref for one in skipped], [one.epic.family for one in sized], above=when.above,
        at_least=when.at_least, what="large epics", counted="large epics",
        unsure=[(one.epic.family, bool(one.missed)) for one in looked if not one.sized],
        rows=[row for one in sorted(skipped, key=_telling) for row in _rows(one)],
    )  # fmt: skip
    yield found if isinstance(found, Silent) else _rising(found, looked, since, facts.end)


def _rising(found: Seen, looked: Sequence[_Large], start: Moment, end: Moment) -> Seen | Silent:
    """The finding, if the share rose from the first half of the time to the second, wherever those without an
    estimate belong."""
    middle = Moment((start.at + end.at) // 2)
    before = _share([one for one in looked if one.started < middle and (one.sized or one.missed)])
    after = _share([one for one in looked if not one.started < middle and (one.sized or not one.missed)])
    if before is None or after is None:
        return Silent("large epics in both halves of the period, to tell whether it grows")
    high = _share([one for one in looked if one.sized or one.missed])
    words = {**found.words, "before": before, "after": after}
    return replace(found, fires=found.fires and after > before, high=high, words=words)


def _share(some: Sequence[_Large]) -> Fraction | None:
    """The part that missed a gate; None of nothing."""
    return Fraction(sum(bool(one.missed) for one in some), len(some)) if some else None


def _large(epics: Sequence[Epic], part: float) -> Iterator[str]:
    """The refs of the upper part of each project, as near to that part as equal estimates allow."""
    groups: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    for epic in epics:
        if (size := _size(epic)) is not None:
            groups[epic.project, size[1]].append((size[0], epic.ref))
    for some in groups.values():
        sizes = Counter(size for size, _ in some)
        held = [(sum(k for s, k in sizes.items() if s >= size) / len(some), size) for size in sizes]
        if cuts := [(max(p / part, part / p), size) for p, size in held if p <= _MOST]:
            yield from (ref for size, ref in some if size >= min(cuts)[1])


def _size(epic: Epic) -> tuple[float, str] | None:
    """The last estimate by the start, and its unit."""
    known = [e for e in epic.estimates if epic.started and e.at <= epic.started]
    last = max(known, key=lambda e: e.at, default=None)
    return (last.size, last.unit) if last else None


def _looked(epic: Epic, when: When, sized: bool) -> _Large:
    started = epic.started or epic.created
    until = Moment(started.at + round(when.grace * DAY))
    missed = tuple(
        gate for gate in when.gates if not any(g.name == gate and g.at <= until for g in epic.gates)
    )
    return _Large(epic, started, missed, sized)


def _telling(one: _Large) -> tuple[int, int]:
    return -len(one.missed), -one.started.at


def _rows(one: _Large) -> Iterator[Row]:
    """Which gate was skipped, and what came of it."""
    epic, size = one.epic, _size(one.epic)
    how = f" ({size[0]:g} {size[1]})" if size and size[1] == "points" else ""
    yield Row(epic.ref, f"started without the gate {' and the gate '.join(one.missed)}{how}", one.started)
    if epic.done:
        yield Row(epic.ref, f"done {one.started.days_to(epic.done):.0f} days later", epic.done)


GATES_SKIPPED = Measure(
    gates_skipped, When,
    {"k": 12, "n": 40, "share": Fraction(3, 10), "before": Fraction(1, 10), "after": Fraction(1, 2)},
    statistical=True,
)  # fmt: skip
