"""The intents of the strategy and the effort that went into each, as measures look at them."""

from tracker_sync.patterns.facts import Intent
from tracker_sync.reports.intents import intents as reported
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query


def intents(org: Portfolio, query: Query) -> tuple[Intent, ...]:
    """Those that stand at the end of the window, in the strategy's order, with the shares that report intents
    has; where no effort is seen at all, a share may be anything."""
    found = list[Intent]()
    for row in reported(org, query, ("effort",), orphans=False).rows:
        if row.stated:
            share = dict(row.shares)["effort"]
            low = 0.0 if share.low is None else float(share.low)
            high = 1.0 if share.high is None else float(share.high)
            found.append(Intent(id=row.intent, target=row.target, low=low, high=high))
    return tuple(found)
