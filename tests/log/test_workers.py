"""Eight processes sync overlapping sources against one log: acknowledged ⊆ read ⊆ attempted, no doubles."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from postgres import Database

from tracker_sync.config import load
from tracker_sync.demo.company import company
from tracker_sync.demo.tracker_server import serving
from tracker_sync.log import EventLog
from tracker_sync.log.opening import open_log
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.render import json
from tracker_sync.reports import REPORTS
from tracker_sync.reports.opening import open_portfolio

ROOT = Path(__file__).parents[2]
WORKERS = 8
SOURCES = ["acme", "web", "core"]
PAGES, SIZE = 6, 5
# Each takes the sources in an order of its own, page by page from the log's cursor, and says what is in.
WORKER = """
import os, sys, time
from pathlib import Path
from tracker_sync.errors import LogBusy
from tracker_sync.events import Opened

url, nth, pages, size, *sources = sys.argv[1:]
nth, pages, size = int(nth), int(pages), int(size)

def opened():
    if "://" in url:
        from tracker_sync.log.postgres import PostgresLog
        return PostgresLog(url, write=True)
    from tracker_sync.log.sqlite import SqliteLog
    return SqliteLog(Path(url), write=True)

left = sources[nth % len(sources):] + sources[:nth % len(sources)]
while left:
    source = left.pop(0)
    try:
        log = opened()
        try:
            with log.lease(source):
                done = int(log.cursor(source) or 0)
                for page in range(done, pages):
                    ids = [f"{page}-{n}" for n in range(size)]
                    events = [Opened(id=f"{i}:0", item=i, ts=page, val=i) for i in ids]
                    if page:  # an overlap: the last of the page before
                        events.insert(0, Opened(id=f"{page - 1}-{size - 1}:0", item=f"{page - 1}-{size - 1}",
                                                ts=page - 1, val=f"{page - 1}-{size - 1}"))
                    log.append(source, events, now=page, cursor=str(page + 1))
                    for event in events:
                        os.write(1, f"{source} {event.id}\\n".encode())
                    if nth == 0:
                        os._exit(9)  # as killed, with a lease in its hands
        finally:
            log.close()
    except LogBusy:
        left.append(source)
        time.sleep(0.01)
"""


def synced(url: str, read: Callable[[], EventLog]) -> None:
    """Run the workers to their end, and assert that the log is what it has to be."""
    numbers = [str(n) for n in (PAGES, SIZE)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, url, str(nth), *numbers, *SOURCES],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for nth in range(WORKERS)
    ]  # fmt: skip
    ended = [worker.communicate(timeout=60) for worker in running]
    assert [err for _, err in ended] == [""] * WORKERS
    assert {worker.returncode for worker in running} <= {0, 9}
    acknowledged = {line for out, _ in ended for line in out.splitlines()}
    attempted = {f"{s} {page}-{n}:0" for s in SOURCES for page in range(PAGES) for n in range(SIZE)}
    with closing(read()) as log:
        found = [f"{entry.source} {entry.event.id}" for entry in log.read()]
        assert log.verify() == (len(attempted), None)
        assert {name: log.cursor(name) for name in SOURCES} == dict.fromkeys(SOURCES, str(PAGES))
    assert len(found) == len(set(found))
    assert acknowledged <= set(found) <= attempted
    assert set(found) == attempted  # whoever was killed, another went on


def test_eight_processes_against_one_file(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    SqliteLog(path, write=True).close()
    synced(str(path), lambda: SqliteLog(path))


@pytest.mark.parametrize("limited", [False, True])
def test_eight_processes_against_one_database(database: Database, limited: bool) -> None:
    from tracker_sync.log.postgres import PostgresLog

    PostgresLog(database.url, write=True).close()
    url = database.role() if limited else database.url
    synced(url, lambda: PostgresLog(url))


# Until it is done: as cron starts it again and again.
RUN = """
import sys, time
from tracker_sync.cli import main

sys.argv[0] = "tracker-sync"
while True:
    try:
        main()
        code = 0
    except SystemExit as e:
        code = e.code or 0
    if code != 75:
        sys.exit(code)
    time.sleep(0.05)
"""


made = cache(company)


def desk(folder: Path, jira: str, github: str, log: str) -> Path:
    """The demo's files in a folder of their own, with the log somewhere."""
    folder.mkdir()
    for name, content in made().files.items():
        content = content.replace("@JIRA_URL@", jira).replace("@GITHUB_URL@", github)
        (folder / name).write_text(content.replace("sqlite:///tracker-sync.db", log), encoding="utf-8")
    return folder


def runs(folder: Path, *orders: tuple[str, ...]) -> None:
    """Whole runs of `sync` at the same time, each with the sources in an order."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, "sync", *order],
            cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for order in orders
    ]  # fmt: skip
    ended = [run.communicate(timeout=120) for run in running]
    assert [run.returncode for run in running] == [0] * len(orders), ended


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def test_eight_syncs_at_once_give_the_log_of_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "sqlite:///tracker-sync.db"
    if kind != "sqlite":
        url = request.getfixturevalue("database").url
    with serving(made().jira, made().github) as (jira, github):
        alone = desk(tmp_path / "alone", jira, github, "sqlite:///tracker-sync.db")
        runs(alone, ())
        together = desk(tmp_path / "together", jira, github, url)
        names = [s.name for s in load(alone / "tracker-sync.toml").sources]
        runs(together, *[tuple(names), tuple(reversed(names))] * (WORKERS // 2))
    found = [told(folder) for folder in (alone, together)]
    assert found[0] == found[1]
    events = found[0][0]
    assert len(events) == len(set(events)) > 10_000


def told(folder: Path) -> tuple[list[str], str]:
    """The ids of all events of a folder's log, in order of the id, and what the overview says."""
    config = load(folder / "tracker-sync.toml")
    with closing(open_log(config)) as log:
        assert log.verify()[1] is None
        ids = sorted(f"{e.source} {e.event.id}" for e in log.read() if e.source != "people")
        return ids, json.render(REPORTS["overview"](*open_portfolio(config, log)))
