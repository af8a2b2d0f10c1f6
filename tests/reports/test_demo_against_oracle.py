"""The demo's reports, at past days and as they were known at past times: the oracle comes to the same
digits."""

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.oracle.shares import Oracle, Question, Record
from tests.reports.agreement import assert_agree, record
from tests.reports.lived import WEEK, relived
from tracker_sync import config
from tracker_sync.config import Config
from tracker_sync.inputs import now_stated, told
from tracker_sync.log import EventLog
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import basis
from tracker_sync.states.keeping import refresh

MONDAY = 1_730_678_400_000_000
"""The first Monday of the demo, in microseconds."""
FIRST, LAST = date(2024, 11, 1), date(2026, 10, 30)


class Case(NamedTuple):
    """A log, and what the oracle reads of it."""

    config: Config
    log: SqliteLog
    record: Record


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tracker_sync", "demo", "--dir", "."]
    subprocess.run(command, cwd=made, capture_output=True, check=True)
    return made


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[Case]:
    conf = config.load(folder / "tracker-sync.toml")
    log = SqliteLog(conf.log_path)
    yield Case(conf, log, record(conf, log))
    log.close()


@pytest.fixture(scope="module")
def lived(demo: Case, folder: Path) -> Iterator[Case]:
    """The demo as if it had been synced each week, with much of it learned late."""

    def keep(log: EventLog) -> None:
        refresh(log, *basis(demo.config, told(log), now_stated(demo.config)))

    log = relived([*demo.log.read()], folder / "lived.db", random.Random(7), keep)
    yield Case(demo.config, log, record(demo.config, log))
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


def test_the_demo_as_it_is(demo: Case) -> None:
    assert_agree(*demo, Question())
    of = Oracle(demo.record)
    assert len(of.active) > 400, "it is about something"
    assert {*of.verdicts.values()} == {"healthy", "unhealthy", "undecidable", "unknown", "other"}


@pytest.mark.parametrize("seed", range(4))
def test_the_demo_as_of_a_day(demo: Case, seed: int) -> None:
    assert_agree(*demo, question(seed, known=False))


@pytest.mark.parametrize("seed", range(4))
def test_the_demo_as_it_was_known(lived: Case, seed: int) -> None:
    assert_agree(*lived, question(seed, known=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 40))
def test_the_demo_on_many_days(demo: Case, seed: int) -> None:
    assert_agree(*demo, question(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 60))
def test_the_demo_as_it_was_known_at_many_times(lived: Case, seed: int) -> None:
    assert_agree(*lived, question(seed, known=seed % 4 != 0))
