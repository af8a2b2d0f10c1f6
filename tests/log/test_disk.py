"""A disk that is full or refuses is found, before the tracker is asked where that can be; nothing is lost."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cases import LOG, TOKEN, Cases, all_cases, company, config, left_by, pages_after, some
from programs import page
from simulator.github import GitHubFace
from simulator.server import Running, running
from tracing import Runner, emptied, running_programs

from tracker_sync.log.sqlite import SqliteLog

NOBODY = 65534
ROOT = os.geteuid() == 0
each_refusal = pytest.mark.parametrize(
    ("how", "for_good"), [("error=ENOSPC", False), ("error=ENOSPC", True), ("error=EIO", False)]
)
each_writer = pytest.mark.parametrize("name", ["pages", "small cache", "later sync", "schema 1"])


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    yield from all_cases()


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with running_programs(GITHUB_TOKEN=TOKEN) as runner:
        yield runner


@pytest.fixture
def tracker() -> Iterator[Running]:
    with running(GitHubFace(company(), token=TOKEN, page_cap=3)) as tracker:
        yield tracker


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """An empty folder that is a disk of its own."""
    with emptied() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if not ROOT or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("no disk may be mounted here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)


def configured(folder: Path, tracker: Running) -> Path:
    """The path of a log that is to be synced with the tracker."""
    for name, text in config(tracker.url).items():
        (folder / name).write_bytes(text)
    return folder / LOG


# --- Found before


def test_little_room_is_found_before_the_tracker_is_asked(runner: Runner, tracker: Running) -> None:
    with small_disk("8m") as folder:
        ended = runner.run(configured(folder, tracker), "tracker-sync", "sync")
        assert (ended.code, "is full" in ended.err, tracker.requests) == (6, True, 0)


@pytest.mark.parametrize("what", ["folder", "log"])
def test_what_may_not_be_written_to_is_found_before_the_tracker_is_asked(
    runner: Runner, tracker: Running, what: str
) -> None:
    with emptied() as folder:
        log = configured(folder, tracker)
        (folder / f"{LOG}.out").touch()  # where the program's output goes
        if what == "log":
            log.touch()
            log.chmod(0o444)
        folder.chmod(0o555 if what == "folder" else 0o777)
        ended = runner.run(log, "tracker-sync", "sync", user=NOBODY if ROOT else None)
        assert (ended.code, "may not be written to" in ended.err, tracker.requests) == (6, True, 0)
        assert sorted(p.name for p in folder.glob("*.seal*")) == []
        folder.chmod(0o700)


# --- Found while writing


@each_refusal
@each_writer
def test_a_write_that_is_refused_loses_nothing(cases: Cases, name: str, how: str, for_good: bool) -> None:
    case = cases(name)
    refusals = some(case.refusals(how, for_good=for_good), 3)
    assert [p for spoilt in refusals for p in case.problems(spoilt)] == []


@pytest.mark.slow
@each_refusal
def test_no_write_that_is_refused_loses_anything(cases: Cases, how: str, for_good: bool) -> None:
    case = cases("pages")
    refusals = case.refusals(how, for_good=for_good)
    assert [p for spoilt in refusals for p in case.problems(spoilt)] == []


def test_a_writer_that_does_not_heed_a_refusal_is_caught(cases: Cases) -> None:
    case = cases.pages("heedless")
    refusals = some(case.refusals("error=ENOSPC", for_good=True))
    assert any("acknowledged page is lost" in p for spoilt in refusals for p in case.problems(spoilt))


def test_a_disk_that_fills_up_keeps_every_acknowledged_page(runner: Runner) -> None:
    with small_disk("1m") as folder:
        log = folder / LOG
        ended = runner.run(log, "pages", str(log), "1", "200", faults=["any room will do"])
        assert (ended.code, "The disk is full" in ended.err) == (6, True)
        acknowledged = len(ended.out.split())
        assert 0 < acknowledged <= pages_after(left_by(log)) < 200
        subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)
        ended = runner.run(log, "pages", str(log), str(acknowledged + 1), "200")
        assert (ended.code, ended.err, pages_after(left_by(log))) == (0, "", 200)
        with closing(SqliteLog(log)) as read:
            assert [e.event for e in read.read()] == [e for n in range(1, 201) for e in page(n)]
