"""`sync` from cron: who hears of a run, and how; silence where nothing is wrong is in test_failures."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from builders import Front, fronted, jira_issue, jira_site
from canary.suite import kept
from conftest import ROOT, Desk, Done
from prometheus_client.parser import text_string_to_metric_families
from simulator.faults import ALL, Always, Fault
from simulator.server import Running, running

from tracker_sync.demo.exchange import Answer, Request
from tracker_sync.demo.tracker_server import serving
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources import wire

CANARY = "canary-2b8d61f0aa"
HOSTILE = "\x1b[2J\n::error::x \u202e[/red]"


@pytest.fixture(autouse=True)
def _requests_may_be_sent() -> Iterator[None]:
    """A run that is cut short ends its process; tests go on in theirs."""
    yield
    wire.take_up()


@contextmanager
def configured(desk: Desk, more: str = "") -> Iterator[Front]:
    """A Jira of two issues, and a configuration with what else is to be in it."""
    front = Front(jira_site(jira_issue(1), jira_issue(2)))
    with fronted(front) as url:
        desk.jira(url)
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", f"{text}\n{more}")
        yield front


# --- Lines of JSON


def said(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.err.splitlines()]


def test_a_run_tells_each_thing_that_happens_as_a_line_of_json(desk: Desk) -> None:
    with configured(desk):
        done = desk.run("sync", "--log-format", "json")
    assert (done.code, done.out) == (0, "")
    [ended] = said(done)
    assert ended.pop("time").endswith("Z")
    new = ended.pop("new")
    assert ended == {
        "level": "info", "event": "pass ended", "source": "acme", "code": 0, "known": 0, "set_aside": 0,
        "text": f"acme: {new} new events, 0 already known",
    }  # fmt: skip


def test_what_was_set_aside_is_a_line_of_its_own_that_steers_no_terminal(desk: Desk) -> None:
    with serving(jira_site(jira_issue(1, created=f"no date {HOSTILE}"))) as [url]:
        desk.jira(url)
        done = desk.run("sync", "--log-format", "json")
    assert done.code == 5
    assert [(line["event"], line["level"]) for line in said(done)] == [
        ("set aside", "warning"), ("pass ended", "info"),
    ]  # fmt: skip
    assert all(" " <= c <= "~" for c in done.err.replace("\n", ""))
    assert "[/red]" in done.err


def test_a_failure_is_a_line_with_its_exit_code_and_no_token(desk: Desk, naps: list[float]) -> None:
    with running(Echo(), port=0) as site:
        site.faults = Always(ALL["400 echoing the headers"])
        desk.jira(site.url)
        done = desk.run("sync", "--log-format", "json", JIRA_TOKEN=CANARY)
    assert done.code == 4
    assert [(line["event"], line["level"], line["code"]) for line in said(done)] == [
        ("pass failed", "error", 4)
    ]
    assert CANARY not in done.err


def test_a_secret_is_in_no_line_whatever_carries_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(*_: object, **__: object) -> None:
        raise sqlite3.DatabaseError(f"it said {CANARY}")

    monkeypatch.setattr("tracker_sync.log.sqlite.chain.sort_out", leaking)
    with configured(desk):
        done = desk.run("sync", "--log-format", "json", JIRA_TOKEN=CANARY)
    assert (done.code, CANARY in done.err, "it said ***" in done.err) == (6, False, True)


@pytest.mark.parametrize(
    ("text", "code", "word"), [("[[sources]\n", 2, "not valid TOML"), ("", 2, "no [[sources]] yet")]
)
def test_what_ends_a_run_is_a_line_of_json_too(desk: Desk, text: str, code: int, word: str) -> None:
    desk.write("tracker-sync.toml", text)
    done = desk.run("sync", "--log-format", "json")
    [line] = said(done)
    assert (done.code, line["event"], line["code"]) == (code, "failed", code)
    assert word in line["text"]


# --- A terminal


def on_a_terminal(desk: Desk) -> str:
    """What `sync` shows on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker_sync", "sync"], cwd=desk.folder, stderr=theirs, stdout=theirs,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # the other end is closed
        pass
    assert process.wait(30) == 0
    return shown.decode()


def test_a_terminal_shows_a_bar_and_what_came(desk: Desk) -> None:
    with configured(desk):
        shown = on_a_terminal(desk)
    assert "2 items" in shown
    assert "━" in shown
    [end] = re.findall(r"(.*)tracker-sync: acme: \d+ new events, 0 already known\r?\n", shown)
    assert end.endswith("\x1b[2K"), "the bar is taken away first"


# --- Metrics


def metrics(path: Path) -> dict[str, float]:
    """Each sample by its name and labels."""
    return {
        s.name + "".join(f" {v}" for v in s.labels.values()): s.value
        for family in text_string_to_metric_families(path.read_text())
        for s in family.samples
    }


def test_metrics_are_written_whole_beside_a_run_that_went_well_and_one_that_did_not(
    desk: Desk, naps: list[float]
) -> None:
    with configured(desk, "[cron]\nmetrics = 'metrics/ts.prom'") as front:
        file = desk.folder / "metrics/ts.prom"
        file.parent.mkdir()
        desk.sync()
        well = metrics(file)
        front.status = lambda _: (500, {})
        desk.sync(4)
        badly = metrics(file)
    assert [p.name for p in file.parent.iterdir()] == ["ts.prom"]
    assert file.stat().st_mode & 0o777 == 0o644
    now = time.time()
    assert well["tracker_sync_items acme"] == 2
    assert (well["tracker_sync_last_pass_code acme"], badly["tracker_sync_last_pass_code acme"]) == (0, 4)
    assert now - 60 < well["tracker_sync_last_success_timestamp_seconds acme"] <= now
    key = "tracker_sync_last_success_timestamp_seconds acme"
    assert badly[key] == well[key]
    assert "tracker_sync_last_full_timestamp_seconds acme" not in well, "nothing is known, nothing is said"


@pytest.mark.parametrize(("place", "why"), [("no/such/x.prom", "cannot write"), ("link", "symbolic link")])
def test_metrics_that_cannot_be_written_do_not_fail_the_run(desk: Desk, place: str, why: str) -> None:
    precious = desk.write("precious", "keep me")
    (desk.folder / "link").symlink_to(precious)
    with configured(desk, f"[cron]\nmetrics = '{place}'"):
        done = desk.run("sync")
    assert (done.code, precious.read_text()) == (0, "keep me")
    assert why in done.err


# --- Pings


@dataclass
class Echo:
    """A service that expects to hear of runs."""

    origin: str = ""
    status: int = 200
    heard: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        self.heard.append(request.path)
        return Answer(self.status, "OK")


@contextmanager
def pinged(desk: Desk, *, where: str = "config") -> Iterator[tuple[Front, Running, Echo]]:
    """A configuration that names a check, here or in the environment."""
    check = Echo()
    with running(check) as service:
        address = f"{service.url}/{CANARY}"
        named = f"ping = '{address}'" if where == "config" else ""
        kept(desk.folder / "tracker-sync.toml")
        with configured(desk, f"[cron]\nallow_http = true\n{named}") as front:
            if where == "environment":
                desk.monkeypatch.setenv("TRACKER_SYNC_PING_URL", address)
            yield front, service, check


@pytest.mark.parametrize("where", ["config", "environment"])
def test_a_check_hears_of_start_and_success(desk: Desk, where: str) -> None:
    with pinged(desk, where=where) as (_, _, check):
        desk.sync()
    assert check.heard == [f"/{CANARY}/start", f"/{CANARY}"]


def test_a_check_hears_of_a_failure(desk: Desk, naps: list[float]) -> None:
    with pinged(desk) as (front, _, check):
        front.status = lambda _: (401, {})
        desk.sync(3)
        desk.db.write_bytes(b"no log" * 1000)
        desk.sync(6)
    assert check.heard == [f"/{CANARY}/start", f"/{CANARY}/fail"] * 2


def test_of_a_run_that_leaves_it_to_another_a_check_hears_no_end(desk: Desk) -> None:
    with pinged(desk) as (_, _, check):
        log = SqliteLog(desk.db, write=True)
        desk.sync(75)
        log.close()
    assert check.heard == [f"/{CANARY}/start"]


def test_the_pull_of_one_item_is_no_run_to_hear_of(desk: Desk) -> None:
    with pinged(desk) as (_, _, check):
        assert desk.run("sync", "--item", "PAY-1").code == 0
    assert check.heard == []


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("500", "it answered 500"),
        ("301 to another host", "points to another host, elsewhere.invalid, which is refused"),
        ("reset before the answer", "ConnectionError"),
        ("stalled", "ReadTimeout"),
        ("drip of headers", "ReadTimeout"),
        ("huge body", "larger than 0 MiB"),
    ],
)
def test_a_check_that_cannot_be_told_fails_no_run_and_its_address_is_not_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: str, why: str
) -> None:
    monkeypatch.setattr("tracker_sync.ping.DEADLINE", 0.3)
    with pinged(desk) as (_, service, _):
        service.faults = Always(ALL[fault])
        done = desk.run("sync")
    lines = done.err.splitlines()
    assert (done.code, len(lines)) == (0, 2)
    assert all(line.startswith("tracker-sync: the check at 127.0.0.1:") and why in line for line in lines)
    assert CANARY not in done.err


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("http://hc.example/x", "plain http"),
        ("https://ada:pw@hc.example/x", "user and password"),
        ("file:///etc/passwd", "not an https:// address"),
        ("https://169.254.169.254/x", "link-local"),
    ],
)
def test_an_unsafe_address_of_a_check_is_refused(desk: Desk, address: str, word: str) -> None:
    with configured(desk, f"[cron]\nping = '{address}'"):
        named = desk.run("sync")
    with configured(desk):
        told = desk.run("sync", TRACKER_SYNC_PING_URL=address)
    assert (named.code, told.code) == (2, 2)
    assert "tracker-sync.toml:8: ping: " in named.err
    assert word in named.err
    assert word in told.err
    assert address not in told.err, "a value of the environment may be a secret"


# --- An end that was asked for


def stalling(name: str, seconds: float) -> Fault:
    """No answer until the client has left, or for so long."""

    def act(wire: Any) -> None:
        wire.wait(seconds)
        wire.hang_up()

    return Fault(name, act)


def test_a_run_whose_tracker_is_silent_ends_in_time_when_told_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker_sync.ending.CUT", 0.2)
    front = Echo()
    with running(front) as site:
        site.faults = Always(stalling("silent", 20))
        desk.jira(site.url)
        site.before = lambda number, _: number == 1 and os.kill(os.getpid(), signal.SIGTERM)
        began = time.monotonic()
        done = desk.run("sync")
    assert (done.code, done.err) == (0, "")
    assert time.monotonic() - began < 5


def test_a_pause_that_a_tracker_wishes_for_does_not_keep_a_run_from_ending(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker_sync.ending.CUT", 0.2)
    with running(Echo()) as site:
        site.faults = Always(ALL["429 without header"])  # a minute
        desk.jira(site.url)
        threading.Timer(1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        began = time.monotonic()
        done = desk.run("sync")
    assert (done.code, done.err) == (0, "")
    assert time.monotonic() - began < 6


def test_a_run_that_does_not_come_to_a_page_is_left_and_its_half_page_taken_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker_sync.ending.CUT", 0.2)
    monkeypatch.setattr("tracker_sync.ending.LEAVE", 0.5)
    with configured(desk):
        real = SqliteLog._insert

        def stuck(self: SqliteLog, *args: Any) -> bytes:
            head = real(self, *args)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(20)
            return head

        with monkeypatch.context() as here:
            here.setattr(SqliteLog, "_insert", stuck)
            began = time.monotonic()
            done = desk.run("sync")
        assert (done.code, done.err) == (0, "")
        assert time.monotonic() - began < 5
        assert desk.events() == []
        wire.take_up()
        desk.sync()
    assert {e.item for e in desk.events()} == {"", "10001", "10002"}
    assert desk.run("log", "verify").code == 0
