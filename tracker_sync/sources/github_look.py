"""What a GitHub shows to this token: looked at before anything is pulled, by `init` and `doctor`."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from requests.structures import CaseInsensitiveDict

from tracker_sync.errors import Gone, Missing, NotAllowed, SourceError
from tracker_sync.sources.github_api import PAGE, GithubApi
from tracker_sync.sources.transport import as_list
from tracker_sync.sources.wire import last_answer

MOST = 1000
"""Repositories, labels or fields that are read; the rest is not shown."""
BOARDS = 20
"""Projects of an organisation whose fields are looked at."""


class Told(NamedTuple):
    """What GitHub says of a token."""

    login: str | None
    """Whose it is; None for an app's, and without one."""
    scopes: frozenset[str] | None
    """Of a classic token; None for the others, whose rights GitHub does not list
    (https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps)."""
    left: int | None
    """Requests left in this hour."""
    limit: int | None


class Repo(NamedTuple):
    """A repository, as GitHub shows it."""

    name: str
    """What it is called now: `acme/web`."""
    private: bool = False
    archived: bool = False
    has_issues: bool = True


class BoardField(NamedTuple):
    """A field of a project, or of the issues of an organisation."""

    board: str
    """The project's title; '' where the field is of the issues themselves."""
    name: str
    kind: str


class GithubLook(GithubApi):
    """Small questions to a GitHub. Each raises NotAllowed, Missing or Unavailable, as a pull would."""

    @property
    def clock(self) -> float:
        """Its own time at its last answer, in seconds since 1970; 0 before the first."""
        return self.now / 1_000_000

    def told(self, *, anonymous: bool) -> Told:
        """Whose token this is, and what is left of its quota. Raises NotAllowed where it is refused.

        An app's token may not ask for its user (403), but for its quota; a server may have no quota (404).
        """
        login = None
        if not anonymous:
            try:
                user = self.get("/user").body
                login = str(user["login"]) if isinstance(user, dict) and "login" in user else None
            except NotAllowed:
                if _status() != 403:
                    raise
                self._quota()
        else:
            self._quota()
        headers = _headers()
        granted = headers.get("x-oauth-scopes")
        scopes = None if granted is None else frozenset(s.strip() for s in granted.split(",") if s.strip())
        return Told(login, scopes, _number(headers, "remaining"), _number(headers, "limit"))

    def _quota(self) -> None:
        try:
            self.get("/rate_limit")
        except Missing:
            if _status() != 404:
                raise

    def repo(self, name: str) -> Repo:
        """One repository; its name differs from the one asked for where it was renamed."""
        body = self.get(f"/repos/{name}").body
        if not isinstance(body, dict) or not isinstance(body.get("full_name"), str):
            raise SourceError(f"source {self._config.name!r}: repository {name}: no answer of GitHub's API")
        return _repo(body)

    def shows_issues(self, name: str) -> bool:
        """Whether the repository's issues may be read; False where it has none (410)."""
        try:
            self.get(f"/repos/{name}/issues", {"state": "all", "per_page": 1})
        except Gone:
            return False
        return True

    def repos(self) -> list[Repo]:
        """The repositories that this token sees by itself, most recently pushed first."""
        try:
            raws = [*self._rows("/user/repos", {"sort": "pushed"})]
        except NotAllowed:  # an app's token has an installation instead of a user
            if _status() != 403:
                raise
            raws = [*self._rows("/installation/repositories", {}, "repositories")]
        return [_repo(r) for r in raws if isinstance(r, dict) and isinstance(r.get("full_name"), str)]

    def owned(self, owner: str) -> list[Repo]:
        """The repositories of an organisation or a person that may be seen, as far as one page tells."""
        try:
            raws = self.page(f"/orgs/{owner}/repos", {"per_page": PAGE}).records
        except Missing:
            raws = self.page(f"/users/{owner}/repos", {"per_page": PAGE}).records
        return [_repo(r) for r in raws if isinstance(r, dict) and isinstance(r.get("full_name"), str)]

    def labels(self, repo: str) -> list[str]:
        """The labels of a repository."""
        return sorted(str(r["name"]) for r in self._rows(f"/repos/{repo}/labels", {}) if _has_name(r))

    def types(self, owner: str) -> list[str]:
        """The types of issue of an organisation; none where it has none, or where this is a person."""
        return [str(r["name"]) for r in self._optional(f"/orgs/{owner}/issue-types") if _has_name(r)]

    def fields(self, owner: str) -> list[BoardField]:
        """The fields of an organisation's issues and projects, as far as the token may see them."""
        own = self._optional(f"/orgs/{owner}/issue-fields")
        found = [BoardField("", str(f["name"]), str(f.get("data_type", ""))) for f in own if _has_name(f)]
        for board in self._optional(f"/orgs/{owner}/projectsV2")[:BOARDS]:
            if not isinstance(board, dict) or not isinstance(board.get("number"), int):
                continue
            for f in self._optional(f"/orgs/{owner}/projectsV2/{board['number']}/fields"):
                if _has_name(f):
                    found.append(
                        BoardField(str(board.get("title", "")), str(f["name"]), str(f.get("data_type", "")))
                    )
        return found

    def has_graph(self) -> bool:
        """Whether GraphQL answers, through which histories cost few requests."""
        try:
            self.ask("{viewer{login}}", {})
        except SourceError:
            return False
        return True

    def _optional(self, path: str) -> list[Any]:
        """The rows of a list that may be missing, or not allowed."""
        try:
            return [*self._rows(path, {})]
        except NotAllowed:
            return []

    def _rows(self, path: str, params: dict[str, Any], key: str = "") -> Iterator[Any]:
        reply = self.get(path, params | {"per_page": PAGE})
        count = 0
        while True:
            body = reply.body.get(key) if key and isinstance(reply.body, dict) else reply.body
            rows = as_list(self._where(path), body)
            yield from rows
            count += len(rows)
            if not reply.more or count >= MOST:
                return
            reply = self.get(reply.more)


def lacks() -> str:
    """The rights that the last answer says are missing, in GitHub's words; '' where it does not say."""
    headers = _headers()
    if "required" in headers.get("x-github-sso", ""):
        return "authorisation for the organisation's single sign-on (Settings, Tokens, Configure SSO)"
    return str(headers.get("x-accepted-github-permissions") or headers.get("x-accepted-oauth-scopes") or "")


def _headers() -> "CaseInsensitiveDict[str]":
    answer = last_answer()
    return answer.headers if answer is not None else CaseInsensitiveDict()


def _status() -> int:
    answer = last_answer()
    return answer.status_code if answer is not None else 0


def _number(headers: "CaseInsensitiveDict[str]", name: str) -> int | None:
    text = headers.get(f"x-ratelimit-{name}") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _repo(raw: dict[str, Any]) -> Repo:
    flags = bool(raw.get("private")), bool(raw.get("archived")), bool(raw.get("has_issues", True))
    return Repo(raw["full_name"], *flags)


def _has_name(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("name"), str)
