"""What is checked, and found, is what looking through the whole log finds."""

from pathlib import Path

import pytest
from builders import jira_issue, jira_site
from conftest import Desk

from tests.states.test_lookup import filled
from tracker_sync.cli import check
from tracker_sync.demo.tracker_server import serving
from tracker_sync.reports.opening import Asked, open_org
from tracker_sync.states.stored import last_ts

SEEDS = [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 80))]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_open_epics_are_checked_and_nothing_else(seed: int, tmp_path: Path) -> None:
    config, log = filled(seed, tmp_path)
    for as_of in (None, "1970-01-02", "1970-01-09"):
        asked = Asked(as_of=as_of)
        org, query = open_org(config, log, asked)
        refs = [r for r in org.world.items if check._is_open_epic(org, r)]
        version = org.strategies.as_of(query.as_of, last_ts(log, 0))
        found = [(ref, *f) for ref in refs for f in check._findings(org, ref, version, query.as_of)]
        assert check.examined(config, log, [], asked)[:2] == (refs, found)
        some = refs[::2]
        assert check.examined(config, log, some, asked)[:2] == (
            (some, [f for f in found if f[0] in some]) if some else (refs, found)
        )
    log.close()


def test_a_name_of_two_accounts_is_asked_about(desk: Desk) -> None:
    head = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
    rows = [f"{name},Wind,,,,,,customer,,,,," for name in ("Northwind", "Windward")]
    desk.write("customers.csv", "\n".join([head, *rows]) + "\n")
    epic = {"id": "11", "name": "Epic", "hierarchyLevel": 1}
    with serving(jira_site(jira_issue(labels=["customer/Wind"], issuetype=epic))) as [url]:
        desk.jira(url)
        desk.sync()
    assert desk.run("check").out.splitlines() == [
        "warning: acme:PAY-1: 'Export as PDF' names no strategic intent",
        "note: acme:PAY-1: 'Export as PDF' names 'Wind', which may be Northwind or Windward: "
        "say who with tracker-sync tag",
    ]
