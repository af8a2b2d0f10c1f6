"""What the tags of a state rest on: how strong the signs are, since when, and where they disagree."""

from collections.abc import Sequence
from typing import NamedTuple

from tracker_sync.tagging import Tag, Tags
from tracker_sync.tagging.rules import BASES

INHERITED = 8
"""Added to the basis of what an item has from one above it."""
CONFLICTS = {"intent": 1, "customer": 2, "origin": 4}
"""In `Grounds.open`: a sign of this dimension was overruled."""
UNCLEAR = 8
"""In `Grounds.open`: a name may be several accounts'."""
SEVERAL = 16
"""In `Grounds.open`: one sign names several intents."""


class Grounds(NamedTuple):
    """Of a basis, 0 stands for no tag, else its place in `BASES`, from 1."""

    intent: int
    customer: int
    origin: int
    intent_at: int | None
    """When the intent was first named: set in the tracker, or said by a person here, by whatever sign."""
    customer_at: int | None
    open: int
    """What disagrees or is unclear, the sum of what stands for it."""


def grounds(tags: Tags) -> Grounds:
    """What the tags of an item rest on."""
    unsettled = {CONFLICTS[t.dimension] for t in tags.conflicts}
    # A presumption is no word on where it came from.
    origin = (tags.origin,) if tags.origin and not tags.origin.fallback else ()
    return Grounds(
        _strongest(tags.intents), _strongest(tags.customers), _strongest(origin),
        min(((t.first or t).known_since for t in tags.intents), default=None),
        min(((t.first or t).known_since for t in tags.customers), default=None),
        sum(unsettled) + (UNCLEAR if tags.unclear else 0) + (SEVERAL if len(tags.intents) > 1 else 0),
    )  # fmt: skip


def _strongest(tags: Sequence[Tag]) -> int:
    return min((BASES.index(t.basis) + 1 + (INHERITED if t.inherited else 0) for t in tags), default=0)
