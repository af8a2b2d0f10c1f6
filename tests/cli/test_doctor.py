"""`doctor` says first what is broken, with its remedy; its code is that of the worst; it shows no secret."""

import fcntl
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from canary.suite import kept
from conftest import ROOT, Desk
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, JiraCompany
from simulator.server import Running, running

from tracker_sync.cli.templates import STRATEGY
from tracker_sync.log.seal import path_of

HEADER = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
CANARY = "canary-5b1d77e0a4"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def trackers() -> Iterator[tuple[Running, Running]]:
    """A Jira and a GitHub of today."""
    jira, hub = JiraCompany(datetime.now(UTC)), GitHubCompany(now=datetime.now(UTC))
    jira.create("PAY", "Story", "Export as PDF")
    hub.create("acme/web", "Import from CSV")
    with (
        running(CloudFace(jira, token=CANARY, user="ada@acme.test")) as one,
        running(GitHubFace(hub, token=CANARY)) as two,
    ):
        yield one, two


@pytest.fixture(scope="module")
def synced(trackers: tuple[Running, Running], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set-up in which everything is as it should be, after its first sync."""
    jira, hub = trackers
    with pytest.MonkeyPatch.context() as here:
        desk = credited(Desk(tmp_path_factory.mktemp("synced"), here))
        _set_up(desk, jira, hub)
        desk.sync()
    return desk.folder


@pytest.fixture
def there(desk: Desk, synced: Path) -> Desk:
    """A copy of it, to be spoilt."""
    shutil.copytree(synced, desk.folder, dirs_exist_ok=True)
    return credited(desk)


def credited(desk: Desk) -> Desk:
    for name in ("JIRA_TOKEN", "GITHUB_TOKEN"):
        desk.monkeypatch.setenv(name, CANARY)
    desk.monkeypatch.setenv("JIRA_USER", "ada@acme.test")
    return desk


def _set_up(desk: Desk, jira: Running, hub: Running) -> None:
    desk.write("tracker-sync.toml", f"""\
        [[sources]]
        name = "acme"
        kind = "jira"
        url = "{jira.url}"
        jql = "project = PAY"
        fields = {{ intent = "Intent", customer = "Customers", points = "Story Points" }}
        allow_http = true
        [[sources]]
        name = "web"
        kind = "github"
        repos = ["acme/web"]
        url = "{hub.url}"
        allow_http = true
        """)  # fmt: skip
    desk.write("customers.csv", f"{HEADER}\nGirder,,,,,,,customer,,,,,\n")
    desk.write("people.toml", "[[people]]\nlogins = ['acc-ada']\nrole = 'sales'\n")


@pytest.fixture
def away(desk: Desk) -> Desk:
    """A set-up without trackers, with an empty log."""
    desk.jira("https://jira.example.test")
    desk.empty_log()
    return desk


def rows(desk: Desk, *args: str, code: int = 0) -> Rows:
    done = desk.run("doctor", "--format", "json", *args)
    assert (done.code, done.err) == (code, "")
    page = json.loads(done.out)
    assert (page["schema"], page["summary"]["exit_code"]) == ("tracker-sync/doctor/1", code)
    found: Rows = page["rows"]
    for row in found:
        assert bool(row["exit_code"]) == (row["state"] == "broken")
        assert row["remedy"] or row["state"] == "fine", row
    return found


def told(found: Rows, state: str) -> list[str]:
    return [f"{r['about']}: {r['what']} -> {r['remedy']}" for r in found if r["state"] == state]


# --- As a whole


def test_where_all_is_well_it_ends_with_0_and_says_so(there: Desk) -> None:
    done = there.run("doctor", "--full")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Nothing is broken, 1 worth a look; ")
    assert "\nWorth a look\n  strategy.toml: it is not there" in done.out
    assert "\nBroken" not in done.out
    assert "all 20 events hold" in done.out or re.search(r"all \d+ events hold", done.out)
    assert "Ada's" in done.out
    assert "sync-bot's" in done.out


def test_it_changes_nothing(there: Desk) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in there.folder.iterdir()}

    before = state()
    assert there.run("doctor", "--full").code == 0
    assert state() == before


def test_what_is_broken_comes_first_and_the_code_is_that_of_the_worst(there: Desk) -> None:
    there.write("people.toml", "[[people]]\nlogins = 'ada'\n")
    there.monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    there.db.chmod(0o644)
    done = there.run("doctor")
    assert done.code == 6
    first, _, rest = done.out.partition("\n\nBroken\n")[2].partition("\n\n")
    assert first.count("->") == 3
    words = " ".join(first.split())
    assert re.search(r"web: .*\(401\) .*GITHUB_TOKEN.*people\.toml: .*:2: .*log: .*\(0644\)", words)
    assert f"chmod 600 {there.db}" in words
    assert rest.startswith(("Worth a look", "Fine"))


@pytest.mark.parametrize(
    ("variable", "value", "code"), [("GITHUB_TOKEN", "wrong", 3), ("JIRA_USER", "bob@acme.test", 3)]
)
def test_credentials_that_are_refused_are_3(there: Desk, variable: str, value: str, code: int) -> None:
    there.monkeypatch.setenv(variable, value)
    assert there.run("doctor").code == code


def test_no_secret_is_shown_however_it_gets_into_an_answer(there: Desk, trackers: Any) -> None:
    jira, _ = trackers
    there.monkeypatch.setenv("TRACKER_SYNC_CHECKPOINT_KEY", f"{CANARY}-and-more")
    there.monkeypatch.setattr(jira.face.company.users["acc-ada"], "display", f"Ada {CANARY}")
    for form in ("text", "json"):
        done = there.run("doctor", "--format", form)
        assert done.code == 0
        assert CANARY not in done.said
        assert "Ada ***" in done.out


def test_offline_no_tracker_is_asked(there: Desk, trackers: tuple[Running, Running]) -> None:
    for site in trackers:
        site.reset()
    found = rows(there, "--offline")
    assert [site.hits for site in trackers] == [[], []]
    assert [line.partition(":")[0] for line in told(found, "unchecked")] == ["acme", "web"]


# --- The configuration and the files


def test_without_a_configuration_it_says_how_to_get_one(desk: Desk) -> None:
    found = rows(desk, code=2)
    assert "tracker-sync init" in told(found, "broken")[0]
    assert len(found) == 2


def test_a_broken_configuration_is_named_with_its_line(desk: Desk) -> None:
    desk.write("tracker-sync.toml", "[log]\nurll = 'x'\n")
    assert "tracker-sync.toml:2: " in told(rows(desk, code=2), "broken")[0]


def test_a_transcript_of_a_configuration_without_a_source(desk: Desk) -> None:
    desk.write("tracker-sync.toml", "")
    done = desk.run("doctor")
    assert done.code == 2
    assert "names no source\n    -> `tracker-sync init --help` shows how to add one\n" in done.out


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("strategy.toml", "effective = soon\n", "strategy.toml:1: "),
        ("customers.csv", f"{HEADER}\nGirder,,,,,,,customer,,,,1e6,\n", "customers.csv:2: "),
        ("people.toml", "[[people]]\nlogins = 1\n", "people.toml:2: "),
        ("problems.csv", "who\n", "problems.csv:1: "),
        ("adoption.csv", "who\n", "adoption.csv:1: "),
        ("pmf.csv", "who\n", "pmf.csv:1: "),
        ("mine/tags/a.toml", "dimension = 'intent'\nkeep = \n", "a.toml:2: "),
        ("mine/bias/a.toml", "id = 'a'\npattern = \n", "a.toml:2: "),
    ],
)
def test_each_file_that_is_broken_is_named_with_its_line(away: Desk, name: str, text: str, line: str) -> None:
    away.write(
        "tracker-sync.toml", (away.folder / "tracker-sync.toml").read_text() + "[rules]\npaths = ['mine']\n"
    )
    (away.folder / "mine").mkdir(exist_ok=True)
    away.write(name, text)
    [one] = told(rows(away, "--offline", code=2), "broken")
    assert line in one


FAILING = """\
dimension = "intent"
[[rule]]
id = "mine"
why = "ours"
when = { labels = "^x$" }
value = "x"
[[rule.test]]
item = { labels = "y" }
gives = ["x"]
[[rule.test]]
item = { labels = "z" }
gives = []
"""


def test_a_rule_that_fails_its_own_test_is_broken(away: Desk) -> None:
    away.write(
        "tracker-sync.toml", (away.folder / "tracker-sync.toml").read_text() + "[rules]\npaths = ['mine']\n"
    )
    away.write("mine/tags/a.toml", FAILING)
    assert "1 test inside rule files failed -> `tracker-sync rules test`" in str(
        told(rows(away, "--offline", code=2), "broken")
    )


def test_the_file_that_init_writes_states_nothing_yet(away: Desk) -> None:
    away.write("strategy.toml", STRATEGY)
    looks = told(rows(away, "--offline"), "look")
    assert any(one.startswith("strategy.toml: nothing is stated in it yet") for one in looks)


def test_what_is_missing_and_may_be_is_worth_a_look(away: Desk) -> None:
    away.write(
        "tracker-sync.toml", (away.folder / "tracker-sync.toml").read_text() + "[rules]\npaths = ['mine']\n"
    )
    away.write("people.toml", "")
    looks = "\n".join(told(rows(away, "--offline"), "look"))
    for words in ("strategy.toml: it is not there", "customers.csv: it is not there", "people.toml: nobody",
                  "mine: [rules] paths names it"):  # fmt: skip
        assert words in looks


# --- Credentials


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "no token: only what everybody may see"),
        ({"TRACKER_SYNC_ACME_TOKEN": '"quoted-token"'}, "a token with quotes"),
        ({"TRACKER_SYNC_ACEM_TOKEN": "x"}, "TRACKER_SYNC_ACEM_TOKEN: it belongs to no source"),
    ],
)
def test_odd_credentials_are_worth_a_look(away: Desk, env: dict[str, str], words: str) -> None:
    for name, value in env.items():
        away.monkeypatch.setenv(name, value)
    assert words in "\n".join(told(rows(away, "--offline"), "look"))


def test_an_api_token_of_cloud_needs_a_user(away: Desk) -> None:
    away.jira("https://acme.atlassian.net")
    away.monkeypatch.setenv("JIRA_TOKEN", CANARY)
    [line] = [one for one in told(rows(away, "--offline"), "look") if "JIRA_TOKEN" in one]
    assert "set TRACKER_SYNC_ACME_USER (or JIRA_USER)" in line


@pytest.mark.parametrize(("mode", "state"), [(0o600, "fine"), (0o640, "look"), (0o604, "look")])
def test_a_file_with_a_token_is_for_its_owner_alone(away: Desk, mode: int, state: str) -> None:
    path = kept(away.write("token", CANARY))
    path.chmod(mode)
    away.monkeypatch.setenv("JIRA_TOKEN_FILE", str(path))
    found = [r for r in rows(away, "--offline") if r["id"] == "credentials"]
    assert found[0]["state"] == state
    assert state == "fine" or found[0]["remedy"] == f"chmod 600 {path}"


def test_a_file_with_a_token_that_is_not_there_is_2(away: Desk) -> None:
    away.monkeypatch.setenv("JIRA_TOKEN_FILE", "/nowhere/token")
    found = rows(away, code=2)
    assert "the file that JIRA_TOKEN_FILE names cannot be read" in told(found, "broken")[0]
    assert "its credentials cannot be read" in told(found, "unchecked")[0]


# --- The log


def test_where_there_is_no_log_yet_a_sync_makes_it(desk: Desk) -> None:
    desk.jira("https://jira.example.test")
    assert any("`tracker-sync sync` makes it" in one for one in told(rows(desk, "--offline"), "look"))


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def spoil(path: Path) -> None:
    path.write_bytes(b"x" * 8192)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)


def forge(path: Path) -> None:
    """The last event said otherwise, by somebody who also made a new seal impossible to tell."""
    path_of(path).unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TRIGGER event_no_update")
        db.execute("UPDATE event SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM event)")
        db.commit()


def expose(path: Path) -> None:
    path_of(path).chmod(0o666)


@pytest.mark.parametrize(
    ("do", "full", "words"),
    [
        (newer, False, "newer tracker-sync"),
        (cut, False, "bytes and had"),
        (spoil, False, "cannot be used"),
        (flip, True, "are not what the last run left there"),
        (forge, False, "not those that were recorded last"),
        (forge, True, "it was changed after it was recorded"),
        (expose, False, "can be read by others than its owner (0666)"),
    ],
)
def test_a_log_that_is_not_as_it_should_be_is_6(
    there: Desk, do: Callable[[Path], None], full: bool, words: str
) -> None:
    do(there.db)
    found = told(rows(there, "--offline", *["--full"] * full, code=6), "broken")
    assert any(words in one for one in found), found


def test_a_log_of_a_group_is_worth_a_look(away: Desk) -> None:
    away.db.chmod(0o640)
    assert f"chmod 600 {away.db}" in "\n".join(told(rows(away, "--offline"), "look"))


def test_a_symbolic_link_for_a_log_is_6(away: Desk) -> None:
    away.db.rename(away.folder / "real.db")
    away.db.symlink_to(away.folder / "real.db")
    assert "symbolic link" in told(rows(away, "--offline", code=6), "broken")[0]


def test_a_run_at_work_is_told_and_nothing_is_broken_by_it(away: Desk) -> None:
    with (away.folder / "tracker-sync.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert any("a run has it at the moment" in one for one in told(rows(away, "--offline"), "fine"))


def test_the_disk_and_the_kind_of_its_file_system(away: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = away.write("mountinfo", "1 0 0:1 / / rw - nfs4 server:/ rw\n")
    monkeypatch.setattr("tracker_sync.log.place.MOUNTS", mounts)
    assert "network file system (nfs4)" in told(rows(away, "--offline", code=6), "broken")[0]
    monkeypatch.undo()
    monkeypatch.setattr("tracker_sync.doctor.log.ROOMY", 1 << 60)
    assert any("GiB are free" in one for one in told(rows(away, "--offline"), "look"))


def test_a_source_that_was_renamed_is_told_before_it_counts_twice(there: Desk) -> None:
    config = there.folder / "tracker-sync.toml"
    config.write_text(config.read_text().replace('"acme"', '"ours"'))
    [line] = [one for one in told(rows(there), "look") if one.startswith("acme:")]
    assert "no source is called so" in line


def test_records_that_were_set_aside_are_counted(there: Desk, trackers: tuple[Running, Running]) -> None:
    company = trackers[0].face.company  # type: ignore[attr-defined]
    company.tick()
    issue = company.create("PAY", "Story", "Odd")
    company.issues[issue].spoilt = {"created": "yesterday"}
    there.sync(code=5)
    assert any("1 records could not be understood" in one for one in told(rows(there), "look"))


# --- The page on it


def test_the_page_on_doctor_names_every_check() -> None:
    made: set[str] = set()
    for path in (ROOT / "tracker_sync/doctor").glob("*.py"):
        made |= set(
            re.findall(r"\b(?:fine|look|broken|unchecked|failed|tried|_read)\(\s*\"(\w+)\"", path.read_text())
        )
    page = (ROOT / "docs/doctor.md").read_text()
    assert len(made) > 15
    assert [name for name in sorted(made) if not re.search(rf"^\\| [^|]*`{name}`", page, re.M)] == []
