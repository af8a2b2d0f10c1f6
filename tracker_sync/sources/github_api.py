"""Asks one GitHub, over REST and GraphQL, through PyGithub's requester, and gives back plain JSON."""

import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from github import Auth, Github
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)

from tracker_sync.config import GithubConfig, token_variables
from tracker_sync.errors import Missing, NotAllowed, Overloaded, SourceError, Unavailable
from tracker_sync.sources import Left
from tracker_sync.sources.paging import Page
from tracker_sync.sources.transport import (
    Hints,
    as_dict,
    as_list,
    carefully,
    excerpt,
    not_json,
    patiently,
    refusal,
    unreachable,
    unreadable,
)  # fmt: skip
from tracker_sync.sources.wire import (
    BoundedAdapter,
    Elsewhere,
    Quota,
    resource_of,
    seconds_to_reset,
    server_time,
)

PAGE = 100
MOST_REDIRECTS = 3
PER_MINUTE = 900
"""GitHub's secondary limit: points a minute, a point for each read
(https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api)."""
ACCEPTED = "application/vnd.github+json"
_READ = "read access to issues (and SSO authorisation)"
_WRITE = "write access to issues (in a workflow: permissions: issues: write)"


class Reply(NamedTuple):
    """One answer of the REST API."""

    status: int
    body: Any
    etag: str | None = None
    more: str | None = None
    """The address of the next page."""


class Astray(Missing):
    """What was asked for was moved to where it may not be seen."""


class GraphError(SourceError):
    """What GraphQL found wrong with a question, rather than with one of its answers."""

    def __init__(self, message: str, errors: list[Any]) -> None:
        self.errors = errors
        super().__init__(message)


class GithubApi:
    """The two APIs of one GitHub. Raises NotAllowed, Missing or Unavailable, naming what to check."""

    def __init__(self, config: GithubConfig, token: str | None) -> None:
        self._config, self._has_token = config, bool(token)
        self.now = 0
        """Its own time at its last answer, in microseconds since 1970, to the second."""
        self._said = Quota()
        """To be told of; each of the library's connections has an adapter, which pauses by its own."""
        # Its own retry sleeps for hours where told to, and its pause of 0.25 s between requests is
        # longer than most answers take (2.10): `patiently` and the adapter's quota decide instead.
        self._requester = Github(
            auth=Auth.Token(token) if token else None,
            base_url=config.url.rstrip("/"),
            per_page=PAGE,
            timeout=config.deadline,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        ).requester

    def left(self) -> tuple[Left, ...]:
        """What GitHub last said is left of its quotas."""
        return self._said.left()

    def get(self, path: str, params: dict[str, Any] | None = None, etag: str | None = None) -> Reply:
        """The answer to a path or to an address that an earlier answer gave; 304 where it is what `etag`
        stands for, which costs no quota
        (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api)."""
        status, headers, body = self._followed("GET", path, params, etag=etag)
        if status == 304:
            return Reply(304, None, etag)
        return Reply(status, body, headers.get("etag"), _next(headers.get("link", "")))

    def issue(self, repo: str, number: Any) -> dict[str, Any]:
        """One issue, which after a redirect may be one of another repository."""
        path = f"/repos/{repo}/issues/{number}"
        found = self.get(path).body
        if not isinstance(found, dict) or not {"id", "number"} <= found.keys():
            raise not_json(self._where(path))
        return found

    def after(self, page: Page) -> Page:
        """The page after one that has another. Raises SourceError where that leads on to itself."""
        following = self.page(page.more, {})
        if following.more == page.more:
            raise not_json(self._where(page.more))
        return following

    def page(self, path: str, params: dict[str, Any]) -> Page:
        """One page of a list, and the address of the next."""
        reply = self.get(path, params)
        return Page(as_list(self._where(path), reply.body), reply.more)

    def ask(self, query: str, variables: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """The data of a GraphQL query and the errors beside it.

        PyGithub's own `graphql_query` throws the data away when there is any error (2.10). Raises
        GraphError where there is no data, Overloaded where the question was too large.
        """
        where = self._where(self._requester.graphql_url)
        question = {"query": query, "variables": variables}
        _, headers, body = self._followed("POST", self._requester.graphql_url, None, question)
        answer = as_dict(where, body)
        said = answer.get("errors")
        errors = [e for e in said if isinstance(e, dict)] if isinstance(said, list) else []
        kinds = {str(e.get("type", "")) for e in errors}
        words = "; ".join(str(e.get("message", "")) for e in errors)
        if "RATE_LIMITED" in kinds:
            wait = seconds_to_reset(headers)
            raise Unavailable(f"{where}: the quota is used up; come back in {wait or 60:.0f} s", wait or 60)
        if kinds & {"MAX_NODE_LIMIT_EXCEEDED", "RESOURCE_LIMITS_EXCEEDED"} or (
            not answer.get("data") and ("timeout" in words.lower() or "something went wrong" in words.lower())
        ):
            raise Overloaded(f"{where}: {excerpt(words)}")
        if not isinstance(answer.get("data"), dict):
            if not errors:
                raise not_json(where)
            raise GraphError(f"{where}: {excerpt(words)}", errors)
        return answer["data"], errors

    def write(self, verb: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Change something. Raises Doubtful where nobody knows whether that was done."""
        self._followed(verb, path, None, body, writes=True)

    def _followed(
        self, verb: str, path: str, params: dict[str, Any] | None, question: Any = None,
        etag: str | None = None, *, writes: bool = False,
    ) -> tuple[int, dict[str, Any], Any]:  # fmt: skip
        """Status, headers and body, from wherever on this host it was moved to. What was asked is asked there
        again: where it was moved from, it changed nothing."""
        url = path
        for nth in range(MOST_REDIRECTS):
            where = self._where(url)
            try:
                status, headers, body = self._send(
                    verb, where, self.own(url), params, question, etag, writes=writes
                )
            except Missing as e:
                raise (Astray(str(e)) if nth else e) from None
            if status not in (301, 302, 307, 308):
                return status, headers, body
            if not (url := headers.get(_LOCATION, "")):
                raise SourceError(f"{where}: it was moved, and does not say where to")
            params = None if urlsplit(url).query else params
        raise SourceError(f"{self._where(path)}: it points on and on")

    def _send(
        self, verb: str, where: str, url: str, params: dict[str, Any] | None, question: Any = None,
        etag: str | None = None, *, writes: bool = False,
    ) -> tuple[int, dict[str, Any], Any]:  # fmt: skip
        headers = {"Accept": ACCEPTED} | ({"If-None-Match": etag} if etag else {})

        def once() -> tuple[int, dict[str, Any], Any]:
            try:
                # `requestJson`, not `requestJsonAndCheck`: the latter hides the status of a 304.
                status, got, text = self._requester.requestJson(verb, url, params, dict(headers), question)
            except requests.RequestException as e:
                raise unreachable(where, e) from None
            except Elsewhere as e:
                raise NotAllowed(f"{where}: {e}") from None
            self.now = int(server_time(got)) * 1_000_000
            self._said.note(resource_of(url), got)
            if status >= 400:
                right = _WRITE if writes else _READ
                raise self._refused(where, status, got, text, right)
            return status, got, self._parsed(where, text) if status == 200 else None

        if writes:
            return carefully(once)
        return patiently(once, unless=Overloaded if question else None)

    def _refused(
        self, where: str, status: int, headers: dict[str, Any], text: str, right: str
    ) -> SourceError:
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = {}
        words = str(said.get("message", "")) if isinstance(said, dict) else ""
        hints = Hints(token_variables(self._config), right, given=self._has_token)
        return refusal(where, status, headers, words, hints)

    def _parsed(self, where: str, text: str) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as e:
            raise unreadable(where, e.doc) from None
        except (ValueError, RecursionError):
            raise not_json(where) from None  # JSON beyond all bounds: huge numbers, deep nesting

    def own(self, url: str) -> str:
        """The address, if it is this GitHub's. Raises NotAllowed."""
        if url.startswith("/"):
            return url
        base, parts = urlsplit(self._config.url), urlsplit(url)
        if (parts.scheme, parts.hostname, parts.port) != (base.scheme, base.hostname, base.port):
            raise NotAllowed(
                f"{self._where(url)}: it points to another host ({parts.netloc}), which is refused"
            )
        return url

    def _where(self, url: str) -> str:
        base = self._config.url.rstrip("/")
        return f"source {self._config.name!r}: {url if '://' in url else base + url}"


_LOCATION = "x-tracker-sync-location"


def _held(response: RequestsResponse) -> RequestsResponse:
    """The response with its redirect left to us: the library follows a 301 without its query (2.10)."""
    if "location" in response.headers:
        response.headers[_LOCATION] = response.headers.pop("location")
    return response


def _bound(connection: HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass) -> None:
    origin = f"{connection.protocol}://{connection.host}:{connection.port}"
    adapter = BoundedAdapter(origin, deadline=connection.timeout, per_minute=PER_MINUTE)
    connection.session.mount(f"{connection.protocol}://", adapter)


class _Connection(HTTPRequestsConnectionClass):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self)

    def getresponse(self) -> RequestsResponse:
        return _held(super().getresponse())


class _SecureConnection(HTTPSRequestsConnectionClass):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self)

    def getresponse(self) -> RequestsResponse:
        return _held(super().getresponse())


Requester.injectConnectionClasses(_Connection, _SecureConnection)


def _next(link: str) -> str | None:
    for each in requests.utils.parse_header_links(link) if link else []:
        if each.get("rel") == "next":
            return str(each["url"])
    return None
