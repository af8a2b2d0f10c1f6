"""Rules on patterns in words: all of them, one with its thresholds and tests, and tests that fail."""

from collections.abc import Iterable
from typing import Any

import msgspec

from tracker_sync.patterns.detect import Failed
from tracker_sync.patterns.facts import INPUTS
from tracker_sync.patterns.rules import BiasRule
from tracker_sync.render import clean


def failure(rule: BiasRule, failed: Failed, where: str) -> str:
    """A test that fails: where it stands, what it expects and what came out."""
    return (
        f"{clean(f'{where}: {rule.name}')}: this test fails: {clean(failed.trial.name)}\n"
        f"  expected  {found(failed.trial.finds)}\n"
        f"  got       {found(failed.got)}\n"
    )


def found(outcome: tuple[str, ...] | bool | None) -> str:
    """What a test comes to, in words."""
    match outcome:
        case None:
            return "nothing can be said"
        case True:
            return "a finding"
        case False:
            return "no finding"
        case _:
            return clean(", ".join(outcome)) or "no finding"


def listed(rules: Iterable[BiasRule], off: Iterable[str]) -> str:
    """Every rule with its pattern and its question."""
    out = {*off}
    lines = list[str]()
    for rule in rules:
        state = "  [disabled]" if rule.name in out else ""
        lines.append(f"{clean(rule.name)}  {rule.severity}  {clean(rule.path.name)}{state}")
        lines.append(f"  {clean(rule.pattern)}: {clean(rule.ask)}")
    return "\n".join(lines) + "\n" * bool(lines)


def rows(rules: Iterable[BiasRule], off: Iterable[str]) -> list[dict[str, Any]]:
    """The same for JSON."""
    out = {*off}
    return [
        {"id": r.name, "file": r.path.name, "state": "disabled" if r.name in out else "in use",
         "pattern": r.pattern, "severity": r.severity, "confidence": r.confidence, "finding": r.finding,
         "ask": r.ask, "when": msgspec.to_builtins(r.when), "because": dict(r.because),
         "needs": list(r.needs), "see": list(r.see)}
        for r in rules
    ]  # fmt: skip


def explained(rule: BiasRule, *, off: bool) -> str:
    """A rule in words, with its tests."""
    when: dict[str, Any] = msgspec.to_builtins(rule.when)
    lines = [
        f"{rule.name}  {rule.path.name}{'  [disabled]' if off else ''}",
        f"Consistent with: {rule.pattern}.",
        "",
        f"Severity: {rule.severity}; to be believed with {rule.confidence} confidence, and says:",
        f"  {rule.finding}",
        f"  {rule.ask}",
        "",
        "Thresholds:",
        *(f"  {key} = {value}  {rule.because.get(key, '')}".rstrip() for key, value in when.items()),
        *(("", "It needs:", *(f"  {INPUTS[n]}" for n in rule.needs)) if rule.needs else ()),
        *(("", "It is silent in a market that is " + " or ".join(rule.unless.market) + ".")
          if rule.unless.market else ()),
        *(("", "It leaves out epics labelled " + " or ".join(rule.unless.marked) + ".")
          if rule.unless.marked else ()),
        "",
        "Its tests:",
        *(f"  {t.name}: {found(t.finds)}" for t in rule.trials),
        "",
        "Sources:",
        *(f"  {s}" for s in rule.see),
    ]  # fmt: skip
    return "".join(f"{clean(line)}\n" for line in lines)
