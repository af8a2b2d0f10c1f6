"""What a Jira shows to these credentials: looked at before anything is pulled, by `init` and `doctor`."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from tracker_sync.errors import Gone, Missing, SourceError
from tracker_sync.sources import Place
from tracker_sync.sources.jira_api import JiraApi
from tracker_sync.sources.transport import as_dict, as_list
from tracker_sync.sources.wire import last_answer

PAGE = 50
"""Projects of one answer: the most that Cloud gives
(https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/)."""
MOST = 1000
"""Projects that are read; of a site with more the rest is not shown."""
_SCOPE = b"scope does not match"
"""How Atlassian refuses a token that has not the scope for what was asked."""


class Site(NamedTuple):
    """Which Jira this is."""

    kind: str
    """`Jira Cloud`, or `Jira Data Center 10.3.24`."""
    name: str
    """What its owner calls it; often just Jira."""


class Field(NamedTuple):
    """A custom field."""

    id: str
    name: str
    kind: str
    """The type of its values in Jira's words, such as `number`, `option`, or `array:option` for several."""


class Sample(NamedTuple):
    """What a JQL finds."""

    found: bool
    about: int | None
    """About how many; None where the site does not say."""
    histories: bool
    """Whether the histories of issues may be seen; true also where there is no issue to tell."""


class JiraLook(JiraApi):
    """Small questions to a Jira. Each raises NotAllowed, Missing or Unavailable, as a pull would."""

    @property
    def clock(self) -> float:
        """Its own time at its last answer, in seconds since 1970; 0 before the first."""
        return self._adapter.now

    def narrow(self, jql: str) -> None:
        """Ask for these issues from now on."""
        self._config = msgspec.structs.replace(self._config, jql=jql)

    def site(self) -> Site:
        """Which Jira this is."""
        told = self._get("serverInfo", {})
        self.cloud = told.get("deploymentType") == "Cloud"
        kind = "Jira Cloud" if self.cloud else f"Jira Data Center {told.get('version', '')}".strip()
        return Site(kind, str(told.get("serverTitle") or "Jira"))

    def account(self) -> str:
        """Whose credentials these are. Source of the route, on both kinds of Jira: GET myself."""
        told = self._get("myself", {})
        return str(told.get("displayName") or told.get("name") or told.get("accountId") or "somebody")

    def custom_fields(self) -> list[Field]:
        """The custom fields, by name."""
        found = [f for f in map(_field, self.fields()) if f]
        return sorted(found, key=lambda f: (f.name.casefold(), f.id))

    def projects(self) -> list[Place]:
        """The projects that these credentials see, by key."""
        if not self.cloud:
            return sorted(p for p in map(_place, self._list("project")) if p)
        found: list[Place] = []
        where = self._where("project/search")
        while len(found) < MOST:
            page = self._get("project/search", {"startAt": len(found), "maxResults": PAGE, "orderBy": "key"})
            values = as_list(where, page.get("values"))
            found += [p for p in map(_place, values) if p]
            if page.get("isLast") is not False or not values:
                break
        return sorted(found)

    def sample(self) -> Sample:
        """What the configured JQL finds, by one issue and its history."""
        page = self._one(self._jql(None))
        issues = as_list(self._where("search"), page.get("issues"))
        histories = all("changelog" in as_dict(self._where("search"), i) for i in issues)
        total = page.get("total")
        about = total if isinstance(total, int) else self._about() if issues else 0
        return Sample(bool(issues), about, histories)

    def _one(self, jql: str) -> dict[str, Any]:
        wanted = {"jql": jql, "fields": "id", "expand": "changelog", "maxResults": 1}
        if not self.cloud:
            try:
                return self._get("search", wanted)
            except Missing as e:
                if self.cloud is False and not isinstance(e, Gone):
                    raise
                self.cloud = True
        return self._get("search/jql", wanted)

    def _about(self) -> int | None:
        """About how many issues there are, on Cloud, whose search does not tell."""
        jql = self._config.jql.strip() or "updated >= 0"
        with suppress(SourceError):
            count = self._post("search/approximate-count", {"jql": jql}).get("count")
            return count if isinstance(count, int) else None
        return None


def denied() -> bool:
    """Whether the last answer in this thread says that a captcha has to be answered first.

    Source: https://developer.atlassian.com/server/jira/platform/basic-authentication/#captcha
    """
    answer = last_answer()
    headers = answer.headers if answer is not None else {}
    return "CAPTCHA" in headers.get("X-Authentication-Denied-Reason", "").upper() or (
        headers.get("X-Seraph-LoginReason", "") == "AUTHENTICATION_DENIED"
    )


def beyond_scope() -> bool:
    """Whether the last answer in this thread says that a token has not the scope for what was asked: such a
    one may do for a pull (https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/).
    """
    answer = last_answer()
    return answer is not None and answer.status_code in (401, 403) and _SCOPE in answer.content


def refused_as_wrong() -> bool:
    """Whether the last answer in this thread says that the question itself is wrong (400)."""
    answer = last_answer()
    return answer is not None and answer.status_code == 400


def _field(raw: Any) -> Field | None:
    match raw:
        case {"id": str(i), "name": str(name), "schema": {"type": str(kind)} as schema} if _is_custom(schema):
            return Field(i, name, f"array:{schema.get('items', '')}" if kind == "array" else kind)
        case _:
            return None


def _is_custom(schema: Mapping[str, Any]) -> bool:
    return "custom" in schema


def _place(raw: Any) -> Place | None:
    match raw:
        case {"key": str(key), "name": str(name)}:
            return Place(key, name)
        case _:
            return None
