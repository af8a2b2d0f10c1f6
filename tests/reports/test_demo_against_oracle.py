"""The demo's reports, at past days and as they were known at past times: the oracle comes to the same
digits."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.oracle.shares import Oracle, Question
from tests.reports.agreement import Case, assert_agree, record
from tests.reports.lived import WEEK, relived
from tracker_sync.inputs import now_stated, told
from tracker_sync.log import EventLog
from tracker_sync.reports.opening import basis
from tracker_sync.states.keeping import refresh

MONDAY = 1_730_678_400_000_000
"""The first Monday of the demo, in microseconds."""
FIRST, LAST = date(2024, 11, 1), date(2026, 10, 30)


@pytest.fixture(scope="module")
def lived(girder: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The demo as if it had been synced each week, with much of it learned late."""

    def keep(log: EventLog) -> None:
        refresh(log, *basis(girder.config, told(log), now_stated(girder.config)))

    log = relived([*girder.log.read()], tmp_path_factory.mktemp("lived") / "lived.db", random.Random(7), keep)
    yield Case(girder.config, log, record(girder.config, log))
    log.close()


def question(seed: int, *, known: bool) -> Question:
    """What somebody might ask about the two years of the demo."""
    r = random.Random(seed)
    as_of = FIRST + timedelta(r.randrange(60, 720)) if r.random() < 0.7 else None
    weeks = r.randrange(8, 100) if known else None
    end = min(as_of or LAST, FIRST + timedelta(7 * weeks) if weeks else LAST)
    since = end - timedelta(r.randrange(20, 400)) if r.random() < 0.5 else None
    until = (since or FIRST) + timedelta(r.randrange(1, 500)) if r.random() < 0.4 else None
    return Question(as_of, MONDAY + weeks * WEEK + r.randrange(WEEK) if weeks else None, since, until)


def test_the_demo_as_it_is(girder: Case) -> None:
    assert_agree(*girder, Question())
    of = Oracle(girder.record)
    assert len(of.active) > 400, "it is about something"
    assert {*of.verdicts.values()} == {"healthy", "unhealthy", "undecidable", "unknown", "other"}


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 4))])
def test_the_demo_as_of_a_day(girder: Case, seed: int) -> None:
    assert_agree(*girder, question(seed, known=False))


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 4))])
def test_the_demo_as_it_was_known(lived: Case, seed: int) -> None:
    assert_agree(*lived, question(seed, known=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 40))
def test_the_demo_on_many_days(girder: Case, seed: int) -> None:
    assert_agree(*girder, question(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 60))
def test_the_demo_as_it_was_known_at_many_times(lived: Case, seed: int) -> None:
    assert_agree(*lived, question(seed, known=seed % 4 != 0))
