"""One item's history as moments: its labels, estimates, due dates, moves in the queue and links."""

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.events import Added, Event
from tracker_sync.items import Item
from tracker_sync.patterns.facts import Due, Estimate, Moment, Named
from tracker_sync.reports.org import Org
from tracker_sync.reports.scoped import MINUTE
from tracker_sync.states.plans import Plan, plans
from tracker_sync.tagging import Tag
from tracker_sync.tagging.judgement import NO_FIELDS
from tracker_sync.work import SITTING

ATTRS = {"points": (), "estimate": ("estimate",), "ready": ("status",), "due": ("due",), "rank": ()}
"""By kind of plan, the attributes of the events that may have made it; of custom fields, any."""

STARTS, ENDS = ("status", "assignees", "labels"), ("status", "resolution")
"""The attributes of events that start an item, and that end it or take that back."""


class History(Struct, frozen=True, dict=True):
    """An item with its events, in an organisation."""

    org: Org
    item: Item
    days: Days

    def role(self, actor: str | None) -> str:
        """What somebody's role is; '' where people.toml does not say."""
        return self.org.role(self.item, actor)

    @cached_property
    def _by_id(self) -> dict[str, Event]:
        return {e.id: e for e in self.item.events}

    @property
    def opened(self) -> Moment:
        """Its creation."""
        return Moment(self.item.opened_at, f"{self.item.id}:0", self.role(self.item.reporter), self.item.ref)

    def at(self, ts: int, attrs: Collection[str]) -> Moment:
        """A moment that one of its events made: the first of that time about one of these attributes, else
        the first of that time."""
        if ts <= self.item.opened_at:
            return Moment(ts, self.opened.event, self.opened.role, self.item.ref)
        then = [e for e in self.item.events if e.ts == ts]
        event = next((e for e in then if getattr(e, "attr", "") in attrs), then[0] if then else None)
        if event is None:
            return Moment(ts, item=self.item.ref)
        return Moment(ts, event.id, self.role(event.actor), self.item.ref)

    def of_tag(self, tag: Tag) -> Moment:
        """When a tag was first known: set in the tracker, or said by a person here."""
        event = self._by_id.get(tag.event_id)
        actor = tag.by or (event.actor if event else None)
        return Moment(tag.known_since, tag.event_id, self.role(actor), self.item.ref)

    def by_id(self, ts: int, event_id: str) -> Moment:
        """A moment of which the event is known."""
        event = self._by_id.get(event_id)
        return Moment(ts, event_id, self.role(event.actor) if event else "", self.item.ref)

    @cached_property
    def planned(self) -> list[Plan]:
        """What was planned of it over time."""
        fields = self.org.judged.fields.get(self.item.source, NO_FIELDS)
        return plans(self.item, self.org.names(self.item), fields)

    def marks(self) -> Iterator[Named]:
        """Its labels as they are, in lower case, with when each was set first."""
        first: dict[str, Event] = {}
        for e in self.item.events:
            if isinstance(e, Added) and e.attr == "labels":
                first.setdefault(e.val, e)
        for label in self.item.many("labels"):
            event = first.get(label)
            at = self._when(event) if event else self.opened
            yield Named(name=label.casefold(), at=at)

    def estimates(self) -> Iterator[Estimate]:
        """How large it was thought to be: in points where it has any, else in seconds."""
        in_points = any(p.kind == "points" for p in self.planned)
        kind, unit, parts = ("points", "points", 1000) if in_points else ("estimate", "seconds", 1)
        for plan in self.planned:
            if plan.kind == kind:
                yield Estimate(at=self._plan(plan), size=plan.value / parts, unit=unit)

    def due(self) -> Iterator[Due]:
        """Its due dates; one that was replaced in the sitting of its creation never counted."""
        for plan in self.planned:
            if plan.kind == "due" and plan.hi > self.item.opened_at + SITTING:
                yield Due(at=self._plan(plan), day=Moment(self.days.end(plan.value) - 1))

    def up(self, in_bulk: Collection[int]) -> Iterator[Moment]:
        """Its moves up the queue, but for those in these minutes, in which many cards were moved."""
        for plan in self.planned:
            if plan.kind == "rank" and plan.value > 0 and plan.lo // MINUTE not in in_bulk:
                yield self._plan(plan)

    @property
    def ready(self) -> Moment | None:
        """When it was first in a status that means ready."""
        return next((self._plan(p) for p in self.planned if p.kind == "ready"), None)

    @property
    def scoped(self) -> Moment | None:
        """When it first had points, an estimate, or a status that means ready."""
        scopes = (self._plan(p) for p in self.planned if p.kind in ("points", "estimate", "ready"))
        return min(scopes, key=lambda m: m.at, default=None)

    def _plan(self, plan: Plan) -> Moment:
        found = self.at(plan.lo, ATTRS[plan.kind])
        return self.opened if plan.lo <= self.item.opened_at + SITTING else found

    def _when(self, event: Event) -> Moment:
        at = self.item.opened_at if event.ts <= self.item.opened_at + SITTING else event.ts
        return Moment(at, event.id, self.role(event.actor), self.item.ref)


def earliest(moments: Iterable[Moment | None]) -> Moment | None:
    """The first of some moments; None where there are none."""
    return min((m for m in moments if m is not None), key=lambda m: m.at, default=None)
