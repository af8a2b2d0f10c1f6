"""The overview: the one page that answers whether we build our strategy."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.days import Days
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.intents import Intents, intents
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.sales_led import SalesLed, sales_led
from tracker_sync.reports.single_customer import SingleCustomer
from tracker_sync.reports.tag_first import ToTag, to_tag
from tracker_sync.reports.warnings import Warnings, current
from tracker_sync.reports.weights import HEADLINE
from tracker_sync.states.columns import distinct

RECENT = 91
"""Days: the last thirteen weeks."""


class Overview(Struct, frozen=True):
    """The reports that it draws on."""

    query: Query
    sales_led: SalesLed
    recent: SalesLed | None
    """The last thirteen weeks of the window, where it is longer than that."""
    intents: Intents
    single_customer: SingleCustomer
    to_tag: Sequence[ToTag]
    """What to tag first, to narrow the headline most."""
    warnings: Warnings
    """As of now alone."""
    items: int
    epics: int
    sources: tuple[str, ...]


def overview(org: Portfolio, query: Query) -> Overview:
    """The overview for a question."""
    query = replace(query, by=None)
    wanted = [w for w in query.weights if w in HEADLINE] or query.weights
    days = Days(org.judged.calendar)
    start = days.end(days.of(query.last) - RECENT)
    recent = sales_led(org, replace(query, since=start), wanted) if start > query.since else None
    shown = org.within(replace(query, project=None))
    sales, drawn = sales_led(org, query, wanted), Drawn(org, query)
    return Overview(
        query, sales, recent, intents(org, query, wanted, orphans=False), drawn.single_customer,
        to_tag(org, query, sales.weighed[0].sales_led), current(drawn, large=False),
        int(shown.sum()), int((shown & org.epic).sum()),
        tuple(sorted(org.words.vals[s] for s in distinct(org.sources[shown])[0].tolist())),
    )  # fmt: skip
