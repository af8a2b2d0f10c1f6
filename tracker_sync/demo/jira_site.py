"""A Jira site, Cloud or Server, answering from a list of full REST v2 issues."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker_sync.demo.exchange import Answer, Request, presents
from tracker_sync.demo.jql import JqlError, former_keys, is_bounded, moment, select

Json = dict[str, Any]

# Jira Cloud cuts what it inlines in a search; only `total` says that something is missing.
INLINE_HISTORIES = 40
INLINE_COMMENTS = 20
PAGE = 100
PAGE_OF_IDS = 5000

_ROUTES: list[tuple[str, re.Pattern[str], str]] = [
    (method, re.compile(rf"/rest/api/(?:2|3|latest)/{path}"), handler)
    for method, path, handler in [
        ("GET", r"serverInfo", "server_info"),
        ("GET", r"myself", "myself"),
        ("GET", r"field", "all_fields"),
        ("GET", r"status", "all_statuses"),
        ("GET", r"project", "projects"),
        ("GET", r"project/search", "project_search"),
        ("ANY", r"search", "search"),
        ("ANY", r"search/jql", "search_jql"),
        ("POST", r"search/approximate-count", "count"),
        ("POST", r"issue/bulkfetch", "issue_bulk"),
        ("POST", r"changelog/bulkfetch", "changelog_bulk"),
        ("GET", r"issue/([^/]+)", "issue"),
        ("GET", r"issue/([^/]+)/comment", "comments"),
        ("GET", r"issue/([^/]+)/changelog", "changelog"),
    ]
]


def _refusal(status: int, message: str) -> Answer:
    return Answer(status, {"errorMessages": [message], "errors": {}})


@dataclass
class JiraSite:
    """What one Jira holds; `issues` may be edited while it is being served."""

    issues: Sequence[Json]
    fields: Sequence[Json]
    statuses: Sequence[Json]
    deployment: str = "Cloud"
    token: str | None = None
    origin: str = "https://jira.example.test"
    hits: list[str] = field(default_factory=list)

    @property
    def is_cloud(self) -> bool:
        """Whether this is Jira Cloud rather than Server or Data Center."""
        return self.deployment == "Cloud"

    def answer(self, request: Request) -> Answer:
        """Find the route, check the token, answer."""
        if self.token is not None and not presents(request.headers, self.token):
            return _refusal(401, "Client must be authenticated to access this resource.")
        for method, pattern, name in _ROUTES:
            match = pattern.fullmatch(request.path.rstrip("/"))
            if match and method in {request.method, "ANY"}:
                handler: Callable[..., Answer] = getattr(self, f"_{name}")
                return handler(request, *match.groups())
        return _refusal(404, "null for uri: " + request.path)

    def _server_info(self, request: Request) -> Answer:
        version = "1001.0.0-SNAPSHOT" if self.is_cloud else "10.3.24"
        numbers = [1001, 0, 0] if self.is_cloud else [10, 3, 24]
        return Answer(
            200,
            {
                "baseUrl": self.origin,
                "version": version,
                "versionNumbers": numbers,
                "deploymentType": self.deployment,
                "buildNumber": 100300,
                "serverTitle": "Jira",
            },
        )

    def _myself(self, request: Request) -> Answer:
        myself = {"displayName": "Sync", "active": True, "timeZone": "UTC", "locale": "en_US"}
        who = {"accountId": "demo-sync"} if self.is_cloud else {"name": "sync", "key": "sync"}
        return Answer(200, {"self": f"{self.origin}/rest/api/2/myself", **who, **myself})

    def _all_fields(self, request: Request) -> Answer:
        return Answer(200, list(self.fields))

    def _all_statuses(self, request: Request) -> Answer:
        return Answer(200, list(self.statuses))

    def _projects(self, request: Request) -> Answer:
        return Answer(200, self._shown_projects())

    def _project_search(self, request: Request) -> Answer:
        return Answer(200, _slice(request, self._shown_projects(), "values", default=50) | {"isLast": True})

    def _shown_projects(self) -> list[Json]:
        found = {p["key"]: p for i in self.issues if (p := i["fields"].get("project"))}
        return [found[key] for key in sorted(found)]

    def _count(self, request: Request) -> Answer:
        found = self._selected(_Asked(request).query)
        return found if isinstance(found, Answer) else Answer(200, {"count": len(found)})

    def _search(self, request: Request) -> Answer:
        if self.is_cloud:
            return _refusal(
                410,
                "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.",
            )
        asked = _Asked(request)
        found = self._selected(asked.query)
        if isinstance(found, Answer):
            return found
        size = min(asked.size, PAGE)
        page = [self._shown(issue, asked) for issue in found[asked.start : asked.start + size]]
        place = {"startAt": asked.start, "maxResults": size, "total": len(found)}
        return Answer(200, {"expand": "schema,names", **place, "issues": page})

    def _search_jql(self, request: Request) -> Answer:
        asked = _Asked(request)
        if not self.is_cloud:
            return _refusal(404, "null for uri: " + request.path)
        if not is_bounded(asked.query):
            return _refusal(400, "Unbounded JQL queries are not allowed here.")
        found = self._selected(asked.query)
        start = _place(asked.token)
        if isinstance(found, Answer) or start is None:
            return found if isinstance(found, Answer) else _refusal(400, "Invalid page token.")
        size = min(asked.size, PAGE_OF_IDS if asked.fields <= {"id", "key"} else PAGE)
        page = [self._shown(issue, asked) for issue in found[start : start + size]]
        body: Json = {"issues": page, "isLast": start + size >= len(found)}
        if not body["isLast"]:
            body["nextPageToken"] = _token(start + size)
        return Answer(200, body)

    def _issue(self, request: Request, name: str) -> Answer:
        issue = self._find(name)
        asked = _Asked(request, everything=True)
        return Answer(200, self._shown(issue, asked)) if issue else _unknown()

    def _issue_bulk(self, request: Request) -> Answer:
        asked = _Asked(request, everything=True)
        names = asked.names
        if len(names) > PAGE:
            return _refusal(400, f"At most {PAGE} issues can be fetched at once.")
        found = {issue["id"]: issue for name in names if (issue := self._find(name))}
        page = [self._shown(issue, asked) for issue in found.values()]
        return Answer(200, {"issues": page, "issueErrors": []})

    def _comments(self, request: Request, name: str) -> Answer:
        issue = self._find(name)
        if issue is None:
            return _unknown()
        comments = issue["fields"].get("comment", {}).get("comments", [])
        return Answer(200, _slice(request, comments, "comments", default=5000))

    def _changelog(self, request: Request, name: str) -> Answer:
        issue = self._find(name) if self.is_cloud else None
        if issue is None:
            return _unknown()
        body = _slice(request, _histories(issue), "values", default=PAGE)
        body["isLast"] = body["startAt"] + len(body["values"]) >= body["total"]
        return Answer(200, body)

    def _changelog_bulk(self, request: Request) -> Answer:
        asked = _Asked(request)
        start = _place(asked.token)
        if not self.is_cloud or start is None:
            return _unknown()
        found = {issue["id"]: issue for name in asked.names if (issue := self._find(name))}
        wanted = set((request.body or {}).get("fieldIds") or [])
        rows = [
            (number, history)
            for number, issue in found.items()
            for history in _histories(issue)
            if not wanted or any(item.get("fieldId") in wanted for item in history["items"])
        ]
        size = min(int((request.body or {}).get("maxResults", 1000)), 10_000)
        logs: dict[str, list[Json]] = {}
        for number, history in rows[start : start + size]:
            logs.setdefault(number, []).append(history)
        body: Json = {
            "issueChangeLogs": [
                {"issueId": number, "changeHistories": histories} for number, histories in logs.items()
            ]
        }
        if start + size < len(rows):
            body["nextPageToken"] = _token(start + size)
        return Answer(200, body)

    def _selected(self, query: str) -> list[Json] | Answer:
        try:
            return select(query, self.issues)
        except JqlError as error:
            return _refusal(400, str(error))

    def _find(self, name: str) -> Json | None:
        """By id or key; failing that, by a key it had before it was moved."""
        for issue in self.issues:
            if name == issue["id"] or name.upper() == issue["key"]:
                return issue
        return next((i for i in self.issues if name.upper() in former_keys(i)), None)

    def _shown(self, issue: Json, asked: "_Asked") -> Json:
        """The issue with the fields asked for, cut where Cloud cuts."""
        if asked.fields <= {"id", "key"} and "changelog" not in asked.expand:
            return {name: issue[name] for name in ("id", "key") if name in {"id", *asked.fields}}
        fields = {name: value for name, value in issue["fields"].items() if asked.wants(name)}
        if self.is_cloud and "comment" in fields:
            comments = fields["comment"].get("comments", [])
            fields["comment"] = {
                "comments": comments[:INLINE_COMMENTS],
                "self": issue["self"] + "/comment",
                "maxResults": min(len(comments), INLINE_COMMENTS),
                "total": len(comments),
                "startAt": 0,
            }
        shown = {"expand": "renderedFields,names,schema,changelog"}
        shown |= {name: issue[name] for name in ("id", "self", "key") if name in issue}
        changelog = {"changelog": self._inline(issue)} if "changelog" in asked.expand else {}
        return {**shown, **changelog, "fields": fields}

    def _inline(self, issue: Json) -> Json:
        histories = _histories(issue)
        total = len(histories)
        if self.is_cloud:
            histories = histories[::-1][:INLINE_HISTORIES]
        size = len(histories)
        return {"startAt": 0, "maxResults": size, "total": total, "histories": histories}


class _Asked:
    """A search's parameters, whether they came in the address or in a body."""

    def __init__(self, request: Request, *, everything: bool = False) -> None:
        body = request.body if isinstance(request.body, dict) else {}

        def given(name: str) -> list[str]:
            value = body.get(name, request.query.get(name, []))
            values = value if isinstance(value, list) else [value]
            return [part.strip() for v in values for part in str(v).split(",") if part.strip()]

        self.query = str(body.get("jql", request.first("jql")))
        self.token = str(body.get("nextPageToken") or request.first("nextPageToken"))
        self.start = int(body.get("startAt", request.number("startAt", 0)))
        self.size = int(body.get("maxResults", request.number("maxResults", 50)))
        self.expand = set(given("expand"))
        self.names = given("issueIdsOrKeys")
        by_default = {"id"} if "search/jql" in request.path and not everything else {"*all"}
        self.fields = set(given("fields")) or by_default

    def wants(self, name: str) -> bool:
        """Whether a field was asked for; `-name` takes one away from a wildcard."""
        if f"-{name}" in self.fields:
            return False
        if name == "comment":
            return "*all" in self.fields or name in self.fields
        wildcard = {"*all", "*navigable"} & self.fields
        only_less = all(wanted.startswith("-") for wanted in self.fields)
        return bool(wildcard) or only_less or name in self.fields


def _unknown() -> Answer:
    return _refusal(404, "Issue does not exist or you do not have permission to see it.")


def _histories(issue: Json) -> list[Json]:
    histories: list[Json] = issue.get("changelog", {}).get("histories", [])
    return sorted(histories, key=lambda history: (moment(history["created"]), int(history["id"])))


def _slice(request: Request, rows: list[Json], name: str, default: int) -> Json:
    start, size = request.number("startAt", 0), request.number("maxResults", default)
    size = min(size, default)
    page = rows[start : start + size]
    return {"startAt": start, "maxResults": size, "total": len(rows), name: page}


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"place={place}".encode()).decode()


def _place(token: str) -> int | None:
    """Where a page token points to; None for one this site never gave out."""
    if not token:
        return 0
    try:
        text = base64.urlsafe_b64decode(token).decode()
    except ValueError:
        return None
    name, _, place = text.partition("=")
    return int(place) if name == "place" and place.isdecimal() else None
