"""Deals the items of a log out into groups that can be judged apart from each other."""

from collections.abc import Collection, Iterator

from tracker_sync.log import EventLog

OPENED = "INSERT INTO alias SELECT DISTINCT item_id, source_id, val FROM event WHERE kind = 'opened'"
MOVED = "SELECT DISTINCT item_id, source_id, val, body FROM event WHERE kind = 'moved'"
PARENTS = """
INSERT INTO kin SELECT DISTINCT item_id, source_id, val, 1 FROM event
WHERE attr = 'parent' AND kind IN ('added', 'changed') AND val <> '' AND item_id IS NOT NULL
"""
CHILDREN = """
INSERT INTO kin SELECT DISTINCT item_id, source_id, key, 0 FROM event
WHERE attr = 'sub_issues' AND kind IN ('added', 'changed') AND item_id IS NOT NULL
"""
"""What fills the tables `alias` and `kin`: what `kin.facts` finds, at once."""
ABOVE = """
SELECT k.item_id, a.item_id FROM kin k JOIN alias a ON a.key = k.key AND a.source_id = k.source_id
WHERE k.above = 1
UNION ALL
SELECT a.item_id, k.item_id FROM kin k JOIN alias a ON a.key = k.key AND a.source_id = k.source_id
WHERE k.above = 0
UNION ALL
SELECT a.item_id, b.item_id FROM alias a JOIN alias b ON b.key = a.key AND b.source_id = a.source_id
WHERE b.item_id <> a.item_id
"""
"""(item, one that was ever above it, or that had a key of it and may be one item with it)."""


def families(log: EventLog, items: Collection[int], size: int) -> Iterator[tuple[list[int], list[int]]]:
    """The items in groups of so many, each with all that were ever above any of them or may be one item with
    one of them; `alias` and `kin` have to be filled. Children of one parent come together, as far as they
    can, so that a parent is in few groups."""
    above: dict[int, list[int]] = {}
    for item, other in log.query(ABOVE):
        above.setdefault(item, []).append(other)
    ordered = sorted(items, key=lambda item: (min(above.get(item, (item,))), item))
    for start in range(0, len(ordered), size):
        group = ordered[start : start + size]
        yield group, _with_all_above(group, above)


def _with_all_above(group: list[int], above: dict[int, list[int]]) -> list[int]:
    found, waiting = set(group), list(group)
    while waiting:
        for other in above.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return sorted(found)
