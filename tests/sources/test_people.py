"""What a tracker tells of its people: what they are called, and for whom they speak."""

from builders import ADA, jira_issue, jira_site
from conftest import Desk

from tracker_sync.demo.tracker_server import serving

PAT = {**ADA, "accountId": "pat", "displayName": "Pat Doe", "emailAddress": "p.q.doe@mail.northwind.example"}


def synced(desk: Desk, **fields: object) -> None:
    with serving(jira_site(jira_issue(**fields))) as [url]:
        desk.jira(url)
        desk.sync()


def test_people_are_named_and_of_their_address_only_the_domain_is_kept(desk: Desk) -> None:
    synced(desk, reporter=PAT, creator=PAT)
    named = [(e.val, e.means) for e in desk.events() if e.kind == "named" and e.attr == "user"]
    assert ("Pat Doe", "mail.northwind.example") in named
    assert b"p.q.doe" not in desk.db.read_bytes()


def test_who_writes_from_an_accounts_address_asks_for_that_account(desk: Desk) -> None:
    desk.write(
        "customers.csv",
        "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent\n"
        "Northwind,,northwind.example,,,,,customer,,,,,\n",
    )
    synced(desk, reporter=PAT, creator=PAT)
    assert desk.listed()[0]["customers"] == ["Northwind"]


def test_a_person_without_a_name_or_an_address_is_no_error(desk: Desk) -> None:
    synced(desk, reporter={"accountId": "x"}, creator={"accountId": "x"}, assignee=None)
    assert desk.listed()[0]["customers"] == []
