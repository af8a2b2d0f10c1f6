"""The reports in words, a module each: `sheet(report)` says what every way of showing it draws on."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tracker_sync.render.sheet import Sheet
from tracker_sync.render.sheets import (
    client_view,
    demand,
    intents,
    overview,
    problems,
    promises,
    sagas,
    said_no,
    sales_led,
    single_customer,
    trust,
    warnings,
)

SHEETS: Mapping[str, Callable[[Any], Sheet]] = {
    "overview": overview.sheet,
    "sales-led": sales_led.sheet,
    "intents": intents.sheet,
    "single-customer": single_customer.sheet,
    "sagas": sagas.sheet,
    "problems": problems.sheet,
    "said-no": said_no.sheet,
    "promises": promises.sheet,
    "trust": trust.sheet,
    "demand": demand.sheet,
    "client-view": client_view.sheet,
    "warnings": warnings.sheet,
}
_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def sheet_of(report: Any) -> Sheet:
    """The sheet of a report, found by what its class is called: `SalesLed` is `sales-led`."""
    return SHEETS[_INNER_CAPITAL.sub("-", type(report).__name__).lower()](report)
