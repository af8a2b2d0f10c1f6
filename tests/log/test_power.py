"""The power may go at any time: what was acknowledged is there when it is back, and the log holds.

The calls of a program that appends pages are recorded, and its disk is rebuilt as it might have been left at
any point between them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crash import Disk, File, decoded, restored
from programs import SOURCE, append_page, page
from tracing import Call, Runner, emptied, tracing

from tracker_sync.errors import LogError
from tracker_sync.log.seal import Wrong, examine
from tracker_sync.log.sqlite import SqliteLog

PAGES = 5
STARTS = {"new log": 0, "old log": 2}
"""By name: how many pages the log has before the program is watched."""
each_start = pytest.mark.parametrize("start", STARTS)


@dataclass(frozen=True)
class Recording:
    """What a writer did to its folder."""

    calls: tuple[Call, ...]
    before: dict[str, bytes]
    """The files that were there, with their paths."""
    pages: int
    """How many pages were in them."""

    def crashes(self, pick: random.Random, each: int) -> Iterator[tuple[dict[str, bytes], int]]:
        """What may be left, `each` times for every point of the run, and how many pages are acknowledged."""
        names = {path: File(content) for path, content in self.before.items()}
        disk, acknowledged = Disk(names, names), self.pages
        for call in (None, *self.calls):
            if call is not None and decoded(call.args)[0][0].endswith(".out"):
                acknowledged += 1
            elif call is not None:
                disk.done(call)
            for _ in range(each):
                yield disk.left(pick), acknowledged


class Recordings:
    """What writers did to their folders, each recorded once."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._known: dict[tuple[str, str], Recording] = {}

    def __call__(self, fault: str, start: str) -> Recording:
        """A writer's, while it adds its pages to a new or an old log."""
        if (fault, start) not in self._known:
            self._known[fault, start] = self._recorded([fault] if fault else [], STARTS[start])
        return self._known[fault, start]

    def _recorded(self, faults: list[str], pages: int) -> Recording:
        with emptied() as folder:
            path = folder / "log.db"
            if pages:
                written(path, 1, pages)
            before = {str(p): p.read_bytes() for p in folder.iterdir()}
            args = (str(path), str(pages + 1), str(PAGES))
            ended, calls = self._runner.traced(path, "pages", *args, faults=faults)
            assert (ended.code, ended.err) == (0, "")
            return Recording(tuple(calls), before, pages)


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recordings]:
    for runner in tracing():
        yield Recordings(runner)


def written(path: Path, first: int, last: int) -> None:
    """The pages, in a log."""
    log = SqliteLog(path, write=True)
    for n in range(first, last + 1):
        append_page(log, n)
    log.close()


def problems(left: dict[str, bytes], acknowledged: int) -> list[str]:
    """What is wrong with what is left, and with the log of the run after it; nothing, if all is well."""
    with emptied() as folder:
        restored(folder, left)
        path = folder / "log.db"
        try:
            return _problems(path, acknowledged)
        except LogError as e:
            return [f"cannot be used: {e}"]


def _problems(path: Path, acknowledged: int) -> list[str]:
    found = []
    if path.exists() and isinstance(wrong := examine(path), Wrong):
        found.append(f"a false alarm: {wrong.what}")
    log = SqliteLog(path, write=True)
    try:
        pages = int(log.cursor(SOURCE) or 0)
        if [e.event for e in log.read()] != [e for n in range(1, pages + 1) for e in page(n)]:
            found.append(f"the events are not those of {pages} pages")
        if not acknowledged <= pages <= acknowledged + 1:
            found.append(f"{acknowledged} pages acknowledged, {pages} there")
        append_page(log, pages + 1)
        if (broken := log.verify()[1]) is not None:
            found.append(f"does not hold: {broken}")
    finally:
        log.close()
    return found + ([] if examine(path) is None else ["not sealed after a clean run"])


def losses(recording: Recording, each: int, seed: int = 1) -> Iterator[str]:
    """The problems of all crashes of a writer."""
    for n, crash in enumerate(recording.crashes(random.Random(seed), each)):
        yield from (f"crash {n // each}, seed {seed}: {p}" for p in problems(*crash))


@each_start
def test_no_acknowledged_page_is_lost_with_the_power(recorded: Recordings, start: str) -> None:
    assert list(losses(recorded("", start), 1)) == []


def test_no_acknowledged_page_is_lost_where_a_page_does_not_fit_into_memory(recorded: Recordings) -> None:
    assert list(losses(recorded("small cache", "old log"), 1)) == []


@pytest.mark.slow
@each_start
@pytest.mark.parametrize("cache", ["", "small cache"])
def test_no_acknowledged_page_is_ever_lost_with_the_power(
    recorded: Recordings, start: str, cache: str
) -> None:
    assert list(losses(recorded(cache, start), 4, seed=2)) == []


@pytest.mark.parametrize(
    ("fault", "harm"),
    [
        ("no sync", "acknowledged"),
        ("wal", "acknowledged"),
        ("unlink not synced", "acknowledged"),
        ("no journal", "cannot be used"),
    ],
)
def test_a_writer_that_does_not_wait_for_the_disk_is_caught(
    recorded: Recordings, fault: str, harm: str
) -> None:
    assert any(harm in p for p in losses(recorded(fault, "old log"), 3))
