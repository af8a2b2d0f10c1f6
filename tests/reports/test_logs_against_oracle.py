"""Made-up logs of two trackers: what the package reports, and what the oracle reads in their exports."""

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.shares import Question
from tests.reports.agreement import Case, record
from tests.reports.made_inputs import DAYS, START, TEAMS
from tests.reports.made_logs import DAY, Made, made
from tests.reports.test_reports_against_oracle import SERIES, assert_all_agree
from tracker_sync.errors import ConfigError

CHANCE = st.randoms(use_true_random=True)
NORMAL = settings(
    max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)  # fmt: skip
"""A failing log is told by its seed; what a shorter one would be takes minutes to look for, in vain."""
PROJECTS = (None, None, "K", "m", "a/b", "core", "Pilot at Acme")
NOTHING_TO_ASK = (" is of ", "people.toml has no team")
"""Nothing had happened by then, or was known of later; or nobody was known to be in that team."""


def question(r: random.Random, of: Made) -> Question:
    """On either clock, any day and any time from three weeks on; any window; of all items or of a part."""
    as_of = START + timedelta(r.randrange(20, DAYS + 10)) if r.random() < 0.6 else None
    known = r.randrange(of.times[0] + 20 * DAY, of.times[1] + 1) if r.random() < 0.6 else None
    since = START + timedelta(r.randrange(20)) if r.random() < 0.4 else None
    until = (since or START) + timedelta(r.randrange(1, 140)) if r.random() < 0.4 else None
    if r.random() < 0.4:
        return Question(as_of, known, since, until)
    part = r.choice((None, None, "o", "g")), r.choice(PROJECTS), r.choice((None, *TEAMS))
    return Question(as_of, known, since, until, *part)


def agree(r: random.Random, questions: int) -> None:
    """A log, and questions about it, each answered by every report."""
    with TemporaryDirectory() as folder:
        log = made(r, Path(folder))
        case = Case(log.config, log.log, record(log.config, log.log))
        for _ in range(questions):
            asked = question(r, log)
            try:
                assert_all_agree(case, asked, r.choice(SERIES))
            except ConfigError as e:
                if not any(why in str(e) for why in NOTHING_TO_ASK):
                    raise
        log.log.close()


@NORMAL
@given(CHANCE)
def test_reports_agree_with_the_oracle(r: random.Random) -> None:
    agree(r, 1)


@pytest.mark.slow
@settings(NORMAL, max_examples=200, derandomize=False)
@given(CHANCE)
def test_reports_agree_with_the_oracle_on_more_logs(r: random.Random) -> None:
    agree(r, 2)
