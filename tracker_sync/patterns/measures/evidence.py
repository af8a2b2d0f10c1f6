"""What work rests on: how much evidence came from deals, what was begun without any, or from within."""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from tracker_sync.patterns.facts import Epic, Facts, Sign
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent, Word
from tracker_sync.patterns.measures.part import part_above

_SHARE: dict[str, Word] = {"k": 12, "n": 40, "share": Fraction(3, 10)}


class Deals(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """A share, 0 to 1."""
    at_least: int
    """Pieces of evidence."""


def deal_share(facts: Facts, when: Deals) -> Iterator[Seen | Silent]:
    """The share of the evidence that came from deals, of all that was shown first in the window.

    That an account asked is no evidence here. Source: domain.md, section 4, after Mironov: selling is not
    learning.
    """
    shown = [(e, s) for e in facts.epics for s in e.evidence if _within(facts, s) and s.kind != "asked"]
    deals = [(e, s) for e, s in shown if s.kind == "deal"]
    yield part_above(
        [e.ref for e, _ in deals], [e.family for e, _ in shown], above=when.above, at_least=when.at_least,
        what="pieces of evidence", counted="pieces of evidence",
        rows=[Row(e.ref, f"evidence: {s.kind}", s.at) for e, s in deals],
    )  # fmt: skip


class Without(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """A share, 0 to 1."""
    at_least: int
    """Started epics."""
    counts: tuple[str, ...]
    """The kinds of evidence that count."""


def without_evidence(facts: Facts, when: Without) -> Iterator[Seen | Silent]:
    """The share of the epics started in the window that named no evidence before their start.

    Shows the days from creation to the start. An epic that names the same evidence later counts as without:
    it was built first. Source: domain.md, section 4, after the B2B PM story: the bias for building.
    """
    started = _started(facts)
    bare = [e for e in started if not _before(e, when.counts)]
    yield part_above(
        [e.ref for e in bare], [e.family for e in started], above=when.above, at_least=when.at_least,
        what="started epics",
        rows=[Row(e.ref, f"started {_waited(e)} days after its creation, without evidence", e.started)
              for e in sorted(bare, key=_waited)],
    )  # fmt: skip


class Inside(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """A share, 0 to 1."""
    at_least: int
    """Started epics."""
    roles: tuple[str, ...]
    """Whose proposals are from within."""
    counts: tuple[str, ...]
    """The kinds of evidence that come from outside."""


def inside_only(facts: Facts, when: Inside) -> Iterator[Seen | Silent]:
    """The share of the epics started in the window that an insider proposed, for which no account had asked
    and nothing from outside spoke before the start.

    One whose proposer's role nobody stated counts as proposed from outside. Source: domain.md, section 4,
    after Kalsey: domain expert or beginner's mind.
    """
    started = _started(facts)
    alone = [e for e in started if not _before(e, (*when.counts, "asked"))]
    inside = [e for e in alone if e.proposer in when.roles]
    yield part_above(
        [e.ref for e in inside], [e.family for e in started], above=when.above, at_least=when.at_least,
        what="started epics", maybe=sum(not e.proposer for e in alone),
        rows=[Row(e.ref, f"proposed by {e.proposer}, started without evidence from outside", e.created)
              for e in inside],
    )  # fmt: skip


def _within(facts: Facts, sign: Sign) -> bool:
    return facts.start <= sign.at <= facts.end


def _started(facts: Facts) -> list[Epic]:
    return [e for e in facts.epics if e.started and facts.start <= e.started <= facts.end]


def _before(epic: Epic, kinds: tuple[str, ...]) -> bool:
    """Whether it named evidence of one of these kinds by its start."""
    return any(s.kind in kinds and epic.started and s.at <= epic.started for s in epic.evidence)


def _waited(epic: Epic) -> int:
    return round(epic.created.days_to(epic.started)) if epic.started else 0


DEAL_SHARE = Measure(deal_share, Deals, _SHARE, statistical=True)
WITHOUT_EVIDENCE = Measure(without_evidence, Without, _SHARE, statistical=True)
INSIDE_ONLY = Measure(inside_only, Inside, _SHARE, statistical=True)
