"""On what evidence work rests: the best of what it and what is under it showed by an instant."""

from collections.abc import Iterable, Iterator

from tests.oracle.shares import Oracle
from tests.oracle.tags import Tagged
from tests.oracle.world import Issue

GRADES = (
    (), ("deal", "asked"), ("interview", "support", "research"), ("survey",), ("ranking",),
    ("experiment", "usage"),
)  # fmt: skip
"""From the weakest: "none; said yes; interview or support (also research); survey; ranking; experiment or
usage"."""


def grade(of: Oracle, below: Iterable[Issue], until: int) -> int:
    """ "The best of all tags of evidence of it and what is under it"."""
    kinds = {k for i in below for k in _evidence(of.tags[i], until)}
    return max(n for n, some in enumerate(GRADES) if not some or kinds & {*some})


def _evidence(tags: Tagged, until: int) -> Iterator[str]:
    for _, given in tags.heard("evidence", tags.texts):
        yield from (f.value for f in given if f.since <= until)
    if any(s.since <= until for s in tags.customers):  # "an account that asked is a 'yes' of its own"
        yield "asked"
