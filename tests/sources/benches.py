"""A tracker and a log that it is synced into, for whoever says step by step what happens to both."""

import copy
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine_github import API, ATTIC, WEB
from msgspec.structs import replace
from simulator.github import GitHubCompany, GitHubFace, Issue
from simulator.jira import CloudFace, DataCenterFace, JiraCompany
from simulator.server import Running

from tracker_sync.config import GithubConfig, JiraConfig
from tracker_sync.demo.exchange import Answer, Request
from tracker_sync.events import Event
from tracker_sync.items import Item, World, fold
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources import open_source
from tracker_sync.sync import Synced, sync

TOKEN = "canary-f16c8d3a29"


class Amended:
    """A face whose answers are amended on their way."""

    def __init__(self, face: Any, amend: Callable[[Request, Answer], Answer]) -> None:
        self._face, self._amend = face, amend

    def __getattr__(self, name: str) -> Any:
        return getattr(self._face, name)

    def answer(self, request: Request) -> Answer:
        """The honest answer, amended."""
        return self._amend(request, self._face.answer(request))


class Bench:
    """A company with a tracker, and a log that it is synced into."""

    server: Running
    company: Any
    log: SqliteLog

    def open(self) -> Any:
        """The source, as configured."""
        raise NotImplementedError

    def now(self) -> int:
        """Our own time, in microseconds."""
        return 1

    def sync(
        self, *, full: bool = False, at: int = 0, edit: Callable[[], Any] = lambda: None, tick: float = 60,
        pages: int = 1_000_000, before: Callable[[Request], Any] | None = None,
    ) -> Synced:  # fmt: skip
        """A sync of so many pages, with an edit right before a request is answered (or whatever `before`
        does before each of them); then time passes."""
        self.server.reset()
        self.server.before = lambda number, r: before(r) if before else edit() if number == at else None
        try:
            read = itertools.count(1)
            return sync(self.open(), self.log, now=self.now(), full=full, stop=lambda: next(read) >= pages)
        finally:
            self.server.before = None
            self.company.tick(tick)

    def answers(self, amend: Callable[[Request, Answer], Answer]) -> None:
        """From now on the tracker's answers are amended."""
        self.server.face = Amended(self.server.face, amend)

    def says(self, amend: Callable[[Request, Any], Any]) -> None:
        """From now on what it says where all is well is amended."""

        def change(request: Request, answer: Answer) -> Answer:
            if answer.status != 200:
                return answer
            return replace(answer, body=amend(request, copy.deepcopy(answer.body)))

        self.answers(change)

    @property
    def asked(self) -> list[str]:
        """The paths of the last sync's requests."""
        return [hit.path for hit in self.server.hits]

    def world(self) -> World:
        return fold(self.log.read())

    def titles(self) -> set[str]:
        return {item.title for item in self.world().items.values()}

    def of(self, item: str, part: str) -> list[Event]:
        """The item's events whose ids hold a part: `:o` for observations."""
        found = (e.event for e in self.log.read(source="acme", items=[item]))
        return [e for e in found if part in e.id]


class GithubBench(Bench):
    """A company on GitHub."""

    def __init__(self, server: Running, token: str | None, folder: Path) -> None:
        self.server, self.token = server, token
        self.company = GitHubCompany()
        self.page_cap(100)
        for name in (WEB, API, ATTIC):
            self.company.repo(name)
        self.log = SqliteLog(folder / "log.db", write=True)

    def page_cap(self, rows: int) -> None:
        self.server.face = GitHubFace(
            self.company, self.token, page_cap=rows, anonymous_limit=None, rate_limit=None
        )

    def many(self, count: int = 7) -> list[Issue]:
        """More issues than are read one by one without GraphQL."""
        return [self.company.create(WEB, f"Issue {n}") for n in range(count)]

    def open(self) -> Any:
        config = GithubConfig(name="acme", url=self.server.url, repos=[WEB, API], allow_http=True)
        return open_source(config, {"GITHUB_TOKEN": self.token} if self.token else {})

    def events(self, issue: Issue, part: str = ":") -> list[Event]:
        return self.of(str(issue.id), part)

    def item(self, issue: Issue) -> Item | None:
        return {i.id: i for i in self.world().items.values()}.get(str(issue.id))


class JiraBench(Bench):
    """A company with a Jira."""

    def __init__(self, server: Running, folder: Path, *, cloud: bool, **how: Any) -> None:
        self.server, self.company, self.jql = server, JiraCompany(), ""
        server.face = (CloudFace if cloud else DataCenterFace)(self.company, **how)
        self.log = SqliteLog(folder / "log.db", write=True)

    def now(self) -> int:
        return int(self.company.now.timestamp() * 1e6)

    def many(self, count: int = 7, *, apart: float = 0) -> list[str]:
        """Issues of one and the same millisecond, or so many seconds apart."""
        found = []
        for n in range(count):
            found.append(self.company.create("PAY", "Story", f"Issue {n}"))
            self.company.tick(apart)
        return found

    def open(self) -> Any:
        config = JiraConfig(name="acme", url=self.server.url, jql=self.jql, allow_http=True)
        return open_source(config, {})

    def events(self, issue: str, part: str = ":") -> list[Event]:
        return self.of(issue, part)
