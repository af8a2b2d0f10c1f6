"""Whether work is spread too thinly: intents at once, people for each, and links between them."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec

from tracker_sync.patterns.facts import DAY, Epic, Facts, Moment, Work
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.statistics.spread import effective_number


class Active(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds; how many intents are too many says the strategy."""

    days: float
    """An intent that was worked on so many days before the end, or later, is active."""


def active_intents(facts: Facts, when: Active) -> Iterator[Seen | Silent]:
    """How many intents are worked on, against how many the strategy allows at once.

    Counted are those that some work names alone; what names several, or none, may serve them too. Source:
    domain.md, section 4, after Kalsey: the "and leader".
    """
    if facts.limit is None:
        yield Silent("active_intents under [limits] in strategy.toml")
        return
    since = max(facts.start, Moment(facts.end.at - round(when.days * DAY)))
    days = max(1, round(since.days_to(facts.end)))
    recent = [w for w in facts.works if w.last and since <= w.last <= facts.end]
    sure = {w.intents[0] for w in recent if len(w.intents) == 1}
    if not sure:
        yield Silent(f"work of the last {days} days that names its intent")
        return
    every = {i for w in recent for i in w.intents}
    yield Seen(
        len(sure) > facts.limit, Fraction(len(sure)),
        Fraction(len(every)) if all(w.intents for w in recent) else None,
        len(recent), Fraction(facts.limit), unit="intents", counted="items",
        words={"k": len(sure), "days": days, "limit": facts.limit},
        rows=tuple(_begun(facts, recent, sure)), items=tuple(w.ref for w in recent if len(w.intents) == 1),
    )  # fmt: skip


def _begun(facts: Facts, recent: Sequence[Work], intents: set[str]) -> Iterator[Row]:
    """When each intent was first worked on, the newest first."""
    firsts = list[tuple[Moment, str, str]]()
    for intent in intents:
        starts = [(e.started, e.ref) for e in facts.epics if e.started and e.intents == (intent,)]
        own = starts or [(w.started, w.ref) for w in recent if w.started and w.intents == (intent,)]
        firsts += [(*min(own, key=lambda one: (one[0].at, one[1])), intent)] if own else []
    for at, ref, intent in sorted(firsts, key=lambda one: (-one[0].at, one[2])):
        yield Row(ref, f"first start of {intent}", at)


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    people: float
    """How many people there should be for each intent; any number of people may have one."""


def effort_spread(facts: Facts, when: Spread) -> Iterator[Seen | Silent]:
    """Over how many intents of equal size the effort is spread, against how many the people can carry.

    exp(entropy) of the effort by intent (Hill 1973). Effort that names no intent, or several, is put to the
    largest one: that spreads it least. Source: domain.md, section 4.
    """
    sure, unknown = dict[str, int](), 0
    for work in facts.works:
        if len(work.intents) == 1:
            sure[work.intents[0]] = sure.get(work.intents[0], 0) + work.effort
        else:
            unknown += work.effort
    sure = {intent: effort for intent, effort in sure.items() if effort > 0}
    if not (sure and facts.people):
        yield Silent("effort of people on work that names its intent")
        return
    *others, largest = sorted(sure.values())
    least = _whole(effective_number([*others, largest + unknown]))
    limit = max(Fraction(1), facts.people / Fraction(str(when.people)))
    yield Seen(
        least > limit, least, None if unknown else least, len(facts.works), limit, unit="intents",
        counted="items",
        words={"spread": float(least), "intents": len(sure), "people": facts.people,
               "each": float(facts.people / least)},
        rows=tuple(_largest(facts, sure, sum(sure.values()) + unknown)),
        items=tuple(w.ref for w in facts.works if w.effort > 0 and len(w.intents) == 1),
    )  # fmt: skip


def _whole(number: float | None) -> Fraction:
    """Without the last digits: what is spread evenly over four comes to 4.000000000000001."""
    return Fraction(number or 0).limit_denominator(1000)


def _largest(facts: Facts, efforts: Mapping[str, int], total: int) -> Iterator[Row]:
    """Of each intent its largest epic, or item, and how much of the effort it has; most first."""
    for intent, effort in sorted(efforts.items(), key=lambda one: (-one[1], one[0])):
        epics = [(e.effort, e.ref, e.started) for e in facts.epics if e.intents == (intent,) and e.effort]
        own = epics or [(w.effort, w.ref, w.started) for w in facts.works if w.intents == (intent,)]
        _, ref, at = max(own, key=lambda one: one[:2])
        yield Row(ref, f"largest of {intent}, which took {round(100 * effort / total)} %", at)


class Links(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    above: float
    """Links to another intent for each epic."""
    at_least: int
    """Epics in work."""


def crossing_links(facts: Facts, when: Links) -> Iterator[Seen | Silent]:
    """How many links lead from an epic of one intent to an epic of another, for each epic in work.

    A link counts once, whichever of the two shows it, where one of them was in work in the window. Whatever
    may serve the same intent for all that is known does not cross. Source: domain.md, section 4.
    """
    known = {e.ref: e for e in facts.epics}
    worked = {e.ref for e in facts.epics if _worked(facts, e)}
    if len(worked) < when.at_least:
        yield Silent(f"{when.at_least} epics in work at least; there are {len(worked)}")
        return
    pairs = {(min(e.ref, o), max(e.ref, o)) for e in facts.epics for o in e.links if o in known}
    linked = sorted((a, b) for a, b in pairs if a != b and (a in worked or b in worked))
    cross = [(a, b) for a, b in linked if _apart(known[a], known[b])]
    same = [(a, b) for a, b in linked if known[a].intents == known[b].intents and len(known[a].intents) == 1]
    share = Fraction(len(cross), len(worked))
    yield Seen(
        share > Fraction(str(when.above)), share, Fraction(len(linked) - len(same), len(worked)), len(worked),
        Fraction(str(when.above)), unit="links for each epic",
        words={"k": len(cross), "links": len(linked), "n": len(worked), "per": round(100 * share)},
        rows=tuple(_row(known[a], known[b]) for a, b in cross),
        items=tuple(dict.fromkeys(ref for pair in cross for ref in pair)),
    )  # fmt: skip


def _worked(facts: Facts, epic: Epic) -> bool:
    """Whether it was in work in the window."""
    ends = [at for at in (epic.done, epic.given_up) if at]
    begun = epic.started is not None and epic.started <= facts.end
    return begun and all(facts.start <= at for at in ends)


def _apart(one: Epic, other: Epic) -> bool:
    """Whether they serve different intents, whichever of several each serves."""
    return bool(one.intents and other.intents) and not {*one.intents} & {*other.intents}


def _row(one: Epic, other: Epic) -> Row:
    """Of the two, the one that was begun first."""
    a, b = sorted((one, other), key=lambda e: (not e.started, (e.started or e.created).at, e.ref))
    what = f"started for {'/'.join(a.intents)}; linked with {b.ref} for {'/'.join(b.intents)}"
    return Row(a.ref, what, a.started)


ACTIVE_INTENTS = Measure(active_intents, Active, {"k": 7, "days": 90, "limit": 5})
EFFORT_SPREAD = Measure(effort_spread, Spread, {"spread": 5.3, "intents": 8, "people": 15, "each": 2.8})
CROSSING_LINKS = Measure(crossing_links, Links, {"k": 40, "links": 60, "n": 100, "per": 40})
