"""From an item's moments to its states over time: judged anew whenever something changed that may matter."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from tracker_sync.alignment import ruling
from tracker_sync.days import Days
from tracker_sync.items import Item
from tracker_sync.states import FOREVER, Life, State
from tracker_sync.states.family import Family, Judged, Line, around, from_the_top
from tracker_sync.states.moments import Moment
from tracker_sync.states.stints import active, stints
from tracker_sync.tagging import Judgement, Own, Tags
from tracker_sync.work import Span, epic_of, spans


def lives(of: Family, judgement: Judgement, only: Container[tuple[str, str]] | None = None) -> Iterator[Life]:
    """The life of every item, or of those in `only`, each judged after those above it."""
    days = Days(judgement.calendar)
    for line, circle in from_the_top(of):
        item = line.item
        phases = spans(item, line.names, judgement.started_labels.get(item.source, ()))
        states = _merged(_states(of, line, judgement, phases, circle))
        if only is None or (item.source, item.id) in only:
            worked = stints(item, line.names, phases, days, judgement.people)
            yield Life(item.source, item.id, states, worked, list(active(phases)))


def _states(
    of: Family, line: Line, judgement: Judgement, phases: tuple[Span, ...], circle: bool
) -> Iterator[State]:
    """The item's states, and what its children need of it."""
    started = [p.lo for p in phases if p.phase in ("doing", "done")][:1]
    points = {m.ts for m in line.moments} | {t for t in started if line.moments and t >= line.moments[0].ts}
    first = line.moments[0].ts if line.moments else 0
    for other in of.relatives(line) if not circle else around(of, line):
        points |= {t for t in (other.points if not circle else (m.ts for m in other.moments)) if t >= first}
        points |= {m.ts for m in other.moments if m.ts >= first}
    judges = _Judge(line, phases, judgement)
    line.points, line.chains = [], []
    for ts in sorted(points):
        chain = _chain(of, line, ts, judges, judgement, circle)
        line.points.append(ts)
        line.chains.append(chain)
        if chain:
            yield judges.state(ts, chain[0].tags, of.parent(line, ts))
        else:
            yield _GONE._replace(lo=ts)


def _chain(
    of: Family, line: Line, ts: int, judges: "_Judge", judgement: Judgement, circle: bool
) -> tuple[Judged, ...]:
    if line.values(ts) is None:
        return ()
    if not circle:
        parent = of.parent(line, ts)
        above = parent.at(ts) if parent else ()
        return (judges.judged(ts, above), *above)
    # Who goes round in a circle is cut where it closes, and judged from there down.
    found = [line]
    while (parent := of.parent(found[-1], ts)) is not None and parent not in found:
        found.append(parent)
    chain: tuple[Judged, ...] = ()
    for one in reversed(found):
        judge = judges if one is line else _Judge(
            one, spans(one.item, one.names, judgement.started_labels.get(one.item.source, ())), judgement
        )  # fmt: skip
        chain = (judge.judged(ts, chain), *chain)
    return chain


class _Judge:
    """Judges one item at one moment after another; what the rules say of it is kept while it holds."""

    def __init__(self, line: Line, phases: tuple[Span, ...], judgement: Judgement) -> None:
        self.line, self.phases, self.judgement = line, phases, judgement
        self._kept: tuple[Moment, Own] | None = None

    def own(self, ts: int) -> Own:
        """What the rules say of the item as it was at a time."""
        moment = self.line.moment(ts)
        if self._kept is None or self._kept[0] is not moment:
            item = replace(self.line.item, state=moment.values or {})
            self._kept = moment, Own(item, self.line.names, self.judgement, self.phases)
        return self._kept[1]

    def judged(self, ts: int, above: tuple[Judged, ...]) -> Judged:
        """The item as it is judged at a time, under those above it."""
        tags = self.own(ts).tags([j.tags for j in above], [j.line.item.id for j in above], ts)
        return Judged(self.line, tags)

    def state(self, ts: int, tags: Tags, parent: Line | None) -> State:
        """The row for a moment."""
        item = self.own(ts).item
        told = ruling(item, tags, self.judgement)
        root = self.judgement.customers.root
        return State(
            lo=ts, hi=FOREVER, key=item.one("key") or item.key, title=item.title,
            project=item.one("project") or "",
            parent=(parent.item.source, parent.item.id) if parent else None,
            parent_key=item.one("parent") or "", epic=epic_of(item, self.line.names), bug=_is_bug(item),
            origin=tags.origin.value if tags.origin else "", intents=tuple(t.value for t in tags.intents),
            asked=tuple(sorted({(root(t.value), t.since) for t in tags.customers})),
            committed=tags.committed_at, verdict=told.verdict, why=told.why, backdated=told.backdated,
        )  # fmt: skip


_GONE = State(0, FOREVER, "", "", "", None, "", 0, False, "", (), (), None, "", "", False)


def _merged(states: Iterable[State]) -> list[State]:
    """The states without those that say nothing new, each until the next one begins."""
    found: list[State] = []
    for state in states:
        if found and found[-1]._replace(lo=0, hi=0) == state._replace(lo=0, hi=0):
            continue
        if found:
            found[-1] = found[-1]._replace(hi=state.lo)
        found.append(state)
    return [s for s in found if s.verdict]


def _is_bug(item: Item) -> bool:
    return any(w.casefold() == "bug" for w in [item.one("type") or "", *item.many("labels")])
