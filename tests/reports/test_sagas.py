"""What the sagas report says of an initiative. Day 0 is 2026-02-02, a Monday."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

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
from tests.reports.test_edges import DAY, at, item, label, move
from tests.reports.test_trust import said
from tracker_sync.events import Added, Dropped, Event, Moved
from tracker_sync.reports.saga import Saga
from tracker_sync.reports.sagas import Sagas, sagas
from tracker_sync.strategy import midnight


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield from furnished(tmp_path)


TARGET = "[limits]\nadoption_target = 0.5\n"
RELEASED = [*epic("E-1", start=1, done=10), *epic("E-2")]
"""E-1 was released on 2026-02-12; its 90th day is 2026-05-13."""
DUE = midnight(date(2026, 5, 14)) - 1


def told(report: Sagas) -> Saga:
    (saga,) = report.rows
    return saga


def test_an_initiative_of_which_no_epic_was_begun_is_an_idea(house: House) -> None:
    saga = told(sagas(*house.ask(epic("E-1"), epic("E-2"))))
    assert (saga.stage, saga.started, saga.effort_all) == ("idea", None, 0)


def test_it_is_being_built_once_something_under_an_epic_was_begun(house: House) -> None:
    saga = told(sagas(*house.ask(epic("E-1"), item("A-1", start=3, parent="E-1"), until="2026-02-13")))
    assert (saga.stage, saga.started) == ("building", at(3))


def test_an_epic_that_nobody_ever_moved_is_released_with_the_last_leaf_under_it(house: House) -> None:
    saga = told(sagas(*house.ask(epic("E-1"), under("E-1", "A-1", 1, 4), under("E-1", "A-2", 2, 8))))
    assert (saga.stage, saga.released) == ("released", at(8))


def test_what_is_opened_only_after_the_window_holds_no_release_back(house: House) -> None:
    late = [replace(e, ts=e.ts + 20 * DAY) for e in item("A-2", parent="E-1")]
    org, query = house.ask(epic("E-1"), under("E-1", "A-1", 1, 4), late)
    saga = told(sagas(org, changed(query, until=at(10))))
    assert (saga.stage, saga.released) == ("released", at(4))


def test_spend_is_the_effort_under_its_epics_in_the_window_and_in_all(house: House) -> None:
    work = [epic("E-1"), under("E-1", "A-1", 0, 4.5), item("A-9", start=0)]
    saga = told(sagas(*house.ask(*work, until="2026-02-13", since="2026-02-04")))
    assert (saga.effort, saga.effort_all) == (3, 5)  # Wednesday to Friday; Monday to Friday


def test_spend_in_money_is_from_the_lowest_to_the_highest_rate(house: House) -> None:
    house.write(people='[[people]]\nlogins = ["ada"]\nrole = "engineering"\nrate = [400, 700]\n')
    work = under("E-1", "A-1", 0, 4.5)
    saga = told(sagas(*house.ask(epic("E-1"), assigned("A-1", 0, "ada"), work, until="2026-02-13")))
    assert saga.money == (5 * 400, 5 * 700)


def test_without_rates_money_is_not_assessed(house: House) -> None:
    report = sagas(*house.ask(epic("E-1"), under("E-1", "A-1", 0, 4)))
    assert (told(report).money, report.rates.startswith("people.toml")) == (None, True)


def test_building_that_begins_after_a_release_is_another_cycle(house: House) -> None:
    saga = told(sagas(*house.ask(epic("E-1", start=1, done=10), epic("E-2", start=20, done=30))))
    assert saga.cycles == 1


def test_building_that_began_before_the_release_is_no_other_cycle(house: House) -> None:
    saga = told(sagas(*house.ask(epic("E-1", start=1, done=10), epic("E-2", start=9, done=30))))
    assert saga.cycles == 0


def test_an_epic_that_is_opened_again_is_another_cycle(house: House) -> None:
    again = [move("E-1", 20, "2"), move("E-1", 25, "3")]
    saga = told(sagas(*house.ask(epic("E-1", start=1, done=10), again)))
    assert (saga.cycles, saga.released) == (1, at(10))


def test_all_epics_declined_is_stopped(house: House) -> None:
    saga = told(sagas(*house.ask(epic("E-1", start=1), declined("E-1", 9), epic("E-2"), declined("E-2", 9))))
    assert (saga.stage, saga.decided) == ("stopped", at(9))


def test_adoption_counts_the_customers_it_was_built_for_on_the_ninetieth_day(house: House) -> None:
    house.write(
        strategy=INTENT + BET + TARGET,
        adoption=adoption(
            "E-1 Acme 2026-03-01 4", "E-1 Acme 2026-05-13 6", "E-1 Globex 2026-03-01 0",
            "E-1 Hooli 2026-05-14 9", "E-1 Initech 2026-03-01 7",
        ),
    )  # fmt: skip
    check = told(sagas(*house.ask(RELEASED))).check
    assert check is not None
    used = check.adoption
    assert used is not None
    # Umbrella is a prospect, Initech is not in the ICP, and nobody had counted Hooli by then.
    assert (used.at, used.using, sorted(used.served), used.uncounted) == (
        DUE, 1, ["Acme", "Globex", "Hooli"], 1,
    )  # fmt: skip
    assert (used.low, used.high, sum(used.users.values())) == (Fraction(1, 3), Fraction(2, 3), 13)
    assert used.verdict == "cannot be told"


def test_an_account_that_the_file_counts_elsewhere_does_not_use_what_it_is_silent_about(house: House) -> None:
    house.write(
        strategy=INTENT + BET + TARGET,
        adoption=adoption("E-1 Acme 2026-03-01 4", "X-9 Globex 2026-03-01 2", "X-9 Hooli 2026-03-01 2"),
    )
    report = sagas(*house.ask(RELEASED))
    assert (told(report).stage, report.lost) == ("under target", ("X-9",))


def test_what_a_reseller_uses_its_parent_uses(house: House) -> None:
    house.write(adoption=adoption("E-1 Acme 2026-03-01 4", "E-1 Reseller 2026-03-01 3"))
    check = told(sagas(*house.ask(RELEASED))).check
    assert check is not None
    assert check.adoption is not None
    assert (check.adoption.users, check.adoption.verdict) == ({"Acme": 7}, "no target")


@pytest.mark.parametrize(("rows", "stage"), [(("Acme", "Globex"), "adopted"), (("Acme",), "under target")])
def test_it_is_adopted_where_enough_of_them_use_it(house: House, rows: tuple[str, ...], stage: str) -> None:
    counted = [f"E-1 {who} 2026-03-01 {int(who in rows)}" for who in ("Acme", "Globex", "Hooli")]
    house.write(strategy=INTENT + BET + TARGET, adoption=adoption(*counted))
    assert told(sagas(*house.ask(RELEASED))).stage == stage


def test_before_the_ninetieth_day_nothing_is_said_of_adoption(house: House) -> None:
    house.write(adoption=adoption("E-1 Acme 2026-03-01 4"))
    saga = told(sagas(*house.ask(RELEASED, until="2026-05-12")))
    assert (saga.stage, saga.checks, saga.due) == ("released", (), DUE)


def test_without_the_file_adoption_is_not_assessed(house: House) -> None:
    report = sagas(*house.ask(RELEASED))
    assert report.needs.startswith("adoption.csv")
    assert [(c.adoption, c.needs) for c in told(report).checks] == [(None, report.needs)]


def test_an_epic_of_which_the_file_says_nothing_is_not_assessed(house: House) -> None:
    house.write(adoption=adoption("X-9 Acme 2026-03-01 4"))
    (check,) = told(sagas(*house.ask(RELEASED))).checks
    assert (check.adoption, check.needs) == (None, "a row of adoption.csv about one of its epics by then")


LINE = '[[limits.kill_lines]]\ninitiative = "bet"\nmetric = "accounts"\nbelow = 2\nby = 2026-04-30\n'


def test_a_kill_line_is_crossed_where_the_outcome_was_below_it_on_its_day(house: House) -> None:
    house.write(
        strategy=INTENT + BET + LINE,
        adoption=adoption("E-1 Acme 2026-03-01 4", "E-1 Globex 2026-05-01 4"),
    )
    (line,) = told(sagas(*house.ask(RELEASED))).kills
    assert (line.state, line.low, line.at) == ("crossed", 1, midnight(date(2026, 5, 1)) - 1)


def test_a_kill_line_is_held_where_it_was_not(house: House) -> None:
    house.write(
        strategy=INTENT + BET + LINE,
        adoption=adoption("E-1 Acme 2026-03-01 4", "E-1 Initech 2026-04-30 1"),
    )
    assert [k.state for k in told(sagas(*house.ask(RELEASED))).kills] == ["held"]


def test_a_kill_line_whose_day_is_to_come_is_ahead(house: House) -> None:
    house.write(strategy=INTENT + BET + LINE, adoption=adoption("E-1 Acme 2026-03-01 4"))
    (line,) = told(sagas(*house.ask(RELEASED, until="2026-04-29"))).kills
    assert (line.state, line.low) == ("ahead", 1)


def test_a_kill_line_of_a_figure_kept_elsewhere_is_not_assessed(house: House) -> None:
    house.write(strategy=INTENT + BET + LINE.replace('"accounts"', '"plans a week"'), adoption=adoption())
    (line,) = told(sagas(*house.ask(RELEASED))).kills
    assert (line.state, line.low) == ("not assessed", None)
    assert line.needs.startswith("the figure of 'plans a week', which is kept elsewhere")


def test_days_undecided_run_from_the_day_it_was_crossed(house: House) -> None:
    house.write(strategy=INTENT + BET + LINE, adoption=adoption("E-1 Acme 2026-03-01 4"))
    saga = told(sagas(*house.ask(RELEASED, until="2026-05-10")))
    assert (saga.undecided, saga.undecided_days) == (midnight(date(2026, 5, 1)) - 1, 10)


UNDER = adoption(*(f"E-1 {who} 2026-03-01 0" for who in ("Acme", "Globex", "Hooli")))


def test_days_undecided_run_from_the_day_it_was_found_under_target(house: House) -> None:
    house.write(strategy=INTENT + BET + TARGET, adoption=UNDER)
    saga = told(sagas(*house.ask(RELEASED, until="2026-05-20")))
    assert (saga.undecided, saga.undecided_days) == (DUE, 7)


DECISIONS: dict[str, list[Event]] = {
    "a person's word on the intent of an epic": said("E-1", day=110, intent="search"),
    "an epic declined": declined("E-2", 110),
    "a version that says something else of it": [
        stated(1, INTENT + BET + TARGET),
        stated(
            2, (INTENT + BET + TARGET).replace("2026-01-01", "2026-05-20").replace("They will", "We hope")
        ),
    ],
}


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_a_decision_ends_the_wait(house: House, decision: list[Event]) -> None:
    house.write(strategy=INTENT + BET + TARGET, adoption=UNDER)
    if "strategy" in {getattr(e, "attr", "") for e in decision}:
        house.write(strategy=decision[-1].val or "")
    assert told(sagas(*house.ask(RELEASED, decision))).undecided is None


def test_a_word_about_who_asked_decides_nothing(house: House) -> None:
    house.write(strategy=INTENT + BET + TARGET, adoption=UNDER)
    assert told(sagas(*house.ask(RELEASED, said("E-1", day=110, customer="Acme")))).undecided == DUE


def test_a_later_release_on_target_settles_the_one_before(house: House) -> None:
    rows = [f"E-{n} {who} 2026-0{3 + n}-20 {n - 1}" for n in (1, 2) for who in ("Acme", "Globex", "Hooli")]
    house.write(strategy=INTENT + BET + TARGET, adoption=adoption(*rows))
    saga = told(sagas(*house.ask(epic("E-1", start=1, done=10), epic("E-2", start=11, done=30))))
    assert [c.adoption.verdict for c in saga.checks if c.adoption] == ["under target", "on target"]
    assert (saga.stage, saga.undecided) == ("adopted", None)


OTHER = INTENT.replace("2026-01-01", "2026-06-01").replace('"nora"', '"otis"')


def test_what_left_the_strategy_keeps_its_tombstone(house: House) -> None:
    house.write(strategy=OTHER)
    saga = told(sagas(*house.ask(RELEASED, stated(1, INTENT + BET), stated(2, OTHER))))
    assert (saga.stage, saga.text) == ("sunset", "They will.")
    assert (saga.since, saga.gone) == (midnight(date(2026, 1, 1)), midnight(date(2026, 6, 1)))


def test_before_it_left_it_was_there(house: House) -> None:
    house.write(strategy=OTHER)
    later = label("E-2", 150, "later")  # the trackers went on
    versions = [stated(1, INTENT + BET), stated(2, OTHER)]
    saga = told(sagas(*house.ask(RELEASED, versions, later, until="2026-05-31")))
    assert (saga.stage, saga.gone) == ("released", None)


def test_an_intents_new_owner_and_an_epics_new_person_are_handovers(house: House) -> None:
    people = [assigned("E-1", 0, "ada"), assigned("E-1", 5, "bob")]
    house.write(strategy=OTHER + BET)
    versions = [stated(1, INTENT + BET), stated(2, OTHER + BET)]
    saga = told(sagas(*house.ask(RELEASED, people, versions)))
    assert (saga.people, saga.handovers) == (2, (at(5), midnight(date(2026, 6, 1))))


def test_an_owner_after_a_time_without_one_is_another_owner(house: House) -> None:
    nobody = OTHER.replace('owner = "otis"', 'owner = ""').replace("2026-06-01", "2026-03-01")
    house.write(strategy=OTHER + BET)
    versions = [stated(n, text + BET) for n, text in enumerate((INTENT, nobody, OTHER))]
    assert told(sagas(*house.ask(RELEASED, versions))).handovers == (midnight(date(2026, 6, 1)),)


def test_an_epic_that_the_log_has_not_is_told(house: House) -> None:
    saga = told(sagas(*house.ask(epic("E-1"))))
    assert (saga.epics, saga.lost) == (("o:E-1",), ("o:E-2",))


def test_an_epic_that_the_strategy_names_twice_is_told_once(house: House) -> None:
    house.write(strategy=INTENT + BET.replace('"o:E-2"', '"o:E-2", "o:E-2"'))
    assert told(sagas(*house.ask(epic("E-1")))).lost == ("o:E-2",)


def test_no_epic_is_the_one_that_was_started_first_before_any_was_started(house: House) -> None:
    assert not any(e.root for e in sagas(*house.ask(epic("E-1"), epic("E-2"))).epics)


def test_an_epic_is_found_by_its_key_alone_and_by_one_that_it_once_had(house: House) -> None:
    house.write(strategy=INTENT + BET.replace("o:E-1", "E-1"))
    moved = Moved(id="E-2:m", item="E-2", ts=at(2), val="NEW-7", old="E-2")
    assert told(sagas(*house.ask(epic("E-1"), epic("E-2"), moved))).epics == ("o:E-1", "o:NEW-7")


def test_what_comes_after_inherits_the_evidence_of_the_first(house: House) -> None:
    report = sagas(
        *house.ask(
            epic("E-1", "evidence/deal", start=1, done=10), label("E-1", 20, "evidence/usage"),
            epic("E-2", "evidence/interview", start=11),
        )
    )  # fmt: skip
    first, second = report.epics
    assert (first.root, first.own, first.grade) == (True, 5, 1)  # usage came after the start
    assert (second.root, second.own, second.grade) == (False, 2, 1)


def test_an_epic_linked_to_one_of_its_and_begun_later_follows_it(house: House) -> None:
    link = Added(id="E-1:l", item="E-1", ts=at(3), attr="links", key="relates to E-3", val="E-3")
    report = sagas(*house.ask(epic("E-1", start=1, done=10), link, epic("E-3", start=12)))
    assert [e.followed_by for e in report.epics] == [("o:E-3",)]


@pytest.mark.parametrize(("day", "followers"), [(19, ()), (20, ("o:E-3",)), (40, ("o:E-3",)), (50, ())])
def test_who_follows_is_told_as_of_the_end(house: House, day: int, followers: tuple[str, ...]) -> None:
    made = Added(id="E-1:l", item="E-1", ts=at(20), attr="links", key="relates to E-3", val="E-3")
    gone = Dropped(id="E-1:u", item="E-1", ts=at(50), attr="links", key="relates to E-3", val="E-3")
    org, query = house.ask(epic("E-1", start=1, done=10), epic("E-3", start=12), made, gone)
    report = sagas(org, changed(query, until=at(day) + 1))
    assert [e.followed_by for e in report.epics] == [followers]


def test_the_timeline_has_what_happened_in_order(house: House) -> None:
    house.write(strategy=INTENT + BET + TARGET + LINE, adoption=UNDER)
    report = sagas(*house.ask(RELEASED))
    assert [(m.kind, m.ref) for m in report.moments] == [
        ("stated", ""), ("started", "o:E-1"), ("released", "o:E-1"), ("kill-line", ""), ("checked", "o:E-1"),
    ]  # fmt: skip


def test_a_time_out_of_the_strategy_is_no_mere_change_of_words(house: House) -> None:
    gone, back = (INTENT.replace("01-01", f"0{month}-01") for month in (3, 6))
    house.write(strategy=back + BET)
    report = sagas(*house.ask(epic("E-1"), [stated(1, INTENT + BET), stated(2, gone), stated(3, back + BET)]))
    assert [m.kind for m in report.moments] == ["stated", "gone", "stated"]


def test_a_kill_line_that_outlives_its_initiative_decides_nothing(house: House) -> None:
    house.write(strategy=OTHER)
    before = OTHER.replace("2026-06-01", "2026-03-01") + LINE  # the check refuses it today
    report = sagas(
        *house.ask(epic("E-1"), [stated(n, t) for n, t in enumerate((INTENT + BET, before, OTHER))])
    )
    assert [m.kind for m in report.moments] == ["stated", "gone"]
    assert told(report).decided == midnight(date(2026, 3, 1))


def test_nothing_after_the_day_it_is_asked_for_leaks_in(house: House) -> None:
    house.write(adoption=adoption("E-1 Acme 2026-03-01 4"))
    report = sagas(*house.ask(RELEASED, until="2026-02-10"))
    assert (told(report).stage, told(report).released, told(report).kills) == ("building", None, ())
    assert [m.kind for m in report.moments] == ["stated", "started"]


def test_another_source_is_left_out_and_its_epics_are_not_lost(house: House) -> None:
    saga = told(sagas(*house.ask(RELEASED, epic("F-1"), project="F")))
    assert (saga.epics, saga.lost, saga.effort) == ((), (), 0)


def test_an_epics_effort_is_that_of_the_team_that_is_asked_about(house: House) -> None:
    house.write(people='[[people]]\nlogins = ["ada"]\nrole = "engineering"\nteam = "web"\n')
    work = [epic("E-1"), assigned("A-1", 0, "ada"), under("E-1", "A-1", 0, 1.5), under("E-1", "A-2", 0, 4.5)]
    report = sagas(*house.ask(*work, until="2026-02-13", team="web"))
    assert (told(report).effort_all, [e.effort for e in report.epics]) == (2, [2])


def test_what_the_initiative_itself_names_does_not_follow_it_where_it_is_left_out(house: House) -> None:
    house.write(strategy=INTENT + BET.replace("E-2", "F-2"))
    links = [
        Added(id=f"E-1:{key}", item="E-1", ts=at(3), attr="links", key=f"relates to {key}", val=key)
        for key in ("F-2", "F-3")
    ]
    work = [epic("E-1", start=1, done=10), *links, epic("F-2", start=12), epic("F-3", start=12)]
    report = sagas(*house.ask(*work, project="E"))
    assert [e.followed_by for e in report.epics] == [("o:F-3",)]


def test_without_a_strategy_there_is_nothing_to_tell(house: House) -> None:
    (house.folder / "strategy.toml").unlink()
    report = sagas(*house.ask(RELEASED))
    assert (report.rows, report.has_strategy) == ((), False)
