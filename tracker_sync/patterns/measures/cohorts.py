"""Whose wishes are being built: of those who nearly love the product, or of those who would not miss it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec
import numpy as np

from tracker_sync.patterns.facts import Facts, Reply, Work
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.measures.part import FEW
from tracker_sync.patterns.statistics.bootstrap import weighted
from tracker_sync.patterns.statistics.proportion import kish_least

TARGET, IGNORE = "target", "ignore"


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """The part of the effort for both that goes to those to ignore, 0 to 1."""
    answers: int
    """Answers to the survey."""
    at_least: int
    """Items whose effort can be traced."""


def ignored_share(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """Of the effort that can be traced to what near-fans or those to ignore wish, the part of the latter.

    Near-fans would be somewhat disappointed, and name the benefit that fans (very disappointed) name most;
    those to ignore would not be disappointed, or somewhat and for another benefit (Vohra 2019, after Ellis).
    Work is traced by the accounts that asked for it, else by those who wish for the problem that it serves;
    of several cohorts each has its part. Work that cannot be traced counts as that of near-fans, where it may
    be.
    """
    if len(facts.replies) < when.answers:
        yield Silent(f"{when.answers} answers to the survey at least; there are {len(facts.replies)}")
        return
    cohorts = _cohorts(facts.replies)
    by_account, by_wish = (
        _parts(facts.replies, cohorts, "account"),
        _parts(facts.replies, cohorts, "improvement"),
    )
    traced = [(w, _of(w, by_account, by_wish)) for w in facts.works if w.effort]
    some = [(w, part) for w, part in traced if part is not None and any(part)]
    unknown = [w for w, part in traced if part is None and not w.nobody]
    if len(some) < when.at_least:
        yield Silent(
            f"{when.at_least} items at least that the survey's answers speak of; there are {len(some)}"
        )
        return
    yield _seen(some, unknown, when)


def _seen(
    some: Sequence[tuple[Work, tuple[Fraction, Fraction]]], unknown: Sequence[Work], when: When
) -> Seen | Silent:
    every = [*(w for w, _ in some), *unknown]
    ignore = [*(w.effort * part[1] for w, part in some), *(Fraction(0) for _ in unknown)]
    both = [*(w.effort * (part[0] + part[1]) for w, part in some), *(Fraction(w.effort) for w in unknown)]
    limit, whole, hit = Fraction(str(when.above)), sum(both, Fraction(0)), sum(ignore, Fraction(0))
    low, high = hit / whole, (hit + sum(w.effort for w in unknown)) / whole
    places = {name: n for n, name in enumerate(dict.fromkeys(w.family for w in every))}
    parts, amounts = (np.array([*map(float, one)]) for one in (ignore, both))
    found = weighted(parts, amounts, np.array([places[w.family] for w in every]), limit)
    if found is None or found.n_eff < FEW or (found.low > limit and _least(some, unknown) < FEW):
        return Silent(f"effort on {FEW} independent epics at least that the survey's answers speak of")
    hits = sorted((w for w, part in some if part[1] > part[0]), key=lambda w: (-w.effort, w.ref))
    return Seen(
        found.low > limit, low, high, len(some), limit, counted="items", p=found.p,
        interval=(found.low, found.high), words={"share": low, "n": len(some)},
        rows=tuple(Row(w.ref, "wished by those who would not miss it") for w in hits),
        items=tuple(w.ref for w in hits),
    )  # fmt: skip


def _least(some: Sequence[tuple[Work, tuple[Fraction, Fraction]]], unknown: Sequence[Work]) -> float:
    """How many independent epics there are at least: what cannot be traced may be of neither cohort."""
    sure = ((w.family, float(w.effort * sum(part))) for w, part in some)
    return kish_least(sure, ((w.family, float(w.effort)) for w in unknown))


def _cohorts(replies: Sequence[Reply]) -> dict[str, str]:
    """By respondent: target, ignore, or '' for fans and for those of whom no benefit is known."""
    praised = Counter(r.benefit for r in replies if r.disappointed == "very" and r.benefit)
    best = min(praised, key=lambda b: (-praised[b], b), default="")

    def cohort(reply: Reply) -> str:
        if reply.disappointed == "not":
            return IGNORE
        if reply.disappointed == "very" or not reply.benefit or not best:
            return ""
        return TARGET if reply.benefit == best else IGNORE

    return {r.respondent: cohort(r) for r in replies}


Parts = Mapping[str, tuple[Fraction, Fraction]]
"""By account or wish: the part of its answers of near-fans, and of those to ignore."""


def _parts(replies: Sequence[Reply], cohorts: Mapping[str, str], by: str) -> Parts:
    told: dict[str, list[str]] = {}
    for r in replies:
        if key := getattr(r, by):
            told.setdefault(key, []).append(cohorts[r.respondent])
    return {
        key: (Fraction(some.count(TARGET), len(some)), Fraction(some.count(IGNORE), len(some)))
        for key, some in told.items()
    }


def _of(work: Work, by_account: Parts, by_wish: Parts) -> tuple[Fraction, Fraction] | None:
    """The parts of near-fans and of those to ignore in what an item is for; None: it cannot be told."""
    known = [by_account[a] for a in work.accounts if a in by_account]
    known = known or [by_wish[p] for p in work.problems if p in by_wish]
    if not known:
        return None
    return sum((a for a, _ in known), Fraction(0)) / len(known), sum(
        (b for _, b in known), Fraction(0)
    ) / len(known)


IGNORED_SHARE = Measure(ignored_share, When, {"share": Fraction(2, 3), "n": 40}, statistical=True)
