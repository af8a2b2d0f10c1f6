"""A thousand issues cost no more requests than they have to, and nothing of them is missing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from simulator.github import GitHubFace
from simulator.github_load import standard_github
from simulator.jira import CloudFace, DataCenterFace
from simulator.load import standard_jira
from simulator.server import Running, running

from tracker_sync.config import GithubConfig, JiraConfig
from tracker_sync.items import World, fold
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources import open_source
from tracker_sync.sources.wiki import wiki
from tracker_sync.sync import Synced, sync

NOW = 1_800_000_000_000_000
ISSUES = 1000


@dataclass
class Run:
    """A tracker, its company, and the log of one that is synced with it."""

    company: Any
    face: Any
    site: Running
    log: SqliteLog
    config: JiraConfig | GithubConfig
    token: str | None

    def sync(self, **how: Any) -> Synced:
        self.site.reset()
        source = open_source(self.config, {"GITHUB_TOKEN": self.token} if self.token else {})
        done = sync(source, self.log, now=NOW, **how)
        assert done.skipped == []
        return done

    @property
    def asked(self) -> list[tuple[str, int]]:
        return [(h.path, h.status) for h in self.site.hits]

    def world(self) -> World:
        return fold(self.log.read())


@contextmanager
def run(kind: str, folder: Path, issues: int) -> Iterator[Run]:
    github = kind.startswith("GitHub")
    company: Any = standard_github(issues) if github else standard_jira(issues)
    token = "canary-b3f7290c6d" if kind == "GitHub GraphQL" else None
    face: Any = {
        "Jira Cloud": lambda: CloudFace(company),
        "Jira DC": lambda: DataCenterFace(company),
        "GitHub GraphQL": lambda: GitHubFace(company, token="canary-b3f7290c6d"),
        "GitHub REST": lambda: GitHubFace(company, anonymous_limit=None),
    }[kind]()
    log = SqliteLog(folder / "log.db", write=True)
    with running(face) as site:
        config: JiraConfig | GithubConfig = (
            GithubConfig(name="t", url=site.url, repos=["acme/web"], allow_http=True)
            if github
            else JiraConfig(name="t", url=site.url, allow_http=True)
        )
        yield Run(company, face, site, log, config, token)
    log.close()


MOST = {"Jira Cloud": 65, "Jira DC": 12, "GitHub GraphQL": 40, "GitHub REST": 190}
each = pytest.mark.parametrize("kind", MOST)
REST = pytest.param("GitHub REST", marks=pytest.mark.slow)


@pytest.mark.parametrize("kind", [*[*MOST][:-1], REST])
def test_a_thousand_issues_are_read_whole_at_the_request_floor(kind: str, tmp_path: Path) -> None:
    with run(kind, tmp_path, ISSUES) as it:
        it.sync()
        cold = len(it.asked)
        is_complete(kind, it)
        it.sync()
        unchanged = it.asked
        edited = edit(it, 50)
        it.sync()
        again = it.asked
        is_complete(kind, it)
    assert cold <= MOST[kind]
    assert len(unchanged) == 1
    assert unchanged[0][1] == (304 if kind.startswith("GitHub") else 200)
    assert len([p for p in again if not is_top_up(*p)]) <= 5
    assert len(edited) == 50


def is_top_up(path: str, status: int) -> bool:
    return path.endswith(("/comment", "/changelog", "/changelog/bulkfetch"))


def edit(it: Run, number: int) -> list[Any]:
    if isinstance(it.config, GithubConfig):
        issues = it.company.visible()[:number]
        for n, issue in enumerate(issues):
            it.company.tick(7)
            it.company.rename(issue, f"Title {n}, edited")
        return issues
    ids = sorted(it.company.visible())[:number]
    for issue_id in ids:
        it.company.tick(7)
        it.company.edit(issue_id, "title", f"Title {issue_id}, edited")
    return ids


def is_complete(kind: str, it: Run) -> None:
    (github_is_complete if kind.startswith("GitHub") else jira_is_complete)(kind, it)


def jira_is_complete(kind: str, it: Run) -> None:
    """Issues, history rows, comments, links and parents, counted in the simulator's own terms."""
    items = {i.id: i for i in it.world().items.values()}
    ids = {e.event.id for e in it.log.read()}
    assert items.keys() == it.company.visible()
    for issue_id in it.company.visible():
        item, shown = items[issue_id], it.face.present(issue_id, texts="wiki")
        assert (item.key, item.title, item.one("parent")) == (shown["key"], shown["title"], shown["parent"])
        said = {i: wiki(c) if kind == "Jira Cloud" else c for i, c in shown["comments"].items()}
        assert item.state.get("comment", {}) == said
        assert set(item.state.get("links", {}).values()) == {key for _, key in shown["links"]}
        for number, index, *_ in it.face.history(issue_id):
            assert f"{issue_id}:c{number}.{index + 1}" in ids, (kind, issue_id, number)


def github_is_complete(kind: str, it: Run) -> None:
    """Issues, timeline entries, comments and parents; and what only GraphQL tells."""
    items = {i.id: i for i in it.world().items.values()}
    entries = [e.event for e in it.log.read()]
    ids = {e.id for e in entries}
    referred = [e for e in entries if getattr(e, "attr", "") == "cross-referenced"]
    expected = 0
    for issue in it.company.visible():
        item, shown = items[str(issue.id)], it.company.present(issue)
        assert (item.key, item.title, item.one("parent")) == (shown["key"], shown["title"], shown["parent"])
        assert item.state.get("comment", {}) == shown["comments"]
        for what, number, _, _ in it.company.history(issue):
            if what == "cross-referenced":
                expected += 1
            elif what != "commented":
                assert f"{issue.id}:e{number}" in ids, (kind, what, number)
        if kind == "GitHub GraphQL":
            assert set(item.state.get("sub_issues", {})) == shown["sub issues"]
    assert len(items) == len(it.company.visible())
    if kind == "GitHub GraphQL":
        assert len(referred) == expected > 0


@each
def test_edits_are_found_however_small_the_pages(kind: str, tmp_path: Path) -> None:
    with run(kind, tmp_path, 40) as it:
        it.face.page_cap = 7
        it.sync()
        is_complete(kind, it)
        edit(it, 20)
        it.sync()
        is_complete(kind, it)


@each
def test_the_cursor_holds_no_more_than_it_needs(kind: str, tmp_path: Path) -> None:
    with run(kind, tmp_path, 60) as it:
        it.sync()
        cursor = it.log.cursor("t")
    assert cursor is not None
    assert len(json.dumps(cursor)) < 2000
