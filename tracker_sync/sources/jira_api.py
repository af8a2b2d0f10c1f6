"""Asks one Jira site, through the `jira` library, and gives back plain JSON."""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

import requests
from jira import JIRA, JIRAError

from tracker_sync.config import JiraConfig, token_variables
from tracker_sync.errors import MALFORMED, Gone, Missing, NotAllowed, SourceError
from tracker_sync.sources import Left
from tracker_sync.sources.paging import Page, batched
from tracker_sync.sources.transport import (
    Hints,
    as_dict,
    as_list,
    carefully,
    not_json,
    patiently,
    refusal,
    unreachable,
    unreadable,
)  # fmt: skip
from tracker_sync.sources.wire import BoundedAdapter, Elsewhere, keep_to_own, last_answer

PAGE = 100
LARGEST_PAGE = 400
QUICK = 3.0
"""Seconds. A Data Center that fills a page in less is asked for a larger one."""
PAGE_OF_IDS = {True: 5000, False: 1000}
"""The most ids that Cloud and Data Center give at once."""
BULK = 100
"""Issues of one `issue/bulkfetch`; `changelog/bulkfetch` takes ten times as many."""
RECONCILED = 50


class JiraApi:
    """The requests that a pull makes; each gives JSON as Jira has it, checked for its outer shape.

    Raises NotAllowed, Missing or Unavailable, naming source, address and what to check.
    """

    def __init__(self, config: JiraConfig, user: str | None, token: str | None) -> None:
        self._config, self._has_token = config, bool(token)
        self._url = config.url.rstrip("/")
        basic = (user, token) if user and token else None
        # max_retries=0: the library crashes on a Retry-After that is a date and never retries a
        # 500 (3.10.5); `patiently` does both.
        self._jira = JIRA(
            self._url,
            basic_auth=basic,
            token_auth=token if token and not basic else None,
            get_server_info=False,
            max_retries=0,
            timeout=config.deadline,
        )
        self._adapter = BoundedAdapter(self._url, deadline=config.deadline)
        for scheme in ("https://", "http://"):
            self._jira._session.mount(scheme, self._adapter)
        keep_to_own(self._jira._session)
        self._cloud: bool | None = None
        self._size, self._most = PAGE, LARGEST_PAGE
        self.has_links: bool | None = None
        """Whether the site has links to things outside; None while no issue has told."""
        self.linkless: set[str] = set()
        """Issues that said they have no such page; the site has none when a second one says so."""
        self.cloud = True if _is_atlassians(self._url) else None
        self.latest = 0
        """Our own time at the start of the run, in milliseconds."""
        self.reconcile: list[int] = []
        """Ids whose latest edits a search has to show even where its index lags behind; at most 50, and
        the same ones for all pages."""

    @property
    def cloud(self) -> bool | None:
        """Whether this is Jira Cloud; None while nobody knows."""
        return self._cloud

    @cloud.setter
    def cloud(self, value: bool | None) -> None:
        self._cloud = value
        # Texts of version 3 are documents, those of version 2 wiki text.
        self._jira._options["rest_api_version"] = "3" if value else "2"

    @property
    def now(self) -> int:
        """The site's own time at its last answer, in milliseconds since 1970, to the second; not later
        than when we began, by our clock: of what its index knew then no more can be said."""
        return min(int(self._adapter.now) * 1000, self.latest)

    def left(self) -> tuple[Left, ...]:
        """What the site last said is left of its quota."""
        return self._adapter.quota.left()

    # --- Lists

    def search(self, since: int | None, more: Any) -> Page:
        """A page of issues updated at or after `since` (milliseconds), with changelogs, oldest first.

        It also tells Cloud from Data Center: Cloud has removed the search that Data Center has.
        """
        if self._cloud:
            return self._search_cloud(self._jql(since), more)
        try:
            page = self._search_server(self._jql(since), more)
        except Missing as e:
            if self._cloud is False and not isinstance(e, Gone):
                raise
            self.cloud = True
            try:
                return self._search_cloud(self._jql(since), more)
            except Missing:
                self.cloud = None
                raise e from None
        self.cloud = False
        return page

    # `_get_json` for searches, not the library's own methods: those ask for /field first, to translate
    # names of fields that we do not use (3.10.5).

    def _search_cloud(self, jql: str, more: Any, *, fields: str = "*all", size: int = PAGE) -> Page:
        wanted = {"jql": jql, "fields": fields, "maxResults": size, "nextPageToken": more,
                  "reconcileIssues": self.reconcile[:RECONCILED]}  # fmt: skip
        page = self._get("search/jql", wanted | ({"expand": "changelog"} if fields == "*all" else {}))
        issues = as_list(self._where("search/jql"), page.get("issues"))
        token = page.get("nextPageToken")
        if token is None and page.get("isLast") is False:
            raise not_json(self._where("search/jql"))
        return Page(issues, None if page.get("isLast") or not token else token)

    def _search_server(self, jql: str, more: Any) -> Page:
        began, asked = monotonic(), self._size
        page, granted = self._found(jql, more, asked, {"fields": "*all", "expand": "changelog"})
        if granted is not None and 0 < granted < asked:
            self._size = self._most = granted
        elif monotonic() - began < QUICK and len(page.records) == asked:
            self._size = min(asked * 2, self._most)
        return page

    def _found(self, jql: str, more: Any, size: int, extra: dict[str, Any]) -> tuple[Page, int | None]:
        """A page of Data Center's search, and how many issues it grants to a page."""
        start = int(more or 0)
        page = self._get("search", {"jql": jql, "startAt": start, "maxResults": size} | extra)
        issues = as_list(self._where("search"), page.get("issues"))
        total, granted = page.get("total"), page.get("maxResults")
        most = granted if isinstance(granted, int) else None
        if not isinstance(total, int):
            raise not_json(self._where("search"))
        end = start + len(issues)
        return Page(issues, end if issues and end < total else None, total), most

    def _jql(self, since: int | None) -> str:
        """Unquoted epoch milliseconds: a quoted date is read in the account's own time zone, and
        only to the minute (https://support.atlassian.com/jira-software-cloud/docs/jql-fields/). Whole
        seconds, since an index need not hold more."""
        wanted = [f"({self._config.jql})"] if self._config.jql.strip() else []
        if since is not None or not wanted:
            wanted.append(f"updated >= {(since or 0) // 1000 * 1000}")
        return f"{' AND '.join(wanted)} ORDER BY updated ASC, key ASC"

    def census(self) -> dict[str, str]:
        """The id and key of every issue that the configured JQL finds."""
        found: dict[str, str] = {}
        more: Any = None
        while True:
            page = self._ids(self._jql(None), more)
            self._goes_on("search", more, page.more)
            for issue in page.records:
                one = as_dict(self._where("search"), issue)
                found[str(one.get("id"))] = str(one.get("key"))
            if (more := page.more) is None:
                return found

    def _ids(self, jql: str, more: Any) -> Page:
        size = PAGE_OF_IDS[bool(self._cloud)]
        if self._cloud:
            return self._search_cloud(jql, more, fields="id", size=size)
        return self._found(jql, more, size, {"fields": "id"})[0]

    def _goes_on(self, path: str, token: Any, following: Any) -> None:
        if token is not None and token == following:
            raise not_json(self._where(path))  # the same page for ever

    # --- Single issues

    def issue(self, key: str) -> dict[str, Any]:
        """One issue by its key (also one it used to have). Raises SourceError for what is no key."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*-\d+|\d+", key):
            raise SourceError(f"source {self._config.name!r}: {key!r} is not the key of a Jira issue")
        return self._get(f"issue/{key}", {"fields": "*all", "expand": "changelog"})

    def is_asked_for(self, number: str) -> bool:
        """Whether the configured JQL finds the issue of this id; without JQL, every issue is asked for."""
        if not self._config.jql.strip():
            return True
        self.reconcile = [int(number)]  # or the index might not know yet what has just been edited
        where = f"({self._config.jql}) AND id = {int(number)}"
        try:
            found = self._ids(where, None).records
        except SourceError as e:
            if type(e) is SourceError and not self._cloud:  # Data Center refuses an id that it does not know
                return False
            raise
        return any(isinstance(issue, dict) and str(issue.get("id")) == number for issue in found)

    def issues_by_id(self, ids: Iterable[str]) -> list[Any]:
        """Those of the issues that exist and may be seen, wherever they are now."""
        return [i for some in batched(ids, BULK) for i in self._some_issues(some)]

    def talk(self, ids: Iterable[str]) -> list[Any]:
        """Likewise, with nothing but their labels and comments."""
        return [i for some in batched(ids, BULK) for i in self._some_issues(some, "labels,comment")]

    def _some_issues(self, ids: list[str], fields: str = "*all") -> list[Any]:
        extra = {"expand": "changelog"} if fields == "*all" else {}
        if self._cloud:
            expand = {name: [value] for name, value in extra.items()}
            wanted = {"issueIdsOrKeys": ids, "fields": fields.split(",")} | expand
            return as_list(
                self._where("issue/bulkfetch"), self._post("issue/bulkfetch", wanted).get("issues")
            )
        # Data Center refuses the whole query for one id that does not exist, unless told not to check.
        extra |= {"fields": fields, "validateQuery": "false"}
        found: list[Any] = []
        more: Any = None
        while True:
            page = self._found(f"id in ({', '.join(ids)}) ORDER BY key", more, len(ids), extra)[0]
            found += page.records
            if (more := page.more) is None:
                return found

    def changelogs(self, ids: list[str]) -> dict[str, list[Any]]:
        """The whole changelogs of up to 1,000 issues, by id; none where the site cannot do that.

        The library has no method for it (3.10.5).
        """
        where, found = self._where("changelog/bulkfetch"), dict[str, list[Any]]()
        wanted: dict[str, Any] = {"issueIdsOrKeys": ids, "maxResults": 10_000}
        while ids:
            try:
                page = self._post("changelog/bulkfetch", wanted)
            except Missing:
                return {}
            for log in as_list(where, page.get("issueChangeLogs")):
                of_issue = as_dict(where, log)
                histories = as_list(where, of_issue.get("changeHistories"))
                found.setdefault(str(of_issue.get("issueId")), []).extend(histories)
            if not (token := page.get("nextPageToken")):
                break
            self._goes_on("changelog/bulkfetch", wanted.get("nextPageToken"), token)
            wanted["nextPageToken"] = token
        return found

    def changes(self, issue_id: str) -> list[Any]:
        """The whole changelog of one issue, as far as the site gives it."""
        if self._cloud:
            return self._all(f"issue/{issue_id}/changelog", "values")
        # Data Center has no paged changelog: the issue itself carries the whole of it.
        issue = self._get(f"issue/{issue_id}", {"fields": "id", "expand": "changelog"})
        where = self._where("changelog")
        return as_list(where, as_dict(where, issue.get("changelog")).get("histories"))

    def comments(self, issue_id: str) -> list[Any]:
        """All comments of one issue."""
        return self._all(f"issue/{issue_id}/comment", "comments")

    def remote_links(self, issue_id: str) -> list[Any] | None:
        """The links of one issue to things outside Jira; None where the site has none: it has linking
        switched off (403), or says of issues that are there that they have no such page (404)."""
        path = f"issue/{issue_id}/remotelink"
        if self.has_links is False:
            return None
        try:
            found = self._list(path)
        except Missing:
            with suppress(Missing):
                return self._list(path)
            if self.has_links:
                raise
            self._get(f"issue/{issue_id}", {"fields": "id"})
            self.linkless.add(issue_id)
            if len(self.linkless) < 2:
                return None
        except NotAllowed:
            if self._has_linking():
                raise
        else:
            self.has_links = True
            return found
        self.has_links = False
        return None

    def _has_linking(self) -> bool:
        try:
            return self._get("configuration", {}).get("issueLinkingEnabled") is not False
        except Missing:
            return True

    def _all(self, path: str, key: str) -> list[Any]:
        found: list[Any] = []
        while True:
            page = self._get(path, {"startAt": len(found), "maxResults": 1000})
            values = as_list(self._where(path), page.get(key))
            found += values
            total = page.get("total")
            if not values or not isinstance(total, int) or len(found) >= total:
                return found

    # --- The site

    def fields(self) -> list[Any]:
        """The fields of the site."""
        return self._list("field")

    def statuses(self) -> list[Any]:
        """All statuses of the site."""
        return self._list("status")

    def has_project(self, key: str) -> bool:
        """Whether the project exists and may be seen."""
        try:
            self._get(f"project/{key}", {})
        except Missing:
            return False
        return True

    def find_out(self) -> bool:
        """Whether this is Jira Cloud; asked where nobody knows."""
        if self._cloud is None:
            self.cloud = self._get("serverInfo", {}).get("deploymentType") == "Cloud"
        return bool(self._cloud)

    def myself(self) -> dict[str, Any]:
        """The account of the token."""
        return self._get("myself", {})

    # --- Writing

    def write(self, verb: str, path: str, body: dict[str, Any]) -> None:
        """Change something. Raises Doubtful where nobody knows whether that was done."""

        def once() -> None:
            self._jira._session.request(verb, self._jira._get_url(path), data=json.dumps(body),
                                        headers={"Content-Type": "application/json"})  # fmt: skip

        carefully(self._once(path, once, "the permissions to edit issues and to add comments"))

    # --- Asking

    def _get(self, path: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._ask(path, partial(self._jira._get_json, path, params=params))

    def _list(self, path: str) -> list[Any]:
        return as_list(self._where(path), self._answer(path, partial(self._jira._get_json, path)))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask(path, partial(self._jira._get_json, path, params=body, use_post=True))

    def _ask(self, path: str, call: Callable[[], Any]) -> dict[str, Any]:
        return as_dict(self._where(path), self._answer(path, call))

    def _where(self, path: str) -> str:
        return f"source {self._config.name!r}: {self._url} {path}"

    def _answer(self, path: str, call: Callable[[], Any]) -> Any:
        return patiently(self._once(path, call, "the permission to browse the project"))

    def _once(self, path: str, call: Callable[[], Any], right: str) -> Callable[[], Any]:
        """The call, failing as ours do."""
        where = self._where(path)
        hints = Hints(self._credentials_hint(), right, given=self._has_token)

        def once() -> Any:
            try:
                return call()
            except JIRAError as e:
                headers = getattr(e.response, "headers", None) or {}
                status = int(e.status_code or 0)
                raise refusal(where, status, headers, _words(e), hints) from None
            except requests.exceptions.JSONDecodeError as e:
                raise unreadable(where, e.doc) from None
            except Elsewhere as e:
                raise NotAllowed(f"{where}: {e}") from None
            except requests.RequestException as e:
                raise unreachable(where, e) from None
            except json.JSONDecodeError as e:
                raise unreadable(where, e.doc) from None
            except MALFORMED:
                # JSON beyond all bounds (huge numbers, deep nesting), or an error that the library cannot
                # read: it stumbles over a body such as `true` (3.10.5).
                answer = last_answer()
                if answer is not None and answer.status_code >= 400:
                    raise refusal(where, answer.status_code, answer.headers, "", hints) from None
                raise not_json(where) from None

        return once

    def _credentials_hint(self) -> str:
        """The variable to check; a token with scopes also needs another address.

        Source: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
        """
        variable = token_variables(self._config)
        if not self._url.endswith(".atlassian.net"):
            return variable
        return (
            f"{variable} (a token with scopes needs url = https://api.atlassian.com/ex/jira/CLOUDID; "
            f"{self._url}/_edge/tenant_info names the cloud id)"
        )


def _is_atlassians(url: str) -> bool:
    return url.endswith((".atlassian.net", ".jira.com")) or "/ex/jira/" in url


def _words(error: JIRAError) -> str:
    """Only the tracker's own message: `str(error)` would echo request headers."""
    return error.text or ""
