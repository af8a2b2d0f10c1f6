"""What to tag first: the items at which saying where work came from narrows the headline most."""

from fractions import Fraction

import numpy as np
from msgspec import Struct

from tracker_sync.reports.effort import effort
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Share
from tracker_sync.states.columns import VERDICTS, Array, distinct


class ToTag(Struct, frozen=True):
    """Work of unknown origin under one item: saying it there says it for all of that."""

    ref: str
    title: str
    items: int
    effort: Fraction
    width: Fraction | None
    """How wide the sales-led share's bounds are once this and all before it in the list are tagged."""


def to_tag(org: Portfolio, query: Query, headline: Share, most: int = 20) -> list[ToTag]:
    """The topmost items over work of unknown origin, the heaviest first. Nothing above such work says where
    it came from, or it would have it from there: so saying it at the top says it for all of it."""
    rows, days = headline.base.rows, effort(org, query)
    unknown = rows[org.now["verdict"][rows] == VERDICTS.index("unknown")]
    top, place = distinct(org.roots[unknown])
    amounts: Array = np.zeros(len(top), dtype=days.amounts.dtype)
    np.add.at(amounts, place, days.amounts[unknown])
    items = np.bincount(place, minlength=len(top))
    order = np.lexsort((-items, -amounts.astype(float)))[:most]
    weights = items if headline.base.weight == "count" else amounts
    left = int(weights.sum())
    unit, whole = headline.base.unit, headline.total
    found = []
    titles = org.titled(top[order])
    for n, title in zip(order.tolist(), titles, strict=True):
        left -= int(weights[n])
        found.append(
            ToTag(
                org.ref(int(top[n])), title, int(items[n]), Fraction(int(amounts[n]), days.unit),
                Fraction(left, unit) / whole if whole else None,
            )
        )  # fmt: skip
    return found
