"""One GitHub issue, as its present values and its history of events."""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from tracker_sync.errors import MALFORMED
from tracker_sync.events import Added, Changed, Commented, Dropped, Event, Named, Noted, ordered
from tracker_sync.sources import ItemRead, Seen, microseconds, named
from tracker_sync.state import State, filled, replay

# GitHub has no status categories: an open issue is new until somebody is assigned or a configured
# label says that it is being worked on (see `reports/work.py`).
_ONLY_GRAPH = ("sub_issues", "projects")
_OF_PARENT = ("parent_issue_added", "parent_issue_removed")
MOVING = {
    "labeled", "unlabeled", "milestoned", "demilestoned", "assigned", "unassigned", "renamed", "closed",
    "reopened",
}  # fmt: skip
"""Events that move the update time of their issue."""
_STATUSES = [named("status", "open", "Open", "new"), named("status", "closed", "Closed", "done")]


class Issue(Struct, frozen=True):
    """What was read of one issue: what REST shows of it, and its timeline as far as it was asked for."""

    raw: Any
    repo: str
    timeline: list[Any] = field(default_factory=list)
    whole: bool = True
    """Whether the timeline is complete, comments included."""
    graph: Mapping[str, Any] | None = None
    """What only GraphQL tells: parent, sub-issues, project fields."""
    error: Exception | None = None
    """Why the rest of it could not be read."""


def read_issue(issue: Issue) -> ItemRead:
    """The issue as events. Raises KeyError, TypeError or ValueError where it cannot be understood."""
    if issue.error is not None:
        raise issue.error
    raw, item = issue.raw, str(issue.raw["id"])
    names: dict[str, Named] = {n.id: n for n in [*_STATUSES, *_names(raw, issue.timeline)]}
    history = list(ordered(_history(item, issue)))
    state = _present(raw, f"{issue.repo}#{raw['number']}")
    hidden = set[str]() if issue.whole else {"comment"}
    since: dict[str, int] = {}
    if issue.whole:
        # Comments come with the timeline, so what it shows is what is there.
        state["comment"] = {e.key: e.val for e in history if isinstance(e, Commented)}
    for attr in _ONLY_GRAPH:
        if issue.graph is None or attr not in issue.graph:
            hidden.add(attr)
    if issue.graph is not None:
        since = _graph(issue.graph, state, names)
    return ItemRead(
        item=item,
        present=Seen(
            filled(state),
            max([microseconds(raw["updated_at"]), *(e.ts for e in history)]),
            opened_at=microseconds(raw["created_at"]),
            reporter=_account(raw.get("user")),
            hidden=frozenset(hidden),
            since=since,
        ),
        history=history,
        names=list(names.values()),
    )


def _present(raw: Mapping[str, Any], key: str) -> State:
    if not isinstance(raw["title"], str) or raw["state"] not in ("open", "closed"):
        raise TypeError("its title or state is not what GitHub's API says")
    closed = raw["state"] == "closed"
    state: State = {
        "key": {"": key},
        "title": {"": raw["title"]},
        "status": {"closed": "Closed"} if closed else {"open": "Open"},
        "labels": {str(name): str(name) for label in raw["labels"] if (name := _label(label))},
        "assignees": {a: a for u in raw.get("assignees") or [] if (a := _account(u))},
    }
    if raw.get("body"):
        state["body"] = {"": str(raw["body"])}
    if closed and raw.get("state_reason"):
        state["resolution"] = {"": str(raw["state_reason"])}
    if milestone := raw.get("milestone"):
        state["milestone"] = {str(milestone["title"]): str(milestone["title"])}
    if kind := raw.get("type"):
        state["type"] = {str(kind.get("id", "")): str(kind["name"])}
    if parent := raw.get("parent_issue_url"):
        state["parent"] = {"": key_in(str(parent))}
    for value in raw.get("issue_field_values") or []:
        shown = (value.get("single_select_option") or {}).get("name", value.get("value"))
        if shown is not None:
            state[f"field_{value['issue_field_id']}"] = {"": str(shown)}
    return state


def _graph(graph: Mapping[str, Any], state: State, names: dict[str, Named]) -> dict[str, int]:
    """Add what only GraphQL tells; gives since when each project field has its value, which is all the
    history that GitHub keeps of them."""
    since: dict[str, int] = {}
    if "parent" in graph:  # of the same moment as the history, which REST's need not be
        state.pop("parent", None)
        if parent := graph["parent"]:
            state["parent"] = {"": parent}
    if "sub_issues" in graph:
        state["sub_issues"] = {key: key for key in graph["sub_issues"]}
    for item in graph.get("projects", ()):
        project = item["project"]
        state.setdefault("projects", {})[str(project["id"])] = str(project["title"])
        for value in item["fieldValues"]["nodes"]:
            if value and value.get("field") and value.get("name") is not None:
                attr = f"field_{value['field']['id']}"
                state[attr] = {str(value["optionId"]): str(value["name"])}
                since[attr] = microseconds(value["updatedAt"])
                name = named("field", attr, str(value["field"]["name"]))
                names[name.id] = name
    return since


def is_behind(issue: Issue) -> bool:
    """Whether its timeline tells of an edit that the rest does not show yet: one of the very second of
    the last update that the rest tells of (GitHub's times are whole seconds), or of its parent, which
    moves no update time (and which GraphQL gives with the timeline)."""
    try:
        until, item = str(issue.raw["updated_at"]), str(issue.raw["id"])
        last = [e for e in issue.timeline if str(e.get("created_at")) >= until and e.get("event") in MOVING]
        if issue.graph is None:
            last += [e for e in issue.timeline if e.get("event") in _OF_PARENT][-1:]
        if not last:
            return False
        shown = filled(_present(issue.raw, ""))
        return replay(shown, [e for entry in last for e in entry_events(item, entry)]) != shown
    except MALFORMED:
        return False  # it will be set aside


def _history(item: str, issue: Issue) -> Iterator[Event]:
    """The events of the timeline. Older closings do not tell their reason; the issue tells the last."""
    closings = [n for n, e in enumerate(issue.timeline) if e.get("event") == "closed"]
    alike = Counter[str]()
    for n, entry in enumerate(issue.timeline):
        is_last = bool(closings) and n == closings[-1] and issue.raw["state"] == "closed"
        alike[_time(entry)] += not entry_number(entry)
        nth = alike[_time(entry)]
        yield from entry_events(item, entry, issue.raw.get("state_reason") if is_last else None, nth)


def entry_events(item: str, entry: Mapping[str, Any], reason: Any = None, nth: int = 1) -> Iterator[Event]:
    """The events of one timeline entry; at least one, so that no entry is ever missing.

    `reason` is why it was closed, for a closing that does not say so itself; `nth` tells entries without
    an id apart that are of the same second.
    """
    kind = str(entry.get("event") or "unnamed")
    at = _time(entry)
    number = entry_number(entry) or entry.get("sha") or _unnumbered(kind, at, nth)
    actor = _account(entry.get("actor") or entry.get("user"))
    head: dict[str, Any] = {
        "id": f"{item}:e{number}",
        "item": item,
        "ts": microseconds(at),
        "actor": actor,
    }
    match kind:
        case "labeled" | "unlabeled" if name := _label(entry["label"]):
            yield _came_or_left(kind == "labeled", "labels", name, head)
        case "milestoned" | "demilestoned":
            yield _came_or_left(kind == "milestoned", "milestone", str(entry["milestone"]["title"]), head)
        case "assigned" | "unassigned" if who := _account(entry.get("assignee")):
            yield _came_or_left(kind == "assigned", "assignees", who, head)
        case "renamed":
            to, was = entry["rename"]["to"], entry["rename"]["from"]
            yield Changed(attr="title", val=str(to), old=str(was), **head)
        case "closed":
            yield Changed(attr="status", key="closed", val="Closed", old_key="open", old="Open", **head)
            if why := entry.get("state_reason") or reason:
                # The reason is in the id: borrowed from the issue, it can be another one tomorrow.
                yield Changed(**head | {"id": f"{head['id']}.{why}"}, attr="resolution", val=str(why))
        case "reopened":
            yield Changed(attr="status", key="open", val="Open", old_key="closed", old="Closed", **head)
            yield Changed(**head | {"id": head["id"] + ".1"}, attr="resolution", val=None)
        case "parent_issue_added" | "parent_issue_removed" if key := _key(entry.get("parent_issue")):
            added = kind == "parent_issue_added"
            yield Changed(attr="parent", val=key if added else None, old=None if added else key, **head)
        case "sub_issue_added" | "sub_issue_removed" if key := _key(entry.get("sub_issue")):
            yield _came_or_left(kind == "sub_issue_added", "sub_issues", key, head)
        case "cross-referenced":
            yield Noted(attr=kind, key=_referrer(entry), **head)
        case "commented":
            yield _comment(entry, head)
        case _:
            yield Noted(attr=kind, **head)


def entry_number(entry: Mapping[str, Any]) -> str:
    """The entry's id, one for both APIs: REST gives the number, GraphQL a node id that holds it.

    Node ids are base64 of `012:LabeledEvent217` (before 2021-11) or, after a prefix, of a msgpack array
    whose last element is the number (seen in all 4,765 recorded entries). GitHub calls them opaque:
    where one does not read so, it is itself the id, in both APIs.
    """
    if entry.get("event") == "cross-referenced":
        return ""
    node = entry.get("node_id")
    if not isinstance(node, str) or entry.get("event") == "commented":
        return str(entry.get("id") or "")
    number = _number_in(node)
    return str(number) if number is not None else node


def _number_in(node: str) -> int | None:
    prefix, mark, coded = node.partition("_")
    try:
        data = base64.b64decode((coded if mark else prefix) + "===", altchars=b"-_")
    except ValueError:
        return None
    if not mark:
        old = re.fullmatch(rb"\d+:[A-Za-z]+?(\d+)", data)
        return int(old[1]) if old else None
    for size, kind in ((8, 0xCF), (4, 0xCE)):
        if len(data) > size and data[0] in (0x92, 0x93, 0x94) and data[-size - 1] == kind:
            return int.from_bytes(data[-size:], "big")
    return None


def _time(entry: Mapping[str, Any]) -> str:
    return str(
        entry.get("created_at") or entry.get("submitted_at") or (entry.get("author") or {}).get("date")
    )


def _unnumbered(kind: str, at: str, nth: int) -> str:
    """An id for an entry without one, as REST gives cross-references. Not by the issue that refers: it
    may be transferred, and then has another key and id."""
    return f"{kind}@{at}" + (f".{nth}" if nth > 1 else "")


def _referrer(entry: Mapping[str, Any]) -> str:
    issue = (entry.get("source") or {}).get("issue")
    return _key(issue) or str((issue or {}).get("id", ""))


def _comment(entry: Mapping[str, Any], head: dict[str, Any]) -> Commented:
    edited = microseconds(str(entry.get("updated_at") or entry["created_at"]))
    version = "" if edited == head["ts"] else f"@{edited}"
    body = entry.get("body")
    return Commented(
        **head | {"id": head["id"].replace(":e", ":m") + version},
        key=str(entry["id"]), val="" if body is None else str(body),
    )  # fmt: skip


def _came_or_left(came: bool, attr: str, name: str, head: dict[str, Any]) -> Event:
    return (Added if came else Dropped)(attr=attr, key=name, val=name, **head)


def names_in(entries: Iterable[Mapping[str, Any]]) -> Iterator[Named]:
    """What the accounts in timeline entries are called: logins can be changed, ids cannot."""
    yield from _accounts(e.get(role) for e in entries for role in ("actor", "user", "assignee"))


def _accounts(users: Iterable[Any]) -> Iterator[Named]:
    logins = {str(u["id"]): str(u["login"]) for u in users if u and u.get("login") and u.get("id")}
    for user_id, login in logins.items():
        yield named("user", user_id, login)


def _names(raw: Mapping[str, Any], timeline: list[Mapping[str, Any]]) -> Iterator[Named]:
    yield from _accounts([raw.get("user"), *(raw.get("assignees") or [])])
    yield from names_in(timeline)
    if kind := raw.get("type"):
        yield named("type", str(kind.get("id", "")), str(kind["name"]))
    for value in raw.get("issue_field_values") or []:
        if name := value.get("issue_field_name"):
            yield named("field", f"field_{value['issue_field_id']}", str(name))


def _account(user: Any) -> str | None:
    """The account's id; a deleted account is null, or the user `ghost`."""
    known = user and user.get("id") and user.get("login") != "ghost"
    return str(user["id"]) if known else None


def _label(label: Any) -> str | None:
    name = label if isinstance(label, str) else (label or {}).get("name")
    return str(name) if name else None


def _key(issue: Mapping[str, Any] | None) -> str | None:
    """The key of an issue that an entry names; None where it has none (any more)."""
    url = (issue or {}).get("url") or (issue or {}).get("html_url")
    try:
        return key_in(str(url)) if url else None
    except ValueError:
        return None


def key_in(url: str) -> str:
    """`…/repos/acme/web/issues/12` as `acme/web#12`. Raises ValueError for another address."""
    found = re.search(r"([^/]+/[^/]+)/(?:issues|pull|pulls)/(\d+)$", url)
    if not found:
        raise ValueError(f"{url!r} is not the address of an issue")
    return f"{found.group(1)}#{found.group(2)}"
