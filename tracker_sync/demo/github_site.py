"""A GitHub host answering REST questions about issues from lists of issues with timelines."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker_sync.demo.exchange import Answer, Request, presents

Json = dict[str, Any]

_PAGE = 30
_MOST = 100
# What the repository-wide and per-issue event lists leave out of a timeline.
_NOT_AN_EVENT = {"commented", "cross-referenced", "reviewed", "committed", "line-commented"}

_ROUTES: list[tuple[re.Pattern[str], str]] = [
    (re.compile(path), handler)
    for path, handler in [
        (r"/user", "user"),
        (r"/user/repos", "user_repos"),
        (r"/rate_limit", "rate_limit"),
        (r"/orgs/([^/]+)/repos", "org_repos"),
        (r"/repos/([^/]+/[^/]+)", "repo"),
        (r"/repos/([^/]+/[^/]+)/labels", "labels"),
        (r"/repos/([^/]+/[^/]+)/issues", "issues"),
        (r"/repos/([^/]+/[^/]+)/issues/events", "repo_events"),
        (r"/repos/([^/]+/[^/]+)/issues/comments", "repo_comments"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)", "issue"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/timeline", "timeline"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/events", "events"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/comments", "comments"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/sub_issues", "sub_issues"),
    ]
]
_NOT_FOUND = Answer(404, {"message": "Not Found", "status": "404"})


@dataclass
class GitHubSite:
    """Repositories by "owner/name"; each entry is {"issue": …, "timeline": […]}, editable."""

    repos: Mapping[str, Sequence[Json]]
    token: str | None = None
    origin: str = "https://api.github.com"
    hits: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        """Answer with quota headers and an ETag; a client that has that ETag gets a 304."""
        answer = self._dispatch(request)
        headers = {**_quota_headers(), **answer.headers}
        if answer.status != 200:
            return Answer(answer.status, answer.body, headers)
        digest = hashlib.sha256(json.dumps(answer.body).encode()).hexdigest()
        headers["ETag"] = f'W/"{digest}"'
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Answer(304, None, headers)
        return Answer(200, answer.body, headers)

    def _dispatch(self, request: Request) -> Answer:
        if self.token is not None and not presents(request.headers, self.token):
            return Answer(401, {"message": "Bad credentials", "status": "401"})
        for pattern, name in _ROUTES:
            match = pattern.fullmatch(request.path.rstrip("/"))
            if match is None or request.method != "GET":
                continue
            if name != "org_repos" and match.groups() and match[1] not in self.repos:
                return _NOT_FOUND
            handler: Callable[..., Answer] = getattr(self, f"_{name}")
            return handler(request, *match.groups())
        return _NOT_FOUND

    def _user(self, request: Request) -> Answer:
        url = f"{self.origin}/users/demo-sync"
        return Answer(200, {"login": "demo-sync", "id": 1, "type": "User", "url": url})

    def _user_repos(self, request: Request) -> Answer:
        return _page(request, [self._repo(request, name).body for name in sorted(self.repos)])

    def _org_repos(self, request: Request, owner: str) -> Answer:
        names = [name for name in sorted(self.repos) if name.startswith(f"{owner}/")]
        return _page(request, [self._repo(request, name).body for name in names]) if names else _NOT_FOUND

    def _labels(self, request: Request, repo: str) -> Answer:
        found = {label["name"]: label for entry in self.repos[repo] for label in entry["issue"]["labels"]}
        return _page(request, [found[name] for name in sorted(found)])

    def _rate_limit(self, request: Request) -> Answer:
        core = {"limit": 5000, "remaining": 4990, "used": 10, "reset": _reset()}
        resources = {"core": core, "search": {**core, "limit": 30, "remaining": 30, "used": 0}}
        return Answer(200, {"resources": resources, "rate": core})

    def _repo(self, request: Request, repo: str) -> Answer:
        owner, _, name = repo.partition("/")
        body = {"id": 1, "name": name, "full_name": repo, "private": False, "has_issues": True}
        login = {"login": owner, "id": 2, "type": "Organization"}
        return Answer(200, {**body, "owner": login, "url": f"{self.origin}/repos/{repo}"})

    def _issues(self, request: Request, repo: str) -> Answer:
        state, since = request.first("state", "open"), request.first("since")
        rows = [entry["issue"] for entry in self.repos[repo]]
        rows = [row for row in rows if state in {"all", row["state"]}]
        rows = [row for row in rows if row["updated_at"] >= since]
        moment = "updated_at" if request.first("sort") == "updated" else "created_at"
        rows.sort(key=lambda row: (row[moment], row["number"]), reverse=_is_descending(request))
        return _page(request, rows)

    def _issue(self, request: Request, repo: str, number: str) -> Answer:
        entry = self._entry(repo, number)
        return Answer(200, entry["issue"]) if entry else _NOT_FOUND

    def _timeline(self, request: Request, repo: str, number: str) -> Answer:
        entry = self._entry(repo, number)
        return _page(request, entry["timeline"]) if entry else _NOT_FOUND

    def _events(self, request: Request, repo: str, number: str) -> Answer:
        entry = self._entry(repo, number)
        return _page(request, _events(entry)) if entry else _NOT_FOUND

    def _comments(self, request: Request, repo: str, number: str) -> Answer:
        entry = self._entry(repo, number)
        return _page(request, _comments(entry)) if entry else _NOT_FOUND

    def _repo_events(self, request: Request, repo: str) -> Answer:
        rows = [{**event, "issue": entry["issue"]} for entry in self.repos[repo] for event in _events(entry)]
        rows.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
        return _page(request, rows)

    def _repo_comments(self, request: Request, repo: str) -> Answer:
        since = request.first("since")
        rows = [comment for entry in self.repos[repo] for comment in _comments(entry)]
        rows = [row for row in rows if row["updated_at"] >= since]
        if sort := request.first("sort"):
            moment = "updated_at" if sort == "updated" else "created_at"
            rows.sort(key=lambda row: (row[moment], row["id"]), reverse=_is_descending(request))
        else:
            rows.sort(key=lambda row: int(row["id"]))
        return _page(request, rows)

    def _sub_issues(self, request: Request, repo: str, number: str) -> Answer:
        entry = self._entry(repo, number)
        if entry is None:
            return _NOT_FOUND
        url = entry["issue"]["url"]
        rows = [other["issue"] for other in self.repos[repo]]
        return _page(request, [row for row in rows if row.get("parent_issue_url") == url])

    def _entry(self, repo: str, number: str) -> Json | None:
        wanted = int(number)
        return next((e for e in self.repos[repo] if e["issue"]["number"] == wanted), None)


def _is_descending(request: Request) -> bool:
    return request.first("direction", "desc") == "desc"


def _events(entry: Json) -> list[Json]:
    return [event for event in entry["timeline"] if event["event"] not in _NOT_AN_EVENT]


def _comments(entry: Json) -> list[Json]:
    """Comments are timeline entries less what only a timeline has."""
    return [
        {"issue_url": entry["issue"].get("url")}
        | {name: value for name, value in event.items() if name not in {"event", "actor"}}
        for event in entry["timeline"]
        if event["event"] == "commented"
    ]


def _page(request: Request, rows: Sequence[Json]) -> Answer:
    """One page of rows with the Link header that leads to the others."""
    size = max(1, min(request.number("per_page", _PAGE), _MOST))
    page = max(1, request.number("page", 1))
    last = max(1, -(-len(rows) // size))
    links = []
    if page > 1:
        links += [("prev", page - 1)]
    if page < last:
        links += [("next", page + 1), ("last", last)]
    if page > 1:
        links += [("first", 1)]
    link = ", ".join(f'<{request.address(page=number)}>; rel="{name}"' for name, number in links)
    body = list(rows[(page - 1) * size : page * size])
    return Answer(200, body, {"Link": link} if link else {})


def _reset() -> int:
    return int(time.time()) + 3000


def _quota_headers() -> dict[str, str]:
    quota = {"Limit": 5000, "Remaining": 4990, "Used": 10, "Reset": _reset()}
    headers = {f"X-RateLimit-{name}": str(value) for name, value in quota.items()}
    return {**headers, "X-RateLimit-Resource": "core", "X-GitHub-Request-Id": "DEMO:1"}
