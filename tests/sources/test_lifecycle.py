"""Deletions, moves, transfers, lost permissions and silent edits, as the command line tells them."""

import json
import os
import signal
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme
from conftest import ROOT, Desk
from simulator.faults import ALL, OnPath
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, DataCenterFace, JiraCompany
from simulator.server import Running, running

from tracker_sync.events import Named
from tracker_sync.items import World, fold
from tracker_sync.log.sqlite import SqliteLog

TOKEN = "canary-7a4be05d92"


def jira_company(issues: int = 4) -> tuple[JiraCompany, list[str]]:
    company = JiraCompany()
    ids = []
    for n in range(issues):
        company.tick(300)
        ids.append(company.create("PAY", "Story", f"Export {n}"))
    return company, ids


def github_company(issues: int = 4) -> tuple[GitHubCompany, list[Any]]:
    company = GitHubCompany()
    made = []
    for n in range(issues):
        company.tick(300)
        made.append(company.create("acme/web", f"Export {n}"))
    return company, made


@contextmanager
def jira(desk: Desk, company: JiraCompany, face: type = CloudFace, **how: Any) -> Iterator[Running]:
    with running(face(company, **how)) as site:
        desk.jira(site.url)
        yield site


@contextmanager
def github(desk: Desk, company: GitHubCompany, monkeypatch: Any, **how: Any) -> Iterator[Running]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with running(GitHubFace(company, token=TOKEN, **how)) as site:
        desk.github(site.url + ("/api/v3" if how.get("enterprise") else ""))
        yield site


def world(desk: Desk) -> World:
    log = SqliteLog(desk.db)
    try:
        return fold(log.read())
    finally:
        log.close()


def keys(desk: Desk) -> list[str]:
    return [row["key"] for row in desk.listed()]


# --- Jira


def test_a_deleted_issue_is_in_no_report_and_show_has_its_history(desk: Desk) -> None:
    company, ids = jira_company()
    with jira(desk, company):
        desk.sync()
        company.delete(ids[1])
        desk.sync()
        assert "acme:PAY-2" in keys(desk), "no tracker tells of it"
        assert desk.run("sync", "--full").code == 0
    assert keys(desk) == ["acme:PAY-1", "acme:PAY-3", "acme:PAY-4"]
    shown = desk.run("show", "PAY-2")
    assert shown.code == 0
    assert "not in its tracker any more" in shown.out
    assert json.loads(desk.run("show", "PAY-2", "--format", "json").out)["removed_at"]
    assert desk.run("tag", "PAY-2", "--intent", "x", "--reason", "y").code == 2


def test_an_issue_that_is_there_again_is_restored(desk: Desk) -> None:
    company, ids = jira_company()
    with jira(desk, company):
        desk.sync()
        for change in (company.hide, company.show, company.hide, company.show):
            change(ids[1])
            company.tick(60)
            desk.run("sync", "--full")
    assert "acme:PAY-2" in keys(desk)
    assert [e.kind for e in desk.events() if e.item == ids[1]][-4:] == ["removed", "restored"] * 2


def test_more_than_half_gone_is_a_lost_permission_and_no_deletion(desk: Desk) -> None:
    company, ids = jira_company()
    with jira(desk, company):
        desk.sync()
        for issue in ids[:3]:
            company.hide(issue)
        done = desk.run("sync", "--full")
    assert done.code == 5
    assert "3 of 4 issues are not to be seen any more" in done.err
    assert len(keys(desk)) == 4


def test_a_project_that_cannot_be_seen_is_not_deleted(desk: Desk) -> None:
    company, _ = jira_company(6)
    company.create("WEB", "Story", "Another project")
    with jira(desk, company):
        desk.sync()
        company.hide_project("WEB")
        done = desk.run("sync", "--full")
    assert done.code == 5
    assert "the project WEB is not to be seen any more" in done.err
    assert len(keys(desk)) == 7


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
def test_an_issue_that_left_the_query_is_followed_and_not_deleted(desk: Desk, face: type) -> None:
    company, ids = jira_company()
    with jira(desk, company, face):
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", text + 'jql = "project = PAY"\n')
        desk.sync()
        company.tick(600)
        moved = company.move(ids[0], "WEB")
        assert desk.run("sync", "--full").code == 0
    assert f"acme:{moved}" in keys(desk)
    assert desk.run("show", "PAY-1").out.startswith(f"acme:{moved} ")


def test_a_server_without_changelogs_has_a_history_from_now_on(desk: Desk) -> None:
    company, ids = jira_company(1)
    company.tick(3600)
    company.edit(ids[0], "status", "In Progress")
    with jira(desk, company, DataCenterFace, changelog_allowed=False):
        done = desk.run("sync")
        assert (done.code, "does not give the whole history" in done.err) == (0, True)
    [item] = world(desk).items.values()
    dated = {e.attr: e.ts for e in desk.events() if e.kind == "added" and e.item == ids[0]}
    assert dated["title"] == item.opened_at
    assert dated["status"] > item.opened_at, "nobody says that it was in progress from the start"


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
def test_a_site_with_linking_switched_off_is_read_without_links(desk: Desk, face: type) -> None:
    company, ids = jira_company(3)
    for issue in ids:
        company.remote_link(issue, "https://acme.zendesk.example/tickets/1")
    company.linking = False
    with jira(desk, company, face) as site:
        assert desk.run("sync").code == 0
        assert len([h for h in site.hits if "configuration" in h.path]) <= len(ids)
    assert len(keys(desk)) == 3


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
def test_a_token_that_may_not_see_links_is_no_site_without_them(desk: Desk, face: type) -> None:
    company, ids = jira_company(1)
    company.remote_link(ids[0], "https://acme.zendesk.example/tickets/1")
    with jira(desk, company, face) as site:
        site.faults = OnPath(site, "/remotelink", ALL["403"])
        done = desk.run("sync")
    assert done.code == 3
    assert "remotelink" in done.err


def talked_about() -> tuple[JiraCompany, list[str]]:
    """Three issues, the second with more comments than come with it."""
    company, ids = jira_company(3)
    for n in range(25):
        company.comment(ids[1], f"Comment {n}")
    company.tick(7200)
    return company, ids


def test_an_issue_whose_comments_are_missing_for_a_moment_is_read_by_the_next_run(desk: Desk) -> None:
    company, _ = talked_about()
    with jira(desk, company) as site:
        site.faults = OnPath(site, "/comment", ALL["404"])
        done = desk.run("sync")
        assert (done.code, "PAY-2" in done.err, len(keys(desk))) == (5, True, 2)
        site.faults = {}
        assert desk.run("sync").code == 0
    assert len(keys(desk)) == 3


def test_an_issue_that_cannot_be_read_is_said_so_on_every_run(desk: Desk) -> None:
    company, ids = talked_about()
    with jira(desk, company) as site:
        for _ in range(3):
            site.faults = OnPath(site, "/comment", ALL["404"])
            assert desk.run("sync").code == 5
        site.faults = {}
        company.delete(ids[1])
        assert desk.run("sync").code == 0
    assert len(keys(desk)) == 2


def test_remote_links_are_evidence(desk: Desk) -> None:
    company, ids = jira_company(2)
    company.remote_link(ids[0], "https://acme.zendesk.example/tickets/1")
    with jira(desk, company) as site:
        desk.sync()
        assert len([h for h in site.hits if h.path.endswith("/remotelink")]) == 1
    assert [*world(desk).items["acme:PAY-1"].many("remote_links")] == [
        "https://acme.zendesk.example/tickets/1"
    ]


def test_a_status_name_that_is_taken_up_again_counts(desk: Desk) -> None:
    company, ids = jira_company(1)
    with jira(desk, company):
        desk.sync()
        for n, (old, new) in enumerate([("To Do", "Backlog"), ("Backlog", "To Do")]):
            company.rename_status(old, new)
            company.tick(3600)
            company.edit(ids[0], "title", f"Title {n}")
            desk.sync()
    said = [e.val for e in desk.events() if isinstance(e, Named) and e.attr == "status"]
    assert said[-3:] == ["To Do", "Backlog", "To Do"]
    assert world(desk).names["acme"].of("status", next(iter(world(desk).items["acme:PAY-1"].state["status"])))


def test_a_scoped_token_works_below_the_cloud_id(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    company, _ = jira_company()
    monkeypatch.setenv("JIRA_TOKEN", TOKEN)
    monkeypatch.setenv("JIRA_USER", "ada@acme.example")
    with running(CloudFace(company, token=TOKEN, user="ada@acme.example", scoped=True)) as site:
        from simulator.jira import CLOUD_ID

        desk.jira(f"{site.url}/ex/jira/{CLOUD_ID}")
        desk.sync()
    assert len(keys(desk)) == 4


def test_an_index_that_lags_behind_loses_nothing(desk: Desk) -> None:
    company, ids = jira_company(6)
    with jira(desk, company, lag=lambda issue: 45.0 if issue == ids[2] else 0.0):
        company.tick(3600)
        desk.sync()
        for issue in ids:
            company.tick(2)
            company.edit(issue, "title", "edited")
        desk.sync()  # the edit of one issue cannot be found yet, later ones can
        company.tick(120)
        desk.sync()
    assert {row["title"] for row in desk.listed()} == {"edited"}


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
@pytest.mark.parametrize(
    "night", [datetime(2025, 11, 2, 4, 5, tzinfo=UTC), datetime(2026, 3, 8, 5, 5, tzinfo=UTC)],
    ids=["an hour comes twice", "an hour is left out"],
)  # fmt: skip
def test_nothing_is_skipped_in_the_night_of_summer_time(desk: Desk, face: type, night: datetime) -> None:
    company = JiraCompany(night)
    ids = [company.create("PAY", "Story", f"Export {n}") for n in range(8)]
    with jira(desk, company, face, timezone="America/New_York"):
        for n, issue in enumerate(ids):  # from 00:30 there on; what is not told in UTC is hours away
            company.tick(1500)
            company.edit(issue, "title", f"edited {n}")
            desk.sync()
    assert [row["title"] for row in desk.listed()] == [f"edited {n}" for n in range(8)]


# --- GitHub


def test_a_transferred_issue_is_one_item_under_both_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    company, issues = github_company()
    company.create("acme/api", "There already")
    with github(desk, company, monkeypatch):
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", text.replace('["acme/web"]', '["acme/web", "acme/api"]'))
        company.label(issues[0], "customer/acme")
        desk.sync()
        company.tick(3600)
        moved = company.transfer(issues[0], "acme/api")
        company.comment(moved, "still here")
        desk.sync()
        assert desk.run("sync", "--full").code == 0
    new = f"web:acme/api#{moved.number}"
    assert keys(desk).count(new) == 1
    assert "web:acme/web#1" not in keys(desk)
    for key in ("acme/web#1", f"acme/api#{moved.number}"):
        assert desk.run("show", key).out.startswith(f"{new} "), key
    item = world(desk).items[new]
    assert item.id == str(issues[0].id), "it keeps the id, and the tags, that it had"
    assert [*item.state["comment"].values()] == ["still here"]


def test_a_deleted_issue_of_github_is_removed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    company, issues = github_company()
    with github(desk, company, monkeypatch):
        desk.sync()
        company.delete(issues[2])
        assert desk.run("sync", "--full").code == 0
    assert keys(desk) == ["web:acme/web#1", "web:acme/web#2", "web:acme/web#4"]
    assert [e.val for e in desk.events() if e.kind == "removed"] == [
        "the tracker says that it is deleted (410)"
    ]


def test_what_moves_no_update_time_is_found_by_a_full_sync(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, issues = github_company()
    with github(desk, company, monkeypatch):
        desk.sync()
        said = company.comment(issues[0], "one")
        desk.sync()
        company.delete_comment(issues[0], said)
        company.add_sub_issue(issues[1], issues[2])
        company.project_set(issues[3], "Roadmap", "Intent", "Integrations")
        desk.sync()
        assert desk.run("sync", "--full").code == 0
    items = world(desk).items
    assert items["web:acme/web#1"].many("comment") == []
    assert items["web:acme/web#3"].one("parent") == "acme/web#2"
    assert items["web:acme/web#2"].many("sub_issues") == ["acme/web#3"]
    [attr] = [a for a in items["web:acme/web#4"].state if a.startswith("field_")]
    assert items["web:acme/web#4"].one(attr) == "Integrations"


def test_fields_of_issues_and_of_projects_say_what_the_configuration_says_they_do(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, issues = github_company()
    company.set_field(issues[0], "Bet", "Self serve")
    company.project_set(issues[0], "Roadmap", "Asked by", "Girder")
    with github(desk, company, monkeypatch):
        desk.sync()
        assert desk.listed("--intent", "self-serve") == []
        config = desk.folder / "tracker-sync.toml"
        config.write_text(config.read_text() + 'fields = { intent = "Bet", customer = "Asked by" }\n')
        desk.sync()
    [row] = desk.listed("--intent", "self-serve")
    assert (row["key"], row["customers"]) == ("web:acme/web#1", ["girder"])


def test_a_token_without_the_scope_for_projects_reads_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, issues = github_company()
    company.project_set(issues[3], "Roadmap", "Intent", "Integrations")
    with github(desk, company, monkeypatch, scopes={"repo"}):
        done = desk.run("sync")
    assert done.code == 0
    assert "the fields of projects are not read" in done.err
    assert len(keys(desk)) == 4


def test_a_query_that_takes_too_long_is_asked_in_smaller_parts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, naps: list[float]
) -> None:
    company, _ = github_company(60)
    with github(desk, company, monkeypatch, timeout_nodes=20_000) as site:
        desk.sync()
        refused = [h for h in site.hits if h.status == 502]
    assert len(keys(desk)) == 60
    assert 0 < len(refused) < 4


def test_an_enterprise_server_has_its_apis_elsewhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    company, _ = github_company()
    with github(desk, company, monkeypatch, enterprise=True) as site:
        desk.sync()
        assert {h.path for h in site.hits if h.method == "POST"} == {"/api/graphql"}
    assert len(keys(desk)) == 4


def test_all_repositories_of_an_organisation_are_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    company, _ = github_company()
    company.create("acme/api", "Another repository")
    with github(desk, company, monkeypatch) as site:
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", text.replace("acme/web", "acme/*"))
        desk.sync()
        site.reset()
        desk.sync()
        assert [h.status for h in site.hits] == [304, 304], "the list of repositories is remembered"
    assert "web:acme/api#1" in keys(desk)


def test_a_log_begun_without_a_token_goes_on_with_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    company, issues = github_company(12)
    for issue in issues:
        company.tick(60)
        company.label(issue, "bug")
        company.comment(issue, "please")
        company.close(issue, "not_planned")
    with running(GitHubFace(company, token=TOKEN, anonymous_limit=None)) as site:
        desk.github(site.url)
        desk.sync()
        before = {e.id for e in desk.events()}
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        desk.run("sync", "--full")
    assert {e.id for e in desk.events()} == before


def test_sixty_requests_an_hour_are_enough_in_the_end(desk: Desk) -> None:
    company, issues = github_company(30)
    for issue in issues:
        for n in range(4):
            company.tick(60)
            company.label(issue, f"label-{n}")
    clock = [company.now.timestamp()]
    face = GitHubFace(company, anonymous_limit=12, page_cap=5, clock=lambda: clock[0])
    with running(face) as site:
        desk.github(site.url)
        codes = []
        for _ in range(20):
            codes.append(desk.run("sync").code)
            if codes[-1] == 0:
                break
            clock[0] += 3601
    assert len(codes) > 2, "it did not fit into one hour"
    assert codes == [4] * (len(codes) - 1) + [0]
    items = world(desk).items
    assert len(items) == 30
    assert all(len(i.many("labels")) == 4 for i in items.values())
    opened = [e for e in desk.events() if e.kind == "added" and e.attr == "labels" and ":0." in e.id]
    assert opened == [], "each label came with its own event, none was there at the start"


def cross_references(desk: Desk) -> list[str]:
    return [e.key for e in desk.events() if getattr(e, "attr", "") == "cross-referenced"]


def test_a_graphql_that_is_missing_for_a_moment_is_asked_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, issues = github_company()
    company.cross_reference(issues[0], issues[1])
    with github(desk, company, monkeypatch) as site:
        site.faults = {2: ALL["404"]}
        assert desk.run("sync").code == 0
    assert cross_references(desk) == ["acme/web#2"]


def test_what_only_graphql_tells_is_read_once_there_is_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, issues = github_company(12)
    company.cross_reference(issues[0], issues[1])
    with github(desk, company, monkeypatch) as site:
        site.faults = OnPath(site, "/graphql", ALL["404"])
        done = desk.run("sync")
        assert (done.code, len(keys(desk))) == (0, 12)
        assert "does not tell cross-references" in done.err
        site.faults = {}
        assert (desk.run("sync").code, cross_references(desk)) == (0, ["acme/web#2"])
        site.reset()
        assert (desk.run("sync").code, [h.status for h in site.hits]) == (0, [304])


def test_a_repository_that_cannot_be_seen_does_not_keep_us_from_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, _ = github_company()
    company.create("acme/api", "There already")
    with github(desk, company, monkeypatch):
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", text.replace('["acme/web"]', '["acme/web", "acme/api"]'))
        company.hide_repo("acme/web")
        done = desk.run("sync")
        assert (done.code, keys(desk)) == (5, ["web:acme/api#1"])
        assert "/repos/acme/web/issues: missing or not allowed (404)" in done.err
        company.show_repo("acme/web")
        assert (desk.run("sync").code, len(keys(desk))) == (0, 5)
        for repo in ("acme/web", "acme/api"):
            company.hide_repo(repo)
        assert desk.run("sync").code == 3


@pytest.mark.parametrize("too_much", [[3], [3, 4, 5]])
def test_a_long_history_that_is_too_much_at_once_is_asked_for_in_parts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, naps: list[float], too_much: list[int]
) -> None:
    company, issues = github_company(3)
    for issue in issues:
        for n in range(110):
            company.comment(issue, f"Comment {n}")
    with github(desk, company, monkeypatch) as site:
        site.faults = dict.fromkeys(too_much, ALL["502"])
        desk.sync()
        assert [h.method for h in site.hits[1:3]] == ["POST", "POST"]
    assert [len(i.many("comment")) for i in world(desk).items.values()] == [110] * 3


def test_a_timeline_that_is_missing_for_a_moment_is_read_by_the_next_run(desk: Desk) -> None:
    company, issues = github_company(2)
    company.label(issues[0], "customer/acme")
    company.tick(7200)
    with running(GitHubFace(company, anonymous_limit=None)) as site:
        desk.github(site.url)
        site.faults = OnPath(site, "/1/timeline", ALL["404"])
        assert (desk.run("sync").code, keys(desk)) == (5, ["web:acme/web#2"])
        assert desk.run("sync").code == 5, "it is said every time"
        site.faults = {}
        assert (desk.run("sync").code, len(keys(desk))) == (0, 2)
        site.reset()
        assert (desk.run("sync").code, [h.status for h in site.hits]) == (0, [304])


def test_a_link_to_another_host_is_not_where_the_next_run_goes_on(desk: Desk) -> None:
    company, issues = github_company(12)
    for issue in issues:
        company.label(issue, "customer/acme")
    with running(GitHubFace(company, anonymous_limit=None, page_cap=5)) as site:
        desk.github(site.url)
        site.faults = OnPath(site, "/issues/events", ALL["link to another host"])
        done = desk.run("sync")
        assert (done.code, "elsewhere.invalid" in done.err) == (3, True)
        site.faults = {}
        assert (desk.run("sync").code, len(keys(desk))) == (0, 12)


def test_a_walk_through_all_events_begins_anew_where_its_page_is_gone(desk: Desk) -> None:
    company, issues = github_company(12)
    for issue in issues:
        company.label(issue, "customer/acme")
    with running(GitHubFace(company, anonymous_limit=None, page_cap=5)) as site:
        desk.github(site.url)
        site.faults = {3: ALL["429 for a day"]}
        assert desk.run("sync").code == 4
        site.reset()
        site.faults = {2: ALL["404"]}
        assert (desk.run("sync").code, len(keys(desk))) == (0, 12)
        assert site.hits[1].query != site.hits[2].query
    assert all(i.many("labels") == ["customer/acme"] for i in world(desk).items.values())


# --- Runs


@pytest.mark.parametrize("key", ["acme:PAY-2", "PAY-2"])
def test_one_item_can_be_pulled_alone(desk: Desk, key: str) -> None:
    company, ids = jira_company()
    with jira(desk, company):
        desk.sync()
        before = desk.cursor("acme")
        company.tick(60)
        company.edit(ids[1], "title", "edited")
        company.edit(ids[2], "title", "edited too")
        assert desk.run("sync", "--item", key).code == 0
        assert [r["title"] for r in desk.listed()] == ["Export 0", "edited", "Export 2", "Export 3"]
        assert desk.cursor("acme") == before
        assert desk.run("sync", "--item", "PAY-99").code == 3
        assert desk.run("sync", "--item", "PAY-1 OR 1=1").code == 4


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return trustme.CA()


@contextmanager
def over_tls(desk: Desk, kind: str, authority: trustme.CA) -> Iterator[None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    face = GitHubFace(github_company()[0]) if kind == "github" else CloudFace(jira_company()[0])
    with running(face, tls=context) as site:
        getattr(desk, kind)(site.url)
        yield


@pytest.mark.parametrize("kind", ["jira", "github"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    desk: Desk, kind: str, authority: trustme.CA, naps: list[float]
) -> None:
    with over_tls(desk, kind, authority):
        done = desk.run("sync")
    assert done.code == 4
    assert "cannot be reached (SSLError); check the url and network" in done.err


@pytest.mark.parametrize("kind", ["jira", "github"])
def test_a_certificate_of_ones_own_authority_is_trusted_where_told_so(
    desk: Desk, kind: str, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with authority.cert_pem.tempfile() as bundle, over_tls(desk, kind, authority):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
        desk.sync()
    assert len(keys(desk)) == 4


def test_sigterm_ends_a_run_after_its_page_and_the_next_goes_on(desk: Desk) -> None:
    company, _ = jira_company(40)
    with running(CloudFace(company, page_cap=4), latency=0.15) as site:
        desk.jira(site.url)
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker_sync", "sync"], cwd=desk.folder, stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        while site.requests < 6:
            assert process.poll() is None, process.stderr and process.stderr.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        some = len(keys(desk))
        assert 0 < some < 40
        site.latency = 0
        desk.sync()
    assert len(keys(desk)) == 40


def test_a_log_of_the_first_schema_is_brought_up_and_goes_on(desk: Desk) -> None:
    company, ids = jira_company()
    with jira(desk, company):
        desk.sync()
        with sqlite3.connect(desk.db) as db:  # what the first version made
            made = "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')"
            for kind, name in db.execute(made).fetchall():
                if name not in ("source", "item", "event", "skipped"):
                    db.execute(f"DROP {kind} {name}")
            db.execute("DROP INDEX event_key")
            db.execute("PRAGMA user_version = 1")
            cursor = json.loads(db.execute("SELECT cursor FROM source WHERE name = 'acme'").fetchone()[0])
            db.execute("UPDATE source SET cursor = ? WHERE name = 'acme'", (str(cursor["at"]),))
        desk.seal.unlink()  # which made none
        before = desk.events()
        company.tick(3600)
        company.edit(ids[0], "title", "edited")
        desk.sync()
    assert [e.kind for e in desk.events()[len(before) :]] == ["changed"]
    assert desk.run("log", "verify").code == 0
