"""Measures a large log against floors of the same run; `make bench-log` prints it, EVENTS=200000 a small one.

Each part is a process of its own, since the peak memory of a process counts from what its parent had.
BENCH_DIR keeps the log that was filled, for the next run. PARTS="append report" measures these only.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from tests.bench_log_data import DAY, END, HOUR, PAGE, PER_ITEM, SEED, START, Page, files, pages
from tracker_sync.config import FILE, load
from tracker_sync.events import Added, Changed, Commented, Event
from tracker_sync.inputs import record
from tracker_sync.log.sqlite import SqliteLog

EVENTS = int(os.environ.get("EVENTS", "5_000_000"))
SLICE = min(EVENTS, 500_000)
"""Events that are appended again and again, to find the best of several runs."""
RUNS = 3
TOUCHED = 500
LOG = "tracker-sync.db"
FILLED = "filled.json"
PRAGMAS = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"
Rows = list[tuple[Any, ...]]
KEYS = {"source": "source_id", "item": "item_id", "event": "seq"}


class Ran(NamedTuple):
    """How a process did."""

    seconds: float
    megabytes: float
    """The peak of memory; where it started others, that of the largest of them."""


def say(what: str, figure: str, target: str = "", ok: bool = True) -> None:
    verdict = f"   {target}: {'ok' if ok else 'MISSED'}" if target else ""
    print(f"{what:28} {figure}{verdict}", flush=True)  # noqa: T201


def took(job: Callable[[], object]) -> float:
    start = perf_counter()
    job()
    return perf_counter() - start


def ran(folder: Path, *args: str) -> Ran:
    """Run Python in the folder, to its end; raises where it fails."""
    start = perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen([sys.executable, *args], cwd=folder, stdout=told, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - start
        if process.returncode:
            told.seek(0)
            raise RuntimeError(f"{args} in {folder}: {told.read().decode()[-2000:]}")
    return Ran(seconds, used.ru_maxrss / 1024)


def tracker_sync(folder: Path, *args: str) -> Ran:
    return ran(folder, "-m", "tracker_sync", *args)


def is_there() -> bool:
    """Whether reports are read from what is stored; without, they take minutes and are left out."""
    from tracker_sync.cli.log import log

    return "rebuild" in log.commands


@contextmanager
def bare(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(PRAGMAS)
        yield db


def filled(folder: Path) -> None:
    """Fill the folder with a log and its files, unless it has them already."""
    told = folder / FILLED
    if told.exists() and json.loads(told.read_text())["events"] == EVENTS:
        say("log", f"{EVENTS:,} events are in {folder} already")
        return
    for left in folder.glob(f"{LOG}*"):
        left.unlink()
    told.unlink(missing_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text)
    config, kinds, writing = load(folder / FILE), Counter[str](), 0.0
    start = perf_counter()
    log = SqliteLog(folder / LOG, write=True)
    record(config, log, now=START)
    for page in pages(EVENTS):
        kinds.update(f"{e.kind} {getattr(e, 'attr', '')}".strip() for e in page.events)
        writing += took(lambda page=page: appended(log, page))
    sealing = took(log.close)
    whole = perf_counter() - start
    say("log", f"{kinds.total():,} events of {kinds['opened']:,} items, in pages of up to {PAGE:,}")
    for kind, number in kinds.most_common():
        say("", f"{number:9,} {kind}")
    rate = f"{kinds.total() / writing:,.0f} events a second ({writing:.0f} s"
    say("filled", f"{rate}, and {sealing:.1f} s for the seal; with making them {whole:.0f} s)")
    told.write_text(json.dumps({"events": EVENTS, "bytes": (folder / LOG).stat().st_size}))


def appended(log: SqliteLog, page: Page) -> None:
    log.append(page.source, page.events, now=page.now, cursor=str(page.now))


def append(folder: Path) -> None:
    """Page by page ours and bare take turns, on the same rows, and the best of each page's runs counts: what
    else the machine does only adds."""
    ours, other = folder / "ours.db", folder / "bare.db"
    runs = [[*_turns(ours, other)] for _ in range(RUNS)]
    for path in (ours, other):
        _remove(path)
    best = [[min(times) for times in zip(*turns, strict=True)] for turns in zip(*runs, strict=True)]
    taken, floor = map(sum, zip(*best, strict=True))
    rates = f"{SLICE / taken:,.0f} events a second, bare executemany {SLICE / floor:,.0f}"
    say(f"append {SLICE:,}", f"{rates}: {floor / taken:.2f} of it", "at least 0.55", floor / taken >= 0.55)


def _turns(ours: Path, other: Path) -> Iterator[tuple[float, float]]:
    """Fill two logs that are laid out alike: the seconds of each page, ours and bare."""
    _new(other).close()
    with closing(_new(ours)) as log, bare(ours) as told, bare(other) as db:
        done = {"source": 0, "item": 0, "event": 0}
        for page in pages(SLICE, hold=END):
            seconds = took(lambda page=page: appended(log, page))
            fresh = {}
            for table, last in done.items():
                sql = f"SELECT * FROM {table} WHERE {KEYS[table]} > ? ORDER BY 1"
                fresh[table] = told.execute(sql, (last,)).fetchall()
                done[table] += len(fresh[table])
            yield seconds, took(lambda fresh=fresh: _insert(db, fresh))
        assert done["event"] == db.execute("SELECT count(*) FROM event").fetchone()[0] > SLICE


def _new(path: Path) -> SqliteLog:
    _remove(path)
    return SqliteLog(path, write=True)


def _remove(path: Path) -> None:
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()


def _insert(db: sqlite3.Connection, fresh: dict[str, Rows]) -> None:
    db.execute("BEGIN IMMEDIATE")
    for table, rows in fresh.items():
        if rows:
            db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    db.execute("COMMIT")


def rebuild(folder: Path) -> None:
    before = json.loads((folder / FILLED).read_text())["bytes"]
    say("size without projection", f"{before / EVENTS:.0f} bytes an event ({before / 1e9:.2f} GB)")
    if not is_there():
        say("log rebuild", "left out: there is no such command yet")
        return

    def scan() -> None:
        for _ in db.execute("SELECT * FROM event ORDER BY seq"):
            pass

    with bare(folder / LOG) as db:
        floor = took(scan)
    done = tracker_sync(folder, "log", "rebuild")
    figure = f"{done.seconds:.1f} s, {done.seconds / floor:.1f} x bare scan ({floor:.1f} s)"
    say("log rebuild", f"{figure}, {done.megabytes:,.0f} MB", "under 60 s", done.seconds < 60)
    after = (folder / LOG).stat().st_size
    say("size with projection", f"{after / EVENTS:.0f} bytes an event ({after / 1e9:.2f} GB)")


def refresh(folder: Path) -> None:
    """Events of some items are appended, and what is stored of these items is made anew: on a copy."""
    if not is_there():
        say("refresh", "left out: nothing is stored yet")
        return
    from tracker_sync.runs import keep

    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in (LOG, f"{LOG}.seal", *files()):
        shutil.copy2(folder / name, copy / name)
    config, log, r = load(copy / FILE), SqliteLog(copy / LOG, write=True), random.Random(SEED)
    keep(config, log)
    times, floors = [], []
    for n in range(5):
        ids = _touched(log, r, n)
        times.append(took(lambda: keep(config, log)))
        floors.append(_floor(copy, ids))
    log.close()
    shutil.rmtree(copy)
    figure = f"{min(times) * 1000:.0f} to {max(times) * 1000:.0f} ms"
    figure += f", {min(times) / min(floors):.1f} x bare read and insert ({min(floors) * 1000:.0f} ms)"
    say(f"refresh {TOUCHED} items", figure, "under 0.3 s", max(times) < 0.3)


def _touched(log: SqliteLog, r: random.Random, n: int) -> list[int]:
    """Append something to some items of a source; their numbers."""
    source, rows = "north", list(log.query("SELECT item_id, ext_id FROM item WHERE source_id = 2"))
    picked = r.sample(rows, TOUCHED)
    now = END + (n + 1) * HOUR
    log.append(source, [_touch(r, item, now, n) for _, item in picked], now=now)
    return [item_id for item_id, _ in picked]


def _touch(r: random.Random, item: str, now: int, n: int) -> Event:
    head = {"item": item, "ts": now - r.randrange(HOUR), "actor": "bench"}
    match r.randrange(3):
        case 0:
            return Added(id=f"{item}:b{n}.1", attr="labels", key="intent/core", val="intent/core", **head)
        case 1:
            return Commented(id=f"{item}:b{n}", key=f"b{n}", val="It works now, thank you.", **head)
        case _:
            return Changed(id=f"{item}:b{n}.1", attr="status", key="3", val="In Progress", **head)


def _floor(folder: Path, ids: list[int]) -> float:
    marks = ",".join("?" * len(ids))

    def read_and_insert() -> None:
        log.execute(f"SELECT * FROM event WHERE item_id IN ({marks})", ids).fetchall()
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT OR REPLACE INTO bare VALUES (?, 'one row of what is stored')", rows)
        db.execute("COMMIT")

    rows = [(i,) for i in ids]
    with bare(folder / LOG) as log, bare(folder / "bare.db") as db:
        db.execute("CREATE TABLE IF NOT EXISTS bare(item_id INTEGER PRIMARY KEY, val TEXT)")
        return took(read_and_insert)


def report(folder: Path) -> None:
    if not is_there():
        say("report", "left out: nothing is stored yet")
        return
    tracker_sync(folder, "report")  # what it stores because its inputs or its events changed is not counted
    floors = _floors(folder)
    _report(folder, "report", [()] * 5, 1, floors)
    dates = [_day(START - 365 * DAY), *(_day(START + (END - START) * n // 5) for n in range(1, 5))]
    _report(folder, "report --as-of", [("--as-of", day) for day in dates], 1, floors)
    times = [_day(START + (END - START) * n // 4) for n in range(1, 4)]
    _report(folder, "report --known-at", [("--known-at", time) for time in times], 15, floors)


def page(folder: Path) -> None:
    tracker_sync(folder, "report")
    asked = ("--format", "html", "--output", "page.html")
    _report(folder, "report --format html", [asked] * 2, 10, _floors(folder))


def _floors(folder: Path) -> str:
    start = min(ran(folder, "-c", "import click, numpy").seconds for _ in range(5))
    with bare(folder / LOG) as db:
        count = min(took(lambda: db.execute("SELECT count(*) FROM event").fetchone()) for _ in range(5))
    return f"python, click, numpy {start * 1000:.0f} ms; bare count {count * 1000:.0f} ms"


def _report(folder: Path, what: str, asked: list[tuple[str, ...]], target: int, floors: str) -> None:
    """The worst of several, each as a process of its own."""
    done = [tracker_sync(folder, "report", *args) for args in asked]
    times = [one.seconds for one in done]
    memory = max(one.megabytes for one in done)
    figure = f"{min(times) * 1000:,.0f} to {max(times) * 1000:,.0f} ms, {memory:,.0f} MB ({floors})"
    say(what, figure, f"under {target} s", max(times) < target)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).date().isoformat()


PARTS = {
    "append": append, "fill": filled, "rebuild": rebuild, "refresh": refresh, "report": report, "page": page,
}  # fmt: skip


def main(folder: Path) -> None:
    say("items", f"{round(EVENTS / PER_ITEM):,} in {folder}")
    for part in os.environ.get("PARTS", " ".join(PARTS)).split():
        subprocess.run([sys.executable, "-m", "tests.bench_log", part, str(folder.absolute())], check=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        PARTS[sys.argv[1]](Path(sys.argv[2]))
    elif kept := os.environ.get("BENCH_DIR"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        main(Path(kept))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
