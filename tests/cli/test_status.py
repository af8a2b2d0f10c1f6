"""`tracker-sync status` says how each source stands, by what the passes left in the log."""

import json
import re
import time
from typing import Any

import pytest
from builders import Front, fronted, github_issue, github_site, jira_issue, jira_site
from conftest import Desk
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace
from simulator.jira_company import JiraCompany
from simulator.server import running

from tracker_sync.config import load
from tracker_sync.demo.tracker_server import serving
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.status import present

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def told(desk: Desk) -> dict[str, Any]:
    """What status says of the one source."""
    done = desk.run("status", "--format", "json")
    assert (done.code, done.err) == (0, "")
    [source] = json.loads(done.out)["sources"]
    assert isinstance(source, dict)
    return source


def test_a_transcript_of_a_source_that_was_read(desk: Desk) -> None:
    with serving(jira_site(jira_issue(1), jira_issue(2))) as [url]:
        desk.jira(url)
        desk.sync()
    done = desk.run("status")
    assert (done.code, done.err) == (0, "")
    said = TIME.sub("TIME", re.sub(r"last \d+ seconds?", "last N seconds", done.out))
    assert said.splitlines()[:-1] == [
        "acme (jira)",
        "  last success  TIME; what changed in the last N seconds may not be in the log",
        "  deletions     never looked for (`sync --full`)",
        "  items         2",
        "  set aside     0",
        "  quota left    the tracker has not said",
    ]
    assert re.fullmatch(r'  cursor        \{"at": .{,53}…?', said.splitlines()[-1])


def test_a_source_that_failed_keeps_its_last_success(desk: Desk, naps: list[float]) -> None:
    front = Front(jira_site(jira_issue()))
    with fronted(front) as url:
        desk.jira(url)
        desk.sync()
        before = told(desk)
        front.status = lambda _: (500, {})
        desk.sync(4)
    after = told(desk)
    assert (before["last_pass"]["code"], after["last_pass"]["code"]) == (0, 4)
    assert "the tracker failed (500)" in after["last_pass"]["said"]
    assert after["last_success"] == before["last_success"]
    assert "last pass     failed 0 seconds ago (exit code 4): source 'acme':" in desk.run("status").out


def test_a_source_that_was_never_read_has_no_lag(desk: Desk) -> None:
    desk.jira("http://127.0.0.1:9")
    desk.empty_log()
    source = told(desk)
    assert [source[k] for k in ("last_success", "lag_seconds", "last_pass", "cursor")] == [None] * 4
    assert "last success  never\n" in desk.run("status").out


def test_the_lag_counts_from_the_start_of_the_last_success(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(jira_site(jira_issue())) as [url]:
        desk.jira(url)
        desk.sync()
    real = time.time_ns
    monkeypatch.setattr("tracker_sync.cli.session.time.time_ns", lambda: real() + 7200 * 10**9)
    assert 7200 <= told(desk)["lag_seconds"] < 7300
    assert "in the last 2 hours may not be in the log" in desk.run("status").out


def test_what_was_set_aside_is_counted_and_the_pass_is_a_success_in_part(desk: Desk) -> None:
    with serving(jira_site(jira_issue(1), jira_issue(2, created="no date"))) as [url]:
        desk.jira(url)
        assert desk.run("sync").code == 5
    source = told(desk)
    assert (source["items"], source["set_aside"], source["last_pass"]["code"]) == (1, 1, 5)
    assert source["last_success"] is not None
    assert "last pass     done in part (exit code 5)" in desk.run("status").out


def test_only_a_full_pass_looks_for_deletions_and_a_deleted_item_is_no_item(desk: Desk) -> None:
    company = JiraCompany()
    made = [company.create("PAY", "Story", f"Story {n}") for n in range(4)]
    with running(CloudFace(company)) as server:
        desk.jira(server.url)
        desk.sync()
        assert (told(desk)["items"], told(desk)["last_full"]) == (4, None)
        company.delete(made[0])
        desk.sync()
        assert told(desk)["items"] == 4
        assert desk.run("sync", "--full").code == 0
    assert told(desk)["items"] == 3
    assert told(desk)["last_full"] == told(desk)["last_success"]


def test_the_pull_of_one_item_is_no_pass(desk: Desk) -> None:
    with serving(jira_site(jira_issue())) as [url]:
        desk.jira(url)
        assert desk.run("sync", "--item", "PAY-1").code == 0
    assert (told(desk)["items"], told(desk)["last_pass"]) == (1, None)


@pytest.mark.parametrize("kind", ["jira", "github"])
def test_the_quota_is_what_the_tracker_said_last(desk: Desk, kind: str) -> None:
    front = Front(jira_site(jira_issue()) if kind == "jira" else github_site(github_issue()))
    reset = int(time.time()) + 600
    left = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4321", "X-RateLimit-Reset": str(reset)}
    with fronted(front) as url:
        getattr(desk, kind)(url)
        spoilt = front.reply
        front.reply = lambda request: (lambda s, h, b: (s, {**h, **left}, b))(*spoilt(request))  # type: ignore[method-assign]
        desk.sync()
    [quota] = told(desk)["quota"]
    assert (quota["resource"], quota["remaining"], quota["limit"]) == ("core", 4321, 5000)
    assert "quota left    core: 4,321 of 5,000 until 20" in desk.run("status").out


def test_graphql_has_a_quota_of_its_own(desk: Desk) -> None:
    company = GitHubCompany()
    company.create("acme/web", "Export as PDF", "")
    with running(GitHubFace(company)) as server:
        desk.github(server.url)
        assert desk.run("sync", GITHUB_TOKEN="canary-08f2c6b9e3").code == 0
    assert {q["resource"]: q["limit"] > q["remaining"] for q in told(desk)["quota"]} == {
        "core": True, "graphql": True,
    }  # fmt: skip


def test_status_asks_no_tracker_and_reads_beside_a_writer(desk: Desk) -> None:
    desk.jira("http://127.0.0.1:9")
    log = SqliteLog(desk.db, write=True)
    try:
        assert desk.run("status").code == 0
    finally:
        log.close()


def test_a_transcript_without_a_log(desk: Desk) -> None:
    desk.jira("http://127.0.0.1:9")
    done = desk.run("status")
    assert (done.code, done.out) == (6, "")
    assert done.err == f"tracker-sync: there is no log at {desk.db} yet; run `tracker-sync sync` first\n"


def test_items_are_counted_as_the_log_lists_them(desk: Desk) -> None:
    company = JiraCompany()
    made = [company.create("PAY", "Story", f"Story {n}") for n in range(5)]
    face = CloudFace(company)
    with running(face) as server:
        desk.jira(server.url)
        desk.sync()
        company.move(made[0], "WEB")
        company.delete(made[1])
        gone = company.issues.pop(made[2])
        assert desk.run("sync", "--full").code == 0
        company.issues[made[2]] = gone
        company.tick()
        company.edit(made[2], "title", "Back again")
        desk.sync()
    log = SqliteLog(load(desk.folder / "tracker-sync.toml").log_path)
    try:
        kinds = [e.event.kind for e in log.read()]
        assert (kinds.count("removed"), kinds.count("restored"), kinds.count("moved")) == (2, 1, 1)
        assert present(log)["acme"] == len(log.keys("acme")) == 4
    finally:
        log.close()
