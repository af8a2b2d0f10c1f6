"""Programs that write to a log: what they lead to undisturbed, and what when something happens to them."""

import copy
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from crash import decoded
from programs import SOURCE, append_page
from simulator.github import GitHubCompany, GitHubFace
from simulator.server import running
from tracing import CALLS, Ended, Runner, Spoilt, each_write, emptied, tracing

from tracker_sync.errors import LogError
from tracker_sync.log import Broken
from tracker_sync.log.jsonl import lines
from tracker_sync.log.seal import Wrong, examine
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.passes import KEY

LOG = "tracker-sync.db"
TOKEN = "canary-c80b5a1f3e"
SCHEMAS = Path(__file__).parent / "schemas"
FULL = ("openat", "pwrite64", "write", "rename")
"""The calls that a full disk refuses."""

Files = dict[str, bytes]
"""By name."""


@dataclass(frozen=True)
class Content:
    """What a log holds: with the clock standing still, to the last row."""

    version: int
    rows: list[str]
    """As statements, and those that make the tables."""
    broken: Broken | None


def content(path: Path) -> Content:
    with closing(SqliteLog(path)) as log, closing(sqlite3.connect(path)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        # What the last pass was like depends on what happened to it, and on the quota that was left.
        rows = sorted(row for row in db.iterdump() if f"'{KEY}'" not in row)
        return Content(version, rows, log.verify()[1])


class Case:
    """A program that writes to a log: undisturbed, and with a write that goes wrong, and run again."""

    def __init__(
        self, runner: Runner, *command: str, start: Files, fault: str = "", done: str = "nothing"
    ) -> None:
        """`start` is what its folder has, and `done` what it says when there is nothing left to do."""
        self._runner, self._command, self._start, self._done = runner, command, start, done
        self._faults = [fault] if fault else []
        with self._placed() as log:
            ended, calls = runner.traced(log, *self._told(log), faults=self._faults)
            assert (ended.code, ended.err) == (0, ""), ended
            self.writes = each_write(calls)
            self._about = [decoded(call.args)[0][0] for call in calls]
            self.expected = content(log)
            self.end = left_by(log)

    def refusals(self, how: str, *, for_good: bool = False) -> list[Spoilt]:
        """The disk refuses each write in turn, as strace spells it; not that of what the program prints."""
        may = FULL if how == "error=ENOSPC" else CALLS
        return [
            replace(spoilt, how=how, for_good=for_good)
            for spoilt, path in zip(self.writes, self._about, strict=True)
            if spoilt.name in may and not path.endswith(".out")
        ]

    def killed(self, spoilt: Spoilt) -> Files:
        """The log's files after a kill."""
        with self._placed() as log:
            self._run(log, spoilt)
            return left_by(log)

    def problems(self, spoilt: Spoilt) -> list[str]:
        """What is wrong after it, and after the run that follows; nothing, if all is well."""
        with self._placed() as log:
            ended = self._run(log, spoilt)
            found = [*self._amiss(log, ended, -9 if spoilt.kills else 6), *self._amiss_next(log)]
            return [f"{spoilt}: {p}" for p in found]

    def _amiss(self, log: Path, ended: Ended, code: int) -> Iterator[str]:
        """What is wrong after the run that something happened to, which had to end with the code."""
        if ended.code == 0 and code > 0:  # it could do without
            if content(log) != self.expected:
                yield f"says that all is well: {ended}"
        elif ended.code != code or "Traceback" in ended.err:
            yield f"ended in another way: {ended}"
        if log.exists() and isinstance(wrong := examine(log), Wrong):
            yield f"a false alarm: {wrong.what}"
        if self._command[0] == "pages" and pages_after(left_by(log)) < len(ended.out.split()):
            yield "an acknowledged page is lost"

    def _amiss_next(self, log: Path) -> Iterator[str]:
        """What is wrong with the next run, and after it."""
        again = self._run(log)
        if (again.code, again.err) != (0, "") and self._done not in again.err:
            yield f"the next run: {again}"
            return
        try:
            if content(log) != self.expected:
                yield "another log"
        except LogError as e:
            yield f"cannot be used: {e}"
        if (found := examine(log)) is not None:
            yield f"not sealed: {found}"
        if strange := {name for name in left_by(log) if not name.endswith(".lock")} - {LOG, f"{LOG}.seal"}:
            yield f"left behind: {strange}"

    def _run(self, log: Path, spoilt: Spoilt | None = None) -> Ended:
        return self._runner.run(log, *self._told(log), faults=self._faults, spoilt=spoilt)

    @contextmanager
    def _placed(self) -> Iterator[Path]:
        with emptied() as folder:
            for name, text in self._start.items():
                (folder / name).write_bytes(text)
            yield folder / LOG

    def _told(self, log: Path) -> list[str]:
        return [str(log) if part == LOG else part for part in self._command]


def some(of: list[Spoilt], count: int = 5) -> list[Spoilt]:
    """The first and the last, and some between them."""
    step = (len(of) - 1) / (count - 1)
    return [of[round(n * step)] for n in range(count)]


def left_by(log: Path) -> Files:
    """The log's own files."""
    return {p.name: p.read_bytes() for p in log.parent.glob(f"{LOG}*") if p.suffix != ".out"}


def pages_after(left: Files) -> int:
    """How many pages are in a log once the next run has opened it."""
    with emptied() as folder:
        for name, text in left.items():
            (folder / name).write_bytes(text)
        with closing(SqliteLog(folder / LOG, write=True)) as log:
            return int(log.cursor(SOURCE) or 0)


# --- Programs, and what they find


def company() -> GitHubCompany:
    """Six issues: two pages of three."""
    found = GitHubCompany()
    for number in range(6):
        found.tick(300)
        issue = found.create("acme/web", f"Issue {number}", f"About {number}.", labels=["new"])
        found.comment(issue, "Seen.")
    found.tick(3600)
    return found


def edited(some: GitHubCompany) -> GitHubCompany:
    """What the company is before the next sync: again more than a page has changed."""
    found = copy.deepcopy(some)
    for number in range(1, 5):
        found.tick(100)
        found.rename(found.repos["acme/web"].issues[number], f"Issue {number}, again")
    found.create("acme/web", "A new one", "")
    found.tick(3600)
    return found


def config(url: str) -> Files:
    text = '[[sources]]\nname = "web"\nkind = "github"\nrepos = ["acme/web"]\nallow_http = true\n'
    return {"tracker-sync.toml": f'{text}url = "{url}"\n'.encode()}


def of_schema(version: int) -> Files:
    """A log that the program of an earlier schema wrote."""
    with emptied() as folder:
        with closing(sqlite3.connect(folder / LOG)) as db:
            db.executescript((SCHEMAS / f"{version}.sql").read_text())
        return left_by(folder / LOG)


def export() -> Files:
    """The export of a log of two pages, and a configuration of where to import it."""
    with emptied() as folder, closing(SqliteLog(folder / LOG, write=True)) as log:
        for n in (1, 2):
            append_page(log, n)
        return {"log.jsonl": "".join(f"{line}\n" for line in lines(log)).encode(), **config("http://x")}


class Cases:
    """Programs by name, each tried undisturbed when it is first asked for."""

    def __init__(self, runner: Runner, stack: ExitStack) -> None:
        self._runner, self._stack = runner, stack
        self._known: dict[str, Case] = {}
        self._made: dict[str, Callable[[], Case]] = {
            "first sync": self.first_sync,
            "later sync": self._later_sync,
            "import": self._import,
            "pages": self.pages,
            "small cache": self._small_cache,
            "log removed": self._log_removed,
            "killed before": self._killed_before,
        }

    def __call__(self, name: str) -> Case:
        if name not in self._known:
            made = self._made.get(name, lambda: self.migration(int(name.removeprefix("schema "))))
            self._known[name] = made()
        return self._known[name]

    def first_sync(self, fault: str = "") -> Case:
        return self._sync(company(), {}, fault)

    def migration(self, version: int, fault: str = "") -> Case:
        return self._pages("bring up", LOG, start=of_schema(version), fault=fault)

    def _later_sync(self) -> Case:
        return self._sync(edited(company()), self("first sync").end)

    def _sync(self, some: GitHubCompany, start: Files, fault: str = "") -> Case:
        url = self._stack.enter_context(running(GitHubFace(some, token=TOKEN, page_cap=3))).url
        return Case(self._runner, "tracker-sync", "sync", start=start | config(url), fault=fault)

    def _import(self) -> Case:
        command = ("tracker-sync", "log", "import", "log.jsonl")
        return Case(self._runner, *command, start=export(), done="there is a log at")

    def pages(self, fault: str = "") -> Case:
        return self._pages("pages", LOG, "1", "2", start={}, fault=fault)

    def _small_cache(self) -> Case:
        """A page that does not fit into memory is written to the file before it is committed."""
        return self._pages("pages", LOG, "1", "2", start={}, fault="small cache")

    def _log_removed(self) -> Case:
        """All of a log was removed, but for its seal."""
        seal = f"{LOG}.seal"
        return self._pages("pages", LOG, "1", "1", start={seal: self("first sync").end[seal]})

    def _killed_before(self) -> Case:
        """A run was killed in its last commit, and is killed again while it takes that back."""
        return self._pages("pages", LOG, "1", "2", start=self.half_written())

    def half_written(self) -> Files:
        """What a run leaves that is killed in its last commit."""
        case = self("small cache")
        every = (case.killed(spoilt) for spoilt in reversed(case.writes))
        return next(left for left in every if f"{LOG}-journal" in left)

    def _pages(self, *command: str, start: Files, fault: str = "") -> Case:
        return Case(self._runner, *command, start=start, fault=fault)


def all_cases() -> Iterator[Cases]:
    """What a fixture yields; or its tests are skipped, with the reason."""
    with ExitStack() as stack:
        for runner in tracing(GITHUB_TOKEN=TOKEN):
            yield Cases(runner, stack)
