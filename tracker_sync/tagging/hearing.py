"""What the rules said of one item, why what they said decides or not, and which of them nearly spoke."""

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.config import FieldNames
from tracker_sync.items import Item, Names
from tracker_sync.tagging import Judgement, Tag, Tags
from tracker_sync.tagging.rules import Match, Rule, Text
from tracker_sync.tagging.silence import Clause
from tracker_sync.tagging.view import View

Texts = Callable[[str], list[Text]]


class Spoke(Struct, frozen=True):
    """A rule that gave something."""

    rule: Rule
    values: tuple[str, ...]
    overruled: str
    """Why it does not decide; empty where it does."""


class Close(Struct, frozen=True):
    """A rule that kept silent by a hair."""

    rule: Rule
    attr: str
    text: str
    """What it found there."""
    but: str
    """The attribute that kept it silent: by what `unless` found in it, or by what is missing."""
    found: str | None
    """What `unless` found; None: it lacks what `patterns` look for."""
    patterns: tuple[str, ...]


def hearing(item: Item, names: Names, tags: Tags, judgement: Judgement) -> tuple[list[Spoke], list[Close]]:
    """(the rules that spoke for an item, those that nearly did), in the order of the rules."""
    fields = judgement.fields.get(item.source, FieldNames())
    alone = View(item, names, fields, judgement.people, judgement.customers, judgement.pack)
    asked = alone.about([Text(t.value, t.since, t.event_id) for t in tags.customers])
    spoke: list[Spoke] = []
    close: list[Close] = []
    for rule in judgement.rules:
        texts = (alone if rule.dimension == "customer" else asked).texts
        if matches := rule.matches(texts):
            first = _silencer(rule, spoke)
            why = _overruled(rule, matches, first, tags, judgement)
            spoke.append(Spoke(rule, tuple(m.value for m in matches), why))
        else:
            close += [*_vetoed(rule, texts), *_lacking(rule, texts)][:1]
    return spoke, close


def _silencer(rule: Rule, spoke: Sequence[Spoke]) -> Rule | None:
    """The rule that was heard before this one in a file of which only the first is heard."""
    if rule.keep == "all":
        return None
    return next((s.rule for s in spoke if s.rule.path == rule.path and not s.rule.stated_only), None)


def _overruled(rule: Rule, matches: list[Match], first: Rule | None, tags: Tags, judgement: Judgement) -> str:
    decided = _decided(rule, tags)
    if any(t.rule == rule.name and not t.inherited for t in decided):
        return ""
    if any(t.rule == "person" and not t.inherited for t in decided):
        return "a person has said what it is"
    if rule.dimension == "intent" and decided and decided[0].basis != matches[0].basis:
        return f"{decided[0].rule} rests on a {decided[0].basis}, which goes before a {matches[0].basis}"
    if first:
        return f"{first.name} speaks before it in its file, and only the first is heard"
    match rule.dimension:
        case "intent" if rule.stated_only and not any(judgement.strategies.resolve(m.value) for m in matches):
            return "the strategy states no intent by that name"
        case "customer" if rule.known_only and not any(judgement.customers.find(m.value) for m in matches):
            return "customers.csv has no such account"
        case "customer":
            return "another rule found the same customer earlier"
        case "origin":
            return _no_origin(rule, min(m.since for m in matches), tags)
        case _:
            return f"{decided[0].rule} goes before it" if decided else "nothing decides"


def _no_origin(rule: Rule, since: int, tags: Tags) -> str:
    """Why a sign of an origin, there since a time, is not the one that decides."""
    if tags.committed_at is not None and since > tags.committed_at:
        return "it came after the work was committed to"
    if tags.origin is None or (rule.fallback and not tags.origin.fallback):
        return "it is a fallback, and something else decides"
    if tags.origin.since < since:
        return f"the sign of {tags.origin.rule} is older"
    return f"of signs of one moment, that of {tags.origin.rule} goes first"


def _decided(rule: Rule, tags: Tags) -> tuple[Tag, ...]:
    match rule.dimension:
        case "customer":
            return tags.customers
        case "intent":
            return tags.intents
        case "commitment":
            return tags.commitment
        case "origin":
            return (tags.origin,) if tags.origin else ()
        case "requester":
            return tags.requester
        case "evidence":
            return tags.evidence
        case _:
            assert_never(rule.dimension)


def _vetoed(rule: Rule, texts: Texts) -> Iterator[Close]:
    """What it would have found, but for `unless`."""
    if not replace(rule, unless=()).matches(texts):
        return
    hits = [(a, t.val, p) for c in rule.clauses for a, t, p in _found(c, texts)]
    for attr, text, pattern in _found(rule.unless, texts):
        same = [h for h in hits if h[:2] == (attr, text.val)] or hits
        yield Close(rule, same[0][0], same[0][1], attr, text.val, (pattern,))


def _lacking(rule: Rule, texts: Texts) -> Iterator[Close]:
    """What it found, where one condition of several does not hold."""
    for clause in rule.clauses:
        hits = list(_found(clause, texts))
        lacking = [(attr, patterns) for attr, patterns in clause if attr not in {a for a, _, _ in hits}]
        if hits and len(lacking) == 1:
            (attr, patterns), (there, text, _) = lacking[0], hits[0]
            yield Close(rule, there, text.val, attr, None, tuple(p.pattern for p in patterns))


def _found(clause: Clause, texts: Texts) -> Iterator[tuple[str, Text, str]]:
    return (
        (attr, text, p.pattern)
        for attr, patterns in clause
        for text in texts(attr)
        for p in patterns
        if p.search(text.val)
    )
