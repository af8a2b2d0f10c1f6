"""From the events of a made-up organisation to what `report warnings` prints, which names no people."""

import json
import re
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from conftest import Desk

from tests.organisations.company import PEOPLE
from tests.organisations.organisation import STRONG, organisation, written
from tests.organisations.spelling import SOURCE
from tracker_sync.events import Event, Named, Opened

ROLES = {login: role for role, logins in PEOPLE.items() for login in logins}
CALLED = {login: f"Quincy {login.capitalize()}sworth" for login in ROLES}
"""What the tracker calls its people."""
YEARS = {
    "bias-for-building": 0.3,
    "selling-not-learning": 0.3,
    "insider-only": 0.3,
    "authority-approval": 0.3,
    "promised-before-scoped": 0.3,
    "retrofit": 0.75,  # the tags of the first weeks are set in one day, which is no pattern
}
"""In how short a time 60 epics show each pattern: a report looks back at every month."""


class Told(NamedTuple):
    """What the reports of an organisation print, and what its log holds."""

    events: dict[str, Event]
    keys: dict[str, str]
    """By item, its ref."""
    printed: dict[str, str]
    """By format."""


@pytest.fixture(params=YEARS)
def bias(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def told(bias: str, desk: Desk) -> Told:
    made = organisation(1, 60, YEARS[bias], {bias: STRONG})
    log = written(made, desk.folder)[1]
    log.append(SOURCE, [
        Named(id=f"user.{login}", item="", ts=made.events[0].ts, attr="user", key=login, val=name)
        for login, name in CALLED.items()
    ], now=made.events[-1].ts)  # fmt: skip
    log.close()
    printed = {}
    for form in ("json", "text", "html"):
        done = desk.run("report", "warnings", "--format", form)
        assert (done.code, done.err) == (0, "")
        printed[form] = done.out
    events = {e.id: e for e in desk.events()}
    keys = {e.item: f"{SOURCE}:{e.val}" for e in events.values() if isinstance(e, Opened)}
    return Told(events, keys, printed)


def rows(report: dict[str, Any], bias: str) -> list[dict[str, Any]]:
    """The evidence of the bias's findings."""
    [table] = [t for t in report["evidence"] if t["id"] == "evidence"]
    return [row for row in table["rows"] if row["finding"].split("/")[1] == bias]


def names_in(text: str) -> list[str]:
    """The people whose login or name stands in a text, as a word of its own in any case."""
    return [
        login for login, name in CALLED.items()
        if re.search(rf"(?<!\w)({re.escape(login)}|{re.escape(name)})(?!\w)", text, re.IGNORECASE)
    ]  # fmt: skip


def test_a_finding_shows_items_events_times_and_roles_and_names_nobody(bias: str, told: Told) -> None:
    report = json.loads(told.printed["json"])
    found = [f for f in report["rows"] if f["detector"] == f"bias/{bias}"]
    shown = rows(report, bias)
    assert found
    assert {row["finding"] for row in shown} == {f["id"] for f in found}
    for row in shown:
        event = told.events[row["event"]]
        seconds = datetime.fromisoformat(row["at"]).timestamp()
        assert (row["item"], seconds) == (told.keys[event.item], event.ts // 1_000_000)
        assert row["role"] == ROLES[event.actor or ""]
        assert row["what"]
    for f in found:
        assert {row["item"] for row in shown if row["finding"] == f["id"]} <= {*f["items"]}
        assert f["claim"].split(".")[0] in " ".join(told.printed["text"].split())
    assert [(form, name) for form, text in told.printed.items() for name in names_in(text)] == []


def test_a_name_would_be_seen() -> None:
    assert names_in("started by PIA, 3 days") == ["pia"]
    assert names_in("Quincy Samsworth asked") == ["sam"]
    assert names_in("piano, sample, ceos") == []
