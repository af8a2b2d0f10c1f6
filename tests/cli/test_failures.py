"""What goes wrong is said with its place and its remedy, under the right exit code."""

import fcntl
import importlib.util
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from builders import Front, change, day, fronted, github_issue, github_site, jira_issue, jira_site
from canary.suite import kept
from conftest import ROOT, Desk

from tracker_sync.cli import cli
from tracker_sync.demo.tracker_server import serving
from tracker_sync.log.sqlite import SqliteLog

CANARY = "canary-7f3a9c1e5b"
CLOSED = "http://127.0.0.1:9"
LOGIN_PAGE = b"<!doctype html><html><title>Log in</title></html>"
each_kind = pytest.mark.parametrize("kind", ["jira", "github"])
RULE = """\
dimension = "intent"
[[rule]]
id = "mine"
why = "ours"
when = { labels = "^x$" }
value = "x"
"""


# --- Files


def configured(desk: Desk, more: str = "") -> None:
    """A configuration that stands, and an empty log."""
    desk.write("tracker-sync.toml", f"[rules]\npaths = ['mine']\n{more}")
    desk.empty_log()


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("tracker-sync.toml", "# ours\n\n[[sources]\nname = 'x'\n", 3),
        ("strategy.toml", "effective = 2026-01-01\n[vision]\ntext = 'a\n", 3),
        ("people.toml", "[[people]]\nlogins = ['ada'\nrole = 'sales'\n", 3),
        ("mine/tags/mine.toml", "dimension = 'intent'\nkeep = \n", 2),
        ("customers.csv", "name,alias\nGirder,x\n", 1),
    ],
)
def test_a_broken_file_is_named_with_its_line(desk: Desk, name: str, text: str, line: int) -> None:
    configured(desk)
    desk.write(name, text)
    for command in ("items", "report", "check"):
        done = desk.run(command)
        assert (done.code, done.out) == (2, ""), command
        assert f"{name}:{line}: " in done.err
        assert done.err.count("\n") == 1


def test_a_transcript_of_a_broken_configuration(desk: Desk) -> None:
    path = desk.write("tracker-sync.toml", "[log]\nurl = 'sqlite:///x.db\n")
    done = desk.spawn("sync")
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(rf"tracker-sync: {re.escape(str(path))}:2: is not valid TOML: .+\n", done.err), (
        done.err
    )


@pytest.mark.parametrize(
    ("name", "text", "line", "key"),
    [
        ("tracker-sync.toml", "[log]\nurll = 'sqlite:///x.db'\n", 2, "urll"),
        ("tracker-sync.toml", "[logs]\nurl = 'sqlite:///x.db'\n", 1, "logs"),
        ("tracker-sync.toml", "[[sources]]\nname = 'a'\nkind = 'jira'\nurl = 'https://a.test'\n"
         "[[sources]]\nname = 'b'\nkind = 'github'\nrepos = ['a/b']\njql = ''\n", 9, "jql"),
        ("strategy.toml", "effective = 2026-01-01\n[[intents]]\nid = 'a'\nmision = 'b'\n", 4, "mision"),
        ("mine/tags/mine.toml", RULE + "wehn = 1\n", 7, "wehn"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_named_with_its_line(desk: Desk, name: str, text: str, line: int, key: str) -> None:
    configured(desk)
    desk.write(name, text)
    done = desk.run("items")
    assert done.code == 2
    assert f"{name}:{line}: " in done.err
    assert key in done.err


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("Girder", "cells"),
        ("Girder,,,,,,,fan,,,,,", "fan"),
        ("Girder,,,,,,,customer,soon,,,,", "soon"),
        ("Girder,,,,,,,customer,,,maybe,,", "maybe"),
        ("Girder,,,,,,,customer,,,,1e6,", "1e6"),
        (",,,,,,,customer,,,,,", "name"),
    ],
)
def test_a_wrong_customer_is_named_with_its_line(desk: Desk, row: str, word: str) -> None:
    configured(desk)
    header = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
    desk.write("customers.csv", f"{header}\nAcme,,,,,,,customer,,,,,\n{row}\n")
    done = desk.run("items")
    assert done.code == 2
    assert "customers.csv:3: " in done.err
    assert word in done.err


def test_lines_of_customers_count_as_an_editor_counts_them(desk: Desk) -> None:
    configured(desk)
    header = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
    desk.write("customers.csv", f'{header}\n"Acme, Inc.",,,,,,,customer,,,,,\n\nGirder\n')
    assert "customers.csv:4: " in desk.run("items").err


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (("^x$", "(x"), "(x"),
        (("^x$", "(?=x)"), "(?="),
        (("ours", "ours\"\nwhen2 = \""), "when2"),
        (("", ""), "test"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_work_is_named_with_its_line(desk: Desk, edit: tuple[str, str], word: str) -> None:
    configured(desk)
    tests = "" if edit == ("", "") else (
        "[[rule.test]]\nitem = { labels = 'x' }\ngives = ['x']\n"
        "[[rule.test]]\nitem = { labels = 'y' }\ngives = []\n")  # fmt: skip
    desk.write("mine/tags/mine.toml", RULE.replace(*edit) + tests)
    done = desk.run("items")
    assert done.code == 2
    assert re.search(r"mine\.toml:\d+: ", done.err), done.err
    assert word in done.err


def test_a_deeply_nested_file_is_refused(desk: Desk) -> None:
    desk.write("tracker-sync.toml", "x = " + "[" * 5000 + "]" * 5000)
    done = desk.run("items")
    assert (done.code, "nested too deeply" in done.err) == (2, True)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = '\x00'"])
def test_a_file_that_is_no_text_is_refused(desk: Desk, content: bytes) -> None:
    desk.write("tracker-sync.toml", "").write_bytes(content)
    done = desk.run("items")
    assert (done.code, "tracker-sync.toml" in done.err) == (2, True)


def test_a_broken_strategy_stops_a_sync_before_the_network(desk: Desk) -> None:
    front = Front(jira_site(jira_issue()))
    with fronted(front) as url:
        desk.jira(url)
        desk.write("strategy.toml", "effective = \n")
        done = desk.run("sync")
    assert (done.code, front.paths) == (2, [])
    assert "strategy.toml:1: " in done.err


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://jira.example.test", "allow_http"),
        ("https://ada:secret-pass@jira.example.test", "environment"),
        ("https://ada@jira.example.test", "environment"),
        ("https://169.254.169.254/latest", "link-local"),
        ("https://[fe80::1]/", "link-local"),
        ("file:///etc/passwd", "https://"),
        ("jira.example.test", "https://"),
        ("https://", "https://"),
        ("https://[", "url"),
    ],
)
def test_an_unsafe_url_is_refused_with_its_line(desk: Desk, naps: list[float], url: str, word: str) -> None:
    desk.write("tracker-sync.toml", f"[[sources]]\nname = 'a'\nkind = 'jira'\nurl = '{url}'\n")
    done = desk.run("sync")
    assert done.code == 2
    assert "tracker-sync.toml:4: " in done.err
    assert word in done.err
    assert "secret-pass" not in done.err
    assert not desk.db.exists()


def test_no_configuration_is_said_with_the_remedy(desk: Desk) -> None:
    done = desk.spawn("sync")
    assert (done.code, done.out) == (2, "")
    assert "tracker-sync init" in done.err


@pytest.mark.parametrize(
    "args",
    [
        ["--config", "missing.toml", "items"], ["sync", "nobody"], ["nonsense"],
        ["report", "nonsense"], ["report", "--since", "soon"], ["items", "--as-of", "2026-13-01"],
        ["items", "--source", "nobody"], ["show", "PAY-404"], ["report", "--nonsense"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_mistyped_command_is_2(desk: Desk, args: list[str]) -> None:
    desk.jira(CLOSED)
    desk.empty_log()
    done = desk.run(*args)
    assert (done.code, done.out) == (2, "")
    assert done.err


# --- Trackers


@contextmanager
def serves(desk: Desk, kind: str, front: Front) -> Iterator[None]:
    """Serve the front and configure it."""
    with fronted(front) as url:
        (desk.jira if kind == "jira" else desk.github)(url)
        yield


def front_of(kind: str, token: str | None = None) -> Front:
    if kind == "jira":
        return Front(jira_site(jira_issue(1), jira_issue(2), token=token))
    return Front(github_site(github_issue(1), github_issue(2), token=token))


def left_behind(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


@each_kind
def test_a_wrong_token_names_its_variable_and_shows_nothing(desk: Desk, kind: str) -> None:
    name = {"jira": "TRACKER_SYNC_ACME_TOKEN", "github": "TRACKER_SYNC_WEB_TOKEN"}[kind]
    front = front_of(kind, token="another")
    with serves(desk, kind, front):
        done = desk.spawn("sync", **{name: CANARY})
    assert (done.code, done.out) == (3, "")
    assert name in done.err
    assert CANARY not in done.err
    assert CANARY.encode() not in left_behind(desk.folder)
    assert len(front.paths) == 1, "a refused token is not tried again"


@each_kind
@pytest.mark.parametrize("place", ["own", "common", "file"])
def test_the_right_token_works_and_leaves_no_trace(desk: Desk, kind: str, place: str) -> None:
    own = {"jira": "TRACKER_SYNC_ACME_TOKEN", "github": "TRACKER_SYNC_WEB_TOKEN"}[kind]
    secret = desk.folder.parent / f"secret-{desk.folder.name}"
    kept(secret).write_text(CANARY + "\n")
    env = {
        "own": {own: CANARY},
        "common": {f"{kind.upper()}_TOKEN": CANARY},
        "file": {f"{own}_FILE": str(secret)},
    }[place]
    with serves(desk, kind, front_of(kind, token=CANARY)):
        done = desk.run("sync", **env)
    assert (done.code, done.said) == (0, "")
    assert len(desk.listed()) == 2
    assert CANARY.encode() not in left_behind(desk.folder)


@each_kind
def test_a_token_that_no_header_can_carry_is_2_and_named(desk: Desk, kind: str) -> None:
    """Such as one that was copied from where it is shown cut off."""
    (desk.jira if kind == "jira" else desk.github)(CLOSED)
    done = desk.run("sync", **{f"{kind.upper()}_TOKEN": f"{CANARY}…"})
    assert (done.code, f"{kind.upper()}_TOKEN holds a token" in done.err) == (2, True)


@each_kind
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_tracker_that_echoes_our_token_gets_it_on_no_screen(desk: Desk, kind: str, status: int) -> None:
    echo = {"message": f"Bearer {CANARY}", "errorMessages": [f"Authorization: Bearer {CANARY}"]}
    front = front_of(kind)
    front.status = lambda path: (status, {})
    front.spoil = lambda path, body: echo
    with serves(desk, kind, front):
        done = desk.run("sync", **{f"{kind.upper()}_TOKEN": CANARY})
    assert done.code in (3, 4)
    assert CANARY not in done.said
    assert CANARY.encode() not in left_behind(desk.folder)


@each_kind
@pytest.mark.parametrize(("status", "word"), [(403, "permission|access"), (404, "missing or not")])
def test_what_is_not_allowed_is_3_and_says_what_to_check(
    desk: Desk, kind: str, status: int, word: str
) -> None:
    front = front_of(kind)
    front.status = lambda path: (status, {})
    with serves(desk, kind, front):
        done = desk.run("sync")
    assert done.code == 3
    assert re.search(word, done.err)


@pytest.mark.parametrize("role", ["intent", "customer", "origin", "points", "paid"])
def test_a_configured_field_that_the_site_does_not_have_is_2(desk: Desk, role: str) -> None:
    with serves(desk, "jira", front_of("jira")):
        config = desk.folder / "tracker-sync.toml"
        config.write_text(config.read_text() + f"fields = {{ {role} = 'Segment' }}\n")
        done = desk.run("sync")
    assert done.code == 2
    assert f"has no field called 'Segment' (fields.{role})" in done.err


@each_kind
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_are_not_there_are_named(desk: Desk, kind: str, variable: str) -> None:
    desk.monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    (desk.jira if kind == "jira" else desk.github)("https://127.0.0.1:9")
    done = desk.run("sync", **{variable: "/nowhere/ca.pem"})
    assert (done.code, done.out) == (2, "")
    assert "/nowhere/ca.pem" in done.err


SPOILT = {
    "a login page": LOGIN_PAGE,
    "nothing": b"",
    "{}": b"{}",
    "null": b"null",
    "a text": b'"issues"',
    "issues: null": b'{"issues": null}',
    "issues: {}": b'{"issues": {}}',
    "a message": b'{"message": "maintenance"}',
}
PLACES = {
    "jira": ["/field", "/search/jql"],
    "github": ["/issues", "/issues/1/timeline"],
}
ASKED_EACH_TIME = ("/search/jql", "/issues")
"""The others are remembered for a day, or asked for only where something changed."""


@pytest.mark.parametrize("content", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize(("kind", "place"), [(k, p) for k, ps in PLACES.items() for p in ps])
def test_an_answer_that_is_none_changes_nothing(
    desk: Desk, naps: list[float], kind: str, place: str, content: bytes
) -> None:
    def spoil(path: str, body: Any) -> Any:
        return content if path.endswith(place) else body

    front = front_of(kind)
    front.spoil = spoil
    with serves(desk, kind, front):
        first = desk.run("sync")
        assert (first.code, first.out) == (4, "")
        assert "Nothing was changed" in first.err
        assert desk.events() == []
        assert desk.cursor("acme") is desk.cursor("web") is None
        front.spoil = lambda path, body: body
        desk.sync()
        before = desk.events(), desk.cursor("acme"), desk.cursor("web")
        assert len(desk.listed()) == 2
        front.spoil = spoil
        front.status = lambda path: (200, {}) if place == "/issues" else None  # instead of a 304
        assert desk.run("sync").code == (4 if place in ASKED_EACH_TIME else 0)
    assert (desk.events(), desk.cursor("acme"), desk.cursor("web")) == before
    assert desk.run("log", "verify").code == 0


def test_pages_before_a_broken_one_stay_and_the_next_run_goes_on(desk: Desk) -> None:
    asked: list[str] = []

    def spoil(path: str, body: Any) -> Any:
        if "search/jql" in path:
            asked.append(path)
        return LOGIN_PAGE if "search/jql" in path and len(asked) == 2 else body

    site = jira_site(*(jira_issue(n, updated=n) for n in range(1, 151)))
    with fronted(Front(site, spoil)) as url:
        desk.jira(url)
        assert desk.run("sync").code == 4
        assert len(desk.listed()) == 100
        desk.sync()
        assert len(desk.listed()) == 150
    opened = [e.item for e in desk.events() if e.kind == "opened"]
    assert len(opened) == len(set(opened))


@each_kind
def test_an_unreachable_tracker_is_4(desk: Desk, naps: list[float], kind: str) -> None:
    (desk.jira if kind == "jira" else desk.github)(CLOSED)
    done = desk.run("sync")
    assert (done.code, done.out) == (4, "")
    assert CLOSED in done.err
    assert naps, "it was tried again"
    assert desk.events() == []


def test_an_unreachable_tracker_does_not_stop_the_others(desk: Desk, naps: list[float]) -> None:
    with serving(github_site(github_issue())) as [url]:
        desk.github(url)
        good = (desk.folder / "tracker-sync.toml").read_text()
        desk.jira(CLOSED)
        desk.write("tracker-sync.toml", (desk.folder / "tracker-sync.toml").read_text() + good)
        assert desk.run("sync").code == 4
    assert [row["key"] for row in desk.listed()] == ["web:acme/web#1"]


def stumble(front: Front, times: int, status: int, headers: dict[str, str]) -> None:
    """Let the front refuse its first `times` requests."""
    left = [(status, headers)] * times
    front.status = lambda path: left.pop() if left else None


@each_kind
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_burst_of_errors_is_sat_out(desk: Desk, naps: list[float], kind: str, status: int) -> None:
    front = front_of(kind)
    stumble(front, 2, status, {})
    with serves(desk, kind, front):
        desk.sync()
    assert len(naps) == 2
    assert len(desk.listed()) == 2


@each_kind
def test_a_tracker_that_keeps_failing_is_4(desk: Desk, naps: list[float], kind: str) -> None:
    front = front_of(kind)
    front.status = lambda path: (500, {})
    with serves(desk, kind, front):
        assert desk.run("sync").code == 4
    assert len(front.paths) == 1 + len(naps) == 4


@each_kind
@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (429, {"Retry-After": "3"}, 3),
        (429, {"Retry-After": "1.5"}, 1.5),
        (429, {"Retry-After": datetime(2001, 1, 1, tzinfo=UTC).strftime("%a, %d %b %Y %T GMT")}, 0),
        (429, {"Retry-After": "rubbish"}, 60),
        (429, {}, 60),
        (403, {"Retry-After": "2"}, 2),
    ],
)
def test_a_wished_pause_is_honoured(
    desk: Desk, naps: list[float], kind: str, status: int, headers: dict[str, str], pause: float
) -> None:
    front = front_of(kind)
    stumble(front, 1, status, headers)
    with serves(desk, kind, front):
        desk.sync()
    assert naps == [pause]


@each_kind
def test_a_pause_of_a_day_is_left_to_the_next_run(desk: Desk, naps: list[float], kind: str) -> None:
    front = front_of(kind)
    front.status = lambda path: (429, {"Retry-After": "86400"})
    with serves(desk, kind, front):
        done = desk.run("sync")
    assert (done.code, naps) == (4, [])
    assert "86400" in done.err


@each_kind
def test_a_broken_answer_is_asked_for_again(desk: Desk, naps: list[float], kind: str) -> None:
    spoilt: list[str] = []

    def spoil(path: str, body: Any) -> Any:
        if not spoilt:
            spoilt.append(path)
            return json.dumps(body).encode()[:-5]
        return body

    front = front_of(kind)
    front.spoil = spoil
    with serves(desk, kind, front):
        desk.sync()
    assert len(desk.listed()) == 2


def test_a_configured_field_that_the_site_lacks_is_2(desk: Desk) -> None:
    with serving(jira_site(jira_issue())) as [url]:
        desk.jira(url)
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", text + 'fields = { intent = "Strategic intent" }\n')
        done = desk.run("sync")
    assert done.code == 2
    assert "Strategic intent" in done.err
    assert url in done.err


# --- The log and the machine


def synced(desk: Desk) -> None:
    """A log with two items, one of them edited."""
    edited = jira_issue(1, "Export", updated=1, histories=[change(1, 1, "summary", "PDF", "Export")])
    with serving(jira_site(edited, jira_issue(2, "Import", updated=2))) as [url]:
        desk.jira(url)
        desk.sync()


COMMANDS = (["sync"], ["items"], ["show", "PAY-1"], ["report"], ["log", "verify"])


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_newer_log_is_6_and_untouched(desk: Desk, args: list[str]) -> None:
    synced(desk)
    db = sqlite3.connect(desk.db)
    db.execute("PRAGMA user_version = 99")
    db.close()
    before = desk.db.read_bytes()
    done = desk.run(*args)
    assert (done.code, done.out) == (6, "")
    assert "newer" in done.err
    assert desk.db.read_bytes() == before


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("start", [0, 100, 4096])
def test_a_corrupted_log_is_6_with_advice(desk: Desk, args: list[str], start: int) -> None:
    synced(desk)
    content = desk.db.read_bytes()
    desk.db.write_bytes(content[:start] + b"\xaa" * (len(content) - start))
    done = desk.run(*args)
    assert (done.code, done.out) == (6, "")
    assert "backup" in done.err


def test_a_log_cut_short_is_6(desk: Desk) -> None:
    synced(desk)
    desk.db.write_bytes(desk.db.read_bytes()[:-4096])
    assert desk.run("log", "verify").code == 6


@pytest.mark.parametrize("byte", [b"J", b"\xff"])
def test_one_flipped_byte_is_found_and_named(desk: Desk, byte: bytes) -> None:
    synced(desk)
    assert desk.run("log", "verify").code == 0
    content = desk.db.read_bytes()
    assert content.count(b"titleImport") == 1
    desk.db.write_bytes(content.replace(b"titleImport", b"title" + byte + b"mport"))
    done = desk.run("log", "verify")
    assert (done.code, done.out) == (6, "")
    assert "event 10002:0." in done.err


def test_an_earlier_log_in_place_of_this_one_is_found_against_a_checkpoint(desk: Desk) -> None:
    desk.empty_log()
    earlier = {path: path.read_bytes() for path in (desk.db, desk.seal)}
    synced(desk)
    desk.write("head.json", desk.run("log", "checkpoint").out)
    assert desk.run("log", "verify", "--against", "head.json").code == 0
    for path, content in earlier.items():
        path.write_bytes(content)
    assert desk.run("log", "verify").code == 0
    done = desk.run("log", "verify", "--against", "head.json")
    assert (done.code, done.out) == (6, "")
    assert "it was rolled back" in done.err


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"checkpoint": 2, "sources": {}}', '{"checkpoint": 1, "sources": {"acme": 5}}',
     '{"checkpoint": 1, "sources": {"acme": {"events": "5", "hash": "ff"}}}'],
)  # fmt: skip
def test_a_file_that_is_no_checkpoint_is_2_and_named(desk: Desk, text: str) -> None:
    configured(desk)
    desk.write("head.json", text)
    done = desk.run("log", "verify", "--against", "head.json")
    assert (done.code, "head.json" in done.err) == (2, True)


def test_an_export_makes_the_same_log_elsewhere(desk: Desk) -> None:
    synced(desk)
    head = desk.run("log", "checkpoint").out
    desk.write("log.jsonl", desk.run("log", "export").out)
    desk.db.unlink()
    done = desk.run("log", "import", "log.jsonl")
    assert (done.code, done.out.endswith("events imported\n")) == (0, True)
    assert desk.run("log", "checkpoint").out == head
    assert desk.db.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in desk.folder.glob("*.part*")) == []


def test_an_import_does_not_touch_a_log_that_is_there(desk: Desk) -> None:
    synced(desk)
    desk.write("log.jsonl", desk.run("log", "export").out)
    before = desk.db.read_bytes()
    done = desk.run("log", "import", "log.jsonl")
    assert (done.code, "there is a log at" in done.err) == (6, True)
    assert desk.db.read_bytes() == before


def test_an_import_beside_a_run_that_makes_the_log_is_75(desk: Desk) -> None:
    synced(desk)
    desk.write("log.jsonl", desk.run("log", "export").out)
    for path in (desk.db, desk.seal):
        path.unlink()
    with closing(SqliteLog(desk.db, write=True)):
        done = desk.run("log", "import", "log.jsonl")
    assert (done.code, "another tracker-sync is writing" in done.err) == (75, True)
    assert desk.run("log", "verify").out == "0 events hold\n"


def test_a_broken_export_makes_no_log_and_is_named_with_its_line(desk: Desk) -> None:
    synced(desk)
    export = desk.run("log", "export").out.splitlines()
    desk.write("log.jsonl", "\n".join([*export[:2], "{", *export[3:]]))
    for path in (desk.db, desk.seal):
        path.unlink()
    done = desk.run("log", "import", "log.jsonl")
    assert (done.code, "log.jsonl: line 3: this is not an event" in done.err) == (6, True)
    assert [p.name for p in desk.folder.iterdir() if ".db" in p.name and not p.name.endswith(".lock")] == []


def test_no_log_yet_is_6_and_says_what_to_run(desk: Desk) -> None:
    desk.jira(CLOSED)
    done = desk.run("report")
    assert (done.code, "tracker-sync sync" in done.err) == (6, True)


def test_a_second_writer_leaves_with_75(desk: Desk) -> None:
    synced(desk)
    before = desk.db.read_bytes()
    fd = os.open(f"{desk.db}.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)
    done = desk.spawn("sync")
    assert (done.code, done.out) == (75, "")
    assert desk.spawn("items").code == 0, "readers need not wait"
    os.close(fd)
    assert desk.db.read_bytes() == before


def test_a_folder_that_is_not_there_is_6_before_the_network(desk: Desk) -> None:
    front = front_of("jira")
    with fronted(front) as url:
        desk.jira(url)
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", text + "[log]\nurl = 'sqlite:///no/such/folder/x.db'\n")
        done = desk.run("sync")
    assert (done.code, front.paths) == (6, [])


def test_a_symlinked_log_or_output_is_refused(desk: Desk) -> None:
    synced(desk)
    precious = desk.write("precious", "keep me")
    (desk.folder / "out.txt").symlink_to(precious)
    assert desk.run("report", "--output", "out.txt").code == 2
    assert precious.read_text() == "keep me"
    desk.db.rename(desk.folder / "real.db")
    desk.db.symlink_to(desk.folder / "real.db")
    for command in ("items", "sync"):
        assert desk.run(command).code == 6


def test_a_closed_pipe_is_no_error(desk: Desk) -> None:
    synced(desk)
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tracker_sync items | true; echo ${{PIPESTATUS[0]}}"],
        cwd=desk.folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        check=True, timeout=30,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (b"0\n", b"")


def test_a_sync_with_nothing_wrong_says_nothing(desk: Desk) -> None:
    issue = jira_issue()
    with serving(jira_site(issue)) as [url]:
        desk.jira(url)
        first = desk.spawn("sync")
        issue["fields"]["updated"] = day(1)
        second = desk.spawn("sync")
    assert [(d.code, d.said) for d in (first, second)] == [(0, "")] * 2


# --- Help


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if path:
        yield path
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))


@pytest.mark.parametrize("path", list(commands(cli)), ids=" ".join)
def test_help_of_every_command_has_an_example(desk: Desk, path: tuple[str, ...]) -> None:
    done = desk.run(*path, "--help")
    assert (done.code, done.err) == (0, "")
    assert "Example:" in done.out
    assert f"tracker-sync {' '.join(path)}" in done.out.partition("Example:")[2].replace("\n ", "")


HEAVY = [
    "jira", "github", "pydantic", "rich", "sqlite_utils", "requests", "re2", "tenacity", "prometheus_client",
]  # fmt: skip


@pytest.mark.parametrize("args", [["--help"], ["sync", "--help"], ["report", "--help"]], ids=" ".join)
def test_help_loads_no_heavy_library(args: list[str]) -> None:
    code = (
        "import sys; from tracker_sync.cli import main\n"
        f"sys.argv = ['tracker-sync', *{args!r}]\n"
        "try: main()\n"
        "except SystemExit as e: assert e.code == 0\n"
        f"print('LOADED', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"
    assert all(importlib.util.find_spec(m) for m in HEAVY), "a name that nothing has proves nothing"
