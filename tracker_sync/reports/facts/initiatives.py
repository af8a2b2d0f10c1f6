"""The stated initiatives as measures look at them: their epics, how they came out, and what was decided."""

from collections.abc import Mapping, Sequence

from tracker_sync.days import Days
from tracker_sync.patterns.facts import Check, Epic, Initiative, Kill, Moment
from tracker_sync.reports import kill_lines
from tracker_sync.reports.adopted import looked_at
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.facts.history import ENDS, History
from tracker_sync.reports.org import Org
from tracker_sync.reports.sagas import Outcome
from tracker_sync.strategy import normal


def initiatives(drawn: Drawn, epics: Sequence[Epic]) -> tuple[Initiative, ...]:
    """Those of the strategy in force at the end of the window, in its order, as in the report on sagas. Where
    a question is about one team, those of which it leaves out a part are not among them."""
    there, asked = {e.ref: e for e in epics}, drawn.query.team
    whole = [one for one in drawn.outcomes if asked is None or there.keys() >= {*one.epics}]
    checked = [check.epic for one in whole for check in one.checks]
    looked = drawn.org.look(checked) if checked else None
    return tuple(_initiative(drawn, one, there, looked) for one in whole)


def _initiative(drawn: Drawn, one: Outcome, epics: Mapping[str, Epic], looked: Org | None) -> Initiative:
    days, own = Days(drawn.org.judged.calendar), [epics[ref] for ref in one.epics if ref in epics]
    return Initiative(
        id=one.initiative, epics=_begun(one, epics), checks=_checks(drawn, one, days, looked),
        kills=tuple(map(_kill, one.kills)), decisions=tuple(map(Moment, one.decisions)),
        evidence=tuple(sorted((s for e in own for s in e.evidence), key=lambda s: s.at.at)),
        ranked=_ranked(drawn, {p for e in own for p in e.problems}),
        due=Moment(days.end(one.due.toordinal()) - 1) if one.due else None,
    )  # fmt: skip


def _begun(one: Outcome, epics: Mapping[str, Epic]) -> tuple[str, ...]:
    """Its epics in the order in which they were started; those that were not, or that a question leaves out,
    last."""

    def start(ref: str) -> tuple[bool, int]:
        at = epics[ref].started if ref in epics else None
        return at is None, at.at if at else 0

    return tuple(sorted(one.epics, key=start))


def _checks(drawn: Drawn, one: Outcome, days: Days, items: Org | None) -> tuple[Check, ...]:
    version = drawn.org.strategy_at_end(drawn.query)
    target = version.strategy.limits.adoption_target if version else None
    found = list[Check]()
    for check in one.checks:
        used, item = check.adoption, items.world.items.get(check.epic) if items else None
        low, high = (used.low, used.high) if used else (None, None)
        released = Moment(check.released)
        found.append(Check(
            epic=check.epic, at=Moment(looked_at(days, check.released)), target=target,
            released=History(items, item, days).at(check.released, ENDS) if items and item else released,
            low=None if low is None else float(low), high=None if high is None else float(high),
        ))  # fmt: skip
    return tuple(found)


def _kill(line: kill_lines.Kill) -> Kill:
    crossed = {"crossed": True, "held": False}.get(line.state)
    return Kill(at=None if line.at is None else Moment(line.at), crossed=crossed)


def _ranked(drawn: Drawn, problems: set[str]) -> tuple[Moment, ...]:
    """The starts of the days on which people ranked one of these problems."""
    told = [r for r in drawn.org.sides.problems or () if r.at <= drawn.query.last]
    return tuple(map(Moment, sorted({r.at for r in told if normal(r.problem) in problems})))
