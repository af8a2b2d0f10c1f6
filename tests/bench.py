"""Measures what must be quick, as ratios to a floor taken in the same run; `make bench` prints it."""

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from tests.bench_mentions import mentions
from tracker_sync.events import Changed, Event
from tracker_sync.log.sqlite import SqliteLog

RUNS = 5


def best(job: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs: what else the machine does only adds."""
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        job()
        times.append(perf_counter() - start)
    return min(times)


def process(folder: Path, *args: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *args], cwd=folder, capture_output=True, check=True)


def show(what: str, seconds: float, floor: float, of: str) -> None:
    print(f"{what:34} {seconds * 1000:8.0f} ms   {seconds / floor:6.1f} x {of} ({floor * 1000:.0f} ms)")  # noqa: T201


def commands(folder: Path) -> None:
    process(folder, "-m", "tracker_sync", "demo", "--dir", ".")()
    start = best(process(folder, "-c", "import click"))
    show("tracker-sync --help", best(process(folder, "-m", "tracker_sync", "--help")), start, "python, click")
    for name in ("overview", "sales-led", "intents", "single-customer"):
        taken = best(process(folder, "-m", "tracker_sync", "report", name))
        show(f"tracker-sync report {name}", taken, start, "python, click")
    again = best(process(folder, "-m", "tracker_sync", "demo", "--dir", "."))
    show("tracker-sync demo, again", again, start, "python, click")


def appending(folder: Path, size: int = 20_000) -> None:
    events: list[Event] = [
        Changed(id=f"{n % 500}:c{n}.1", item=str(n % 500), ts=n, attr="status", key="3", val="In Progress")
        for n in range(size)
    ]

    def ours() -> None:
        path = folder / "ours.db"
        path.unlink(missing_ok=True)
        log = SqliteLog(path, write=True)
        log.append("bench", events, now=1)
        log.close()

    def bare() -> None:
        path = folder / "bare.db"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as db:
            db.execute(
                "CREATE TABLE event(seq INTEGER PRIMARY KEY, id TEXT UNIQUE, item TEXT, ts INT, val TEXT)"
            )
            rows = [(e.id, e.item, e.ts, e.val) for e in events]
            db.executemany("INSERT INTO event(id, item, ts, val) VALUES (?,?,?,?)", rows)

    floor = best(bare)
    show(f"append {size:,} events", best(ours), floor, "bare SQLite")

    def read() -> None:
        log = SqliteLog(folder / "ours.db")
        sum(1 for _ in log.read())
        log.close()

    def scan() -> None:
        with sqlite3.connect(folder / "ours.db") as db:
            db.execute("SELECT * FROM event").fetchall()

    show(f"read {size:,} events", best(read), best(scan), "bare SQLite")


def trackers() -> None:
    """Whole syncs, by a process that has done nothing yet: peak memory counts from what its parent had."""
    sys.stdout.flush()
    subprocess.run([sys.executable, str(Path(__file__).parent / "bench_peers.py")], check=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        commands(Path(folder))
        appending(Path(folder))
    mentions()
    trackers()


if __name__ == "__main__":
    main()
