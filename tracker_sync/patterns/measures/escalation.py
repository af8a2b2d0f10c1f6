"""Going on with what grew or slipped and came out under its kill line, without deciding anything."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from msgspec import Struct

from tracker_sync.patterns.facts import DAY, Due, Epic, Facts, Initiative, Moment
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent, Word
from tracker_sync.patterns.measures.followed import whole

LINE = "[[limits.kill_lines]] in strategy.toml, with the day on which each is looked at"
OUTCOME = "what tells how it came out: rows of adoption.csv, of a metric that is in there"
GROWTH = "estimates, and due dates, of its epics"
OUTCOMES = {
    True: "came out below its kill line", False: "held its kill line",
    None: "may have come out below its kill line",
}  # fmt: skip


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    growth: float
    """How much larger the last estimate of an epic is than the first: 0.5 is half as large again."""
    slips: int
    """How often an epic's due date was put off."""
    days: float
    """Days after the kill line's without a decision."""
    horizon: float
    """An initiative that has to be there so many days after its kill line's day, or later, is left alone."""


def escalation(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """One by one, the initiatives with a kill line whose day lies in the window.

    It fires where one was crossed and nobody has decided anything from its day to the end, `days` or more,
    and where the estimate of one epic grew, or its date slipped, at any time. What no epic has, estimates or
    dates, may have grown or slipped. Sources: domain.md, section 4; Staw 1976 on escalation of commitment.
    """
    epics = {e.ref: e for e in facts.epics}
    for of in facts.initiatives:
        own = [epics[ref] for ref in of.epics if ref in epics]
        lines = [k.at for k in of.kills if k.at]
        if own and not lines:
            yield Silent(LINE, of.id)
        elif own and any(facts.start <= at <= facts.end for at in lines):
            yield _escalated(facts, when, of, own)


class _Grown(Struct, frozen=True):
    """How an epic was planned again and again."""

    epic: Epic
    growth: Fraction
    """By which part of the first estimate the last one is larger."""
    slips: tuple[Due, ...]
    """The dates that are later than the one before."""

    def __str__(self) -> str:
        if self.slips:
            return f"the date of {self.epic.ref} was put off {len(self.slips)} times"
        return f"the estimate of {self.epic.ref} grew by {round(100 * self.growth)} %"

    def rows(self) -> Iterator[Row]:
        """Its estimates where these grew, and the dates that were put off."""
        for e in self.epic.estimates if self.growth else ():
            yield Row(self.epic.ref, f"estimated at {e.size:g}", e.at)
        for due in self.slips:
            yield Row(self.epic.ref, "due date put off", due.at)


def _escalated(facts: Facts, when: When, of: Initiative, own: Sequence[Epic]) -> Seen | Silent:
    grown = tuple(g for e in own if (g := _grown(e, when)))
    lines = _lines(facts, of)
    waits = sorted(at for at in lines if _waits(facts, of, own, at))
    late = [at for at in waits if lines[at] is not False and _days(at, facts.end) >= when.days]
    sure = [at for at in late if lines[at]]
    if late and of.due and late[0].days_to(of.due) >= when.horizon:
        return Silent("nothing: its own day is far beyond that of its kill line", of.id)
    fires = bool(sure and grown)
    known = any(e.estimates for e in own) and any(e.due for e in own)
    if late and not fires and (grown or not known):
        return Silent("; ".join([OUTCOME] * (not sure) + [GROWTH] * (not grown)), of.id)
    line = next(iter((*sure, *late, *sorted(lines))))
    words: dict[str, Word] = {
        "initiative": of.id, "outcome": OUTCOMES[lines[line]], "days": _days(line, facts.end),
        "decided": "nobody has decided anything since" if line in waits else "it was decided on since",
        "grown": str(grown[0]) if grown else "no estimate or date of its epics grew or slipped as much",
        "effort": round(Fraction(sum(e.effort_all for e in whole(own)), facts.unit)),
        "open": sum(not e.done and not e.given_up for e in own), "epics": len(own),
    }  # fmt: skip
    low, high = (Fraction(len(some) if grown else 0) for some in (sure, late))
    return Seen(
        fires, low, high, len(own), Fraction(1),
        unit="kill lines", subject=of.id, words=words, items=of.epics,
        rows=(Row(own[0].ref, f"its initiative {OUTCOMES[lines[line]]}", line),
              *(row for g in grown for row in g.rows())),
    )  # fmt: skip


def _lines(facts: Facts, of: Initiative) -> Mapping[Moment, bool | None]:
    """By the day of the kill lines in the window, whether one of that day was crossed."""
    found: dict[Moment, set[bool | None]] = {}
    for line in of.kills:
        if line.at and facts.start <= line.at <= facts.end:
            found.setdefault(line.at, set()).add(line.crossed)
    return {at: True if True in said else None if None in said else False for at, said in found.items()}


def _days(line: Moment, end: Moment) -> int:
    """Days of the calendar from that of a kill line, of which `line` is the last instant. An hour more or
    less, where the clocks change, is no day."""
    return -((line.at - end.at + DAY // 24) // DAY)


def _waits(facts: Facts, of: Initiative, own: Sequence[Epic], line: Moment) -> bool:
    """Whether nobody has decided anything from a kill line's day to the end, and something goes on."""
    decided = any(line <= at <= facts.end for at in of.decisions)
    return not decided and not all(e.given_up for e in own)


def _grown(epic: Epic, when: When) -> _Grown | None:
    """How an epic grew or slipped before it was done, if it did as much."""
    done = epic.done or Moment(2**62)
    sizes = [e.size for e in epic.estimates if e.size > 0 and e.at <= done]
    dues = [d for d in epic.due if d.at <= done]
    growth = Fraction(str(sizes[-1])) / Fraction(str(sizes[0])) - 1 if sizes else Fraction(0)
    slips = tuple(later for was, later in pairwise(dues) if was.day < later.day)
    found = _Grown(
        epic, growth if growth >= Fraction(str(when.growth)) else Fraction(0),
        slips if len(slips) >= when.slips else (),
    )  # fmt: skip
    return found if found.growth or found.slips else None


ESCALATION = Measure(
    escalation, When,
    {"initiative": "quick-find", "outcome": "came out below its kill line", "days": 120,
     "decided": "nobody has decided anything since", "grown": "the estimate of acme:PAY-1 grew by 60 %",
     "effort": 80, "open": 2, "epics": 4},
)  # fmt: skip
