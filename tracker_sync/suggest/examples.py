"""What there is to learn from and what has no tag yet: each item as far as a model may see it."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from tracker_sync.items import Item
from tracker_sync.reports.org import Org
from tracker_sync.strategy import normal
from tracker_sync.tagging import Tag, Tags
from tracker_sync.tagging.rules import Rule
from tracker_sync.tagging.view import shown

NOBODY = ""
"""The customer of work that nobody outside asked for."""
WITHIN = ("strategy", "engineering", "research", "executive", "compliance")
"""Origins by which nobody outside asked."""
SAYS = {"intent": ("intent",), "customer": ("customer", "origin"), "origin": ("origin", "customer")}
"""Whose rules decide a dimension: a named account also says where demand came from, and conversely."""
_PROPOSED = re.compile(r"(undone: .*; said before: )?suggested (?P<value>.+) \(\d\.\d\d\):", re.DOTALL)
READ = 20_000
"""Characters of a body that are read."""
_WORD = re.compile(r"[^\W\d_][\w'’-]*\w")  # noqa: RUF001  the apostrophe that people type
_URL = re.compile(r"https?://\S+")


class Seen(Struct, frozen=True):
    """An item as a model sees it."""

    ref: str
    title: str
    epic: bool
    project: str
    """Its source and project, or repository."""
    root: str
    """Its topmost ancestor: what hangs together is not to be both learned from and tested on."""
    features: tuple[str, ...]
    """Words of title (twice) and body, and whole values as `label x`."""


class Example(Seen, frozen=True):
    """One that says itself, and once, what is to be learned."""

    value: str


class Material(Struct, frozen=True):
    """Every item of a log, by what it is good for; each in the log's order of items."""

    examples: tuple[Example, ...]
    untagged: tuple[Seen, ...]
    several: int
    """How many name several values, so that none of them is learned from."""
    accepted: int
    """How many have their value from a proposal."""


def material(org: Org, dimension: str) -> Material:
    """What the items say of a dimension. Inherited tags are not learned from: one judgement about an epic
    would count as often as it has tickets."""
    sight = _Sight(org, dimension)
    examples, untagged, several, accepted = list[Example](), list[Seen](), 0, 0
    for ref, item in org.world.items.items():
        found = tags_of(org.tags[ref], dimension)
        if not found:
            if lacks(org.tags[ref], dimension):
                untagged.append(sight.of(item))
            elif (origin := org.tags[ref].origin) and not origin.inherited:
                examples.append(sight.example(item, NOBODY))
        elif any(t.inherited for t in found):
            continue
        elif len(found) > 1:
            several += 1
        elif was_accepted(found[0]):
            accepted += 1
        else:
            examples.append(sight.example(item, found[0].value))
    return Material(tuple(examples), tuple(untagged), several, accepted)


def tags_of(tags: Tags, dimension: str) -> tuple[Tag, ...]:
    """What is said of an item in a dimension."""
    if dimension == "origin":
        return (tags.origin,) if tags.origin else ()
    return tags.customers if dimension == "customer" else tags.intents


def reason(value: str, confidence: float, words: Iterable[str]) -> str:
    """Why a value is proposed, for whoever accepts it to give as theirs."""
    return f"suggested {value} ({confidence:.2f}): {', '.join(words) or 'no single word'}"


def was_accepted(tag: Tag) -> bool:
    """Whether a person's tag is a proposal that was accepted as it was: nothing is learned from those. Who
    gave another value with the same reason judged for themselves."""
    told = _PROPOSED.match(tag.why) if tag.by else None
    return told is not None and normal(told["value"]) == normal(tag.value)


def lacks(tags: Tags, dimension: str) -> bool:
    """Whether an item wants a tag: work that came from within lacks no customer."""
    within = dimension == "customer" and tags.origin is not None and tags.origin.value in WITHIN
    return not tags_of(tags, dimension) and not within


class _Sight:
    """What may be seen of items: everything but what the rules of a dimension rest on."""

    def __init__(self, org: Org, dimension: str) -> None:
        self._org = org
        self._rules = [r for r in org.judged.rules if r.dimension in SAYS[dimension]]

    def of(self, item: Item) -> Seen:
        return Seen(*self._seen(item))

    def example(self, item: Item, value: str) -> Example:
        return Example(*self._seen(item), value)

    def _seen(self, item: Item) -> tuple[str, str, bool, str, str, tuple[str, ...]]:
        epic, root = item.ref in self._org.epics, self._org.tree.root(item.ref)
        project = item.key.partition("#")[0] if "#" in item.key else item.one("project") or ""
        title = self._words("title", item.title)
        body = self._words("body", shown((item.one("body") or "")[:READ], item))
        features = (*title, *title, *body, *self._wholes(item, project))
        return item.ref, item.title, epic, f"{item.source}:{project}", root, features

    def _words(self, attr: str, text: str) -> list[str]:
        for pattern in self._cut[attr]:
            text = pattern.sub(" ", text)
        return _WORD.findall(_URL.sub(" ", text).casefold())

    def _wholes(self, item: Item, project: str) -> Iterator[str]:
        for attr, word in (("labels", "label"), ("components", "component"), ("type", "type")):
            for val in item.many(attr):
                if not self._answers(attr, val):
                    yield f"{word} {val.casefold()}"
        if not self._answers("project", project) and not self._answers("key", item.key):
            yield f"project {project.casefold()}"

    def _answers(self, attr: str, text: str) -> bool:
        """Whether a rule takes the answer from this text."""
        return any(
            not rule.stated_only or self._org.strategies.resolve(value) is not None
            for rule in self._rules
            for value in rule.gives(attr, text)
        )

    @cached_property
    def _cut(self) -> dict[str, list[re.Pattern[str]]]:
        """The patterns of rules about long texts: what they match is cut out."""
        return {attr: [p for r in self._rules for p in _patterns(r, attr)] for attr in ("title", "body")}


def _patterns(rule: Rule, attr: str) -> Iterator[re.Pattern[str]]:
    for clause in rule.clauses:
        for named, patterns in clause:
            if named == attr:
                yield from patterns
