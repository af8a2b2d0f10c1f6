"""What the check of a strategy file found, and what changed between two versions, as text."""

from collections.abc import Iterable, Iterator
from typing import Any

from tracker_sync.render import clean
from tracker_sync.render.prose import counted, whole_percent, wrapped
from tracker_sync.render.strategy_words import TITLES
from tracker_sync.strategy import Strategy
from tracker_sync.strategy_diff import Change
from tracker_sync.strategy_lint import Finding, Linted, missing
from tracker_sync.strategy_parts import PARTS, Part, to_copy

MOST = 5
"""Items listed beside a finding."""


def checked(linted: Linted, strategy: Strategy, file: str, when: str) -> str:
    """What was found in a file, what could not be assessed, and what is still empty."""
    lines = [
        wrapped(f"{file}, {when}"),
        f"{counted(linted.levels.count('warning'), 'warning')}, "
        f"{counted(linted.levels.count('note'), 'note')}; "
        f"still empty: {len(linted.empty)} of {len(PARTS)} parts",
    ]
    for finding in linted.findings:
        lines += ["", *_finding(finding, file)]
    if linted.unknown:
        lines += ["", "Not assessed:"]
        lines += [wrapped(f"{check} needs {needs}", 4, 2) for check, needs in linted.unknown]
    if linted.empty:
        lines += ["", f"Still to say in {clean(file)}, best in this order:"]
    for n, part in enumerate(linted.empty, 1):
        lines += ["", *_empty(n, part, strategy)]
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, file: str) -> Iterator[str]:
    where = f"{file}:{finding.line}" if finding.line else file
    yield wrapped(f"{finding.level}: {where}: {finding.what}", 2, 0)
    if finding.items:
        more = len(finding.items) - MOST
        yield wrapped(", ".join(finding.items[:MOST]) + (f" and {more} more" if more > 0 else ""), 2)
    yield wrapped(finding.todo, 2)
    yield wrapped(f"({finding.id}. {finding.idea})", 2)


def _empty(number: int, part: Part, strategy: Strategy) -> Iterator[str]:
    weight = f"{missing(part)}, {part.level}" if part.level else "may stay empty"
    yield wrapped(f"{number}. {part.name}: {part.what}", 3, 0)
    yield wrapped(f"({weight}. {part.idea})", 3)
    yield from (f"     {clean(line)}" for line in to_copy(part, strategy).splitlines())


def compared(changes: Iterable[Change], heading: Iterable[str]) -> str:
    """What changed between two versions, part by part."""
    lines = [wrapped(line) for line in heading]
    part = ""
    for change in changes:
        if change.part != part:
            lines += ["", TITLES[change.part]]
            part = change.part
        lines.append(wrapped(f"{change.kind}: {_change(change)}", 4, 2))
    return "\n".join(lines if part else [*lines, "", "Nothing changed."]) + "\n"


def _change(change: Change) -> str:
    if not change.field:
        return _whole(change)
    what = ", ".join(part for part in (change.name, change.field) if part and part != change.part)
    before, after = (_value(change.field, value) for value in (change.before, change.after))
    said = {"added": after, "removed": before}.get(change.kind, f"{before} → {after}")
    return f"{what}: {said}" if what else said


def _whole(change: Change) -> str:
    """An intent or the like that came or went."""
    of = change.after or change.before or {}
    about = next((of[k] for k in ("mission", "why", "statement", "text", "intent") if of.get(k)), "")
    target = f" (target {whole_percent(of['target'])})" if of.get("target") is not None else ""
    return f"{change.name}{target}{': ' * bool(about)}{about}"


def _value(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        share = field in ("target", "adoption_target") or field.endswith("_share")
        return whole_percent(value) if share else f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
