"""A company's repositories on GitHub: their issues with every edit, and the REST API that shows them."""

import base64
import hashlib
import itertools
import json
import re
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from simulator.server import POINTS
from tracker_sync.demo.exchange import Answer, Request, presents

Json = dict[str, Any]

# A timeline entry's REST name → its GraphQL type and the prefix of its node id. Prefixes are those of the
# recorded timelines; those of transfers, sub-issues and issue types are made up, there is no recording.
KINDS: dict[str, tuple[str, str]] = {
    "assigned": ("AssignedEvent", "AE"),
    "closed": ("ClosedEvent", "CE"),
    "comment_deleted": ("CommentDeletedEvent", "CDE"),
    "commented": ("IssueComment", "IC"),
    "converted_to_discussion": ("ConvertedToDiscussionEvent", "CITDE"),
    "cross-referenced": ("CrossReferencedEvent", "CRE"),
    "demilestoned": ("DemilestonedEvent", "DEME"),
    "issue_type_added": ("IssueTypeAddedEvent", "ITAE"),
    "issue_type_changed": ("IssueTypeChangedEvent", "ITCE"),
    "issue_type_removed": ("IssueTypeRemovedEvent", "ITRE"),
    "labeled": ("LabeledEvent", "LE"),
    "locked": ("LockedEvent", "LOE"),
    "mentioned": ("MentionedEvent", "MEE"),
    "milestoned": ("MilestonedEvent", "MIE"),
    "parent_issue_added": ("ParentIssueAddedEvent", "PIAE"),
    "parent_issue_removed": ("ParentIssueRemovedEvent", "PIRE"),
    "renamed": ("RenamedTitleEvent", "RTE"),
    "reopened": ("ReopenedEvent", "REE"),
    "sub_issue_added": ("SubIssueAddedEvent", "SIAE"),
    "sub_issue_removed": ("SubIssueRemovedEvent", "SIRE"),
    "subscribed": ("SubscribedEvent", "SE"),
    "transferred": ("TransferredEvent", "TRE"),
    "unassigned": ("UnassignedEvent", "UNE"),
    "unlabeled": ("UnlabeledEvent", "UNLE"),
    "unlocked": ("UnlockedEvent", "UNLOE"),
    "unsubscribed": ("UnsubscribedEvent", "UE"),
}
# Comments and cross-references are records of their own: no entry of the events table, so not in its lists.
NO_EVENT = {"commented", "cross-referenced"}
# The recorded timelines change from the one form of node ids to the other during the autumn of 2021.
NEW_NODE_IDS = datetime(2021, 11, 1, tzinfo=UTC)


def node_id(prefix: str, *ids: int) -> str:
    """Today's form: msgpack of [0, repository, …, own id] in base64, e.g. `IC_kwDO…`, `LE_lADO…`."""
    packed = bytes([0x91 + len(ids), 0]) + b"".join(map(_packed, ids))
    return f"{prefix}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def _packed(number: int) -> bytes:
    for limit, form in (
        (1 << 7, ">B"),
        (1 << 8, ">BB"),
        (1 << 16, ">BH"),
        (1 << 32, ">BI"),
        (1 << 64, ">BQ"),
    ):
        if number < limit:
            head = {">BB": 0xCC, ">BH": 0xCD, ">BI": 0xCE, ">BQ": 0xCF}.get(form)
            return struct.pack(form, number) if head is None else struct.pack(form, head, number)
    raise ValueError(f"{number} does not fit into 64 bits")


def old_node_id(kind: str, number: int) -> str:
    """The form before that: base64 of e.g. `012:LabeledEvent217048239`."""
    return base64.b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()


def stamp(moment: datetime) -> str:
    """A time as GitHub writes it: UTC, whole seconds."""
    return f"{moment.isoformat(timespec='seconds').removesuffix('+00:00')}Z"


# ---- the model


@dataclass(eq=False)
class Account:
    """A person, bot or organisation; a deleted one lives on as nobody, or as the user `ghost`."""

    id: int
    login: str
    kind: str = "User"
    deleted: bool = False

    @property
    def node_id(self) -> str:
        return node_id({"Organization": "O", "Bot": "BOT"}.get(self.kind, "U"), self.id)


GHOST = Account(10137, "ghost")


@dataclass(eq=False)
class Label:
    id: int
    node_id: str
    name: str
    color: str = "ededed"


@dataclass(eq=False)
class Milestone:
    id: int
    node_id: str
    number: int
    title: str
    at: datetime


@dataclass(eq=False)
class Repo:
    """A repository; a hidden one answers as if it did not exist."""

    id: int
    owner: Account
    name: str
    private: bool = False
    hidden: bool = False
    archived: bool = False
    has_issues: bool = True
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    issues: "dict[int, Issue]" = field(default_factory=dict)
    """By number; transferred and deleted ones stay, for their old addresses."""

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        return node_id("R", self.id)


@dataclass(eq=False)
class Entry:
    """One entry of a timeline; `edited` is for comments, whose text (`detail`) can change."""

    id: int
    node_id: str
    seq: int
    kind: str
    at: datetime
    actor: Account
    issue: "Issue"
    detail: Any = None
    edited: datetime | None = None


@dataclass(eq=False, repr=False)
class Issue:
    """An issue or a pull request, as it is now, and its timeline."""

    id: int
    node_id: str
    repo: Repo
    number: int
    title: str
    body: str
    author: Account
    created_at: datetime
    updated_at: datetime
    is_pull: bool = False
    state: str = "open"
    reason: str | None = None
    closed_at: datetime | None = None
    closed_by: Account | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)
    milestone: Milestone | None = None
    type: str | None = None
    fields: dict[str, str | int | float] = field(default_factory=dict)
    parent: "Issue | None" = None
    children: "dict[Issue, int]" = field(default_factory=dict)
    """Each with a number that grows: cursors in the list stay right while others come and go."""
    timeline: list[Entry] = field(default_factory=list)
    locked: bool = False
    deleted: bool = False
    moved_to: "Issue | None" = None

    def __repr__(self) -> str:
        return f"<{self.key}>"

    @property
    def key(self) -> str:
        return f"{self.repo.full_name}#{self.number}"

    @property
    def here(self) -> "Issue":
        """Itself, or what it became by transfers: links lead there."""
        return self.moved_to.here if self.moved_to else self

    @property
    def is_there(self) -> bool:
        return not (self.deleted or self.moved_to)

    @property
    def comments(self) -> list[Entry]:
        return [entry for entry in self.timeline if entry.kind == "commented"]


@dataclass(eq=False)
class Item:
    """An issue on a project's board: field → (option, when it was set). There is no history."""

    id: int
    node_id: str
    project: "Project"
    issue: Issue
    at: datetime
    updated: datetime
    values: dict[str, tuple[str, datetime]] = field(default_factory=dict)


@dataclass(eq=False)
class Project:
    """A Projects v2 board with single-select fields; a hidden one answers FORBIDDEN."""

    id: int
    node_id: str
    number: int
    title: str
    hidden: bool = False
    fields: dict[str, int] = field(default_factory=dict)
    items: dict[Issue, Item] = field(default_factory=dict)


@dataclass(repr=False)
class GitHubCompany:
    """Everything a company has on GitHub. Edits happen at `now`, by `by`."""

    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    accounts: dict[str, Account] = field(default_factory=dict)
    repos: dict[str, Repo] = field(default_factory=dict)
    former_names: dict[str, Repo] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    issue_fields: dict[str, int] = field(default_factory=dict)
    issue_types: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, Any] = field(default_factory=dict)
    """Whatever has a node id; what is gone stays, and answers NOT_FOUND by its own state."""

    def __post_init__(self) -> None:
        # The ranges are today's: issues and comments exceed 31 bits, events 32.
        starts = {"account": 5_000_001, "repo": 700_000_001, "issue": 3_300_000_001, "comment": 3_100_000_001}
        self._ids = {name: itertools.count(start) for name, start in starts.items()}
        self._ids |= {"event": itertools.count(21_000_000_001), "other": itertools.count(8_000_000_001)}
        self._seq = itertools.count(1)

    def tick(self, seconds: float = 60) -> datetime:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self.now

    # -- who and where

    def account(self, login: str, kind: str = "User") -> Account:
        """The account, which comes into being when it is first named."""
        if login not in self.accounts:
            found = self.accounts[login] = Account(next(self._ids["account"]), login, kind)
            self.nodes[found.node_id] = found
        return self.accounts[login]

    def delete_account(self, login: str) -> None:
        """Null as an actor, `ghost` as an author; nobody is assigned to it any more."""
        gone = self.accounts.pop(login)
        gone.deleted = True
        for issue in self._everywhere():
            issue.assignees = [each for each in issue.assignees if each is not gone]

    def repo(self, full_name: str, *, private: bool = False) -> Repo:
        """The repository, which comes into being when it is first named."""
        if full_name not in self.repos:
            owner, _, name = full_name.partition("/")
            found = Repo(next(self._ids["repo"]), self.account(owner, "Organization"), name, private)
            self.repos[full_name] = self.nodes[found.node_id] = found
        return self.repos[full_name]

    def hide_repo(self, full_name: str) -> None:
        """Take the permission away: 404."""
        self.repos[full_name].hidden = True

    def show_repo(self, full_name: str) -> None:
        self.repos[full_name].hidden = False

    def rename_repo(self, full_name: str, name: str) -> Repo:
        """Only the name changes; the old address answers 301."""
        repo = self.former_names[full_name] = self.repos.pop(full_name)
        repo.name = name
        self.repos[repo.full_name] = repo
        return repo

    def issue(self, key: str) -> Issue:
        """The issue or pull request called `owner/repo#n`."""
        name, _, number = key.partition("#")
        return self.repos[name].issues[int(number)]

    def _everywhere(self) -> Iterator[Issue]:
        for repo in self.repos.values():
            yield from (issue for issue in repo.issues.values() if issue.is_there)

    def visible(self) -> list[Issue]:
        """The issues that an account with access sees, without pull requests."""
        return [i for i in self._everywhere() if not i.is_pull and not i.repo.hidden]

    # -- issues

    def create(
        self, repo: str, title: str, body: str = "", by: str = "ada", *, labels: Iterable[str] = (),
        assignees: Iterable[str] = (), milestone: str | None = None, is_pull: bool = False,
    ) -> Issue:  # fmt: skip
        """A new issue; what it is born with has entries of the same second."""
        where, number = self.repo(repo), next(self._ids["issue"])
        issue = self._put(where, number, title, body, self.account(by), is_pull)
        self.label(issue, *labels, by=by)
        for each in assignees:
            self.assign(issue, each, by=by)
        if milestone is not None:
            self.milestone(issue, milestone, by=by)
        return issue

    def pull_request(self, repo: str, title: str, body: str = "", by: str = "ada") -> Issue:
        """Numbered and listed among the issues; takes the same edits."""
        return self.create(repo, title, body, by, is_pull=True)

    def _put(self, repo: Repo, id_: int, title: str, body: str, author: Account, is_pull: bool) -> Issue:
        name = "PullRequest" if is_pull else "Issue"
        new = node_id("PR" if is_pull else "I", repo.id, id_)
        node = new if self.now >= NEW_NODE_IDS else old_node_id(name, id_)
        number = max(repo.issues, default=0) + 1
        issue = Issue(id_, node, repo, number, title, body, author, self.now, self.now, is_pull)
        repo.issues[number] = self.nodes[node] = issue
        return issue

    def _log(self, issue: Issue, kind: str, by: str, detail: Any = None, *, moves: bool = True) -> Entry:
        """A timeline entry; most of them move the issue's `updated_at`."""
        number = next(self._ids["comment" if kind == "commented" else "event"])
        entry = self._entry(issue, kind, number, self.now, self.account(by), detail)
        if moves:
            issue.updated_at = self.now
        return entry

    def _entry(self, issue: Issue, kind: str, id_: int, at: datetime, by: Account, detail: Any) -> Entry:
        name, prefix = KINDS[kind]
        ids = (issue.repo.id, id_) if kind in NO_EVENT else (issue.repo.id, issue.id, id_)
        node = node_id(prefix, *ids) if at >= NEW_NODE_IDS else old_node_id(name, id_)
        entry = self.nodes[node] = Entry(id_, node, next(self._seq), kind, at, by, issue, detail)
        issue.timeline.append(entry)
        return entry

    def rename(self, issue: Issue, title: str, by: str = "ada") -> None:
        was, issue.title = issue.title, title
        self._log(issue, "renamed", by, (was, title))

    def edit_body(self, issue: Issue, body: str) -> None:
        """Seen in `updated_at` alone: no timeline tells of it."""
        issue.body, issue.updated_at = body, self.now

    def close(self, issue: Issue, reason: str = "completed", by: str = "ada") -> None:
        issue.state, issue.reason, issue.closed_at = "closed", reason, self.now
        issue.closed_by = self.account(by)
        self._log(issue, "closed", by, reason)

    def reopen(self, issue: Issue, by: str = "ada") -> None:
        issue.state, issue.reason, issue.closed_at, issue.closed_by = "open", "reopened", None, None
        self._log(issue, "reopened", by)

    def lock(self, issue: Issue, by: str = "ada") -> None:
        issue.locked = True
        self._log(issue, "locked", by)

    def unlock(self, issue: Issue, by: str = "ada") -> None:
        issue.locked = False
        self._log(issue, "unlocked", by)

    def convert_to_discussion(self, issue: Issue, by: str = "ada") -> None:
        """As recorded: the issue stays, locked, and closed without a `closed` entry."""
        self.lock(issue, by)
        issue.state, issue.reason, issue.closed_at = "closed", "completed", self.now
        self._log(issue, "converted_to_discussion", by)

    def delete(self, issue: Issue) -> None:
        """For good: 410, out of every list, its sub-issues set free."""
        issue.deleted = True
        if issue.parent:
            issue.parent.children.pop(issue)
        for child in issue.children:
            child.parent = None
        for project in self.projects.values():
            project.items.pop(issue, None)

    # -- values

    def label(self, issue: Issue, *names: str, by: str = "ada") -> None:
        for name in names:
            label = self._label(issue.repo, name)
            if label not in issue.labels:
                issue.labels.append(label)
                self._log(issue, "labeled", by, (name, label))

    def _label(self, repo: Repo, name: str) -> Label:
        if name not in repo.labels:
            number = next(self._ids["other"])
            repo.labels[name] = Label(number, node_id("LA", repo.id, number), name)
            self.nodes[repo.labels[name].node_id] = repo.labels[name]
        return repo.labels[name]

    def unlabel(self, issue: Issue, *names: str, by: str = "ada") -> None:
        for name in names:
            label = next(each for each in issue.labels if each.name == name)
            issue.labels.remove(label)
            self._log(issue, "unlabeled", by, (name, label))

    def delete_label(self, repo: str, name: str) -> None:
        """Gone from the issues that have it, which neither their timelines nor their times tell."""
        label = self.repos[repo].labels.pop(name)
        for issue in self.repos[repo].issues.values():
            if label in issue.labels:
                issue.labels.remove(label)

    def rename_label(self, repo: str, name: str, to: str) -> None:
        """The issues show the new name, their timelines still the old one."""
        label = self.repos[repo].labels.pop(name)
        label.name = to
        self.repos[repo].labels[to] = label

    def milestone(self, issue: Issue, title: str, by: str = "ada") -> None:
        if issue.milestone:
            self.demilestone(issue, by)
        found = issue.repo.milestones
        if title not in found:
            number = next(self._ids["other"])
            node = node_id("MI", issue.repo.id, number)
            found[title] = self.nodes[node] = Milestone(number, node, len(found) + 1, title, self.now)
        issue.milestone = found[title]
        self._log(issue, "milestoned", by, title)

    def demilestone(self, issue: Issue, by: str = "ada") -> None:
        assert issue.milestone
        was, issue.milestone = issue.milestone, None
        self._log(issue, "demilestoned", by, was.title)

    def assign(self, issue: Issue, login: str, by: str = "ada") -> None:
        who = self.account(login)
        if who not in issue.assignees:
            issue.assignees.append(who)
            self._log(issue, "assigned", by, who)

    def unassign(self, issue: Issue, login: str, by: str = "ada") -> None:
        who = self.account(login)
        issue.assignees.remove(who)
        self._log(issue, "unassigned", by, who)

    def set_type(self, issue: Issue, name: str | None, by: str = "ada") -> None:
        """The organisation's issue type: REST tells its history, GraphQL (15.26.1) knows nothing of it."""
        was, issue.type = issue.type, name
        if was != name:
            change = "added" if was is None else "removed" if name is None else "changed"
            self._log(issue, f"issue_type_{change}", by, (was, name))

    def set_field(self, issue: Issue, name: str, value: str | int | float | None) -> None:
        """An organisation's issue field: text stands for a single select's option. No history."""
        self.issue_fields.setdefault(name, 70_001 + len(self.issue_fields))
        issue.fields = {**issue.fields, name: value} if value is not None else _without(issue.fields, name)
        issue.updated_at = self.now

    def project_set(self, issue: Issue, project: str, name: str, option: str | None) -> None:
        """A single-select field on a board, where the issue is put first. No history, no `updated_at`."""
        if project not in self.projects:
            number = next(self._ids["other"])
            place = len(self.projects) + 1
            self.projects[project] = Project(number, node_id("PVT", number), place, project)
        board = self.projects[project]
        board.fields.setdefault(name, next(self._ids["other"]))
        if issue not in board.items:
            number = next(self._ids["other"])
            node = node_id("PVTI", board.id, number)
            board.items[issue] = Item(number, node, board, issue, self.now, self.now)
            self.nodes[node] = board.items[issue]
        item = board.items[issue]
        item.updated, values = self.now, _without(item.values, name)
        item.values = values | ({name: (option, self.now)} if option is not None else {})

    def project_remove(self, issue: Issue, project: str) -> None:
        del self.projects[project].items[issue]

    def hide_project(self, project: str) -> None:
        """Its items answer FORBIDDEN from now on."""
        self.projects[project].hidden = True

    # -- links

    def add_sub_issue(self, parent: Issue, child: Issue, by: str = "ada") -> None:
        """An entry on either side; neither's `updated_at` moves."""
        if child.parent:
            self.remove_sub_issue(child.parent, child, by)
        child.parent = parent
        parent.children[child] = next(self._seq)
        self._log(parent, "sub_issue_added", by, child, moves=False)
        self._log(child, "parent_issue_added", by, parent, moves=False)

    def remove_sub_issue(self, parent: Issue, child: Issue, by: str = "ada") -> None:
        del parent.children[child]
        child.parent = None
        self._log(parent, "sub_issue_removed", by, child, moves=False)
        self._log(child, "parent_issue_removed", by, parent, moves=False)

    def cross_reference(self, issue: Issue, from_issue: Issue, by: str = "ada") -> None:
        """`from_issue` mentions `issue`: told in the latter's timeline only, without moving anything."""
        self._log(issue, "cross-referenced", by, from_issue, moves=False)

    def subscribe(self, issue: Issue, login: str) -> None:
        self._log(issue, "subscribed", login, moves=False)

    def unsubscribe(self, issue: Issue, login: str) -> None:
        self._log(issue, "unsubscribed", login, moves=False)

    def mention(self, issue: Issue, login: str) -> None:
        """Two entries of one second, by the one who is mentioned."""
        self._log(issue, "mentioned", login, moves=False)
        self.subscribe(issue, login)

    # -- talk

    def comment(self, issue: Issue, text: str, by: str = "ada") -> int:
        """The comment's database id, by which it can be edited and deleted."""
        return self._log(issue, "commented", by, text).id

    def _comment(self, issue: Issue, comment: int) -> Entry:
        return next(entry for entry in issue.comments if entry.id == comment)

    def edit_comment(self, issue: Issue, comment: int, text: str) -> None:
        entry = self._comment(issue, comment)
        entry.detail, entry.edited, issue.updated_at = text, self.now, self.now

    def delete_comment(self, issue: Issue, comment: int, by: str | None = None) -> None:
        """Leaves an entry only where somebody else than its author did it; `updated_at` does not move."""
        entry = self._comment(issue, comment)
        issue.timeline.remove(entry)
        del self.nodes[entry.node_id]
        if by not in {None, entry.actor.login}:
            self._log(issue, "comment_deleted", str(by), entry.actor, moves=False)

    # -- moves

    def transfer(self, issue: Issue, repo: str, by: str = "ada") -> Issue:
        """A new issue (id and number) with the old one's history and values, its labels and milestone only
        where the other repository has such; entries keep their database ids, not their node ids."""
        to = self.repo(repo)
        new = self._put(to, next(self._ids["issue"]), issue.title, issue.body, issue.author, issue.is_pull)
        for name in (
            "created_at",
            "state",
            "reason",
            "closed_at",
            "closed_by",
            "assignees",
            "type",
            "fields",
            "locked",
        ):
            setattr(new, name, getattr(issue, name))
        new.labels = [to.labels[label.name] for label in issue.labels if label.name in to.labels]
        new.milestone = to.milestones.get(issue.milestone.title) if issue.milestone else None
        for old in issue.timeline:
            self._entry(new, old.kind, old.id, old.at, old.actor, old.detail).edited = old.edited
        self._relink(issue, new)
        self._log(new, "transferred", by, issue.repo)
        issue.moved_to = new
        return new

    def _relink(self, issue: Issue, new: Issue) -> None:
        if issue.parent:
            links = issue.parent.children
            links[new] = links.pop(issue)
        new.parent, new.children = issue.parent, issue.children
        for child in new.children:
            child.parent = new
        for project in self.projects.values():
            if item := project.items.pop(issue, None):
                item.issue = new
                project.items[new] = item

    # -- what a reader has to end up with

    def boards(self, issue: Issue) -> list[Item]:
        """The issue's places on boards, in order."""
        return [p.items[issue] for p in self.projects.values() if issue in p.items]

    def present(self, issue: Issue) -> Json:
        """The issue's values now; accounts and comments by their database ids, as text."""
        return {
            "key": issue.key,
            "title": issue.title,
            "body": issue.body,
            "state": issue.state,
            "reason": issue.reason,
            "labels": {label.name for label in issue.labels},
            "assignees": {str(each.id) for each in issue.assignees},
            "milestone": issue.milestone.title if issue.milestone else None,
            "type": issue.type,
            "fields": dict(issue.fields),
            "project fields": {
                item.project.title: {name: option for name, (option, _) in item.values.items()}
                for item in self.boards(issue)
            },
            "parent": issue.parent.key if issue.parent else None,
            "sub issues": {child.key for child in issue.children},
            "comments": {str(entry.id): entry.detail for entry in issue.comments},
        }  # fmt: skip

    def history(self, issue: Issue) -> list[tuple[str, int, datetime, Any]]:
        """Each timeline entry's kind, database id, time and what it says in plain values."""
        return [(entry.kind, entry.id, entry.at, _plain(entry.detail)) for entry in issue.timeline]


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in values.items() if each != name}


def _plain(detail: Any) -> Any:
    match detail:
        case Account():
            return str(detail.id)
        case Issue():
            return detail.here.key
        case Repo():
            return detail.full_name
        case (str() as name, Label()):
            return name
    return detail


# ---- the JSON of the REST API

_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")

_USER_LINKS = (
    "events", "followers", "following", "gists", "organizations", "received_events", "repos", "starred",
    "subscriptions",
)  # fmt: skip
_REPO_LINKS = (
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare",
    "contents", "contributors", "deployments", "downloads", "events", "forks", "git_commits", "git_refs",
    "git_tags", "hooks", "issue_comment", "issue_events", "issues", "keys", "labels", "languages", "merges",
    "milestones", "notifications", "pulls", "releases", "stargazers", "statuses", "subscribers",
    "subscription", "tags", "teams", "trees",
)  # fmt: skip
_COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "gray")


@dataclass(frozen=True)
class Shapes:
    """Turns the model into what GitHub sends; `api` and `web` are the addresses of its two sides."""

    company: GitHubCompany
    api: str
    web: str

    def user(self, account: Account) -> Json:
        """An author: a deleted one is called `ghost`."""
        who = GHOST if account.deleted else account
        url = f"{self.api}/users/{who.login}"
        links = {f"{name}_url": f"{url}/{name}" for name in _USER_LINKS}
        html = f"{self.web}/{who.login}"
        head = {"login": who.login, "id": who.id, "node_id": who.node_id, "avatar_url": f"{html}.png"}
        tail = {"gravatar_id": "", "url": url, "html_url": html}
        return {**head, **tail, **links, "type": who.kind, "user_view_type": "public", "site_admin": False}

    def actor(self, account: Account) -> Json | None:
        """Who did something: of a deleted account nothing is left."""
        return None if account.deleted else self.user(account)

    def repo(self, repo: Repo) -> Json:
        url = f"{self.api}/repos/{repo.full_name}"
        links = {f"{name}_url": f"{url}/{name}" for name in _REPO_LINKS}
        head = {"id": repo.id, "node_id": repo.node_id, "name": repo.name, "full_name": repo.full_name}
        tail = {"description": None, "fork": False, "url": url, "html_url": f"{self.web}/{repo.full_name}"}
        flags = {"private": repo.private, "archived": repo.archived, "disabled": False}
        flags["has_issues"] = repo.has_issues
        return {**head, "owner": self.user(repo.owner), **tail, **links, **flags}

    def label(self, label: Label, repo: Repo) -> Json:
        url = f"{self.api}/repos/{repo.full_name}/labels/{label.name}"
        head = {"id": label.id, "node_id": label.node_id, "url": url, "name": label.name}
        return {**head, "color": label.color, "default": False, "description": None}

    def milestone(self, found: Milestone, repo: Repo) -> Json:
        url = f"{self.api}/repos/{repo.full_name}/milestones/{found.number}"
        states = [i.state for i in repo.issues.values() if i.is_there and i.milestone is found]
        return {
            "url": url, "html_url": f"{self.web}/{repo.full_name}/milestone/{found.number}",
            "labels_url": f"{url}/labels", "id": found.id, "node_id": found.node_id, "number": found.number,
            "title": found.title, "description": None, "creator": self.user(repo.owner), "state": "open",
            "open_issues": states.count("open"), "closed_issues": states.count("closed"),
            "created_at": stamp(found.at), "updated_at": stamp(found.at), "due_on": None, "closed_at": None,
        }  # fmt: skip

    def issue(self, issue: Issue) -> Json:
        url = f"{self.api}/repos/{issue.repo.full_name}/issues/{issue.number}"
        html = f"{self.web}/{issue.repo.full_name}/{'pull' if issue.is_pull else 'issues'}/{issue.number}"
        people = [self.user(each) for each in issue.assignees]
        return {
            "url": url, "repository_url": f"{self.api}/repos/{issue.repo.full_name}",
            "labels_url": f"{url}/labels{{/name}}", "comments_url": f"{url}/comments",
            "events_url": f"{url}/events", "html_url": html,
            "id": issue.id, "node_id": issue.node_id, "number": issue.number,
            "title": issue.title, "user": self.user(issue.author),
            "labels": [self.label(each, issue.repo) for each in issue.labels],
            "state": issue.state, "locked": issue.locked,
            "assignee": people[0] if people else None, "assignees": people,
            "milestone": self.milestone(issue.milestone, issue.repo) if issue.milestone else None,
            "comments": len(issue.comments),
            "created_at": stamp(issue.created_at), "updated_at": stamp(issue.updated_at),
            "closed_at": stamp(issue.closed_at) if issue.closed_at else None,
            "author_association": "MEMBER", "active_lock_reason": None, "body": issue.body or None,
            "closed_by": self.user(issue.closed_by) if issue.closed_by else None,
            "reactions": _no_reactions(url),
            "timeline_url": f"{url}/timeline", "performed_via_github_app": None, "state_reason": issue.reason,
            **(self._pull(issue, html) if issue.is_pull else self._planning(issue)),
        }  # fmt: skip

    def _pull(self, issue: Issue, html: str) -> Json:
        url = f"{self.api}/repos/{issue.repo.full_name}/pulls/{issue.number}"
        links = {"url": url, "html_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch"}
        return {"draft": False, "type": None, "pull_request": {**links, "merged_at": None}}

    def _planning(self, issue: Issue) -> Json:
        """What only issues have; like GitHub, name the parent only where there is one."""
        done, total = [child.state for child in issue.children].count("closed"), len(issue.children)
        share = 100 * done // total if total else 0
        shown: Json = {"sub_issues_summary": {"total": total, "completed": done, "percent_completed": share}}
        shown["issue_dependencies_summary"] = dict.fromkeys(
            ("blocked_by", "total_blocked_by", "blocking", "total_blocking"), 0
        )
        shown["issue_field_values"] = [self._field(name, value) for name, value in issue.fields.items()]
        shown["type"] = self.type(issue.type)
        if issue.parent:
            up = issue.parent
            shown["parent_issue_url"] = f"{self.api}/repos/{up.repo.full_name}/issues/{up.number}"
        return shown

    def _field(self, name: str, value: str | int | float) -> Json:
        number = self.company.issue_fields[name]
        shown = {"issue_field_id": number, "issue_field_name": name, "node_id": node_id("IFSS", number)}
        if not isinstance(value, str):
            return {**shown, "data_type": "number", "value": value}
        digest = hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()
        option = {"id": int(digest[:7], 16), "name": value, "color": "gray"}
        return {**shown, "data_type": "single_select", "value": value, "single_select_option": option}

    def type(self, name: str | None) -> Json | None:
        if name is None:
            return None
        number = self.company.issue_types.setdefault(name, 30_000_001 + len(self.company.issue_types))
        shown = {"id": number, "node_id": node_id("IT", number), "name": name, "description": None}
        return {**shown, "color": _COLORS[number % len(_COLORS)], "is_enabled": True}

    def comment(self, entry: Entry) -> Json:
        issue, path = entry.issue, f"{self.api}/repos/{entry.issue.repo.full_name}/issues"
        html = f"{self.web}/{issue.repo.full_name}/{'pull' if issue.is_pull else 'issues'}/{issue.number}"
        return {
            "url": f"{path}/comments/{entry.id}", "html_url": f"{html}#issuecomment-{entry.id}",
            "issue_url": f"{path}/{issue.number}", "id": entry.id, "node_id": entry.node_id,
            "user": self.user(entry.actor), "created_at": stamp(entry.at),
            "updated_at": stamp(entry.edited or entry.at), "author_association": "MEMBER",
            "body": entry.detail, "reactions": _no_reactions(f"{path}/comments/{entry.id}"),
            "performed_via_github_app": None,
        }  # fmt: skip

    def entry(self, entry: Entry) -> Json:
        """A timeline entry; a cross-reference has no id here."""
        if entry.kind == "commented":
            return {**self.comment(entry), "event": "commented", "actor": self.user(entry.actor)}
        if entry.kind == "cross-referenced":
            other = entry.detail.here
            source = {**self.issue(other), "repository": self.repo(other.repo)}
            when = {"created_at": stamp(entry.at), "updated_at": stamp(entry.at)}
            shown = {"actor": self.actor(entry.actor), "source": {"type": "issue", "issue": source}}
            return {"event": entry.kind, **when, **shown}
        url = f"{self.api}/repos/{entry.issue.repo.full_name}/issues/events/{entry.id}"
        return {
            "id": entry.id, "node_id": entry.node_id, "url": url, "actor": self.actor(entry.actor),
            "event": entry.kind, "commit_id": None, "commit_url": None, "created_at": stamp(entry.at),
            **self._detail(entry), "performed_via_github_app": None,
        }  # fmt: skip

    def _detail(self, entry: Entry) -> Json:
        match entry.kind, entry.detail:
            case (("labeled" | "unlabeled"), (name, label)):
                return {"label": {"name": name, "color": label.color}}
            case (("milestoned" | "demilestoned"), title):
                return {"milestone": {"title": title}}
            case (("assigned" | "unassigned"), who):
                return {"assignee": self.actor(who), "assigner": self.actor(entry.actor)}
            case "renamed", (was, to):
                return {"rename": {"from": was, "to": to}}
            case "closed", reason:
                return {"state_reason": reason}
            case "locked", _:
                return {"lock_reason": None}
            case (("sub_issue_added" | "sub_issue_removed"), child):
                return {"sub_issue": self._reference(child)}
            case (("parent_issue_added" | "parent_issue_removed"), parent):
                return {"parent_issue": self._reference(parent)}
            case (("issue_type_added" | "issue_type_changed" | "issue_type_removed"), (was, to)):
                shown = {"issue_type": self.type(to)} if to else {}
                return {**shown, "prev_issue_type": self.type(was)} if was else shown
        return {}

    def _reference(self, issue: Issue) -> Json:
        """The contract's minimal reference and, as in real answers, the addresses."""
        issue = issue.here
        address = f"{issue.repo.full_name}/issues/{issue.number}"
        repo = {name: value for name, value in self.repo(issue.repo).items() if not name.startswith("has_")}
        shown = {"number": issue.number, "title": issue.title, "state": issue.state}
        links = {"url": f"{self.api}/repos/{address}", "html_url": f"{self.web}/{address}"}
        tail = {"state_reason": issue.reason, "repository": repo, "issue_type": self.type(issue.type)}
        return {"id": issue.id, "node_id": issue.node_id, **links, **shown, **tail}


def _no_reactions(url: str) -> Json:
    """The summary that every issue and comment carries; nobody here reacts to anything."""
    return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}


# ---- the face


@dataclass
class Quota:
    """So many points per window for each who asks; a limit of None counts nothing."""

    window: float
    clock: Callable[[], float]
    used: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def spent(self, resource: str, who: str) -> tuple[float, int]:
        """When the window of this asker began, and what is used of it."""
        began, used = self.used.get((resource, who), (self.clock(), 0))
        return (began, used) if self.clock() < began + self.window else (self.clock(), 0)

    def charge(self, resource: str, who: str, points: int) -> None:
        began, used = self.spent(resource, who)
        self.used[resource, who] = (began, used + points)

    def status(self, resource: str, who: str, limit: int) -> dict[str, int]:
        began, used = self.spent(resource, who)
        reset = int(began + self.window) + 1
        return {"limit": limit, "remaining": max(0, limit - used), "used": min(used, limit), "reset": reset}


WRITES = ("POST", "PATCH", "DELETE")
_ROUTES: list[tuple[re.Pattern[str], str]] = [
    (re.compile(path), handler)
    for path, handler in [
        (r"/user", "user"),
        (r"/user/repos", "user_repos"),
        (r"/installation/repositories", "installation"),
        (r"/users/([^/]+)", "account"),
        (r"/users/([^/]+)/orgs", "account_orgs"),
        (r"/orgs/([^/]+)/repos", "org_repos"),
        (r"/orgs/([^/]+)/issue-types", "org_types"),
        (r"/orgs/([^/]+)/issue-fields", "org_fields"),
        (r"/orgs/([^/]+)/projectsV2", "org_boards"),
        (r"/orgs/([^/]+)/projectsV2/(\d+)/fields", "board_fields"),
        (r"/repos/([^/]+/[^/]+)", "repo"),
        (r"/repos/([^/]+/[^/]+)/labels", "labels"),
        (r"/repos/([^/]+/[^/]+)/issues", "issues"),
        (r"/repos/([^/]+/[^/]+)/issues/events", "repo_events"),
        (r"/repos/([^/]+/[^/]+)/issues/comments", "repo_comments"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)", "issue"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/timeline", "timeline"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/events", "events"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/comments", "comments"),
        (r"/repos/([^/]+/[^/]+)/issues/(\d+)/sub_issues", "sub_issues"),
    ]
]
_DEEP = (
    "Pagination with the page parameter is not supported for large datasets, please use cursor based "
    "pagination (after/before)"
)
_LIMITED = "API rate limit exceeded for"
_TIMEOUT = b"<html><title>502 Bad Gateway</title><body>We couldn't respond to your request in time."


def refused(status: int, message: str, **headers: str) -> Answer:
    """An error as GitHub words it."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return Answer(status, body, headers)


@dataclass
class GitHubFace:
    """GitHub's REST and GraphQL API before a company. Its clock is the wall's, for quotas and `Date`.

    token: the only one that is right (None: any is). anonymous_limit, rate_limit: None counts nothing.
    deep_page_limit: rows that `page` can reach. cursors: lists that have them give one with every page, as
    GitHub does for issues, not only where `page` does not reach. timeout_nodes: a larger GraphQL query
    answers 502. scopes: of a classic token; None stands for a fine-grained one, of which nothing is told.
    me: whom the token stands for; app: that it is an application's, as in GitHub Actions, which has no /user.
    forbidden: the rights that it lacks to read issues. writable: whether it may write.
    """

    company: GitHubCompany
    token: str | None = None
    graphql: bool = True
    page_cap: int = 100
    deep_page_limit: int = 10_000
    cursors: bool = False
    rate_limit: int | None = 5000
    graphql_limit: int = 5000
    rate_window_s: float = 3600
    anonymous_limit: int | None = 60
    enterprise: bool = False
    timeout_nodes: int = 500_000
    scopes: set[str] | None = field(default_factory=lambda: {"repo", "read:org", "read:project"})
    app: bool = False
    forbidden: str = ""
    clock: Callable[[], float] = time.time
    me: str = "sync-bot"
    writable: bool = True

    def __post_init__(self) -> None:
        # Heavy, and not needed by those who only look at the model.
        from simulator.github_graphql import GraphQL

        web = "https://ghe.example" if self.enterprise else "https://github.com"
        self.origin = web if self.enterprise else "https://api.github.com"
        self.prefix = "/api/v3" if self.enterprise else ""
        self.shapes = Shapes(self.company, self.origin + self.prefix, web)
        self.quota = Quota(self.rate_window_s, self.clock)
        self._graphql = GraphQL(self)

    @property
    def now(self) -> datetime:
        """For the server's `Date` header."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def answer(self, request: Request) -> Answer:
        """Who asks, whether the quota allows it, and what comes out."""
        if "authorization" in request.headers and not self._is_known(request):
            return refused(401, "Bad credentials")
        who = request.headers.get("authorization", "")
        if request.path in {"/graphql", "/api/graphql"} and request.method == "POST":
            return self._query(request, who)
        if request.method not in {"GET", "HEAD", *WRITES} or not request.path.startswith(self.prefix + "/"):
            return refused(404, "Not Found")
        path = request.path.removeprefix(self.prefix).rstrip("/")
        limit = self.rate_limit if who else self.anonymous_limit
        if path == "/rate_limit":
            return self._with_quota(self._rate_limit(who, limit), "core", who, limit)
        if limit is not None and self.quota.status("core", who, limit)["remaining"] == 0:
            name = "user ID 1" if who else "127.0.0.1"
            return self._with_quota(refused(403, f"{_LIMITED} {name}."), "core", who, limit)
        if request.method in WRITES:
            from simulator.github_writes import write

            self.quota.charge("core", who, 1)
            return self._with_quota(write(self, request, path, who), "core", who, limit)
        answer = _conditional(self._get(request, path, who), request, who)
        # An anonymous 304 costs as much as an answer.
        if not (answer.status == 304 and who):
            self.quota.charge("core", who, 1)
        return self._with_quota(answer, "core", who, limit)

    def _is_known(self, request: Request) -> bool:
        return self.token is None or presents(request.headers, self.token)

    def _with_quota(self, answer: Answer, resource: str, who: str, limit: int | None) -> Answer:
        headers = {"X-GitHub-Media-Type": "github.v3; format=json", **answer.headers}
        if who and self.scopes is not None:
            headers["X-OAuth-Scopes"] = ", ".join(sorted(self.scopes))
        if limit is not None:
            status = self.quota.status(resource, who, limit)
            headers |= {f"X-RateLimit-{name.title()}": str(value) for name, value in status.items()}
            headers["X-RateLimit-Resource"] = resource
        return Answer(answer.status, answer.body, headers)

    # -- GraphQL

    def _query(self, request: Request, who: str) -> Answer:
        if not self.graphql or request.path != ("/api/graphql" if self.enterprise else "/graphql"):
            return refused(404, "Not Found")
        if not who:
            return refused(401, "This endpoint requires you to be authenticated.")
        if not isinstance(request.body, dict) or not isinstance(request.body.get("query"), str):
            return refused(400, "A query attribute must be specified and must be a string.")
        status = self.quota.status("graphql", who, self.graphql_limit)
        if status["remaining"] == 0:
            error = {"type": "RATE_LIMITED", "message": f"{_LIMITED} user ID 1."}
            return self._with_quota(Answer(200, {"errors": [error]}), "graphql", who, self.graphql_limit)
        result = self._graphql.run(request.body, status)
        self.quota.charge("graphql", who, result.cost)
        headers = {POINTS: str(result.cost)}
        answer = Answer(200, result.body, headers)
        if result.nodes > self.timeout_nodes:
            answer = Answer(502, _TIMEOUT, {**headers, "Content-Type": "text/html"})
        return self._with_quota(answer, "graphql", who, self.graphql_limit)

    # -- REST

    def _get(self, request: Request, path: str, who: str) -> Answer:
        for repo in self.company.repos.values():
            if f"{path}/".startswith(f"/repositories/{repo.id}/"):
                path = path.replace(f"/repositories/{repo.id}", f"/repos/{repo.full_name}", 1)
        for pattern, name in _ROUTES:
            if match := pattern.fullmatch(path):
                handler: Callable[..., Answer] = getattr(self, f"_{name}")
                if not path.startswith("/repos/"):
                    return handler(request, who, *match.groups())
                found = self._find(request, path, who, *match.groups())
                return found if isinstance(found, Answer) else handler(request, found)
        return refused(404, "Not Found")

    def _find(
        self, request: Request, path: str, who: str, name: str, number: str = ""
    ) -> Answer | Repo | Issue:
        """The repository or issue of an address, or where it went."""
        tail = re.sub(r"^/repos/[^/]+/[^/]+(/issues/\d+)?" if number else r"^/repos/[^/]+/[^/]+", "", path)
        repo = self.company.repos.get(name)
        if repo is None and (renamed := self.company.former_names.get(name)):
            return self._moved(request, renamed, (f"/issues/{number}" if number else "") + tail)
        if repo is None or repo.hidden or (repo.private and not who):
            return refused(404, "Not Found")
        if not number:
            return repo
        issue = repo.issues.get(int(number))
        if issue is None:
            return refused(404, "Not Found")
        if issue.moved_to:
            return self._moved(request, issue.moved_to.repo, f"/issues/{issue.moved_to.number}{tail}")
        return refused(410, "This issue was deleted") if issue.deleted else issue

    def _moved(self, request: Request, repo: Repo, rest: str) -> Answer:
        url = _address(f"{self.shapes.api}/repositories/{repo.id}{rest}", request)
        return Answer(301, {**refused(301, "Moved Permanently").body, "url": url}, {"Location": url})

    def _user(self, request: Request, who: str) -> Answer:
        if not who:
            return refused(401, "Requires authentication")
        if self.app:
            return refused(403, "Resource not accessible by integration")
        me = self.shapes.user(self.company.account(self.me))
        return Answer(200, {**me, "name": None, "email": None})

    def _account(self, request: Request, who: str, login: str) -> Answer:
        found = self.company.accounts.get(login)
        if found is None:
            return refused(404, "Not Found")
        return Answer(200, {**self.shapes.user(found), "name": None, "email": None})

    def _account_orgs(self, request: Request, who: str, login: str) -> Answer:
        return Answer(200, []) if login in self.company.accounts else refused(404, "Not Found")

    def _rate_limit(self, who: str, limit: int | None) -> Answer:
        if limit is None:
            return refused(404, "Rate limiting is not enabled.")
        core = self.quota.status("core", who, limit)
        search = {"limit": 30, "remaining": 30, "used": 0, "reset": core["reset"]}
        graphql = self.quota.status("graphql", who, self.graphql_limit if who else 0)
        return Answer(200, {"resources": {"core": core, "search": search, "graphql": graphql}, "rate": core})

    def _org_repos(self, request: Request, who: str, org: str) -> Answer:
        repos = [r for r in self.company.repos.values() if r.owner.login == org]
        if not repos:
            return refused(404, "Not Found")
        seen = [r for r in repos if not r.hidden and (who or not r.private)]
        url = f"{self.shapes.api}/organizations/{repos[0].owner.id}/repos"
        return self._page(request, seen, url, self.shapes.repo)

    def _user_repos(self, request: Request, who: str) -> Answer:
        if not who or self.app:
            return refused(403 if who else 401, "Resource not accessible by integration")
        seen = [r for r in self.company.repos.values() if not r.hidden]
        return self._page(request, seen, f"{self.shapes.api}/user/repos", self.shapes.repo)

    def _installation(self, request: Request, who: str) -> Answer:
        if not self.app:
            return refused(403, "You must authenticate with an installation access token.")
        seen = [self.shapes.repo(r) for r in self.company.repos.values() if not r.hidden]
        return Answer(200, {"total_count": len(seen), "repositories": seen})

    def _org_types(self, request: Request, who: str, org: str) -> Answer:
        return Answer(200, [self.shapes.type(name) for name in self.company.issue_types])

    def _org_fields(self, request: Request, who: str, org: str) -> Answer:
        return Answer(200, [
            {"id": number, "node_id": node_id("IFSS", number), "name": name, "description": None,
             "data_type": "single_select"}
            for name, number in self.company.issue_fields.items()
        ])  # fmt: skip

    def _org_boards(self, request: Request, who: str, org: str) -> Answer:
        if self.scopes is not None and not self.scopes & {"project", "read:project"}:
            return refused(403, "Resource not accessible by personal access token")
        owner, now = self.shapes.user(self.company.account(org, "Organization")), stamp(self.company.now)
        return Answer(200, [
            {"id": b.id, "node_id": b.node_id, "owner": owner, "creator": owner, "title": b.title,
             "description": None, "public": False, "closed_at": None, "created_at": now, "updated_at": now,
             "number": b.number, "short_description": None, "deleted_at": None, "deleted_by": None}
            for b in self.company.projects.values() if not b.hidden
        ])  # fmt: skip

    def _board_fields(self, request: Request, who: str, org: str, number: str) -> Answer:
        boards = [b for b in self.company.projects.values() if str(b.number) == number and not b.hidden]
        if not boards:
            return refused(404, "Not Found")
        now = stamp(self.company.now)
        url = f"{self.shapes.api}/orgs/{org}/projectsV2/{number}"
        return Answer(200, [
            {"id": known, "node_id": node_id("PVTSSF", known), "name": name, "data_type": "single_select",
             "project_url": url, "created_at": now, "updated_at": now}
            for name, known in boards[0].fields.items()
        ])  # fmt: skip

    def _labels(self, request: Request, repo: Repo) -> Answer:
        url = f"{self.shapes.api}/repositories/{repo.id}/labels"
        return self._page(request, list(repo.labels.values()), url, lambda one: self.shapes.label(one, repo))

    def _repo(self, request: Request, repo: Repo) -> Answer:
        return Answer(200, self.shapes.repo(repo))

    def _issues(self, request: Request, repo: Repo) -> Answer:
        if self.forbidden:
            what = "Resource not accessible by personal access token"
            return refused(403, what, **{"X-Accepted-GitHub-Permissions": self.forbidden})
        if not repo.has_issues:
            return refused(410, "Issues are disabled for this repo")
        state, order = request.first("state", "open"), request.first("sort", "created")
        rows = [i for i in repo.issues.values() if i.is_there and state in {"all", i.state}]
        rows = [i for i in rows if stamp(i.updated_at) >= _since(request)]
        moment = "updated_at" if order == "updated" else "created_at"

        def key(issue: Issue) -> tuple[str, int]:
            return stamp(getattr(issue, moment)), issue.id

        rows.sort(key=key, reverse=_descending(request))
        url = f"{self.shapes.api}/repositories/{repo.id}/issues"
        return self._page(request, rows, url, self.shapes.issue, key)

    def _repo_events(self, request: Request, repo: Repo) -> Answer:
        rows = [e for i in repo.issues.values() if i.is_there for e in i.timeline if e.kind not in NO_EVENT]
        rows.sort(key=lambda entry: entry.id, reverse=True)
        url = f"{self.shapes.api}/repositories/{repo.id}/issues/events"
        return self._page(
            request, rows, url, lambda e: {**self.shapes.entry(e), "issue": self.shapes.issue(e.issue)},
            lambda e: ("", e.id),
        )  # fmt: skip

    def _repo_comments(self, request: Request, repo: Repo) -> Answer:
        rows = [entry for issue in repo.issues.values() if issue.is_there for entry in issue.comments]
        rows = [entry for entry in rows if stamp(entry.edited or entry.at) >= _since(request)]
        order = request.first("sort")
        if order == "updated":
            rows.sort(key=lambda e: (stamp(e.edited or e.at), e.id), reverse=_descending(request))
        else:
            rows.sort(key=lambda e: e.id, reverse=bool(order) and _descending(request))
        url = f"{self.shapes.api}/repositories/{repo.id}/issues/comments"
        return self._page(
            request, rows, url, self.shapes.comment,
            (lambda e: (stamp(e.edited or e.at), e.id)) if order == "updated" else None,
        )  # fmt: skip

    def _issue(self, request: Request, issue: Issue) -> Answer:
        return Answer(200, self.shapes.issue(issue))

    def _timeline(self, request: Request, issue: Issue) -> Answer:
        return self._page(request, issue.timeline, self._below(issue, "timeline"), self.shapes.entry)

    def _events(self, request: Request, issue: Issue) -> Answer:
        rows = [entry for entry in issue.timeline if entry.kind not in NO_EVENT]
        return self._page(request, rows, self._below(issue, "events"), self.shapes.entry)

    def _comments(self, request: Request, issue: Issue) -> Answer:
        rows = [e for e in issue.comments if stamp(e.edited or e.at) >= _since(request)]
        return self._page(request, rows, self._below(issue, "comments"), self.shapes.comment)

    def _sub_issues(self, request: Request, issue: Issue) -> Answer:
        return self._page(request, list(issue.children), self._below(issue, "sub_issues"), self.shapes.issue)

    def _below(self, issue: Issue, name: str) -> str:
        return f"{self.shapes.api}/repositories/{issue.repo.id}/issues/{issue.number}/{name}"

    def _page(
        self, request: Request, rows: Sequence[Any], url: str, shape: Callable[[Any], Json],
        key: Callable[[Any], tuple[str, int]] | None = None,
    ) -> Answer:  # fmt: skip
        """One page, with the `Link` header that leads on: in a large list with a key by cursor alone."""
        size = max(1, min(request.number("per_page", 30), self.page_cap))
        page = max(1, request.number("page", 1))
        start, is_large = (page - 1) * size, key is not None and len(rows) > self.deep_page_limit
        by_cursor = is_large or self.cursors
        if key is not None and by_cursor and (after := request.first("after")):
            seen = tuple(json.loads(base64.urlsafe_b64decode(after)))
            falls = _descending(request)
            start = sum(key(row) >= seen if falls else key(row) <= seen for row in rows)
        elif start >= self.deep_page_limit:
            return refused(422, _DEEP)
        shown, last = rows[start : start + size], max(1, -(-len(rows) // size))
        targets: list[tuple[str, dict[str, object]]] = []
        if start + size < len(rows):
            cursor = {"after": _cursor(key(shown[-1]))} if key is not None and by_cursor else {}
            targets.append(("next", {"page": page + 1, **cursor}))
        if not is_large:
            targets += [("last", {"page": last})] if page < last else []
            targets += [("prev", {"page": page - 1}), ("first", {"page": 1})] if page > 1 else []
        links = [f'<{_address(url, request, **query)}>; rel="{name}"' for name, query in targets]
        return Answer(200, [shape(row) for row in shown], {"Link": ", ".join(links)} if links else {})


def _cursor(key: tuple[str, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _address(url: str, request: Request, **changes: object) -> str:
    query = {**request.query, **{name: [str(value)] for name, value in changes.items()}}
    return f"{url}?{urlencode(query, doseq=True)}" if query else url


def _descending(request: Request) -> bool:
    return request.first("direction", "desc") == "desc"


def _since(request: Request) -> str:
    """In GitHub's own notation, whatever offset it was given in."""
    text = request.first("since")
    return stamp(datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)) if text else ""


def _conditional(answer: Answer, request: Request, who: str) -> Answer:
    """The ETag of a good answer depends on the body and on who asks; one who has it gets a 304."""
    if answer.status != 200:
        return answer
    text = json.dumps([answer.body, answer.headers, who])
    tag = f'W/"{hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()}"'
    tagged = replace(answer, headers={**answer.headers, "ETag": tag})
    known = [each.strip() for each in request.headers.get("if-none-match", "").split(",")]
    return Answer(304, None, tagged.headers) if tag in known else tagged
