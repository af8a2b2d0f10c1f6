"""Says of every item which intent it serves, who asked for it and where the demand came from, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from tracker_sync.config import CalendarConfig, FieldNames
from tracker_sync.customers import Customers
from tracker_sync.events import Tagged
from tracker_sync.items import Item, Names, World
from tracker_sync.people import Person
from tracker_sync.strategy import Strategies, normal
from tracker_sync.tagging.rules import BASES, DECIDING, KEPT, Basis, Dimension, Pack, Rule, Text, pattern_set
from tracker_sync.tagging.view import View
from tracker_sync.value import value
from tracker_sync.work import Span, Tree, commitment, spans, tree

_NO_FIELDS = FieldNames()
ORIGINS = (
    "sales", "support", "customer", "research", "strategy", "engineering", "executive", "compliance",
)  # fmt: skip


@value(frozen=True, slots=True)
class Tag:
    """One judgement about an item, and what it rests on."""

    dimension: str
    value: str
    rule: str
    """The rule's name, or `person`."""
    why: str
    event_id: str
    since: int
    """When the tracker first showed what the tag rests on, in microseconds UTC."""
    known_since: int
    """When the judgement itself was made: a person's tag can be years younger than the request."""
    by: str | None = None
    """The person, for a person's judgement."""
    inherited: str | None = None
    """The ancestor it was taken from."""
    fallback: bool = False
    stated: bool = True
    """For an intent: whether it may stand although no strategy names it."""
    basis: Basis = "text"
    """What kind of sign it rests on; the stronger kind decides."""


@value(frozen=True, slots=True)
class Tags:
    """Everything said of one item."""

    customers: tuple[Tag, ...] = ()
    origin: Tag | None = None
    origins: tuple[Tag, ...] = ()
    """Every sign of an origin, deciding or not."""
    intents: tuple[Tag, ...] = ()
    """One; several where the item's own marks contradict each other, which nobody has settled."""
    marks: tuple[Tag, ...] = ()
    """Planning marks that no strategy names: shown, and deciding nothing."""
    commitment: tuple[Tag, ...] = ()
    requester: tuple[Tag, ...] = ()
    """In what role those who asked did so."""
    evidence: tuple[Tag, ...] = ()
    """On what evidence the item rests."""
    unclear: tuple[Tag, ...] = ()
    """Names that may stand for more than one account: whom they mean is asked, not guessed."""
    conflicts: tuple[Tag, ...] = ()
    """What says something else than was decided, and was overruled by a stronger or nearer sign."""
    committed_at: int | None = None
    spans: tuple[Span, ...] = ()

    @property
    def intent(self) -> str | None:
        """The intent, where there is exactly one."""
        return self.intents[0].value if len(self.intents) == 1 else None

    @property
    def requested_at(self) -> int | None:
        """The first moment that a customer or a deal was named."""
        times = [t.since for t in (*self.customers, *([self.origin] if self.origin else []))]
        return min(times, default=None)


@dataclass(frozen=True)
class Judgement:
    """What tags rest on beside the items."""

    rules: tuple[Rule, ...]
    customers: Customers
    strategies: Strategies
    people: Mapping[str, Person]
    fields: Mapping[str, FieldNames]
    started_labels: Mapping[str, list[str]]
    calendar: CalendarConfig

    @cached_property
    def watched(self) -> Mapping[str, Any]:
        """For each attribute that rules look at, what finds any of their patterns in a text."""
        patterns: dict[str, set[str]] = {}
        for rule in (r for r in self.rules if r.dimension in DECIDING):
            for attr, many in [*(part for clause in rule.clauses for part in clause), *rule.unless]:
                patterns.setdefault(attr, set()).update(p.pattern for p in many)
        return {attr: pattern_set(sorted(found)) for attr, found in patterns.items()}

    def looks_at_field(self, source: str, name: str) -> bool:
        """Whether a rule looks at the field of a source that goes by this name."""
        own = self.fields.get(source, _NO_FIELDS)
        return name in (own.intent, own.customer, own.origin) or f"field.{name}" in self.watched

    def known_only(self, rule: str) -> bool:
        """Whether what the rule of this name gives has to be in the customers file, if there is one."""
        return rule in self._known_only

    @cached_property
    def _known_only(self) -> frozenset[str]:
        return frozenset(r.name for r in self.rules if r.known_only)

    @cached_property
    def pack(self) -> Pack:
        """The rules, to be matched together."""
        return Pack(self.rules)

    @cached_property
    def deciding(self) -> Pack:
        """Those that shares are counted by, but for what counts only where a strategy names it, and none
        does."""

        def wanted(rule: Rule, attr: str, text: str) -> bool:
            return not rule.stated_only or any(map(self.strategies.resolve, rule.gives(attr, text)))

        return Pack((r for r in self.rules if r.dimension in DECIDING), wanted)

    def found(self, dimension: Dimension, view: View) -> Iterator[Tag]:
        """What the rules of a dimension say of an item; after a rule of a `keep = "first"` file has
        spoken, the rest of that file is silent."""
        silent: set[Path] = set()
        for rule, tags in self.signs(dimension, view):
            if rule.path not in silent:
                yield from tags
            if rule.keep == "first" and not rule.stated_only:
                silent.add(rule.path)

    def signs(self, dimension: Dimension, view: View) -> Iterator[tuple[Rule, list[Tag]]]:
        """What each rule of a dimension would say, in the order of the rules."""
        for rule in view.pack.asking(view.hits())[dimension]:
            if matches := rule.matches(view.texts):
                yield rule, [
                    Tag(dimension, m.value, rule.name, rule.why, m.event_id, m.since, m.since,
                        fallback=rule.fallback, basis=m.basis)
                    for m in matches
                ]  # fmt: skip


@value(frozen=True, slots=True)
class Signs:
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
        fields = judgement.fields.get(item.source, _NO_FIELDS)
        pack = judgement.pack if marks else judgement.deciding
        self._view = View(item, names, fields, judgement.people, judgement.customers, pack)
        asked = customers_of(item, self._view, self.said, judgement)
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
        return Tags(
            customers=customers,
            origin=_decide(self.said, signs.origins, above, ancestors, committed),
            origins=signs.origins,
            intents=signs.intents or _inherit([t.intents for t in above], ancestors),
            marks=signs.marks,
            commitment=signs.commitment,
            requester=signs.requester,
            evidence=signs.evidence,
            unclear=self._unclear,
            conflicts=self._conflicts(signs, above, ancestors, committed),
            committed_at=committed,
            spans=phases,
        )

    def _conflicts(
        self, signs: Signs, above: list[Tags], ancestors: Sequence[str], committed: int | None
    ) -> tuple[Tag, ...]:
        """What was overruled: by a stronger sign of the item, by a person, or for being an ancestor's."""
        found = [*signs.overruled]
        if above:
            for own, theirs in ((self.customers, "customers"), (signs.intents, "intents")):
                if own and (tags := _inherit([getattr(t, theirs) for t in above], ancestors)):
                    found += () if {t.value for t in own} & {t.value for t in tags} else tags
        if told := self.said.get("origin"):
            other = _decide({}, signs.origins, above, ancestors, committed)
            found += [other] if other and other.value != told.value else []
        return tuple(found)

    def _find(self, customers: tuple[Tag, ...]) -> Signs:
        if not customers and not self.said and not self._view.hits():
            return _NO_SIGNS
        view = self._view.about([Text(t.value, t.since, t.event_id) for t in customers])
        own = (t for t in customers if not t.inherited)
        found = self.judgement.found
        intents, marks, overruled = intents_of(view, self.said, self.judgement)
        return Signs(
            origins=(*found("origin", view), *_told_by_account(own, self.judgement.customers)),
            commitment=tuple(found("commitment", view)),
            intents=tuple(intents),
            marks=tuple(marks),
            requester=tuple(found("requester", view)),
            evidence=tuple(found("evidence", view)),
            overruled=(*self._overruled, *overruled),
        )


Asked = tuple[tuple[Tag, ...], tuple[Tag, ...], tuple[Tag, ...]]
"""(who asked, names that may be several accounts', who else was named and overruled)"""


def customers_of(item: Item, view: View, said: Mapping[str, Tag], judgement: Judgement) -> Asked:
    """Who asked for an item: whom a person named, or else everybody whom its own signs name."""
    found, unclear = _named(view, judgement) if view.hits() else ((), ())
    if told := said.get("customer"):
        names = [_account(name, judgement.customers) for name in told.value.split(";") if name.strip()]
        others = tuple(t for t in found if t.value not in names)
        return tuple(replace(told, value=name) for name in names), (), others
    return found, unclear, ()


def _named(view: View, judgement: Judgement) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
    """(the accounts that an item's signs name, names that may be several accounts')"""
    customers, found, unclear = judgement.customers, dict[str, Tag](), dict[str, Tag]()
    for one in judgement.found("customer", view):
        known = customers.find(one.value)
        if known is None and (between := customers.between(one.value)):
            unclear.setdefault(one.value, replace(one, why=f"{' or '.join(between)}? {one.why}"))
            continue
        if known is None and customers.accounts and judgement.known_only(one.rule):
            continue
        named = replace(one, value=_account(one.value, customers))
        before = found.get(named.value)
        if before is None or named.since < before.since:
            found[named.value] = named
    # An item that names one of them elsewhere has said which it means.
    open_ = (t for v, t in unclear.items() if not found.keys() & set(customers.between(v)))
    return tuple(found[v] for v in sorted(found)), tuple(sorted(open_, key=lambda t: t.value))


def _account(name: str, customers: Customers) -> str:
    account = customers.find(name)
    return account.name if account else " ".join(name.casefold().split())


def _told_by_account(tags: Iterable[Tag], customers: Customers) -> Iterator[Tag]:
    """The origin that a named account speaks for: a prospect's wish is sales, a customer's its own."""
    for one in tags:
        account = customers.find(one.value)
        standing = account.at(one.since) if account else None
        prospect = standing is not None and standing.status == "prospect"
        what = "a prospect at the time" if prospect else "the account that asked"
        yield replace(
            one, dimension="origin", value="sales" if prospect else "customer",
            why=f"{one.value} is {what}. {one.why}",
        )  # fmt: skip


def intents_of(
    view: View, said: Mapping[str, Tag], judgement: Judgement
) -> tuple[list[Tag], list[Tag], list[Tag]]:
    """(the intent, or the intents of one rule; planning marks nobody claims; what was overruled). A person's
    word decides, then the strongest sign, and of equal ones the rule that comes first."""
    resolve = judgement.strategies.resolve
    given, marks = list[list[Tag]](), list[Tag]()
    for rule, tags in judgement.signs("intent", view):
        known = [(resolve(t.value), t) for t in tags]
        marks += [t for intent, t in known if intent is None and rule.stated_only]
        given.append(
            [
                replace(t, value=intent or normal(t.value), stated=intent is not None)
                for intent, t in known
                if intent or not rule.stated_only
            ]
        )
    if told := said.get("intent"):
        given.append([replace(told, value=resolve(told.value) or normal(told.value))])
    ranked = sorted(filter(None, given), key=lambda tags: BASES.index(tags[0].basis))
    if not ranked:
        return [], marks, []
    unique = {t.value: t for t in reversed(ranked[0])}
    others = {t.value: t for tags in reversed(ranked[1:]) for t in tags if t.value not in unique}
    return [unique[v] for v in sorted(unique)], [] if told else marks, [others[v] for v in sorted(others)]


def _decide(
    said: Mapping[str, Tag],
    origins: Iterable[Tag],
    above: list[Tags],
    ancestors: Sequence[str],
    committed: int | None,
) -> Tag | None:
    """A person's word; else the earliest deciding sign before commitment; else the nearest
    ancestor's origin; else a fallback sign. Signs of the same moment: sales first, then the order
    of the rules."""
    if told := said.get("origin"):
        return told
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


def _said(item: Item) -> dict[str, Tag]:
    """What people here said last, by dimension; a request that they name is dated by the item."""
    found: dict[str, Tag] = {}
    for e in item.judged:
        if not isinstance(e, Tagged):
            continue
        found.pop(e.attr, None)
        if e.val is not None:
            found[e.attr] = Tag(
                e.attr, e.val, "person", e.reason, e.id, item.opened_at, e.ts, by=e.actor, basis="person"
            )  # fmt: skip
    return found
