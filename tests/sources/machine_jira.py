"""Jira as a machine edits it: Cloud in version 3, and Data Center in version 2."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from machine_common import NAME, Crashed, Edit, Machine, Seen, State, meanwhile
from simulator.jira import CloudFace, DataCenterFace
from simulator.jira_company import History, Issue, JiraCompany, Kind
from simulator.server import Running

from tracker_sync.config import JiraConfig
from tracker_sync.events import Event
from tracker_sync.items import World
from tracker_sync.sources import Batch, Source, microseconds, open_source
from tracker_sync.sync import Synced

PROJECTS = ("PAY", "WEB", "INT")
QUERY = "project in (PAY, WEB)"
DAY = 86_400
EDITS = (
    ("create", "create_child", "title", "body", "due", "together"),
    ("status", "rename_status", "type", "priority", "assign", "reporter"),
    ("label", "unlabel", "component", "fix_version", "delete_version", "silent"),
    ("points", "intent", "customers", "note", "sprint", "rename_option", "rename_field"),
    ("many_edits", "many_comments", "title", "touch", "wait"),
    ("comment", "edit_comment", "delete_comment", "remote_link", "remove_remote_link"),
    ("parent", "epic_link", "orphan", "link", "unlink", "move"),
    ("move", "leave", "come_back", "title"),
    ("delete", "restore", "hide", "show", "title"),
    ("hide_project", "show_projects", "show_projects", "title"),
)
PEOPLE = ("acc-ada", "acc-ben", "acc-cleo", None)


def some_edits(seed: int) -> list[Edit]:
    """Edits of a few kinds, by chance alone: Hypothesis' own lists are short and much of a kind."""
    chance = Random(seed)
    kinds = [kind for family in chance.sample(EDITS, chance.randint(2, 5)) for kind in family]
    few, after = (0, 0, 0, 1, 1, 2, 3, 5, 7), (0, 0, 1, 45, 120, 7200)
    return [
        Edit(*map(chance.choice, (kinds, few, few, range(4), after))) for _ in range(chance.randint(4, 14))
    ]


MANY = st.integers(0, 2**32 - 1).map(some_edits)
# What the log calls the fields that Jira has another name for.
ATTRS = {
    "summary": "title", "description": "body", "duedate": "due", "issuetype": "type",
    "fixVersions": "fix_versions",
}  # fmt: skip


class Told(NamedTuple):
    """What an event has to say of a change or a comment."""

    at: datetime
    actor: str | None
    says: Mapping[str, Any]
    once: str
    """What happened once only."""


class JiraMachine(Machine):
    """Three projects, of which a query may leave one out."""

    def __init__(
        self, server: Running, *, cloud: bool, spoil: Callable[[Batch], Batch] = lambda b: b
    ) -> None:
        super().__init__(server, spoil)
        self.company, self.cloud, self.jql, self.lag = JiraCompany(), cloud, "", 0
        self.logged: dict[str, int] = {}
        """By issue, how many of its histories were noted."""
        self.comments: dict[str, set[str]] = {}
        """By issue, the ids of the events that its comments are now."""
        self.journals: dict[str, int] = {}
        self.behind: set[str] = set()
        self.unseen: set[str] = set()
        """Issues that were out of sight at some time of the sync, so that it may have buried them."""
        self.buried: set[str] = set()

    @initialize(
        cap=st.sampled_from([3, 5]), inline=st.sampled_from([(4, 3), (4, 3), (40, 20)]),
        lag=st.sampled_from([0, 0, 45]), paging=st.sampled_from(["offset", "place"]), epoch=st.booleans(),
        jql=st.sampled_from(["", QUERY]), zone=st.sampled_from(["Europe/Berlin", "America/St_Johns"]),
        many=st.integers(1, 6), edits=MANY,
    )  # fmt: skip
    def start(
        self, cap: int, inline: tuple[int, int], lag: int, paging: str, epoch: bool, jql: str, zone: str,
        many: int, edits: list[Edit],
    ) -> None:  # fmt: skip
        self.jql, self.inline = jql, inline
        if self.cloud:
            self.lag = lag
            face = CloudFace(
                self.company, page_cap=cap, lag=self.late, paging=paging, epoch=epoch, timezone=zone
            )
            face.histories_inline, face.comments_inline = inline
            self.server.face = face
        else:
            self.server.face = DataCenterFace(self.company, page_cap=cap, timezone=zone)
        for n in range(many):
            self.change(Edit("create", n, n, n % 4, n % 2))
        for edit in edits:
            self.change(edit)

    def late(self, issue: str) -> float:
        """How long it takes until a search finds an edit of the issue."""
        return self.lag * (int(issue) % 2)

    @rule(edits=MANY)
    def edit(self, edits: list[Edit]) -> None:
        for edit in edits:
            self.change(edit)

    @rule(edits=MANY)
    def burst(self, edits: list[Edit]) -> None:
        """Edits in one second, some of them in one millisecond."""
        for edit in edits:
            self.company.tick((0, 0.001, 0.4, 0)[edit.other % 4])
            self.change(edit._replace(after=0))

    @rule(edits=MANY)
    def edit_and_sync(self, edits: list[Edit]) -> None:
        self.edit(edits)
        self.sync(fault=None)

    @rule(full=st.booleans(), edits=meanwhile(EDITS), again=st.booleans())
    def edits_meanwhile(self, full: bool, edits: dict[int, list[Edit]], again: bool) -> None:
        """It need not be all in the log after this, but nothing may be wrong; the next sync has it all."""
        self.run(full=full, edits=edits)
        if again:
            self.sync(fault=None)

    @rule(edits=MANY, full=st.booleans(), page=st.sampled_from([2, 2, 2, 3, 3, 4, 1, 5]))
    def die(self, edits: list[Edit], full: bool, page: int) -> None:
        """The process is killed before a page is committed, whatever it was doing then."""
        self.edit(edits)
        append, calls = self.log.append, list[int]()

        def perhaps(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) == page:
                self.last_breath(append, *args, **kwargs)
                raise Crashed
            return append(*args, **kwargs)

        self.log.append = perhaps  # type: ignore[method-assign]
        try:
            self.run(full=full)
        finally:
            self.log.append = append  # type: ignore[method-assign]

    def last_breath(self, append: Any, *args: Any, **kwargs: Any) -> None:
        """What is committed of the page before which the process dies: nothing."""

    # -- the tracker

    def source(self) -> Source:
        config = JiraConfig(name=NAME, url=self.server.url, jql=self.jql, allow_http=True)
        return open_source(config, {})

    def tick(self, seconds: int) -> int:
        return microseconds(self.company.tick(seconds).isoformat())

    def readable(self) -> bool:
        """A query that names a project which is not to be seen is refused."""
        return not (self.jql and any(self.company.projects[p].hidden for p in PROJECTS[:2]))

    def asked_for(self, issue: Issue) -> bool:
        return not self.jql or issue.project.key in PROJECTS[:2]

    def visible(self) -> set[str]:
        issues = self.company.issues
        return {i for i in self.company.visible() if self.asked_for(issues[i])} - self.behind

    def in_sight(self) -> set[str]:
        """Also those that came into sight without an update time."""
        return {i for i in self.company.visible() if self.asked_for(self.company.issues[i])}

    def normal(self, state: Mapping[str, Mapping[str, str]]) -> State:
        """Each value has the key that Jira gives it."""
        return {attr: dict(values) for attr, values in state.items() if values}

    def shown(self, item: str) -> State:
        issue = self.company.issues[item]
        value = issue.values.get
        parent = self.company.issues.get(value("parent") or "")
        points = value("points")
        links = [(f"{phrase} {other.key}", other.key) for phrase, other, *_ in self.company.links_of(issue)]
        state: State = {
            "key": _one(issue.key), "title": _one(value("title")), "body": _one(value("description")),
            "due": _one(value("duedate")), "project": {issue.project.id: issue.project.name},
            "parent": _one(parent.key if parent else None), "labels": {x: x for x in value("labels") or ()},
            "links": dict(links), "comment": {c.id: c.text for c in issue.comments.values()},
            "remote_links": {i: url for i, (url, _) in issue.remote.items()},
            "customfield_10016": _one(None if points is None else f"{points:g}"),
            "customfield_10103": _one(value("note")),
            **{who: _one(self.person(value(who))) for who in ("assignee", "reporter")},
            **{ATTRS.get(name, name): self._called(name, [value(name)] if value(name) else [])
               for name in ("status", "type", "priority", "resolution")},
            **{name: self._called(name, value(name)) for name in ("components", "fix_versions")},
            "customfield_10101": self._called("intent", [value("intent")] if value("intent") else []),
            "customfield_10102": self._called("customers", value("customers")),
            "customfield_10020": self._called("sprint", value("sprint")),
        }  # fmt: skip
        return self.normal(state)

    def _called(self, field: str, ids: list[str] | None) -> dict[str, str]:
        names = self.company.fields[field].names
        return {i: names[i] for i in ids or () if i in names}

    def person(self, account: str | None) -> str | None:
        return self.company.person(account, dc=not self.cloud)

    # -- edits

    def change(self, edit: Edit) -> None:
        company = self.company
        company.tick(edit.after)
        before = self.in_sight()
        issues = [i for i in company.issues.values() if not i.deleted]
        if issues or edit.what in ("create", "restore", "hide_project", "show_projects"):
            issue = issues[edit.which % len(issues)] if issues else None
            other = issues[edit.other % len(issues)] if issues else None
            getattr(self, f"_{edit.what}")(issue, other, edit.value)
        for one in company.issues.values():
            self._noted(one, before)
        self.unseen |= company.issues.keys() - company.visible()

    def _noted(self, issue: Issue, before: set[str]) -> None:
        item = issue.id
        if item not in self.seen:
            now = self.shown(item)
            self.seen[item] = Seen(now, [now], set())
            before = before | {item}
        seen = self.seen[item]
        fresh = dict(self._events(issue))
        seen.told |= fresh
        logged = {told.says["attr"] for told in fresh.values() if told.says["kind"] != "noted"}
        now, was = self.shown(item), seen.past[-1]
        if was.get("comment", {}).keys() - now.get("comment", {}).keys():
            logged -= {"comment"}  # its deletion is noted, and by no value
        if dark := sum(_is_dark(told.says, was, now) for told in fresh.values()):
            seen.budget["links"] += dark
        loud = len(issue.journal) != self.journals.get(item)
        self.journals[item] = len(issue.journal)
        self.note(item, now, logged, loud=loud)
        self._keep_up(item, before, loud=loud)

    def _keep_up(self, item: str, before: set[str], *, loud: bool) -> None:
        """Whether a sync can know that there is something to be read of the issue.

        What comes into sight has the update time that it had, which may be long past: only a full sync
        finds what was done to it in the dark.
        """
        if loud or item not in self.in_sight():
            self.behind.discard(item)
        elif item not in before:
            self.behind.add(item)

    def _events(self, issue: Issue) -> Iterator[tuple[str, Told]]:
        """What is to be said of the issue and was not yet; what cannot be said any more need not be."""
        known = self.logged.get(issue.id, 0)
        self.logged[issue.id] = len(issue.histories)
        for entry in issue.histories[known:]:
            for n, item in enumerate(entry.items, 1):
                for part, says in enumerate(self._says(item)):
                    event_id = f"{issue.id}:c{entry.id}.{n}" + (f"+{part}" if part else "")
                    yield event_id, self._by(entry, says, event_id)
        present: dict[str, Told] = {}
        for c in issue.comments.values():
            edited = f"@{microseconds(c.updated.isoformat())}" if c.updated != c.created else ""
            event_id = f"{issue.id}:m{c.id}{edited}"
            says = {"kind": "commented", "attr": "comment", "key": c.id, "val": c.text}
            present[event_id] = Told(c.created, self.person(c.author), says, event_id)
        gone = self.comments.get(issue.id, set()) - present.keys()
        self.seen[issue.id].maybe |= gone
        fresh = present.keys() - self.comments.get(issue.id, set())
        self.comments[issue.id] = set(present)
        yield from ((i, present[i]) for i in fresh)

    def _by(self, entry: History, says: Mapping[str, Any], once: str) -> Told:
        return Told(entry.created, self.person(entry.author), says, once)

    def _says(self, item: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What a changelog item means, by what the company's field is."""
        name, sides = item["field"], [(item[s], item[f"{s}String"]) for s in ("from", "to")]
        (_, was), (_, now) = sides
        links = self.company.fields["epic_link"].id
        if name in ("RemoteIssueLink", "Comment"):
            return [{"kind": "noted", "attr": item.get("fieldId", name) if self.cloud else name}]
        if name == "Key":
            return [{"kind": "moved", "attr": "key", "old": was, "val": now}]
        if name in ("IssueParentAssociation", "Parent") or item.get("fieldId") == links:
            return [{"kind": "changed", "attr": "parent", "old": was, "val": now}]
        if name == "Link":
            pairs = [{str(text).removeprefix("This issue "): key} if key else {} for key, text in sides]
            return list(_came_and_went("links", *pairs))
        if item.get("fieldId") == "project":
            return [_changed("project", *sides)]
        [kind] = [k for k in self.company.fields.values() if k.id == item["fieldId"]]
        return self._said_of(kind, sides)

    def _said_of(self, kind: Kind, sides: list[tuple[Any, Any]]) -> list[dict[str, Any]]:
        attr = ATTRS.get(kind.id, kind.id)
        match kind.kind:
            case "labels":
                words = [{w: w for w in text.split()} for _, text in sides]
                return list(_came_and_went(attr, *words))
            case "many":
                return list(_came_and_went(attr, *({key: text} if key else {} for key, text in sides)))
            case "options" | "sprint":
                ids = [[i for i in (key or "").strip("[]").split(", ") if i] for key, _ in sides]
                return list(_came_and_went(attr, *({i: kind.names[i] for i in some} for some in ids)))
            case "choice" | "option":
                return [_changed(attr, *sides)]
            case "user":
                return [_changed(attr, *(("", self.person(key)) for key, _ in sides))]
            case "date":
                return [_changed(attr, *(("", key) for key, _ in sides))]
            case _:
                return [_changed(attr, *(("", text or None) for _, text in sides))]

    # Issues come

    def _create(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        for k in range(1 + n):
            more: dict[str, Any] = {"labels": ["red"], "points": 2, "customers": ["Acme"]} if n == 1 else {}
            parent = other.id if other and k else None
            title = f"Issue {len(self.company.issues)}.{n}"
            kind = ("Story", "Epic", "Task", "Bug")[n]
            self.company.create(PROJECTS[n % 3], kind, title, description="Why?" if n else None,
                                parent=parent, **more)  # fmt: skip

    def _create_child(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.create(issue.project.key, "Sub-task", f"Part {n}", parent=issue.id)

    # Fields

    def _title(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "title", f"Title {n}", by=PEOPLE[n])

    def _body(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "description", f"Text {n}" if n else None)

    def _due(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "duedate", f"2026-03-0{n}" if n else None)

    def _together(self, issue: Issue, other: Issue, n: int) -> None:
        changes = {"title": f"Both {n}", "status": ("Done", "To Do")[n % 2], "labels": ["red", f"l{n}"]}
        self.company.edits(issue.id, changes, by=PEOPLE[n])

    def _many_edits(self, issue: Issue, other: Issue, n: int) -> None:
        """More than come with the issue."""
        for k in range(self.inline[0] + 1):
            self.company.edit(issue.id, "title", f"Draft {n}.{k}")

    def _label(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.labels(issue.id, add=[("red", "green", "customer:acme", "red")[n]])

    def _unlabel(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.labels(issue.id, remove=(issue.values.get("labels") or [])[:1])

    def _component(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "components", ["API", "UI", "Mail"][: n % 3])

    def _fix_version(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "fix_versions", ["1.0", "1.1", "2.0"][n % 3 :])

    def _delete_version(self, issue: Issue, other: Issue, n: int) -> None:
        if names := list(self.company.fields["fix_versions"].names.values()):
            self.company.delete_version(names[n % len(names)])

    def _status(self, issue: Issue, other: Issue, n: int) -> None:
        names = list(self.company.fields["status"].names.values())
        self.company.edit(issue.id, "status", names[n], by=PEOPLE[n])

    def _rename_status(self, issue: Issue, other: Issue, n: int) -> None:
        self._rename("status", n)

    def _rename_option(self, issue: Issue, other: Issue, n: int) -> None:
        self._rename(("intent", "customers", "sprint", "components")[n], n)

    def _rename(self, field: str, n: int) -> None:
        names = list(self.company.fields[field].names.values())
        if names and f"{field} {n}" not in names:
            self.company.rename_option(field, names[n % len(names)], f"{field} {n}")

    def _rename_field(self, issue: Issue, other: Issue, n: int) -> None:
        """Not on Data Center, whose changes name a field by its name of the time: nobody can know one that
        it had before the first sync. See test_data_center_has_a_renamed_field_in_its_history."""
        field = ("note", "points", "customers", "epic_link")[n]
        if self.cloud:
            self.company.rename_field(field, f"Field {len(self.company.issues)}.{n}")

    def _type(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.values["type"] != "10003":  # what is a sub-task is no other type without a move
            self.company.edit(issue.id, "type", ("Story", "Epic", "Task", "Bug")[n])

    def _priority(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "priority", ("High", "Medium", "Low", None)[n])

    def _assign(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "assignee", PEOPLE[n])

    def _reporter(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "reporter", PEOPLE[n])

    def _points(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "points", (None, 0, 3, 2.5)[n])

    def _intent(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "intent", (None, "Growth", "Retention, renewals", "Growth")[n])

    def _customers(self, issue: Issue, other: Issue, n: int) -> None:
        some = ([], ["Acme"], ["Acme", "Bolt"], ["Bolt", "Acme", "Cog, Inc."])[n]
        self.company.edit(issue.id, "customers", some)

    def _note(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit(issue.id, "note", (None, "Big deal", "Acme asks", "[1, 2]")[n])

    def _sprint(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.sprint(issue.id, *("Sprint A", "Sprint B", "Sprint C")[:n])

    def _silent(self, issue: Issue, other: Issue, n: int) -> None:
        """Some apps write to an issue without a word in its changelog."""
        field, value = [("labels", ["silent"]), ("note", "Silent"), ("labels", []), ("priority", "Low")][n]
        self.company.silent(issue.id, field, value, touch=n < 3)

    def _wait(self, issue: Issue, other: Issue, n: int) -> None:
        """So long that answers which are remembered for a day are asked for anew."""
        self.company.tick((0.5 + n) * DAY)

    def _touch(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.touch(issue.id)

    # Comments and what is linked

    def _comment(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.comment(issue.id, f"Comment {n}", by=PEOPLE[n % 3])

    def _many_comments(self, issue: Issue, other: Issue, n: int) -> None:
        """More than come with the issue."""
        for k in range(self.inline[1] + 1):
            self.company.comment(issue.id, f"Comment {n}.{k}", by=PEOPLE[k % 3])

    def _edit_comment(self, issue: Issue, other: Issue, n: int) -> None:
        if comments := list(issue.comments.values()):
            # When is part of an edit's id: two edits of one millisecond would have one id and two texts.
            chosen = comments[n % len(comments)]
            if chosen.updated != self.company.stamp():
                self.company.edit_comment(issue.id, chosen.id, f"Edited {n}", by=PEOPLE[n % 3])

    def _delete_comment(self, issue: Issue, other: Issue, n: int) -> None:
        if comments := list(issue.comments):
            self.company.delete_comment(issue.id, comments[n % len(comments)], by=PEOPLE[n % 3])

    def _parent(self, issue: Issue, other: Issue, n: int) -> None:
        if self._can_be_below(issue, other):
            self.company.parent(issue.id, other.id)

    def _epic_link(self, issue: Issue, other: Issue, n: int) -> None:
        """As Data Center logs it, and as Cloud did."""
        if issue.values["type"] != "10003" and self._can_be_below(issue, other):
            self.company.epic_link(issue.id, other.id)

    def _can_be_below(self, issue: Issue, other: Issue) -> bool:
        above: list[str | None] = [other.id]
        while above[-1]:
            above.append(self.company.issues[above[-1]].values.get("parent"))
        return issue.id not in above

    def _orphan(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.values["type"] != "10003":
            self.company.parent(issue.id, None)

    def _link(self, issue: Issue, other: Issue, n: int) -> None:
        kind = ("Blocks", "Relates", "Duplicate", "Blocks")[n]
        ends = {issue.id, other.id}
        if issue is not other and not any(
            k.type == kind and {k.source, k.target} == ends for k in issue.links
        ):
            self.company.link(issue.id, other.id, kind)

    def _unlink(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.links:
            link = issue.links[n % len(issue.links)]
            self.company.unlink(link.source, link.target, link.type)

    def _remote_link(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.remote_link(issue.id, f"https://desk.example/{n}", f"Ticket {n}")

    def _remove_remote_link(self, issue: Issue, other: Issue, n: int) -> None:
        if links := list(issue.remote):
            self.company.remove_remote_link(issue.id, links[n % len(links)])

    # Where they are, and whether they are to be seen

    def _move(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.move(issue.id, "WEB" if issue.project.key == "PAY" else "PAY")

    def _leave(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.project.key != "INT":
            self.company.move(issue.id, "INT")

    def _come_back(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.project.key == "INT":
            self.company.move(issue.id, "PAY")

    def _delete(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.delete(issue.id, silent=n == 3)

    def _restore(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        if gone := [i for i in self.company.issues.values() if i.deleted]:
            self.company.restore(gone[n % len(gone)].id)

    def _hide(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.hide(issue.id)

    def _show(self, issue: Issue, other: Issue, n: int) -> None:
        for each in self.company.issues:
            self.company.show(each)

    def _hide_project(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        self.company.hide_project(PROJECTS[n % 3])

    def _show_projects(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        for key in PROJECTS:
            self.company.show_project(key)

    # -- what has to be

    def run(self, **how: Any) -> Synced | None:  # type: ignore[override]
        self.unseen = self.company.issues.keys() - self.company.visible()
        return super().run(**how)

    def says(self, event: Event, told: Told) -> bool:
        said = {name: getattr(event, name, None) for name in told.says}
        at = (microseconds(told.at.isoformat()), told.actor)
        return (event.ts, event.actor) == at and said == told.says

    def check_tombstone(self, event: Event) -> None:
        """Jira has one answer for what is deleted and for what we may not see."""
        if event.id not in self.buried:
            assert event.item in self.unseen, f"it was there: {event}"
            self.buried.add(event.id)

    def check_incremental(self, done: Synced) -> None:
        """Once the search knows of all edits a sync has them all, and the next one nothing to say."""
        if self.lag:
            self.tick(self.lag)
            done = self.run() or done
        super().check_incremental(done)
        self.check_again(full=False)

    def check_after_full(self, done: Synced, known: Mapping[str, str]) -> None:
        if self.lag:
            self.tick(self.lag)
            known = self.log.keys(NAME)
            done = self.run(full=True) or done
        self.behind = set()
        super().check_after_full(done, known)
        if not done.partial:  # what looked like a lost permission need not, now that more issues are known
            self.check_again(full=True)

    def check_again(self, *, full: bool) -> None:
        before = self.event_ids()
        again = self.run(full=full)
        assert again is not None
        found = self.event_ids() - before
        assert not found, f"a second sync at once brought something new: {found}"

    def check_keys(self, world: World) -> None:
        for item in self.visible():
            issue = self.company.issues[item]
            refs = {key: world.by_key.get((NAME, key)) for key in (*issue.former_keys, issue.key)}
            assert set(refs.values()) == {f"{NAME}:{issue.key}"}, refs

    def check_full(self, world: World, known: Mapping[str, str], done: Synced) -> None:
        missing = known.keys() - self.company.visible()
        removed = {i.id for i in world.removed.values()} & known.keys()
        if len(missing) * 2 > len(known):
            assert done.partial
            assert not removed, f"buried, where it looks like a lost permission: {removed}"
            return
        dark = {key for key, project in self.company.projects.items() if project.hidden}
        kept = {i for i in missing if known[i].rpartition("-")[0] in dark}
        assert done.partial == bool(kept), done.notes
        assert removed == missing - kept
        for item in known.keys() - missing - self.in_sight():  # it left the query, and is followed
            state = self.normal(self.by_id(world)[item].state)
            assert state == self.shown(item), f"{item} left the query"


def _is_dark(says: Mapping[str, Any], was: State, now: State) -> bool:
    """Whether it tells of a link with an issue that is not to be seen, as the link itself is not."""
    shown = now if says["kind"] == "added" else was
    return says["attr"] == "links" and says["key"] not in shown.get("links", {})


def _one(value: str | None) -> dict[str, str]:
    return {"": value} if value else {}


def _changed(attr: str, was: tuple[Any, Any], now: tuple[Any, Any]) -> dict[str, Any]:
    return {
        "kind": "changed", "attr": attr, "old_key": was[0] or "", "old": was[1], "key": now[0] or "",
        "val": now[1],
    }  # fmt: skip


def _came_and_went(attr: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for kind, some, others in (("dropped", was, now), ("added", now, was)):
        yield from (
            {"kind": kind, "attr": attr, "key": key, "val": val}
            for key, val in some.items()
            if key not in others
        )
