"""What a Jira site's fields are and how their values read, now and in a changelog."""

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any

from tracker_sync.events import Named
from tracker_sync.sources import named
from tracker_sync.sources.adf import plain

TEXT = {
    "summary": "title", "description": "body", "environment": "environment", "duedate": "due",
    "timeoriginalestimate": "estimate", "timeestimate": "remaining", "timespent": "spent",
}  # fmt: skip
CHOICE = {
    "status": "status", "issuetype": "type", "priority": "priority", "resolution": "resolution",
    "security": "security", "project": "project",
}  # fmt: skip
USER = {"assignee": "assignee", "reporter": "reporter"}
MANY = {"components": "components", "fixVersions": "fix_versions", "versions": "versions"}
# A changelog names system fields by their display names of the time.
LOGGED = {
    "Fix Version": "fixVersions", "Version": "versions", "Component": "components",
    "Project": "project", "Issue Type": "issuetype", "type": "issuetype", "Labels": "labels",
    "Summary": "summary", "Description": "description", "Status": "status",
    "Assignee": "assignee", "Reporter": "reporter", "Priority": "priority",
    "Resolution": "resolution", "Due Date": "duedate", "Environment": "environment",
}  # fmt: skip
# Jira's own machinery, rewritten without a trace: a rank, a development panel's summary.
_MACHINERY = ("gh-lexo-rank", "gh-global-rank", "devsummary", "vulnerabilitycf")
EPIC_LINK = "gh-epic-link"

Pairs = list[tuple[str, str]]
"""(key, text) of each value."""


class Catalogue:
    """The fields of one site, by id and by name."""

    def __init__(self, fields: Iterable[Any], former: Mapping[str, str] = MappingProxyType({})) -> None:
        """`former`: the id of each field by names that it had; a changelog knows it by those."""
        self._former = former
        self._by_id: dict[str, Mapping[str, Any]] = {}
        self._ids: dict[str, list[str]] = {}
        self._options: dict[tuple[str, str], str] = {}
        for f in fields:
            self._by_id[f["id"]] = f
            self._ids.setdefault(f.get("name", ""), []).append(f["id"])
        self._names = [
            named("field", f["id"], f["name"]) for f in self._by_id.values() if _is_custom(f["id"])
        ]

    def names(self) -> list[Named]:
        """What the site's custom fields are called."""
        return self._names

    def ids_of(self, name: str) -> list[str]:
        """The ids of the fields with this display name; Jira allows several."""
        return self._ids.get(name, [])

    def strange(self, item: Mapping[str, Any]) -> str | None:
        """The name of a custom field that is not one of the site's, now or formerly."""
        is_named = item.get("fieldtype") == "custom" and not item.get("fieldId")
        return str(item["field"]) if is_named and self.field_of(item) == item["field"] else None

    def field_of(self, item: Mapping[str, Any]) -> str:
        """The id of the field that a changelog item is about, or the name it had, if it is gone."""
        name = str(item["field"])
        if name in ("Key", "Link", "IssueParentAssociation"):
            return name  # ids of these three differ between sites; their names do not
        if item.get("fieldId"):
            return str(item["fieldId"])
        if item.get("fieldtype") == "custom":
            ids = self.ids_of(name)
            return ids[0] if ids else self._former.get(name, name)
        return LOGGED.get(name, name)

    def kind(self, field: str) -> str:
        """How the field's values are written: its schema type, `array:` and item type, or ''."""
        schema = self._by_id.get(field, {}).get("schema") or {}
        kind = str(schema.get("type", ""))
        return f"array:{schema.get('items', '')}" if kind == "array" else kind

    def is_machinery(self, field: str) -> bool:
        """Whether Jira rewrites the field by itself."""
        custom = str((self._by_id.get(field, {}).get("schema") or {}).get("custom", ""))
        return any(m in custom for m in _MACHINERY)

    def is_epic_link(self, field: str) -> bool:
        """Whether this is the custom field that held an issue's epic before `parent` did."""
        info = self._by_id.get(field, {})
        custom = str((info.get("schema") or {}).get("custom", ""))
        return EPIC_LINK in custom or info.get("name") == "Epic Link" or field == "Epic Link"

    def present(self, field: str, value: Any) -> Pairs | None:
        """A custom field's present value; None where it is not one that people fill in."""
        if self.is_machinery(field) or (isinstance(value, str) and re.match(r"\d\|\w+:", value)):
            return None
        if not isinstance(value, list):
            one = _pair(value)
            free = isinstance(value, str) or (one and one[0] == one[1])
            return [] if value is None else one and [("", one[1]) if free else one]
        pairs = [_pair(v) for v in value]
        known = [p for p in pairs if p is not None]
        for key, val in known:
            self._options[field, key] = val
        return known if len(known) == len(pairs) else None

    def many(self, field: str, present: Any, item: Mapping[str, Any]) -> bool:
        """Whether the field holds several values; told by its schema, else by what is there."""
        if kind := self.kind(field):
            return kind.startswith("array")
        bracket = any(str(item.get(k) or "").startswith("[") for k in ("from", "to"))
        return isinstance(present, list) or bracket

    def logged_many(self, field: str, ids: Any, text: Any) -> Pairs:
        """One side of a changelog item of a field with several values."""
        text = str(text or "")
        if not ids and self.kind(field) == "array:option":  # logged before options had ids
            known = {name: key for (f, key), name in self._options.items() if f == field}
            names = [n.strip() for n in text.strip("[]").split(",") if n.strip()]
            return [(known.get(n, n), n) for n in names]
        if not ids:
            return [(w, w) for w in text.strip("[]").split()]
        keys = [k.strip() for k in str(ids).strip("[]").split(",") if k.strip()]
        names = [text] if len(keys) == 1 else [n.strip() for n in text.strip("[]").split(",")]
        if len(names) != len(keys):  # a comma inside a name, which a space follows
            names = re.split(r",(?! )", text)
        if len(names) != len(keys):
            names = [self._options.get((field, k), k) for k in keys]
        return list(zip(keys, names, strict=True))

    def logged_one(self, field: str, key: Any, text: Any) -> tuple[str, str | None]:
        """One side of a changelog item of a field with a single value: (key, text or None)."""
        kind = self.kind(field)
        if kind == "user":
            return "", str(key or text) if key or text else None
        if kind in ("date", "datetime"):
            return "", str(key or text) if key or text else None
        if kind == "option" and key:
            return str(key).strip("[]"), str(text)
        if kind == "number" and text:
            return "", number(float(str(text)))
        return "", str(text) if text else None


def status_name(status: Mapping[str, Any]) -> Named | None:
    """What a status is called, and its category: `new`, `indeterminate` or `done`."""
    category = status.get("statusCategory")
    means = category.get("key") if isinstance(category, dict) else None
    is_whole = isinstance(means, str) and {"id", "name"} <= status.keys()
    return named("status", str(status["id"]), str(status["name"]), means or "") if is_whole else None


def number(value: float) -> str:
    """A number as people write it: 3, not 3.0. Raises ValueError for infinity and NaN."""
    if not isfinite(value):
        raise ValueError(f"{value!r} is not a number that a field can hold")
    return str(int(value)) if value == int(value) else repr(value)


def user(value: Any) -> str | None:
    """The account that a user object stands for: `accountId` on Cloud, the user's key elsewhere."""
    if not isinstance(value, Mapping):
        return None
    found = value.get("accountId") or value.get("key") or value.get("name")
    return str(found) if found else None


def _is_custom(field: str) -> bool:
    return field.startswith("customfield_")


def _pair(value: Any) -> tuple[str, str] | None:
    match value:
        case None:
            return None
        case int() | float():
            return "", number(value)
        case str():
            if sprint := re.search(r"Sprint@\w+\[(.*)\]", value):
                sprint_id = re.search(r"(?:^|,)id=(\d+)", sprint.group(1))
                name = re.search(r"(?:^|,)name=(.*?)(?=,\w+=|$)", sprint.group(1))
                return (sprint_id.group(1), name.group(1)) if sprint_id and name else None
            return value, value
        case {"id": i, "value": str(v), "child": {"id": ci, "value": str(cv)}}:
            return f"{i}.{ci}", f"{v} / {cv}"
        case {"id": i, "value": str(v)} | {"id": i, "name": str(v)}:
            return str(i), v
        case Mapping() if account := user(value):
            return account, account
        case {"type": "doc"}:
            return "", plain(value)
        case _:
            return None
