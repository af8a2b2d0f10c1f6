"""Who was served out of turn: what moved up soon after a deal spoke for it, and what waited meanwhile."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from tracker_sync.patterns.facts import Epic, Facts, Moment
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent

_SPEAKS = ("customers", "accounts", "promises", "evidence")
"""The inputs that tell of a deal: with less of them less is found, and nothing found is no pass."""
_SHOWN = 3
"""Of those that waited for one epic, how many have a row: those that were started last."""


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: int
    """Epics that were served out of turn."""
    within: float
    """Days from the deal to the move."""
    shelved: float
    """Days after which what is ready and never started no longer waits."""


class _Jump(Struct, frozen=True):
    """An epic that was served out of turn."""

    epic: Epic
    deal: Moment
    spoke: str
    """What the deal was."""
    up: Moment
    waited: tuple[Epic, ...]
    """What still waits first, then by its start, the last one first."""


def served_out_of_turn(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """How many epics moved up the queue soon after a deal spoke for them, and were then started before others
    of their project that had been ready earlier.

    A deal is: an account is named as asking, something is promised (a due date alone is no promise), or
    evidence comes from a deal. Ready is the first status that means it, or else the first scope. What was
    never started was not served, and waits only until it is shelved; what was declined does neither. Source:
    domain.md, section 4, after Mironov: the deli counter.
    """
    queues = _queues(facts)
    jumps = [jump for e in facts.epics if (jump := _jump(facts, when, e, queues.get(e.project, ())))]
    lacking = [facts.missing[name] for name in _SPEAKS if name in facts.missing]
    if len(jumps) <= when.above and lacking:
        yield Silent("; ".join(lacking))
        return
    jumps.sort(key=lambda j: (-len(j.waited), j.up.at, j.epic.ref))
    spoken_for = [e for e in facts.epics if e.started and any(at <= e.started for at, _ in _deals(e))]
    waited = {y.ref for j in jumps for y in j.waited}
    yield Seen(
        len(jumps) > when.above, Fraction(len(jumps)), None, len(spoken_for), Fraction(when.above),
        unit="epics", counted="epics that a deal spoke for",
        words={"k": len(jumps), "waited": len(waited), "days": f"{when.within:g}"},
        rows=tuple(row for j in jumps for row in _rows(j)), items=tuple(j.epic.ref for j in jumps),
    )  # fmt: skip


def _queues(facts: Facts) -> Mapping[str, Sequence[Epic]]:
    """What was ever ready and not declined, by project."""
    found: dict[str, list[Epic]] = defaultdict(list)
    for epic in facts.epics:
        if (epic.ready or epic.scoped) and not epic.declined:
            found[epic.project].append(epic)
    return found


def _jump(facts: Facts, when: When, epic: Epic, queue: Sequence[Epic]) -> _Jump | None:
    """The first move up of an epic soon after a deal, if it was served out of turn."""
    for up in epic.up:
        if not (epic.started and up <= epic.started and facts.start <= up <= facts.end):
            continue
        soon = [(at, spoke) for at, spoke in _deals(epic) if 0 <= at.days_to(up) <= when.within]
        if soon and (waited := _overtaken(queue, when, epic, epic.started)):
            deal, spoke = max(soon, key=lambda one: one[0].at)
            return _Jump(epic, deal, spoke, up, waited)
    return None


def _deals(epic: Epic) -> Iterator[tuple[Moment, str]]:
    yield from ((a.at, "an account asked") for a in epic.asked)
    yield from ((s.at, "a deal was named as evidence") for s in epic.evidence if s.kind == "deal")
    yield from ((epic.promised, "promised"),) if epic.promised else ()


def _overtaken(queue: Sequence[Epic], when: When, epic: Epic, started: Moment) -> tuple[Epic, ...]:
    """What was ready before an epic, and was not yet started when it was."""
    turn = epic.ready or epic.scoped or started

    def waited(other: Epic) -> bool:
        ready = other.ready or other.scoped
        if ready is None or not ready < turn:
            return False
        return started < other.started if other.started else ready.days_to(started) <= when.shelved

    found = [e for e in queue if waited(e)]
    return tuple(sorted(found, key=lambda e: (e.started is not None, -(e.started or started).at, e.ref)))


def _rows(jump: _Jump) -> Iterator[Row]:
    epic, started = jump.epic, jump.epic.started or jump.up
    later = f"{jump.deal.days_to(jump.up):.0f} days later"
    yield Row(epic.ref, jump.spoke, jump.deal)
    yield Row(epic.ref, f"moved up the queue {later}; {len(jump.waited)} waited", jump.up)
    yield Row(epic.ref, "started", started)
    for other in jump.waited[:_SHOWN]:
        then = (
            f"started {started.days_to(other.started):.0f} days after it" if other.started else "still waits"
        )
        yield Row(other.ref, f"ready before {epic.ref}; {then}", other.ready or other.scoped)


SERVED_OUT_OF_TURN = Measure(served_out_of_turn, When, {"k": 6, "waited": 9, "days": "14"})
