"""What tags rest on beside the items: rules, customers, strategies and people."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from tracker_sync.config import CalendarConfig, FieldNames
from tracker_sync.customers import Customers
from tracker_sync.people import Person
from tracker_sync.strategies import Strategies
from tracker_sync.tagging.rules import DECIDING, NAMED, Dimension, Pack, Rule
from tracker_sync.tagging.tags import Tag
from tracker_sync.tagging.together import PatternSet, by_attribute
from tracker_sync.tagging.view import View, marked

NO_FIELDS = FieldNames()


class Judgement(Struct, frozen=True, dict=True):
    """What tags rest on beside the items."""

    load: Callable[[], tuple[Rule, ...]]
    """What reads the rules."""
    customers: Customers
    strategies: Strategies
    people: Mapping[str, Person]
    fields: Mapping[str, FieldNames]
    started_labels: Mapping[str, list[str]]
    calendar: CalendarConfig

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, read when they are first asked for: a report on what was judged before asks for none.

        Raises ConfigError or RuleError with file and line.
        """
        return self.load()

    @cached_property
    def watched(self) -> frozenset[str]:
        """The attributes that the rules look at which decide."""
        rules = self.deciding.rules
        return frozenset({a for r in rules for c in r.clauses for a, _ in c} | self.vetoes.keys())

    @cached_property
    def vetoes(self) -> Mapping[str, PatternSet]:
        """For each attribute that keeps a rule from speaking, what finds in a text any pattern that does."""
        patterns: dict[str, list[str]] = {}
        for attr, many in (part for rule in self.deciding.rules for part in rule.unless):
            patterns.setdefault(attr, []).extend(p.pattern for p in many)
        return by_attribute(patterns, NAMED)

    def excluding(self, texts: Iterable[str]) -> tuple[str, ...]:
        """What these texts name of all that any version of the strategy decided against, standing or not:
        `VERSION/ID`, by the version's place among all and its own name for the opportunity."""
        found = [t for t in texts if self.excluded.match(t)]
        return self.strategies.excluding(found) if found else ()

    @cached_property
    def excluded(self) -> PatternSet:
        """What finds in a text any pattern of what any version of the strategy decided against."""
        return PatternSet(
            p for v in self.strategies.versions for x in v.strategy.not_doing for p in x.patterns
        )

    def looks_at_field(self, source: str, name: str) -> bool:
        """Whether a rule looks at the field of a source that goes by this name."""
        own = self.fields.get(source, NO_FIELDS)
        places = {f"field.{name}", f"{NAMED}field.{name}"}
        return name in (own.intent, own.customer, own.origin) or not places.isdisjoint(self.watched)

    def known_only(self, rule: str) -> bool:
        """Whether what the rule of this name gives has to be in the customers file, if there is one."""
        return rule in self._known_only

    @cached_property
    def _known_only(self) -> frozenset[str]:
        return frozenset(r.name for r in self.rules if r.known_only)

    @cached_property
    def pack(self) -> Pack:
        """The rules, to be matched together."""
        return Pack(self.rules, mark=self._mark)

    @cached_property
    def deciding(self) -> Pack:
        """Those that shares are counted by, but for what counts only where a strategy names it, and none
        does."""

        def wanted(rule: Rule, attr: str, text: str) -> bool:
            return not rule.stated_only or any(map(self.strategies.resolve, rule.gives(attr, text)))

        return Pack((r for r in self.rules if r.dimension in DECIDING), wanted, self._mark)

    def _mark(self, attr: str, text: str) -> str | None:
        return marked(self.customers, attr, text)

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
