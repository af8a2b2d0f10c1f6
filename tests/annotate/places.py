"""Trackers with epics in them, at a desk that may write to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conftest import Desk, Done
from simulator.github import GitHubCompany, GitHubFace, Issue
from simulator.jira import CloudFace, DataCenterFace, JiraCompany
from simulator.server import Running, running

LABEL = "needs-strategic-intent"
TOKEN = "canary-2e90d4b7c1"
STRATEGY = """\
effective = 2026-01-01
[[intents]]
id = "self-serve"
mission = "Customers set up without us"
[[intents]]
id = "trust"
mission = "Nobody loses data; ask @ada, see #1 or <b>PAY-1</b>"
"""


@dataclass
class Place:
    """A desk before a tracker that counts what is written to it."""

    desk: Desk
    server: Running

    def sync(self) -> None:
        done = self.desk.run("sync", GITHUB_TOKEN=TOKEN, JIRA_TOKEN=TOKEN)
        assert done.code == 0, done.said

    def check(self, *args: str, sync: bool = True, code: int = 0) -> Done:
        """What `check --annotate` says, after a sync."""
        if sync:
            self.sync()
        done = self.desk.run("check", "--annotate", *args, GITHUB_TOKEN=TOKEN, JIRA_TOKEN=TOKEN)
        assert done.code == code, done.said
        return done

    def written(self) -> list[str]:
        """The writes since the last time that this was asked."""
        return writes(self.server)


def writes(server: Running) -> list[str]:
    """What was written to a tracker since the last time that this was asked."""
    reads = {"/graphql", "/api/graphql"}
    found = [
        f"{h.method} {h.path}" for h in server.hits
        if h.method != "GET" and h.path not in reads and "bulkfetch" not in h.path
    ]  # fmt: skip
    server.reset()
    return found


class Repository:
    """acme/web on GitHub, with its epics."""

    company: GitHubCompany
    face: GitHubFace

    def epic(self, title: str = "Export", *labels: str, body: str = "") -> Issue:
        self.company.tick(60)
        return self.company.create("acme/web", title, body, labels=["epic", *labels])

    def labels(self, issue: Issue) -> list[str]:
        return sorted(each.name for each in issue.labels if each.name != "epic")

    def comments(self, issue: Issue) -> list[str]:
        return [entry.detail for entry in issue.comments if entry.actor.login == self.face.me]


class Hub(Place, Repository):
    """A desk before GitHub."""


@contextmanager
def github(desk: Desk, **how: object) -> Iterator[Hub]:
    """acme/web, and a strategy of two intents."""
    company = GitHubCompany()
    company.repo("acme/web")
    face = GitHubFace(company, token=TOKEN, **how)  # type: ignore[arg-type]
    with running(face) as server:
        desk.github(server.url)
        desk.write("strategy.toml", STRATEGY)
        hub = Hub(desk, server)
        hub.company, hub.face = company, face
        yield hub


class Site(Place):
    """Jira."""

    company: JiraCompany
    face: CloudFace | DataCenterFace

    def epic(self, title: str = "Export", *labels: str) -> str:
        """With the label `epic`: this company's type has a German name, and Data Center tells no levels."""
        self.company.tick(60)
        return self.company.create("PAY", "Epic", title, labels=["epic", *labels])

    def labels(self, issue: str) -> list[str]:
        return sorted({*self.company.issues[issue].values.get("labels", ())} - {"epic"})

    def comments(self, issue: str) -> list[str]:
        found = self.company.issues[issue].comments.values()
        return [c.text for c in found if c.author == self.face.me]


@contextmanager
def jira(desk: Desk, *, cloud: bool) -> Iterator[Site]:
    """A Jira of either kind, and the same strategy."""
    company = JiraCompany()
    company.user("acc-bot", "bot", "Bot")
    face = (CloudFace if cloud else DataCenterFace)(company, token=TOKEN)
    face.me = "acc-bot"
    with running(face) as server:
        desk.jira(server.url)
        desk.write("strategy.toml", STRATEGY)
        site = Site(desk, server)
        site.company, site.face = company, face
        yield site
