"""Sheets written by hand, with every kind of chart, value and gap that a page has to show."""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from tracker_sync.render.html.reasons import ItemReasons, Reason
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Range, Sheet, Table
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Grouped, Share

DAY = 86_400_000_000


def at(year: int, month: int, day: int = 1) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1_000_000


QUERY = Query(since=at(2026, 1), until=at(2026, 11), as_of=at(2026, 10, 30))


def share(sure: int, unknown: int, rest: int, *, prefix: str = "girder:PLAN-") -> Share:
    """Of so many items (of one person-day each) surely in it, perhaps in it, and not in it."""
    n = sure + unknown + rest
    org = SimpleNamespace(ref=lambda row: f"{prefix}{row + 1}", roots=np.arange(n))
    group = np.array([0] * sure + [1] * unknown + [2] * rest)
    base = Grouped(cast(Portfolio, org), "effort", np.arange(n), np.ones(n, dtype=np.int64), 1, group, 3)
    return base.share([True, False, False], [True, True, False])


@dataclass(frozen=True)
class Row:
    """One row of anything."""

    name: str
    values: dict[str, Any]


def column(id_: str, title: str, type_: Any, unit: str = "") -> Column:
    return Column(id_, title, type_, f"What {title.lower()} means.", lambda row: row.values.get(id_), unit)


def rows(*of: tuple[str, dict[str, Any]]) -> tuple[Row, ...]:
    return tuple(Row(name, {"name": name} | values) for name, values in of)


def sales_led() -> Sheet:
    """Shares as tiles and bars, and over time."""
    months = rows(*(
        (f"2026-{m:02}", {"when": at(2026, m), "then": share(s, u, 100 - s - u) if s else None,
                          "now": share(s + 2, u // 2, 98 - s - u // 2) if s else None})
        for m, (s, u) in enumerate([(31, 14), (36, 12), (0, 0), (44, 11), (39, 15), (35, 11), (30, 9),
                                    (29, 8), (26, 9), (27, 6)], 1)
    ))  # fmt: skip
    items = rows(
        ("girder:PLAN-1", {"ref": "girder:PLAN-1", "title": "Commissioning module", "days": Fraction(1036)}),
        ("web:girder-build/sync#78", {"ref": "web:girder-build/sync#78", "title": "Login counts twice",
                                      "days": Fraction(9, 2)}),
    )  # fmt: skip
    return Sheet(
        "sales-led", "How much of the work did sales ask for?", QUERY,
        ("Sales asked for 34–46 % of the work.", "18–30 % of all work is sales-led and off strategy."),
        (
            Figure("sales-led", "Sales-led, of all work", "share", share(34, 12, 54), "Sales asked for it."),
            Figure("unhealthy", "Off strategy, of all", "share", share(18, 12, 70), "Outside the strategy."),
            Figure("healthy", "On strategy, of sales-led", "share", share(34, 27, 39), "It fits."),
        ),
        (
            Table("items", "The work", (column("ref", "Item", "item"), column("title", "Title", "text"),
                                        column("days", "Effort", "days", "person-days")), items),
            Table("series", "Month by month",
                  (column("when", "Month", "time"), column("then", "As then known", "share"),
                   column("now", "Restated today", "share")), months),
        ),
        (("Items of unknown origin", tuple(f"girder:PLAN-{n}" for n in range(200, 260))),),
        ("Work that nobody tagged widens the range.",),
        (
            Chart("shares", "shares", "What sales asked for", ("sales-led", "unhealthy", "healthy")),
            Chart("time", "series", "Sales-led, month by month", ("then", "now"), "series", "when"),
        ),
    )  # fmt: skip


def intents() -> Sheet:
    """Allocation against target."""
    found = rows(
        ("site-planning", {"effort": share(24, 5, 71), "target": Fraction(35, 100)}),
        ("field-reporting", {"effort": share(17, 6, 77), "target": Fraction(25, 100)}),
        ("integrations", {"effort": share(15, 5, 80), "target": Fraction(20, 100)}),
        ("platform", {"effort": share(15, 6, 79), "target": Fraction(10, 100)}),
        ("account-work", {"effort": share(18, 25, 57), "target": None}),
    )
    return Sheet(
        "intents", "What did each strategic intent get?", QUERY,
        ("Site planning got 24–29 % of the work; 35 % was stated.",), (),
        (Table("intents", "Intents", (column("name", "Intent", "text"), column("target", "Target", "share"),
                                      column("effort", "Share of effort", "share")), found),),
        charts=(Chart("allocation", "shares", "Allocation against target", ("effort",), "intents", "name",
                      target="target"),),
    )  # fmt: skip


def others() -> Sheet:
    """The remaining kinds of charts, and values that are missing."""
    cost = rows(
        ("Commissioning module", {"cost": Range(1.1e6, 2.4e6, 1.6e6), "paid": 400_000}),
        ("Portfolio roll-up", {"cost": Range(1.2e5, 2.6e5, 1.8e5), "paid": 210_000}),
        ("Certified payroll", {"cost": NotAssessed("rates in people.toml"), "paid": None}),
    )
    demand = rows(
        ("Aquaveil Utilities", {"segment": "utilities", "days": Fraction(1100)}),
        ("Helmsford Group", {"segment": "contractors", "days": Fraction(420)}),
        ("Ironvale Paving", {"segment": "contractors", "days": Fraction(180)}),
        ("Kestrel Homes", {"segment": "house builders", "days": Fraction(75)}),
    )
    sagas = rows(
        ("Offline plans", {"started": at(2025, 2), "released": at(2025, 9), "stopped": None}),
        ("Weather alerts", {"started": at(2025, 5), "released": at(2025, 8), "stopped": at(2026, 6)}),
        ("Crew chat", {"started": at(2025, 11), "released": None, "stopped": None}),
    )
    story = rows(
        ("Offline plans", {"when": at(2025, 2), "what": "started"}),
        ("Offline plans", {"when": at(2025, 9), "what": "released"}),
        ("Crew chat", {"when": at(2025, 11), "what": "started"}),
    )
    problems = rows(
        ("Plans are out of date", {"importance": 9.1, "satisfaction": 3.2, "days": Fraction(300)}),
        ("Rework after inspection", {"importance": 8.2, "satisfaction": 6.9, "days": Fraction(900)}),
        ("Payroll by hand", {"importance": 4.4, "satisfaction": 2.5, "days": Fraction(90)}),
        ("Finding drawings", {"importance": 6.5, "satisfaction": 8.0, "days": Fraction(20)}),
    )
    promises = rows(
        ("Aquaveil: export", {"account": "Aquaveil", "latency": 120, "asked": tuple("abcdefg")}),
        ("Aquaveil: roles", {"account": "Aquaveil", "latency": 210, "asked": ("a",)}),
        ("Helmsford: roll-up", {"account": "Helmsford", "latency": 64, "asked": ()}),
        ("Kestrel: lifts", {"account": "Kestrel", "latency": 30, "asked": ()}),
    )
    name = column("name", "Name", "text")
    return Sheet(
        "others", "What else is there to see?", QUERY, ("All of it is made up.",),
        (Figure("adopted", "Adoption", "share", NotAssessed("adoption.csv"), "Accounts that use it."),
         Figure("promised", "Promises", "count", 4, "Open promises.")),
        (
            Table("cost", "Cost", (name, column("cost", "Cost", "range", "USD"),
                                   column("paid", "Paid", "money", "USD")), cost),
            Table("demand", "Demand", (name, column("segment", "Segment", "text"),
                                       column("days", "Effort", "days", "person-days")), demand),
            Table("sagas", "Sagas", (name, *(column(c, c.title(), "time")
                                             for c in ("started", "released", "stopped"))), sagas),
            Table("story", "What happened", (name, column("when", "When", "time"),
                                             column("what", "What", "text")), story),
            Table("problems", "Problems", (name, column("importance", "Importance", "number"),
                                           column("satisfaction", "Satisfaction", "number"),
                                           column("days", "Effort", "days", "person-days")), problems),
            Table("promises", "Promises", (name, column("account", "Account", "text"),
                                           column("latency", "Latency", "count", "days"),
                                           column("asked", "Asked", "items")), promises),
            Table("none", "Nothing", (name,), (), empty="Nothing was dismissed."),
        ),
        charts=(
            Chart("cost", "ranges", "What features cost over their life", ("cost",), "cost", "name",
                  target="paid"),
            Chart("demand", "amounts", "Demand by account", ("days",), "demand", "name", group="segment"),
            Chart("sagas", "moments", "What became of each initiative", ("started", "released", "stopped"),
                  "sagas", "name"),
            Chart("story", "moments", "What happened when", ("when",), "story", "name", group="what"),
            Chart("problems", "quadrant", "Problems", ("satisfaction", "importance", "days"), "problems",
                  "name", reading="Top left: important, and badly served."),
            Chart("promises", "spread", "Days from promise to delivery", ("latency",), "promises", "name",
                  group="account"),
            Chart("none", "amounts", "Nothing to draw", ("name",), "none", "name"),
        ),
    )  # fmt: skip


def sheets() -> list[Sheet]:
    return [sales_led(), intents(), others()]


def because(ref: str) -> ItemReasons:
    """What is said of an item in these tests."""
    return ItemReasons(
        f"Title of {ref}", "Story, in progress",
        (Reason("origin", "sales", "rule deal-label (label)", "A deal was named.", "2026-03-01"),),
        ("customer",),
    )  # fmt: skip
