"""The reports that findings are drawn from, each made once."""

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.sales_led import SalesLed, sales_led
from tracker_sync.reports.single_customer import SingleCustomer, single_customer

if TYPE_CHECKING:
    from tracker_sync.reports.sagas import Outcome


class Drawn(Struct, frozen=True, dict=True):
    """What is known of an organisation for a question."""

    org: Portfolio
    query: Query

    @cached_property
    def sales_led(self) -> SalesLed:
        """By effort alone."""
        return sales_led(self.org, replace(self.query, by=None), ("effort",))

    @cached_property
    def single_customer(self) -> SingleCustomer:
        """The whole report."""
        return single_customer(self.org, self.query)

    @cached_property
    def outcomes(self) -> "tuple[Outcome, ...]":
        """How each stated initiative came out."""
        from tracker_sync.reports.sagas import outcomes

        return outcomes(self.org, self.query)
