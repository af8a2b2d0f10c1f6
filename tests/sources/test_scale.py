"""A hundred thousand issues fit into little memory, and the last page costs what the first did."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
MOST_MB = 300
# A process of its own, so that its peak memory is that of a sync and nothing else. Work of the log is
# counted in SQLite's own instructions, which no other process on the machine can slow down.
CHILD = """
import json, re, sys, time
from pathlib import Path
from tracker_sync.config import JiraConfig
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources import open_source
from tracker_sync.sync import sync

url, path = sys.argv[1:]
log = SqliteLog(Path(path), write=True)
steps, pages, spent = [0], [], [time.process_time()]
def count():
    steps[0] += 1
log._db.set_progress_handler(count, 100)
def show(progress):
    now = time.process_time()
    pages.append({"done": progress.done, "steps": steps[0], "cpu": now - spent[0]})
    steps[0], spent[0] = 0, now
source = open_source(JiraConfig(name="big", url=url, allow_http=True), {})
done = sync(source, log, now=1, show=show)
# Not getrusage: its maximum begins with that of the process which started this one.
mb = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"new": done.new, "skipped": len(done.skipped), "mb": mb, "pages": pages,
                  "items": len(log.keys("big"))}))
"""

MUTANT = """
import tracker_sync.log.sqlite as module
module._SELECT = module._SELECT.replace("FROM event e", "FROM event e NOT INDEXED")
"""


@contextmanager
def big_jira(issues: int) -> Iterator[str]:
    """A Jira Cloud of so many issues in a process of its own; yields its address."""
    command = [sys.executable, "-m", "simulator.load", "big", "--n", str(issues), "--port", "0"]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True, env=environment()) as served:
        try:
            assert served.stdout is not None
            yield served.stdout.readline().split()[-1]
        finally:
            served.kill()


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}


def synced(issues: int, folder: Path) -> dict[str, Any]:
    with big_jira(issues) as url:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, url, str(folder / "big.db")],
            env=environment(), capture_output=True, text=True, check=True,
        )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def holds(result: dict[str, Any], issues: int) -> None:
    assert (result["items"], result["skipped"]) == (issues, 0)
    assert result["mb"] < MOST_MB
    full = [p for p in result["pages"] if p["steps"]][2:-2]  # without start, end and top-ups
    tenth = max(1, len(full) // 10)
    first, last = (sum(p["steps"] for p in part) for part in (full[:tenth], full[-tenth:]))
    assert last < 1.5 * first, f"SQLite's work on a page grew from {first} to {last}"


@pytest.mark.slow
def test_memory_and_the_cost_of_a_page_stay_as_they_are(tmp_path: Path) -> None:
    holds(synced(3_000, tmp_path), 3_000)


@pytest.mark.slow
def test_a_hundred_thousand_issues_fit_into_300_mb(tmp_path: Path) -> None:
    holds(synced(100_000, tmp_path), 100_000)


@pytest.mark.slow
def test_a_log_that_walks_all_of_itself_for_a_page_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted mutant: looked up without their index, a page's events cost a walk through all events."""
    monkeypatch.setattr(sys.modules[__name__], "CHILD", MUTANT + CHILD)
    result = synced(3_000, tmp_path)
    with pytest.raises(AssertionError, match="grew from"):
        holds(result, 3_000)
