"""What was worked on although the answer had been no."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

import msgspec

from tracker_sync.patterns.facts import Breach, Facts, Moment
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.measures.evidence import started

_NEWS = ("evidence", "accounts", "customers")
"""The inputs that may tell of something new: with one of them missing, nothing new is not known."""


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is looked at."""

    by: Literal["label", "title"]
    """What names that it was decided against: a label (then also what was declined and taken up again is
    looked at), or only a word of the title."""
    told: float = 0.0
    """The part of the started epics, 0 to 1, that has to name evidence, or else nothing new is not known."""


def against_a_no(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """One by one, the items that were started while the strategy stood against what they name, or that were
    declined and taken up again without anything new.

    New are evidence, and an account that asks for the first time, between the one and the other. That there
    is nothing new is believed only where evidence is written down as a rule. Source: domain.md, section 4,
    after Kalsey: product said no, and it came back.
    """
    lacking = [*_untold(facts, when)]
    found: dict[str, list[Breach]] = defaultdict(list)
    for breach in facts.breaches:
        if facts.start <= breach.at <= facts.end and _asked(breach, when):
            found[breach.ref].append(breach)
    for ref, some in found.items():
        named = [b for b in some if b.exclusion]
        bare = [b for b in some if not b.exclusion and not b.evidence]
        if named or (bare and not lacking):
            yield _seen(ref, named, bare if not lacking else [])
        elif bare:
            yield Silent("; ".join(lacking), ref)
        else:
            yield _nothing(ref, some[0].at, "was taken up again on new evidence")
    if undecided := [facts.missing[name] for name in ("strategy", "exclusions") if name in facts.missing]:
        yield Silent("; ".join(undecided))
        return
    for epic in started(facts):
        if epic.ref not in found and epic.started:
            yield _nothing(epic.ref, epic.started, "was started, and nothing was decided against it")


def _untold(facts: Facts, when: When) -> Iterator[str]:
    """What is lacking to say of anything that nothing new spoke for it."""
    yield from (facts.missing[name] for name in _NEWS if name in facts.missing)
    begun = started(facts)
    told = sum(any(s.kind != "asked" for s in e.evidence) for e in begun)
    few = not begun or told < len(begun) * Fraction(str(when.told))
    if few and "evidence" not in facts.missing:
        yield f"evidence of more epics: of {len(begun)} started ones {told} name any"


def _asked(breach: Breach, when: When) -> bool:
    if not breach.exclusion:
        return when.by == "label"
    return breach.named == (when.by == "label")


def _seen(ref: str, named: Sequence[Breach], bare: Sequence[Breach]) -> Seen:
    rows, said = list[Row](), list[str]()
    if named:
        ids = ", ".join(dict.fromkeys(b.exclusion for b in named))
        said.append(f"was started although the strategy had decided against it ({ids})")
        rows.append(Row(ref, f"started; decided against: {ids}", named[0].at))
    for b in bare:
        days = round(b.declined.days_to(b.at)) if b.declined else 0
        said.append(f"was declined, and taken up again {days} days later without anything new")
        rows += [Row(ref, "declined", b.declined)] if b.declined else []
        rows.append(Row(ref, "taken up again without new evidence, or an account that had not asked", b.at))
    count = Fraction(len(named) + len(bare))
    return Seen(
        True, count, count, 1, Fraction(0), unit="decisions", counted="items", subject=ref,
        words={"item": ref, "happened": ", and ".join(said)}, rows=tuple(rows), items=(ref,),
    )  # fmt: skip


def _nothing(ref: str, at: Moment, happened: str) -> Seen:
    return Seen(
        False, Fraction(0), Fraction(0), 1, Fraction(0), unit="decisions", counted="items", subject=ref,
        words={"item": ref, "happened": happened}, rows=(Row(ref, happened, at),), items=(ref,),
    )  # fmt: skip


AGAINST_A_NO = Measure(
    against_a_no, When,
    {"item": "acme:PAY-12",
     "happened": "was started although the strategy had decided against it (payroll)"},
)  # fmt: skip
