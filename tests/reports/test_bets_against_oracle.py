"""Initiatives, and what features for one customer cost, in demos whose bets, counts of use, ranked problems,
links, estimates and payments are made by chance: the oracle comes to the same digits."""

import random
from pathlib import Path

import pytest

from tests.oracle.cost import Cost
from tests.oracle.shares import Oracle, Question
from tests.reports.agreement import Case, Said, asked, record
from tests.reports.agreement_costs import costs_expected, costs_reported
from tests.reports.agreement_sagas import sagas_expected, sagas_reported
from tests.reports.betting import betting
from tests.reports.lived import relived
from tests.reports.test_demo_against_oracle import question
from tests.reports.test_reports_against_oracle import part
from tracker_sync.reports.opening import open_portfolio

BOTH = ((sagas_reported, sagas_expected), (costs_reported, costs_expected))


def assert_bets_agree(case: Case, question: Question) -> Said:
    """The package and the oracle say the same, figure by figure: what they say."""
    org, query = open_portfolio(case.config, case.log, asked(question))
    of, said = Oracle(case.record, question), Said()
    for reported, expected in BOTH:
        package, opinion = reported(org, query), expected(of)
        for name in {**package, **opinion}:
            assert package.get(name, "nothing") == opinion.get(name, "nothing"), (name, question)
        said |= opinion
    return said


def test_bets_and_costs_of_a_demo_made_by_chance(girder: Case, tmp_path: Path) -> None:
    with betting(girder, tmp_path / "demo", 3) as case:
        said = assert_bets_agree(case, Question())
    checks = str([some for name, some in said.items() if "checks" in name])
    costs: list[Cost] = [*said["costs"].values()]  # type: ignore[attr-defined]
    assert "on target" in checks
    assert "under target" in checks
    assert {c.basis for c in costs} >= {"spent", "so far"}
    assert said["shared"]
    for what in ("upkeep", "instead", "paid"):
        assert any(getattr(c, what) for c in costs), what


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(3), *range(4, 12)])
def test_bets_and_costs_of_many_demos_made_by_chance(girder: Case, tmp_path: Path, seed: int) -> None:
    with betting(girder, tmp_path / "demo", seed) as case:
        assert_bets_agree(case, Question())
        for n in range(3):
            assert_bets_agree(case, question(100 * seed + n, known=False))
            assert_bets_agree(case, part(100 * seed + n, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 20))
def test_bets_and_costs_of_many_demos_as_they_were_known(girder: Case, tmp_path: Path, seed: int) -> None:
    with betting(girder, tmp_path / "demo", seed) as case:
        log = relived([*case.log.read()], tmp_path / "lived.db", random.Random(seed))
        again = Case(case.config, log, record(case.config, log))
        for n in range(4):
            assert_bets_agree(again, question(100 * seed + n, known=True))
        assert_bets_agree(again, part(seed, known=True))
        log.close()
