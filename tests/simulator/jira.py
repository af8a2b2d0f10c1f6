"""The faces a Jira company shows: Jira Cloud (REST v3 and v2) and Jira Data Center (REST v2)."""

import base64
import re
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace as changed

from simulator.jira_company import History, Issue, JiraCompany
from simulator.jira_query import JqlError, Query, Row
from simulator.jira_shape import Shape
from tracker_sync.demo.exchange import Answer, Request, presents

__all__ = ["CloudFace", "DataCenterFace", "JiraCompany"]

Json = dict[str, Any]

# Jira Cloud cuts what it inlines; only `total` says that something is missing.
INLINE_HISTORIES = 40
INLINE_COMMENTS = 20
PAGE_OF_IDS = 5000
LONGEST_COMMENT = 32_767
CLOUD_ID = "11111111-2222-3333-4444-555555555555"
WINDOW = 60.0

_SEARCH = {
    "jql": str,
    "nextPageToken": str,
    "maxResults": int,
    "fields": list,
    "expand": str,
    "properties": list,
    "fieldsByKeys": bool,
    "failFast": bool,
    "reconcileIssues": list,
}
_BULK_ISSUES = {
    "issueIdsOrKeys": list,
    "fields": list,
    "expand": list,
    "fieldsByKeys": bool,
    "properties": list,
}
_BULK_HISTORIES = {"issueIdsOrKeys": list, "fieldIds": list, "maxResults": int, "nextPageToken": str}


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.answer = Answer(status, {"errorMessages": [message], "errors": {}}, headers or {})


def _unknown() -> Refused:
    return Refused(404, "Issue does not exist or you do not have permission to see it.")


class Asked:
    """A request's parameters, whether they came in the address or in a body."""

    def __init__(self, request: Request, allowed: dict[str, type] | None = None) -> None:
        self._query = request.query
        self._body: Json = request.body if isinstance(request.body, dict) else {}
        if request.method == "POST":
            self._check(request.body, allowed or {})

    def _check(self, body: Any, allowed: dict[str, type]) -> None:
        if not isinstance(body, dict):
            raise Refused(400, "Invalid request payload. Refer to the REST API documentation and try again.")
        for name, value in body.items():
            if allowed and (name not in allowed or not isinstance(value, allowed[name])):
                raise Refused(400, f"Invalid request payload: {name}.")

    def many(self, name: str) -> list[str]:
        """A list, which in an address may be repeated or comma-separated."""
        if name in self._body:
            value = self._body[name]
            return [str(v) for v in value] if isinstance(value, list) else _parts([str(value)])
        return _parts(self._query.get(name, []))

    def one(self, name: str, default: str = "") -> str:
        """A single text."""
        return str(self._body.get(name, self._query.get(name, [default])[0]))

    def number(self, name: str, default: int) -> int:
        """A single number."""
        text = self.one(name, str(default))
        if not re.fullmatch(r"-?\d+", text):
            raise Refused(400, f"The value '{text}' for {name} is no number.")
        return int(text)


def _parts(texts: Iterable[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


@dataclass(frozen=True)
class Wanted:
    """Which fields a request asks for; `default` where it names none."""

    names: frozenset[str]
    default: str

    def wants(self, name: str) -> bool:
        """Whether a field is to be shown; `-name` takes one away, and comments are not navigable."""
        if f"-{name}" in self.names:
            return False
        wildcards = self.names & {"*all", "*navigable"}
        if not wildcards and all(wanted.startswith("-") for wanted in self.names):
            wildcards = frozenset({self.default})
        return name in self.names or "*all" in wildcards or (bool(wildcards) and name != "comment")

    @property
    def slim(self) -> bool:
        """Whether nothing but ids and keys is asked for."""
        return self.names <= {"id", "key"} and (bool(self.names) or self.default == "id")


class _Face:
    """What both deployments have in common."""

    cloud: bool
    routes: list[tuple[str, str, str]]

    def __init__(
        self, company: JiraCompany, origin: str, token: str | None, user: str | None, timezone: str, cap: int
    ) -> None:
        self.company, self.origin, self.token, self.account = company, origin, token, user
        self.zone = ZoneInfo(timezone)
        self.timezone = timezone
        self.page_cap = cap
        self.me = company.actor
        """Whom the token stands for."""
        self.skew = 0.0
        """How many seconds this server's clock is ahead of the company's."""
        self._shapes: dict[str, Shape] = {}
        self._routes = [(m, re.compile(rf"/rest/api/(2|3|latest)/{p}"), h) for m, p, h in self.routes]

    @property
    def now(self) -> datetime:
        """The server's clock."""
        return self.company.now + timedelta(seconds=self.skew)

    def answer(self, request: Request) -> Answer:
        """Find the route, check the credentials, answer."""
        try:
            return self.reply(request, request.path)
        except Refused as refused:
            return refused.answer
        except JqlError as error:
            return Refused(400, str(error)).answer

    def reply(self, request: Request, path: str) -> Answer:
        """The answer of a path below the site; refusals are raised."""
        for method, pattern, name in self._routes:
            match = pattern.fullmatch(path.rstrip("/"))
            if match and request.method in method.split():
                version = match[1] if match[1] != "latest" else "2"
                if version == "3" and not self.cloud:
                    break
                self.check_credentials(request, public=name == "server_info")
                handler: Callable[..., Answer] = getattr(self, f"_{name}")
                return handler(request, self.shape(version), *match.groups()[1:])
        raise Refused(404, f"null for uri: {path}")

    def check_credentials(self, request: Request, *, public: bool) -> None:
        """401 for a wrong or missing token; without one configured, anybody may read."""
        header = request.headers.get("authorization", "")
        if self.token is None or (public and not header):
            return
        right = presents(request.headers, self.token)
        if right and self.account and header.lower().startswith("basic "):
            name = base64.b64decode(header.split(" ", 1)[1]).decode().partition(":")[0]
            right = name == self.account
        if not right:
            raise Refused(401, "Client must be authenticated to access this resource.")

    def shape(self, version: str) -> Shape:
        """How this version writes JSON."""
        if version not in self._shapes:
            self._shapes[version] = Shape(self.company, self.origin, version, self.zone, self.cloud)
        return self._shapes[version]

    def history(self, issue_id: str) -> list[tuple[str, int, str, Any, Any]]:
        """The company's history of an issue as this face shows it."""
        return self.company.history(issue_id, dc=not self.cloud)

    def present(self, issue_id: str, *, texts: str = "plain") -> Json:
        """The company's present values of an issue as this face shows them."""
        return self.company.present(issue_id, dc=not self.cloud, texts=texts)

    def find(self, name: str) -> Issue:
        """By id, key or former key; 404 for what is not there or must not be seen."""
        issue = self.company.find(name)
        if issue is None or not self.company.sees(issue):
            raise _unknown()
        return issue

    def shown(self, issue: Issue, shape: Shape, wanted: Wanted, expand: Collection[str]) -> Json:
        """An issue with the fields and expansions asked for."""
        if wanted.slim and "changelog" not in expand:
            return {name: getattr(issue, name) for name in ("id", "key") if name in {"id", *wanted.names}}
        fields = {name: value for name, value in shape.fields(issue).items() if wanted.wants(name)}
        if wanted.wants("comment") and issue.spoilt.get("comment") is None:
            fields["comment"] = self.inline_comments(issue, shape)
        changelog = {"changelog": self.inline_histories(issue, shape)} if "changelog" in expand else {}
        return {
            **shape.issue(issue),
            **({} if changelog == {"changelog": None} else changelog),
            "fields": fields,
        }

    def inline_comments(self, issue: Issue, shape: Shape) -> Json:
        """The comments inside an issue."""
        raise NotImplementedError

    def inline_histories(self, issue: Issue, shape: Shape) -> Json | None:
        """The changelog inside an issue; None where it may not be seen."""
        raise NotImplementedError

    def expansions(self, shape: Shape, expand: Collection[str]) -> Json:
        """The names and schemas of all fields, if asked for."""
        found: Json = {}
        if "names" in expand:
            found["names"] = {f["id"]: f["name"] for f in shape.all_fields()}
        if "schema" in expand:
            found["schema"] = {f["id"]: f["schema"] for f in shape.all_fields() if "schema" in f}
        return found

    def _all_fields(self, request: Request, shape: Shape) -> Answer:
        return Answer(200, shape.all_fields())

    def _all_statuses(self, request: Request, shape: Shape) -> Answer:
        return Answer(200, [shape.status(i) for i in self.company.fields["status"].names])

    def _configuration(self, request: Request, shape: Shape) -> Answer:
        names = ("attachments", "subTasks", "timeTracking", "voting", "watching")
        enabled = {f"{name}Enabled": True for name in names}
        more = {"issueLinkingEnabled": self.company.linking, "unassignedIssuesAllowed": True}
        return Answer(200, enabled | more)

    def _project(self, request: Request, shape: Shape, name: str) -> Answer:
        for project in self.company.projects.values():
            if name.upper() in (project.key, project.id) and not project.hidden:
                moment = self.company.now
                shown = shape.project(Issue("0", "", project, moment, moment, "", {}))
                more = {"description": "", "issueTypes": [shape.type(t) for t in self.types()]}
                return Answer(200, shown | more | ({"style": "classic"} if self.cloud else {}))
        raise Refused(404, f"No project could be found with key '{name}'.")

    def shown_projects(self, shape: Shape) -> list[Json]:
        """The projects that may be seen, by key."""
        seen = sorted((p for p in self.company.projects.values() if not p.hidden), key=lambda p: p.key)
        moment = self.company.now
        return [shape.project(Issue("0", "", p, moment, moment, "", {})) for p in seen]

    def types(self) -> Iterable[str]:
        """The ids of the issue types."""
        return self.company.fields["type"].names

    def _issue(self, request: Request, shape: Shape, name: str) -> Answer:
        asked, issue = Asked(request), self.find(name)
        expand = asked.many("expand")
        wanted = Wanted(frozenset(asked.many("fields")), "*all")
        return Answer(200, self.shown(issue, shape, wanted, expand) | self.expansions(shape, expand))

    def _remote_links(self, request: Request, shape: Shape, name: str) -> Answer:
        issue = self.find(name)
        if not self.company.linking:
            raise Refused(403, "Issue linking is currently disabled.")
        return Answer(200, [shape.remote(issue, link_id) for link_id in issue.remote])

    # What an application may write here: labels and comments.

    def _edit(self, request: Request, shape: Shape, name: str) -> Answer:
        issue = self.find(name)
        update = request.body.get("update") if isinstance(request.body, dict) else None
        if not isinstance(update, dict) or set(update) != {"labels"}:
            raise Refused(400, "This simulator edits labels alone.")
        for step in update["labels"]:
            ((verb, label),) = step.items()
            if not isinstance(label, str) or " " in label or len(label) > 255:
                raise Refused(400, f"The label '{label}' contains spaces which is invalid.")
            self.company.tick(1)
            change = {"add": [label]} if verb == "add" else {"remove": [label]}
            self.company.labels(issue.id, by=self.me, **change)
        return Answer(204, None)

    def _say(self, request: Request, shape: Shape, name: str) -> Answer:
        issue, words = self.find(name), self._words(request, shape)
        self.company.tick(1)
        number = self.company.comment(issue.id, words, by=self.me)
        comment = issue.comments[number]
        comment.raw = request.body["body"]
        comment.internal = _is_internal(request.body)
        return Answer(201, shape.comment(issue, comment))

    def _say_again(self, request: Request, shape: Shape, name: str, number: str) -> Answer:
        issue, words = self.find(name), self._words(request, shape)
        comment = issue.comments.get(number)
        if comment is None:
            raise Refused(404, f"Can not find a comment for the id: {number}.")
        if comment.author != self.me:
            raise Refused(400, "You do not have the permission to edit this comment.")
        self.company.tick(1)
        self.company.edit_comment(issue.id, number, words, by=self.me)
        comment.raw = request.body["body"]
        return Answer(200, shape.comment(issue, comment))

    def _words(self, request: Request, shape: Shape) -> str:
        """The words of a body: a document in version 3, wiki text in version 2."""
        body = request.body.get("body") if isinstance(request.body, dict) else None
        right = isinstance(body, dict) and body.get("type") == "doc" if shape.version == "3" else body
        if not right or (shape.version != "3" and not isinstance(body, str)):
            raise Refused(400, "INVALID_INPUT" if shape.version == "3" else "Comment body can not be empty!")
        words = "\n".join(_texts(body)) if isinstance(body, dict) else str(body)
        if len(words) > LONGEST_COMMENT:
            raise Refused(400, "The entered text is too long. It exceeds the allowed limit of 32,767.")
        return words


def _texts(node: Json) -> Iterable[str]:
    """The words of a document, a line for each paragraph."""
    inner = node.get("content", [])
    if node.get("type") == "paragraph":
        yield "".join(str(each.get("text", "")) for each in inner)
    else:
        for each in inner:
            yield from _texts(each)


def _is_internal(body: Json) -> bool:
    known = {p["key"]: p["value"] for p in body.get("properties", [])}
    return bool(known.get("sd.public.comment", {}).get("internal"))


def _field_ids(entry: History) -> set[str]:
    return {item["fieldId"] for item in entry.items if "fieldId" in item}


def _by_age(histories: Iterable[History]) -> list[History]:
    return sorted(histories, key=lambda entry: (entry.created, int(entry.id)))


@dataclass
class _Place:
    """What a page token stands for."""

    query: tuple[str, tuple[str, ...]]
    offset: int
    last: Row


@dataclass
class _Window:
    """A rate limit's present window."""

    ends: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    used: int = 0


@dataclass
class _Tokens:
    """The page tokens given out: opaque, and known to this server alone."""

    places: dict[str, _Place] = field(default_factory=dict)

    def give(self, place: _Place) -> str:
        """A token for a place."""
        token = secrets.token_urlsafe(12)
        self.places[token] = place
        return token

    def take(self, token: str, query: tuple[str, tuple[str, ...]]) -> _Place | None:
        """The place a token stands for; it belongs to one query and its reconciled ids."""
        place = self.places.get(token)
        if token and (place is None or place.query != query):
            raise Refused(400, "The nextPageToken is invalid or belongs to another query.")
        return place


class CloudFace(_Face):
    """Jira Cloud. `lag`: seconds until search sees an edit (a number, or one for each issue id); `rate`:
    requests a minute; `paging`: whether a page token stands for an offset (so that what is edited meanwhile
    shifts the rest) or for a place in the order; `epoch`: bulk changelogs say `created` as a number, as in
    the contract's example, instead of a text, as in its schema; `scoped`: the token is one that only works
    below /ex/jira/{cloudId}; `browse_only`: changelogs may not be seen."""

    cloud = True
    routes = [  # noqa: RUF012
        ("GET", "serverInfo", "server_info"),
        ("GET", "myself", "myself"),
        ("GET", "field", "all_fields"),
        ("GET", "status", "all_statuses"),
        ("GET", "configuration", "configuration"),
        ("GET", "project/search", "project_search"),
        ("GET", "project/([^/]+)", "project"),
        ("GET POST", "search", "search"),
        ("GET POST", "search/jql", "search_jql"),
        ("POST", "search/approximate-count", "count"),
        ("POST", "issue/bulkfetch", "issue_bulk"),
        ("POST", "changelog/bulkfetch", "changelog_bulk"),
        ("GET", "issue/([^/]+)", "issue"),
        ("GET", "issue/([^/]+)/changelog", "changelog"),
        ("GET", "issue/([^/]+)/comment", "comments"),
        ("GET", "issue/([^/]+)/remotelink", "remote_links"),
        ("PUT", "issue/([^/]+)", "edit"),
        ("POST", "issue/([^/]+)/comment", "say"),
        ("PUT", "issue/([^/]+)/comment/([^/]+)", "say_again"),
    ]

    def __init__(
        self, company: JiraCompany, *, token: str | None = None, user: str | None = None,
        timezone: str = "Europe/Berlin", lag: float | Callable[[str], float] = 0, rate: int | None = None,
        page_cap: int = 100, browse_only: bool = False, paging: str = "offset", epoch: bool = False,
        scoped: bool = False, strict_ids: bool = False, origin: str = "https://acme.atlassian.net",
    ) -> None:  # fmt: skip
        super().__init__(company, origin, token, user, timezone, page_cap)
        self.lag, self.rate, self.browse_only, self.paging = lag, rate, browse_only, paging
        self.epoch, self.scoped, self.strict_ids = epoch, scoped, strict_ids
        self.histories_inline, self.comments_inline = INLINE_HISTORIES, INLINE_COMMENTS
        self.projects_cap = 50
        self._window = _Window()
        self._tokens = _Tokens()

    def answer(self, request: Request) -> Answer:
        """Like any Jira, and below /ex/jira/{cloudId} too; with a rate limit where there is one."""
        if request.path == "/_edge/tenant_info":
            return Answer(200, {"cloudId": CLOUD_ID})
        limits = self._spend()
        if limits.get("Retry-After"):
            return Answer(429, {"errorMessages": ["Rate limit exceeded."], "errors": {}}, limits)
        answer = super().answer(request)
        return changed(answer, headers={**answer.headers, **limits})

    def reply(self, request: Request, path: str) -> Answer:
        """The site's paths, also behind the gateway's prefix."""
        prefix = f"/ex/jira/{CLOUD_ID}"
        if self.scoped and not path.startswith(prefix + "/"):
            raise Refused(401, "Unauthorized; scope does not match")
        return super().reply(request, path.removeprefix(prefix))

    def _spend(self) -> dict[str, str]:
        """Count a request; the headers that tell how many are left, and when to come back if none is."""
        if self.rate is None:
            return {}
        if self.now >= self._window.ends:
            self._window = _Window(self.now + timedelta(seconds=WINDOW))
        self._window.used += 1
        left = self.rate - self._window.used
        headers = {
            "X-RateLimit-Limit": str(self.rate),
            "X-RateLimit-Remaining": str(max(0, left)),
            "X-RateLimit-Reset": f"{self._window.ends.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
        }
        if left < 0:
            headers["Retry-After"] = str(max(1, round((self._window.ends - self.now).total_seconds())))
        return headers

    def inline_comments(self, issue: Issue, shape: Shape) -> Json:
        """The first 20 comments."""
        total = len(issue.comments)
        page = list(issue.comments.values())[: self.comments_inline]
        return {
            "comments": [shape.comment(issue, comment) for comment in page],
            "self": f"{shape.api}/issue/{issue.id}/comment",
            "maxResults": len(page),
            "total": total,
            "startAt": 0,
        }

    def inline_histories(self, issue: Issue, shape: Shape) -> Json | None:
        """The 40 newest histories, newest first."""
        if self.browse_only:
            return None
        page = _by_age(issue.histories)[::-1][: self.histories_inline]
        shown = [shape.history(entry) for entry in page]
        place = {"startAt": 0, "maxResults": len(page), "total": len(issue.histories)}
        return place | {"histories": shown}

    # Routes

    def _server_info(self, request: Request, shape: Shape) -> Answer:
        return Answer(
            200,
            {
                "baseUrl": self.origin,
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
                "buildNumber": 100300,
                "buildDate": "2025-12-01T00:00:00.000+0000",
                "serverTime": shape.moment(self.now),
                "scmInfo": "57a0ca5b4a0bb0ac5f3fee4764acb1c14e4d7e71",
                "serverTitle": "Jira",
            },
        )

    def _myself(self, request: Request, shape: Shape) -> Answer:
        me = shape.user(self.me) or {}
        return Answer(200, {**me, "timeZone": self.timezone, "locale": "en_US"})

    def _search(self, request: Request, shape: Shape) -> Answer:
        raise Refused(
            410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
        )

    def _project_search(self, request: Request, shape: Shape) -> Answer:
        asked, rows = Asked(request), self.shown_projects(shape)
        start, size = asked.number("startAt", 0), min(asked.number("maxResults", 50), self.projects_cap)
        last = start + size >= len(rows)
        body = {"startAt": start, "maxResults": size, "total": len(rows), "isLast": last}
        return Answer(200, body | {"values": rows[start : start + size]})

    def _count(self, request: Request, shape: Shape) -> Answer:
        jql = Asked(request, {"jql": str}).one("jql")
        query = Query(jql, self.company, self.zone, strict=self.strict_ids)
        if not query.bounded:
            raise Refused(400, "Unbounded JQL queries are not allowed here. Add a search restriction.")
        rows = query.find([row for i in self.company.issues.values() if (row := self._row(i, set()))])
        return Answer(200, {"count": len(rows)})

    def _search_jql(self, request: Request, shape: Shape) -> Answer:
        asked = Asked(request, _SEARCH)
        jql, reconcile = asked.one("jql"), asked.many("reconcileIssues")
        query = Query(jql, self.company, self.zone, strict=self.strict_ids)
        if not query.bounded:
            raise Refused(400, "Unbounded JQL queries are not allowed here. Add a search restriction.")
        if len(reconcile) > 50 or not all(text.isdecimal() for text in reconcile):
            raise Refused(400, "reconcileIssues takes up to 50 issue ids.")
        same = (jql, tuple(sorted(reconcile)))
        place = self._tokens.take(asked.one("nextPageToken"), same)
        rows, start = self._found(query, set(reconcile), place)
        expand, wanted = asked.many("expand"), Wanted(frozenset(asked.many("fields")), "id")
        slim = wanted.slim and not expand
        size = self._size(asked.number("maxResults", 50), PAGE_OF_IDS if slim else self.page_cap)
        page = rows[start : start + size]
        body: Json = {"issues": [self.shown(row.issue, shape, wanted, expand) for row in page]}
        body["isLast"] = start + size >= len(rows)
        if not body["isLast"]:
            last = Row(replace(page[-1].issue), page[-1].updated)
            offset = (place.offset if place else 0) + len(page)
            body["nextPageToken"] = self._tokens.give(_Place(same, offset, last))
        return Answer(200, body | self.expansions(shape, expand))

    def _found(self, query: Query, reconcile: set[str], place: _Place | None) -> tuple[list[Row], int]:
        """All rows in order, and where the page starts."""
        rows = query.find([row for i in self.company.issues.values() if (row := self._row(i, reconcile))])
        if place is None:
            return rows, 0
        if self.paging == "offset":
            return rows, place.offset
        # After the place where the last row was, wherever that row's issue is by now.
        ordered = query.sort([*rows, place.last])
        index = next(n for n, row in enumerate(ordered) if row is place.last)
        return ordered[:index] + ordered[index + 1 :], index

    def _row(self, issue: Issue, reconcile: set[str]) -> Row | None:
        """What the index knows of an issue; None while it has not heard of it."""
        if not self.company.sees(issue):
            return None
        lag = self.lag(issue.id) if callable(self.lag) else self.lag
        if not lag or issue.id in reconcile:
            return Row(issue, issue.updated)
        horizon = self.company.now - timedelta(seconds=lag)
        known = [moment for moment in issue.journal if moment <= horizon]
        return Row(issue, known[-1]) if known else None

    def _size(self, asked: int, cap: int) -> int:
        if asked < 1:
            raise Refused(400, "maxResults must be at least 1.")
        return min(asked, cap)

    def _issue_bulk(self, request: Request, shape: Shape) -> Answer:
        asked = Asked(request, _BULK_ISSUES)
        names = asked.many("issueIdsOrKeys")
        if not 1 <= len(names) <= 100:
            raise Refused(400, "Between 1 and 100 issue ids or keys can be asked for.")
        wanted, expand = Wanted(frozenset(asked.many("fields")), "*navigable"), asked.many("expand")
        issues = [self.shown(issue, shape, wanted, expand) for issue in self._seen(names)]
        return Answer(200, {"issues": issues, "issueErrors": []})

    def _seen(self, names: Iterable[str]) -> list[Issue]:
        """The issues among these that exist and may be seen, each once, by id."""
        found = {i.id: i for name in names if (i := self.company.find(name)) and self.company.sees(i)}
        return sorted(found.values(), key=lambda issue: int(issue.id))

    def _changelog_bulk(self, request: Request, shape: Shape) -> Answer:
        asked = Asked(request, _BULK_HISTORIES)
        names, fields = asked.many("issueIdsOrKeys"), asked.many("fieldIds")
        if not 1 <= len(names) <= 1000 or len(fields) > 10:
            raise Refused(400, "Between 1 and 1,000 issues and up to 10 fields can be asked for.")
        size, start = asked.number("maxResults", 1000), _offset(asked.one("nextPageToken"))
        if not 1 <= size <= 10_000:
            raise Refused(400, "maxResults must be between 1 and 10,000.")
        entries = [(issue, entry) for issue in self._seen(names) for entry in issue.histories]
        rows = [row for row in entries if not fields or not _field_ids(row[1]).isdisjoint(fields)]
        rows.sort(key=lambda row: (row[1].created, int(row[0].id), int(row[1].id)))
        if self.browse_only:
            rows = []
        logs: dict[str, list[Json]] = {}
        for issue, entry in rows[start : start + size]:
            logs.setdefault(issue.id, []).append(self._bulk_history(shape, entry))
        body: Json = {"issueChangeLogs": [{"issueId": i, "changeHistories": h} for i, h in logs.items()]}
        if start + size < len(rows):
            body["nextPageToken"] = base64.urlsafe_b64encode(f"at={start + size}".encode()).decode()
        return Answer(200, body)

    def _bulk_history(self, shape: Shape, entry: History) -> Json:
        shown = shape.history(entry)
        if self.epoch:
            shown["created"] = round(entry.created.timestamp() * 1000)
        return shown

    def _changelog(self, request: Request, shape: Shape, name: str) -> Answer:
        issue, asked = self.find(name), Asked(request)
        if self.browse_only:
            raise _unknown()
        entries = _by_age(issue.histories)
        start, size = asked.number("startAt", 0), min(asked.number("maxResults", 100), 100)
        page, address = entries[start : start + size], f"{shape.api}/issue/{issue.id}/changelog"
        body: Json = {"self": f"{address}?maxResults={size}&startAt={start}"}
        last = start + size >= len(entries)
        if not last:
            body["nextPage"] = f"{address}?maxResults={size}&startAt={start + size}"
        body |= {"maxResults": size, "startAt": start, "total": len(entries), "isLast": last}
        return Answer(200, body | {"values": [shape.history(entry) for entry in page]})

    def _comments(self, request: Request, shape: Shape, name: str) -> Answer:
        issue, asked = self.find(name), Asked(request)
        return Answer(200, _comment_page(issue, shape, asked, most=100, default=100))


class DataCenterFace(_Face):
    """Jira Data Center. `old_changelog_cut`: an inline changelog keeps its newest N entries, with the right
    `total`, as some old servers do."""

    cloud = False
    routes = [  # noqa: RUF012
        ("GET", "serverInfo", "server_info"),
        ("GET", "myself", "myself"),
        ("GET", "field", "all_fields"),
        ("GET", "status", "all_statuses"),
        ("GET", "configuration", "configuration"),
        ("GET", "project", "projects"),
        ("GET", "project/([^/]+)", "project"),
        ("GET POST", "search", "search"),
        ("GET", "issue/([^/]+)", "issue"),
        ("GET", "issue/([^/]+)/comment", "comments"),
        ("GET", "issue/([^/]+)/remotelink", "remote_links"),
        ("PUT", "issue/([^/]+)", "edit"),
        ("POST", "issue/([^/]+)/comment", "say"),
        ("PUT", "issue/([^/]+)/comment/([^/]+)", "say_again"),
    ]

    def __init__(
        self, company: JiraCompany, *, token: str | None = None, user: str | None = None,
        timezone: str = "Europe/Berlin", page_cap: int = 100, changelog_allowed: bool = True,
        old_changelog_cut: int | None = None, origin: str = "https://jira.acme.example",
    ) -> None:  # fmt: skip
        super().__init__(company, origin, token, user, timezone, page_cap)
        self.changelog_allowed, self.old_changelog_cut = changelog_allowed, old_changelog_cut

    def inline_comments(self, issue: Issue, shape: Shape) -> Json:
        """All comments."""
        comments = [shape.comment(issue, comment) for comment in issue.comments.values()]
        return {"comments": comments, "maxResults": len(comments), "total": len(comments), "startAt": 0}

    def inline_histories(self, issue: Issue, shape: Shape) -> Json | None:
        """All histories, oldest first, unless this is a server that cuts them."""
        if not self.changelog_allowed:
            return None
        entries = _by_age(issue.histories)
        page = entries[-self.old_changelog_cut :] if self.old_changelog_cut else entries
        place = {"startAt": 0, "maxResults": len(page), "total": len(entries)}
        return place | {"histories": [shape.history(entry) for entry in page]}

    def _server_info(self, request: Request, shape: Shape) -> Answer:
        return Answer(
            200,
            {
                "baseUrl": self.origin,
                "version": "10.3.24",
                "versionNumbers": [10, 3, 24],
                "deploymentType": "Server",
                "buildNumber": 10030024,
                "buildDate": "2025-11-01T00:00:00.000+0000",
                "databaseBuildNumber": 10030024,
                "serverTime": shape.moment(self.now),
                "scmInfo": "0",
                "serverTitle": "Jira",
            },
        )

    def _projects(self, request: Request, shape: Shape) -> Answer:
        return Answer(200, self.shown_projects(shape))

    def _myself(self, request: Request, shape: Shape) -> Answer:
        me = shape.user(self.me) or {}
        return Answer(200, {**me, "deleted": False, "timeZone": self.timezone, "locale": "en_US"})

    def _search(self, request: Request, shape: Shape) -> Answer:
        asked = Asked(request)
        lenient = asked.one("validateQuery", "true").lower() in ("false", "none", "warn")
        query = Query(asked.one("jql"), self.company, self.zone, strict=not lenient)
        rows = query.find(
            [Row(issue, issue.updated) for issue in self.company.issues.values() if self.company.sees(issue)]
        )
        start, size = asked.number("startAt", 0), asked.number("maxResults", 50)
        size = self.page_cap if size < 0 else min(size, self.page_cap)
        expand, wanted = asked.many("expand"), Wanted(frozenset(asked.many("fields")), "*navigable")
        page = [self.shown(row.issue, shape, wanted, expand) for row in rows[start : start + size]]
        place = {"startAt": start, "maxResults": size, "total": len(rows)}
        body = {"expand": "schema,names", **place, "issues": page}
        return Answer(200, body | self.expansions(shape, expand))

    def _comments(self, request: Request, shape: Shape, name: str) -> Answer:
        issue, asked = self.find(name), Asked(request)
        return Answer(200, _comment_page(issue, shape, asked, most=1_048_576, default=1_048_576))


def _comment_page(issue: Issue, shape: Shape, asked: Asked, most: int, default: int) -> Json:
    start, size = asked.number("startAt", 0), min(asked.number("maxResults", default), most)
    order = asked.one("orderBy", "created")
    if order not in ("created", "+created", "-created"):
        raise Refused(400, f"orderBy {order} is not supported.")
    comments = list(issue.comments.values())[:: -1 if order == "-created" else 1]
    page = [shape.comment(issue, comment) for comment in comments[start : start + size]]
    return {"startAt": start, "maxResults": size, "total": len(comments), "comments": page}


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        name, _, place = base64.urlsafe_b64decode(token).decode().partition("=")
    except ValueError:
        name, place = "", ""
    if name != "at" or not place.isdecimal():
        raise Refused(400, "The nextPageToken is invalid.")
    return int(place)
