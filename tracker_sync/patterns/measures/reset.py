"""Owners of an intent who throw away what there is and begin again upon the same hypothesis."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from msgspec import Struct

from tracker_sync.patterns.facts import DAY, Epic, Facts, Mandate, Moment, Owner
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent

OWNERS = "the owner of the intent in strategy.toml"
BET = "the hypothesis of the intent in strategy.toml"
INTENTS = "the intents of epics that name none, or several"


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    share: float
    """Of the epics that were open when somebody took over, the part that was declined and replaced."""
    days: float
    """Days after that in which it was."""
    times: int
    """How often, with the last time in the window."""
    at_least: int
    """Epics that were open."""


class Reset(Struct, frozen=True):
    """What became of an intent's open epics after somebody took it over."""

    owner: Owner
    low: Fraction
    """The part that was replaced, with every epic of unknown intent counted against that."""
    high: Fraction
    """With every such epic counted for it."""
    open: int
    """Epics that surely were of the intent and open."""
    most: int
    """Epics that may have been."""
    gone: tuple[Epic, ...]
    """Those of them that were declined in time."""
    new: tuple[Epic, ...]
    """Epics surely of the intent that were opened in time."""


def new_owner_reset(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """One by one, the intents of the strategy that went from one owner to another.

    An epic counts as replaced where it was declined within `days` after somebody took over and another epic
    of the intent was opened in that time: as many were replaced as of both there are. It does not count
    where a version of the strategy said anything else of the intent in that time than who owns it. Source:
    domain.md, section 4, after the story of a B2B product manager.
    """
    for mandate in facts.mandates:
        if not mandate.owners:
            yield Silent(OWNERS, mandate.intent)
        elif len(mandate.owners) > 1:
            yield _of(facts, when, mandate)


def _of(facts: Facts, when: When, mandate: Mandate) -> Seen | Silent:
    limit = Fraction(str(when.share))
    resets = [*_resets(facts, when, mandate)]
    sure = [r for r in resets if r.owner.bet and r.low >= limit and r.open >= when.at_least]
    perhaps = [r for r in resets if r.high >= limit and r.most >= when.at_least]
    fires, parts = _often(facts, when, sure), ", ".join(f"{round(100 * r.low)} %" for r in sure)
    if not fires and _often(facts, when, perhaps):
        bets, told = (r.owner.bet for r in perhaps), (r.low == r.high and r.open == r.most for r in perhaps)
        if needs := [BET] * (not all(bets)) + [INTENTS] * (not all(told)):
            return Silent("; ".join(needs), mandate.intent)
    return Seen(
        fires, Fraction(len(sure)), Fraction(len(perhaps)), sum(r.open for r in sure), Fraction(when.times),
        unit="times", subject=mandate.intent,
        words={"intent": mandate.intent, "owners": len(mandate.owners), "times": len(sure),
               "days": round(when.days), "share": limit, "shares": parts or "none"},
        rows=tuple(row for r in sure for row in _rows(r)),
        items=tuple(dict.fromkeys(e.ref for r in sure for e in (*r.gone, *r.new))),
    )  # fmt: skip


def _often(facts: Facts, when: When, resets: Sequence[Reset]) -> bool:
    return len(resets) >= when.times and resets[-1].owner.at >= facts.start


def _resets(facts: Facts, when: When, mandate: Mandate) -> Iterator[Reset]:
    """What became of the open epics after each time that somebody took over, and nothing else was said."""
    ends = [*(o.at.at for o in mandate.owners[2:]), facts.end.at]
    for owner, end in zip(mandate.owners[1:], ends, strict=False):
        until = Moment(min(owner.at.at + round(when.days * DAY), end, facts.end.at))
        if owner.at <= until and not any(owner.at <= at <= until for at in mandate.reworded):
            yield reset(facts, mandate.intent, owner, until)


def reset(facts: Facts, intent: str, owner: Owner, until: Moment) -> Reset:
    """What became of an intent's epics that were open when `owner` took over, up to `until`.

    An epic that names no intent, or several, may be one of it or not. The least part is that with those that
    stayed; those that went may lower it too, where fewer new ones came than went.
    """
    was_open = [e for e in facts.epics if _open(e, owner.at)]
    went = [e for e in was_open if e.given_up and e.given_up <= until]
    came = [e for e in facts.epics if owner.at < e.created and e.created <= until]
    own, gone, new = ([e for e in some if e.intents == (intent,)] for some in (was_open, went, came))
    maybe = [len([e for e in some if _may_be(e, intent)]) for some in (was_open, went, came)]
    least = (_part(len(gone) + j, len(new), len(own) + maybe[0] - maybe[1] + j) for j in (0, maybe[1]))
    most = min(max(len(new) + maybe[2] - len(gone), 0), maybe[1])
    high = _part(len(gone) + most, len(new) + maybe[2], len(own) + most)
    return Reset(owner, min(least), high, len(own), len(own) + maybe[0], tuple(gone), tuple(new))


def _part(gone: int, new: int, of: int) -> Fraction:
    return Fraction(min(gone, new), of) if of else Fraction(0)


def _may_be(epic: Epic, intent: str) -> bool:
    return not epic.intents or (intent in epic.intents and len(epic.intents) > 1)


def _open(epic: Epic, at: Moment) -> bool:
    """Whether an epic was open; one that was declined before and taken up again is taken to have been."""
    if epic.created > at or (epic.done and epic.done <= at):
        return False
    return not epic.given_up or epic.given_up > at


def _rows(found: Reset) -> Iterator[Row]:
    """What went and what came, by time."""
    took = found.owner.at
    what = [(e.ref, "declined", e.declined) for e in found.gone if e.declined]
    what += [(e.ref, "opened", e.created) for e in found.new]
    for ref, said, at in sorted(what, key=lambda one: one[2].at):
        days = int(took.days_to(at))
        yield Row(ref, f"{said} {days} days after owner {found.owner.number} took over", at)


NEW_OWNER_RESET = Measure(
    new_owner_reset, When,
    {"intent": "search", "owners": 3, "times": 2, "days": 90, "share": Fraction(2, 5),
     "shares": "50 %, 62 %"},
)  # fmt: skip
