"""What a question about a project or a team leaves in, also of what has items of others under it."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.reports.small_org import Ask, organisation
from tests.reports.test_edges import item, move
from tracker_sync.events import Event
from tracker_sync.reports.demand import demand
from tracker_sync.reports.promises import promises
from tracker_sync.reports.said_no import said_no
from tracker_sync.reports.single_customer import single_customer

PEOPLE = """\
[[people]]
logins = ["ann"]
role = "engineering"
team = "web"
[[people]]
logins = ["cleo"]
role = "engineering"
team = "core"
"""
EPIC = item("A-1", "epic", "customer/Initech", "customer promise", title="Payroll export")
UNDER = [
    *item("A-2", parent="A-1", assignee="ann"),
    *item("B-3", parent="A-1", assignee="cleo"),
    *item("B-4", "research", assignee="cleo", start=3),
]
"""Tuesday to Friday of the first week, and the second: ann has 9 days, cleo 2 and then 7 shared by two."""


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with organisation(tmp_path) as asked:
        yield asked


def epic_and(*more: list[Event]) -> tuple[list[Event], ...]:
    """An epic of project A for one prospect, with work of both teams under it."""
    return (EPIC, UNDER, *more)


def test_what_a_team_works_on_for_one_customer_is_in_its_report(ask: Ask) -> None:
    org, query = ask(*epic_and(), people=PEOPLE)
    report = single_customer(org, replace(query, team="core"))
    [row] = report.rows
    assert (row.ref, row.account, row.items) == ("o:A-1", "Initech", ("o:B-3",))
    assert (row.effort, report.effort_total) == (Fraction(11, 2), Fraction(9))
    assert single_customer(org, replace(query, team="web")).effort == 9


def test_work_under_an_epic_of_another_project_is_for_whom_the_epic_is(ask: Ask) -> None:
    org, query = ask(*epic_and())
    report = single_customer(org, replace(query, project="B"))
    [row] = report.rows
    assert (row.ref, row.items, report.features) == ("o:A-1", ("o:B-3",), 2)


def test_who_the_product_is_for_of_all_that_asked_is_told_of_a_part_too(ask: Ask) -> None:
    asked = [*item("A-1", "epic", "customer/Acme"), *item("B-3", "customer/Initech", parent="A-1")]
    org, query = ask(asked)
    [row] = demand(org, replace(query, project="B")).rows
    assert (row.account, row.accounts, row.icp_accounts) == ("Initech", 2, 1)


def test_a_promised_epic_is_of_each_team_that_works_on_it(ask: Ask) -> None:
    org, query = ask(*epic_and(), people=PEOPLE)
    for team in ("web", "core"):
        assert [r.ref for r in promises(org, replace(query, team=team)).rows] == ["o:A-1"]


def test_a_promised_epic_that_a_team_has_not_worked_on_is_not_the_teams(ask: Ask) -> None:
    org, query = ask(EPIC, item("A-2", parent="A-1", assignee="ann"), item("B-4", assignee="cleo"),
                     people=PEOPLE)  # fmt: skip
    assert not len(promises(org, replace(query, team="core")).rows)


def test_effort_against_a_decision_is_of_the_work_that_is_asked_about(ask: Ask) -> None:
    org, query = ask(*epic_and(), people=PEOPLE)
    report = said_no(org, replace(query, team="core"))
    [breach] = report.breaches
    assert (breach.ref, breach.effort, report.effort) == ("o:A-1", Fraction(11, 2), Fraction(11, 2))
    assert report.share.low == Fraction(11, 2) / 9
    assert said_no(org, replace(query, project="A")).effort == 9
    assert [r.effort for r in said_no(org, replace(query, project="A")).rules] == [9]


def test_a_unit_that_an_account_asked_for_elsewhere_is_not_one_without_a_name(ask: Ask) -> None:
    silent = item("B-2", "customer request", parent="A-1")
    org, query = ask(
        item("A-1", "epic"), item("A-2", "customer/Acme", parent="A-1"), silent, move("B-2", 3, "3")
    )
    assert not len(demand(org, query).unnamed)
    assert not len(demand(org, replace(query, project="B")).unnamed)
