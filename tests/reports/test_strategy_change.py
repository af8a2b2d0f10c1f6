"""A new version of the strategy changes the judgements it must, and no figure of the time before it."""

import dataclasses
import json
from datetime import timedelta

import pytest
from conftest import Desk

from tests.cli.strategies import CONFIG
from tests.reports.test_edges import DAY, at, item
from tracker_sync.days import EPOCH
from tracker_sync.events import Event, Named
from tracker_sync.log.sqlite import SqliteLog

CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Acme,,,enterprise,,,,customer,2025-01-01,,yes,,
Globex,,,mid-market,,,,customer,2025-01-01,,,,
"""
BEFORE = """\
effective = 2026-01-01
[icp]
segments = ["mid-market"]
[[intents]]
id = "search"
mission = "People find things."
target = 0.6
[[intents]]
id = "speed"
mission = "Nobody waits."
target = 0.4
"""
AFTER = """\
effective = 2026-03-01
[icp]
segments = ["enterprise"]
[[not_doing]]
id = "payroll"
why = "Others do it."
patterns = ["payroll"]
[[intents]]
id = "search"
mission = "People find what they meant."
target = 0.3
[[intents]]
id = "trust"
mission = "People believe what they find."
target = 0.7
[limits]
sales_led_share = 0.2
"""
LATER = 35
"""The day of the story, which begins on 2 February, on which the later requests come."""
REPORTS = ("overview", "sales-led", "intents", "single-customer")
EARLY = [("--as-of", "2026-02-20"), ("--until", "2026-02-20", "--as-of", "2026-02-28")]


REQUESTS = (
    ("intent/search", "A thing", "Acme"), ("intent/search", "Payroll export", "Acme"),
    ("intent/speed", "A thing", "Acme"), ("intent/trust", "A thing", "Acme"),
    ("intent/search", "A thing", "Globex"), ("planned/ease", "A thing", "Acme"),
)  # fmt: skip
"""(label that names the intent, title, account)."""


def asked(key: str, day: int, intent: str, title: str, account: str) -> list[Event]:
    """Work that an account was promised on a day, and that was begun the day after."""
    events = item(key, "customer promise", f"customer/{account}", intent, title=title)
    return [dataclasses.replace(e, ts=e.ts + day * DAY) for e in events]


@pytest.fixture
def twice(desk: Desk) -> Desk:
    """The same requests before and after the first of March, judged by the first strategy."""
    for name, text in (
        ("tracker-sync.toml", CONFIG), ("customers.csv", CUSTOMERS), ("strategy.toml", BEFORE),
    ):  # fmt: skip
        desk.write(name, text)
    doing = Named(id="n2", item="", ts=0, attr="status", key="2", val="Doing", means="indeterminate")
    events = [
        event
        for day, first in ((0, 1), (LATER, 11))
        for n, request in enumerate(REQUESTS, first)
        for event in asked(f"A-{n}", day, *request)
    ]
    log = SqliteLog(desk.db, write=True)
    log.append("o", [doing, *events], now=at(50))
    log.close()
    assert desk.run("report").code == 0
    return desk


def printed(desk: Desk, *when: str) -> list[str]:
    """Every report, the epics' check and the items, as JSON."""
    commands = [("report", name) for name in REPORTS]
    if "--until" not in when:
        commands += [("items",), ("check", "o:A-2")]
    done = [desk.run(*command, "--format", "json", *when) for command in commands]
    assert [d.code for d in done] == [0] * len(done), done
    return [d.out for d in done]


def verdicts(desk: Desk) -> dict[str, tuple[str, str]]:
    rows = json.loads(desk.run("report", "sales-led", "--format", "json").out)["rows"]
    return {r["key"]: (r["class"], r["why"]) for r in rows}


def changed(desk: Desk, text: str) -> None:
    desk.write("strategy.toml", text)
    assert desk.run("report").code == 0


def test_only_what_was_asked_for_after_the_change_is_judged_by_it(twice: Desk) -> None:
    before = verdicts(twice)
    changed(twice, AFTER)
    after = verdicts(twice)
    assert {key: after[key] for key in after if after[key] != before[key]} == {
        "o:A-12": ("unhealthy", "decided against: payroll"),
        "o:A-13": ("unhealthy", "the intent 'speed' was not in the strategy when it was asked for"),
        "o:A-14": ("healthy", "serves 'trust', for Acme, whom the product is for"),
        "o:A-15": ("unhealthy", "Globex is not among those the product is for"),
    }
    assert before["o:A-14"][0] == before["o:A-4"][0] == after["o:A-4"][0] == "unhealthy"
    assert [after[f"o:A-{n}"][0] for n in (1, 2, 3, 5, 11)] == ["healthy"] * 5


@pytest.mark.parametrize("when", EARLY, ids=" ".join)
def test_a_report_of_an_earlier_day_has_the_same_bytes_whatever_was_decided_since(
    twice: Desk, when: tuple[str, ...]
) -> None:
    before, now = printed(twice, *when), printed(twice)
    changed(twice, AFTER)
    assert printed(twice, *when) == before
    assert printed(twice) != now, "the change does change a report made now"


def recorded(desk: Desk) -> tuple[str, str]:
    """The option for what the log knows by now."""
    log = SqliteLog(desk.db)
    last = max(e.recorded_at for e in log.read())
    log.close()
    return "--known-at", (EPOCH + timedelta(microseconds=last)).isoformat()


def test_a_report_as_it_was_known_has_the_same_bytes_whatever_was_decided_since(twice: Desk) -> None:
    known = recorded(twice)
    before = printed(twice, *known)
    for text in (AFTER, AFTER.replace("2026-03-01", "2026-01-01"), AFTER.replace("effective", "# effective")):
        changed(twice, text)
        assert printed(twice, *known) == before


def test_a_name_given_later_reads_earlier_labels_too_but_not_as_it_was_known(twice: Desk) -> None:
    """What a tracker calls an intent is a way to read it, not a decision: it holds for labels of any time."""
    early, known = ("--as-of", "2026-02-20"), recorded(twice)
    before = printed(twice, *early, *known)
    assert verdicts(twice)["o:A-6"] == ("undecidable", "no intent is named")
    changed(twice, f'{AFTER}[[intents]]\nid = "ease"\nmission = "It is easy."\n')
    assert verdicts(twice)["o:A-6"][1] == "the intent 'ease' was not in the strategy when it was asked for"
    assert printed(twice, *early) != before
    assert printed(twice, *early, *known) == before


def test_a_version_that_is_dated_back_is_judged_by_from_its_date(twice: Desk) -> None:
    changed(twice, AFTER.replace("2026-03-01", "2026-01-01"))
    assert verdicts(twice)["o:A-2"] == ("unhealthy", "decided against: payroll")
    told = json.loads(twice.run("report", "sales-led", "--format", "json").out)
    assert told["summary"]["strategy_recorded_after_request"] == 12
