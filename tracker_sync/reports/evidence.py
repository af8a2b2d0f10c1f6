"""On what evidence work rests, and how strong that is: what people do says more than what they say."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from tracker_sync.reports.org import Org
from tracker_sync.reports.portfolio import Portfolio

GRADES = ("none", "said yes", "interview or support", "survey", "ranking", "experiment or usage")
"""From the weakest to the strongest. Source: the B2B PM story, in which customers said yes to everything:
that somebody asked, or would sign, is weaker than how they rank it among their other problems."""
_STRENGTH = {
    "deal": 1, "support": 2, "interview": 2, "research": 2, "survey": 3, "ranking": 4, "usage": 5,
    "experiment": 5,
}  # fmt: skip
ASKED = "asked for"
"""The word for an account that asked for it, which is as much as a deal says."""


class Sign(Struct, frozen=True):
    """One piece of evidence."""

    grade: int
    """Its place in GRADES."""
    word: str
    """What kind it is, as the tag says."""
    since: int
    """When the tracker first showed it, in microseconds UTC."""
    ref: str
    """The item that shows it."""
    event_id: str
    """The event that it rests on; '' for an account that asked, of which the item has several."""


def evidence(
    org: Portfolio, looked: Org, work: Mapping[int, Sequence[int]], end: int
) -> dict[int, tuple[Sign, ...]]:
    """For each epic, the signs that it and what is below it (`work`) had by `end`, the earliest first.
    `looked` is what `Portfolio.look` gives of these epics."""
    asked = _asked(org, sorted({r for rows in work.values() for r in rows}))
    found = {}
    for epic, rows in work.items():
        signs = list[Sign]()
        for row in rows:
            ref = org.ref(row)
            tags = looked.tags.get(ref)
            for t in tags.evidence if tags else ():
                signs.append(Sign(_STRENGTH[t.value], t.value, t.since, ref, t.event_id))
            if row in asked:
                signs.append(Sign(1, ASKED, asked[row], ref, ""))
        found[epic] = tuple(sorted((s for s in signs if s.since <= end), key=_order))
    return found


def best(signs: Sequence[Sign]) -> int:
    """The strongest grade of some signs; 0 for none."""
    return max((s.grade for s in signs), default=0)


def _order(sign: Sign) -> tuple[int, int, str]:
    return sign.since, -sign.grade, sign.ref


def _asked(org: Portfolio, rows: Sequence[int]) -> dict[int, int]:
    """When the first account asked for each of these rows, where any did."""
    wanted = np.isin(org.asked.rows, rows)
    found: dict[int, int] = {}
    for row, at in zip(org.asked.rows[wanted].tolist(), org.asked.since[wanted].tolist(), strict=True):
        found[row] = min(at, found.get(row, at))
    return found
