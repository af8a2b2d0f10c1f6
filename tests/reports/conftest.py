"""The demo, made once for all tests of reports that look at it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.reports.agreement import Case, record
from tracker_sync import config
from tracker_sync.log.sqlite import SqliteLog


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The demo's log, as its two trackers were synced, with its files beside it."""
    made = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tracker_sync", "demo", "--dir", "."]
    subprocess.run(command, cwd=made, capture_output=True, check=True)
    conf = config.load(made / "tracker-sync.toml")
    log = SqliteLog(conf.log_path)
    yield Case(conf, log, record(conf, log))
    log.close()
