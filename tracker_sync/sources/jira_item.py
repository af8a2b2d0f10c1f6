"""One Jira issue, as its present values and its history of events."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tracker_sync.errors import MALFORMED
from tracker_sync.events import (
    Added,
    Changed,
    Commented,
    Dropped,
    Event,
    Moved,
    Named,
    Noted,
    ordered,
)
from tracker_sync.sources import ItemRead, Seen, microseconds, named
from tracker_sync.sources.adf import plain
from tracker_sync.sources.jira_fields import (
    CHOICE,
    MANY,
    TEXT,
    USER,
    Catalogue,
    Pairs,
    number,
    status_name,
    user,
)  # fmt: skip
from tracker_sync.sources.wiki import wiki
from tracker_sync.state import State, filled

_PARENT_LOGS = {"IssueParentAssociation", "Parent", "Parent Issue", "parent"}
_REMOTE_LOGS = {"RemoteIssueLink", "RemoteWorkItemLink"}


def read_issue(raw: Mapping[str, Any], catalogue: Catalogue) -> ItemRead:
    """The issue as events. Raises KeyError, TypeError or ValueError where it cannot be understood."""
    item, fields = str(raw["id"]), raw["fields"]
    log = raw.get("changelog")
    histories = (log or {}).get("histories") or []
    changes = [e for h in in_order(histories) for e in _change(item, h, fields, catalogue)]
    talk = fields.get("comment") or {}
    comments = [_comment(item, c) for c in talk.get("comments") or []]
    if len(comments) < (talk.get("total") or 0):
        raise ValueError(f"only {len(comments)} of its {talk['total']} comments can be had")
    history = list(ordered([*changes, *comments]))
    # An issue's `updated` can be behind its own last change, by years in old imports.
    at = max([microseconds(fields["updated"]), *(e.ts for e in history)])
    whole = isinstance(log, Mapping) and len(histories) >= (log.get("total") or 0)
    hidden = {a for a, there in (("comment", "comment" in fields), ("remote_links", "remotelinks" in raw))
              if not there}  # fmt: skip
    return ItemRead(
        item=item,
        present=Seen(
            _as_logged(_present(raw, catalogue), changes),
            at,
            opened_at=microseconds(fields["created"]),
            reporter=user(fields.get("creator")) or user(fields.get("reporter")),
            hidden=frozenset(hidden),
            history_from=None if whole else min((e.ts for e in changes), default=at),
        ),
        history=history,
        names=[*_names(fields)],
    )


def links_elsewhere(raw: Any) -> bool:
    """Whether its changelog tells of links to things outside Jira, which only another request shows."""
    return any(i.get("field") in _REMOTE_LOGS for i in logged_items(raw))


def logged_items(raw: Any) -> list[Mapping[str, Any]]:
    """What its changelog tells, field by field; nothing where that cannot be read."""
    try:
        return [i for h in raw["changelog"]["histories"] for i in h["items"] if i["field"]]
    except MALFORMED:
        return []  # it will be found unreadable, with the reason


def _as_logged(state: State, changes: list[Event]) -> State:
    """Long texts as the changelog has them, where they are the same words: the present ones come as
    documents and the logged ones as wiki text, and markup alone is no edit."""
    for attr in ("body", "environment"):
        logged = [e.val for e in changes if isinstance(e, Changed) and e.attr == attr]
        shown = state.get(attr, {}).get("")
        last = logged[-1] if logged else None
        if last and shown and last != shown and _words(wiki(last)) == _words(shown):
            state[attr] = {"": last}
    return state


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _present(raw: Mapping[str, Any], catalogue: Catalogue) -> State:
    fields = raw["fields"]
    state: State = {"key": {"": str(raw["key"])}, "title": {"": _text(fields["summary"])}}
    for field, attr in TEXT.items():
        if fields.get(field) not in (None, ""):
            state[attr] = {"": _text(fields[field])}
    for field, attr in CHOICE.items():
        if value := fields.get(field):
            state[attr] = {str(value["id"]): str(value["name"])}
    for field, attr in USER.items():
        if account := user(fields.get(field)):
            state[attr] = {"": account}
    for field, attr in MANY.items():
        state[attr] = {str(v["id"]): str(v["name"]) for v in fields.get(field) or []}
    state["labels"] = {str(v): str(v) for v in fields.get("labels") or []}
    state["links"] = dict(_link(link) for link in fields.get("issuelinks") or [])
    state["comment"] = {
        str(c["id"]): plain(c.get("body")) for c in (fields.get("comment") or {}).get("comments") or []
    }
    state["remote_links"] = {str(li["id"]): str(li["object"]["url"]) for li in raw.get("remotelinks") or []}
    for field, value in fields.items():
        if not field.startswith("customfield_") or value in (None, []):
            continue
        if catalogue.is_epic_link(field):
            state.setdefault("parent", {"": str(value)})
        elif pairs := catalogue.present(field, value):
            state[field] = dict(pairs)
    if parent := fields.get("parent"):
        state["parent"] = {"": str(parent["key"])}
    return filled(state)


def _change(
    item: str, history: Mapping[str, Any], fields: Mapping[str, Any], catalogue: Catalogue
) -> Iterator[Event]:
    """The events of one changelog entry; at least one, so that no entry is ever missing."""
    head: dict[str, Any] = {
        "item": item,
        "ts": _when(history),
        "actor": user(history.get("author")),
    }
    prefix = f"{item}:c{history['id']}"
    entries = history.get("items") or []
    if not entries:
        yield Noted(id=f"{prefix}.0", attr="empty change", **head)
    for n, entry in enumerate(entries, 1):
        yield from _item(f"{prefix}.{n}", head, entry, fields, catalogue)


def _item(
    event_id: str,
    head: dict[str, Any],
    entry: Mapping[str, Any],
    fields: Mapping[str, Any],
    catalogue: Catalogue,
) -> Iterator[Event]:
    field = catalogue.field_of(entry)
    before, after = (
        (entry.get("from"), entry.get("fromString")),
        (entry.get("to"), entry.get("toString")),
    )
    if field == "Key":
        yield Moved(id=event_id, val=str(after[1]), old=str(before[1]), **head)
    elif field in MANY or field == "labels" or field == "Link":
        attr = MANY.get(field, "links" if field == "Link" else field)
        sides = [_side(field, s, catalogue) for s in (before, after)]
        yield from _joined_or_left(event_id, head, attr, *sides)
    elif _is_custom(field, entry, fields, catalogue) and catalogue.many(field, fields.get(field), entry):
        sides = [catalogue.logged_many(field, *s) for s in (before, after)]
        yield from _joined_or_left(event_id, head, field, *sides)
    elif (single := _single(field, entry, fields, catalogue)) is not None:
        (old_key, old), (key, val) = (_one(field, s, catalogue) for s in (before, after))
        yield Changed(id=event_id, attr=single, key=key, val=val, old_key=old_key, old=old, **head)
    else:
        yield Noted(
            id=event_id, attr=field, key=str(after[0] or ""), val=_or_none(after[1]),
            old=_or_none(before[1]) or _or_none(before[0]), **head,
        )  # fmt: skip


def _single(
    field: str, entry: Mapping[str, Any], fields: Mapping[str, Any], catalogue: Catalogue
) -> str | None:
    """The attribute that a single-valued field is kept under; None where it leaves no value."""
    if field in _PARENT_LOGS or catalogue.is_epic_link(field):
        return "parent"
    if attr := TEXT.get(field) or CHOICE.get(field) or USER.get(field):
        return attr
    return field if _is_custom(field, entry, fields, catalogue) else None


def _is_custom(field: str, entry: Mapping[str, Any], fields: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether this is a people's field of the site, whose present value the issue would show."""
    known = field.startswith("customfield_") and not catalogue.is_epic_link(field)
    return known and not catalogue.is_machinery(field) and _shown(field, fields, catalogue)


def _shown(field: str, fields: Mapping[str, Any], catalogue: Catalogue) -> bool:
    value = fields.get(field)
    return value in (None, []) or catalogue.present(field, value) is not None


def _one(field: str, side: tuple[Any, Any], catalogue: Catalogue) -> tuple[str, str | None]:
    key, text = side
    if field in USER:
        return "", _or_none(key)
    if field in CHOICE:
        return ("", None) if text is None and key is None else (str(key or ""), str(text or ""))
    if field in TEXT:
        if field == "duedate":
            return "", _or_none(key) or (str(text).split(" ")[0] if text else None)
        return "", _or_none(text)
    if field in _PARENT_LOGS or catalogue.is_epic_link(field):
        return "", _or_none(text)
    return catalogue.logged_one(field, key, text)


def _side(field: str, side: tuple[Any, Any], catalogue: Catalogue) -> Pairs:
    key, text = side
    if field == "labels":
        return [(w, w) for w in str(text or "").split()]
    if field == "Link":
        # "This issue addresses DS-158" beside the key: the phrase is what the link means.
        return [(str(text).removeprefix("This issue "), str(key))] if key else []
    return [(str(key), str(text))] if key else []


def _joined_or_left(
    event_id: str, head: dict[str, Any], attr: str, before: Pairs, after: Pairs
) -> Iterator[Event]:
    old, new = dict(before), dict(after)
    edits: list[tuple[type[Added] | type[Dropped], str, str]] = [
        *((Dropped, k, v) for k, v in before if k not in new),
        *((Added, k, v) for k, v in after if k not in old),
    ]
    if not edits:
        yield Noted(id=event_id, attr=attr, **head)
    for n, (kind, key, val) in enumerate(edits):
        part = event_id if n == 0 else f"{event_id}+{n}"
        yield kind(id=part, attr=attr, key=key, val=val, **head)


def _comment(item: str, comment: Mapping[str, Any]) -> Commented:
    created = microseconds(comment["created"])
    edited = microseconds(comment.get("updated") or comment["created"])
    # Jira keeps no earlier text of an edited comment: what it reads now is taken to be what it
    # said from the start, under an id of its own so that both versions can stand in the log.
    version = "" if edited == created else f"@{edited}"
    return Commented(
        id=f"{item}:m{comment['id']}{version}", item=item, ts=created,
        actor=user(comment.get("author")), key=str(comment["id"]), val=plain(comment.get("body")),
    )  # fmt: skip


def in_order(histories: list[Any]) -> list[Any]:
    """Oldest first: Data Center lists them so, Cloud the other way round; ids break ties."""
    return sorted(histories, key=lambda h: (_when(h), int(h["id"])))


def _when(history: Mapping[str, Any]) -> int:
    """When a change was made: text, but milliseconds since 1970 in `changelog/bulkfetch` (so says the
    example of its contract; the schema says text)."""
    created = history["created"]
    return created * 1000 if isinstance(created, int) else microseconds(created)


def _link(link: Mapping[str, Any]) -> tuple[str, str]:
    if other := link.get("outwardIssue"):
        return f"{link['type']['outward']} {other['key']}", str(other["key"])
    other = link["inwardIssue"]
    return f"{link['type']['inward']} {other['key']}", str(other["key"])


def _names(fields: Mapping[str, Any]) -> Iterator[Named]:
    if (status := fields.get("status")) and (name := status_name(status)):
        yield name
    if kind := fields.get("issuetype"):
        level = kind.get("hierarchyLevel")
        if level is None:
            level = -1 if kind.get("subtask") else ""
        yield named("type", str(kind["id"]), str(kind["name"]), str(level))
    for person in filter(None, map(fields.get, ("creator", "reporter", "assignee"))):
        if (account := user(person)) and (name := person.get("displayName")):
            # Of the address, where the site shows it, only the domain is kept: for whom somebody speaks.
            yield named("user", account, str(name), str(person.get("emailAddress") or "").rpartition("@")[2])


def _text(value: Any) -> str:
    if isinstance(value, int | float):
        return number(value)
    return plain(value)


def _or_none(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
