"""One GitHub issue, as its present values and its history of events."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tracker_sync.events import Added, Changed, Commented, Dropped, Event, Named, Noted, ordered
from tracker_sync.sources import ItemRead, Seen, microseconds, named
from tracker_sync.state import State

# GitHub has no status categories: an open issue is new until somebody is assigned or a configured
# label says that it is being worked on (see `reports/work.py`).
_STATUSES = [named("status", "open", "Open", "new"), named("status", "closed", "Closed", "done")]


def read_issue(raw: Mapping[str, Any], timeline: list[Mapping[str, Any]], repo: str) -> ItemRead:
    """The issue as events. Raises KeyError, TypeError or ValueError where it cannot be understood."""
    item, key = str(raw["id"]), f"{repo}#{raw['number']}"
    closing = [n for n, e in enumerate(timeline) if e.get("event") == "closed"]
    last_close = closing[-1] if closing else None
    names: dict[str, Named] = {n.id: n for n in [*_STATUSES, *_names(raw, timeline)]}
    history: list[Event] = []
    for n, entry in enumerate(timeline):
        reason = raw.get("state_reason") if n == last_close and raw["state"] == "closed" else None
        history += _entry(item, entry, reason)
    history = list(ordered(history))
    return ItemRead(
        item=item,
        key=key,
        opened_at=microseconds(raw["created_at"]),
        reporter=_account(raw.get("user")),
        present=Seen(
            _present(raw, key, history),
            max([microseconds(raw["updated_at"]), *(e.ts for e in history)]),
        ),
        history=history,
        names=list(names.values()),
    )


def _present(raw: Mapping[str, Any], key: str, history: list[Event]) -> State:
    closed = raw["state"] == "closed"
    state: State = {
        "key": {"": key},
        "title": {"": str(raw["title"] or "")},
        "status": {"closed": "Closed"} if closed else {"open": "Open"},
        "labels": {str(name): str(name) for label in raw["labels"] if (name := _label(label))},
        "assignees": {a: a for u in raw.get("assignees") or [] if (a := _account(u))},
    }
    if not isinstance(raw["title"], str) or raw["state"] not in ("open", "closed"):
        raise TypeError("its title or state is not what GitHub's API says")
    if raw.get("body"):
        state["body"] = {"": str(raw["body"])}
    if closed and raw.get("state_reason"):
        state["resolution"] = {"": str(raw["state_reason"])}
    if milestone := raw.get("milestone"):
        state["milestone"] = {str(milestone["title"]): str(milestone["title"])}
    if kind := raw.get("type"):
        state["type"] = {str(kind.get("id", "")): str(kind["name"])}
    if parent := raw.get("parent_issue_url"):
        state["parent"] = {"": _key_in(str(parent))}
    for value in raw.get("issue_field_values") or []:
        shown = (value.get("single_select_option") or {}).get("name", value.get("value"))
        if shown is not None:
            state[f"field_{value['issue_field_id']}"] = {"": str(shown)}
    # Comments come with the timeline, so what it shows is what is there.
    state["comment"] = {e.key: e.val for e in history if isinstance(e, Commented)}
    return {attr: values for attr, values in state.items() if values}


def _entry(item: str, entry: Mapping[str, Any], reason: Any) -> Iterator[Event]:
    """The events of one timeline entry; at least one, so that no entry is ever missing."""
    kind = str(entry.get("event") or "unnamed")
    at = entry.get("created_at") or entry.get("submitted_at") or (entry.get("author") or {}).get("date")
    number = entry.get("id") or entry.get("sha") or _unnumbered(entry, kind, at)
    actor = _account(entry.get("actor") or entry.get("user"))
    head: dict[str, Any] = {
        "id": f"{item}:e{number}",
        "item": item,
        "ts": microseconds(str(at)),
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
        case "parent_issue_added" | "parent_issue_removed" if url := _parent_url(entry):
            key = _key_in(url)
            added = kind == "parent_issue_added"
            yield Changed(attr="parent", val=key if added else None, old=None if added else key, **head)
        case "commented":
            yield _comment(entry, head)
        case _:
            yield Noted(attr=kind, **head)


def _unnumbered(entry: Mapping[str, Any], kind: str, at: Any) -> str:
    """An id for an entry without one: a cross-reference is told apart by the issue it comes from."""
    source = ((entry.get("source") or {}).get("issue") or {}).get("id", "")
    return f"{kind}@{at}.{source}"


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


def _names(raw: Mapping[str, Any], timeline: list[Mapping[str, Any]]) -> Iterator[Named]:
    """What the accounts are called: logins can be changed, ids cannot."""
    users = [raw.get("user"), *(raw.get("assignees") or [])]
    for entry in timeline:
        users += [entry.get("actor"), entry.get("user"), entry.get("assignee")]
    for user in users:
        if user and user.get("login") and user.get("id"):
            yield named("user", str(user["id"]), str(user["login"]))
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


def _parent_url(entry: Mapping[str, Any]) -> str | None:
    parent = entry.get("parent_issue") or {}
    return parent.get("url") or parent.get("html_url")


def _key_in(url: str) -> str:
    """`…/repos/acme/web/issues/12` as `acme/web#12`. Raises ValueError for another address."""
    found = re.search(r"([^/]+/[^/]+)/issues/(\d+)$", url)
    if not found:
        raise ValueError(f"{url!r} is not the address of an issue")
    return f"{found.group(1)}#{found.group(2)}"
