"""What followed a release that too few used: the epics that were begun before anything new was known."""

from collections.abc import Collection, Iterator

from msgspec import Struct

from tracker_sync.patterns.facts import DAY, Check, Epic, Facts, Initiative
from tracker_sync.patterns.measure import Row

TARGET = "adoption_target under [limits] in strategy.toml"
EVIDENCE = "evidence that its epics name, new or old: a label evidence/<kind>"
COUNTS = "rows of adoption.csv of all accounts that it was built for, 90 days after each release"


class Followed(Struct, frozen=True):
    """What followed a look at who uses an initiative."""

    check: Check
    sure: tuple[Epic, ...]
    """The epics that were begun next, before anything new was known, in order of their start; none where it
    is not certain that too few used it, or where nobody ever named evidence on any of its epics."""
    perhaps: tuple[Epic, ...]
    """The same, if too few used it wherever nobody can tell, and nothing new was known."""


def followed(
    facts: Facts, of: Initiative, evidence: Collection[str], linked: Collection[Epic] = ()
) -> list[Followed]:
    """What followed each look that may have come out under the target, in order of time.

    An epic follows an initiative that names it; one of `linked` also where it is linked with such an epic and
    no other initiative names it. It counts if it was begun after the look and in the window. A later look
    that may have come out on target ends what followed, and so does a sign of one of these kinds of
    `evidence` on any of these epics, or a ranking of a problem that they serve, since the release: from then
    on there is something new to build upon.
    """
    others = [*_linked(facts, of, linked)]
    epics = [*(e for e in facts.epics if e.ref in of.epics), *others]
    epics.sort(key=lambda e: e.started.at if e.started else 0)
    found = list[Followed]()
    for check in of.checks:
        if under(check) is False:
            continue
        new = min(_learnt(of, others, check, evidence), default=None)
        later = [
            e for e in epics
            if e.started and check.at < e.started <= facts.end and facts.start <= e.started
            and (new is None or e.started.at < new)
        ]  # fmt: skip
        ends = {end: _settled(of, check, certain=end) for end in (True, False)}
        perhaps, sure = (tuple(_before(whole(later), ends[certain])) for certain in (True, False))
        found.append(Followed(check, sure if under(check) and not untold(of) else (), perhaps))
    return found


def untold(of: Initiative) -> bool:
    """Whether nobody ever named evidence on its epics, but for accounts that asked: then they may rest on
    anything."""
    return not of.ranked and all(s.kind == "asked" for s in of.evidence)


def needs(of: Initiative) -> list[str]:
    """What is missing to be certain of what followed."""
    counts = [COUNTS] if any(under(c) is None for c in of.checks) else []
    return [*([EVIDENCE] if untold(of) else []), *counts]


def under(check: Check) -> bool | None:
    """Whether too few used it; None: nobody can tell."""
    if check.low is None or check.high is None or check.target is None:
        return None
    return True if check.high < check.target else False if check.low >= check.target else None


def used(check: Check) -> str:
    """How many used it, in words."""
    if check.low is None or check.high is None:
        return "an unknown part"
    low, high = round(100 * check.low), round(100 * check.high)
    return f"{low} %" if low == high else f"{low}–{high} %"


def aim(check: Check) -> str:
    """The target, in words."""
    return "not stated" if check.target is None else f"{round(100 * check.target)} %"


def looked(check: Check) -> Iterator[Row]:
    """The rows of a look: the release, and who used it."""
    yield Row(check.epic, "released", check.released)
    yield Row(check.epic, f"used by {used(check)}; the target is {aim(check)}", check.at)


def whole(epics: Collection[Epic]) -> list[Epic]:
    """Without slices of others among them."""
    refs = {e.ref for e in epics}
    return [e for e in epics if e.root not in refs]


def begun(epics: Collection[Epic]) -> Iterator[Row]:
    """The rows of what followed."""
    for epic in epics:
        yield Row(epic.ref, "begun, on nothing new", epic.started)


def _linked(facts: Facts, of: Initiative, some: Collection[Epic]) -> Iterator[Epic]:
    """Those that are linked with an epic of an initiative, and that none names."""
    named = {ref for i in facts.initiatives for ref in i.epics}
    links = {link for e in facts.epics if e.ref in of.epics for link in e.links}
    yield from (
        e for e in some if e.ref not in named and (e.ref in links or {*e.links}.intersection(of.epics))
    )


def _learnt(
    of: Initiative, others: Collection[Epic], check: Check, evidence: Collection[str]
) -> Iterator[int]:
    """When something new was learnt since a release. A ranking of the day of the release may be of after."""
    signs, released = [*of.evidence, *(s for e in others for s in e.evidence)], check.released.at
    yield from (s.at.at for s in signs if s.kind in evidence and s.at.at > released)
    yield from (m.at for m in of.ranked if m.at > released - DAY)


def _settled(of: Initiative, check: Check, *, certain: bool) -> int | None:
    """When the next look came out on target, or (unless `certain`) may have."""
    wanted = (False,) if certain else (False, None)
    return next((c.at.at for c in of.checks if c.at > check.at and under(c) in wanted), None)


def _before(epics: Collection[Epic], end: int | None) -> Iterator[Epic]:
    return (e for e in epics if e.started and (end is None or e.started.at <= end))
