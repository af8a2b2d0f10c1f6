"""Judges items: each by its own signs and people's words, and by what those above it are."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.events import Tagged
from tracker_sync.items import Item, Names, World
from tracker_sync.tagging.asked import customers_of, told_by_account
from tracker_sync.tagging.intent import intents_of
from tracker_sync.tagging.judgement import NO_FIELDS, Judgement
from tracker_sync.tagging.rules import KEPT, Text
from tracker_sync.tagging.tags import Tag, Tags
from tracker_sync.tagging.view import View
from tracker_sync.work import Span, Tree, commitment, spans, tree


class Signs(Struct, frozen=True):
    """What an item shows of itself, before anything is decided or inherited."""

    origins: tuple[Tag, ...]
    commitment: tuple[Tag, ...]
    intents: tuple[Tag, ...]
    marks: tuple[Tag, ...]
    requester: tuple[Tag, ...]
    evidence: tuple[Tag, ...]
    overruled: tuple[Tag, ...]
    """What says otherwise than the item's own customers and intents."""


_NO_SIGNS = Signs((), (), (), (), (), (), ())


def tag(world: World, judgement: Judgement, shape: Tree | None = None) -> dict[str, Tags]:
    """The tags of every item, by ref. Each is judged after its ancestors, from the topmost down."""
    shape = shape or tree(world)
    done: dict[tuple[str, ...], Tags] = {}

    def judged(chain: tuple[str, ...]) -> Tags:
        if chain not in done:
            above = [judged(chain[n:]) for n in range(1, len(chain))]
            item = world.items[chain[0]]
            own = Own(item, world.names.get(item.source, Names()), judgement)
            done[chain] = own.tags(above, chain[1:])
        return done[chain]

    return {ref: judged((ref, *shape.ancestors(ref))) for ref in world.items}


class Own:
    """An item with what the rules and people say of it alone."""

    def __init__(
        self, item: Item, names: Names, judgement: Judgement, phases: tuple[Span, ...] | None = None,
        *, marks: bool = True,
    ) -> None:  # fmt: skip
        self.item, self.names, self.judgement = item, names, judgement
        self.phases = phases if phases is not None else spans(
            item, names, judgement.started_labels.get(item.source, ())
        )  # fmt: skip
        self.said = _said(item)
        fields = judgement.fields.get(item.source, NO_FIELDS)
        pack = judgement.pack if marks else judgement.deciding
        self._view = View(item, names, fields, judgement.people, judgement.customers, pack)
        asked = customers_of(self._view, self.said, judgement)
        self.customers, self._unclear, self._overruled = asked
        self._signs: dict[tuple[Tag, ...], Signs] = {}

    def tags(self, above: list[Tags], ancestors: Sequence[str], at: int | None = None) -> Tags:
        """Everything said of it, given the tags of its ancestors, nearest first; with `at`, as far as its
        phases had come by then."""
        customers = self.customers or _inherit([t.customers for t in above], ancestors)
        if customers not in self._signs:
            self._signs[customers] = self._find(customers)
        signs = self._signs[customers]
        phases = self.phases if at is None else tuple(p for p in self.phases if p.lo <= at)
        committed = commitment(phases, min((t.since for t in signs.commitment), default=None))
        origin = _decide(self.said, signs.origins, above, ancestors, committed)
        return Tags(
            customers=customers,
            origin=origin,
            origins=signs.origins,
            intents=signs.intents or _inherit([t.intents for t in above], ancestors),
            marks=signs.marks,
            commitment=signs.commitment,
            requester=signs.requester,
            evidence=signs.evidence,
            unclear=self._unclear,
            conflicts=self._conflicts(signs, above, ancestors, origin, committed),
            committed_at=committed,
            spans=phases,
        )

    def _conflicts(
        self, signs: Signs, above: list[Tags], ancestors: Sequence[str], origin: Tag | None,
        committed: int | None,
    ) -> tuple[Tag, ...]:  # fmt: skip
        """What was overruled: by a stronger sign of the item, by a person, or for being an ancestor's; of
        origins, among which the earliest decides, only what a field says or a person overrules."""
        found = [*signs.overruled]
        if above:
            for own, theirs in ((self.customers, "customers"), (signs.intents, "intents")):
                if own and (tags := _inherit([getattr(t, theirs) for t in above], ancestors)):
                    root = self.judgement.customers.root if theirs == "customers" else str
                    found += () if {root(t.value) for t in own} & {root(t.value) for t in tags} else tags
        if signs.origins and origin:
            said = (t for t in signs.origins if t.rule.startswith("origin/") and t.basis == "field")
            found += [t for t in said if t.value != origin.value]
        if told := self.said.get("origin"):
            # Whom people named does not speak against people, nor does who raised it, which only stands in.
            rules = [t for t in signs.origins if not t.by and not t.fallback]
            other = _decide({}, rules, above, ancestors, committed)
            found += [other] if other and other.value != told[-1].value and other not in found else []
        return tuple(found)

    def _find(self, customers: tuple[Tag, ...]) -> Signs:
        if not customers and not self.said and not self._view.hits():
            return _NO_SIGNS
        view = self._view.about([Text(t.value, t.since, t.event_id) for t in customers])
        own = (t for t in customers if not t.inherited)
        found = self.judgement.found
        intents, marks, overruled = intents_of(view, self.said, self.judgement)
        return Signs(
            origins=(*found("origin", view), *told_by_account(own, self.judgement.customers)),
            commitment=tuple(found("commitment", view)),
            intents=tuple(intents),
            marks=tuple(marks),
            requester=tuple(found("requester", view)),
            evidence=tuple(found("evidence", view)),
            overruled=(*self._overruled, *overruled),
        )


def _decide(
    said: Mapping[str, Sequence[Tag]],
    origins: Iterable[Tag],
    above: list[Tags],
    ancestors: Sequence[str],
    committed: int | None,
) -> Tag | None:
    """A person's word; else the earliest deciding sign before commitment; else the nearest
    ancestor's origin; else a fallback sign. Signs of the same moment: sales first, then the order
    of the rules."""
    if told := said.get("origin"):
        return told[-1]
    in_time = [t for t in origins if committed is None or t.since <= committed]
    for fallback in (False, True):
        signs = [t for t in in_time if t.fallback == fallback]
        if signs:
            return min(signs, key=lambda t: (t.since, t.value != "sales"))
        for tags, ancestor in zip(above, ancestors, strict=False):
            if tags.origin and tags.origin.fallback == fallback:
                return _inherited((tags.origin,), ancestor)[0]
    return None


def _inherit(values: list[tuple[Tag, ...]], ancestors: Sequence[str]) -> tuple[Tag, ...]:
    for tags, ancestor in zip(values, ancestors, strict=False):
        if tags:
            return _inherited(tags, ancestor)
    return ()


@lru_cache(maxsize=KEPT)
def _inherited(tags: tuple[Tag, ...], ancestor: str) -> tuple[Tag, ...]:
    return tuple(replace(t, inherited=t.inherited or ancestor) for t in tags)


def _said(item: Item) -> dict[str, list[Tag]]:
    """What people here said, by dimension, where the last word holds; a request that they name is dated by
    the item."""
    found: dict[str, list[Tag]] = {}
    taken_back: set[str] = set()
    for e in item.judged:
        if not isinstance(e, Tagged):
            continue
        taken_back.discard(e.attr)
        if e.val is None:
            taken_back.add(e.attr)
            continue
        found.setdefault(e.attr, []).append(
            Tag(e.attr, e.val, "person", e.reason, e.id, item.opened_at, e.ts, by=e.actor, basis="person")
        )
    return {attr: words for attr, words in found.items() if attr not in taken_back}
