"""Holds what the package says of initiatives against what the oracle says of them."""

from tests.oracle import sagas as oracle
from tests.oracle.shares import Oracle
from tests.oracle.usage import Usage
from tests.reports.agreement import Said
from tracker_sync.reports.adopted import Adoption
from tracker_sync.reports.descent import Epic
from tracker_sync.reports.kill_lines import Kill
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.saga import Saga
from tracker_sync.reports.sagas import sagas


def sagas_reported(org: Portfolio, query: Query) -> Said:
    """What the package reports."""
    report = sagas(org, query)
    said: Said = {
        "initiatives": sorted(s.initiative for s in report.rows),
        "share": (report.share.low, report.share.high),
        "moments": sorted((m.initiative, m.at, m.kind, m.ref or "") for m in report.moments),
    }
    for s in report.rows:
        said |= {(s.initiative, name): value for name, value in _saga(s).items()}  # type: ignore[misc]
        epics = {e.ref: _epic(e) for e in report.epics if e.initiative == s.initiative}
        said[s.initiative, "epics"] = epics  # type: ignore[index]
        roots = [e.ref for e in report.epics if e.initiative == s.initiative and e.root]
        said[s.initiative, "root"] = roots[0] if roots else None  # type: ignore[index]
    return said


def _saga(s: Saga) -> Said:
    return {
        "told": (s.intent, s.owner or None, s.text, s.since, s.gone),
        "stage": s.stage,
        "building": s.building,
        "cycles": s.cycles,
        "people": s.people,
        "handovers": len(s.handovers),
        "effort": (s.effort, s.effort_all),
        "money": s.money,
        "started": s.started,
        "released": (s.released, s.last_release),
        "checks": sorted((c.epic, c.released, _seen(c.adoption)) for c in s.checks),
        "next check": s.due,
        "kill lines": sorted(map(_kill, s.kills)),
        "decided": s.decided if s.decided != s.since else None,
        "undecided": (s.undecided, s.undecided_days),
        "epics named": s.epics,
        "lost": sorted(s.lost),
    }


def _epic(e: Epic) -> tuple[object, ...]:
    return (
        e.state,
        e.started,
        e.released,
        e.effort,
        _seen(e.adoption),
        e.own,
        e.grade,
        tuple(sorted(e.followed_by)),
    )


def _seen(a: Adoption | None) -> str:
    """Who used it; as a text, so that it can be put in an order."""
    if a is None:
        return "not assessed"
    said = a.at, a.using, len(a.served), a.uncounted, a.low, a.high, a.target, sum(a.users.values())
    return str((*said, sorted(a.users), a.verdict))


def _kill(k: Kill) -> str:
    state = "cannot be told" if k.state == "not assessed" else k.state
    return str((k.metric, k.below, k.at, k.low, k.high, state))


def sagas_expected(of: Oracle) -> Said:
    """The same by the oracle."""
    report = oracle.Sagas(of)
    said: Said = {
        "initiatives": sorted(report.bets.names),
        "share": report.share,
        "moments": sorted(report.moments),
    }
    for s in report.rows.values():
        said |= {(s.id, name): value for name, value in _told(s).items()}  # type: ignore[misc]
    return said


def _told(s: oracle.Saga) -> Said:
    first, last = (s.releases[0], s.releases[-1]) if s.releases else (None, None)
    return {
        "told": (s.intent, s.owner, s.text, s.since, s.gone),
        "stage": s.stage,
        "building": s.building,
        "cycles": s.cycles,
        "people": s.people,
        "handovers": s.handovers,
        "effort": (s.effort, s.effort_all),
        "money": s.money,
        "started": s.started,
        "released": (first, last),
        "checks": sorted((c.epic, c.released, _used(c.usage, c)) for c in s.checks),
        "next check": s.next_check,
        "kill lines": sorted(map(_line, s.kill_lines)),
        "decided": s.decided,
        "undecided": (s.waiting, s.undecided),
        "epics named": tuple(s.epics),
        "lost": sorted(s.missing),
        "epics": {ref: _one(e) for ref, e in s.epics.items()},
        "root": s.root,
    }


def _one(e: oracle.Epic) -> tuple[object, ...]:
    used = _used(e.check.usage, e.check) if e.check else "not assessed"
    return (
        e.state,
        e.started,
        e.releases[-1] if e.releases else None,
        e.effort,
        used,
        e.own,
        e.grade,
        e.followers,
    )


def _used(u: Usage | None, check: oracle.Check) -> str:
    if u is None:
        return "not assessed"
    verdict = check.verdict or ("no target" if check.target is None else "cannot be told")
    said = u.at, len(u.using & u.served), len(u.served), len(u.uncounted), *u.share, check.target, u.users
    return str((*said, sorted(u.using), verdict))


def _line(k: oracle.KillLine) -> str:
    return str((k.metric, k.below, k.by, *(k.outcome or (None, None)), k.state))
