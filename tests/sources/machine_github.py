"""GitHub as a machine edits it: over GraphQL (with a token) and over the REST lists (without one)."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from machine_common import NAME, Edit, Machine, Seen, State, meanwhile, several
from simulator.github import Entry, GitHubCompany, GitHubFace, Issue, node_id
from simulator.server import Running

from tracker_sync.config import GithubConfig
from tracker_sync.events import Event
from tracker_sync.items import World
from tracker_sync.sources import Batch, Source, microseconds, open_source
from tracker_sync.sync import Synced

WEB, API, ATTIC = "acme/web", "acme/api", "acme/attic"
REPOS = [WEB, API]
EDITS = (
    ("create", "pull_request"),
    ("rename", "edit_body"),
    ("label", "unlabel", "delete_label", "rename_label"),
    ("milestone", "demilestone"),
    ("assign", "unassign"),
    ("close", "reopen", "lock", "convert_to_discussion"),
    ("set_type", "set_field", "project_set"),
    ("comment", "edit_comment", "delete_comment", "mention"),
    ("cross_reference",),
    ("add_sub_issue", "remove_sub_issue"),
    ("transfer", "archive"),
    ("delete",),
    ("hide_repo", "show_repo", "show_repo"),
)
# Which attribute an entry of a timeline tells of. GitHub tells nothing in GraphQL of the changes of a
# type, and the client reads none of it in REST either.
TELLS = {
    "labeled": {"labels"}, "unlabeled": {"labels"}, "milestoned": {"milestone"},
    "demilestoned": {"milestone"}, "assigned": {"assignees"}, "unassigned": {"assignees"},
    "renamed": {"title"}, "closed": {"status", "resolution"}, "reopened": {"status", "resolution"},
    "commented": {"comment"}, "parent_issue_added": {"parent"}, "parent_issue_removed": {"parent"},
    "sub_issue_added": {"sub_issues"}, "sub_issue_removed": {"sub_issues"},
}  # fmt: skip
NAMES = ("ada", "bob", "eve")


class Told(NamedTuple):
    """What the event of an entry has to say."""

    kind: str
    at: datetime
    actor: str
    detail: Any
    once: Any
    """What happened once only."""


class Face(GitHubFace):
    """GitHub where lists of repositories are too large for page numbers sooner than those of an issue."""

    def _page(self, request: Any, rows: Any, url: str, shape: Any, key: Any = None) -> Any:
        limit = self.deep_page_limit
        self.deep_page_limit = limit if key else 10_000
        try:
            return super()._page(request, rows, url, shape, key)
        finally:
            self.deep_page_limit = limit


class GithubMachine(Machine):
    """Two repositories that are read, and one that is not."""

    def __init__(
        self, server: Running, token: str | None, spoil: Callable[[Batch], Batch] = lambda b: b
    ) -> None:
        super().__init__(server, spoil)
        self.token = token
        self.company = GitHubCompany()
        self.face = Face(self.company, token, rate_limit=None, anonymous_limit=None, page_cap=3)
        server.face = self.face
        self.issues: dict[str, Issue] = {}
        self.rows: dict[str, dict[str, Entry]] = {}
        self.was_hidden = False
        for name in (*REPOS, ATTIC):
            self.company.repo(name)

    @initialize(cap=st.sampled_from([3, 5]), deep=st.sampled_from([4, 10_000]), many=st.integers(1, 6))
    def start(self, cap: int, deep: int, many: int) -> None:
        self.face.page_cap, self.face.deep_page_limit = cap, deep
        for n in range(many):
            self.change(Edit("create", n, n, n % 4, n % 2))

    @rule(edits=several(EDITS))
    def edit(self, edits: list[Edit]) -> None:
        for edit in edits:
            self.change(edit)

    @rule(full=st.booleans(), edits=meanwhile(EDITS), again=st.booleans())
    def edits_meanwhile(self, full: bool, edits: dict[int, list[Edit]], again: bool) -> None:
        """It need not be all in the log after this, but nothing may be wrong; the next sync has it all."""
        self.run(full=full, edits=edits)
        if again:
            self.sync(fault=None)

    # -- the tracker

    def source(self) -> Source:
        config = GithubConfig(name=NAME, repos=REPOS, url=self.server.url, allow_http=True)
        return open_source(config, {"GITHUB_TOKEN": self.token} if self.token else {})

    def tick(self, seconds: int) -> int:
        return microseconds(self.company.tick(seconds).isoformat())

    def readable(self) -> bool:
        return not any(self.company.repos[name].hidden for name in REPOS)

    def alive(self) -> list[Issue]:
        """Every issue there is, hidden ones too."""
        return [i for r in self.company.repos.values() for i in r.issues.values() if i.is_there]

    def visible(self) -> set[str]:
        return {str(i.id) for i in self.company.visible() if i.repo.full_name in REPOS}

    def lost(self) -> set[str]:
        return {item for item, issue in self.issues.items() if issue.here.deleted}

    def untold(self) -> set[str]:
        if self.token:
            return set()
        boards = {a for a in self.attributes() if a.startswith("field_PVT")}
        return {"sub_issues", "projects", *boards}

    def attributes(self) -> set[str]:
        return {a for s in self.seen.values() for state in s.past for a in state}

    def shown(self, item: str) -> State:
        return self._shown(self.issues[item])

    def _shown(self, issue: Issue) -> State:
        now, company = self.company.present(issue), self.company
        closed = now["state"] == "closed"
        children = [c for c in issue.children if not c.repo.hidden]
        state: State = {
            "key": _one(now["key"]), "title": _one(now["title"]), "body": _one(now["body"]),
            "status": {"closed": "Closed"} if closed else {"open": "Open"},
            "resolution": _one(now["reason"] if closed else None), "milestone": _one(now["milestone"]),
            "labels": _many(now["labels"]), "assignees": _many(now["assignees"]), "type": _one(now["type"]),
            "parent": _one(now["parent"]), "sub_issues": _many(c.key for c in children),
            "comment": dict(now["comments"]), "projects": _many(now["project fields"]),
            **{f"field_{company.issue_fields[n]}": _one(str(v)) for n, v in now["fields"].items()},
        }  # fmt: skip
        for board in company.boards(issue):
            for name, (option, _) in board.values.items():
                field = node_id("PVTSSF", board.project.id, board.project.fields[name])
                state[f"field_{field}"] = _one(option)
        return {attr: values for attr, values in state.items() if values}

    # -- edits

    def change(self, edit: Edit) -> None:
        company = self.company
        company.tick(edit.after)
        before = {i: (len(i.timeline), {e.seq for e in i.timeline}) for i in self.alive()}
        issues = [i for i in self.alive() if not i.is_pull]
        if issues or edit.what in ("create", "hide_repo", "show_repo", "pull_request"):
            issue = issues[edit.which % len(issues)] if issues else None
            other = issues[edit.other % len(issues)] if issues else None
            getattr(self, f"_{edit.what}")(issue, other, edit.value)
        for i in self.alive():
            if not i.is_pull:
                self._noted(i, before.get(i, (0, set()))[1])

    def _noted(self, issue: Issue, known: set[int]) -> None:
        item = str(issue.id)
        fresh = [e for e in issue.timeline if e.seq not in known]
        logged = {a for e in fresh for a in TELLS.get(e.kind, ())}
        now = self._shown(issue)
        if item not in self.seen:
            self.issues[item] = issue
            self._born(issue, now)
        rows = self.rows.setdefault(item, {})
        seen = self.seen[item]
        present = dict(self._events(issue))
        for event_id in rows.keys() - present.keys():
            seen.maybe.add(event_id)  # a comment that was deleted, or an earlier text of one
        for event_id, entry in present.items():
            if event_id not in rows:
                actor = str(entry.actor.id)
                detail = entry.detail
                if entry.kind == "commented":
                    detail, logged = (str(entry.id), detail), logged | {"comment"}
                seen.told[event_id] = Told(
                    entry.kind,
                    entry.at,
                    actor,
                    detail,
                    entry.seq if entry.kind == "cross-referenced" else event_id,
                )
                rows[event_id] = entry
                if entry.kind == "cross-referenced" and not self.token:
                    seen.maybe.add(event_id)  # the list of all events does not tell it
        moved = issue.updated_at is self._now
        self.note(item, now, logged - self._unlogged(issue, now), loud=moved)

    @property
    def _now(self) -> datetime:
        return self.company.now

    def _unlogged(self, issue: Issue, now: State) -> set[str]:
        """Deleting a comment is not told, whatever else is."""
        was = self.seen[str(issue.id)].past[-1]
        return {"comment"} if was.get("comment", {}).keys() - now.get("comment", {}).keys() else set()

    def _born(self, issue: Issue, now: State) -> None:
        born = {a: v for a, v in now.items() if a in ("title", "body", "status")}
        seen = self.seen[str(issue.id)] = Seen(born, [now], set())
        origin = [i for i in self.issues.values() if i.moved_to is issue]
        if origin:  # it came with all that had happened to it
            old = self.seen[str(origin[0].id)]
            seen.born, seen.budget = old.born, old.budget.copy()
            for attr in ("labels", "milestone"):
                seen.budget[attr] += len(old.past[-1].get(attr, {}))

    def _events(self, issue: Issue) -> list[tuple[str, Entry]]:
        """The id that each entry of the timeline has in the log."""
        found: list[tuple[str, Entry]] = []
        alike = Counter[str]()
        for e in issue.timeline:
            if e.kind == "commented":
                version = f"@{microseconds(e.edited.isoformat())}" if e.edited and e.edited != e.at else ""
                found.append((f"{issue.id}:m{e.id}{version}", e))
            elif e.kind == "cross-referenced":
                when = e.at.isoformat().replace("+00:00", "Z")
                alike[when] += 1
                nth = f".{alike[when]}" if alike[when] > 1 else ""
                found.append((f"{issue.id}:ecross-referenced@{when}{nth}", e))
            elif not (self.token and e.kind.startswith("issue_type_")):
                found.append((f"{issue.id}:e{e.id}", e))
                if e.kind == "closed":
                    found.append((f"{issue.id}:e{e.id}.{e.detail}", e))
                elif e.kind == "reopened":
                    found.append((f"{issue.id}:e{e.id}.1", e))
        return found

    def _create(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        for _ in range(1 + n):
            title = f"Issue {len(self.issues)}.{n}"
            labels = ["red"] if n == 1 else []
            self.company.create((WEB, API)[n % 2], title, "Why?" if n else "", labels=labels)

    def _pull_request(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        self.company.pull_request(REPOS[n % 2], "Code")

    def _rename(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.rename(issue, f"Title {n}", by=NAMES[n % 3])

    def _edit_body(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.edit_body(issue, f"Text {n}" if n else "")

    def _label(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.label(issue, ("red", "green", "customer/acme", "red")[n])

    def _unlabel(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.labels:
            self.company.unlabel(issue, issue.labels[n % len(issue.labels)].name)

    def _delete_label(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.labels:
            self.company.delete_label(issue.repo.full_name, issue.labels[n % len(issue.labels)].name)

    def _rename_label(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.labels and f"blue {n}" not in issue.repo.labels:
            self.company.rename_label(issue.repo.full_name, issue.labels[0].name, f"blue {n}")

    def _milestone(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.milestone(issue, f"Q{n}")

    def _demilestone(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.milestone:
            self.company.demilestone(issue)

    def _assign(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.assign(issue, NAMES[n % 3])

    def _unassign(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.assignees:
            self.company.unassign(issue, issue.assignees[0].login)

    def _close(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.state == "open":
            self.company.close(issue, ("completed", "not_planned")[n % 2])

    def _reopen(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.state == "closed" and not issue.locked:
            self.company.reopen(issue)

    def _set_type(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.set_type(issue, (None, "Bug", "Feature", "Epic")[n])

    def _set_field(self, issue: Issue, other: Issue, n: int) -> None:
        name, value = [("Customer", "Acme"), ("Customer", None), ("Effort", 3), ("Customer", "Bolt")][n]
        self.company.set_field(issue, name, value)

    def _project_set(self, issue: Issue, other: Issue, n: int) -> None:
        option = (None, "Q1", "Q2", "Q3")[n]
        self.company.project_set(issue, "Roadmap", "Quarter", option)

    def _comment(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.comment(issue, f"Comment {n}", by=NAMES[n % 3])

    def _edit_comment(self, issue: Issue, other: Issue, n: int) -> None:
        if comments := issue.comments:
            # The text says when: two edits of one second would otherwise have one id and two texts.
            chosen = comments[n % len(comments)]
            if chosen.edited != self._now:
                self.company.edit_comment(issue, chosen.id, f"Edited {n}")

    def _delete_comment(self, issue: Issue, other: Issue, n: int) -> None:
        if comments := issue.comments:
            self.company.delete_comment(issue, comments[n % len(comments)].id, by=NAMES[n % 3])

    def _cross_reference(self, issue: Issue, other: Issue, n: int) -> None:
        now = [e for e in issue.timeline if e.kind == "cross-referenced" and e.at == self._now]
        if issue is not other and not any(e.detail is other for e in now):
            self.company.cross_reference(issue, other)

    def _add_sub_issue(self, issue: Issue, other: Issue, n: int) -> None:
        above = [other]
        while above[-1].parent:
            above.append(above[-1].parent)
        if issue not in above:
            self.company.add_sub_issue(other, issue)
            self._allow_for_a_parent_of_after(issue)

    def _remove_sub_issue(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.parent:
            self.company.remove_sub_issue(issue.parent, issue)
            self._allow_for_a_parent_of_after(issue)

    def _allow_for_a_parent_of_after(self, child: Issue) -> None:
        """Without GraphQL, what is linked during a sync may be seen before it is told of."""
        if self.server.before is not None and self.token is None and str(child.id) in self.seen:
            self.seen[str(child.id)].budget["parent"] += 1

    def _allow_for_another_key(self, moved: Issue) -> None:
        """What is linked with it was told by one key, and is told to be over by another."""
        for item, issue in self.issues.items():
            for e in issue.timeline:
                if e.kind in ("parent_issue_added", "sub_issue_added") and e.detail.here is moved:
                    self.seen[item].budget.update(TELLS[e.kind])

    def _transfer(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.repo.full_name in REPOS:
            self._allow_for_another_key(issue)
            self.company.transfer(issue, API if issue.repo.full_name == WEB else WEB)

    def _archive(self, issue: Issue, other: Issue, n: int) -> None:
        if issue.repo.full_name != ATTIC:
            self._allow_for_another_key(issue)
            self.company.transfer(issue, ATTIC)

    def _delete(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.delete(issue)

    def _hide_repo(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        self.company.hide_repo(REPOS[n % 2])
        self.was_hidden = True

    def _show_repo(self, issue: Issue | None, other: Issue | None, n: int) -> None:
        for name in REPOS:
            self.company.show_repo(name)

    def _convert_to_discussion(self, issue: Issue, other: Issue, n: int) -> None:
        if not issue.locked:
            self.company.convert_to_discussion(issue)

    def _mention(self, issue: Issue, other: Issue, n: int) -> None:
        self.company.mention(issue, NAMES[n % 3])

    def _lock(self, issue: Issue, other: Issue, n: int) -> None:
        if not issue.locked:
            self.company.lock(issue)

    # -- what has to be

    def told(self, event: Event) -> Told | None:
        """A transferred issue's old address leads to all of its history, also to what is newer."""
        issue: Issue | None = self.issues[event.item]
        found = None
        while issue and found is None:
            number = str(issue.id)
            found = self.seen[number].told.get(event.id.replace(event.item, number, 1))
            issue = issue.moved_to
        return found

    def says(self, event: Event, told: Told) -> bool:
        if (event.ts, event.actor) != (microseconds(told.at.isoformat()), told.actor):
            return False
        said: Any = event
        match told.kind, told.detail:
            case (("labeled" | "unlabeled"), (name, _)):
                return _is(event, told.kind == "labeled", "labels", name)
            case (("milestoned" | "demilestoned"), title):
                return _is(event, told.kind == "milestoned", "milestone", title)
            case (("assigned" | "unassigned"), who):
                return _is(event, told.kind == "assigned", "assignees", str(who.id))
            case "renamed", (was, to):
                return (said.kind, said.attr, said.old, said.val) == ("changed", "title", was, to)
            case "closed", reason if event.id.endswith(f".{reason}"):
                return (said.kind, said.attr, said.val) == ("changed", "resolution", reason)
            case "closed", _:
                return (said.kind, said.attr, said.key) == ("changed", "status", "closed")
            case "reopened", _ if event.id.endswith(".1"):
                return (said.kind, said.attr, said.val) == ("changed", "resolution", None)
            case "reopened", _:
                return (said.kind, said.attr, said.key) == ("changed", "status", "open")
            case "commented", (number, text):
                return (said.kind, said.key, said.val) == ("commented", number, text)
            case "parent_issue_added", parent:
                right = said.kind == "changed" and said.attr == "parent" and said.val in self._keys(parent)
                return right or self._untold(event, parent)
            case "parent_issue_removed", parent:
                right = said.kind == "changed" and said.val is None and said.old in self._keys(parent)
                return right or self._untold(event, parent)
            case (("sub_issue_added" | "sub_issue_removed"), child):
                kind = "added" if told.kind == "sub_issue_added" else "dropped"
                right = said.kind == kind and said.attr == "sub_issues" and said.key in self._keys(child)
                return right or self._untold(event, child)
            case "cross-referenced", other:
                return said.kind == "noted" and said.key in self._keys(other)
        return said.kind == "noted" and said.attr == told.kind

    def _untold(self, event: Any, other: Issue) -> bool:
        """Of an issue that is gone, or that may not be seen, its links do not tell."""
        return event.kind == "noted" and (other.here.deleted or self.was_hidden)

    def _keys(self, issue: Issue) -> set[str]:
        """The keys that it has and had."""
        found = {issue.key}
        while issue.moved_to:
            issue = issue.moved_to
            found.add(issue.key)
        return found

    def may_observe(self, event: Event) -> bool:
        """What became of a transferred issue is noted under its old id."""
        return self.issues[event.item].moved_to is not None

    def check_tombstone(self, event: Event) -> None:
        assert self.issues[event.item].here.deleted, f"it is not deleted: {event}"

    def check_keys(self, world: World) -> None:
        for item in self.visible():
            issue = self.issues[item]
            origins = [i for i in self.issues.values() if i.here is issue]
            held = [i for i in origins if str(i.id) in self.log.keys(NAME)]
            refs = {world.by_key.get((NAME, i.key)) for i in held}
            assert refs == {f"{NAME}:{issue.key}"}, f"{[i.key for i in held]} lead to {refs}"

    def check_full(self, world: World, known: Mapping[str, str], done: Synced) -> None:
        gone = {i for i in known if self.issues[i].here.deleted}
        listed = {str(i.id) for i in self.company.visible() if i.repo.full_name in REPOS}
        missing = known.keys() - listed
        if len(missing) * 2 <= len(known) and self.readable():
            assert not done.partial, done.notes
        if not done.partial:
            removed = {e.item for i in world.removed.values() for e in i.events}
            assert gone <= removed, f"deleted, and not said to be: {gone - removed}"
            # Transferred to where it is not read: it is followed by its old address.
            items = self.by_id(world)
            for item in known:
                issue = self.issues[item].here
                if issue.is_there and issue.repo.full_name == ATTIC:
                    assert items[item].key == issue.key
                    assert items[item].title == issue.title
                    assert items[item].many("labels") == sorted(la.name for la in issue.labels)
            live = {e.item for i in world.items.values() for e in i.events}
            assert not {i for i in live if self.issues[i].here.deleted}


def _is(event: Any, came: bool, attr: str, key: str) -> bool:
    return (event.kind, event.attr, event.key) == ("added" if came else "dropped", attr, key)


def _one(value: str | None) -> dict[str, str]:
    return {value: value} if value else {}


def _many(values: Any) -> dict[str, str]:
    return {v: v for v in values}
