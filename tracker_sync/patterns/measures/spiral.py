"""Feature upon feature on a release that too few used, before anybody learnt anything new."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

from tracker_sync.patterns.facts import Epic, Facts, Initiative
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
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

EFFORT = "work under its epics of which is known who had it in progress"


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    features: int
    """Epics in a row."""
    share: float
    """What they took together, as a part of what the initiative's first epic took."""
    evidence: tuple[str, ...]
    """The kinds of evidence that count as having learnt something new."""


def mvp_spiral(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """One by one, the initiatives that were released and looked at 90 days later.

    Of several looks, the one counts that most epics followed (`followed`). What they took is counted as at
    least what people were seen to work on them, and what the first epic took as at most that, with all of it
    that nobody was seen to work on as large as the largest. Source: domain.md, section 4, after the story of
    a B2B product manager.
    """
    epics = {e.ref: e for e in facts.epics}
    for of in facts.initiatives:
        root = epics.get(of.epics[0]) if of.epics else None
        if of.checks and root:
            yield _spiral(facts, when, of, root)


def _spiral(facts: Facts, when: When, of: Initiative, root: Epic) -> Seen | Silent:
    if of.checks[-1].target is None:
        return Silent(TARGET, of.id)
    looks = followed(facts, of, when.evidence)
    limit = Fraction(str(when.share))

    def surely(look: Followed) -> bool:
        return len(look.sure) >= when.features and _took(look.sure, root)[0] >= limit

    found = max(looks, key=lambda look: (surely(look), len(look.sure)), default=None)
    if not (found and surely(found)) and (lacking := _lacking(when, of, looks, root)):
        return Silent(lacking, of.id)
    chain, check = (found.sure, found.check) if found else ((), of.checks[-1])
    return Seen(
        found is not None and surely(found), Fraction(len(chain)),
        Fraction(max((len(look.perhaps) for look in looks), default=0)), len(chain), Fraction(when.features),
        unit="features", subject=of.id,
        words={"initiative": of.id, "used": used(check), "target": aim(check), "features": len(chain),
               "share": _took(chain, root)[0]},
        rows=(*begun(chain), *looked(check), Row(root.ref, "its first epic, begun", root.started)),
        items=tuple(dict.fromkeys((*(e.ref for e in chain), *of.epics))),
    )  # fmt: skip


def _lacking(when: When, of: Initiative, looks: Sequence[Followed], root: Epic) -> str:
    """What would have to be known to say that nothing is there; '' where that is certain."""
    limit = Fraction(str(when.share))
    most = [_took(look.perhaps, root)[1] for look in looks if len(look.perhaps) >= when.features]
    if any(m is None or m >= limit for m in most):
        chains = [e for look in looks for e in look.perhaps]
        seen = [EFFORT] if not root.effort_all or any(e.unseen for e in (root, *chains)) else []
        return "; ".join([*needs(of), *seen])
    return ""


def _took(chain: Sequence[Epic], root: Epic) -> tuple[Fraction, Fraction | None]:
    """What some epics took as a part of what the first one did: at least, and at most; None: nobody can tell
    how much that is."""
    if not root.effort_all:
        return Fraction(0), None
    low, high = sum(e.effort_all for e in chain), sum(e.effort_most for e in chain)
    unknown = any(e.unseen and not e.effort_all for e in chain)
    return Fraction(low, root.effort_most), None if unknown else Fraction(high, root.effort_all)


MVP_SPIRAL = Measure(
    mvp_spiral, When,
    {"initiative": "quick-find", "used": "7–13 %", "target": "30 %", "features": 3, "share": Fraction(6, 5)},
)  # fmt: skip
