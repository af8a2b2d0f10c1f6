"""Patterns in how initiatives are followed, found in a log. Day 0 is 2026-02-02, a Monday."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reports.initiatives import (
    BET,
    INTENT,
    House,
    adoption,
    assigned,
    declined,
    epic,
    furnished,
    stated,
    under,
)
from tests.reports.test_edges import at, label
from tests.reports.test_problems import ranks
from tests.reports.test_trust import said
from tracker_sync.events import Added, Changed, Event
from tracker_sync.patterns.facts import DAY, Facts
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.facts import facts
from tracker_sync.reports.finding import Finding, Holds, Result, Unassessed
from tracker_sync.reports.warnings import current

ADA = '[[people]]\nlogins = ["ada"]\nrole = "product"\n'
LIMITS = "[limits]\nadoption_target = 0.5\n"
KILL = '[[limits.kill_lines]]\ninitiative = "bet"\nmetric = "accounts"\nbelow = 2\nby = 2026-06-01\n'
BETS = BET.replace('"o:E-2"', '"o:E-2", "o:E-3"')
NOBODY = adoption(*(f"E-1 {who} 2026-03-01 0" for who in ("Acme", "Globex", "Hooli")))
"""The accounts that it was built for do not use it."""
ROOT = [*epic("E-1", "evidence/deal", start=1, done=10), *under("E-1", "A-1", 1, 9)]
"""Released on day 10, and looked at on day 100; a deal spoke for it."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    for made in furnished(tmp_path):
        yield made.write(strategy=INTENT + BETS + LIMITS + KILL, adoption=NOBODY, people=ADA)


def ada(*events: Event) -> list[Event]:
    """The same, done by the one product manager."""
    return [replace(e, actor="ada") for e in events]


def later(events: list[Event], day: float) -> list[Event]:
    """The same, so many days later."""
    return [replace(e, ts=e.ts + int(day * DAY)) for e in events]


def results(house: House, rule: str, *events: list[Event] | Event, until: str = "2026-12-31") -> list[Result]:
    report = current(Drawn(*house.ask(*events, until=until)))
    every = (*report.findings, *report.unassessed, *report.holds)
    return [r for r in every if r.detector == f"bias/{rule}"]


def looked(house: House, *events: list[Event] | Event, until: str = "2026-12-31") -> Facts:
    return facts(Drawn(*house.ask(*events, until=until)))


FEATURES = [
    *ada(*epic("E-2", start=110)), *under("E-2", "A-2", 110, 116),
    *epic("E-3", start=120), *under("E-3", "A-3", 120, 126),
]  # fmt: skip


def test_features_upon_nothing_new_are_a_spiral(house: House) -> None:
    (found,) = results(house, "mvp-spiral", ROOT, FEATURES)
    assert isinstance(found, Finding)
    assert (found.subject, found.measured.low, [*found.items]) == ("bet", 2, ["o:E-2", "o:E-3", "o:E-1"])
    assert found.claim == (
        "0 % of those it was built for used bet 90 days after a release (target: 50 %); 2 features, "
        "together 133 % of the effort of its first epic, were begun after that before anything new was known "
        "of the problem."
    )
    first, _, released, counted, root = found.evidence
    assert (first.item, first.at, first.event, first.role) == ("o:E-2", at(110), "E-2:s110", "product")
    assert (released.item, released.event, counted.event, root.item) == ("o:E-1", "E-1:s10", "", "o:E-1")


@pytest.mark.parametrize(
    "learnt",
    [[label("E-2", 105, "evidence/interview")], [label("A-1", 109, "evidence/survey")]],
    ids=["on-a-feature", "under-the-first-epic"],
)
def test_evidence_before_them_makes_it_none(house: House, learnt: list[Event]) -> None:
    (found,) = results(house, "mvp-spiral", ROOT, FEATURES, learnt)
    assert isinstance(found, Holds)


@pytest.mark.parametrize(("day", "kind"), [("2026-05-20", Holds), ("2026-02-01", Finding)])
def test_a_ranking_of_its_problem_counts_from_its_day(house: House, day: str, kind: type[Result]) -> None:
    house.write(problems=ranks(f"Acme planner Slow-search 2 {day}", "Acme planner Other 1 2026-05-20"))
    (found,) = results(house, "mvp-spiral", ROOT, FEATURES, label("E-1", 0.5, "problem/slow search"))
    assert isinstance(found, kind)


def test_a_row_of_adoption_that_is_gone_is_no_pass(house: House) -> None:
    house.write(adoption=adoption("E-1 Acme 2026-03-01 0"))  # of three accounts two may use it
    (found,) = results(house, "mvp-spiral", ROOT, FEATURES)
    assert isinstance(found, Unassessed)


def test_before_the_second_feature_it_is_no_spiral_yet(house: House) -> None:
    (found,) = results(house, "mvp-spiral", ROOT, FEATURES, until="2026-06-01")  # day 119
    assert isinstance(found, Holds)


def test_pricing_upon_nothing_new_is_selling_harder(house: House) -> None:
    pricing = ada(*epic("E-2", "Pricing", start=110))
    (found,) = results(house, "go-to-market-blame", ROOT, pricing)
    assert isinstance(found, Finding)
    assert [(e.item, e.event, e.role) for e in found.evidence] == [
        ("o:E-2", "E-2:s110", "product"), ("o:E-1", "E-1:s10", ""), ("o:E-1", "", ""),
    ]  # fmt: skip


def test_selling_that_the_tracker_links_with_it_counts_too(house: House) -> None:
    other = [replace(e, val="Positioning of E-1") if e.id == "E-9:0.1" else e for e in epic("E-9", start=110)]
    link = Added(id="E-9:l", item="E-9", ts=at(3), attr="links", key="relates to E-1", val="E-1")
    labelled = epic("E-8", "ui")
    (found,) = results(house, "go-to-market-blame", ROOT, other, link, labelled)
    assert isinstance(found, Finding)
    assert found.evidence[0].item == "o:E-9"


def test_where_no_epic_is_linked_selling_is_not_assessed(house: House) -> None:
    (found,) = results(house, "go-to-market-blame", ROOT, FEATURES)
    assert isinstance(found, Unassessed)
    assert found.needs.startswith("links between epics")


def due(key: str, day: float, when: str) -> Event:
    return Changed(id=f"{key}:d{day}", item=key, ts=at(day), attr="due", key="", val=when, actor="ada")


SLIPPED = [due("E-2", 20, "2026-04-01"), due("E-2", 50, "2026-05-01"), due("E-2", 80, "2026-06-01")]


def test_a_date_put_off_twice_and_a_line_crossed_undecided_are_an_escalation(house: House) -> None:
    (found,) = results(house, "escalation", ROOT, epic("E-2", start=15), SLIPPED)
    assert isinstance(found, Finding)
    assert (found.severity, found.subject, found.measured.low) == ("alarm", "bet", 1)
    assert found.claim.startswith("bet came out below its kill line, 213 days ago, and nobody has decided")
    assert "the date of o:E-2 was put off 2 times. " in found.claim
    assert [(e.event, e.role) for e in found.evidence[1:]] == [("E-2:d50", "product"), ("E-2:d80", "product")]


def test_an_estimate_that_doubled_is_one_as_well(house: House) -> None:
    sizes = [Changed(id=f"E-2:e{day}", item="E-2", ts=at(day), attr="estimate", key="", val=val)
             for day, val in ((5, "28800"), (40, "57600"))]  # fmt: skip
    (found,) = results(house, "escalation", ROOT, epic("E-2", start=15), sizes)
    assert isinstance(found, Finding)
    assert "the estimate of o:E-2 grew by 100 %" in found.claim


@pytest.mark.parametrize(
    "decision",
    [said("E-1", 200, intent="late"), declined("E-2", 200)],
    ids=["somebody-said-what-it-serves", "an-epic-was-declined"],
)
def test_a_decision_ends_it(house: House, decision: list[Event]) -> None:
    (found,) = results(house, "escalation", ROOT, epic("E-2", start=15), SLIPPED, decision)
    assert isinstance(found, Holds)


def test_it_takes_ninety_days_from_the_day_of_the_line(house: House) -> None:
    (found,) = results(house, "escalation", ROOT, epic("E-2", start=15), SLIPPED, until="2026-08-29")
    assert isinstance(found, Holds)
    assert "89 days ago" in found.claim


def test_without_adoption_nothing_is_said(house: House) -> None:
    (house.folder / "adoption.csv").unlink()
    report = current(Drawn(*house.ask(ROOT, FEATURES, SLIPPED)))
    needs = {u.detector: u.needs for u in report.unassessed}
    for rule in ("mvp-spiral", "go-to-market-blame", "escalation"):
        assert "adoption.csv" in needs[f"bias/{rule}"]


def version(day: str, owner: str, bet: str = "They want it.") -> str:
    said = f'hypothesis = {{ text = "{bet}", metric = "finds" }}\n'
    return INTENT.replace("2026-01-01", day).replace("nora", owner) + said + BET


VERSIONS = [version("2026-01-01", "nora"), version("2026-03-01", "otis"), version("2026-07-01", "quinn")]
"""Otis took over on day 27, Quinn on day 149."""


def replaced(first: int, opened: float, went: float) -> list[Event]:
    """Three epics of the intent that were opened on one day and declined on another."""
    keys = [f"E-{first + n}" for n in range(3)]
    return [e for k in keys for e in later(epic(k, "intent/search"), opened)] + [
        e for k in keys for e in ada(*declined(k, went))
    ]


RESETS = [*replaced(10, 0, 40), *replaced(20, 30, 160), *replaced(30, 150, 400)]


def test_owners_who_begin_again_twice_are_found_and_not_named(house: House) -> None:
    house.write(strategy=VERSIONS[-1])
    (found,) = results(house, "new-owner-reset", RESETS, [stated(n, v) for n, v in enumerate(VERSIONS)])
    assert isinstance(found, Finding)
    assert (found.subject, found.measured.low, len(found.items)) == ("search", 2, 9)
    assert "(100 %, 100 %)" in found.claim
    first, *_ = found.evidence
    assert (first.item, first.what, first.event) == (
        "o:E-20",
        "opened 3 days after owner 2 took over",
        "E-20:0",
    )
    went = [e for e in found.evidence if e.what.startswith("declined")]
    assert {e.role for e in went} == {"product"}
    assert went[0].event == "E-10:r40"
    told = " ".join((found.claim, *(f"{e.what} {e.role} {e.event}" for e in found.evidence)))
    assert not any(name in told for name in ("nora", "otis", "quinn", "ada"))


def test_where_the_hypothesis_changed_with_the_owner_it_is_none(house: House) -> None:
    versions = [*VERSIONS[:-1], version("2026-07-01", "quinn", "They want another thing.")]
    house.write(strategy=versions[-1])
    (found,) = results(house, "new-owner-reset", RESETS, [stated(n, v) for n, v in enumerate(versions)])
    assert isinstance(found, Holds)


def test_words_set_otherwise_and_other_epics_are_the_same_bet(house: House) -> None:
    other = version("2026-07-01", "quinn", "they want it").replace('"o:E-1", ', "")
    house.write(strategy=other)
    (found,) = results(
        house, "new-owner-reset", RESETS, [stated(n, v) for n, v in enumerate([*VERSIONS[:2], other])]
    )
    assert isinstance(found, Finding)


def test_an_intent_without_a_hypothesis_is_not_assessed(house: House) -> None:
    plain = [v.replace(v[v.index("hypothesis") : v.index("[[init")], "") for v in VERSIONS]
    house.write(strategy=plain[-1])
    (found,) = results(house, "new-owner-reset", RESETS, [stated(n, v) for n, v in enumerate(plain)])
    assert isinstance(found, Unassessed)
    assert found.needs == "the hypothesis of the intent in strategy.toml"


def test_an_initiative_has_its_epics_as_they_were_begun_and_what_it_has_to_keep(house: House) -> None:
    house.write(
        strategy=INTENT + BETS.replace('epics = ["o:E-1"', 'due = 2026-12-24\nepics = ["o:E-3", "o:E-1"')
    )
    (of,) = looked(house, epic("E-3"), epic("E-2", start=9), ROOT).initiatives
    assert of.epics == ("o:E-1", "o:E-2", "o:E-3")
    assert of.due is not None
    assert of.due.at == at(326) - 1  # the last instant of 24 December


def test_effort_that_nobody_was_seen_at_is_counted_as_unseen(house: House) -> None:
    straight = [e for e in under("E-1", "A-4", 3, 9) if not e.id.endswith(":s3")]  # from open to done
    (root,) = [e for e in looked(house, ROOT, straight).epics if e.ref == "o:E-1"]
    assert (root.unseen, root.largest, root.effort_all) == (1, root.effort_all, root.effort_all)
    assert root.effort_most == 2 * root.effort_all


def test_what_came_after_the_end_is_not_known(house: House) -> None:
    (of,) = looked(
        house, ROOT, FEATURES, label("E-2", 105, "evidence/interview"), until="2026-03-01"
    ).initiatives
    assert (of.checks, [s.kind for s in of.evidence], [k.crossed for k in of.kills]) == ((), ["deal"], [None])


def test_a_team_that_has_only_a_part_of_an_initiative_says_nothing_of_it(house: House) -> None:
    house.write(people=ADA + 'team = "planning"\n')
    work = [*ROOT, *epic("E-2", start=110), *epic("E-3", start=120), assigned("E-2", 0, "ada")]
    drawn = Drawn(*house.ask(work, team="planning"))
    seen = facts(drawn)
    assert ([e.ref for e in seen.epics], seen.initiatives) == (["o:E-2"], ())
    assert {u.detector for u in current(drawn).unassessed} >= {"bias/mvp-spiral", "bias/escalation"}
