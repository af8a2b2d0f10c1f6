"""Reads a webhook: whether its tracker sent it, and which items it is about. Nothing else of it is believed.

GitHub: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries and
https://docs.github.com/webhooks/webhook-events-and-payloads
Jira: https://developer.atlassian.com/cloud/jira/platform/webhooks/ and, for Data Center,
https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html
Both sign the raw body with HMAC-SHA256, and write the digest as `sha256=<hex>`.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tracker_sync.config import GithubConfig, SourceConfig

SIGNATURE = {"github": "x-hub-signature-256", "jira": "x-hub-signature"}
DELIVERY = {"github": "x-github-delivery", "jira": "x-atlassian-webhook-identifier"}
"""Of one event: GitHub keeps it when somebody delivers that again, Jira when it tries again by itself."""
_ISSUES = ("issue", "parent_issue", "sub_issue")


class Unreadable(ValueError):
    """The body is not what this tracker sends."""


def is_signed(kind: str, secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether whoever sent these bytes knows the secret; in the same time whatever is wrong with them."""
    wanted = f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
    return hmac.compare_digest(wanted.encode(), headers.get(SIGNATURE[kind], "").lower().encode())


def marks(kind: str, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    """What tells a delivery from others: its id, and its own bytes, since nobody signs the id."""
    given = headers.get(DELIVERY[kind], "")[:200]
    return (*([f"id {given}"] if given else []), hashlib.sha256(body).hexdigest())


def items(source: SourceConfig, body: bytes) -> tuple[str, ...]:
    """The items that the body is about, as `sync --item` takes them; none for what is none of ours: another
    repository, a pull request, an event about no issue. Raises Unreadable."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(payload, dict):
        raise Unreadable
    found = _on_github(source, payload) if isinstance(source, GithubConfig) else _in_jira(payload)
    return tuple(dict.fromkeys(found))


def _on_github(source: GithubConfig, payload: dict[str, Any]) -> Iterator[str]:
    repository = payload.get("repository")
    named = repository.get("full_name") if isinstance(repository, dict) else None
    for issue in (payload[name] for name in _ISSUES if isinstance(payload.get(name), dict)):
        address = str(issue.get("repository_url") or "")
        where = "/".join(address.split("/")[-2:]) if address else named
        number = issue.get("number")
        is_issue = type(number) is int and number > 0 and issue.get("pull_request") is None
        if is_issue and _is_ours(source, where):
            yield f"{where}#{number}"


def _is_ours(source: GithubConfig, repo: object) -> bool:
    if not isinstance(repo, str) or not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        return False
    owner, ours = repo.lower().partition("/")[0], [r.lower() for r in source.repos]
    return repo.lower() in ours or f"{owner}/*" in ours


def _in_jira(payload: dict[str, Any]) -> Iterator[str]:
    issue, link = payload.get("issue"), payload.get("issueLink")
    ids = [issue.get("id")] if isinstance(issue, dict) else []
    if isinstance(link, dict):
        ids += [link.get("sourceIssueId"), link.get("destinationIssueId")]
    # Whether it is one of the source's issues, its JQL says: Jira is asked when it is pulled.
    yield from (str(i) for i in ids if re.fullmatch(r"\d{1,18}", str(i)))
