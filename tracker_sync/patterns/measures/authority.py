"""Whether what executives ask for needs less evidence than what others ask for, and is started sooner."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from statistics import fmean, median

from msgspec import Struct

from tracker_sync.patterns.facts import Epic, Facts
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent, Word
from tracker_sync.patterns.measures.evidence import shown_before, started, waited
from tracker_sync.patterns.statistics.difference import Rate, difference
from tracker_sync.patterns.statistics.worst_case import medians

EXECUTIVE, CUSTOMER = "executive", "customer"
"""A role, which is an origin too; and an origin."""


class Authority(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    at_least: int
    """Started epics of executives, and as many of others; slices of one root count as one."""
    faster: float
    """How many times as soon executives' epics are started."""
    counts: tuple[str, ...]
    """The kinds of evidence that count."""


class _Side(Struct, frozen=True):
    """Some started epics: those without evidence at their start, and the others."""

    bare: list[Epic]
    shown: list[Epic]

    @property
    def waits(self) -> list[float]:
        """Days from creation to start."""
        return [max(waited(e), 0.0) for e in (*self.bare, *self.shown)]

    @property
    def rate(self) -> Rate:
        """How many are without evidence; slices of one root count as one, with their mean."""
        families: dict[str, list[bool]] = {}
        for some, is_bare in ((self.bare, True), (self.shown, False)):
            for e in some:
                families.setdefault(e.family, []).append(is_bare)
        return Rate(sum(fmean(slices) for slices in families.values()), len(families))

    def __len__(self) -> int:
        return len(self.bare) + len(self.shown)


class _Sides(Struct, frozen=True):
    """The started epics, by who asked for them."""

    own: _Side
    """An executive, for no account."""
    others: _Side
    either: _Side
    """Nobody said who."""
    aside: _Side
    """Nobody said who, for an account: others', or an executive's who passes it on, which is neither."""


def authority_approval(facts: Facts, when: Authority) -> Iterator[Seen | Silent]:
    """By how much more often executives' epics are started without evidence than others', where they are also
    started sooner.

    Executives' are those that one proposed or that name an executive as their origin, but for those of which
    an account asked, too: these the executive only passes on. Of whom nobody said who proposed it counts
    where it speaks most against the warning. Source: domain.md, section 4, after the B2B PM story: authority
    approval.
    """
    sides = _sides(facts, when.counts)
    for side, whose in (
        (sides.own, "executives wanted and no account asked for"),
        (sides.others, "others wanted"),
    ):
        if (n := side.rate.n) < when.at_least:
            yield Silent(f"{when.at_least} started epics at least that {whose}, each of a root of its own; "
                         f"there are {n}")  # fmt: skip
            return
    yield _seen(sides, when)


def _sides(facts: Facts, counts: tuple[str, ...]) -> _Sides:
    found = _Sides(*(_Side([], []) for _ in range(4)))
    for e in started(facts):
        passed_on = bool(e.asked) or e.origin == CUSTOMER
        if EXECUTIVE in (e.proposer, e.origin):
            side = None if passed_on else found.own
        elif e.proposer:
            side = found.others
        else:
            side = found.aside if passed_on else found.either
        if side is not None:
            (side.shown if shown_before(e, counts) else side.bare).append(e)
    return found


def _seen(sides: _Sides, when: Authority) -> Seen:
    own, others, either, aside = sides.own, sides.others, sides.either, sides.aside
    # One more with evidence on executives' side, or without on the others', brings the two closer and makes
    # it less sure that theirs is larger; the other way round surer. In a root that is there already it moves
    # the mean alone, the same way. So no other world speaks more against the warning (decisions.md).
    worst = _with(own, shown=either.shown).rate, _with(others, bare=(*either.bare, *aside.bare)).rate
    best = _with(own, bare=either.bare).rate, _with(others, shown=(*either.shown, *aside.shown)).rate
    found = difference(*worst)
    beyond = found is not None and found.low > 0
    sooner = beyond and _sooner(sides, when.faster)
    return Seen(
        sooner, _less(*worst), _less(*best), sum(map(len, (own, others, either, aside))), Fraction(0),
        p=1.0 if found is None or (beyond and not sooner) else found.p,
        interval=None if found is None else (found.low, found.high),
        words={"k": len(own.bare), "n": len(own), "share": _part(own.rate), "others": _part(others.rate),
               "wait": _wait(own), "others_wait": _wait(others)},
        rows=tuple(row for e in sorted(own.bare, key=waited) for row in _rows(e)),
        items=tuple(e.ref for e in own.bare),
    )  # fmt: skip


def _with(side: _Side, *, bare: Iterable[Epic] = (), shown: Iterable[Epic] = ()) -> _Side:
    """A side with some more epics."""
    return _Side([*side.bare, *bare], [*side.shown, *shown])


def _sooner(sides: _Sides, faster: float) -> bool:
    """Whether executives' epics are started so many times as soon, whoever proposed the unknown ones."""
    own, others = medians(*(s.waits for s in (sides.own, sides.others, sides.either, sides.aside)))
    return others > 0 and others >= faster * own


def _part(rate: Rate) -> Fraction:
    """A share, as exactly as it is shown."""
    return Fraction(rate.part / rate.n).limit_denominator(1_000_000)


def _less(first: Rate, second: Rate) -> Fraction:
    return _part(first) - _part(second)


def _wait(side: _Side) -> str:
    """Within what time half of the epics were started."""
    days = median(side.waits)
    told = round(days) if days >= 10 else round(days, 1)
    return f"{told:g} {'day' if told == 1 else 'days'}"


def _rows(e: Epic) -> Iterator[Row]:
    yield Row(e.ref, "proposed by an executive" if e.proposer == EXECUTIVE else
              "proposed; its origin is an executive", e.created)  # fmt: skip
    yield Row(e.ref, f"started {waited(e):.0f} days after its creation, without evidence", e.started)


_WORDS: dict[str, Word] = {
    "k": 9, "n": 10, "share": Fraction(9, 10), "others": Fraction(1, 4), "wait": "8.5 days",
    "others_wait": "30 days",
}  # fmt: skip
AUTHORITY_APPROVAL = Measure(authority_approval, Authority, _WORDS, statistical=True)
