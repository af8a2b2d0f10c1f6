"""A small company's Jira as mutable state: issues, their histories, and everything that may change them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.jira_text import plain, wiki

Json = dict[str, Any]
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LINK_TYPES = {
    "Blocks": ("10000", "blocks", "is blocked by"),
    "Cloners": ("10001", "clones", "is cloned by"),
    "Duplicate": ("10002", "duplicates", "is duplicated by"),
    "Relates": ("10003", "relates to", "relates to"),
}


class Names(dict[str, str]):
    """Id → name; asking for the id of a new name gives it one."""

    def __init__(self, first: int, known: Mapping[str, str] | None = None) -> None:
        super().__init__(known or {})
        self._next = first

    def id_of(self, name: str) -> str:
        """The id of a name, new or known."""
        for known_id, known in self.items():
            if known == name:
                return known_id
        self._next += 1
        self[str(self._next)] = name
        return str(self._next)


@dataclass
class User:
    """Somebody: `account` is what Cloud calls them, `name` and `key` what Data Center does."""

    account: str
    name: str
    key: str
    display: str
    active: bool = True
    deleted: bool = False


@dataclass
class Project:
    """A project; `simplified` ones are Cloud's team-managed ("next-gen") kind, without an Epic Link."""

    id: str
    key: str
    name: str
    simplified: bool = False
    hidden: bool = False
    count: int = 0


@dataclass
class Kind:
    """What a field is: how it is stored (`kind`), shown (`schema`) and written in a changelog (`logged`)."""

    id: str
    name: str
    kind: str
    schema: Json
    logged: str
    names: Names = field(default_factory=lambda: Names(0))

    @property
    def custom(self) -> bool:
        """Whether this is a custom field."""
        return "custom" in self.schema


@dataclass
class Comment:
    """A comment; `text` in the notation of jira_text, `raw` as an application wrote it."""

    id: str
    author: str
    text: str
    created: datetime
    updated: datetime
    update_author: str
    raw: Any = None
    internal: bool = False


@dataclass
class History:
    """One changelog entry; `spoilt` overrides what the faces show of it."""

    id: str
    created: datetime
    author: str
    items: list[Json]
    spoilt: Json = field(default_factory=dict)


@dataclass
class Link:
    """A link between two issues, read from `source` to `target`."""

    id: str
    type: str
    source: str
    target: str

    def seen_from(self, issue_id: str) -> tuple[str, str, bool]:
        """The phrase, the other issue's id and whether it is the outward one."""
        _, outward, inward = LINK_TYPES[self.type]
        return (outward, self.target, True) if issue_id == self.source else (inward, self.source, False)


@dataclass
class Issue:
    """One issue; `values` holds what its fields store, `journal` every time its `updated` was set."""

    id: str
    key: str
    project: Project
    created: datetime
    updated: datetime
    creator: str
    values: Json
    comments: dict[str, Comment] = field(default_factory=dict)
    histories: list[History] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    remote: dict[str, tuple[str, str]] = field(default_factory=dict)
    former_keys: list[str] = field(default_factory=list)
    journal: list[datetime] = field(default_factory=list)
    deleted: bool = False
    hidden: bool = False
    spoilt: Json = field(default_factory=dict)


def _system(field_id: str, name: str, kind: str, schema_type: str, logged: str = "", items: str = "") -> Kind:
    schema = {"type": schema_type, **({"items": items} if items else {}), "system": field_id}
    return Kind(field_id, name, kind, schema, logged or field_id)


def _custom(number: int, name: str, kind: str, schema_type: str, plugin: str, items: str = "") -> Kind:
    schema = {
        "type": schema_type,
        **({"items": items} if items else {}),
        "custom": plugin,
        "customId": number,
    }
    return Kind(f"customfield_{number}", name, kind, schema, "")


def _fields() -> dict[str, Kind]:
    """The fields by the names the company's methods use."""
    types, green = "com.atlassian.jira.plugin.system.customfieldtypes", "com.pyxis.greenhopper.jira"
    fields = {
        "title": _system("summary", "Summary", "text", "string"),
        "description": _system("description", "Description", "text", "string"),
        "status": _system("status", "Status", "choice", "status"),
        "type": _system("issuetype", "Issue Type", "choice", "issuetype"),
        "priority": _system("priority", "Priority", "choice", "priority"),
        "resolution": _system("resolution", "Resolution", "choice", "resolution"),
        "assignee": _system("assignee", "Assignee", "user", "user"),
        "reporter": _system("reporter", "Reporter", "user", "user"),
        "duedate": _system("duedate", "Due date", "date", "date"),
        "labels": _system("labels", "Labels", "labels", "array", items="string"),
        "components": _system("components", "Components", "many", "array", "Component", "component"),
        "fix_versions": _system("fixVersions", "Fix versions", "many", "array", "Fix Version", "version"),
        "points": _custom(10016, "Story Points", "number", "number", f"{types}:float"),
        "intent": _custom(10101, "Intent", "option", "option", f"{types}:select"),
        "customers": _custom(10102, "Customers", "options", "array", f"{types}:multiselect", "option"),
        "note": _custom(10103, "Sales note", "text", "string", f"{types}:textfield"),
        "epic_link": _custom(10014, "Epic Link", "parent", "any", f"{green}:gh-epic-link"),
        "sprint": _custom(10020, "Sprint", "sprint", "array", f"{green}:gh-sprint", "json"),
    }
    fields["status"].names = Names(
        10100, {"10000": "To Do", "3": "In Progress", "10001": "In Review", "10002": "Done"}
    )
    fields["type"].names = Names(
        10200, {"10000": "Epos", "10001": "Story", "10002": "Task", "10003": "Sub-task", "10004": "Bug"}
    )
    fields["priority"].names = Names(10, {"2": "High", "3": "Medium", "4": "Low"})
    fields["resolution"].names = Names(10300, {"10000": "Done"})
    for number, name in enumerate(("components", "fix_versions", "intent", "customers", "sprint")):
        fields[name].names = Names(10_400 + 100 * number if name != "sprint" else 0)
    return fields


class JiraCompany:
    """The company. Every edit happens at `now` and by `actor`, unless `by` names somebody else."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.actor = "acc-ada"
        self.null_authors = False
        """Whether a deleted user is shown as null; else the key is left out, as in recordings."""
        self.linking = True
        """Whether issues can be linked on this site."""
        self.fields = _fields()
        self.issues: dict[str, Issue] = {}
        self.projects: dict[str, Project] = {}
        self.users: dict[str, User] = {}
        self.categories = {"10000": "new", "3": "indeterminate", "10001": "indeterminate", "10002": "done"}
        self.levels = {"10000": 1, "10003": -1}
        self.children: dict[str, set[str]] = {}
        self._by_key: dict[str, str] = {}
        self.last_id = 10_000
        for name in ("ada", "ben", "cleo", "dora"):
            self.user(f"acc-{name}", name, name.title())
        for key, name in (("PAY", "Payments"), ("WEB", "Web shop"), ("INT", "Integrations")):
            self.project(key, name)

    # People, projects, time

    def user(self, account: str, name: str, display: str) -> str:
        """A new user's account id."""
        key = f"JIRAUSER{10_100 + len(self.users)}"
        self.users[account] = User(account, name, key, display)
        return account

    def delete_user(self, account: str) -> None:
        """Forget somebody: what they did keeps no author."""
        self.users[account].deleted = True

    def project(self, key: str, name: str, *, simplified: bool = False) -> Project:
        """A new project."""
        self.projects[key] = Project(str(10_000 + len(self.projects)), key, name, simplified)
        return self.projects[key]

    def tick(self, seconds: float = 60.0) -> datetime:
        """Move the clock."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def stamp(self) -> datetime:
        """Now as Jira stores it: to the millisecond."""
        return self.now.replace(microsecond=self.now.microsecond // 1000 * 1000)

    def called(self, account: str) -> str:
        """The name shown for an account."""
        return self.users[account].display if account in self.users else account

    # Issues

    def create(self, project: str, type: str, title: str, **fields: Any) -> str:  # noqa: A002
        """A new issue's id; what is set here has no changelog entry."""
        home, moment = self.projects[project], self.stamp()
        home.count += 1
        author = fields.pop("by", self.actor)
        issue = Issue(self._new_id(), f"{home.key}-{home.count}", home, moment, moment, author, {})
        self.issues[issue.id] = issue
        self._by_key[issue.key] = issue.id
        defaults = {"status": "To Do", "priority": "Medium", "reporter": author}
        for name, value in {**defaults, "title": title, "type": type, **fields}.items():
            self._set(issue, "parent" if name == "epic_link" else name, value)
        issue.journal.append(moment)
        return issue.id

    def find(self, name: str) -> Issue | None:
        """By id, by key, or by a key it had before it was moved; deleted ones are not found."""
        issue = self.issues.get(name) or self.issues.get(self._by_key.get(name.upper(), ""))
        return issue if issue is not None and not issue.deleted else None

    def sees(self, issue: Issue) -> bool:
        """Whether the account that reads is shown this issue."""
        return not (issue.deleted or issue.hidden or issue.project.hidden)

    def visible(self) -> set[str]:
        """The ids of the issues that are shown."""
        return {issue.id for issue in self.issues.values() if self.sees(issue)}

    # Edits with a changelog: each gives the history's id, or None where nothing changed

    def edit(self, issue_id: str, field: str, value: Any, *, by: str | None = None) -> str | None:
        """Change one field."""
        return self.edits(issue_id, {field: value}, by=by)

    def edits(self, issue_id: str, changes: Mapping[str, Any], *, by: str | None = None) -> str | None:
        """Change several fields in one go, which is one history of several items."""
        issue = self.issues[issue_id]
        items = [item for name, value in changes.items() for item in self._set(issue, name, value)]
        return self._log(issue, items, by)

    def labels(
        self, issue_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = (), by: str | None = None
    ) -> str | None:
        """Add and remove labels."""
        return self._add_remove(issue_id, "labels", add, remove, by)

    def components(
        self, issue_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = (), by: str | None = None
    ) -> str | None:
        """Add and remove components."""
        return self._add_remove(issue_id, "components", add, remove, by)

    def fix_versions(
        self, issue_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = (), by: str | None = None
    ) -> str | None:
        """Add and remove fix versions."""
        return self._add_remove(issue_id, "fix_versions", add, remove, by)

    def parent(self, issue_id: str, other: str | None, *, by: str | None = None) -> str | None:
        """Set the parent as Cloud logs it now (Data Center shows an Epic Link, or a sub-task's parent)."""
        issue = self.issues[issue_id]
        sub_task = self.levels.get(issue.values["type"]) == -1
        logged = "Parent" if sub_task else "IssueParentAssociation"
        return self._log(issue, self._reparent(issue, other, {"field": logged, "fieldtype": "jira"}), by)

    def epic_link(self, issue_id: str, epic: str | None, *, by: str | None = None) -> str | None:
        """Set the parent as the Epic Link field logged it, on Data Center and formerly on Cloud."""
        issue, link = self.issues[issue_id], self.fields["epic_link"]
        head = {"field": link.name, "fieldtype": "custom", "fieldId": link.id}
        return self._log(issue, self._reparent(issue, epic, head), by)

    def sprint(self, issue_id: str, *names: str, by: str | None = None) -> str | None:
        """Set the sprints an issue is and was in."""
        return self.edit(issue_id, "sprint", names, by=by)

    def link(self, issue_id: str, other: str, type: str = "Blocks", *, by: str | None = None) -> str:  # noqa: A002
        """Link two issues; both log it. The link's id."""
        link = Link(self._new_id(), type, issue_id, other)
        for end in (issue_id, other):
            self.issues[end].links.append(link)
        self._log_link(link, by, added=True)
        return link.id

    def unlink(self, issue_id: str, other: str, type: str = "Blocks", *, by: str | None = None) -> None:  # noqa: A002
        """Remove a link, from either side; both issues log it."""
        pairs = {(issue_id, other), (other, issue_id)}
        for link in [k for k in self.issues[issue_id].links if k.type == type]:
            if (link.source, link.target) in pairs:
                self._forget(link)
                self._log_link(link, by, added=False)

    def remote_link(self, issue_id: str, url: str, title: str = "", *, by: str | None = None) -> str:
        """Point to something outside Jira. The remote link's id."""
        link_id, title = self._new_id(), title or url
        self.issues[issue_id].remote[link_id] = (url, title)
        text = f'This issue links to "{title} (Web Link)"'
        self._log(self.issues[issue_id], [_item("RemoteIssueLink", (None, None), (link_id, text))], by)
        return link_id

    def remove_remote_link(self, issue_id: str, link_id: str, *, by: str | None = None) -> None:
        """Take a remote link away."""
        _, title = self.issues[issue_id].remote.pop(link_id)
        text = f'This issue links to "{title} (Web Link)"'
        self._log(self.issues[issue_id], [_item("RemoteIssueLink", (link_id, text), (None, None))], by)

    def move(self, issue_id: str, project: str, *, by: str | None = None) -> str:
        """Move to another project: a new key (which this returns), the same id; the old key resolves."""
        issue, old, new = self.issues[issue_id], self.issues[issue_id].project, self.projects[project]
        new.count += 1
        old_key, issue.key, issue.project = issue.key, f"{new.key}-{new.count}", new
        issue.former_keys.append(old_key)
        self._by_key[issue.key] = issue.id
        head = {"fieldtype": "jira", "fieldId": "project"}
        moved = _item("project", (old.id, old.name), (new.id, new.name), head)
        self._log(issue, [moved, _item("Key", (None, old_key), (None, issue.key))], by)
        return issue.key

    # Comments: only their deletion is in a changelog, but each change moves `updated`

    def comment(self, issue_id: str, text: str, *, by: str | None = None) -> str:
        """A new comment's id."""
        moment, author = self.stamp(), by or self.actor
        comment = Comment(self._new_id(), author, text, moment, moment, author)
        self.issues[issue_id].comments[comment.id] = comment
        self.touch(issue_id)
        return comment.id

    def edit_comment(self, issue_id: str, comment_id: str, text: str, *, by: str | None = None) -> None:
        """Change a comment's text."""
        comment = self.issues[issue_id].comments[comment_id]
        comment.text, comment.updated, comment.update_author = text, self.stamp(), by or self.actor
        self.touch(issue_id)

    def delete_comment(self, issue_id: str, comment_id: str, *, by: str | None = None) -> None:
        """Delete a comment."""
        issue = self.issues[issue_id]
        text = wiki(issue.comments.pop(comment_id).text)
        head = {"fieldtype": "jira", "fieldId": "comment"}
        self._log(issue, [_item("Comment", (None, text), (None, None), head)], by)

    # Disappearing

    def delete(self, issue_id: str, *, silent: bool = False) -> None:
        """Delete an issue; what pointed to it is let go, with or without a changelog."""
        for link in list(self.issues[issue_id].links):
            self._forget(link)
            if not silent:
                self._log_link(link, None, added=False)
        for child in sorted(self.children.get(issue_id, ())):
            if silent:
                self._set(self.issues[child], "parent", None)
            else:
                self.parent(child, None)
        self.issues[issue_id].deleted = True

    def restore(self, issue_id: str) -> None:
        """Bring a deleted issue back, without its links and children."""
        self.issues[issue_id].deleted = False

    def hide(self, issue_id: str) -> None:
        """Take away the permission to see an issue (an issue security level)."""
        self.issues[issue_id].hidden = True

    def show(self, issue_id: str) -> None:
        """Give it back."""
        self.issues[issue_id].hidden = False

    def hide_project(self, key: str) -> None:
        """Take away the permission to browse a project."""
        self.projects[key].hidden = True

    def show_project(self, key: str) -> None:
        """Give it back."""
        self.projects[key].hidden = False

    # Silent edits: without a changelog; only `silent` and `touch` move `updated`

    def silent(self, issue_id: str, field: str, value: Any, *, touch: bool = True) -> None:
        """Set a value without changelog; `updated` moves, or does not."""
        issue = self.issues[issue_id]
        self._set(issue, "parent" if field == "epic_link" else field, value)
        if touch:
            self.touch(issue_id)

    def touch(self, issue_id: str) -> None:
        """Move an issue's `updated` to now."""
        issue = self.issues[issue_id]
        issue.updated = self.stamp()
        issue.journal.append(issue.updated)

    def rename_option(self, field: str, old: str, new: str) -> None:
        """Rename an option of a select list; also a component, version or sprint."""
        names = self.fields[field].names
        names[names.id_of(old)] = new

    def rename_status(self, old: str, new: str) -> None:
        """Rename a status."""
        self.rename_option("status", old, new)

    def rename_field(self, field: str, name: str) -> None:
        """Rename a custom field; what is logged keeps the old name."""
        self.fields[field].name = name

    def change_field_id(self, field: str, number: int) -> None:
        """Replace a custom field by another of the same name; what is logged keeps the old id."""
        kind = self.fields[field]
        kind.id, kind.schema = f"customfield_{number}", {**kind.schema, "customId": number}

    def remove_field(self, field: str) -> None:
        """Delete a custom field: it vanishes from the site and from every issue."""
        del self.fields[field]

    def delete_version(self, name: str) -> None:
        """Delete a version; it vanishes from every issue."""
        names = self.fields["fix_versions"].names
        version = names.id_of(name)
        del names[version]
        for issue in self.issues.values():
            kept = [v for v in issue.values.get("fix_versions") or [] if v != version]
            issue.values["fix_versions"] = kept

    def spoil(self, issue_id: str, field_id: str, raw: Any) -> None:
        """Show raw JSON in place of a field, by the id Jira has for it; `...` leaves the field out."""
        self.issues[issue_id].spoilt[field_id] = raw

    def spoil_history(self, issue_id: str, history_id: str, **raw: Any) -> None:
        """Show raw JSON in place of a history's `created`, `author` or `items`; `...` leaves one out."""
        next(h for h in self.issues[issue_id].histories if h.id == history_id).spoilt.update(raw)

    # What the tracker shows

    def present(self, issue_id: str, *, dc: bool = False, texts: str = "plain") -> Json:
        """What the tracker shows of an issue, as plain values; `texts` may be "wiki" too."""
        issue = self.issues[issue_id]
        value = issue.values.get
        parent = self.issues.get(value("parent") or "")
        return {
            "key": issue.key,
            "project": issue.project.key,
            "title": value("title"),
            "type": self._name("type", value("type")),
            "status": self._name("status", value("status")),
            "category": self.categories.get(issue.values["status"], "new"),
            "priority": self._name("priority", value("priority")),
            "assignee": self.person(value("assignee"), dc=dc),
            "reporter": self.person(value("reporter"), dc=dc),
            "duedate": value("duedate"),
            "labels": set(value("labels") or []),
            **{name: self._names(name, value(name)) for name in ("components", "fix_versions", "sprint")},
            "intent": self._name("intent", value("intent")),
            "customers": self._names("customers", value("customers")),
            "points": value("points"),
            "note": value("note"),
            "parent": parent.key if parent else None,
            "description": self._words(value("description") or "", texts, dc=dc),
            "comments": {c.id: self._words(c.text, texts, dc=dc) for c in issue.comments.values()},
            "links": {(phrase, other.key) for phrase, other, _, _ in self.links_of(issue)},
            "remote_links": {url for url, _ in issue.remote.values()},
        }

    def history(self, issue_id: str, *, dc: bool = False) -> list[tuple[str, int, str, Any, Any]]:
        """(history id, index, field, fromString, toString) of each logged item, oldest first."""
        return [
            (entry.id, index, shown["field"], shown["fromString"], shown["toString"])
            for entry in self.issues[issue_id].histories
            for index, shown in enumerate(self.shown_items(entry, dc=dc))
        ]

    def shown_items(self, entry: History, *, dc: bool) -> list[Json]:
        """A history's items as one of the deployments writes them."""
        return [self._dc_item(item) for item in entry.items] if dc else entry.items

    def links_of(self, issue: Issue) -> Iterator[tuple[str, Issue, bool, Link]]:
        """The phrase, the other issue, whether it is the outward one, and the link; hidden ones are not."""
        for link in issue.links:
            phrase, other, outward = link.seen_from(issue.id)
            if self.sees(self.issues[other]):
                yield phrase, self.issues[other], outward, link

    def person(self, account: str | None, *, dc: bool) -> str | None:
        """What a deployment calls somebody; nobody, once deleted."""
        user = self.users.get(account or "")
        if user is None or user.deleted:
            return None
        return user.key if dc else user.account

    # Inside

    def _new_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def _name(self, field: str, known_id: str | None) -> str | None:
        return self.fields[field].names.get(known_id) if known_id and field in self.fields else None

    def _names(self, field: str, ids: Iterable[str] | None) -> set[str]:
        names = self.fields[field].names if field in self.fields else {}
        return {names[known_id] for known_id in ids or [] if known_id in names}

    def _words(self, text: str, texts: str, *, dc: bool) -> str:
        return self.wiki(text, dc=dc) if texts == "wiki" else plain(text, self.called)

    def wiki(self, text: str, *, dc: bool) -> str:
        """A text as wiki text: people are mentioned by name on Data Center, by account on Cloud."""
        if not dc:
            return wiki(text)
        return wiki(text, lambda account: self.users[account].name if account in self.users else account)

    def _set(self, issue: Issue, name: str, value: Any) -> list[Json]:
        """Store a value; the changelog items this makes."""
        if name == "parent":
            return self._reparent(issue, value, {"field": "IssueParentAssociation", "fieldtype": "jira"})
        old, new = issue.values.get(name), self._stored(name, value)
        issue.values[name] = new
        if old == new or (not old and not new and old != 0 and new != 0):
            return []
        items = list(self._items(self.fields[name], old, new))
        return items if name != "status" else [*self._resolve(issue, new), *items]

    def _stored(self, name: str, value: Any) -> Any:
        kind = self.fields[name]
        match kind.kind:
            case "choice" | "option":
                value = "Epos" if (name, value) == ("type", "Epic") else value
                return kind.names.id_of(value) if value is not None else None
            case "options" | "many" | "sprint":
                return [kind.names.id_of(each) for each in value or ()]
            case "labels":
                return sorted(set(value or ()))
            case "number":
                return float(value) if value is not None else None
            case _:
                return value

    def _items(self, kind: Kind, old: Any, new: Any) -> Iterator[Json]:
        head = {"fieldtype": "custom" if kind.custom else "jira", "fieldId": kind.id}
        logged = kind.name if kind.custom else kind.logged
        if kind.kind != "many":
            yield _item(logged, self._side(kind, old), self._side(kind, new), head)
            return
        # Components and versions are logged one by one.
        for gone in [known_id for known_id in old or [] if known_id not in (new or [])]:
            yield _item(logged, (gone, kind.names[gone]), (None, None), head)
        for come in [known_id for known_id in new or [] if known_id not in (old or [])]:
            yield _item(logged, (None, None), (come, kind.names[come]), head)

    def _side(self, kind: Kind, value: Any) -> tuple[str | None, str | None]:
        """One side of a changelog item: (id, text)."""
        match kind.kind:
            case "labels":
                return None, " ".join(value or [])
            case "sprint":
                return ", ".join(value or []), ", ".join(kind.names[v] for v in value or [])
            case _ if value is None or value == []:
                return None, None
            case "choice" | "option":
                return value, kind.names[value]
            case "options":
                return f"[{', '.join(value)}]", ",".join(kind.names[v] for v in value)
            case "user":
                return value, self.called(value)
            case "date":
                return value, f"{value} 00:00:00.0"
            case "number":
                return None, str(int(value)) if value == int(value) else str(value)
            case _:
                return None, wiki(value) if kind.id == "description" else value

    def _resolve(self, issue: Issue, status: str) -> list[Json]:
        """The workflow sets the resolution together with a status of the category done."""
        done = self.categories.get(status) == "done"
        issue.values["resolved_at"] = self.stamp() if done else None
        return self._set(issue, "resolution", "Done" if done else None)

    def _reparent(self, issue: Issue, other: str | None, head: Json) -> list[Json]:
        old = issue.values.get("parent")
        issue.values["parent"] = other
        self.children.get(old or "", set()).discard(issue.id)
        if other:
            self.children.setdefault(other, set()).add(issue.id)
        before, after = ((i, self.issues[i].key) if i else (None, None) for i in (old, other))
        return [] if old == other else [_item(head["field"], before, after, head)]

    def _add_remove(
        self, issue_id: str, name: str, add: Iterable[str], remove: Iterable[str], by: str | None
    ) -> str | None:
        kind, present = self.fields[name], self.issues[issue_id].values.get(name) or []
        names = present if kind.kind == "labels" else [kind.names[v] for v in present]
        gone = set(remove)
        kept = [each for each in names if each not in gone]
        return self.edit(issue_id, name, [*kept, *(a for a in add if a not in kept)], by=by)

    def _log(self, issue: Issue, items: list[Json], by: str | None) -> str | None:
        if not items:
            return None
        entry = History(self._new_id(), self.stamp(), by or self.actor, items)
        issue.histories.append(entry)
        self.touch(issue.id)
        return entry.id

    def _forget(self, link: Link) -> None:
        for end in {link.source, link.target}:
            self.issues[end].links.remove(link)

    def _log_link(self, link: Link, by: str | None, *, added: bool) -> None:
        for issue_id in (link.source, link.target):
            phrase, other, _ = link.seen_from(issue_id)
            key = self.issues[other].key
            side, none = (key, f"This issue {phrase} {key}"), (None, None)
            item = _item("Link", none, side) if added else _item("Link", side, none)
            self._log(self.issues[issue_id], [item], by)

    def _dc_item(self, item: Json) -> Json:
        """Data Center: no field ids, user keys for accounts, Epic Link for parent, comments in `from`."""
        shown = {name: value for name, value in item.items() if name != "fieldId"}
        if item["field"] in ("assignee", "reporter"):
            for side in ("from", "to"):
                user = self.users.get(item[side] or "")
                shown[side] = user.key if user else item[side]
        elif item["field"] == "IssueParentAssociation":
            shown |= {"field": "Epic Link", "fieldtype": "custom"}
        elif item["field"] == "Comment":
            shown |= {"from": item["fromString"], "fromString": None}
        return shown


def _item(
    name: str,
    old: tuple[str | None, str | None],
    new: tuple[str | None, str | None],
    head: Json | None = None,
) -> Json:
    sides = {"from": old[0], "fromString": old[1], "to": new[0], "toString": new[1]}
    return {"field": name, **(head or {"fieldtype": "jira"}), **sides}
