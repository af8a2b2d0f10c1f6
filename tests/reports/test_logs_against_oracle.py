"""Made-up logs of two trackers: what the package reports, and what the oracle reads in their exports."""

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.shares import Question
from tests.reports.agreement import assert_agree, record
from tests.reports.made_inputs import DAYS, START
from tests.reports.made_logs import DAY, Made, made
from tracker_sync.errors import ConfigError

CHANCE = st.randoms(use_true_random=True)
NORMAL = settings(
    max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def question(r: random.Random, of: Made) -> Question:
    """On either clock, any day and any time from three weeks on; and any window."""
    as_of = START + timedelta(r.randrange(20, DAYS + 10)) if r.random() < 0.6 else None
    known = r.randrange(of.times[0] + 20 * DAY, of.times[1] + 1) if r.random() < 0.6 else None
    since = START + timedelta(r.randrange(20)) if r.random() < 0.4 else None
    until = (since or START) + timedelta(r.randrange(1, 140)) if r.random() < 0.4 else None
    return Question(as_of, known, since, until)


def agree(r: random.Random, questions: int) -> None:
    """A log, and questions about it."""
    with TemporaryDirectory() as folder:
        log = made(r, Path(folder))
        read = record(log.config, log.log)
        for _ in range(questions):
            try:
                assert_agree(log.config, log.log, read, question(r, log))
            except ConfigError as e:
                if " is of " not in str(e):  # nothing had happened by then, or was known of later
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
