"""Says of every item which intent it serves, who asked for it and where the demand came from, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import get_args

from tracker_sync.config import CalendarConfig, FieldNames
from tracker_sync.customers import Customers
from tracker_sync.events import Tagged
from tracker_sync.items import Item, Names, World
from tracker_sync.people import Person
from tracker_sync.strategy import Strategies, normal
from tracker_sync.tagging.rules import Dimension, Pack, Rule, Text
from tracker_sync.tagging.view import View
from tracker_sync.work import Span, Tree, commitment, spans, tree

ORIGINS = (
    "sales", "support", "customer", "research", "strategy", "engineering", "executive", "compliance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
    def packs(self) -> Mapping[Dimension, Pack]:
        """The rules by dimension, in their order."""
        return {d: Pack(r for r in self.rules if r.dimension == d) for d in get_args(Dimension)}

    def found(self, dimension: Dimension, view: View) -> Iterator[tuple[Rule, Tag]]:
        """What the rules of a dimension say of an item; after a rule of a `keep = "first"` file has
        spoken, the rest of that file is silent."""
        silent: set[Path] = set()
        for rule, matches in self.packs[dimension].matches(view.texts):
            if rule.path in silent:
                continue
            if rule.keep == "first" and not rule.stated_only:
                silent.add(rule.path)
            for m in matches:
                yield rule, Tag(
                    dimension, m.value, rule.name, rule.why, m.event_id, m.since, m.since,
                    fallback=rule.fallback,
                )  # fmt: skip


def tag(world: World, judgement: Judgement, shape: Tree | None = None) -> dict[str, Tags]:
    """The tags of every item, by ref. Ancestors come first, so that children can inherit."""
    shape = shape or tree(world)
    done: dict[str, Tags] = {}
    for ref in world.items:
        for one in [*reversed(shape.ancestors(ref)), ref]:
            if one not in done:
                above = [done[a] for a in shape.ancestors(one) if a in done]
                done[one] = _tag_one(world, world.items[one], above, shape.ancestors(one), judgement)
    return {ref: done[ref] for ref in world.items}


def _tag_one(world: World, item: Item, above: list[Tags], ancestors: list[str], judgement: Judgement) -> Tags:
    names = world.names.get(item.source, Names())
    fields = judgement.fields.get(item.source, FieldNames())
    said = _said(item)
    customers = _customers(item, View(item, names, fields, judgement.people, []), said, judgement)
    if not customers:
        customers = _inherit([t.customers for t in above], ancestors)
    about = [Text(t.value, t.since, t.event_id) for t in customers]
    view = View(item, names, fields, judgement.people, about)
    promised = [t for _, t in judgement.found("commitment", view)]
    phases = spans(item, names, judgement.started_labels.get(item.source, ()))
    committed = commitment(phases, min((t.since for t in promised), default=None))
    origins = [t for _, t in judgement.found("origin", view)]
    origins += _told_by_account([t for t in customers if not t.inherited], judgement.customers)
    intents, marks = _intents(view, said, judgement)
    if not intents:
        intents = list(_inherit([t.intents for t in above], ancestors))
    return Tags(
        customers=tuple(customers),
        origin=_decide(item, said, origins, above, ancestors, committed),
        origins=tuple(origins),
        intents=tuple(intents),
        marks=tuple(marks),
        commitment=tuple(promised),
        committed_at=committed,
        spans=phases,
    )


def _customers(item: Item, view: View, said: Mapping[str, Tag], judgement: Judgement) -> tuple[Tag, ...]:
    if told := said.get("customer"):
        return tuple(
            replace(told, value=_account(name, judgement.customers))
            for name in told.value.split(";") if name.strip()
        )  # fmt: skip
    found: dict[str, Tag] = {}
    for rule, one in judgement.found("customer", view):
        known = judgement.customers.find(one.value)
        if rule.known_only and judgement.customers.accounts and known is None:
            continue
        named = replace(one, value=_account(one.value, judgement.customers))
        before = found.get(named.value)
        if before is None or named.since < before.since:
            found[named.value] = named
    return tuple(found[v] for v in sorted(found))


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


def _intents(view: View, said: Mapping[str, Tag], judgement: Judgement) -> tuple[list[Tag], list[Tag]]:
    """(the intent or intents of the first rule that gives one, planning marks nobody claims)."""
    resolve = judgement.strategies.resolve
    if told := said.get("intent"):
        return [replace(told, value=resolve(told.value) or normal(told.value))], []
    chosen: list[Tag] = []
    marks: list[Tag] = []
    for rule, one in judgement.found("intent", view):
        intent = resolve(one.value)
        if intent is None and rule.stated_only:
            marks.append(one)
        elif not chosen or chosen[0].rule == one.rule:
            chosen.append(replace(one, value=intent or normal(one.value), stated=intent is not None))
    unique = {t.value: t for t in reversed(chosen)}
    return [unique[v] for v in sorted(unique)], marks


def _decide(
    item: Item,
    said: Mapping[str, Tag],
    origins: list[Tag],
    above: list[Tags],
    ancestors: list[str],
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
                return replace(tags.origin, inherited=tags.origin.inherited or ancestor)
    return None


def _inherit(values: list[tuple[Tag, ...]], ancestors: list[str]) -> tuple[Tag, ...]:
    for tags, ancestor in zip(values, ancestors, strict=False):
        if tags:
            return tuple(replace(t, inherited=t.inherited or ancestor) for t in tags)
    return ()


def _said(item: Item) -> dict[str, Tag]:
    """What people here said last, by dimension; a request that they name is dated by the item."""
    found: dict[str, Tag] = {}
    for step in item.judged:
        e = step.event
        if not isinstance(e, Tagged):
            continue
        found.pop(e.attr, None)
        if e.val is not None:
            found[e.attr] = Tag(
                e.attr, e.val, "person", e.reason, e.id, item.opened_at, e.ts, by=e.actor
            )  # fmt: skip
    return found
