"""Work on selling a release that too few used, before anybody learnt whether the problem matters."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

from tracker_sync.patterns.facts import Epic, Facts, Initiative
from tracker_sync.patterns.measure import Measure, Seen, Silent
from tracker_sync.patterns.measures.followed import (
    TARGET,
    Followed,
    aim,
    begun,
    followed,
    looked,
    needs,
    used,
)

LINKS = "links between epics, by which work on selling is known to belong to an initiative"


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    at_least: int
    """Epics about selling."""
    marked: tuple[str, ...]
    """The labels by which such an epic is known, in any case."""
    titled: tuple[str, ...]
    """The words in its title by which it is known too."""
    evidence: tuple[str, ...]
    """The kinds of evidence that count as having learnt something new."""


def go_to_market_blame(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """One by one, the initiatives that were released and looked at 90 days later.

    Of several looks, the one counts that most epics about pricing, positioning or sales followed
    (`followed`). An epic that neither a label nor its title shows to be one is none. Source: domain.md,
    section 4, after the story of a B2B product manager.
    """
    words = "|".join(re.escape(word) for word in when.titled)
    named = re.compile(rf"\b(?:{words})\b", re.IGNORECASE) if words else None

    labels = tuple(label.casefold() for label in when.marked)
    selling = {e.ref: e for e in facts.epics if e.marked(labels) or (named and named.search(e.title))}

    def about(epics: Sequence[Epic]) -> tuple[Epic, ...]:
        return tuple(e for e in epics if e.ref in selling)

    there = {e.ref for e in facts.epics}
    for of in facts.initiatives:
        if of.checks and there.intersection(of.epics):
            looks = followed(facts, of, when.evidence, selling.values())
            yield _blame(facts, when, of, [Followed(f.check, about(f.sure), about(f.perhaps)) for f in looks])


def _blame(facts: Facts, when: When, of: Initiative, looks: Sequence[Followed]) -> Seen | Silent:
    if of.checks[-1].target is None:
        return Silent(TARGET, of.id)
    found = max(looks, key=lambda look: len(look.sure), default=None)
    told, check = (found.sure, found.check) if found else ((), of.checks[-1])
    most = max((len(look.perhaps) for look in looks), default=0)
    fires = len(told) >= when.at_least
    if not fires and most >= when.at_least:
        return Silent("; ".join(needs(of)), of.id)
    if not fires and looks and "links" in facts.missing:
        return Silent(LINKS, of.id)
    return Seen(
        fires, Fraction(len(told)), Fraction(most), len(told), Fraction(when.at_least), unit="epics",
        subject=of.id,
        words={"initiative": of.id, "used": used(check), "target": aim(check), "epics": len(told)},
        rows=(*begun(told), *looked(check)),
        items=tuple(dict.fromkeys((*(e.ref for e in told), *of.epics))),
    )  # fmt: skip


GO_TO_MARKET_BLAME = Measure(
    go_to_market_blame, When, {"initiative": "quick-find", "used": "7–13 %", "target": "30 %", "epics": 2}
)
