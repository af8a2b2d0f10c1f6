"""Edges of the definitions, each as a product manager would put it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tracker_sync.config import load
from tracker_sync.errors import ConfigError
from tracker_sync.events import Added, Changed, Event, Named, Opened, Removed, Tagged
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.intents import intents
from tracker_sync.reports.opening import Asked, open_org, open_portfolio
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.sales_led import sales_led
from tracker_sync.reports.single_customer import single_customer
from tracker_sync.strategy import midnight

CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Acme,,,,,,,customer,2025-01-01,,yes,,
Globex,,,,,,,customer,2025-01-01,,yes,,
Initech,,,,,,,prospect,2025-01-01,,no,,
Reseller,,,,,,,customer,2025-01-01,,yes,,Acme
Umbrella,,,,,,,prospect,2025-01-01,,yes,,
Vandelay,,,,,,,prospect,2025-01-01,,yes,,
"""
STRATEGY = """\
effective = 2026-01-01
[[intents]]
id = "search"
mission = "People find things."
[[intents]]
id = "late"
mission = "Added afterwards."
since = 2026-03-01
[[not_doing]]
id = "payroll"
why = "Others do it."
patterns = ["payroll"]
"""
Ask = Callable[..., tuple[Portfolio, Query]]
DAY = 86_400_000_000
START = midnight(date(2026, 2, 2))


def at(day: float) -> int:
    return START + int(day * DAY)


def item(
    key: str, *labels: str, start: float | None = 1, title: str = "A thing", **fields: str
) -> list[Event]:
    """An item opened on day 0 with labels, in progress from day `start` on."""
    head = {"item": key, "ts": at(0)}
    events: list[Event] = [
        Opened(id=f"{key}:0", val=key, **head),
        Added(id=f"{key}:0.1", attr="title", key="", val=title, **head),
        Added(id=f"{key}:0.2", attr="status", key="1", val="To Do", **head),
        *(Added(id=f"{key}:0.l{n}", attr="labels", key=v, val=v, **head) for n, v in enumerate(labels)),
        *(Added(id=f"{key}:0.{a}", attr=a, key="", val=v, **head) for a, v in fields.items()),
    ]
    if start is not None:
        events.append(move(key, start, "2"))
    return events


def move(key: str, day: float, status: str) -> Event:
    name = {"1": "To Do", "2": "Doing", "3": "Done"}[status]
    return Changed(id=f"{key}:s{day}", item=key, ts=at(day), attr="status", key=status, val=name)


def label(key: str, day: float, value: str) -> Event:
    return Added(id=f"{key}:l{day}{value}", item=key, ts=at(day), attr="labels", key=value, val=value)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    logs: list[SqliteLog] = []

    def asked(
        *events: list[Event] | Event, until: str = "2026-02-13", as_of: str | None = None
    ) -> tuple[Portfolio, Query]:
        (tmp_path / "tracker-sync.toml").write_text(
            '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
        )
        (tmp_path / "customers.csv").write_text(CUSTOMERS)
        (tmp_path / "strategy.toml").write_text(STRATEGY)
        names = [
            Named(id=f"n{k}", item="", ts=0, attr="status", key=k, val=k, means=m)
            for k, m in (("1", "new"), ("2", "indeterminate"), ("3", "done"))
        ]
        flat = [e for part in events for e in (part if isinstance(part, list) else [part])]
        log = SqliteLog(tmp_path / "tracker-sync.db", write=True)
        people = [e for e in flat if isinstance(e, Tagged)]
        log.append("people", people, now=at(50))
        log.append("o", [*names, *(e for e in flat if e not in people)], now=at(50))
        logs.append(log)
        return open_portfolio(
            load(tmp_path / "tracker-sync.toml"), log, Asked(until=until, as_of=as_of or until)
        )

    yield asked
    for log in logs:
        log.close()


def verdict(asked: tuple[Portfolio, Query], ref: str = "o:A-1") -> str:
    return next(r.verdict for r in sales_led(*asked).rows if r.ref == ref)


def test_a_prospects_wish_is_sales_led_and_off_strategy_where_it_is_not_for_them(ask: Ask) -> None:
    assert verdict(ask(item("A-1", "customer/Initech", "intent/search"))) == "unhealthy"


def test_a_promised_feature_that_the_strategy_meant_to_build_fits(ask: Ask) -> None:
    assert verdict(ask(item("A-1", "customer promise", "customer/Acme", "intent/search"))) == "healthy"


def test_an_intent_added_after_the_request_does_not_make_it_fit(ask: Ask) -> None:
    assert verdict(ask(item("A-1", "customer promise", "customer/Acme", "intent/late"))) == "unhealthy"


def test_work_that_was_decided_against_is_off_strategy_whatever_its_intent(ask: Ask) -> None:
    promised = item("A-1", "customer promise", "customer/Acme", "intent/search", title="Payroll export")
    assert verdict(ask(promised)) == "unhealthy"


def test_two_accounts_that_asked_before_the_start_are_customer_pull(ask: Ask) -> None:
    both = item("A-1", "customer promise", "customer/Acme", "customer/Globex", "intent/search")
    assert verdict(ask(both)) == "other"


def test_two_prospects_whom_a_person_names_are_customer_pull_as_well(ask: Ask) -> None:
    said = Tagged(id="t1", item="o:A-1", ts=at(40), attr="customer", val="Umbrella;Vandelay",
                  reason="both calls", actor="ada")  # fmt: skip
    assert verdict(ask(item("A-1", "intent/search"), said)) == "other"


def test_the_same_account_through_a_reseller_is_one_account(ask: Ask) -> None:
    both = item("A-1", "customer promise", "customer/Acme", "customer/Reseller", "intent/search")
    assert verdict(ask(both)) == "healthy"


def test_a_sign_after_the_start_does_not_say_where_the_demand_came_from(ask: Ask) -> None:
    assert verdict(ask(item("A-1"), label("A-1", 3, "prospect-initech"))) == "unknown"


def test_a_child_inherits_and_its_own_sign_beats_the_epics(ask: Ask, tmp_path: Path) -> None:
    org, query = ask(
        item("E-1", "customer promise", start=None),
        item("A-1", parent="E-1"),
        item("A-2", "customer request", parent="E-1"),
    )
    said = {r.ref: r.origin for r in sales_led(org, query).rows}
    assert said == {"o:A-1": "sales", "o:A-2": "customer"}
    one_by_one, _ = open_org(load(tmp_path / "tracker-sync.toml"), SqliteLog(tmp_path / "tracker-sync.db"))
    origin = one_by_one.tags["o:A-1"].origin
    assert origin is not None
    assert origin.inherited == "o:E-1"


def test_a_person_beats_every_rule(ask: Ask) -> None:
    said = Tagged(id="t1", item="o:A-1", ts=at(40), attr="origin", val="strategy", reason="we meant to")
    assert verdict(ask(item("A-1", "prospect-initech"), said)) == "other"


def test_unstarted_demand_is_no_work(ask: Ask) -> None:
    assert list(sales_led(*ask(item("A-1", "prospect-initech", start=None))).rows) == []


def test_nobody_assigned_counts_one_person_and_a_person_shares_the_day(ask: Ask) -> None:
    org, query = ask(item("A-1"), item("A-2", assignee="ada"), item("A-3", assignee="ada"))
    days = {r.ref: float(r.effort) for r in sales_led(org, query).rows}
    assert days == {"o:A-1": 9.0, "o:A-2": 4.5, "o:A-3": 4.5}  # Tuesday 3rd to Friday 13th


def test_an_item_untouched_for_a_month_stops_counting(ask: Ask) -> None:
    (row,) = sales_led(*ask(item("A-1"), until="2026-06-30")).rows
    assert row.effort == 23  # working days from 3 February to 5 March, thirty days after the start


def test_no_work_is_said_aloud_and_is_never_zero_percent(ask: Ask) -> None:
    share = sales_led(*ask(item("A-1", start=None))).weighed[0].sales_led
    assert (share.low, share.high, share.point, share.interval) == (None, None, None, None)


def test_untagged_work_may_serve_any_intent(ask: Ask) -> None:
    rows = {r.intent: r for r in intents(*ask(item("A-1", "intent/search"), item("A-2"))).rows}
    by_count = dict(rows["search"].shares)["count"]
    assert (float(by_count.low), float(by_count.high)) == (0.5, 1.0)
    assert list(by_count.unknown) == ["o:A-2"]


def test_an_item_that_names_two_intents_is_settled_by_nobody(ask: Ask) -> None:
    report = intents(*ask(item("A-1", "intent/search", "intent/late")))
    assert list(report.disputed) == ["o:A-1"]
    assert all(dict(r.shares)["count"].low == 0 for r in report.rows)


def test_an_intent_that_begins_after_the_look_is_not_in_the_strategy_yet(ask: Ask) -> None:
    report = intents(*ask(item("A-1"), until="2026-03-31", as_of="2026-02-13"))
    assert [r.intent for r in report.rows if r.stated] == ["search"]


def test_what_one_account_alone_asked_for_is_presumed_where_others_are_heard(ask: Ask) -> None:
    heard = [item(f"B-{n}", "customer request") for n in range(4)]
    (row,) = single_customer(*ask(item("A-1", "customer/Initech"), *heard)).rows
    assert (row.account, row.state) == ("Initech", "presumptive")


def test_where_most_work_says_nothing_the_silence_of_others_means_nothing(ask: Ask) -> None:
    silent = [item(f"B-{n}") for n in range(4)]
    (row,) = single_customer(*ask(item("A-1", "customer/Initech"), *silent)).rows
    assert (row.account, row.state) == ("Initech", "unknown")


def test_a_bug_is_no_feature(ask: Ask) -> None:
    assert list(single_customer(*ask(item("A-1", "customer/Initech", "bug"))).rows) == []


def test_where_everything_was_deleted_there_is_no_work(ask: Ask) -> None:
    asked = ask(item("A-1"), Removed(id="A-1:r", item="A-1", ts=at(5), val="gone"))
    assert [*sales_led(*asked).rows] == []


def test_an_intent_added_to_the_strategy_a_day_after_the_request_came_too_late(ask: Ask) -> None:
    signs = [label("A-1", 26, name) for name in ("customer promise", "customer/Acme")]
    late = item("A-1", "intent/late", start=40)  # the intent stands from 1 March on, which is day 27
    assert verdict(ask(late, signs, until="2026-03-20")) == "unhealthy"


def test_the_same_request_on_the_day_the_intent_came_in_fits(ask: Ask) -> None:
    signs = [label("A-1", 27, name) for name in ("customer promise", "customer/Acme")]
    late = item("A-1", "intent/late", start=40)
    assert verdict(ask(late, signs, until="2026-03-20")) == "healthy"


def test_children_that_disagree_each_count_for_what_they_say(ask: Ask) -> None:
    epic = item("E-1", "intent/search", start=None)
    children = [item("A-1", "intent/late", parent="E-1"), item("A-2", parent="E-1")]
    asked = ask(epic, *children)
    by_count = {row.intent: dict(row.shares)["count"] for row in intents(*asked).rows}
    assert {name: (s.low, s.high) for name, s in by_count.items()} == {
        "search": (0.5, 0.5),
        "late": (0.5, 0.5),
    }
    assert [r.ref for r in sales_led(*asked).rows] == ["o:A-1", "o:A-2"], "the epic is no work of its own"


def declined(key: str, day: float) -> list[Event]:
    said = Changed(id=f"{key}:r{day}", item=key, ts=at(day), attr="resolution", val="Won't Do")
    return [move(key, day, "3"), said]


def test_declined_work_is_no_work_until_it_is_reopened_and_started(ask: Ask) -> None:
    asked = item("A-1", "customer/Initech", "intent/search", start=None)
    reopened = [move("A-1", 5, "1"), Changed(id="A-1:r5", item="A-1", ts=at(5), attr="resolution", val=None)]
    org, query = ask(asked, declined("A-1", 2), reopened, move("A-1", 8, "2"))
    [row] = sales_led(org, query).rows
    assert (row.verdict, row.effort) == ("unhealthy", 4), "Tuesday 10th to Friday 13th"
    assert org.now["committed"].tolist() == [at(8)], "a decline is no commitment"


def test_what_was_declined_and_stays_declined_is_in_no_share(ask: Ask) -> None:
    assert not sales_led(*ask(item("A-1", "customer/Initech", start=None), declined("A-1", 2))).rows


PARTNER = "Parton,,,,,,,design-partner,2025-01-01,{until},yes,,\n"


@pytest.mark.parametrize(("until", "fits"), [("2026-02-02", "healthy"), ("2026-02-01", "undecidable")])
def test_a_design_partner_past_its_end_date_is_one_of_whom_nothing_is_known(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, until: str, fits: str
) -> None:
    monkeypatch.setitem(globals(), "CUSTOMERS", CUSTOMERS + PARTNER.format(until=until))
    assert verdict(ask(item("A-1", "customer promise", "customer/Parton", "intent/search"))) == fits


def test_a_window_without_anything_in_it_is_told_so(ask: Ask, tmp_path: Path) -> None:
    ask(item("A-1"))
    log = SqliteLog(tmp_path / "tracker-sync.db")
    with pytest.raises(ConfigError, match="--until 2026-01-05: the first item is of 2026-02-02"):
        open_portfolio(load(tmp_path / "tracker-sync.toml"), log, Asked(until="2026-01-05"))
    with pytest.raises(ConfigError, match="--since 2026-05-01: the last that is known is of 2026-02-03"):
        open_portfolio(load(tmp_path / "tracker-sync.toml"), log, Asked(since="2026-05-01"))
    log.close()
