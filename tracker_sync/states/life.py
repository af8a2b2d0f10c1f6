"""From an item's moments to its states over time: judged anew whenever something changed that may matter."""

from collections.abc import Container, Iterable, Iterator

from msgspec.structs import replace

from tracker_sync.alignment import ruling
from tracker_sync.days import Days
from tracker_sync.items import Item
from tracker_sync.states import FOREVER, Life, State
from tracker_sync.states.family import Family, Judged, Line, around, from_the_top
from tracker_sync.states.grounds import grounds
from tracker_sync.states.moments import Moment
from tracker_sync.states.plans import plans
from tracker_sync.states.stints import active, stints
from tracker_sync.tagging import Judgement, Own, Tags
from tracker_sync.tagging.judgement import NO_FIELDS
from tracker_sync.tagging.words import DUE
from tracker_sync.work import Span, epic_of, spans


def lives(of: Family, judgement: Judgement, only: Container[tuple[str, str]] | None = None) -> Iterator[Life]:
    """The life of every item, or of those in `only`, each judged after those above it."""
    days = Days(judgement.calendar)
    for line, phases, states in _every(of, judgement, only):
        item = line.item
        if _is_wanted(line, only):
            worked = stints(item, line.names, phases, days, judgement.people)
            planned = plans(item, line.names, judgement.fields.get(item.source, NO_FIELDS))
            yield Life(item.source, item.id, states, worked, list(active(phases)), planned)


Steps = list[tuple[int, object]]
"""(from when on, what)"""


def passed_down(of: Family, judgement: Judgement) -> dict[tuple[str, str], Steps]:
    """What each item passes down to those below it, over time: of itself and of those above it."""
    found: dict[tuple[str, str], Steps] = {}
    for line, *_ in _every(of, judgement, ()):
        steps = found[line.item.source, line.item.id] = Steps()
        for ts, chain in zip(line.points, line.chains, strict=True):
            now = [(j.line.item.id, *_inherited(j)) for j in chain]
            if not steps or steps[-1][1] != now:
                steps.append((ts, now))
    return found


def _inherited(one: Judged) -> tuple[object, ...]:
    """What a child is judged by of one above it; most of what happens to that is not that."""
    return one.tags.customers, one.tags.origin, one.tags.intents


def _is_wanted(line: Line, only: Container[tuple[str, str]] | None) -> bool:
    return only is None or (line.item.source, line.item.id) in only


def _every(
    of: Family, judgement: Judgement, only: Container[tuple[str, str]] | None
) -> Iterator[tuple[Line, tuple[Span, ...], list[State]]]:
    """Every item with its phases, after those above it; and with its states, where these are wanted."""
    for line, circle in from_the_top(of):
        phases = spans(line.item, line.names, judgement.started_labels.get(line.item.source, ()))
        states = _states(of, line, judgement, phases, circle, wanted=_is_wanted(line, only))
        yield line, phases, _merged(states)
    for line in of.lines.values():
        line.chains.clear()  # these may hold the line itself: without them, all goes when it is let go of
        line.relatives.clear()


def _states(
    of: Family, line: Line, judgement: Judgement, phases: tuple[Span, ...], circle: bool, *, wanted: bool
) -> Iterator[State]:
    """The item's states, where they are wanted; finds what its children need of it."""
    started = next((p.lo for p in phases if p.phase in ("doing", "done")), FOREVER)
    judges = _Judge(line, phases, judgement)
    line.points, line.chains = [], []
    before: object = None
    for ts in _points(line, started, circle):
        parent = of.parent(line, ts)
        above = _around(of, line, ts, judgement) if circle else parent.at(ts) if parent else ()
        inherited = [_inherited(j) for j in above]
        basis = (id(line.moment(ts)), id(parent), ts >= started, inherited)
        if basis == before:
            continue
        before = basis
        there = line.values(ts) is not None
        line.points.append(ts)
        line.chains.append((judges.judged(ts, above), *above) if there else ())
        if wanted:
            yield judges.state(ts, line.chains[-1][0].tags, parent) if there else _GONE._replace(lo=ts)


def _points(line: Line, started: int, circle: bool) -> list[int]:
    """The times at which it may be judged otherwise."""
    if not line.times:
        return []
    found = {*line.times, started}
    for other in around(line) if circle else line.relatives:
        found.update(other.times)
        found.update(() if circle else other.points)
    return sorted(t for t in found if line.times[0] <= t < FOREVER)


def _around(of: Family, line: Line, ts: int, judgement: Judgement) -> tuple[Judged, ...]:
    """Those above an item that goes round in a circle, which is cut where it closes and judged from there."""
    found = [line]
    while (parent := of.parent(found[-1], ts)) is not None and parent not in found:
        found.append(parent)
    chain: tuple[Judged, ...] = ()
    for one in reversed(found[1:]):
        phases = spans(one.item, one.names, judgement.started_labels.get(one.item.source, ()))
        chain = (_Judge(one, phases, judgement).judged(ts, chain), *chain)
    return chain


Plain = tuple[str, str, str, str, int, bool]
"""Key, title, project, parent's key, epic, bug: what of a state needs no judging."""
Excluded = tuple[str, ...]


class _Judge:
    """Judges one item at one moment after another; what the rules say of it is kept while it holds."""

    def __init__(self, line: Line, phases: tuple[Span, ...], judgement: Judgement) -> None:
        self.line, self.phases, self.judgement = line, phases, judgement
        self._kept: tuple[Moment, Own, Plain, Excluded] | None = None

    def _at(self, ts: int) -> tuple[Own, Plain, Excluded]:
        """What the rules say of the item as it was at a time, and what needs no judging."""
        moment = self.line.moment(ts)
        if self._kept is None or self._kept[0] is not moment:
            item = replace(self.line.item, state=moment.values or {})
            own = Own(item, self.line.names, self.judgement, self.phases, marks=False)
            self._kept = moment, own, (
                item.one("key") or item.key, item.title, item.one("project") or "",
                item.one("parent") or "", epic_of(item, self.line.names), _is_bug(item),
            ), self.judgement.excluding([item.title, *item.many("labels")])  # fmt: skip
        return self._kept[1:]

    def judged(self, ts: int, above: tuple[Judged, ...]) -> Judged:
        """The item as it is judged at a time, under those above it."""
        own, *_ = self._at(ts)
        return Judged(self.line, own.tags([j.tags for j in above], [j.line.item.id for j in above], ts))

    def state(self, ts: int, tags: Tags, parent: Line | None) -> State:
        """The row for a moment."""
        own, plain, excluded = self._at(ts)
        told = ruling(own.item, tags, self.judgement)
        root = self.judgement.customers.root
        return State(
            ts, FOREVER, *plain, parent=(parent.item.source, parent.item.id) if parent else None,
            origin=tags.origin.value if tags.origin else "", intents=tuple([t.value for t in tags.intents]),
            asked=tuple(sorted({(root(t.value), t.since) for t in tags.customers})),
            committed=tags.committed_at, verdict=told.verdict, why=told.why, backdated=told.backdated,
            grounds=grounds(tags), promised=min((t.since for t in tags.commitment), default=None),
            excluded=excluded, dated=bool(tags.commitment) and all(t.value == DUE for t in tags.commitment),
        )  # fmt: skip


_GONE = State(0, FOREVER, "", "", "", "", 0, False, None, "", (), (), None, "", "", False, None)


def _merged(states: Iterable[State]) -> list[State]:
    """The states without those that say nothing new, each until the next one begins."""
    found: list[State] = []
    for state in states:
        if found and found[-1][2:] == state[2:]:  # but for when
            continue
        if found:
            found[-1] = found[-1]._replace(hi=state.lo)
        found.append(state)
    return [s for s in found if s.verdict]


def _is_bug(item: Item) -> bool:
    return any(w.casefold() == "bug" for w in [item.one("type") or "", *item.many("labels")])
