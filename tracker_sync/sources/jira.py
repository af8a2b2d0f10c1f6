"""Reads Jira, Cloud and Data Center, through the `jira` library."""

import base64
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import requests
from jira import JIRA, JIRAError

from tracker_sync.config import JiraConfig, token_variable
from tracker_sync.errors import ConfigError, Missing, NotAllowed
from tracker_sync.sources import Batch, ItemRead, Progress, collect, microseconds
from tracker_sync.sources.jira_fields import Catalogue
from tracker_sync.sources.jira_item import read_issue
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
MOST_BACKS = 20
"""A server whose pages never fit together is read on as it is: the overlap of the next run mends it."""
OVERLAP_MS = 120_000
"""Search lags behind writes and servers' clocks differ: each run re-reads this much."""


class JiraSource:
    """A Jira site, read by JQL in order of update."""

    def __init__(self, config: JiraConfig, user: str | None, token: str | None) -> None:
        self.name = config.name
        self._config = config
        pair = base64.b64encode(f"{user}:{token}".encode()).decode() if token else None
        self._secrets = (token, pair)
        basic = (user, token) if user and token else None
        # max_retries=0: the library crashes on a Retry-After that is a date and never retries a
        # 500 (3.10.5); `patiently` does both. Rest version 2 gives texts as text, not as documents.
        self._jira = JIRA(
            config.url.rstrip("/"),
            options={"rest_api_version": "2"},
            basic_auth=basic,
            token_auth=token if token and not basic else None,
            get_server_info=False,
            max_retries=0,
            timeout=TIMEOUT,
        )

    def pull(self, cursor: str | None) -> Iterator[Batch]:
        cloud = self._is_cloud()
        # The library reads this to choose between the two search APIs.
        self._jira.deploymentType = "Cloud" if cloud else "Server"
        catalogue = Catalogue(self._fields(), self._statuses())
        self._check_field_names(catalogue)
        since = None if cursor is None else max(0, int(cursor) - OVERLAP_MS)
        done, newest = 0, int(cursor or 0)
        pages = self._pages_cloud(since) if cloud else self._pages_server(since)
        for issues, total in pages:
            for issue in issues:
                newest = max(newest, _updated_ms(issue))
            done += len(issues)
            batch = collect(
                issues,
                partial(self._read, catalogue, cloud),
                str(newest),
                Progress(done, total),
            )
            yield batch

    def _pages_server(self, since: int | None) -> Iterator[tuple[list[dict[str, Any]], int | None]]:
        jql, start, last_id, backs = self._jql(since), 0, None, 0
        while True:
            search = partial(
                self._jira.search_issues, jql, startAt=start, maxResults=PAGE, fields="*all",
                expand="changelog", json_result=True,
            )  # fmt: skip
            page = self._ask("search", search)
            issues = as_list("search", page.get("issues"))
            total = page.get("total")
            # Pages overlap by one issue. Where the first is not the last of the page before, an
            # issue was edited meanwhile and moved to the end: start again, so that none is missed.
            if last_id is not None:
                same = bool(issues) and _id(issues[0]) == last_id
                if issues and not same and backs < MOST_BACKS:
                    start, last_id, backs = 0, None, backs + 1
                    continue
                if same:
                    issues, start = issues[1:], start + 1
            if issues:
                yield issues, total if isinstance(total, int) else None
            start += len(issues)
            if not issues or not isinstance(total, int) or start >= total:
                return
            start, last_id = start - 1, _id(issues[-1])

    def _pages_cloud(self, since: int | None) -> Iterator[tuple[list[dict[str, Any]], int | None]]:
        jql, token = self._jql(since), None
        while True:
            search = partial(
                self._jira.enhanced_search_issues, jql, nextPageToken=token, maxResults=PAGE,
                fields="*all", expand="changelog", json_result=True,
            )  # fmt: skip
            page = self._ask("search/jql", search)
            issues = as_list("search/jql", page.get("issues"))
            if issues:
                yield issues, None
            token = page.get("nextPageToken")
            if not token or page.get("isLast"):
                return

    def _jql(self, since: int | None) -> str:
        """Unquoted epoch milliseconds: a quoted date is read in the account's own time zone, and
        only to the minute (https://support.atlassian.com/jira-software-cloud/docs/jql-fields/)."""
        wanted = [f"({self._config.jql})"] if self._config.jql.strip() else []
        if since is not None or not wanted:
            wanted.append(f"updated >= {since or 0}")
        return f"{' AND '.join(wanted)} ORDER BY updated ASC, key ASC"

    def _read(self, catalogue: Catalogue, cloud: bool, raw: dict[str, Any]) -> ItemRead:
        return read_issue(self._complete(raw, cloud), catalogue)

    def _complete(self, raw: dict[str, Any], cloud: bool) -> dict[str, Any]:
        """The issue with all its changes and comments, whatever the page left out."""
        log, comments = raw.get("changelog") or {}, raw["fields"].get("comment")
        if len(log.get("histories") or []) < (log.get("total") or 0):
            raw = raw | {"changelog": {"histories": self._all_changes(raw["id"], cloud)}}
        if comments and len(comments["comments"]) < (comments.get("total") or 0):
            path = f"issue/{raw['id']}/comment"
            whole = {"comments": self._all(path, "comments")}
            raw = raw | {"fields": raw["fields"] | {"comment": whole}}
        return raw

    def _all_changes(self, issue_id: str, cloud: bool) -> list[Any]:
        if cloud:
            return self._all(f"issue/{issue_id}/changelog", "values")
        # Data Center has no paged changelog: the issue itself carries the whole of it.
        issue = self._get(f"issue/{issue_id}", {"fields": "id", "expand": "changelog"})
        log = issue["changelog"]
        if len(log["histories"]) < (log.get("total") or 0):
            raise ValueError(f"its changelog is cut off at {len(log['histories'])} of {log['total']}")
        return as_list("changelog", log["histories"])

    def _all(self, path: str, key: str) -> list[Any]:
        found: list[Any] = []
        while True:
            page = self._get(path, {"startAt": len(found), "maxResults": PAGE})
            values = as_list(path, page.get(key))
            found += values
            if not values or len(found) >= page.get("total", 0):
                return found

    def _is_cloud(self) -> bool:
        if self._config.url.rstrip("/").endswith(".atlassian.net"):
            return True
        info = self._get("serverInfo", {})
        if not info.keys() & {"deploymentType", "version", "baseUrl"}:
            raise not_json(f"source {self.name!r}: {self._config.url} serverInfo")
        return bool(info.get("deploymentType") == "Cloud")

    def _fields(self) -> list[Any]:
        try:
            return as_list("field", self._ask_any("field"))
        except Missing:
            return []  # without names; a configured one is then told to be missing

    def _statuses(self) -> list[Any]:
        try:
            return as_list("status", self._ask_any("status"))
        except NotAllowed:
            return []  # the issues themselves carry the categories of the statuses they are in

    def _check_field_names(self, catalogue: Catalogue) -> None:
        for role in ("intent", "customer", "origin", "points"):
            name = getattr(self._config.fields, role)
            if name and not catalogue.ids_of(name):
                raise ConfigError(
                    f"source {self.name!r}: {self._config.url} has no field called {name!r} "
                    f"(fields.{role}). Check its name there; it may have been renamed or hidden"
                )

    def _get(self, path: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._ask(path, lambda: self._jira._get_json(path, params=params))

    def _ask_any(self, path: str) -> Any:
        # No public method of the library gives a list as plain JSON; its objects cost five times
        # as much (measured).
        return self._answer(path, lambda: self._jira._get_json(path))

    def _ask(self, path: str, call: Callable[[], Any]) -> dict[str, Any]:
        return as_dict(f"{self.name}: {path}", self._answer(path, call))

    def _answer(self, path: str, call: Callable[[], Any]) -> Any:
        where = f"source {self.name!r}: {self._config.url} {path}"
        variable = token_variable(self._config)

        def once() -> Any:
            try:
                return call()
            except JIRAError as e:
                headers = getattr(e.response, "headers", None) or {}
                status = int(e.status_code or 0)
                hints = (variable, "the permission to browse the project")
                raise refusal(where, status, headers, hidden(_words(e), self._secrets), hints) from None
            except requests.exceptions.JSONDecodeError as e:
                raise unreadable(where, e.doc) from None
            except requests.RequestException as e:
                raise unreachable(where, e) from None
            except json.JSONDecodeError as e:
                raise unreadable(where, e.doc) from None
            except (ValueError, RecursionError):
                raise not_json(where) from None  # JSON beyond all bounds: huge numbers, deep nesting

        return patiently(once)


def _words(error: JIRAError) -> str:
    """Only the tracker's own message: `str(error)` would echo request headers."""
    return error.text or ""


def _id(issue: Any) -> Any:
    return issue.get("id") if isinstance(issue, dict) else None


def _updated_ms(issue: Any) -> int:
    """The issue's update time in milliseconds; 0 where it cannot be read (it will be set aside)."""
    try:
        return microseconds(issue["fields"]["updated"]) // 1000
    except (KeyError, TypeError, ValueError):
        return 0
