"""What happened to an initiative, by time: what a drawing of its saga is made from."""

from collections.abc import Iterator

from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.reports.adopted import Adoption
from tracker_sync.reports.carried import Carried
from tracker_sync.reports.initiatives import Word
from tracker_sync.reports.kill_lines import Kill
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.saga import Saga


class Moment(Struct, frozen=True):
    """Something that happened to an initiative."""

    initiative: str
    at: int
    """In microseconds UTC."""
    kind: str
    """stated, changed, gone, owner, begun, started, again, released, stopped, handover, said, checked or
    kill-line."""
    what: str
    ref: str = ""
    """The epic that it happened to."""


def moments(org: Portfolio, of: Carried, saga: Saga, end: int) -> list[Moment]:
    """What happened to an initiative up to `end`, by time."""
    days = Days(org.judged.calendar)
    every = [*_of_strategy(of, days), *_of_epics(org, of), *_of_outcome(saga)]
    return [Moment(saga.initiative, *m) for m in sorted(every) if m[0] <= end]


STRATEGY: dict[Word, str] = {
    "stated": "The strategy states it.",
    "changed": "The strategy says something else of it.",
    "gone": "The strategy does not state it any more.",
}
Told = tuple[int, str, str, str]
"""When, the kind, what happened, the epic's ref or ''."""


def _of_strategy(of: Carried, days: Days) -> Iterator[Told]:
    told = of.told
    yield from ((at, word, STRATEGY[word], "") for at, word in told.decided)
    if told.initiative.since:
        at = days.end(told.initiative.since.toordinal() - 1)
        yield at, "begun", "Begun, as the strategy says.", ""
    for at in told.handovers:
        yield at, "owner", "Its intent has another owner.", ""


def _of_epics(org: Portfolio, of: Carried) -> Iterator[Told]:
    for row, went in of.courses.items():
        ref = org.ref(row)
        if went.started is not None:
            yield went.started, "started", "Building begins.", ref
        yield from ((at, "again", "Building begins again.", ref) for at in went.again)
        yield from ((at, "released", "Released.", ref) for at in went.releases)
        yield from ((at, "stopped", "Declined.", ref) for at in went.stops)
    yield from ((at, "handover", "Somebody else has the epic.", org.ref(row)) for at, row in of.handed)
    yield from ((at, "said", "A person says which intent it serves.", org.ref(row)) for at, row in of.said)


def _of_outcome(saga: Saga) -> Iterator[Told]:
    for check in saga.checks:
        if check.adoption:
            yield check.adoption.at, "checked", checked(check.adoption), check.epic
    for line in saga.kills:
        if line.at is not None and line.state != "ahead":
            yield line.at, "kill-line", lined(line), ""


def checked(found: Adoption) -> str:
    """Who used it 90 days after a release, in words."""
    open_ = f", {found.uncounted} not counted" if found.uncounted else ""
    return f"{found.using} of {len(found.served)} accounts use it{open_}: {found.verdict}."


def lined(line: Kill) -> str:
    """How a kill line stood on its day, in words."""
    return f"Kill line, {line.metric or 'no metric'} below {float(line.below):g}: {line.state}."
