"""Tag rules: TOML files that say what a label, a field or a text means, with tests inside."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import re2
from msgspec import Struct

from tracker_sync import tomlfile
from tracker_sync.errors import ConfigError, RuleError
from tracker_sync.tagging.parts import PartError, Parts
from tracker_sync.tagging.refusals import hint, not_a_pattern, twice, untested
from tracker_sync.tagging.together import TEXTS, by_attribute, options

Dimension = Literal["customer", "origin", "intent", "commitment", "requester", "evidence"]
DECIDING: tuple[Dimension, ...] = ("customer", "origin", "intent", "commitment")
"""The dimensions that shares are counted by; the others are only shown."""
Basis = Literal["person", "field", "label", "text"]
"""What a tag rests on, the strongest first: what people said here, a field that was set for the purpose, a
mark that somebody chose (a label, component, milestone, project), what may be read out of a text or link."""
BASES: tuple[Basis, ...] = get_args(Basis)
Patterns = str | list[str]
KEPT = 20_000
"""Texts of which it is remembered what they match: labels and types come again with every item, and an item's
own texts every time that it is judged."""
Clause = dict[str, Patterns]


class RuleTest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[rule.test]]`: an item, and the values that the rule gives for it."""

    item: dict[str, str | list[str]]
    gives: list[str]


class _Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: str
    why: str
    when: Clause | list[Clause]
    unless: Clause = {}
    value: str | None = None
    fallback: bool = False
    stated_only: bool = False
    known_only: bool = False
    test: list[RuleTest] = []


class _File(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    dimension: Dimension
    keep: Literal["first", "all"] = "all"
    parts: dict[str, Patterns] = {}
    rule: list[_Rule]


RENAMED = {"comments": "comment"}
"""What rules call otherwise than events do."""
TEXT = "text"
"""Stands for any of `TEXTS`."""
CUSTOM = ("customfield_", "field_")
"""What the name of an attribute begins with that is a tracker's own field."""
ROLES = {"intent_field": "intent", "customer_field": "customer", "origin_field": "origin"}
"""Attributes that stand for whichever field of a tracker the configuration names."""
LINKED = ("body", "comment", "remote_links")
"""Where links are looked for."""
NAMED = "named."
"""What the name of an attribute begins with that holds another one's texts with accounts marked, as «Acme»;
only those texts that mention any."""
COMPUTED = frozenset(
    {"key", "links", "customer", "reporter_role", "reporter_team", "reporter_domain", *ROLES}
)
"""Attributes that no event gives just so; nor those that name a field, `field.…`, or accounts, `named.…`."""
_TEXTS = {
    "title", "body", "comments", "links", "customer", "reporter_role", "reporter_team", "reporter_domain",
    "environment", "remote_links",
}  # fmt: skip


def is_plain(attr: str) -> bool:
    """Whether events give the attribute just so, but for its name."""
    return attr not in COMPUTED and not attr.startswith(("field.", NAMED))


@cache
def basis(attr: str) -> Basis:
    """What a tag rests on that a text of this attribute gave."""
    plain = attr.removeprefix(NAMED)
    if plain in ROLES or plain.startswith(("field.", *CUSTOM)):
        return "field"
    return "text" if plain in _TEXTS else "label"


class Text(NamedTuple):
    """One text of an item that a pattern may match."""

    val: str
    since: int
    """From when the item had it, in microseconds UTC."""
    event_id: str


class Match(NamedTuple):
    """What a rule found."""

    value: str
    since: int
    event_id: str
    basis: Basis


class Rule(Struct, frozen=True):
    """One rule, ready to match. A clause is a map (and) of attribute → patterns (or)."""

    name: str
    """`dimension/id`."""
    path: Path
    dimension: Dimension
    keep: Literal["first", "all"]
    why: str
    clauses: tuple[tuple[tuple[str, tuple[Any, ...]], ...], ...]
    unless: tuple[tuple[str, tuple[Any, ...]], ...]
    value: str | None
    fallback: bool
    stated_only: bool
    known_only: bool
    tests: tuple[RuleTest, ...]
    written: tuple[tuple[str, str], ...] = ()
    """Of each pattern with named parts: how it reads with them in their places, and as its file has it."""
    parts: tuple[tuple[str, str], ...] = ()
    """The named parts that its patterns are made of, in the order of their file."""

    def as_written(self, pattern: str) -> str:
        """One of its patterns with the names of its parts, as its file has it."""
        return dict(self.written).get(pattern, pattern)

    def gives(self, attr: str, text: str) -> Iterator[str]:
        """Every value that it may give for a text of an attribute."""
        for patterns in (many for clause in self.clauses for a, many in clause if a == attr):
            yield from (self.value or given or "" for given in _tried(patterns, (), text))

    def matches(self, texts: Callable[[str], list[Text]]) -> list[Match]:
        """Every value that the rule gives for an item, given its texts by attribute."""
        vetoes = dict(self.unless)
        found: dict[str, Match] = {}
        looked_at = {attr for clause in self.clauses for attr, _ in clause}
        for clause in self.clauses:
            hits = list(self._clause(clause, vetoes, texts))
            if hits and any(_any(p, t.val) for a, p in self.unless if a not in looked_at for t in texts(a)):
                return []
            for match in hits:
                before = found.get(match.value)
                if before is None or match.since < before.since:
                    found[match.value] = match
        return [found[v] for v in sorted(found)]

    def _clause(
        self,
        clause: tuple[tuple[str, tuple[Any, ...]], ...],
        vetoes: dict[str, tuple[Any, ...]],
        texts: Callable[[str], list[Text]],
    ) -> Iterator[Match]:
        hits: list[list[tuple[str | None, Text, Basis]]] = []
        for attr, patterns in clause:
            veto = vetoes.get(attr, ())
            tried = ((_tried(patterns, veto, t.val), t) for t in texts(attr))
            hit = [(one, t, basis(attr)) for given, t in tried for one in given]
            if not hit:
                return
            hits.append(hit)
        # The rule holds from when the last of its conditions did.
        held = max(min(t.since for _, t, _ in hit) for hit in hits)
        for value, text, rests_on in (found for hit in hits for found in hit):
            given = self.value if self.value is not None else value
            if given and given.strip():
                yield Match(given.strip(), max(held, text.since), text.event_id, rests_on)


_NO_RULES = frozenset[int]()


class Pack:
    """Rules. Most are never tried one by one: of all their patterns those that match a text are found
    together. Matching stays linear in the text."""

    def __init__(
        self, rules: Iterable[Rule], wanted: Callable[[Rule, str, str], bool] = lambda rule, attr, text: True,
        mark: Callable[[str, str], str | None] = lambda attr, text: None,
    ) -> None:  # fmt: skip
        """`wanted` may say that of what a rule gives for a text of an attribute nothing is wanted; `mark`
        marks the accounts in such a text, if there are any."""
        self.rules, self._wanted, self._mark = tuple(rules), wanted, mark
        patterns: dict[str, list[str]] = {}
        for attr, many in (part for rule in self.rules for clause in rule.clauses for part in clause):
            patterns.setdefault(attr, []).extend(p.pattern for p in many)
        self._asked_by: dict[tuple[str, str], set[int]] = {}
        for n, rule in enumerate(self.rules):
            for attr, pattern in ((a, p) for c in rule.clauses for a, many in c for p in many):
                self._asked_by.setdefault((attr, pattern.pattern), set()).add(n)
        self._sets = by_attribute(patterns, NAMED)
        self.hits = lru_cache(maxsize=KEPT)(self._find)
        """The rules that ask for something that a text has, given the attribute that it is of."""
        self.asking = lru_cache(maxsize=KEPT)(self._by_dimension)
        """The rules by dimension, given a set of hits; most items have one of a few sets."""
        plain = sorted({b for a in self._sets if is_plain(b := a.removeprefix(NAMED))})
        self.looked_at = {
            RENAMED.get(a, a): tuple(b for b in plain if RENAMED.get(b, b) == RENAMED.get(a, a))
            for a in plain
        }
        """What rules call an attribute of an item, for those that any rule looks at, for the accounts that it
        names if nothing else."""
        others = sorted(a for a in self._sets if not is_plain(a.removeprefix(NAMED)))
        self.of_fields = [a for a in others if a in ROLES or a.startswith("field.")]
        """What rules look at that comes of an item's own fields."""
        self.computed = [a for a in others if a not in self.of_fields]
        """The other attributes that rules look at."""

    def matches(self, texts: Callable[[str], list[Text]]) -> Iterator[tuple[Rule, list[Match]]]:
        """Every rule that gives something, with what it gives, in the order of the rules."""
        hits = frozenset(n for attr in self._sets for t in texts(attr) for n in self.hits(attr, t.val))
        for rule in self.rules_of(hits):
            if found := rule.matches(texts):
                yield rule, found

    def _by_dimension(self, hits: frozenset[int]) -> Mapping[Dimension, list[Rule]]:
        rules = self.rules_of(hits)
        return {d: [r for r in rules if r.dimension == d] for d in get_args(Dimension)}

    def rules_of(self, hits: frozenset[int]) -> list[Rule]:
        """The rules, in their order."""
        return [self.rules[n] for n in sorted(hits)]

    def _find(self, attr: str, text: str) -> frozenset[int]:
        found = self._matching(attr, text) if attr in self._sets else _NO_RULES
        named = f"{NAMED}{attr}"
        if named in self._sets and (marked := self._mark(attr, text)) is not None:
            found |= self._matching(named, marked)
        return found

    def _matching(self, attr: str, text: str) -> frozenset[int]:
        found = self._sets[attr].found(text)
        if not found:
            return _NO_RULES
        numbers = {n for pattern in found for n in self._asked_by[attr, pattern]}
        return frozenset(n for n in numbers if self._wanted(self.rules[n], attr, text))


def builtin() -> Path:
    """The folder of the rule packs that come with tracker-sync."""
    inside = Path(__file__).parent.parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / "rules"


def packs(folders: Iterable[Path] = (), further: Iterable[str] = ()) -> list[tuple[Path, str]]:
    """The path and text of every file of tag rules: those built in, those of further packs that are asked
    for, then those in the folders. Raises ConfigError for a pack that there is not."""
    inside = builtin()
    known = {p.name: p for p in sorted(inside.glob("packs/*"))}
    if unknown := [name for name in further if name not in known]:
        there = ", ".join(known)
        raise ConfigError(f"rules.packs: there is no pack {unknown[0]!r}; there are: {there}")
    found = [
        [folder] if folder.is_file() else sorted(folder.glob("tags/*.toml"))
        for folder in (inside, *(known[name] for name in further), *folders)
    ]
    return [(path, tomlfile.text_of(path)) for paths in found for path in paths]


def load(files: Iterable[tuple[Path, str]], disable: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules of files, each a path and its text. A rule of a later file replaces one of the same name, and
    those of a later folder stand before those of earlier ones: a user's word counts before what is built in.

    Raises ConfigError or RuleError with file and line.
    """
    folders: dict[Path, dict[str, Rule]] = {}
    for path, text in files:
        folders.setdefault(path.parent, {}).update((r.name, r) for r in read(path, text))
    found: dict[str, Rule] = {}
    for rules in reversed(folders.values()):
        found |= {name: rule for name, rule in rules.items() if name not in found}
    off = {d.removeprefix("tags/") for d in disable}
    return tuple(r for r in found.values() if r.name not in off)


@lru_cache(maxsize=64)
def read(path: Path, text: str) -> tuple[Rule, ...]:
    """The rules of one file, given its text; each text is read once.

    Raises ConfigError or RuleError with file and line.
    """
    file = _file(path, text)
    rules = []
    with _line_of_part(path, text):
        parts = Parts(file.parts)
        for n, raw in enumerate(file.rule):
            try:
                rules.append(_rule(file, raw, path, parts))
            except PartError:
                raise
            except ValueError as e:
                line = tomlfile.line_of(text, f"$.rule[{n}].id")
                raise RuleError(str(e), path, raw.id, line) from None
    return tuple(rules)


def unused_parts(path: Path, text: str) -> list[tuple[str, int | None]]:
    """The parts of a file, each with its line, that none of its patterns is made of.

    Raises ConfigError for a part that is no pattern by itself; no run waits for RE2 to look for that.
    """
    used = {name for rule in read(path, text) for name, _ in rule.parts}
    parts = _file(path, text).parts
    with _line_of_part(path, text):
        Parts(parts).check(compiled)
    unused = [name for name in parts if name not in used]
    return [(name, tomlfile.line_of(text, "$.parts", name)) for name in unused]


def _file(path: Path, text: str) -> _File:
    try:
        return tomlfile.parse(text, _File, path)
    except ConfigError as e:
        e.args = (f"{e}{hint(str(e))}",)
        raise


@contextmanager
def _line_of_part(path: Path, text: str) -> Iterator[None]:
    try:
        yield
    except PartError as e:
        raise ConfigError(str(e), path, tomlfile.line_of(text, "$.parts", e.part)) from None


def _rule(file: _File, raw: _Rule, path: Path, parts: Parts) -> Rule:
    if not any(t.gives for t in raw.test) or all(t.gives for t in raw.test):
        raise ValueError(untested(any(t.gives for t in raw.test), bool(raw.test)))
    clauses = raw.when if isinstance(raw.when, list) else [raw.when]
    if not all(clauses):
        raise ValueError("`when` is empty: say which attribute has to match which pattern")
    every = (p for clause in (*clauses, raw.unless) for many in clause.values() for p in _many(many))
    written = {p: parts.spelt(p) for p in every}
    used = set[str]().union(*(s.parts for s in written.values()))
    return Rule(
        name=f"{file.dimension}/{raw.id}",
        path=path,
        dimension=file.dimension,
        keep=file.keep,
        why=raw.why,
        clauses=tuple(_clauses(c, parts) for clause in clauses for c in _spread(clause)),
        unless=_clauses({a: p for clause in _spread(raw.unless) for a, p in clause.items()}, parts),
        value=raw.value,
        fallback=raw.fallback,
        stated_only=raw.stated_only,
        known_only=raw.known_only,
        tests=tuple(raw.test),
        written=tuple((s.pattern, p) for p, s in written.items() if s.parts),
        parts=tuple((name, text) for name, text in parts.written.items() if name in used),
    )


class Failure(NamedTuple):
    """A test inside a rule file that does not hold."""

    number: int
    """Which of the rule's tests, from 0."""
    given: dict[str, list[str]]
    expected: list[str]
    got: list[str]


def failures(rule: Rule) -> Iterator[Failure]:
    """The rule's own tests that fail; values are compared without case."""
    for n, test in enumerate(rule.tests):
        given = {a: [v] if isinstance(v, str) else v for a, v in test.item.items()}
        texts = {a: [Text(v, 0, "") for v in values] for a, values in given.items()}
        got = sorted(m.value.casefold() for m in rule.matches(partial(_given, texts)))
        if got != sorted(v.casefold() for v in test.gives):
            yield Failure(n, given, sorted(test.gives), got)


def _given(texts: dict[str, list[Text]], attr: str) -> list[Text]:
    return texts.get(attr, [])


def _spread(clause: Clause) -> list[Clause]:
    """A clause that looks at `text` as one for each attribute that this stands for."""
    if TEXT not in clause and f"{NAMED}{TEXT}" not in clause:
        return [clause]
    whole = (TEXT, f"{NAMED}{TEXT}")
    return [{a.replace(TEXT, place) if a in whole else a: p for a, p in clause.items()} for place in TEXTS]


def _usual(attr: str) -> str:
    """What rules call an attribute that somebody calls as events do."""
    named = NAMED if attr.startswith(NAMED) else ""
    plain = attr.removeprefix(NAMED)
    return named + next((rule for rule, event in RENAMED.items() if event == plain), plain)


def _many(patterns: Patterns) -> list[str]:
    return [patterns] if isinstance(patterns, str) else patterns


def _clauses(clause: Clause, parts: Parts) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple(
        (_usual(attr), tuple(_with_parts(p, parts) for p in _many(patterns)))
        for attr, patterns in clause.items()
    )


def _with_parts(pattern: str, parts: Parts) -> Any:
    spelt = parts.spelt(pattern).pattern
    try:
        return compiled(spelt)
    except ValueError as e:
        parts.check(compiled)
        raise ValueError(str(e).replace(spelt, pattern)) from None


@cache
def compiled(pattern: str) -> Any:
    """A pattern in RE2: linear time, so that no pattern can hang a run; case does not matter.

    Raises ValueError for what is none, saying what is wrong with it.
    """
    if said := twice(pattern):
        raise ValueError(said)
    try:
        return re2.compile(pattern, options())
    except re2.error as e:
        raise ValueError(not_a_pattern(pattern, e)) from None


def _any(patterns: Iterable[Any], text: str) -> bool:
    return any(p.search(text) for p in patterns)


@lru_cache(maxsize=KEPT)
def _tried(patterns: tuple[Any, ...], vetoes: tuple[Any, ...], text: str) -> tuple[str | None, ...]:
    """What the patterns give for a text, each value once (None for no more than a match); nothing where none
    matches, or a veto does."""
    if _any(vetoes, text):
        return ()
    return tuple(dict.fromkeys(_group(m) for p in patterns for m in p.finditer(text)))


def _group(match: Any) -> str | None:
    groups: dict[str, str | None] = match.groupdict()
    return groups.get("value")
