"""Deals the items of a log out into groups that can be judged apart from each other."""

import json
from collections.abc import Collection, Iterator

from msgspec import Struct, field

from tracker_sync.log import EventLog

RELATIONS = """
SELECT item_id, source_id, kind, attr, key, val, body FROM event
WHERE item_id IS NOT NULL AND (kind IN ('opened', 'moved') OR attr IN ('parent', 'sub_issues'))
"""


class Ties(Struct):
    """The rows of the tables `alias` and `kin`."""

    aliases: set[tuple[int, int, str]] = field(default_factory=set)
    """(item, source, key that it has or had)."""
    kin: set[tuple[int, int, str, int]] = field(default_factory=set)
    """(item, source, key that it named, 1 for its parent's and 0 for a child's)."""


def ties(log: EventLog) -> Ties:
    """What the events tell of keys and relations: all that `kin.facts` finds, at once."""
    found = Ties()
    for item, source, kind, attr, key, val, body in log.query(RELATIONS):
        if kind in ("opened", "moved"):
            found.aliases.add((item, source, val))
            if kind == "moved":
                found.aliases.add((item, source, json.loads(body).get("old", "")))
        elif kind in ("added", "changed") and attr == "parent" and val:
            found.kin.add((item, source, val, 1))
        elif kind in ("added", "changed") and attr == "sub_issues":
            found.kin.add((item, source, key, 0))
    return found


def families(told: Ties, items: Collection[int], size: int) -> Iterator[tuple[list[int], list[int]]]:
    """The items in groups of so many, each with all that were ever above any of them or may be one item with
    one of them. Children of one parent come together, as far as they can: a parent is then in few groups."""
    above = _above(told)
    ordered = sorted(items, key=lambda item: (min(above.get(item, (item,))), item))
    for start in range(0, len(ordered), size):
        group = ordered[start : start + size]
        yield group, _with_all_above(group, above)


def _above(told: Ties) -> dict[int, list[int]]:
    """Those that were ever above an item, and those that had a key of it, by item."""
    holders: dict[tuple[int, str], list[int]] = {}
    found: dict[int, list[int]] = {}
    for item, source, key in told.aliases:
        holders.setdefault((source, key), []).append(item)
    for same in holders.values():
        if len(same) > 1:
            for item in same:
                found.setdefault(item, []).extend(same)
    for item, source, key, names_parent in told.kin:
        for other in holders.get((source, key), ()):
            child, parent = (item, other) if names_parent else (other, item)
            found.setdefault(child, []).append(parent)
    return found


def _with_all_above(group: list[int], above: dict[int, list[int]]) -> list[int]:
    found, waiting = set(group), list(group)
    while waiting:
        for other in above.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return sorted(found)
