"""Proposals for untagged items: as text with the commands to accept them, as JSON, as CSV to hand back."""

import csv as written
import shlex
from collections import Counter
from io import StringIO
from textwrap import fill
from typing import Any

from tracker_sync.render import clean
from tracker_sync.render.csv import TAG_COLUMNS, inert
from tracker_sync.render.json import dump
from tracker_sync.render.sheet_json import clocks
from tracker_sync.reports.query import Query
from tracker_sync.suggest import FEWEST, Choice, LeftOpen, Proposal, Suggestions, Why
from tracker_sync.suggest.examples import reason

PAGE = 20
"""Proposals that text shows unless told otherwise."""
NO_CUSTOMER = "no customer"
_WITHOUT = {"intent": "an intent", "customer": "a customer", "origin": "an origin"}
_OPEN: dict[Why, str] = {
    "unsure": "less sure than {threshold}",
    "elsewhere": f"in projects where fewer than {FEWEST} items are tagged, so how often a guess is right "
    "there is not known",
    "few": f"most like a value that fewer than {FEWEST} separate items or epics name",
    "unstated": "most like an intent that the strategy does not state",
    "nobody": "most like work that no customer asked for",
}


def text(found: Suggestions, *, named: bool) -> str:
    """The proposals, then what was left open and why; with `named`, each item that was."""
    lines = _head(found)
    for one in found.proposals:
        lines += ["", *_proposal(one, found.dimension)]
    if more := found.proposed - len(found.proposals):
        lines += ["", f"And {more} more: --limit {found.proposed}, or --format csv."]
    if found.inheriting:
        lines += ["", f"Below an item with a proposal, and would inherit its tag: {len(found.inheriting)}."]
    if found.learned_from and found.left_open:
        lines += ["", f"Left open: {len(found.left_open)}.", *_reasons(found)]
    if named:
        lines += [_left_open(one) for one in found.left_open if one.guess]
    if found.learned_from:
        lines += ["", f"How far to trust it: tracker-sync suggest --dimension {found.dimension} --evaluate"]
    return "\n".join(lines) + "\n"


def json(found: Suggestions, query: Query) -> str:
    """The same as one JSON object; format: docs/suggest.md."""
    return dump({
        "schema": "tracker-sync/suggest/1",
        "generated_for": {
            **clocks(query), "source": query.source, "dimension": found.dimension,
            "threshold": found.threshold,
        },
        "summary": {
            "learned_from": found.learned_from, "several": found.several, "accepted": found.accepted,
            "proposed": found.proposed, "inheriting": len(found.inheriting),
            "left_open": len(found.left_open),
            "left_open_by_reason": dict(sorted(Counter(o.why for o in found.left_open).items())),
        },
        "values": values(found.choices),
        "rows": [_row(p, found.dimension) for p in found.proposals],
        "unknowns": {
            "inheriting": list(found.inheriting),
            "left_open": [
                {
                    "key": o.item.ref, "why": o.why,
                    "looks_like": o.guess.value or None if o.guess else None,
                    "confidence": o.guess.confidence if o.guess and o.why == "unsure" else None,
                }
                for o in found.left_open
            ],
        },
    })  # fmt: skip


def csv(found: Suggestions) -> str:
    """The proposals, a line each, for a person to edit and hand to `tracker-sync tag --from`."""
    out = StringIO()
    writer = written.writer(out)
    writer.writerow(TAG_COLUMNS)
    for one in found.proposals:
        row = {"key": one.item.ref, found.dimension: one.value, "reason": _reason(one)}
        writer.writerow([inert(row.get(column, "")) for column in TAG_COLUMNS])
    return out.getvalue()


def command(one: Proposal, dimension: str) -> str:
    """What a person types to accept a proposal; safe to paste whatever strangers wrote."""
    words = ["tracker-sync", "tag", one.item.ref, f"--{dimension}", one.value, "--reason", _reason(one)]
    return shlex.join(clean(w) for w in words)


def values(choices: tuple[Choice, ...]) -> list[dict[str, Any]]:
    """The values that were learned from, for JSON."""
    return [
        {"value": c.value or None, "examples": c.examples, "trees": c.trees, "barred": c.bar or None}
        for c in choices
    ]


def listed(choices: tuple[Choice, ...]) -> str:
    """The values that were learned from, each with its number of examples."""
    return ", ".join(f"{clean(c.value) or NO_CUSTOMER} ({c.examples})" for c in choices) or "none"


def nothing(choices: tuple[Choice, ...]) -> list[str]:
    """Why nothing can be learned, and what there is."""
    enough = f"at least two values have to be named by {FEWEST} separate items or epics each"
    return [wrapped(f"Nothing to learn from: {enough}."), wrapped(f"Named so far: {listed(choices)}.")]


def wrapped(line: str) -> str:
    """A long line, for a terminal of 80 columns."""
    return fill(line, 80, break_long_words=False, break_on_hyphens=False)


def sure(confidence: float) -> str:
    """A confidence as whole percent."""
    return f"{round(confidence * 100)} %"


def _reason(one: Proposal) -> str:
    return clean(reason(one.value, one.confidence, one.words))


def _row(one: Proposal, dimension: str) -> dict[str, Any]:
    return {
        "key": one.item.ref, "title": one.item.title, "epic": one.item.epic, "dimension": dimension,
        "value": one.value, "confidence": one.confidence, "words": list(one.words),
        "neighbours": [
            {"key": e.ref, "title": e.title, "value": e.value or None} for e in one.neighbours
        ],
        "command": command(one, dimension),
    }  # fmt: skip


def _head(found: Suggestions) -> list[str]:
    what = _WITHOUT[found.dimension]
    asked = found.proposed + len(found.inheriting) + len(found.left_open)
    if not asked:
        return [f"No item asked about is without {what}."]
    if not found.learned_from:
        return [f"Items without {what}: {asked}.", *nothing(found.choices)]
    return [
        f"Items without {what}: {asked}; proposals: {found.proposed}, learned from "
        f"{found.learned_from} tagged items.",
        "Nothing is applied: run the commands that you agree with.",
    ]


def _proposal(one: Proposal, dimension: str) -> list[str]:
    epic = "  (epic)" if one.item.epic else ""
    spoken = ", ".join(one.words) or "no single word"
    return [
        f"{clean(one.item.ref)}  {clean(one.item.title)}{epic}",
        f"  {clean(one.value)}, {sure(one.confidence)} sure; for it speak: {clean(spoken)}",
        *(f"  like {clean(e.ref)}  {clean(e.title)}  [{clean(e.value) or NO_CUSTOMER}]"
          for e in one.neighbours),
        f"  {command(one, dimension)}",
    ]  # fmt: skip


def _reasons(found: Suggestions) -> list[str]:
    counts = Counter(o.why for o in found.left_open)
    lines = [
        f"  {counts[why]} {told.format(threshold=sure(found.threshold))}"
        for why, told in _OPEN.items()
        if counts[why]
    ]
    unsure = [o.guess.confidence for o in found.left_open if o.guess and o.why == "unsure"]
    if unsure and not found.proposed:
        lines.append(f"The surest of them is {sure(max(unsure))} sure; --threshold asks for less.")
    return lines


def _left_open(one: LeftOpen) -> str:
    guess = one.guess
    if guess is None:
        return ""
    chance = f", {sure(guess.confidence)} sure" if one.why == "unsure" else ""
    return f"  {clean(one.item.ref)} looks most like: {clean(guess.value) or NO_CUSTOMER}{chance}"
