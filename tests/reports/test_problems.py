"""What the problems report says of what people rank and what the work goes into."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.initiatives import BET, CUSTOMERS, INTENT, House, epic, furnished, under
from tests.reports.test_edges import at, item, label
from tracker_sync.events import Added, Changed, Dropped, Named
from tracker_sync.reports.problems import Problems, Row, problems
from tracker_sync.reports.rankings import Answer, agreement


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield from furnished(tmp_path)


HEAD = "account,persona,problem,rank,date,importance,satisfaction\n"


def ranks(*rows: str) -> str:
    """problems.csv; a row "Acme planner waiting 1 2026-03-01 9 2", the scores as they may be left out."""
    cells = [row.split(" ") for row in rows]
    return HEAD + "".join(",".join(c + [""] * (7 - len(c))) + "\n" for c in cells)


def order(account: str, persona: str, *named: str, day: str = "2026-02-03") -> list[str]:
    """A stack rank: the problems in order, the worst first."""
    return [f"{account} {persona} {problem} {n} {day}" for n, problem in enumerate(named, 1)]


def of(report: Problems, problem: str) -> Row:
    return next(r for r in report.rows if r.slug == problem)


def test_a_problem_has_the_median_of_its_ranks_over_all_and_by_persona(house: House) -> None:
    house.write(problems=ranks(
        *order("Acme", "planner", "waiting", "logs"), *order("Globex", "planner", "logs", "waiting"),
        *order("Hooli", "foreman", "waiting", "logs"), *order("Globex", "foreman", "logs", "waiting"),
    ))  # fmt: skip
    row = of(problems(*house.ask(item("A-1"))), "waiting")
    assert (row.asked.rank, row.asked.answers, row.asked.accounts, row.place) == (Fraction(3, 2), 4, 3, 1)
    assert {persona: a.rank for persona, a in row.by_persona} == {"planner": 1.5, "foreman": 1.5}


def test_the_newest_answer_of_an_account_and_persona_counts(house: House) -> None:
    rows = [
        "Acme planner waiting 5 2026-02-01", "Acme planner waiting 1 2026-02-10",
        "Acme planner waiting 4 2026-03-01",
    ]  # fmt: skip
    house.write(problems=ranks(*rows))
    assert of(problems(*house.ask(item("A-1"), until="2026-02-20")), "waiting").asked.rank == 1


def test_spelling_makes_no_other_persona_problem_or_account(house: House) -> None:
    house.write(problems=HEAD + "Acme,site manager,Crews wait,1,2026-02-03,,\n"
                "Reseller,Site  Manager,crews-wait,3,2026-02-10,,\n")  # fmt: skip
    report = problems(*house.ask(item("A-1")))
    (row,) = report.rows
    assert (row.problem, row.slug, row.asked.answers, row.asked.rank) == ("crews-wait", "crews-wait", 1, 3)


def test_opportunity_is_importance_and_what_satisfaction_lacks_of_it(house: House) -> None:
    house.write(problems=ranks(
        "Acme planner waiting 1 2026-02-03 9 2", "Globex planner waiting 1 2026-02-03 8 3",
        "Acme planner logs 2 2026-02-03 5 7", "Acme planner costs 3 2026-02-03 5",
    ))  # fmt: skip
    report = problems(*house.ask(item("A-1")))
    scores = {r.slug: r.asked.opportunity for r in report.rows}
    assert scores == {"waiting": Fraction(17, 2) + 6, "logs": 5, "costs": None}
    assert [r.slug for r in report.rows] == ["waiting", "logs", "costs"]


def test_segments_are_those_of_the_day_of_the_answer(house: House) -> None:
    house.write(problems=ranks(
        "Acme planner waiting 1 2026-02-03", "Hooli planner waiting 3 2026-02-03",
        "Nobody planner waiting 2 2026-02-03",
    ))  # fmt: skip
    row = of(problems(*house.ask(item("A-1"))), "waiting")
    assert {segment: a.rank for segment, a in row.by_segment} == {"mid": 1, "large": 3, "": 2}


def test_a_segment_is_that_of_the_independent_account_as_in_the_report_on_demand(house: House) -> None:
    ended = "Ended,,,small,,,,customer,2025-01-01,2026-01-15,yes,,\nEast,,,large,,,,customer,,,yes,,Globex\n"
    house.write(customers=CUSTOMERS + ended)
    house.write(problems=ranks(
        "East planner waiting 1 2026-02-03", "Ended planner waiting 2 2026-02-03",
    ))  # fmt: skip
    row = of(problems(*house.ask(item("A-1"))), "waiting")
    assert {segment: a.rank for segment, a in row.by_segment} == {"mid": 1, "small": 2}


def test_spelling_makes_no_other_account_of_one_that_customers_csv_does_not_have(house: House) -> None:
    house.write(problems=HEAD + "Some Body,planner,waiting,1,2026-02-03,,\n"
                "some-body,planner,waiting,3,2026-02-10,,\n"
                "SOME BODY,planner,logs,2,2026-02-03,,\n")  # fmt: skip
    report = problems(*house.ask(item("A-1")))
    assert (of(report, "waiting").asked.answers, of(report, "waiting").asked.rank) == (1, 3)
    assert report.agreement.rankers == 1


def test_a_problem_is_called_as_the_newest_answer_spells_it(house: House) -> None:
    house.write(problems=ranks(
        "Acme planner Crews-Wait 1 2026-02-01", "Globex planner crews-wait 2 2026-02-03",
        "Acme planner CREWS-WAIT 1 2026-02-10",
    ))  # fmt: skip
    (row,) = problems(*house.ask(item("A-1"))).rows
    assert row.problem == "CREWS-WAIT"


WEDDING = [
    order("Acme", "planner", "a", "b", "c", "d"), order("Globex", "planner", "a", "c", "b", "d"),
    order("Hooli", "planner", "b", "a", "c", "d"),
]  # fmt: skip


def test_agreement_is_kendalls_w(house: House) -> None:
    house.write(problems=ranks(*(row for rows in WEDDING for row in rows)))
    found = problems(*house.ask(item("A-1"))).agreement
    # Sums of ranks 4, 6, 8, 12 around 7.5: S = 12.25 + 2.25 + 0.25 + 20.25 = 35; W = 12 * 35 / (9 * 60).
    assert (found.w, found.rankers, found.problems, found.complete) == (Fraction(7, 9), 3, 4, 3)


@pytest.mark.parametrize(("second", "w"), [(("a", "b", "c"), 1), (("c", "b", "a"), 0)])
def test_all_alike_is_one_and_opposite_is_none(house: House, second: tuple[str, ...], w: int) -> None:
    house.write(
        problems=ranks(*order("Acme", "planner", "a", "b", "c"), *order("Globex", "planner", *second))
    )
    assert problems(*house.ask(item("A-1"))).agreement.w == w


def test_what_somebody_did_not_rank_speaks_for_nothing(house: House) -> None:
    partly = order("Globex", "planner", "a", "b")
    house.write(problems=ranks(*order("Acme", "planner", "a", "b", "c"), *partly))
    found = problems(*house.ask(item("A-1"))).agreement
    # From the middles of their places: (-1, 0, 1) and (-1/2, 1/2, 0); |sum|² = 7/2 of 2 * (2 + 1/2).
    assert (found.w, found.complete) == (Fraction(7, 10), 1)


def test_equal_ranks_share_their_place(house: House) -> None:
    tied = ["Globex planner a 1 2026-02-03", "Globex planner b 1 2026-02-03", "Globex planner c 2 2026-02-03"]
    house.write(problems=ranks(*order("Acme", "planner", "a", "b", "c"), *tied))
    # S of the sums 2.5, 3.5, 6 is 6.5; W = 12 * 6.5 / (4 * 24 - 2 * (8 - 2)).
    assert problems(*house.ask(item("A-1"))).agreement.w == Fraction(13, 14)


RANKINGS = st.lists(st.permutations("abcde"), min_size=2, max_size=6)


@given(RANKINGS)
def test_on_complete_rankings_w_is_that_of_the_textbook(rankings: list[list[str]]) -> None:
    told = [
        Answer(f"account {m}", "planner", problem, rank, 0, None, None, "")
        for m, ranking in enumerate(rankings)
        for rank, problem in enumerate(ranking, 1)
    ]
    sums = [sum(ranking.index(p) + 1 for ranking in rankings) for p in "abcde"]
    spread = sum((Fraction(s) - Fraction(sum(sums), 5)) ** 2 for s in sums)
    assert agreement(told).w == 12 * spread / (len(rankings) ** 2 * (5**3 - 5))


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3), min_size=1), max_size=5))
def test_w_is_from_none_to_all_whatever_was_ranked(rankings: list[dict[str, int]]) -> None:
    told = [
        Answer(f"account {m}", "planner", problem, rank, 0, None, None, "")
        for m, ranking in enumerate(rankings)
        for problem, rank in ranking.items()
    ]
    w = agreement(told).w
    assert w is None or 0 <= w <= 1


def test_one_ranker_agrees_with_nobody(house: House) -> None:
    house.write(problems=ranks(*order("Acme", "planner", "a", "b")))
    found = problems(*house.ask(item("A-1"))).agreement
    assert (found.w, found.rankers) == (None, 1)


def test_work_serves_the_problem_that_its_nearest_epic_names(house: House) -> None:
    work = [
        epic("E-1", "problem/crews-wait"), under("E-1", "A-1", 0, 2.5),
        epic("E-2", "Problem: Crews wait"), under("E-2", "A-2", 0, 4.5), item("A-3", start=0),
    ]  # fmt: skip
    report = problems(*house.ask(*work, until="2026-02-06"))
    row = of(report, "crews-wait")
    assert (row.low, row.high, row.epics) == (8, 8, ("o:E-1", "o:E-2"))
    assert (row.share.low, row.share.high) == (Fraction(8, 13), 1)
    assert (report.unnamed.low, list(report.bare)) == (Fraction(5, 13), ["o:A-3"])


def test_an_epic_below_another_speaks_for_its_own_work(house: House) -> None:
    work = [
        epic("E-1", "problem/logs"), item("E-2", "problem/costs", type="Epic", parent="E-1", start=None),
        under("E-2", "A-1", 0, 2.5), under("E-1", "A-2", 0, 1.5),
    ]  # fmt: skip
    report = problems(*house.ask(*work, until="2026-02-06"))
    assert {r.slug: r.low for r in report.rows} == {"costs": 3, "logs": 2}


def test_work_of_a_project_serves_what_an_epic_of_another_above_it_names(house: House) -> None:
    other, quiet = epic("E-1", "problem/costs"), epic("E-2", "problem/costs")
    own = item("F-2", "problem/logs", type="Epic", parent="E-1", start=None)
    work = [*under("E-1", "F-1", 0, 2.5), *under("F-2", "F-3", 0, 1.5)]
    report = problems(*house.ask(other, quiet, own, work, until="2026-02-06", project="F"))
    assert {r.slug: (r.low, r.epics) for r in report.rows} == {
        "costs": (3, ("o:E-1",)),
        "logs": (2, ("o:F-2",)),
    }


def test_an_epic_that_names_two_problems_is_at_most_in_each(house: House) -> None:
    report = problems(*house.ask(epic("E-1", "problem/a", "problem/b"), under("E-1", "A-1", 0, 1.5)))
    assert [(r.slug, r.low, r.high) for r in report.rows] == [("a", 0, 2), ("b", 0, 2)]
    assert report.several == ("o:E-1",)


def test_the_field_problem_says_it_too(house: House) -> None:
    named = Named(id="nf", item="", ts=0, attr="field", key="customfield_1", val="Problem")
    first = Added(id="E-1:f", item="E-1", ts=at(0), attr="customfield_1", key="7", val="Logs")
    then = Changed(id="E-1:g", item="E-1", ts=at(1), attr="customfield_1", key="8", val="Costs", old="Logs")
    report = problems(*house.ask(named, epic("E-1"), first, then))
    assert [r.slug for r in report.rows] == ["costs"]


@pytest.mark.parametrize(("day", "named"), [("03", []), ("06", ["a"]), ("08", [])])
def test_a_label_counts_while_it_is_there(house: House, day: str, named: list[str]) -> None:
    gone = Dropped(id="E-1:d", item="E-1", ts=at(5), attr="labels", key="problem/a", val="problem/a")
    org, query = house.ask(epic("E-1"), label("E-1", 2, "problem/a"), gone, until=f"2026-02-{day}")
    assert [r.slug for r in problems(org, query).rows] == named


def test_labels_that_only_begin_alike_name_no_problem(house: House) -> None:
    assert problems(*house.ask(epic("E-1", "problematic", "problem", "problem/ "))).rows == ()


def test_a_problem_that_nobody_ranked_is_spelt_as_the_first_epic_by_key_spells_it(house: House) -> None:
    named = [*epic("E-10", "problem/slow logs"), *epic("E-9", "problem/Slow Logs")]
    assert [r.problem for r in problems(*house.ask(named)).rows] == ["Slow Logs"]


def test_what_came_into_the_log_later_was_not_known_then(house: House) -> None:
    house.write(problems=ranks(*order("Acme", "planner", "a", "b")))
    report = problems(*house.ask(item("A-1"), known_at="2026-12-01"))  # nobody told the log of the file
    assert (report.needs.startswith("problems.csv"), report.rows) == (True, ())


def test_the_grade_is_that_of_the_best_evidence_of_its_epics(house: House) -> None:
    work = [epic("E-1", "problem/a", "evidence/deal"), epic("E-2", "problem/a", "evidence/survey")]
    assert of(problems(*house.ask(*work)), "a").grade == 3


def test_without_the_file_ranks_are_not_assessed_and_effort_is_still_told(house: House) -> None:
    report = problems(*house.ask(epic("E-1", "problem/a"), under("E-1", "A-1", 0, 1.5)))
    assert report.needs.startswith("problems.csv")
    assert (of(report, "a").low, of(report, "a").place) == (2, None)


def test_a_persona_is_held_against_the_icp(house: House) -> None:
    house.write(strategy=INTENT + BET + '[icp]\npersonas = ["Planner"]\n')
    house.write(problems=ranks(*order("Acme", "planner", "a", "b"), *order("Acme", "buyer", "a", "b")))
    assert {p.persona: p.in_icp for p in problems(*house.ask(item("A-1"))).personas} == {
        "planner": True, "buyer": False,
    }  # fmt: skip
