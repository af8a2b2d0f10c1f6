"""Renders the company's work items as a Jira Cloud site would show them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tracker_sync.demo.company_items import Item, Note, State, Step
from tracker_sync.demo.company_people import PEOPLE
from tracker_sync.demo.company_strategy import CHOICES, accounts
from tracker_sync.demo.jira_site import JiraSite

Json = dict[str, Any]

ORIGIN = "https://girder.example.test"
INTENT, CUSTOMER, POINTS, RANK = (
    "customfield_10501",
    "customfield_10502",
    "customfield_10016",
    "customfield_10019",
)
_PROJECTS = {"PLAN": ("10100", "Planning"), "FIELD": ("10101", "Field")}
_CATEGORIES = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {
        "id": 4,
        "key": "indeterminate",
        "colorName": "yellow",
        "name": "In Progress",
    },
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
_STATUSES = {
    "To Do": ("10000", "new"),
    "In Progress": ("3", "indeterminate"),
    "In Review": ("10002", "indeterminate"),
    "Done": ("10001", "done"),
    "Won't Do": ("10003", "done"),
    "Duplicate": ("10003", "done"),
}
# One status of the workflow, told apart by its resolution.
_CALLED = {"Duplicate": "Won't Do"}
_TYPES = {
    "epic": ("10004", "Epic", 1),
    "story": ("10005", "Story", 0),
    "task": ("10006", "Task", 0),
    "bug": ("10007", "Bug", 0),
    "subtask": ("10008", "Sub-task", -1),
}
_PRIORITIES = {"High": "2", "Medium": "3", "Low": "4"}
_RESOLUTIONS = {"Done": "10000", "Won't Do": "10001", "Duplicate": "10002"}
_INTENT_OPTIONS = {intent: str(10510 + number) for number, intent in enumerate(CHOICES)}
_CUSTOMER_OPTIONS = {name: str(10600 + number) for number, name in enumerate(accounts())}

# What an item is called before and after each move, and its numeric id.
Keys = Mapping[Item, Sequence[tuple[datetime, str]]]
Numbers = Mapping[Item, str]


def jira_site(items: Sequence[Item], keys: Keys, numbers: Numbers) -> JiraSite:
    """The whole site."""
    page = _Renderer(keys, numbers)
    statuses = [_status(name) for name in _STATUSES if name not in _CALLED]
    return JiraSite([page.issue(item) for item in items], _fields(), statuses, origin=ORIGIN)


def _fields() -> list[Json]:
    system = {
        "summary": "Summary",
        "description": "Description",
        "status": "Status",
        "issuetype": "Issue Type",
        "project": "Project",
        "assignee": "Assignee",
        "reporter": "Reporter",
        "creator": "Creator",
        "labels": "Labels",
        "priority": "Priority",
        "resolution": "Resolution",
        "parent": "Parent",
        "subtasks": "Sub-tasks",
        "issuelinks": "Linked Issues",
        "duedate": "Due date",
        "created": "Created",
        "updated": "Updated",
        "resolutiondate": "Resolved",
        "comment": "Comment",
    }
    custom = {
        INTENT: ("Strategic intent", "option", "select"),
        CUSTOMER: ("Customer", "array", "multiselect"),
        POINTS: ("Story Points", "number", "float"),
        RANK: ("Rank", "any", "gh-lexo-rank"),
    }
    return [
        {"id": name, "key": name, "name": title, "custom": False, "schema": {"system": name}}
        for name, title in system.items()
    ] + [
        {
            "id": name,
            "key": name,
            "name": title,
            "custom": True,
            "schema": {"type": kind, "custom": f"com.example.fields:{suffix}"},
        }
        for name, (title, kind, suffix) in custom.items()
    ]


LINKS = ("causes", "is caused by")
"""What a link between a feature and its bug is called on either end."""


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000"


def _status(name: str) -> Json:
    number, category = _STATUSES[name]
    return {
        "self": f"{ORIGIN}/rest/api/2/status/{number}",
        "id": number,
        "name": _CALLED.get(name, name),
        "statusCategory": dict(_CATEGORIES[category]),
    }


def _user(login: str | None) -> Json | None:
    if login is None:
        return None
    person = PEOPLE[login]
    return {
        "self": f"{ORIGIN}/rest/api/2/user?accountId={person.account}",
        "accountId": person.account,
        "accountType": "atlassian",
        "displayName": person.name,
        "active": True,
        "timeZone": "UTC",
    }


def _type(kind: str) -> Json:
    number, name, level = _TYPES[kind]
    return {
        "self": f"{ORIGIN}/rest/api/2/issuetype/{number}",
        "id": number,
        "name": name,
        "subtask": level < 0,
        "hierarchyLevel": level,
    }


def _option(number: str, value: str) -> Json:
    return {
        "self": f"{ORIGIN}/rest/api/2/customFieldOption/{number}",
        "value": value,
        "id": number,
    }


def _named(table: Mapping[str, str], name: str | None) -> Json | None:
    return {"id": table[name], "name": name} if name else None


def _resolution(state: State) -> str | None:
    return state["status"] if state["status"] in _RESOLUTIONS else None


def _resolved(name: str | None) -> tuple[str | None, str | None]:
    return (_RESOLUTIONS[name], name) if name else (None, None)


def _change(field: str, old: tuple[Any, Any], new: tuple[Any, Any], field_id: str = "") -> Json:
    """One row of a history: (value, shown as) before and after."""
    custom = field_id.startswith("customfield_")
    row = {"field": field, "fieldtype": "custom" if custom else "jira"}
    if field != "IssueParentAssociation":
        row["fieldId"] = field_id or field
    return {**row, "from": old[0], "fromString": old[1], "to": new[0], "toString": new[1]}


class _Renderer:
    def __init__(self, keys: Keys, numbers: Numbers) -> None:
        self.keys, self.numbers = keys, numbers
        self.histories = self.comments = 20_000
        self.subtasks: dict[Item, list[Item]] = {}
        for item in numbers:
            if item.kind == "subtask":
                self.subtasks.setdefault(item.opening["parent"], []).append(item)

    def key(self, item: Item, at: datetime | None = None) -> str:
        """The key an item has now, or had at a moment."""
        known = [key for since, key in self.keys[item] if at is None or since <= at]
        return known[-1]

    def url(self, item: Item) -> str:
        return f"{ORIGIN}/rest/api/2/issue/{self.numbers[item]}"

    def issue(self, item: Item) -> Json:
        """The full REST v2 issue with its changelog."""
        histories = [self.history(item, step) for step in item.steps()]
        comments = [self.comment(item, note) for note in sorted(item.notes, key=lambda n: n.at)]
        moments = [item.created, *(s.at for s in item.steps()), *(n.at for n in item.notes)]
        total = len(histories)
        log = {"startAt": 0, "maxResults": total, "total": total, "histories": histories}
        fields = self.fields(item)
        fields["created"], fields["updated"] = _stamp(item.created), _stamp(max(moments))
        fields["comment"] = {
            "comments": comments,
            "maxResults": len(comments),
            "total": len(comments),
            "startAt": 0,
        }
        return {
            "expand": "renderedFields,names,schema,changelog",
            "id": self.numbers[item],
            "self": self.url(item),
            "key": self.key(item),
            "fields": fields,
            "changelog": log,
        }

    def fields(self, item: Item) -> Json:
        state = item.final()
        number, name = _PROJECTS[state["project"]]
        resolution = _resolution(state)
        done = [s.at for s in item.steps() if _resolution(s.before) != _resolution(s.after)]
        return {
            "summary": state["title"],
            "description": state["body"],
            "status": _status(state["status"]),
            "issuetype": _type(item.kind),
            "project": {"id": number, "key": state["project"], "name": name},
            "assignee": _user(state["assignee"]),
            "reporter": _user(item.reporter),
            "creator": _user(item.reporter),
            "labels": list(state["labels"]),
            "priority": _named(_PRIORITIES, state["priority"]),
            "resolution": _named(_RESOLUTIONS, resolution),
            "resolutiondate": _stamp(done[-1]) if resolution else None,
            "duedate": state["due"].isoformat() if state["due"] else None,
            "issuelinks": [self.link(*link) for link in state["links"]],
            "subtasks": [self.brief(child) for child in self.subtasks.get(item, [])],
            **({"parent": self.brief(state["parent"])} if state["parent"] else {}),
            INTENT: _intent(state["intent"]),
            CUSTOMER: [_option(_CUSTOMER_OPTIONS[c], c) for c in state["customers"]] or None,
            POINTS: float(state["points"]) if state["points"] else None,
            RANK: f"0|i{int(self.numbers[item]):05d}:",
        }

    def brief(self, item: Item) -> Json:
        """How an issue appears inside another one."""
        state = item.final()
        return {
            "id": self.numbers[item],
            "key": self.key(item),
            "self": self.url(item),
            "fields": {
                "summary": state["title"],
                "status": _status(state["status"]),
                "issuetype": _type(item.kind),
            },
        }

    def link(self, phrase: str, other: Item) -> Json:
        """A link as the issue on one end of it shows it."""
        outward, inward = LINKS
        kind = {"id": "10400", "name": "Problem/Incident", "inward": inward, "outward": outward}
        return {"type": kind, f"{'out' if phrase == outward else 'in'}wardIssue": self.brief(other)}

    def comment(self, item: Item, note: Note) -> Json:
        self.comments += 1
        at = _stamp(note.at)
        return {
            "self": f"{self.url(item)}/comment/{self.comments}",
            "id": str(self.comments),
            "author": _user(note.who),
            "body": note.text,
            "updateAuthor": _user(note.who),
            "created": at,
            "updated": at,
            "jsdPublic": True,
        }

    def history(self, item: Item, step: Step) -> Json:
        self.histories += 1
        rows = [row for name in step.changed for row in self.rows(item, step, name)]
        return {
            "id": str(self.histories),
            "author": _user(step.who),
            "created": _stamp(step.at),
            "items": rows,
        }

    def rows(self, item: Item, step: Step, name: str) -> list[Json]:
        """The change rows for one field; some changes come as two."""
        old, new = step.before[name], step.after[name]
        if name == "rank":
            return [_change("Rank", ("", ""), ("", "Ranked higher"), RANK)]
        if name == "links":
            made = [(phrase, self.key(other, step.at)) for phrase, other in new[len(old) :]]
            return [
                _change("Link", (None, None), (key, f"This issue {phrase} {key}")) for phrase, key in made
            ]
        if name == "project":
            (old_id, old_name), (new_id, new_name) = _PROJECTS[old], _PROJECTS[new]
            position = [since for since, _ in self.keys[item]].index(step.at)
            keys = [key for _, key in self.keys[item]][position - 1 : position + 1]
            return [
                _change("project", (old_id, old_name), (new_id, new_name)),
                _change("Key", (None, keys[0]), (None, keys[1]), "issuekey"),
            ]
        label, field_id = _LABELS[name]
        rows = [_change(label, self.shown(name, old, step), self.shown(name, new, step), field_id)]
        before, after = _resolution(step.before), _resolution(step.after)
        if name == "status" and before != after:
            rows.append(_change("resolution", _resolved(before), _resolved(after)))
        return rows

    def shown(self, name: str, value: Any, step: Step) -> tuple[Any, Any]:
        """A field's value as (id, text) the way a history writes it."""
        if name == "labels":
            return None, " ".join(value)
        if name == "customers":
            ids = ", ".join(_CUSTOMER_OPTIONS[customer] for customer in value)
            return (f"[{ids}]", ",".join(value)) if value else (None, None)
        if value is None:
            return None, None
        if name == "parent":
            return self.numbers[value], self.key(value, step.at)
        return _SHOWN[name](value)


def _intent(intent: str | None) -> Json | None:
    return _option(_INTENT_OPTIONS[intent], CHOICES[intent]) if intent else None


def _shown_due(due: date) -> tuple[str, str]:
    return due.isoformat(), f"{due.isoformat()} 00:00:00.0"


_LABELS = {
    "title": ("summary", ""),
    "body": ("description", ""),
    "status": ("status", ""),
    "assignee": ("assignee", ""),
    "labels": ("labels", ""),
    "intent": ("Strategic intent", INTENT),
    "customers": ("Customer", CUSTOMER),
    "points": ("Story Points", POINTS),
    "parent": ("IssueParentAssociation", ""),
    "priority": ("priority", ""),
    "due": ("duedate", ""),
}
_SHOWN: Mapping[str, Callable[[Any], tuple[Any, Any]]] = {
    "title": lambda value: (None, value),
    "body": lambda value: (None, value),
    "points": lambda value: (None, str(value)),
    "status": lambda value: (_STATUSES[value][0], _CALLED.get(value, value)),
    "priority": lambda value: (_PRIORITIES[value], value),
    "assignee": lambda value: (PEOPLE[value].account, PEOPLE[value].name),
    "intent": lambda value: (_INTENT_OPTIONS[value], CHOICES[value]),
    "due": _shown_due,
}
