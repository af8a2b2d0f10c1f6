"""The reports by name: each a pure function from an organisation and a question to figures."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tracker_sync.reports.demand import Demand
    from tracker_sync.reports.intents import Intents
    from tracker_sync.reports.overview import Overview
    from tracker_sync.reports.problems import Problems
    from tracker_sync.reports.promises import Promises
    from tracker_sync.reports.sagas import Sagas
    from tracker_sync.reports.said_no import SaidNo
    from tracker_sync.reports.sales_led import SalesLed
    from tracker_sync.reports.single_customer import SingleCustomer
    from tracker_sync.reports.trust import Trust
    from tracker_sync.reports.warnings import Warnings

    Report: TypeAlias = (
        Overview | SalesLed | Intents | SingleCustomer | Sagas | Problems | SaidNo | Promises | Trust | Demand
        | Warnings
    )  # fmt: skip

NAMES = (
    "overview", "sales-led", "intents", "demand", "single-customer", "sagas", "problems", "said-no",
    "warnings", "promises", "trust",
)  # fmt: skip
"""In the order that a page shows them in."""


class _Reports(Mapping[str, "Callable[..., Report]"]):
    """Each is loaded when it is asked for: to load all takes longer than to compute one."""

    def __getitem__(self, name: str) -> "Callable[..., Report]":
        if name not in NAMES:
            raise KeyError(name)
        own = name.replace("-", "_")
        found: Callable[..., Report] = getattr(import_module(f"tracker_sync.reports.{own}"), own)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


REPORTS = _Reports()
"""By name: a function of a `Portfolio` and a `Query`, called as its module is."""
