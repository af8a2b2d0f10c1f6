"""The overview: the one page that answers whether we build our strategy."""

from dataclasses import dataclass, replace

from tracker_sync.reports.intents import Intents, intents
from tracker_sync.reports.org import Org, Query
from tracker_sync.reports.sales_led import SalesLed, sales_led
from tracker_sync.reports.single_customer import SingleCustomer, single_customer

RECENT = 91 * 86_400 * 1_000_000
"""The last thirteen weeks, in microseconds."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The reports that it draws on."""

    query: Query
    sales_led: SalesLed
    recent: SalesLed | None
    """The last thirteen weeks of the window, where it is longer than that."""
    intents: Intents
    single_customer: SingleCustomer
    items: int
    epics: int
    sources: tuple[str, ...]


def overview(org: Org, query: Query) -> Overview:
    """The overview for a question."""
    start = query.until - RECENT
    recent = sales_led(org, replace(query, since=start)) if start > query.since else None
    shown = [i for i in org.world.items.values() if query.source in (None, i.source)]
    return Overview(
        query, sales_led(org, query), recent, intents(org, query), single_customer(org, query),
        len(shown), sum(1 for i in shown if i.ref in org.epics),
        tuple(sorted({i.source for i in shown})),
    )  # fmt: skip
