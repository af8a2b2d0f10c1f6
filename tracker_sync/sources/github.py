"""Reads GitHub and GitHub Enterprise over REST, through PyGithub's requester."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import requests
from github import Auth, Github, GithubException

from tracker_sync.config import GithubConfig, token_variable
from tracker_sync.errors import NotAllowed
from tracker_sync.sources import Batch, ItemRead, Progress, collect, microseconds
from tracker_sync.sources.github_item import read_issue
from tracker_sync.sources.transport import (
    TIMEOUT,
    as_dict,
    as_list,
    hidden,
    not_json,
    patiently,
    refusal,
    unreachable,
    unreadable,
)  # fmt: skip

PAGE = 100
OVERLAP_S = 60
"""Clocks and replicas differ: each run re-reads this much."""


class GithubSource:
    """Repositories, each read in order of update; pull requests are not items."""

    def __init__(self, config: GithubConfig, token: str | None) -> None:
        self.name = config.name
        self._config = config
        self._token = token
        # The library's pause of 0.25 s between requests is longer than most answers take, and its
        # own retry sleeps for hours where told to: `patiently` decides instead.
        self._github = Github(
            auth=Auth.Token(token) if token else None,
            base_url=config.url.rstrip("/"),
            per_page=PAGE,
            timeout=int(TIMEOUT),
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )

    def pull(self, cursor: str | None) -> Iterator[Batch]:
        """The cursor is JSON: repository → the newest `updated_at` read, in microseconds."""
        read: dict[str, int] = json.loads(cursor) if cursor else {}
        done = 0
        for repo in self._repositories():
            for page in self._issues(repo, read.get(repo)):
                newest = max(_updated(i) for i in page)
                read = read | {repo: max(newest, read.get(repo, 0))}
                issues = [i for i in page if not (isinstance(i, dict) and i.get("pull_request"))]
                done += len(issues)
                yield collect(
                    issues,
                    partial(self._read, repo),
                    json.dumps(read, sort_keys=True),
                    Progress(done),
                )

    def _read(self, repo: str, raw: dict[str, Any]) -> ItemRead:
        return read_issue(raw, self._timeline(repo, raw["number"]), repo)

    def _repositories(self) -> Iterator[str]:
        for repo in self._config.repos:
            owner, _, name = repo.partition("/")
            if name == "*":
                for page in self._pages(f"/orgs/{owner}/repos", {}):
                    yield from (str(r["full_name"]) for r in page if not r.get("archived"))
            else:
                yield repo

    def _issues(self, repo: str, since: int | None) -> Iterator[list[dict[str, Any]]]:
        wanted = {"state": "all", "sort": "updated", "direction": "asc"}
        if since is not None:
            from datetime import UTC, datetime

            start = datetime.fromtimestamp(since // 1_000_000 - OVERLAP_S, UTC)
            wanted["since"] = start.strftime("%Y-%m-%dT%H:%M:%SZ")
        for page in self._pages(f"/repos/{repo}/issues", wanted):
            if page:
                yield page

    def _timeline(self, repo: str, number: int) -> list[Any]:
        return [e for p in self._pages(f"/repos/{repo}/issues/{number}/timeline", {}) for e in p]

    def _pages(self, path: str, wanted: dict[str, Any]) -> Iterator[list[Any]]:
        url: str | None = path
        parameters: dict[str, Any] | None = wanted | {"per_page": PAGE}
        while url:
            headers, body = self._get(url, parameters)
            yield as_list(f"source {self.name!r}: {self._config.url}{path}", body)
            # GitHub refuses deep page numbers: only its own link to the next page is followed. The
            # requester refuses one that leads to another host.
            url, parameters = _next(headers.get("link", "")), None

    def _get(self, url: str, parameters: dict[str, Any] | None) -> tuple[dict[str, Any], Any]:
        where = f"source {self.name!r}: {self._config.url}{url.removeprefix(self._config.url)}"
        hints = (token_variable(self._config), "read access to issues (and SSO authorisation)")

        def once() -> tuple[dict[str, Any], Any]:
            try:
                return self._github.requester.requestJsonAndCheck("GET", url, parameters)
            except GithubException as e:
                said = as_dict(where, e.data).get("message", "") if isinstance(e.data, dict) else ""
                words = hidden(str(said), [self._token])
                raise refusal(where, e.status, e.headers or {}, words, hints) from None
            except requests.RequestException as e:
                raise unreachable(where, e) from None
            except json.JSONDecodeError as e:
                raise unreadable(where, e.doc) from None
            except (ValueError, RecursionError):
                raise not_json(where) from None  # JSON beyond all bounds: huge numbers, deep nesting
            except AssertionError:
                raise NotAllowed(f"{where}: it points to another host, which is refused") from None

        return patiently(once)


def _updated(issue: Any) -> int:
    """The issue's update time; 0 where it cannot be read (it will be set aside)."""
    try:
        return microseconds(issue["updated_at"])
    except (KeyError, TypeError, ValueError):
        return 0


def _next(link: str) -> str | None:
    for each in requests.utils.parse_header_links(link) if link else []:
        if each.get("rel") == "next":
            return str(each["url"])
    return None
