"""The reports in words, a module each: `sheet(report)` says what every way of showing it draws on."""

import re
from importlib import import_module
from typing import Any

from tracker_sync.render.sheet import Sheet
from tracker_sync.reports import NAMES

SHEETS = (*NAMES, "client-view")
"""What there are sheets of."""
_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def sheet_of(report: Any) -> Sheet:
    """The sheet of a report, found by what its class is called: `SalesLed` is in `sales_led`. Only its own
    module is loaded."""
    own = _INNER_CAPITAL.sub("_", type(report).__name__).lower()
    found: Sheet = import_module(f"tracker_sync.render.sheets.{own}").sheet(report)
    return found
