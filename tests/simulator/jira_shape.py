"""How a Jira writes its issues as JSON: Cloud in versions 3 (ADF) and 2 (wiki text), Data Center in 2."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator.jira_company import LINK_TYPES, Comment, History, Issue, JiraCompany, Kind, Link
from simulator.jira_text import adf

Json = dict[str, Any]

_SYSTEM = [
    ("project", "Project", "project", ""),
    ("creator", "Creator", "user", ""),
    ("created", "Created", "datetime", ""),
    ("updated", "Updated", "datetime", ""),
    ("resolutiondate", "Resolved", "datetime", ""),
    ("versions", "Affects versions", "array", "version"),
    ("issuelinks", "Linked Issues", "array", "issuelinks"),
    ("subtasks", "Sub-tasks", "array", "issuelinks"),
    ("environment", "Environment", "string", ""),
    ("comment", "Comment", "comments-page", ""),
]
_DC_NAMES = {
    "Components": "Component/s",
    "Fix versions": "Fix Version/s",
    "Affects versions": "Affects Version/s",
    "Due date": "Due Date",
}
_CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
# What every issue has and this company never fills in.
_EMPTY: Json = {
    "timespent": None,
    "aggregatetimespent": None,
    "timeestimate": None,
    "timeoriginalestimate": None,
    "aggregatetimeestimate": None,
    "aggregatetimeoriginalestimate": None,
    "workratio": -1,
    "lastViewed": None,
    "environment": None,
    "versions": [],
    "attachment": [],
    "security": None,
    "worklog": {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []},
    "timetracking": {},
    "progress": {"progress": 0, "total": 0},
    "aggregateprogress": {"progress": 0, "total": 0},
}
_SIZES = {"48x48": "", "24x24": "size=small&", "16x16": "size=xsmall&", "32x32": "size=medium&"}


@dataclass
class Shape:
    """The JSON of one deployment in one version of its API."""

    company: JiraCompany
    origin: str
    version: str
    zone: ZoneInfo
    cloud: bool
    people: dict[tuple[str, str, bool, bool], Json] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """The base of every `self`."""
        return f"{self.origin}/rest/api/{self.version}"

    def moment(self, when: datetime) -> str:
        """A time as Jira writes it: in the account's time zone, to the millisecond."""
        local = when.astimezone(self.zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"

    def text(self, text: str | None) -> Any:
        """A long text: a document in version 3, wiki text in version 2."""
        if not text:
            return None
        return adf(text, self.company.called) if self.version == "3" else self.wiki(text)

    def wiki(self, text: str) -> str:
        """A long text as wiki text."""
        return self.company.wiki(text, dc=not self.cloud)

    # People and names

    def user(self, account: str | None) -> Json | None:
        """Somebody; None for nobody, and for who was deleted."""
        user = self.company.users.get(account or "")
        if user is None or user.deleted:
            return None
        known = (user.account, user.display, user.active, self.cloud)
        if known not in self.people:
            avatar = f"{self.origin}/secure/useravatar?{{}}avatarId=10{len(user.account)}"
            self.people[known] = {
                "self": f"{self.api}/user?"
                + (f"accountId={user.account}" if self.cloud else f"username={user.name}"),
                **({"accountId": user.account} if self.cloud else {"name": user.name, "key": user.key}),
                "emailAddress": f"{user.name}@acme.example",
                "avatarUrls": {size: avatar.format(part) for size, part in _SIZES.items()},
                "displayName": user.display,
                "active": user.active,
                "timeZone": "Europe/Berlin",
                **({"accountType": "atlassian"} if self.cloud else {}),
            }
        return self.people[known]

    def authored(self, name: str, account: str) -> Json:
        """An `author` key; for a deleted one null or no key at all, whichever the company wants."""
        user = self.user(account)
        return {name: user} if user or self.company.null_authors else {}

    def status(self, status_id: str) -> Json:
        """A status with its category."""
        category = self.company.categories.get(status_id, "new")
        number, colour, name = _CATEGORIES[category]
        return {
            "self": f"{self.api}/status/{status_id}",
            "description": "",
            "iconUrl": f"{self.origin}/images/icons/statuses/generic.png",
            "name": self.company.fields["status"].names[status_id],
            "id": status_id,
            "statusCategory": {
                "self": f"{self.api}/statuscategory/{number}",
                "id": number,
                "key": category,
                "colorName": colour,
                "name": name,
            },
        }

    def type(self, type_id: str) -> Json:
        """An issue type; only Cloud tells its level."""
        level = self.company.levels.get(type_id, 0)
        return {
            "self": f"{self.api}/issuetype/{type_id}",
            "id": type_id,
            "description": "",
            "iconUrl": f"{self.origin}/secure/viewavatar?size=medium&avatarType=issuetype",
            "name": self.company.fields["type"].names[type_id],
            "subtask": level < 0,
            **({"avatarId": 10315, "hierarchyLevel": level} if self.cloud else {}),
        }

    def project(self, issue: Issue) -> Json:
        """The project an issue is in."""
        project = issue.project
        avatar = f"{self.origin}/secure/projectavatar?{{}}pid={project.id}"
        return {
            "self": f"{self.api}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
            **({"simplified": project.simplified} if self.cloud else {}),
            "avatarUrls": {size: avatar.format(part) for size, part in _SIZES.items()},
        }

    def named(self, kind: Kind, known_id: str | None, path: str) -> Json | None:
        """A priority, resolution, component or version."""
        if known_id is None or known_id not in kind.names:
            return None
        return {"self": f"{self.api}/{path}/{known_id}", "id": known_id, "name": kind.names[known_id]}

    def all_fields(self) -> list[Json]:
        """What `/field` lists."""
        kinds = [Kind(i, n, "", _schema(i, t, items), i) for i, n, t, items in _SYSTEM]
        kinds += self.company.fields.values()
        listed = [self._field(kind) for kind in kinds]
        if self.cloud:
            parent = {"id": "parent", "key": "parent", "name": "Parent", "custom": False}
            listed.append(parent | {"orderable": False, "navigable": True, "searchable": False})
            listed[-1]["clauseNames"] = ["parent"]
        return listed

    def _field(self, kind: Kind) -> Json:
        number = kind.schema.get("customId")
        return {
            "id": kind.id,
            **({"key": kind.id} if self.cloud else {}),
            "name": kind.name if self.cloud else _DC_NAMES.get(kind.name, kind.name),
            "custom": kind.custom,
            "orderable": True,
            "navigable": kind.id != "comment",
            "searchable": True,
            "clauseNames": [f"cf[{number}]", kind.name] if number else [kind.id],
            "schema": kind.schema,
        }

    # Issues

    def issue(self, issue: Issue) -> Json:
        """An issue's head."""
        expand = "operations,versionedRepresentations,editmeta,changelog,renderedFields"
        return {
            "expand": expand if self.cloud else "renderedFields,names,schema,transitions,editmeta,changelog",
            "id": issue.id,
            "self": f"{self.api}/issue/{issue.id}",
            "key": issue.key,
        }

    def fields(self, issue: Issue) -> Json:
        """All fields of an issue, except its comments."""
        company, value = self.company, issue.values.get
        resolved = issue.values.get("resolved_at")
        shown = {
            **_EMPTY,
            **self.short(issue)["fields"],
            "project": self.project(issue),
            "created": self.moment(issue.created),
            "updated": self.moment(issue.updated),
            "resolution": self.named(company.fields["resolution"], value("resolution"), "resolution"),
            "resolutiondate": self.moment(resolved) if resolved else None,
            "creator": self.user(issue.creator),
            "reporter": self.user(value("reporter")),
            "assignee": self.user(value("assignee")),
            "labels": list(value("labels") or []),
            "components": self._many("components", value("components"), "component"),
            "fixVersions": self._many("fix_versions", value("fix_versions"), "version"),
            "issuelinks": [self._link(*link) for link in company.links_of(issue)],
            "subtasks": self._subtasks(issue),
            "watches": {
                "self": f"{self.api}/issue/{issue.key}/watchers",
                "watchCount": 0,
                "isWatching": False,
            },
            "votes": {"self": f"{self.api}/issue/{issue.key}/votes", "votes": 0, "hasVoted": False},
            "description": self.text(value("description")),
            "duedate": value("duedate"),
            **self._custom(issue),
            **self._parent(issue),
        }
        return {
            name: issue.spoilt.get(name, shown.get(name))
            for name in {**shown, **issue.spoilt}
            if issue.spoilt.get(name) is not ...
        }

    def short(self, issue: Issue) -> Json:
        """An issue as others mention it."""
        values, kinds = issue.values, self.company.fields
        head = {"id": issue.id, "key": issue.key, "self": f"{self.api}/issue/{issue.id}"}
        return head | {
            "fields": {
                "summary": values.get("title"),
                "status": self.status(values["status"]),
                "priority": self.named(kinds["priority"], values.get("priority"), "priority"),
                "issuetype": self.type(values["type"]),
            }
        }

    def _many(self, name: str, ids: list[str] | None, path: str) -> list[Json]:
        found = [self.named(self.company.fields[name], known_id, path) for known_id in ids or []]
        extra = {"archived": False, "released": False} if path == "version" else {}
        return [one | extra for one in found if one]

    def _custom(self, issue: Issue) -> Json:
        shown: Json = {}
        for name, kind in self.company.fields.items():
            if kind.custom and name != "epic_link":
                shown[kind.id] = self._custom_value(kind, issue.values.get(name))
        return shown

    def _custom_value(self, kind: Kind, value: Any) -> Any:
        match kind.kind:
            case "option":
                return self._option(kind, value) if value in kind.names else None
            case "options":
                return [self._option(kind, v) for v in value or [] if v in kind.names] or None
            case "sprint":
                return [self._sprint(kind, v) for v in value or []] or None
            case _:
                return value

    def _option(self, kind: Kind, option: str) -> Json:
        return {
            "self": f"{self.api}/customFieldOption/{option}",
            "value": kind.names[option],
            "id": option,
            **({} if self.cloud else {"disabled": False}),
        }

    def _sprint(self, kind: Kind, sprint: str) -> Any:
        if self.cloud:
            return {"id": int(sprint), "name": kind.names[sprint], "state": "active", "boardId": 4}
        inside = f"id={sprint},rapidViewId=4,state=ACTIVE,name={kind.names[sprint]},startDate=<null>"
        tail = f"endDate=<null>,completeDate=<null>,sequence={sprint}"
        return f"com.atlassian.greenhopper.service.sprint.Sprint@1f{sprint}[{inside},{tail}]"

    def _parent(self, issue: Issue) -> Json:
        """Cloud: `parent`, and the old Epic Link beside it unless the project is team-managed. Data Center:
        `parent` for sub-tasks, the Epic Link for all others."""
        link = self.company.fields.get("epic_link")
        parent = self.company.issues.get(issue.values.get("parent") or "")
        sub_task = self.company.levels.get(issue.values["type"]) == -1
        shown: Json = {}
        if parent and (self.cloud or sub_task):
            shown["parent"] = self.short(parent)
        if link and not (self.cloud and issue.project.simplified):
            shown[link.id] = parent.key if parent and not sub_task else None
        return shown

    def _subtasks(self, issue: Issue) -> list[Json]:
        children = [self.company.issues[c] for c in sorted(self.company.children.get(issue.id, ()), key=int)]
        return [
            self.short(child)
            for child in children
            if self.company.sees(child) and self.company.levels.get(child.values["type"]) == -1
        ]

    def _link(self, phrase: str, other: Issue, outward: bool, link: Link) -> Json:
        number, out, into = LINK_TYPES[link.type]
        kind = {"id": number, "name": link.type, "inward": into, "outward": out}
        return {
            "id": link.id,
            "self": f"{self.api}/issueLink/{link.id}",
            "type": kind | {"self": f"{self.api}/issueLinkType/{number}"},
            "outwardIssue" if outward else "inwardIssue": self.short(other),
        }

    # Histories, comments, remote links

    def history(self, entry: History) -> Json:
        """A changelog entry."""
        shown = {
            "id": entry.id,
            **self.authored("author", entry.author),
            "created": self.moment(entry.created),
            "items": self.company.shown_items(entry, dc=not self.cloud),
        }
        if entry.spoilt:
            shown = {n: v for n, v in (shown | entry.spoilt).items() if v is not ...}
        return shown

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """A comment."""
        return {
            "self": f"{self.api}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            **self.authored("author", comment.author),
            "body": self.text(comment.text) if comment.raw is None else comment.raw,
            **self.authored("updateAuthor", comment.update_author),
            "created": self.moment(comment.created),
            "updated": self.moment(comment.updated),
            **({"jsdPublic": not comment.internal} if self.cloud else {}),
        }

    def remote(self, issue: Issue, link_id: str) -> Json:
        """A remote link."""
        url, title = issue.remote[link_id]
        return {
            "id": int(link_id),
            "self": f"{self.api}/issue/{issue.key}/remotelink/{link_id}",
            "object": {
                "url": url,
                "title": title,
                "icon": {},
                "status": {"icon": {}},
            },
        }


def _schema(field_id: str, kind: str, items: str) -> Json:
    return {"type": kind, **({"items": items} if items else {}), "system": field_id}
