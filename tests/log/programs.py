"""Programs that write to a log, each run as a process of its own that has loaded what it needs already.

Reads a line of JSON for every run (a `Run`), and answers each with the exit code of the process.
"""

import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker_sync.cli import main
from tracker_sync.errors import LogError
from tracker_sync.events import Added, Event, Opened
from tracker_sync.log import Appended, place, sqlite
from tracker_sync.log.sqlite import SqliteLog

NOW = 1_800_000_000_000_000_000
SOURCE = "acme"


@dataclass(frozen=True)
class Run:
    """What is to be run, and how."""

    program: str
    args: list[str]
    folder: str
    out: str
    """The file that its output goes to."""
    err: str
    faults: list[str] = field(default_factory=list)
    strace: list[str] | None = None
    """The command that watches it, but for the number of its process."""
    user: int | None = None


# --- The programs


def tracker_sync(*args: str) -> None:
    """The command, with a clock that stands still."""
    time.time_ns = lambda: NOW
    sys.argv = ["tracker-sync", *args]
    main()


def pages(path: str, first: str, last: str) -> None:
    """Append some pages to a log, and say of each that it is in."""
    log = SqliteLog(Path(path), write=True)
    for n in range(int(first), int(last) + 1):
        append_page(log, n)
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()
    log.close()


def append_page(log: SqliteLog, n: int) -> None:
    """The n-th page, with its cursor."""
    log.append(SOURCE, page(n), now=n, cursor=str(n), remember={"page": f"{n} " * 900})


def page(n: int) -> list[Event]:
    """The events of the n-th page: a few items with some text."""
    items = [f"{n}{i:02}" for i in range(3 + 4 * (n % 3))]
    return [
        event
        for item in items
        for event in (
            Opened(id=f"{item}:0", item=item, ts=n, val=f"PAY-{item}"),
            Added(id=f"{item}:0.1", item=item, ts=n, attr="body", key="", val=f"{item} " * 200),
        )
    ]


def bring_up(path: str) -> None:
    """Open a log to write to it, which brings it up to the present schema."""
    SqliteLog(Path(path), write=True).close()


PROGRAMS: dict[str, Callable[..., None]] = {
    "tracker-sync": tracker_sync,
    "pages": pages,
    "bring up": bring_up,
}


# --- Faults to be planted


def told(*statements: str) -> Callable[[], None]:
    """Every log is told something by SQLite's shell, so to speak, when it is opened to be written."""

    def plant() -> None:
        opened = SqliteLog.__init__

        def opened_and_told(log: SqliteLog, path: Path, *, write: bool = False) -> None:
            opened(log, path, write=write)
            for statement in statements if write else ():
                log._db.execute(statement)

        SqliteLog.__init__ = opened_and_told  # type: ignore[method-assign]

    return plant


def cursor_first() -> None:
    """The cursor is committed before its events."""
    append = SqliteLog.append

    def torn(log: SqliteLog, source: str, events: Iterable[Event], *, now: int, **more: Any) -> Appended:
        append(log, source, [], now=now, cursor=more.pop("cursor", None))
        return append(log, source, events, now=now, **more)

    SqliteLog.append = torn  # type: ignore[method-assign, assignment]


def any_room_will_do() -> None:
    """A disk that is nearly full is written to all the same."""
    place.LEAST_FREE = 0


def heedless() -> None:
    """A page that could not be written counts as written."""
    append = SqliteLog.append

    def tried(log: SqliteLog, *args: Any, **more: Any) -> Appended:
        try:
            return append(log, *args, **more)
        except LogError:
            return Appended(0, 0, ())

    SqliteLog.append = tried  # type: ignore[method-assign, assignment]


def migrated_in_steps() -> None:
    """Every statement of a migration is committed by itself."""
    sqlite.MIGRATIONS = {old: f"COMMIT;{text}BEGIN;" for old, text in sqlite.MIGRATIONS.items()}


FAULTS = {
    "cursor first": cursor_first,
    "any room will do": any_room_will_do,
    "heedless": heedless,
    "migrated in steps": migrated_in_steps,
    "no journal": told("PRAGMA journal_mode = OFF"),
    "no sync": told("PRAGMA synchronous = OFF"),
    "unlink not synced": told("PRAGMA synchronous = FULL"),
    "wal": told("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"),
    "small cache": told("PRAGMA cache_size = 4"),
}


# --- Running them


def run(what: Run) -> int:
    """The exit code of a process that does it; killed by a signal: its negative number."""
    waits, go = os.pipe()
    sees, placed = os.pipe()
    child = os.fork()
    if child == 0:
        _placed(what)
        os.write(placed, b"!")
        os.read(waits, 1)
        os._exit(_code(what))
    os.close(placed)
    os.read(sees, 1)  # or its calls until then would be watched too, sometimes
    watcher = _watcher(what.strace, child) if what.strace else None
    os.write(go, b"!")
    for fd in (waits, go, sees):
        os.close(fd)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if watcher is not None:
        watcher.wait()
    return code


def _watcher(strace: list[str], child: int) -> subprocess.Popen[bytes]:
    watcher = subprocess.Popen([*strace, "-p", str(child)], stdin=subprocess.DEVNULL)
    while watcher.poll() is None and "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
        time.sleep(0.002)
    time.sleep(0.01)  # attached it is, and about to look
    return watcher


def _placed(what: Run) -> None:
    """Be where the program is to be, and who."""
    os.chdir(what.folder)
    for fd, name in ((1, what.out), (2, what.err)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), fd)
    if what.user is not None:
        os.setgroups([])
        os.setgid(what.user)
        os.setuid(what.user)


def _code(what: Run) -> int:
    """What the program would have given to the shell."""
    try:
        for fault in what.faults:
            FAULTS[fault]()
        PROGRAMS[what.program](*what.args)
    except SystemExit as e:
        return e.code if isinstance(e.code, int) else 0
    except LogError as e:  # as the command ends
        sys.stderr.write(f"{e}\n")
        return e.exit_code
    except BaseException:  # noqa: BLE001  as Python itself would end
        traceback.print_exc()
        return 1
    else:
        return 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _load() -> None:
    """Import what a sync does."""
    import github  # noqa: F401
    import jira  # noqa: F401
    import pydantic  # noqa: F401
    import sqlite_utils  # noqa: F401

    import tracker_sync.inputs
    import tracker_sync.sources.github
    import tracker_sync.sources.jira
    import tracker_sync.sync  # noqa: F401


if __name__ == "__main__":
    _load()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        answers.write(f"{run(Run(**json.loads(line)))}\n")
        answers.flush()
