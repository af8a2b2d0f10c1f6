"""The reports by name: each a pure function from an organisation and a question to figures."""

from collections.abc import Callable, Mapping

from tracker_sync.reports.demand import Demand, demand
from tracker_sync.reports.intents import Intents, intents
from tracker_sync.reports.overview import Overview, overview
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.problems import Problems, problems
from tracker_sync.reports.promises import Promises, promises
from tracker_sync.reports.query import Query
from tracker_sync.reports.sagas import Sagas, sagas
from tracker_sync.reports.said_no import SaidNo, said_no
from tracker_sync.reports.sales_led import SalesLed, sales_led
from tracker_sync.reports.single_customer import SingleCustomer, single_customer
from tracker_sync.reports.trust import Trust, trust
from tracker_sync.reports.warnings import Warnings, warnings

Report = (
    Overview | SalesLed | Intents | SingleCustomer | Sagas | Problems | SaidNo | Promises | Trust | Demand
    | Warnings
)  # fmt: skip
REPORTS: Mapping[str, Callable[[Portfolio, Query], Report]] = {
    "overview": overview,
    "sales-led": sales_led,
    "intents": intents,
    "single-customer": single_customer,
    "sagas": sagas,
    "problems": problems,
    "said-no": said_no,
    "promises": promises,
    "trust": trust,
    "demand": demand,
    "warnings": warnings,
}
