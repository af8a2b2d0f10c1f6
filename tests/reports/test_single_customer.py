"""Features for one customer alone: who counts as a second one, and what the feature costs."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from tests.reports.small_org import Ask, organisation
from tests.reports.test_edges import CUSTOMERS, at, declined, item, label, move
from tracker_sync.days import Days
from tracker_sync.events import Added, Dropped, Event, Moved, Noted
from tracker_sync.reports.cost import hidden_cost, priced
from tracker_sync.reports.effort import daily, effort
from tracker_sync.reports.feature_cost import FeatureCost
from tracker_sync.reports.single_customer import single_customer

HEARD = [item(f"B-{n}", "customer request") for n in range(4)]
PEOPLE = """\
[[people]]
logins = ["ann"]
role = "engineering"
team = "web"
rate = [400, 600]
[[people]]
logins = ["cleo"]
role = "engineering"
team = "core"
rate = [500, 900]
"""
RELEASED = 8
"""The day of the story on which features below are done: Tuesday 10 February, after five days' work."""
DAYS = 5
YEAR_ON = "2027-02-10"
"""365 days after it."""


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with organisation(tmp_path) as asked:
        yield asked


def feature(*labels: str, done: float | None = RELEASED, **fields: str) -> list[Event]:
    """A-1, which Initech alone asked for, in progress from Tuesday 3 February on."""
    events = item("A-1", "customer/Initech", *labels, **fields)
    return events if done is None else [*events, move("A-1", done, "3")]


def linked(key: str, other: str, day: float = 0) -> Event:
    return Added(id=f"{key}:k{other}", item=key, ts=at(day), attr="links", key=f"causes {other}", val=other)


def bug(key: str, day: float, until: float, *labels: str, **fields: str) -> list[Event]:
    return [*item(key, *labels or ("bug",), start=day, **fields), move(key, until, "3")]


def cost(ask: Ask, *events: list[Event] | Event, **more: str) -> FeatureCost:
    """What the one feature for one customer costs."""
    (row,) = single_customer(*ask(*events, *HEARD, **more)).rows
    return row.cost


def state(ask: Ask, adoption: str, until: str = "2026-06-30") -> str:
    (row,) = single_customer(*ask(feature(), *HEARD, adoption=adoption, until=until)).rows
    return row.state


# Who asked


def test_two_accounts_in_the_icp_that_asked_before_commitment_are_not_one_customer(ask: Ask) -> None:
    both = item("A-1", "customer/Acme", "customer/Globex")
    assert not single_customer(*ask(both, *HEARD)).rows


def test_an_account_and_its_reseller_are_one_customer(ask: Ask) -> None:
    (row,) = single_customer(*ask(item("A-1", "customer/Acme", "customer/Reseller"), *HEARD)).rows
    assert row.account == "Acme"


def test_a_second_account_that_asks_after_commitment_makes_two(ask: Ask) -> None:
    assert not single_customer(*ask(feature(done=None), label("A-1", 5, "customer/Globex"), *HEARD)).rows


def test_who_asked_more_than_a_year_before_commitment_is_not_counted(ask: Ask) -> None:
    late = item("A-1", "customer/Initech", start=None)
    events = [late, label("A-1", 300, "customer/Globex"), move("A-1", 400, "2")]
    (row,) = single_customer(*ask(*events, *HEARD, until="2027-04-30")).rows
    assert row.account == "Globex"


def test_what_an_earlier_intent_for_such_accounts_covers_is_for_more_than_one(ask: Ask) -> None:
    assert not single_customer(*ask(item("A-1", "customer/Acme", "intent/search"), *HEARD)).rows


def test_an_account_that_nobody_listed_is_one_however_it_is_spelt(ask: Ask) -> None:
    asked = [*item("A-1", "customer/Nobody-We-Know"), move("A-1", RELEASED, "3")]
    used = "o:A-1,NOBODY-We-know,2026-05-11,4\n"
    report = single_customer(*ask(asked, *HEARD, adoption=used, until="2026-06-30"))
    assert [(r.account, r.state) for r in report.rows] == [("nobody-we-know", "confirmed")]


PARTNER = "Parton,,,,,,,design-partner,2025-01-01,{until},yes,,\n"


@pytest.mark.parametrize(("until", "alone"), [("2026-02-02", False), ("2026-02-01", True)])
def test_a_design_partner_past_its_end_date_is_not_one_that_the_product_is_for(
    ask: Ask, until: str, alone: bool
) -> None:
    asked = item("A-1", "customer/Parton", "intent/search")
    found = single_customer(*ask(asked, *HEARD, customers=CUSTOMERS + PARTNER.format(until=until))).rows
    assert bool(found) is alone


# Who uses it


def test_a_second_account_that_uses_it_takes_it_off_the_list_and_is_shown(ask: Ask) -> None:
    used = "o:A-1,Initech,2026-03-01,4\nA-1,Globex,2026-05-11,2\n"  # the 90th day after the release
    report = single_customer(*ask(feature(), *HEARD, adoption=used, until="2026-06-30"))
    assert not report.rows
    assert [(s.ref, s.account, s.adopters) for s in report.shared] == [("o:A-1", "Initech", ("Globex",))]


def test_an_account_that_the_customers_file_lacks_is_one_however_it_is_spelt(ask: Ask) -> None:
    asked = [*item("A-1", "customer/newcomer", "problem/slow", type="Epic"), move("A-1", RELEASED, "3")]
    used = "o:A-1,Newcomer,2026-03-01,4\nA-1,NEWCOMER,2026-05-20,4\n"
    ranked = "Newcomer,site manager,slow,1,2026-02-10,,\n"
    found = single_customer(*ask(asked, *HEARD, adoption=used, problems=ranked, until="2026-06-30"))
    assert [(r.account, r.state, r.later) for r in found.rows] == [("newcomer", "confirmed", ())]


@pytest.mark.parametrize(
    "used",
    [
        "o:A-1,Globex,2026-05-12,2\n",  # the 91st day
        "o:A-1,Globex,2026-02-09,2\n",  # the day before the release
        "o:A-1,Globex,2026-03-01,0\n",
        "o:A-2,Globex,2026-03-01,5\n",
    ],
)
def test_who_uses_it_later_or_earlier_or_not_at_all_is_no_second_adopter(ask: Ask, used: str) -> None:
    report = single_customer(*ask(feature(), *HEARD, adoption=used, until="2026-06-30"))
    assert len(report.rows) == 1


def test_what_is_counted_after_the_day_asked_about_is_not_known_yet(ask: Ask) -> None:
    used = "o:A-1,Globex,2026-04-02,2\n"
    assert single_customer(*ask(feature(), *HEARD, adoption=used, until="2026-04-01")).rows


def test_a_reseller_that_uses_it_is_no_second_adopter(ask: Ask) -> None:
    used = "o:A-1,Reseller,2026-03-01,4\n"
    (row,) = single_customer(
        *ask(item("A-1", "customer/Acme"), move("A-1", RELEASED, "3"), *HEARD, adoption=used)
    ).rows
    assert row.account == "Acme"


def test_usage_confirms_where_only_the_account_uses_it_ninety_days_after_the_release(ask: Ask) -> None:
    assert state(ask, "o:A-1,Initech,2026-05-11,4\n") == "confirmed"


@pytest.mark.parametrize(
    "used",
    [
        "o:A-1,Initech,2026-05-10,4\n",  # a day too early
        "o:A-1,Initech,2026-05-11,0\n",  # it does not use it either
        "o:A-1,Initech,2026-03-01,4\no:A-1,Initech,2026-05-11,0\n",  # or not any more
        "o:A-1,Initech,2026-05-11,4\no:A-1,Globex,2026-06-01,1\n",  # later, somebody else does
    ],
)
def test_usage_that_is_early_or_missing_or_not_the_accounts_alone_confirms_nothing(
    ask: Ask, used: str
) -> None:
    assert state(ask, used) == "presumptive"


def test_without_adoption_nothing_is_confirmed_and_that_is_said(ask: Ask) -> None:
    report = single_customer(*ask(feature(), *HEARD, until="2026-06-30"))
    assert (report.knows_use, report.states["confirmed"], len(report.shared)) == (False, 0, 0)


# Who has the problem

EPIC = item("E-1", "customer/Initech", "problem/slow-search", type="Epic")


def ranks(account: str, *problems: str, day: str = "2026-01-15") -> str:
    """What an account's planner ranks worst, first."""
    rows = (f"{account},planner,{p},{n},{day},8,{n}\n" for n, p in enumerate(problems, 1))
    return "".join(rows)


def test_another_account_with_the_same_problem_among_its_worst_takes_it_off_the_list(ask: Ask) -> None:
    asked = ranks("Globex", "slow search", "logs", "costs")
    report = single_customer(*ask(EPIC, item("A-1", parent="E-1"), *HEARD, problems=asked))
    assert not report.rows
    assert [(s.ref, s.adopters, s.supporters) for s in report.shared] == [("o:E-1", (), ("Globex",))]


@pytest.mark.parametrize(
    "asked",
    [
        ranks("Globex", "logs", "slow search", "costs"),  # not in its worst third
        ranks("Initech", "slow search", "logs", "costs"),  # it is the one that asked
        ranks("Globex", "slow search", "logs", "costs", day="2026-03-01"),  # not known yet
    ],
)
def test_a_lesser_problem_or_its_own_or_a_later_answer_does_not(ask: Ask, asked: str) -> None:
    report = single_customer(*ask(EPIC, item("A-1", parent="E-1"), *HEARD, problems=asked))
    assert [r.ref for r in report.rows] == ["o:E-1"]


def test_features_that_name_no_problem_are_counted_as_not_assessed(ask: Ask) -> None:
    asked = ranks("Globex", "logs")
    other = item("A-2", "customer/Acme")
    report = single_customer(*ask(EPIC, item("A-1", parent="E-1"), other, *HEARD, problems=asked))
    assert (len(report.rows), report.problems) == (2, 1)
    assert single_customer(*ask(EPIC, item("A-1", parent="E-1"), *HEARD)).problems is None


def test_what_it_displaced_is_the_best_problem_that_got_less(ask: Ask) -> None:
    asked = ranks("Globex", "logs", "costs", "waiting", "slow search")  # opportunity 15, 14, 13, 12
    more = item("E-2", "problem/logs", "customer request", type="Epic")
    work = [item(f"C-{n}", "customer request", parent="E-2") for n in range(2)]
    (row,) = single_customer(*ask(EPIC, item("A-1", parent="E-1"), more, *work, *HEARD, problems=asked)).rows
    assert row.displaced is not None
    assert (row.displaced.problem, row.displaced.opportunity, row.displaced.effort) == ("costs", 14, 0)
    assert row.cost.weeks == Fraction(9, 5)


def test_of_two_alike_that_it_displaced_spelling_does_not_decide(ask: Ask) -> None:
    alike = "".join(f"Globex,planner,{p},1,2026-01-15,8,1\n" for p in ("Waiting", "late costs"))
    (row,) = single_customer(*ask(EPIC, item("A-1", parent="E-1"), *HEARD, problems=alike)).rows
    assert row.displaced is not None
    assert (row.displaced.problem, row.displaced.opportunity) == ("late costs", 15)


# The share


def test_features_that_name_no_account_may_all_be_for_one_customer(ask: Ask) -> None:
    report = single_customer(*ask(item("A-1", "customer/Initech"), *HEARD))
    assert (report.share.low, report.share.high) == (Fraction(1, 5), 1)


def test_where_the_silence_of_others_means_nothing_the_share_may_be_nil(ask: Ask) -> None:
    report = single_customer(*ask(item("A-1", "customer/Initech"), *(item(f"B-{n}") for n in range(4))))
    assert (report.share.low, report.share.high) == (0, 1)


# What it costs


def test_a_released_feature_costs_what_all_under_it_took_whatever_the_window(ask: Ask) -> None:
    epic = [*item("E-1", "customer/Initech", type="Epic"), move("E-1", 20, "3")]
    child = [*item("A-1", parent="E-1"), move("A-1", RELEASED, "3")]
    later = [*item("A-2", parent="E-1", start=14), move("A-2", 18, "3")]  # four days
    found = cost(ask, epic, child, later, since="2026-02-16", until="2026-03-31")
    assert (found.basis, found.build, found.released) == ("spent", DAYS + 4, at(20))
    assert found.cost == hidden_cost(priced(Fraction(DAYS + 4)))


def test_each_day_is_priced_at_the_rates_of_the_team_that_worked(ask: Ask) -> None:
    epic = [*item("E-1", "customer/Initech", type="Epic"), move("E-1", 20, "3")]
    done = [move(key, RELEASED, "3") for key in ("A-1", "A-2")]  # five days each
    parts = [item("A-1", parent="E-1", assignee="ann"), item("A-2", parent="E-1", assignee="cleo")]
    build = cost(ask, epic, *parts, *done, people=PEOPLE).cost.inputs.build
    assert (build.low, build.high, build.unit) == (5 * 400 + 5 * 500, 5 * 600 + 5 * 900, "money")


def test_a_persons_other_work_still_takes_its_part_of_the_day(ask: Ask) -> None:
    other = item("C-1", "customer request", assignee="ann")
    found = cost(ask, feature(assignee="ann"), other, people=PEOPLE)
    assert found.build == Fraction(DAYS, 2)


def test_an_unreleased_feature_costs_its_estimate_times_what_work_tends_to_overrun(ask: Ask) -> None:
    found = cost(ask, feature(done=None, estimate=str(20 * 8 * 3600)))
    assert (found.basis, found.build, found.spent) == ("estimate", 20, 9)
    assert found.cost == hidden_cost(priced(Fraction(20), estimated=True))


def test_the_estimates_of_all_leaves_stand_in_for_that_of_the_epic(ask: Ask) -> None:
    epic = item("E-1", "customer/Initech", type="Epic")
    parts = [item("A-1", parent="E-1", estimate="288000"), item("A-2", parent="E-1", estimate="288000")]
    gone = [item("A-3", parent="E-1", start=None), declined("A-3", 2)]
    assert cost(ask, epic, *parts, *gone).build == 20
    assert cost(ask, epic, *parts, item("A-4", parent="E-1", start=None)).basis == "so far"


def test_an_estimate_that_was_passed_already_says_nothing_any_more(ask: Ask) -> None:
    found = cost(ask, feature(done=None, estimate=str(2 * 8 * 3600)))
    assert (found.basis, found.build) == ("so far", 9)


def test_what_was_given_up_needs_no_upkeep(ask: Ask) -> None:
    found = cost(ask, feature(done=None), declined("A-1", RELEASED))
    assert (found.basis, found.build) == ("given up", DAYS)
    assert found.cost.p90 == DAYS


# What it took since


def test_a_year_after_the_release_linked_bugs_are_its_upkeep(ask: Ask) -> None:
    repair = [bug("B-9", 200, 205), linked("A-1", "B-9")]  # Friday, Monday and Tuesday
    found = cost(ask, feature(), *repair, until=YEAR_ON)
    assert found.upkeep is not None
    assert (found.upkeep.effort, found.upkeep.days, found.upkeep.items) == (3, 365, ("o:B-9",))
    assert found.cost.inputs.observed_yearly == Fraction(3, DAYS)


def test_before_that_upkeep_is_shown_and_not_yet_used(ask: Ask) -> None:
    repair = [bug("B-9", 200, 205), linked("A-1", "B-9")]
    found = cost(ask, feature(), *repair, until="2027-02-09")
    assert found.upkeep is not None
    assert (found.upkeep.effort, found.cost.inputs.observed_yearly) == (3, None)


def test_that_nobody_linked_anything_does_not_show_that_there_was_no_upkeep(ask: Ask) -> None:
    found = cost(ask, feature(), until=YEAR_ON)
    assert found.upkeep is not None
    assert (found.upkeep.effort, found.cost.inputs.observed_yearly) == (0, None)


def test_support_counts_as_upkeep_and_new_features_do_not(ask: Ask) -> None:
    support = bug("S-1", 200, 201, "O-support")
    more = bug("N-1", 200, 205, "customer request")
    links = [linked("A-1", "S-1"), linked("A-1", "N-1")]
    found = cost(ask, feature(), support, more, *links, until=YEAR_ON)
    assert found.upkeep is not None
    assert found.upkeep.items == ("o:S-1",)


def test_a_bug_under_a_feature_is_build_until_the_release_and_upkeep_after_it(ask: Ask) -> None:
    epic = [*item("E-1", "customer/Initech", type="Epic"), move("E-1", RELEASED, "3")]
    under = bug("A-1", 1, 11, parent="E-1")  # five days until the release, on its day, and two after it
    found = cost(ask, epic, under, until=YEAR_ON)
    assert found.upkeep is not None
    assert (found.build, found.upkeep.effort) == (6, 2)
    assert found.cost.inputs.observed_yearly == Fraction(2, 6)


def test_a_link_made_after_the_day_asked_about_is_not_known_yet(ask: Ask) -> None:
    repair = [bug("B-9", 200, 205), linked("A-1", "B-9", day=380)]
    found = cost(ask, feature(), *repair, until=YEAR_ON)
    assert found.upkeep is not None
    assert found.upkeep.items == ()


def test_a_link_that_was_taken_back_is_none(ask: Ask) -> None:
    repair = [bug("B-9", 200, 205), linked("A-1", "B-9")]
    gone = Dropped(id="A-1:d", item="A-1", ts=at(300), attr="links", key="causes B-9", val="B-9")
    found = cost(ask, feature(), *repair, gone, until=YEAR_ON)
    assert found.upkeep is not None
    assert found.upkeep.items == ()


def test_a_link_to_what_moved_since_is_a_link_to_what_it_is_now(ask: Ask) -> None:
    moved = Moved(id="B-9:m", item="B-9", ts=at(100), val="NEW-1", old="B-9")
    found = cost(ask, feature(), bug("B-9", 200, 205), linked("A-1", "B-9"), moved, until=YEAR_ON)
    assert found.upkeep is not None
    assert found.upkeep.items == ("o:NEW-1",)


def test_a_mention_on_github_is_a_link(ask: Ask) -> None:
    mention = Noted(id="A-1:x", item="A-1", ts=at(201), attr="cross-referenced", key="B-9")
    found = cost(ask, feature(), bug("B-9", 200, 205), mention, until=YEAR_ON)
    assert found.upkeep is not None
    assert found.upkeep.items == ("o:B-9",)


def test_effort_of_the_people_on_some_work_is_its_part_of_everybodys(ask: Ask) -> None:
    people = {"A-1": "ann", "A-2": "ann", "A-3": "bob", "A-4": "bob", "A-5": "ann"}
    work = [item(key, start=n, assignee=who) for n, (key, who) in enumerate(people.items(), 1)]
    org, query = ask(*work, item("A-6", start=2))
    nobody = np.zeros(len(org.words.vals), dtype=np.int64)
    for rows in ([0], [2, 5], [0, 3], [5]):
        some = daily(org, query, np.array(rows))
        for day in (None, -400, 2, 3, 4, 8, 400):
            first = None if day is None else Days(org.judged.calendar).of(at(day))
            whole = effort(org, query if day is None else replace(query, since=at(day)))
            amounts, unit = some.by(nobody, 1, first)
            assert [Fraction(int(a), unit) for a in amounts[0]] == [whole.of(r) for r in rows]


# What is paid


def test_the_field_that_the_configuration_names_says_what_is_paid(ask: Ask) -> None:
    found = cost(ask, feature("paid/7", assignee="ann", customfield_7="4000.0"), people=PEOPLE)
    assert (found.payment.amount, found.cost.cover) == (4000, (4000 / found.cost.p90, 4000 / found.cost.p10))


def test_a_label_says_it_where_no_field_does(ask: Ask) -> None:
    assert cost(ask, feature("paid/50000")).payment.amount == 50_000


@pytest.mark.parametrize("said", ["50k", "50,000", "€ 50000", "-5", "1e9", "NaN"])
def test_what_is_no_plain_figure_is_not_guessed_at(ask: Ask, said: str) -> None:
    payment = cost(ask, feature(customfield_7=said)).payment
    assert (payment.amount, payment.said) == (None, said)


def test_two_labels_that_disagree_say_nothing(ask: Ask) -> None:
    assert cost(ask, feature("paid/10", "paid/20")).payment.said == "10, 20"


def test_without_rates_there_is_no_cover(ask: Ask) -> None:
    found = cost(ask, feature("paid/50000"))
    assert (found.cost.inputs.build.unit, found.cost.cover) == ("person-days", None)
