"""Patterns in how work is spread and chosen, found in a log. Day 0 is 2026-02-02, a Monday."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reports.small_org import Ask, organisation
from tests.reports.test_edges import CUSTOMERS, at, item, label, move
from tracker_sync.events import Added, Changed, Event
from tracker_sync.patterns.facts import DAY, Account, Facts
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.facts import facts
from tracker_sync.reports.finding import Finding, Holds, Result, Unassessed
from tracker_sync.reports.warnings import current

PEOPLE = '[[people]]\nlogins = ["ada"]\nrole = "product"\n[[people]]\nlogins = ["sam"]\nrole = "sales"\n'
STRATEGY = """\
effective = 2026-01-01
[[intents]]
id = "search"
mission = "People find things."
target = 0.6
[[intents]]
id = "export"
mission = "People take things along."
target = 0.4
[limits]
active_intents = 1
"""


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with organisation(tmp_path) as asked:
        yield asked


def results(ask: Ask, rule: str, *events: list[Event] | Event, **files: str) -> list[Result]:
    report = current(Drawn(*ask(*events, **{"strategy": STRATEGY, "people": PEOPLE} | files)))
    every = (*report.findings, *report.unassessed, *report.holds)
    return [r for r in every if r.detector == f"bias/{rule}"]


def looked(ask: Ask, *events: list[Event] | Event, **files: str) -> Facts:
    return facts(Drawn(*ask(*events, **{"strategy": STRATEGY, "people": PEOPLE} | files)))


def by(who: str, *events: Event) -> list[Event]:
    return [replace(e, actor=who) for e in events]


def epic(key: str, *labels: str, start: float | None = 1) -> list[Event]:
    return by("ada", *item(key, *labels, start=start, type="Epic"))


def linked(key: str, to: str, day: float = 0.5) -> Event:
    return Added(id=f"{key}:k{to}", item=key, ts=at(day), attr="links", key=to, val=f"blocks {to}")


def test_two_intents_where_one_is_allowed(ask: Ask) -> None:
    both = [epic("E-1", "intent/search", start=1), epic("E-2", "intent/export", start=2)]
    (found,) = results(ask, "and-leader", *both)
    assert isinstance(found, Finding)
    assert (
        found.claim
        == "2 intents were worked on in the last 12 days; the strategy limits active intents to 1."
    )
    assert [(e.item, e.what, e.at, e.event, e.role) for e in found.evidence] == [
        ("o:E-2", "first start of export", at(2), "E-2:s2", "product"),
        ("o:E-1", "first start of search", at(1), "E-1:s1", "product"),
    ]  # fmt: skip
    assert found.evidence[0].version is not None


def test_an_intent_that_rests_is_not_active(ask: Ask) -> None:
    early = [epic("E-1", "intent/search"), move("E-1", 3, "3")]
    late = epic("E-2", "intent/export", start=95)
    (found,) = results(ask, "and-leader", *early, late, until="2026-05-20")  # day 107
    assert isinstance(found, Holds)
    assert found.measured.low == 1


def test_one_person_on_two_intents_is_spread_thin(ask: Ask) -> None:
    both = [by("ada", *item(key, f"intent/{intent}", assignee="ada", type="Epic"))
            for key, intent in (("E-1", "search"), ("E-2", "export"))]  # fmt: skip
    (found,) = results(ask, "and-leader-spread", *both)
    assert isinstance(found, Finding)
    assert (found.measured.low, found.threshold.value) == (2, 1)
    assert [(e.event, e.role) for e in found.evidence] == [("E-2:s1", "product"), ("E-1:s1", "product")]


def test_whoever_has_two_logins_is_one_and_work_of_nobody_may_be_somebody_elses(ask: Ask) -> None:
    own = [item("E-1", assignee="ada"), item("E-2", assignee="ada.b"), item("E-3"), item("E-4")]
    joined = '[[people]]\nlogins = ["ada", "ada.b"]\nrole = "product"\n'
    assert (looked(ask, *own).people, looked(ask, *own, people=joined).people) == (4, 3)
    assert looked(ask, *own, item("E-5", start=None)).people == 4


def test_links_to_another_intent_count_once_and_need_an_intent(ask: Ask) -> None:
    searching = [epic(f"E-{n}", "intent/search") for n in range(10)]
    others = [epic(f"X-{n}", "intent/export") for n in range(3)]
    links = [linked(f"E-{n}", f"X-{n % 3}") for n in range(4)]
    (found,) = results(ask, "and-leader-links", *searching, *others, links, linked("X-1", "E-1"))
    assert isinstance(found, Finding)
    assert (found.measured.low * 13, found.evidence[0].role) == (4, "product")
    bare = [epic("X-0"), *others[1:]]
    (less,) = results(ask, "and-leader-links", *searching, *bare, links)
    assert isinstance(less, Holds)


LOUD = [by("sam", *item(f"E-{n}", "customer/Acme", start=1, type="Epic")) for n in range(12)]


def test_one_account_of_five_has_all_the_effort(ask: Ask) -> None:
    (found,) = results(ask, "loudest-account", *LOUD)
    assert isinstance(found, Finding)
    assert (found.subject, found.measured.low) == ("Acme", 1)
    assert found.claim == (
        "Acme asked for at least 100 % of the effort that accounts asked for and has 25 % of the accounts in "
        "the ICP; its newest request is 12 days old."
    )
    assert (found.evidence[0].event.startswith("E-"), found.evidence[0].role) == (True, "sales")


def test_what_a_reseller_asks_for_the_parent_asks_for(ask: Ask) -> None:
    some = [item(f"R-{n}", "customer/Reseller", type="Epic") for n in range(6)]
    (found,) = results(ask, "loudest-account", *LOUD[:6], *some)
    assert isinstance(found, Finding)
    assert (found.subject, found.measured.low) == ("Acme", 1)


def test_with_its_part_of_the_arr_it_is_not_loud(ask: Ask) -> None:
    paying = CUSTOMERS.replace(",yes,,\nGlobex,,,,,,,customer,2025-01-01,,yes,,",
                               ",yes,90000,\nGlobex,,,,,,,customer,2025-01-01,,yes,10000,")  # fmt: skip
    (found,) = results(ask, "loudest-account", *LOUD, customers=paying)
    assert isinstance(found, Holds)


@pytest.mark.parametrize(("until", "kind"), [("2026-12-31", Unassessed), ("2026-02-09", Finding)])
def test_a_design_partner_is_one_until_its_time_ends(ask: Ask, until: str, kind: type[Result]) -> None:
    partner = CUSTOMERS.replace(
        "Acme,,,,,,,customer,2025-01-01,,yes,,", f"Acme,,,,,,,design-partner,2025-01-01,{until},yes,,"
    )
    (found,) = results(ask, "loudest-account", *LOUD, customers=partner)
    assert isinstance(found, kind)


def test_accounts_stand_as_they_do_at_the_end(ask: Ask) -> None:
    rows = [
        CUSTOMERS.splitlines()[0],
        "Acme,,,,,,,prospect,2025-01-01,2025-12-31,yes,,",
        "Acme,,,,,,,customer,2026-01-01,,yes,500,",
        "Unit,,,,,,,customer,2025-01-01,,no,70,Acme",
        "Globex,,,,,,,churned,2025-01-01,,,300,",
        "Initech,,,,,,,customer,2025-01-01,,no,,",
        "Left,,,,,,,design-partner,2025-01-01,2025-12-31,yes,9,",
    ]
    assert looked(ask, item("A-1"), customers="\n".join(rows)).accounts == (
        Account(name="Acme", arr=570, icp=True), Account(name="Globex", arr=0),
        Account(name="Initech", icp=False), Account(name="Left", arr=0),
    )  # fmt: skip


def test_intents_have_the_shares_of_the_intents_report(ask: Ask) -> None:
    some = [
        item("A-1", "intent/search"),
        item("A-2", "intent/export"),
        item("A-3"),
        item("A-4", "intent/export"),
    ]
    search, export = looked(ask, *some).intents
    assert (search.id, search.target, search.low, search.high) == ("search", 0.6, 0.25, 0.5)
    assert (export.low, export.high) == (0.5, 0.75)


def sized(key: str, hours: int, start: float | None, intent: str) -> list[Event]:
    """Estimated on day 0.5, ready on day 1."""
    return [
        *epic(key, f"intent/{intent}", start=start),
        Added(id=f"{key}:e", item=key, ts=at(0.5), attr="estimate", key="", val=str(3600 * hours)),
        Changed(id=f"{key}:r", item=key, ts=at(1), attr="status", key="9", val="Ready", actor="ada"),
    ]


SMALL = [sized(f"E-{n}", 2 + n % 3, 2, "export") for n in range(24)]
LARGE = [sized(f"L-{n}", 50 + n, None, "search") for n in range(8)]


def test_small_epics_are_started_and_the_large_bets_wait(ask: Ask) -> None:
    (found,) = results(ask, "execution-orientation", *SMALL, *LARGE)
    assert isinstance(found, Finding)
    assert found.claim == (
        "Of two ready epics, one that was started and one that waits, the started one is smaller in 100 % of "
        "cases. 8 that wait are larger than most that were started; search had at most 0 % of the effort, "
        "and its target is 60 %."
    )
    first = found.evidence[0]
    assert (first.item, first.what, first.at, first.event, first.role) == (
        "o:L-7", "ready and not started: 57 hours", at(1), "L-7:r", "product"
    )  # fmt: skip


def test_without_estimates_it_is_not_assessed(ask: Ask) -> None:
    bare = [[e for e in events if getattr(e, "attr", "") != "estimate"] for events in (*SMALL, *LARGE)]
    (found,) = results(ask, "execution-orientation", *bare)
    assert isinstance(found, Unassessed)


def test_the_last_day_of_work_is_in_the_window_and_no_day_on_which_it_lay(ask: Ask) -> None:
    went = [*item("A-1", start=1), move("A-1", 4.5, "3"), *item("A-2", start=1), label("A-2", 2, "x")]
    first, second = looked(ask, went, until="2026-02-13").works
    assert first.last is not None
    assert first.last.at == at(5) - 1
    assert second.last is not None
    assert second.last.at == at(12) - 1
    _, lay = looked(ask, went, item("A-3", start=None), until="2026-04-30").works
    assert lay.last is not None
    assert (lay.last.at - at(0)) // DAY == 32
