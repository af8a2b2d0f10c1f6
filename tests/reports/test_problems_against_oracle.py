"""Problems, limits and how far figures can be believed, in demos whose side files and limits are made by
chance: the oracle comes to the same digits."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.oracle.shares import Oracle, Question
from tests.reports.agreement import Case
from tests.reports.agreement_problems import problems_expected
from tests.reports.agreement_warnings import warnings_expected
from tests.reports.surveyed import surveyed
from tests.reports.test_demo_against_oracle import question
from tests.reports.test_reports_against_oracle import assert_reports_agree, part

OURS = ("problems", "warnings", "trust")


def test_problems_and_limits_where_all_beside_the_trackers_is_made_by_chance(
    girder: Case, tmp_path: Path
) -> None:
    with surveyed(girder, tmp_path / "demo", 4) as case:
        asked = question(3, known=False)
        assert_reports_agree(case, asked, OURS)
        assert len(problems_expected(Oracle(case.record, asked))["answers"]) > 20  # type: ignore[arg-type]
        assert_reports_agree(case, Question(), ("warnings",))
        limits = warnings_expected(Oracle(case.record))["limits"]
        decided = [v for _, v in limits if (v.severity, v.certain) == ("note", True)]  # type: ignore[attr-defined]
        assert decided, "it is about something"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(1, 4), *range(5, 12)])
def test_problems_and_limits_of_many_demos_made_by_chance(girder: Case, tmp_path: Path, seed: int) -> None:
    with ExitStack() as stack:
        now = stack.enter_context(surveyed(girder, tmp_path / "now", seed))
        then = stack.enter_context(surveyed(girder, tmp_path / "then", seed, lived=True))
        for n in range(4):
            assert_reports_agree(now, question(100 * seed + n, known=False), OURS)
            assert_reports_agree(then, question(100 * seed + n, known=True), OURS)
            assert_reports_agree((now, then)[n % 2], part(100 * seed + n, known=n % 2 == 1), (*OURS, "sagas"))
