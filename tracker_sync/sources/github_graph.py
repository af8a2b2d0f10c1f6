"""What is asked of GitHub's GraphQL API, and its answers in the shapes of the REST API.

The history of many issues in one request, which REST gives only issue by issue. What an issue is
now comes from REST: types and fields of issues are not in this schema (as of 2026-11).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

TIMELINE = 100
"""Entries of each timeline in the first request; the most that a connection gives."""
_ACTOR = "login ... on User{databaseId} ... on Bot{databaseId} ... on Mannequin{databaseId}"
_ISSUE = "number repository{nameWithOwner}"
_LABEL = "label{name}"
_MILESTONE = "milestoneTitle"
_ASSIGNEE = (
    "assignee{... on User{login databaseId} ... on Bot{login databaseId} ... on Mannequin{login databaseId}}"
)
# Type of the timeline item → (the event's name in REST, what it holds beside id, time and actor).
TYPES = {
    "AddedToProjectEvent": ("added_to_project", ""),
    "AssignedEvent": ("assigned", _ASSIGNEE),
    "ClosedEvent": ("closed", "stateReason"),
    "CommentDeletedEvent": ("comment_deleted", ""),
    "ConnectedEvent": ("connected", ""),
    "ConvertedNoteToIssueEvent": ("converted_note_to_issue", ""),
    "ConvertedToDiscussionEvent": ("converted_to_discussion", ""),
    "CrossReferencedEvent": (
        "cross-referenced",
        f"source{{... on Issue{{{_ISSUE}}} ... on PullRequest{{{_ISSUE}}}}}",
    ),
    "DemilestonedEvent": ("demilestoned", _MILESTONE),
    "DisconnectedEvent": ("disconnected", ""),
    "IssueComment": ("commented", "fullDatabaseId body updatedAt"),
    "LabeledEvent": ("labeled", _LABEL),
    "LockedEvent": ("locked", ""),
    "MarkedAsDuplicateEvent": ("marked_as_duplicate", ""),
    "MentionedEvent": ("mentioned", ""),
    "MilestonedEvent": ("milestoned", _MILESTONE),
    "MovedColumnsInProjectEvent": ("moved_columns_in_project", ""),
    "ParentIssueAddedEvent": ("parent_issue_added", f"parent{{{_ISSUE}}}"),
    "ParentIssueRemovedEvent": ("parent_issue_removed", f"parent{{{_ISSUE}}}"),
    "PinnedEvent": ("pinned", ""),
    "ReferencedEvent": ("referenced", ""),
    "RemovedFromProjectEvent": ("removed_from_project", ""),
    "RenamedTitleEvent": ("renamed", "previousTitle currentTitle"),
    "ReopenedEvent": ("reopened", ""),
    "SubIssueAddedEvent": ("sub_issue_added", f"subIssue{{{_ISSUE}}}"),
    "SubIssueRemovedEvent": ("sub_issue_removed", f"subIssue{{{_ISSUE}}}"),
    "SubscribedEvent": ("subscribed", ""),
    "TransferredEvent": ("transferred", "fromRepository{nameWithOwner}"),
    "UnassignedEvent": ("unassigned", _ASSIGNEE),
    "UnlabeledEvent": ("unlabeled", _LABEL),
    "UnlockedEvent": ("unlocked", ""),
    "UnmarkedAsDuplicateEvent": ("unmarked_as_duplicate", ""),
    "UnpinnedEvent": ("unpinned", ""),
    "UnsubscribedEvent": ("unsubscribed", ""),
    "UserBlockedEvent": ("user_blocked", ""),
}
SCHEMA = """{
  issue: __type(name: "Issue") { fields { name } }
  timeline: __type(name: "IssueTimelineItems") { possibleTypes { name } }
}"""
"""Asked only of a GitHub that does not know all of the above: an older Enterprise Server."""
PARTS = {
    "parent": f"parent{{{_ISSUE}}}",
    "subIssues": f"subIssues(first:100){{pageInfo{{hasNextPage endCursor}} nodes{{{_ISSUE}}}}}",
    "projectItems": (
        "projectItems(first:20){pageInfo{hasNextPage endCursor} nodes{project{id title}"
        " fieldValues(first:50){nodes{... on ProjectV2ItemFieldSingleSelectValue{name optionId updatedAt"
        " field{... on ProjectV2SingleSelectField{id name}}}}}}}"
    ),
}
"""Fields of an issue that a token, or an older server, may not give."""


def question(parts: Iterable[str], types: Iterable[str]) -> str:
    """The query for the histories of issues by node id (`$ids`)."""
    inner = " ".join(PARTS[p] for p in parts)
    return (
        "query($ids:[ID!]!){nodes(ids:$ids){... on Issue{id databaseId updatedAt "
        f"{inner} {_timeline(types, '')}}}}}}}"
    )


def further(issues: Mapping[str, str], connection: str, types: Iterable[str], parts: Iterable[str]) -> str:
    """The query for more of one connection of several issues: node id → where its last page ended (both
    as `quoted` has them).

    `nodes(ids:)` could not give each issue a place of its own, so each is a field of the query. Beside
    the timeline comes what it tells the history of, so that both are of one moment.
    """
    beside = " ".join(PARTS[p] for p in parts if p in ("parent", "subIssues"))

    def rest(after: str) -> str:
        if connection == "timelineItems":
            return f"{_timeline(types, after)} {beside}"
        return re.sub(r"first:(\d+)", rf"first:\1,after:{after}", PARTS[connection], count=1)

    fields = [
        f"n{n}:node(id:{i}){{... on Issue{{id updatedAt {rest(after)}}}}}"
        for n, (i, after) in enumerate(issues.items())
    ]
    return f"query{{{' '.join(fields)}}}"


def _timeline(types: Iterable[str], after: str) -> str:
    kinds = [t for t in TYPES if t in {*types}]
    enum = ",".join(_enum(t) for t in kinds)
    place = f",after:{after}" if after else ""
    nodes = " ".join(
        f"... on {t}{{id createdAt {'author' if t == 'IssueComment' else 'actor'}{{{_ACTOR}}} {TYPES[t][1]}}}"
        for t in kinds
    )
    return (
        f"timelineItems(first:{TIMELINE},itemTypes:[{enum}]{place})"
        f"{{pageInfo{{hasNextPage endCursor}} nodes{{__typename {nodes}}}}}"
    )


def _enum(kind: str) -> str:
    """`LabeledEvent` as the schema's enumeration of timeline items calls it: LABELED_EVENT."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).upper()


def quoted(text: str) -> str:
    """An id or a cursor as a literal of GraphQL. Raises ValueError for what is none of GitHub's."""
    if not re.fullmatch(r"[\w=+/:.\-|]+", text):
        raise ValueError(f"{text!r} is not an id of GitHub's")
    return f'"{text}"'


def entry(node: Mapping[str, Any]) -> dict[str, Any]:
    """A timeline item as REST would give it. Raises KeyError or TypeError for what is none."""
    event, _ = TYPES[node["__typename"]]
    who = node.get("author") if event == "commented" else node.get("actor")
    found: dict[str, Any] = {
        "event": event, "node_id": node["id"], "created_at": node["createdAt"], "actor": account(who)
    }  # fmt: skip
    match event:
        case "commented":
            found |= {"id": int(node["fullDatabaseId"]), "user": account(who), "body": node["body"],
                      "updated_at": node["updatedAt"]}  # fmt: skip
        case "labeled" | "unlabeled":
            found["label"] = {"name": (node.get("label") or {}).get("name")}
        case "milestoned" | "demilestoned":
            found["milestone"] = {"title": node["milestoneTitle"]}
        case "assigned" | "unassigned":
            found["assignee"] = account(node.get("assignee"))
        case "renamed":
            found["rename"] = {"from": node["previousTitle"], "to": node["currentTitle"]}
        case "closed":
            found["state_reason"] = (node.get("stateReason") or "").lower() or None
        case "parent_issue_added" | "parent_issue_removed":
            found["parent_issue"] = _address(node.get("parent"))
        case "sub_issue_added" | "sub_issue_removed":
            found["sub_issue"] = _address(node.get("subIssue"))
        case "cross-referenced":
            found["source"] = {"issue": _address(node.get("source"))}
        case "transferred":
            found["from"] = (node.get("fromRepository") or {}).get("nameWithOwner")
    return found


def account(who: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An actor as REST would give it; a deleted one is null in both."""
    return {"id": who.get("databaseId"), "login": who.get("login")} if who else None


def key_of(issue: Mapping[str, Any] | None) -> str | None:
    """`acme/web#12`; None where the token may not see it."""
    return f"{issue['repository']['nameWithOwner']}#{issue['number']}" if issue else None


def _address(issue: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The issue by its address, as REST events name another issue."""
    if not issue:
        return None
    return {"url": f"/repos/{issue['repository']['nameWithOwner']}/issues/{issue['number']}"}
