"""A folder with a configuration in it, and the command line run there."""

import gc
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from canary.suite import (  # noqa: F401  hooks
    has_none,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)
from hypothesis import settings
from postgres import database, postgres  # noqa: F401  fixtures

from tracker_sync.cli import main
from tracker_sync.events import Event, Stated
from tracker_sync.log.sqlite import SqliteLog

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whoever runs this in the background of a script passes that on, and Ctrl-C would be tested on the deaf.
    signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from tests.reports.agreement import Case

ROOT = Path(__file__).parents[1]
# How long an example takes says how busy the machine is.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


@pytest.fixture(autouse=True)
def _garbage_is_collected() -> Iterator[None]:
    """A command that only reads ends its process soon and collects no garbage; tests go on in theirs."""
    yield
    gc.enable()


TOKENS = ("JIRA_TOKEN", "JIRA_USER", "GITHUB_TOKEN", "TRACKER_SYNC_CONFIG")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def _silent(done: Done) -> Done:
    """The same, which has to be without any secret of the tests."""
    assert has_none(done.said), "a command said a secret aloud"
    return done


@dataclass
class Desk:
    """A folder to run tracker-sync in."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def db(self) -> Path:
        return self.folder / "tracker-sync.db"

    @property
    def seal(self) -> Path:
        return self.folder / "tracker-sync.db.seal"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def jira(self, url: str) -> None:
        """Configure one Jira, called acme."""
        self.write("tracker-sync.toml", f"""\
            [[sources]]
            name = "acme"
            kind = "jira"
            url = "{url}"
            allow_http = true
            """)  # fmt: skip

    def github(self, url: str) -> None:
        """Configure one GitHub repository, called web."""
        self.write("tracker-sync.toml", f"""\
            [[sources]]
            name = "web"
            kind = "github"
            repos = ["acme/web"]
            url = "{url}"
            allow_http = true
            """)  # fmt: skip

    def run(self, *args: str, **env: str) -> Done:
        """The command as the shell runs it, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "ab")
        with self.monkeypatch.context() as here, redirect_stdout(out), redirect_stderr(err):
            here.chdir(self.folder)
            here.setattr(sys, "argv", ["tracker-sync", *args])
            for name, value in env.items():
                here.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        code = ended.value.code
        assert isinstance(code, int)
        return _silent(Done(code, *(f.buffer.getvalue().decode() for f in (out, err))))

    def spawn(self, *args: str, **env: str) -> Done:
        """The command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tracker_sync", *args],
            cwd=self.folder, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | env,
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        return _silent(Done(done.returncode, done.stdout.decode(), done.stderr.decode()))

    def sync(self, code: int = 0) -> Done:
        """One pass, which has to end with `code`."""
        done = self.run("sync")
        assert (done.code, done.said if done.code != code else "") == (code, "")
        return done

    def empty_log(self) -> None:
        SqliteLog(self.db, write=True).close()

    def events(self) -> list[Event]:
        """What the trackers said: not what was stated here."""
        log = SqliteLog(self.db)
        try:
            return [entry.event for entry in log.read() if not isinstance(entry.event, Stated)]
        finally:
            log.close()

    def cursor(self, source: str) -> str | None:
        log = SqliteLog(self.db)
        try:
            return log.cursor(source)
        finally:
            log.close()

    def listed(self, *args: str) -> list[dict[str, Any]]:
        """The rows of `items --format json`."""
        done = self.run("items", "--format", "json", *args)
        assert done.code == 0, done.said
        rows: list[dict[str, Any]] = json.loads(done.out)["rows"]
        return rows


@pytest.fixture(autouse=True)
def _environment_is_left_as_it_was() -> Iterator[None]:
    """What one test leaves there, another reads: a token did once."""
    before = dict(os.environ)
    yield
    after = dict(os.environ)
    left = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    assert not left - {"PYTEST_CURRENT_TEST"}, "a test changed the environment for all after it"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder and an environment without tokens."""
    for name in [n for n in os.environ if n.startswith("TRACKER_SYNC_")] + list(TOKENS):
        monkeypatch.delenv(name, raising=False)
    return Desk(tmp_path, monkeypatch)


@pytest.fixture
def built_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder: the rules that come with tracker-sync are those of its `tags/*.toml`, at first none."""
    from tracker_sync.tagging import listing, rules

    folder = desk.folder / "built-in"
    for module in (rules, listing):
        monkeypatch.setattr(module, "builtin", lambda: folder)
    return folder


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that a run would have made; none is really made."""
    slept: list[float] = []
    monkeypatch.setattr("tracker_sync.sources.wire.rest", slept.append)
    return slept


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as its two trackers were synced, with its files beside it: to be read, or copied."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tracker_sync", "demo", "--dir", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    assert done.stdout.startswith(b"Are we building our strategy?")
    return folder


@pytest.fixture(scope="session")
def girder(demo_folder: Path) -> "Iterator[Case]":
    """The demo, to be read, and what the oracle reads of it."""
    from tests.reports.agreement import Case, record
    from tracker_sync import config

    conf = config.load(demo_folder / "tracker-sync.toml")
    log = SqliteLog(conf.log_path)
    yield Case(conf, log, record(conf, log))
    log.close()
