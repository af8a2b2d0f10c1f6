"""What changed from one version of the strategy to another, part by part."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tracker_sync.strategy import Strategy
from tracker_sync.strategy_parts import PARTS

Fields = dict[str, Any]
"""Values by name; one inside a table is called `hypothesis.metric`."""


class Change(Struct, frozen=True):
    """One thing that is not as it was."""

    part: str
    """As in the file; `effective` for the day from which the version holds."""
    kind: Literal["added", "removed", "changed"]
    name: str
    """The id of an intent or the like; empty for what a part has only one of."""
    field: str
    """What of it changed; empty where the whole of it came or went."""
    before: Any
    after: Any


def changes(before: Strategy, after: Strategy) -> list[Change]:
    """Everything that is different, in the order of the parts. The order of lists means nothing."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return [
        change
        for part in ("effective", *(p.name for p in PARTS))
        for change in _changes(part, _members(part, old[part]), _members(part, new[part]))
    ]


def _changes(part: str, old: Mapping[str, Fields], new: Mapping[str, Fields]) -> Iterator[Change]:
    for name in [*old, *(n for n in new if n not in old)]:
        if name not in new:
            yield Change(part, "removed", name, "", old[name], None)
        elif name not in old:
            yield Change(part, "added", name, "", None, new[name])
        else:
            for key, was in old[name].items():
                now = new[name][key]
                if was != now:
                    yield Change(part, _kind(was, now), name, key, was, now)


def _kind(was: Any, now: Any) -> Literal["added", "removed", "changed"]:
    if was in (None, "", []):
        return "added"
    return "removed" if now in (None, "", []) else "changed"


def _members(part: str, stated: Any) -> dict[str, Fields]:
    """What a part has, by name."""
    if part == "kpi_tree":
        return {" → ".join(str(edge.get(end, "?")) for end in ("from", "to")): {} for edge in stated}
    if isinstance(stated, list):
        return {member["id"]: _flat(member) for member in stated}
    if part == "limits":
        lines = stated.pop("kill_lines")
        kills = {f"kill line of {k['initiative']} {k['metric']}".strip(): _flat(k) for k in lines}
        return {"": stated} | kills
    return {"": _flat(stated) if isinstance(stated, dict) else {part: stated}}


def _flat(table: Fields) -> Fields:
    found: Fields = {}
    for key, value in table.items():
        if key == "hypothesis":
            found |= {f"{key}.{k}": (value or {}).get(k) or None for k in ("text", "metric", "expires")}
        else:
            found[key] = sorted(value) if isinstance(value, list) else value
    return found
