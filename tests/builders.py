"""Small trackers to test against: issues as Jira and GitHub give them, served over HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tracker_sync.demo.exchange import Answer, Request, Site
from tracker_sync.demo.tracker_server import GitHubSite, JiraSite

Json = dict[str, Any]
ORIGIN = "https://jira.example.test"
API = "https://api.github.com"
REPO = "acme/web"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OPEN: Json = {"id": "1", "name": "Open", "statusCategory": {"key": "new"}}
DONE: Json = {"id": "3", "name": "Done", "statusCategory": {"key": "done"}}
ADA: Json = {"accountId": "ada", "name": "ada", "key": "ada", "displayName": "Ada"}


def day(n: float) -> str:
    """The n-th day of the story, as Jira writes it."""
    return (START + timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def gh_day(n: float) -> str:
    """The n-th day of the story, as GitHub writes it."""
    return (START + timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


def micros(n: float) -> int:
    """The n-th day of the story, as the log writes it."""
    return int((START + timedelta(days=n)).timestamp()) * 1_000_000


def jira_issue(
    number: int = 1, title: str = "Export as PDF", *, key: str = "", updated: float = 0,
    histories: list[Json] | None = None, comments: list[Json] | None = None, **fields: Any,
) -> Json:  # fmt: skip
    """An issue of project PAY, created on day 0."""
    key = key or f"PAY-{number}"
    project = key.partition("-")[0]
    return {
        "id": str(10_000 + number),
        "key": key,
        "self": f"{ORIGIN}/rest/api/2/issue/{10_000 + number}",
        "fields": {
            "summary": title,
            "created": day(0),
            "updated": day(updated),
            "creator": ADA,
            "reporter": ADA,
            "status": OPEN,
            "issuetype": {"id": "10", "name": "Story", "subtask": False},
            "project": {"id": f"p-{project}", "key": project, "name": project},
            "labels": [],
            "comment": {"comments": comments or []},
            **fields,
        },
        "changelog": {"histories": histories or []},
    }


def change(number: int, at: float, what: str, before: str, after: str) -> Json:
    """One changelog entry: a field that went from one text to another."""
    entry: Json = {"field": what, "fieldtype": "jira", "fromString": before, "toString": after}
    entry |= {"from": None, "to": None} if what == "Key" else {"fieldId": what}
    return {"id": str(number), "created": day(at), "author": ADA, "items": [entry]}


def jira_comment(number: int, at: float, body: str) -> Json:
    """A comment that nobody edited."""
    return {
        "id": str(number), "author": ADA, "body": body, "created": day(at), "updated": day(at)
    }  # fmt: skip


def jira_site(*issues: Json, deployment: str = "Cloud", token: str | None = None) -> JiraSite:
    """A site without custom fields."""
    return JiraSite(list(issues), [], [OPEN, DONE], deployment=deployment, token=token)


def github_issue(
    number: int = 1, title: str = "Export as PDF", *, updated: float = 0,
    labels: tuple[str, ...] = (), timeline: list[Json] | None = None, **more: Any,
) -> Json:  # fmt: skip
    """An entry of a GitHubSite: an issue of acme/web, opened on day 0."""
    issue = {
        "id": 500 + number, "number": number, "title": title, "state": "open",
        "url": f"{API}/repos/{REPO}/issues/{number}", "body": None, "user": {"id": 7, "login": "ada"},
        "labels": [{"id": 1, "name": name} for name in labels], "assignees": [], "milestone": None,
        "state_reason": None, "created_at": gh_day(0), "updated_at": gh_day(updated), **more,
    }  # fmt: skip
    return {"issue": issue, "timeline": timeline or []}


def happened(number: int, at: float, event: str, **more: Any) -> Json:
    """A timeline entry."""
    actor = {"id": 7, "login": "ada"}
    return {"id": number, "event": event, "actor": actor, "created_at": gh_day(at), **more}


def github_site(*entries: Json, token: str | None = None) -> GitHubSite:
    """One repository, acme/web."""
    return GitHubSite({REPO: list(entries)}, token=token)


@dataclass
class Front:
    """A site behind a door that can spoil what it says; `spoil` may give bytes to be sent as is."""

    site: Site
    spoil: Callable[[str, Any], Any] = lambda path, body: body
    status: Callable[[str], tuple[int, dict[str, str]] | None] = lambda path: None
    paths: list[str] = field(default_factory=list)

    def reply(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """What goes out, and under which status."""
        self.paths.append(request.path)
        answer = self.site.answer(request)
        if refused := self.status(request.path):
            answer = Answer(refused[0], {"message": "no", "errorMessages": ["no"]}, refused[1])
        body = self.spoil(request.path, answer.body)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        content = content.replace(self.site.origin.encode(), request.base.encode())
        return answer.status, answer.headers, content


@contextmanager
def fronted(front: Front) -> Iterator[str]:
    """Serve a site through its front; yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts, body = urlsplit(self.path), self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(parts.query, keep_blank_values=True)
            base = f"http://127.0.0.1:{server.server_port}"
            request = Request(
                self.command, parts.path, query, headers, json.loads(body) if body else None, base
            )
            status, extra, content = front.reply(request)
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | extra).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  the name that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
