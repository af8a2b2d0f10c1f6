"""Tag rules, read from their files: what a rule gives for an item's texts."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

SPREAD = ("title", "body", "comments")
FIELDS = ("intent_field", "customer_field", "origin_field")
RUNNING = (
    "title", "body", "comments", "links", "customer", "reporter_role", "reporter_team", "reporter_domain",
    "environment", "remote_links",
)  # fmt: skip
KINDS = ("person", "field", "label", "text")
Clause = dict[str, list[str]]


@dataclass(frozen=True)
class Text:
    """A text that a pattern may match, and since when the item has it."""

    val: str
    since: int
    event: str


@dataclass(frozen=True)
class Found:
    """A value that a rule gives."""

    value: str
    since: int
    kind: str
    event: str


@dataclass(frozen=True)
class Rule:
    """One rule. "Several attributes in one { … }: all of them have to. Several patterns in a list: one of
    them has to. A list of { … }: one of those has to hold"."""

    dimension: str
    id: str
    file: str
    first: bool
    """Of its file only the first rule that speaks is heard."""
    clauses: tuple[Clause, ...]
    unless: Clause
    raw: dict[str, Any]

    def __hash__(self) -> int:
        return hash((self.dimension, self.id))

    def flag(self, name: str) -> bool:
        """One of `fallback`, `stated_only`, `known_only`."""
        return bool(self.raw.get(name))

    def gives(self, texts: Callable[[str], list[Text]]) -> list[Found]:
        """Of each value the earliest sign."""
        found: dict[str, Found] = {}
        for clause in self.clauses:
            for one in self._of(clause, texts):
                if one.value not in found or one.since < found[one.value].since:
                    found[one.value] = one
        return [found[v] for v in sorted(found)]

    def _of(self, clause: Clause, texts: Callable[[str], list[Text]]) -> Iterator[Found]:
        hits: dict[str, list[tuple[str | None, Text]]] = {}
        for attr, patterns in clause.items():
            veto = self.unless.get(attr, [])
            hits[attr] = [
                (value, t)
                for t in texts(attr)
                if not any(
                    matches(p, t.val) for p in veto
                )  # "only the very text that matches does not count"
                for p in patterns
                for value in values(p, t.val)
            ]
            if not hits[attr]:
                return
        if self.silenced(clause, texts):
            return
        # "A tag dates from when the last of its conditions came to hold."
        held = max(min(t.since for _, t in some) for some in hits.values())
        for attr, some in hits.items():
            for value, t in some:
                given = self.raw.get("value", value)
                if given and given.strip():
                    yield Found(given.strip(), max(held, t.since), kind_of(attr), t.event)

    def silenced(self, clause: Clause, texts: Callable[[str], list[Text]]) -> bool:
        """ "Of any other attribute, one such text silences the rule for the whole item"."""
        looked_at = {a for c in self.clauses for a in c}
        return any(
            matches(p, t.val)
            for attr, patterns in self.unless.items()
            if attr not in looked_at
            for t in texts(attr)
            for p in patterns
        )


def kind_of(attr: str) -> str:
    """ "A field, then a mark that somebody chose (a label, component, milestone, project), then what is read
    out of a text or link"."""
    plain = attr.removeprefix("named.")
    if plain in FIELDS or plain.startswith(("field.", "customfield_", "field_")):
        return "field"
    return "text" if plain in RUNNING else "label"


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """RE2's pattern in Python's words: its classes know ASCII alone, and its `$` is the end of the text."""
    multiline = re.match(r"\(\?[a-z]*m[a-z]*\)", pattern)
    ends = pattern if multiline else re.sub(r"(?<!\\)\$(?![^\[]*\])", r"\\Z", pattern)
    return re.compile(ends, re.IGNORECASE | re.ASCII)


@cache
def matches(pattern: str, text: str) -> bool:
    """ "They match anywhere in a text; case does not matter"."""
    return compiled(pattern).search(text) is not None


@cache
def values(pattern: str, text: str) -> tuple[str | None, ...]:
    """What the group `value` takes in each place that matches; None where there is no such group."""
    return tuple(m.groupdict().get("value") for m in compiled(pattern).finditer(text))


def in_order(files: Iterable[tuple[str, str]], off: set[str]) -> list[Rule]:
    """ "A rule with the name of a built-in one takes its place"; "your rules come before those of packs, and
    these before those built in"."""
    folders: dict[str, dict[tuple[str, str], Rule]] = {}
    for name, text in files:
        for rule in _of_file(name, text):
            folders.setdefault(name.rpartition("/")[0], {})[rule.dimension, rule.id] = rule
    found: dict[tuple[str, str], Rule] = {}
    for rules in reversed(folders.values()):
        for key, rule in rules.items():
            found.setdefault(key, rule)
    return [r for r in found.values() if f"{r.dimension}/{r.id}" not in off]


@cache
def _of_file(name: str, text: str) -> tuple[Rule, ...]:
    return tuple(_rules(name, tomllib.loads(text)))


def _rules(name: str, file: dict[str, Any]) -> Iterator[Rule]:
    parts: dict[str, str] = {}
    for part, text in file.get("parts", {}).items():
        parts[part] = _filled("|".join([text] if isinstance(text, str) else text), parts)
    for raw in file["rule"]:
        when = raw["when"] if isinstance(raw["when"], list) else [raw["when"]]
        clauses = [c for one in when for c in _spread(one, parts)]
        unless = {a: p for c in _spread(raw.get("unless", {}), parts) for a, p in c.items()}
        keep = file.get("keep", "all") == "first"
        yield Rule(file["dimension"], raw["id"], name, keep, tuple(clauses), unless, raw)


def _filled(pattern: str, parts: dict[str, str]) -> str:
    """A pattern with what its parts stand for, each as a whole."""
    if not parts:
        return pattern
    return re.sub(r"(?<!\\)(?<!\\[pPx])\{([a-z][a-z_]*)\}", lambda m: f"(?:{parts[m[1]]})", pattern)


def _spread(clause: dict[str, Any], parts: dict[str, str]) -> list[Clause]:
    """ "`text`: the title, the description or any comment: short for a condition on each of them"."""
    many = {a: [_filled(p, parts) for p in ([p] if isinstance(p, str) else p)] for a, p in clause.items()}
    whole = [a for a in many if a in ("text", "named.text")]
    if not whole:
        return [many]
    return [{a.replace("text", place) if a in whole else a: p for a, p in many.items()} for place in SPREAD]
