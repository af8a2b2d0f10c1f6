"""Initiatives, and what features for one customer cost, in demos whose bets, counts of use, ranked problems,
links, estimates and payments are made by chance: the oracle comes to the same digits."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.oracle.shares import Oracle, Question
from tests.reports.agreement import Case, asked, record
from tests.reports.agreement_costs import costs_expected, costs_reported
from tests.reports.agreement_sagas import sagas_expected, sagas_reported
from tests.reports.betting import betting
from tests.reports.lived import relived
from tests.reports.test_demo_against_oracle import question
from tracker_sync.reports.opening import open_portfolio

BOTH = ((sagas_reported, sagas_expected), (costs_reported, costs_expected))
MANY = range(2, 12)


@pytest.fixture(scope="module")
def bets(girder: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with betting(girder, tmp_path_factory.mktemp("bets") / "demo", 1) as case:
        yield case


def lived_again(case: Case, place: Path, seed: int) -> Case:
    """The same, learned week by week, its files told on the way."""
    log = relived([*case.log.read()], place, random.Random(seed))
    return Case(case.config, log, record(case.config, log))


def assert_bets_agree(case: Case, question: Question) -> None:
    """The package and the oracle say the same, figure by figure."""
    org, query = open_portfolio(case.config, case.log, asked(question))
    of = Oracle(case.record, question)
    for reported, expected in BOTH:
        package, opinion = reported(org, query), expected(of)
        for name in {**package, **opinion}:
            assert package.get(name, "nothing") == opinion.get(name, "nothing"), (name, question)


def test_bets_and_costs_of_a_demo_made_by_chance(bets: Case) -> None:
    assert_bets_agree(bets, Question())


def test_they_are_about_something(bets: Case) -> None:
    said = sagas_expected(of := Oracle(bets.record)) | costs_expected(of)
    checked = str([checks for name, checks in said.items() if "checks" in name])
    assert "on target" in checked and "under target" in checked and "cannot be told" in checked
    costs = said["costs"].values()  # type: ignore[attr-defined]
    assert {c.basis for c in costs} >= {"spent", "so far"}
    assert any(c.upkeep for c in costs) and any(c.instead for c in costs) and said["shared"]


def test_bets_and_costs_as_of_a_day(bets: Case) -> None:
    assert_bets_agree(bets, question(3, known=False))


def test_bets_and_costs_as_they_were_known(bets: Case, tmp_path: Path) -> None:
    again = lived_again(bets, tmp_path / "lived.db", 1)
    assert_bets_agree(again, question(2, known=True))
    again.log.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY)
def test_bets_and_costs_of_many_demos_made_by_chance(girder: Case, tmp_path: Path, seed: int) -> None:
    with ExitStack() as stack:
        case = stack.enter_context(betting(girder, tmp_path / "demo", seed))
        again = lived_again(case, tmp_path / "lived.db", seed)
        stack.callback(again.log.close)
        assert_bets_agree(case, Question())
        for n in range(4):
            assert_bets_agree(case, question(100 * seed + n, known=False))
            assert_bets_agree(again, question(100 * seed + n, known=True))
