"""What the trust report says of the other figures, and that tagging does what it promises."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.reports.test_edges import Ask, ask, at, item, label  # noqa: F401  the fixture
from tracker_sync.config import load
from tracker_sync.events import Added, Changed, Event, Named, Tagged
from tracker_sync.log import PEOPLE
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.reports.trust import Coverage, Trust, trust
from tracker_sync.tagging.rules import BASES


def said(key: str, day: float = 20, **what: str) -> list[Event]:
    return [
        Tagged(id=f"t{key}.{a}", item=f"o:{key}", ts=at(day), attr=a, val=v, reason="asked", actor="ada")
        for a, v in what.items()
    ]


def assigned(key: str, who: str) -> Event:
    return Added(id=f"{key}:0.a", item=key, ts=at(0), attr="assignee", key="", val=who)


def covered(report: Trust, field: str, of: str = "all", name: str = "") -> Coverage:
    return next(c for c in report.coverage if (c.of, c.name, c.field) == (of, name, field))


def epic(*children: list[Event]) -> list[Event]:
    """The epic A-1, which nobody works on itself, and its children."""
    return [*item("A-1", start=None, type="Epic"), *(e for child in children for e in child)]


WORK = [
    *epic(item("A-2", parent="A-1"), item("A-3", parent="A-1")),
    *item("A-4"), *item("A-5", "customer/Acme"),
]  # fmt: skip


def width(report: Trust) -> float:
    low, high = report.headline.low, report.headline.high
    assert low is not None
    assert high is not None
    return float(high - low)


def test_what_to_tag_first_is_the_epic_over_most_work_of_unknown_origin(ask: Ask) -> None:  # noqa: F811
    first, second = trust(*ask(WORK)).to_tag
    assert ((first.ref, first.items), (second.ref, second.items)) == (("o:A-1", 2), ("o:A-4", 1))


def test_tagging_it_narrows_the_range_by_what_was_said(ask: Ask, tmp_path: Path) -> None:  # noqa: F811
    org, query = ask(WORK)
    before = trust(org, query)
    log = org.aside.log
    log.append(PEOPLE, said("A-1", origin="research"), now=at(51))
    asked = Asked(until="2026-02-13", as_of="2026-02-13")
    after = trust(*open_portfolio(load(tmp_path / "tracker-sync.toml"), log, asked))
    promised = before.to_tag[0].width
    assert promised is not None
    assert width(before) > width(after) == pytest.approx(float(promised))


def test_coverage_says_how_much_is_tagged_by_what_and_from_where(ask: Ask) -> None:  # noqa: F811
    report = trust(
        *ask(
            epic(item("A-2", parent="A-1")),
            said("A-1", intent="search"),
            item("A-3", "intent/search"),
            item("A-4"),
        )
    )
    told = covered(report, "intent")
    assert (told.items, told.tagged, told.own) == (3, 2, 1)
    assert dict(zip(BASES, told.by, strict=True)) == {"person": 1, "field": 0, "label": 1, "text": 0}
    assert covered(report, "intent", "source", "o").tagged == 2


def test_coverage_is_told_by_team(ask: Ask, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "people.toml").write_text(
        '[[people]]\nlogins = ["ada"]\nrole = "engineering"\nteam = "core"\n'
    )
    report = trust(
        *ask(item("A-1", "intent/search"), assigned("A-1", "ada"), item("A-2"), assigned("A-2", "bob"))
    )
    assert covered(report, "intent", "team", "core").tagged == 1
    assert (covered(report, "intent", "team", "").tagged, covered(report, "intent", "team", "").items) == (
        0,
        1,
    )


def test_a_tag_that_came_after_the_start_is_counted_as_late(ask: Ask) -> None:  # noqa: F811
    late = trust(
        *ask(item("A-1", "intent/search"), item("A-2"), label("A-2", 5, "intent/search"), item("A-3"))
    )
    assert [(r.field, r.late, r.items) for r in late.retrofits] == [("intent", 1, 2), ("customer", 0, 0)]


def late(report: Trust) -> list[tuple[int, int]]:
    """(named after the start, named at all), of intents and of customers."""
    return [(r.late, r.items) for r in report.retrofits]


def test_an_intent_that_a_label_named_before_a_field_did_is_not_late(ask: Ask) -> None:  # noqa: F811
    field = Named(id="nf", item="", ts=0, attr="field", key="customfield_1", val="Strategic intent")
    repeated = Added(id="A-1:f", item="A-1", ts=at(5), attr="customfield_1", key="", val="Search")
    other = Added(id="A-2:f", item="A-2", ts=at(5), attr="customfield_1", key="", val="late")
    work = [*item("A-1", "intent/search"), *item("A-2", "intent/search")]
    assert late(trust(*ask(field, work, repeated, other))) == [(1, 2), (0, 0)]


def test_a_person_who_says_again_what_was_said_before_does_not_make_it_late(ask: Ask) -> None:  # noqa: F811
    work = [*item("A-1", "intent/search", "customer/Acme"), *item("A-2"), *item("A-3", start=6)]
    told = [
        *said("A-1", 5, intent="search", customer="Acme"),
        *said("A-2", 5, intent="search", customer="Acme"),
        *said("A-3", 5, intent="search", customer="Globex"),
    ]
    again = [e for n, v in enumerate(("late", "search")) for e in said("A-3", 7 + n, intent=v)]
    again = [replace(e, id=f"{e.id}.{n}") for n, e in enumerate(again)]
    widened = [replace(e, id="w") for e in said("A-3", 9, customer="Acme; Globex")]
    assert late(trust(*ask(work, told, again, widened))) == [(1, 3), (1, 3)]


def test_items_whose_signs_disagree_are_listed_by_kind(ask: Ask) -> None:  # noqa: F811
    one = item("A-1", "intent/search")
    report = trust(*ask(one, said("A-1", intent="late"), item("A-2")))
    assert [(d.ref, d.kinds) for d in report.disagreements] == [("o:A-1", ("intent overruled",))]
    assert report.counts["intent overruled"] == 1


def test_people_whom_nobody_knows_are_listed_by_how_much_they_do(ask: Ask, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "people.toml").write_text('[[people]]\nlogins = ["ada"]\nrole = "engineering"\n')
    named = Named(id="nu", item="", ts=0, attr="user", key="u7", val="Kit Fern")
    work = [e for n in (1, 2) for e in (*item(f"A-{n}"), assigned(f"A-{n}", "u7"))]
    report = trust(
        *ask(named, work, item("A-3"), assigned("A-3", "ada"), item("A-4"), assigned("A-4", "zed"))
    )
    assert [(s.login, s.worked) for s in report.strangers] == [("Kit Fern", 2), ("zed", 1)]


def test_a_change_that_the_tracker_did_not_log_is_a_gap(ask: Ask) -> None:  # noqa: F811
    seen = Changed(id="A-1:o2.1", item="A-1", ts=at(3), attr="title", val="Another thing", old="A thing")
    assert trust(*ask(item("A-1"), seen, item("A-2"))).gaps == (("o", 0, 1),)


def test_without_work_there_is_nothing_to_believe(ask: Ask) -> None:  # noqa: F811
    report = trust(*ask(item("A-1", start=None)))
    assert (report.headline.low, report.coverage, list(report.to_tag)) == (None, (), [])
