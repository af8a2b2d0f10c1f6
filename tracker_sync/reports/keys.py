"""Which items files outside the tracker mean by the keys that they name."""

from collections.abc import Iterable, Sequence

import numpy as np

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states.columns import split


def called(org: Portfolio, keys: Iterable[str]) -> dict[str, int]:
    """The row of each key that means one item: `acme:PAY-12`, or `PAY-12` where only one source has it. An
    item also goes by the keys that it once had, unless another has them now."""
    now = _having(org, keys)
    once = _once(org, [key for key, rows in now.items() if not rows])
    later = {ref: rows for ref, rows in _having(org, once.values()).items() if len(rows) == 1}
    found = {key: rows[0] for key, rows in now.items() if len(rows) == 1}
    return found | {key: later[ref][0] for key, ref in once.items() if ref in later}


def _having(org: Portfolio, keys: Iterable[str]) -> dict[str, list[int]]:
    """The rows that each key may mean now."""
    wanted = {key: _parts(org, key) for key in keys}
    codes = org.now["head"].astype(np.int64) << 32 | (org.now["number"].astype(np.int64) & 0xFFFFFFFF)
    places = np.flatnonzero(np.isin(codes, [code for _, code in wanted.values()]))
    having: dict[int, list[int]] = {}
    for row, code in zip(places.tolist(), codes[places].tolist(), strict=True):
        having.setdefault(code, []).append(row)
    return {
        key: [r for r in having.get(code, ()) if not source or org.words.vals[org.sources[r]] == source]
        for key, (source, code) in wanted.items()
    }


def _parts(org: Portfolio, key: str) -> tuple[str, int]:
    """(the source that a key names, or '', what stands for the rest among the columns)."""
    source, colon, rest = key.partition(":")
    head, number = split(rest if colon else key)
    return source if colon else "", org.words.find(head) << 32 | (number & 0xFFFFFFFF)


def _once(org: Portfolio, keys: Sequence[str]) -> dict[str, str]:
    """The ref of the one item that had each of these keys before it got the one it has."""
    if not keys:
        return {}
    world = org.look(keys).world
    found: dict[str, set[str]] = {key: set() for key in keys}
    for (source, had), ref in world.by_key.items():
        for key in (had, f"{source}:{had}"):
            if key in found and ref in world.items:
                found[key].add(ref)
    return {key: refs.pop() for key, refs in found.items() if len(refs) == 1}
