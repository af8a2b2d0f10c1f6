"""Tag rules in words: all of them, one with what it tagged, and what they said of an item."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker_sync.items import Item
from tracker_sync.render import clean
from tracker_sync.render.json import decided, dump
from tracker_sync.render.rules import count, quoted, values
from tracker_sync.render.rules import item as item_of_test
from tracker_sync.reports.org import Org
from tracker_sync.tagging import Tags
from tracker_sync.tagging.hearing import Close, Spoke
from tracker_sync.tagging.listing import Listed
from tracker_sync.tagging.rules import Rule
from tracker_sync.tagging.silence import Clause

_MOST = 20
"""So many items of a rule are listed."""


def listed(rules: Iterable[Listed]) -> str:
    """Every rule with what it gives, where it stands and why it is there."""
    lines = []
    for one in rules:
        state = f"  [{_state(one)}]" if not one.in_use else ""
        lines.append(f"{clean(one.rule.name)}  {gives(one.rule)}  {clean(one.place())}{state}")
        lines.append(f"  {clean(one.rule.why)}")
    return "\n".join(lines) + "\n" * bool(lines)


def as_json(rules: Iterable[Listed], patterns: Sequence[dict[str, Any]] = ()) -> str:
    """The same as one JSON object, with the rows of the rules on patterns."""
    found = {"rows": [_row(one) for one in rules], "patterns": [*patterns]}
    return dump({"schema": "tracker-sync/rules/1", **found})


def _row(one: Listed) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": rule.name, "dimension": rule.dimension, "file": one.file.name, "line": one.line(),
        "built_in": one.is_builtin, "state": one.state,
        "replaced_by": one.replaced.place() if one.replaced else None,
        "gives": rule.value, "when": [_patterns(c) for c in rule.clauses], "unless": _patterns(rule.unless),
        "why": rule.why, "keep": rule.keep, "fallback": rule.fallback,
        "stated_only": rule.stated_only, "known_only": rule.known_only,
    }  # fmt: skip


def _patterns(clause: Clause) -> dict[str, list[str]]:
    return {attr: [p.pattern for p in patterns] for attr, patterns in clause}


def _state(one: Listed) -> str:
    return clean(f"replaced by {one.replaced.place()}") if one.replaced else one.state


def gives(rule: Rule) -> str:
    """What a rule gives, and under which condition."""
    what = quoted(rule.value) if rule.value is not None else "the name that it finds"
    only = {
        " if the strategy states it": rule.stated_only,
        " if customers.csv has it": rule.known_only,
        " if nothing else says anything": rule.fallback,
    }
    return f"gives {what}{''.join(text for text, holds in only.items() if holds)}"


def explained(one: Listed) -> str:
    """A rule in words, with its tests."""
    rule = one.rule
    lines = [
        f"{clean(rule.name)}  {clean(one.place())}{'' if one.in_use else f'  [{_state(one)}]'}",
        clean(rule.why),
        "",
        f"It {gives(rule)}",
        *_conditions(rule),
    ]
    if rule.keep == "first" and not rule.stated_only:
        lines.append("In its file only the first rule that speaks is heard.")
    lines += ["", "Its tests:"]
    lines += [f"  {item_of_test(t.item)}  gives {values(t.gives)}" for t in rule.tests]
    return "\n".join(lines) + "\n"


def _conditions(rule: Rule) -> Iterator[str]:
    for n, clause in enumerate(rule.clauses):
        for m, condition in enumerate(clause):
            yield f"  {'and' if m else 'or when' if n else 'when'} {_matches(rule, *condition)}"
    for attr, patterns in rule.unless:
        same = all(attr in dict(clause) for clause in rule.clauses)
        yield f"  {'not counting what in' if same else 'unless'} {_matches(rule, attr, patterns)}"
    for name, text in rule.parts:
        yield f"  {{{clean(name)}}} stands for {clean(text)}"


def _matches(rule: Rule, attr: str, patterns: Sequence[Any]) -> str:
    written = " or ".join(clean(rule.as_written(p.pattern)) for p in patterns)
    return f"{clean(attr)} matches {written or 'nothing'}"


def tagged(rule: Rule, org: Org) -> str:
    """Which items of the log a rule tagged."""
    own, passed = [], 0
    for ref, tags in org.tags.items():
        found = [t for t in decided(tags) if t.rule == rule.name and t.dimension == rule.dimension]
        passed += any(t.inherited for t in found)
        if said := [t.value for t in found if not t.inherited]:
            own.append(f"  {clean(ref)}  {clean(org.world.items[ref].title)}  {values(said)}")
    more = [f"  (and {len(own) - _MOST} more)"] if len(own) > _MOST else []
    below = [f"{count(passed, 'item')} below them got it from there."] if passed else []
    head = f"It tagged {count(len(own), 'item')} of {len(org.tags)} in the log{':' if own else '.'}"
    return "\n".join(["", head, *own[:_MOST], *more, *below]) + "\n"


def heard(item: Item, tags: Tags, spoke: Sequence[Spoke], close: Sequence[Close]) -> str:
    """What the rules said of an item, and which nearly spoke."""
    lines = [f"{clean(item.ref)}  {clean(item.title)}", "", *_other_tags(tags)]
    lines.append("Rules that spoke:" if spoke else "No rule spoke.")
    for s in spoke:
        outcome = f"does not decide: {s.overruled}" if s.overruled else "decides"
        lines.append(f"  {clean(s.rule.name)}  {values(s.values)}  {clean(outcome)}")
    if close:
        lines += ["", "Rules that nearly spoke:"]
    for c in close:
        lines.append(f"  {clean(c.rule.name)}  found {clean(c.attr)} {short(c.text)}, but {_but(c)}")
    return "\n".join(lines) + "\n"


def _other_tags(tags: Tags) -> list[str]:
    """What stands although no rule said it of this very item."""
    found = [t for t in decided(tags) if t.inherited or t.rule == "person"]
    said = [
        f"{t.dimension} {quoted(t.value)}, {f'from {t.inherited}, ' if t.inherited else ''}"
        f"by {f'a person ({t.by})' if t.rule == 'person' else t.rule}"
        for t in found
    ]
    return ["Not by its own rules:", *(f"  {clean(s)}" for s in said), ""] if said else []


def _but(c: Close) -> str:
    patterns = " or ".join(short(c.rule.as_written(p)) for p in c.patterns)
    if c.found is None:
        return f"nothing in {clean(c.but)} matches {patterns}"
    return f"`unless` takes it away: {clean(c.but)} {short(c.found)} matches {patterns}"


def short(text: str, most: int = 60) -> str:
    """A stranger's text in quotes, on one line, cut where it is long."""
    line = clean(text)
    return f'"{line if len(line) <= most else line[: most - 1] + "…"}"'
