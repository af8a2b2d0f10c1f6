"""What is wrong with tag rules although each can be read: with one alone, and with several together."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, Literal

from msgspec import Struct

from tracker_sync.tagging import attributes
from tracker_sync.tagging.language import can_match
from tracker_sync.tagging.listing import Listed, RuleFile, in_use
from tracker_sync.tagging.rules import Rule, Text, unused_parts
from tracker_sync.tagging.silence import Clause, gives, never_speaks, vetoed
from tracker_sync.tagging.words import ALLOWED

Level = Literal["error", "note"]


class Finding(Struct, frozen=True):
    """One thing that is wrong, and what to do about it."""

    id: str
    """What kind of thing; docs/rules.md explains each."""
    level: Level
    """An error is a mistake for certain; a note may be what was meant."""
    place: str
    """`file:line`."""
    rule: str
    """The rule's name; for an intent that none gives, the intent's id."""
    text: str


def lint(rules: Iterable[Listed]) -> list[Finding]:
    """What is wrong with rules by themselves, in the order of their files; first parts that none uses.
    `fit.misfits` has what does not fit the configuration and the strategy."""
    every = list(rules)
    asked = in_use(every)
    found = [f for file in dict.fromkeys(one.file for one in every) for f in _parts(file)]
    for one in every:
        if one.in_use:
            found += [*_attributes(one), *_patterns(one), *_value(one), *_shadowed(one, asked)]
        found += _replaced(one)
    return found


def _parts(file: RuleFile) -> Iterator[Finding]:
    for name, line in unused_parts(file.path, file.text):
        said = f"no pattern of this file uses the part; take it out, or write {{{name}}} where it is meant"
        yield Finding("unused-part", "error", f"{file.name}:{line}", f"part {name!r}", said)


def _attributes(one: Listed) -> Iterator[Finding]:
    rule = one.rule
    for key, attr, _ in _conditions(rule):
        if problem := attributes.problem(attr, rule.dimension):
            effect = _effect(rule) if key == "when" else "so it takes nothing away"
            yield _error("unknown-attribute", one, f"`{key}` looks at {problem}, {effect}", key)
    told = {attr for _, attr, _ in _conditions(rule)}
    for n, test in enumerate(rule.tests):
        for attr in test.item:
            if attr not in told and (problem := attributes.problem(attr, rule.dimension)):
                place = f"{one.file.name}:{one.test_line(n)}"
                text = f"the item of this test has {problem}, so it shows nothing"
                yield Finding("unknown-attribute", "error", place, rule.name, text)


def _patterns(one: Listed) -> Iterator[Finding]:
    rule = one.rule
    for key, attr, patterns in _conditions(rule):
        effect = _effect(rule) if key == "when" else "so it takes nothing away"
        if not patterns:
            yield _error("dead-pattern", one, f"`{key}` lists no pattern for {attr}, {effect}; add one", key)
        for pattern in (p.pattern for p in patterns):
            if not can_match(pattern):
                shown = rule.as_written(pattern)
                said = f"`{key}`: no text can match '{shown}' ({attr}), {effect}; correct the pattern"
                yield _error("dead-pattern", one, said, key)
            elif key == "when" and (veto := vetoed(rule, attr, pattern)) is not None:
                said = f"`unless` takes away all that `when` finds in {attr}"
                both = f"'{rule.as_written(veto)}' matches what '{rule.as_written(pattern)}' does"
                yield _error("takes-all-away", one, f"{said}: {both}, {effect}; narrow `unless`", "unless")


def _value(one: Listed) -> Iterator[Finding]:
    rule = one.rule
    if not any(gives(rule, clause) for clause in rule.clauses):
        said = "has nothing to give: no `value`, and no pattern in `when` with a group (?P<value>…)"
        key = "when" if rule.value is None else "value"
        yield _error("no-value", one, f"{said}; add one of the two", key)
    words = ALLOWED.get(rule.dimension)
    if words and rule.value is not None and rule.value.strip() not in words:
        near = get_close_matches(rule.value.casefold(), words, 1)
        instead = f"did you mean {near[0]!r}?" if near else f"the words are: {', '.join(words)}"
        said = f"gives the {rule.dimension} {rule.value!r}, which no report knows; {instead}"
        yield _error("unknown-value", one, said, "value")


def _shadowed(one: Listed, asked: list[Listed]) -> Iterator[Finding]:
    rule = one.rule
    if rule.keep == "all":
        return
    before = asked[: asked.index(one)]
    earlier = [e for e in before if e.rule.path == rule.path and not e.rule.stated_only]
    first = 'in a file with keep = "first" only the first rule that speaks is heard'
    if wider := next((e for e in earlier if _covers(e.rule, rule)), None):
        said = f"{wider.rule.name} (line {wider.line()}) comes first and speaks whenever this one could"
        yield _error("shadowed", one, f"{said}; {first}; move this one before it, or narrow the other", "id")
        return
    speakers = [_speaking(earlier, t.item) for t in rule.tests if t.gives]
    if speakers and all(speakers):
        names = ", ".join(dict.fromkeys(s.rule.name for s in speakers if s))
        said = f"each of its own examples is answered by an earlier rule, {names}; {first}"
        yield _error("shadowed", one, f"{said}; move this one up, or give it an example of its own", "id")


def _speaking(earlier: list[Listed], item: dict[str, str | list[str]]) -> Listed | None:
    given = {a: [Text(v, 0, "") for v in ([x] if isinstance(x, str) else x)] for a, x in item.items()}
    return next((e for e in earlier if e.rule.matches(lambda attr: given.get(attr, []))), None)


def _covers(first: Rule, second: Rule) -> bool:
    """Whether the first rule speaks wherever the second does, as far as their patterns show it."""
    vetoes = {(a, p.pattern) for a, patterns in second.unless for p in patterns}
    if not {(a, p.pattern) for a, patterns in first.unless for p in patterns} <= vetoes:
        return False
    return all(any(_wider(first, c, d) for c in first.clauses) for d in second.clauses)


def _wider(rule: Rule, clause: Clause, other: Clause) -> bool:
    """Whether each condition of a clause is also one of the other clause, with the same patterns or more."""
    wanted, asked = dict(other), dict(clause)
    if {attr for attr, _ in rule.unless} & (wanted.keys() - asked.keys()):
        return False  # a veto on another attribute than `when` asks for counts for the whole item
    return gives(rule, clause) and all(
        # What a group takes depends on which pattern matches first.
        wanted.get(attr) == patterns
        or (rule.value is not None and attr in wanted and set(wanted[attr]) <= set(patterns))
        for attr, patterns in asked.items()
    )


def _replaced(one: Listed) -> Iterator[Finding]:
    if one.replaced is None or one.disabled:
        return
    other = one.replaced
    if one.file.path.parent == other.file.path.parent:
        said = f"is never used: {other.place()} has a rule of the same name, which takes its place"
        yield _error("same-id", one, f"{said}; give one of the two another id", "id")
    else:
        said = f"takes the place of the rule of the same name in {one.place()}"
        remedy = "give it another id if both are wanted"
        yield Finding("replaced", "note", other.place(), other.rule.name, f"{said}; {remedy}")


def _conditions(rule: Rule) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """(`when` or `unless`, attribute, patterns), each once."""
    seen = set[tuple[str, str, tuple[Any, ...]]]()
    for key, clause in (*(("when", c) for c in rule.clauses), ("unless", rule.unless)):
        for attr, patterns in clause:
            if (key, attr, patterns) not in seen:
                seen.add((key, attr, patterns))
                yield key, attr, patterns


def _effect(rule: Rule) -> str:
    return "so this rule never speaks" if never_speaks(rule) else "so this part of it does nothing"


def _error(kind: str, one: Listed, text: str, key: str) -> Finding:
    return Finding(kind, "error", one.place(key), one.rule.name, text)
