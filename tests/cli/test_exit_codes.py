"""Each exit code as a person meets it: what was typed, all that came out, and the code, case by case.

A case sets something up and stops there; its docstring is the transcript of a shell from then on. Lines of
stderr begin with `!`, and `[2]` is the exit code. Long lines are wrapped; the folder, the address of the
tracker, versions, sizes and what a traceback shows of the code stand for others.
"""

import fcntl
import inspect
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from textwrap import TextWrapper
from typing import Any

import pytest
from builders import Front, fronted, jira_issue, jira_site
from conftest import ROOT, Desk

from tracker_sync import __version__
from tracker_sync.errors import ExitCode, TrackerSyncError

ADDRESS = "http://jira.acme.example"
CANARY = "canary-5d81b0c27e"
HOSTILE = "\x1b[2J\n::error::x \u202e"
NOT_ALMIGHTY = "setpriv --bounding-set=-dac_override,-dac_read_search"
"""What root types a command after to be held to the modes of files."""
EPIC = {"id": "11", "name": "Epic", "hierarchyLevel": 1}
RULE = """\
dimension = "intent"
[[rule]]
id = "ours"
why = "ours"
when = { labels = "^growth$" }
value = "growth"
[[rule.test]]
item = { labels = "groth" }
gives = ["growth"]
[[rule.test]]
item = { labels = "x" }
gives = []
"""
STRATEGY = """\
effective = 2025-01-01
[vision]
text = "Every invoice is paid on time."
[[intents]]
id = "growth"
mission = "Win firms of more than 500 people."
"""
WRAP = TextWrapper(100, initial_indent="! ", subsequent_indent="!   ", break_on_hyphens=False)
Case = Callable[["Shell"], Iterator[None]]
CASES: dict[str, Case] = {}


class Shell:
    """A shell in a folder, with a tracker-sync on its path, and a Jira of two items that it may be about."""

    def __init__(self, desk: Desk, programs: Path) -> None:
        self.desk, self.front = desk, Front(jira_site(jira_issue(1), jira_issue(2)))
        self.token, self.modules, self.prefix = CANARY, str(ROOT), ""
        self._url, self._pid, self._path = "http://127.0.0.1:9", programs / "pid", programs
        (programs / "tracker-sync").write_text(
            f"#!/bin/sh\n[ -w {self._pid} ] && echo $$ > {self._pid}\n"
            f'exec $AS {sys.executable} -m tracker_sync "$@"\n'
        )
        (programs / "tracker-sync").chmod(0o755)

    def types(self, line: str) -> str:
        """The line, and what came of it."""
        env = {"PATH": f"{self._path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": self.modules}
        env |= {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "AS": self.prefix}
        env |= {"JIRA_TOKEN": self.token} if self.token else {}
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], cwd=self.desk.folder, text=True,
            env=os.environ | env, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert CANARY not in done.stdout + done.stderr
        err = [line for said in self._plain(done.stderr) for line in WRAP.wrap(said) or ["!"]]
        return "\n".join([f"$ {line}", *self._plain(done.stdout), *err, f"[{done.returncode}]"])

    def _plain(self, text: str) -> list[str]:
        """The lines without what is another each time."""
        text = text.replace(str(self.desk.folder), "/work").replace("python -m tracker_sync", "tracker-sync")
        text = re.sub(r"Python \S+, \w+", "Python 3, linux", text.replace(self._url, ADDRESS))
        text = re.sub(r"(bytes 0 to|this one knows) [\d,]+", r"\1 N", text.replace(__version__, "0.1.0"))
        return re.sub(r"(?m)(^  File .*\n(?:    .*\n)*)+", "  ...\n", text).splitlines()

    @contextmanager
    def jira(self, *issues: Any) -> Iterator[None]:
        """A Jira that can be asked, and the configuration that names it."""
        self.front.site = jira_site(*issues) if issues else self.front.site
        with fronted(self.front) as self._url:
            self.desk.jira(self._url)
            yield

    def signalled(self, number: int, page: int) -> None:
        """The command that asks the tracker gets the signal while it waits for this page, and for it alone: a
        page is asked for while the one before is written."""
        self._pid.touch()
        asked = count(1)

        def status(path: str) -> None:
            if path.endswith("/search/jql") and next(asked) == page:
                while self._items() < 100 * (page - 1):
                    time.sleep(0.05)
                time.sleep(0.5)  # from the commit to the wait
                os.kill(int(self._pid.read_text()), number)
                time.sleep(0.5)  # until it has the signal

        self.front.status = status

    def _items(self) -> int:
        """How many are in the log."""
        with closing(sqlite3.connect(f"file:{self.desk.db}?mode=ro", uri=True)) as db:
            found: int = db.execute("SELECT count(*) FROM item").fetchone()[0]
        return found


def case(build: Case) -> Case:
    """Make it one of the cases."""
    CASES[build.__name__] = build
    return build


@pytest.fixture
def shell(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(desk, tmp_path_factory.mktemp("bin"))


# --- 0, done


@case
def a_sync_with_nothing_wrong(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    [0]
    """
    with shell.jira():
        yield


@case
def a_reader_of_the_pipe_that_leaves_early(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync && tracker-sync items | true
    [0]
    """
    with shell.jira():
        yield


@case
def an_output_that_is_closed(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync >&- 2>&- && tracker-sync items >&-
    [0]
    """
    with shell.jira():
        yield


@case
def a_run_that_is_told_to_end(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync  # SIGTERM comes while the second of three pages is waited for
    [0]
    $ tracker-sync items --format csv | wc -l  # page 2 begins with the last of page 1; and headings
    200
    [0]
    $ tracker-sync sync && tracker-sync items --format csv | wc -l
    251
    [0]
    """
    shell.signalled(signal.SIGTERM, page=2)
    with shell.jira(*(jira_issue(n, updated=n) for n in range(1, 251))):
        yield


# --- 1, a bug of ours


def bug(shell: Shell, raised: str) -> None:
    """From now on something raises where the configuration is read, with the token at hand."""
    shell.desk.write("planted/sitecustomize.py", f"""
import os
from tracker_sync import config
def load(path):
    token = os.environ["JIRA_TOKEN"]
    raise {raised}
config.load = load
""")  # fmt: skip
    shell.modules = f"{shell.desk.folder / 'planted'}{os.pathsep}{ROOT}"


@case
def a_bug(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync report
    ! tracker-sync: a bug of ours, nothing that you did: KeyError in load, sitecustomize.py:6. What was
    !   committed to the log stays.
    ! Please report it as an issue of tracker-sync, with what you typed and the lines below. Tokens are
    !   blacked out; of your data, at most the error's own words show some.
    ! tracker-sync 0.1.0, Python 3, linux
    ! Traceback (most recent call last):
    !   ...
    ! KeyError: 'fields'
    [1]
    """
    shell.desk.jira("https://jira.acme.example")
    bug(shell, "KeyError('fields')")
    yield


@case
def a_bug_whose_words_are_hostile_and_hold_the_token(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync report
    ! tracker-sync: a bug of ours, nothing that you did: RuntimeError in load, sitecustomize.py:6. What
    !   was committed to the log stays.
    ! Please report it as an issue of tracker-sync, with what you typed and the lines below. Tokens are
    !   blacked out; of your data, at most the error's own words show some.
    ! tracker-sync 0.1.0, Python 3, linux
    ! Traceback (most recent call last):
    !   ...
    ! RuntimeError: �[2J
    ! : :error::x �***
    [1]
    """
    shell.desk.jira("https://jira.acme.example")
    bug(shell, f"RuntimeError({HOSTILE!r} + token)")
    yield


@case
def a_bug_for_a_program_that_reads_json(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync --log-format json 2>&1 | grep -o '"event": "bug", "code": 1, "text": "a bug of ours'
    "event": "bug", "code": 1, "text": "a bug of ours
    [1]
    """
    shell.desk.jira("https://jira.acme.example")
    bug(shell, "KeyError('fields')")
    yield


# --- 2, usage or configuration


@case
def a_mistyped_command(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync reprot
    ! Usage: tracker-sync [OPTIONS] COMMAND [ARGS]...
    ! Try 'tracker-sync --help' for help.
    !
    ! Error: No such command 'reprot'. Did you mean 'report'?
    [2]
    $ tracker-sync report sales
    ! Usage: tracker-sync report [OPTIONS] [NAME]
    ! Try 'tracker-sync report --help' for help.
    !
    ! Error: Invalid value for '[NAME]': 'sales' is not one of 'overview', 'sales-led', 'intents',
    !   'demand', 'single-customer', 'sagas', 'problems', 'said-no', 'warnings', 'promises', 'trust'.
    [2]
    $ tracker-sync items --as-off 2026-01-01
    ! Usage: tracker-sync items [OPTIONS]
    ! Try 'tracker-sync items --help' for help.
    !
    ! Error: No such option '--as-off'. Did you mean '--as-of'?
    [2]
    $ tracker-sync report --as-of soon
    ! tracker-sync: --as-of: 'soon' is not a day like 2026-03-01
    [2]
    $ tracker-sync items --source web
    ! tracker-sync: there is no source 'web'; there are: acme
    [2]
    $ tracker-sync show PAY-404
    ! tracker-sync: there is no item 'PAY-404' in the log; `tracker-sync items` lists them
    [2]
    """
    with shell.jira():
        shell.desk.sync()
        yield


@case
def no_configuration(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: no tracker-sync.toml here or in a folder above; write one with `tracker-sync init`
    [2]
    $ tracker-sync --config ../acme.toml sync
    ! tracker-sync: /work/../acme.toml: cannot be read: No such file or directory
    [2]
    """
    yield


@case
def a_broken_configuration(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: /work/tracker-sync.toml:3: is not valid TOML: Expected ']]' at the end of an array
    !   declaration
    [2]
    """
    shell.desk.write("tracker-sync.toml", "[log]\n\n[[sources\n")
    yield


@case
def a_key_that_there_is_not(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: /work/tracker-sync.toml:2: log: has an unknown field `urll`
    [2]
    """
    shell.desk.write("tracker-sync.toml", "[log]\nurll = 'sqlite:///x.db'\n")
    yield


@case
def an_address_that_would_show_the_token_to_all(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: /work/tracker-sync.toml:4: url: plain http would send the token readable to all; set
    !   allow_http = true to allow it
    [2]
    """
    shell.desk.write(
        "tracker-sync.toml", "[[sources]]\nname = 'a'\nkind = 'jira'\nurl = 'http://jira.acme.example'\n"
    )
    yield


@case
def a_field_that_the_site_lacks(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example has no field called 'Strategic intent'
    !   (fields.intent). Check its name there; it may have been renamed or hidden
    [2]
    """
    with shell.jira():
        file = shell.desk.folder / "tracker-sync.toml"
        file.write_text(file.read_text() + "fields = { intent = 'Strategic intent' }\n")
        yield


@case
def a_rule_that_fails_its_own_test(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync rules test ours
    ours/tags/ours.toml:7: intent/ours: this test fails
      given     labels = ["groth"]
      expected  "growth"
      got       nothing
    ! not assessed: no configuration (that intents and fields which rules name are there)
    ! 1 rule, 2 tests, 1 failed
    [2]
    """
    shell.desk.write("ours/tags/ours.toml", RULE)
    yield


@case
def an_output_that_has_no_room(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync report > /dev/full
    ! tracker-sync: cannot write the output: No space left on device; write it to a place that has room
    [2]
    $ tracker-sync report --output /dev/full/report.txt
    ! tracker-sync: cannot write /dev/full/report.txt: Not a directory
    [2]
    """
    with shell.jira():
        shell.desk.sync()
        yield


# --- 3, not allowed


@case
def a_token_that_is_wrong(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example search: the token was refused (401). Check
    !   TRACKER_SYNC_ACME_TOKEN or JIRA_TOKEN; it may have expired
    [3]
    """
    shell.front.status = lambda path: (401, {})
    with shell.jira():
        yield


@case
def no_token_at_all(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example search: it wants a token, and got none
    !   (401). Check TRACKER_SYNC_ACME_TOKEN or JIRA_TOKEN: none is set
    [3]
    """
    shell.token = ""
    shell.front.status = lambda path: (401, {})
    with shell.jira():
        yield


@case
def a_token_that_may_not(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example search: not allowed (403) (no). The token
    !   needs the permission to browse the project
    [3]
    """
    shell.front.status = lambda path: (403, {})
    with shell.jira():
        yield


@case
def something_that_is_missing_or_not_shown(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync --item PAY-9
    ! tracker-sync: source 'acme': http://jira.acme.example issue/PAY-9: missing or not allowed (404).
    !   Check the address and TRACKER_SYNC_ACME_TOKEN or JIRA_TOKEN
    [3]
    """
    with shell.jira():
        yield


# --- 4, a tracker is unreachable or broken


@case
def a_tracker_that_cannot_be_reached(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example search: cannot be reached (ConnectionError);
    !   check the url and network
    [4]
    """
    shell.desk.jira("http://127.0.0.1:9")
    yield


@case
def a_tracker_that_keeps_failing(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example search: the tracker failed (500); try again
    !   later
    [4]
    """
    shell.front.status = lambda path: (500, {})
    with shell.jira():
        yield


@case
def a_login_page_in_place_of_an_answer(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example search/jql: answered with something that is
    !   not what its API says (a login page or a proxy?); check the url. Nothing was changed
    [4]
    """
    shell.front.spoil = lambda path, body: b"<!doctype html><title>Log in</title>"
    with shell.jira():
        yield


@case
def a_tracker_that_wants_to_be_left_alone_for_a_day(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: source 'acme': http://jira.acme.example search: too many requests (429); it asks to
    !   come back in 86400 s (24.0 h)
    [4]
    """
    shell.front.status = lambda path: (429, {"Retry-After": "86400"})
    with shell.jira():
        yield


# --- 5, done in part


@case
def an_item_that_cannot_be_read(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: acme: set aside PAY-2: 'soon' is not a time as ISO 8601 writes it (its raw record is
    !   in the log's table `skipped`; mend it in the tracker, or report it to us if it is right there)
    [5]
    $ tracker-sync items --format csv | wc -l  # with its line of headings
    3
    [0]
    $ tracker-sync sync
    ! tracker-sync: acme: set aside PAY-2: 'soon' is not a time as ISO 8601 writes it (its raw record is
    !   in the log's table `skipped`; mend it in the tracker, or report it to us if it is right there)
    [5]
    """
    with shell.jira(jira_issue(1), jira_issue(2, created="soon"), jira_issue(3)):
        yield


# --- 6, the log


@case
def a_folder_that_may_not_be_written_to(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: /work may not be written to. Nothing was changed; look at its owner and mode
    [6]
    """
    with shell.jira():
        shell.prefix = NOT_ALMIGHTY if os.geteuid() == 0 else ""
        shell.desk.folder.chmod(0o555)
        yield
        shell.desk.folder.chmod(0o700)
        assert shell.front.paths == [], "the tracker was asked before"


@case
def no_log_yet(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync report
    ! tracker-sync: there is no log at /work/tracker-sync.db yet; run `tracker-sync sync` first
    [6]
    """
    with shell.jira():
        yield


@case
def a_corrupt_log(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: /work/tracker-sync.db: bytes 0 to N are not what the last run left there. Restore it
    !   from a backup, together with tracker-sync.db.seal. If it was put there on purpose without one,
    !   remove tracker-sync.db.seal and look at the log with `tracker-sync log verify`; the next sync
    !   makes a new seal
    [6]
    $ tracker-sync report
    ! tracker-sync: the log /work/tracker-sync.db cannot be used: database disk image is malformed.
    !   Nothing was changed. If the disk is fine, restore the file from a backup (and remove
    !   tracker-sync.db-journal, if there is one), or sync again into a new one
    [6]
    $ tracker-sync log verify
    ! tracker-sync: the log /work/tracker-sync.db cannot be used: database disk image is malformed.
    !   Nothing was changed. If the disk is fine, restore the file from a backup (and remove
    !   tracker-sync.db-journal, if there is one), or sync again into a new one (bytes 0 to N are not
    !   what the last run left there)
    [6]
    """
    with shell.jira():
        shell.desk.sync()
        content = shell.desk.db.read_bytes()
        shell.desk.db.write_bytes(content[:100] + b"\xaa" * (len(content) - 100))
        yield


@case
def a_log_that_somebody_changed(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync log verify
    ! tracker-sync: /work/tracker-sync.db: 18 events hold, but bytes 0 to N are not what the last run
    !   left there. Restore it from a backup, together with tracker-sync.db.seal. If it was put there on
    !   purpose without one, remove tracker-sync.db.seal and look at the log with `tracker-sync log
    !   verify`; the next sync makes a new seal
    [6]
    """
    with shell.jira():
        shell.desk.sync()
        content = shell.desk.db.read_bytes()
        shell.desk.db.write_bytes(content.replace(b"Export as PDF", b"Export as CSV", 1))
        yield


@case
def a_log_of_a_newer_version(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: /work/tracker-sync.db was written by a newer tracker-sync (schema 99, this one knows
    !   N); upgrade tracker-sync, the file is untouched
    [6]
    $ tracker-sync report
    ! tracker-sync: /work/tracker-sync.db was written by a newer tracker-sync (schema 99, this one knows
    !   N); upgrade tracker-sync, the file is untouched
    [6]
    """
    with shell.jira():
        shell.desk.sync()
        db = sqlite3.connect(shell.desk.db)
        db.execute("PRAGMA user_version = 99")
        db.close()
        yield


# --- 10, findings


@case
def an_epic_without_an_intent(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync check
    warning: acme:PAY-1: 'Invoices in Danish' names no strategic intent; choose one of: growth
    ! 1 checked, 1 with findings
    [0]
    $ tracker-sync check --fail-on warning
    warning: acme:PAY-1: 'Invoices in Danish' names no strategic intent; choose one of: growth
    ! 1 checked, 1 with findings
    [10]
    """
    shell.desk.write("strategy.toml", STRATEGY)
    with shell.jira(jira_issue(1, "Invoices in Danish", issuetype=EPIC)):
        shell.desk.sync()
        yield


# --- 75, another run


@case
def another_run_that_holds_the_log(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync
    ! tracker-sync: another tracker-sync is writing to /work/tracker-sync.db; it will finish by itself
    [75]
    $ tracker-sync status | head -1  # who only reads need not wait
    acme (jira)
    [0]
    """
    with shell.jira():
        shell.desk.sync()
        with Path(f"{shell.desk.db}.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


# --- 130, interrupted


@case
def ctrl_c_while_a_tracker_is_asked(shell: Shell) -> Iterator[None]:
    """
    $ tracker-sync sync  # Ctrl-C comes while the first page is asked for
    ! tracker-sync: interrupted: what was committed to the log stays, and the next run goes on there
    [130]
    $ tracker-sync sync && tracker-sync items --format csv | wc -l
    3
    [0]
    """
    shell.signalled(signal.SIGINT, page=1)
    with shell.jira():
        yield


# --- The cases, run


def transcript(build: Case) -> str:
    return inspect.getdoc(build) or ""


@pytest.mark.parametrize("name", CASES)
def test_it_goes_as_its_transcript_says(shell: Shell, name: str) -> None:
    told = transcript(CASES[name])
    with contextmanager(CASES[name])(shell):
        said = [shell.types(line) for line in re.findall(r"(?m)^\$ (.*)$", told)]
    assert "\n".join(said) == told


SHOWN = {int(code) for build in CASES.values() for code in re.findall(r"(?m)^\[(\d+)\]$", transcript(build))}


@pytest.mark.parametrize("code", ExitCode, ids=lambda code: code.name)
def test_every_code_has_a_transcript(code: ExitCode) -> None:
    assert code in SHOWN


def test_no_transcript_ends_with_a_code_that_there_is_not() -> None:
    assert {*ExitCode} >= SHOWN


def test_the_page_of_exit_codes_has_every_code_and_no_other() -> None:
    rows = re.findall(r"(?m)^\| (\d+) \|", (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8"))
    assert [int(code) for code in rows] == sorted(ExitCode)


def test_every_error_ends_with_one_of_the_codes() -> None:
    classes: list[type[TrackerSyncError]] = [TrackerSyncError]
    for one in classes:
        classes += one.__subclasses__()
    assert len(classes) > 5
    assert [c for c in classes if not isinstance(c.exit_code, ExitCode)] == []
