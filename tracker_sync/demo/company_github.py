"""Renders the company's work items as a GitHub repository's issues would show them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tracker_sync.demo.company_items import Item, Note, State, Step
from tracker_sync.demo.company_people import PEOPLE
from tracker_sync.demo.company_strategy import short_names
from tracker_sync.demo.github_site import GitHubSite

Json = dict[str, Any]

REPO = "girder-build/field-sync"
ORIGIN = "https://api.github.com"
_API = f"{ORIGIN}/repos/{REPO}"
_WEB = f"https://github.com/{REPO}"
_MILESTONES = ["Foundation", "Open sites", "Harvest"]
_SHORT = short_names()
_CLOSED = {"Done": "completed", "Won't Do": "not_planned", "Duplicate": "duplicate"}


def github_site(items: Sequence[Item]) -> GitHubSite:
    """The whole host: one repository, issues and pull requests numbered by creation."""
    page = _Renderer({item: number for number, item in enumerate(items, start=1)})
    return GitHubSite({REPO: [page.entry(item) for item in items]}, origin=ORIGIN)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(*words: object) -> int:
    """A stable numeric id for something that has no number of its own."""
    return int(hashlib.sha256(repr(words).encode()).hexdigest()[:7], 16)


def _user(login: str | None) -> Json | None:
    """A user; None is what GitHub shows of an account that was deleted."""
    if login is None:
        return None
    return {
        "login": login,
        "id": _number("user", login),
        "node_id": f"U_{_number('user', login)}",
        "url": f"{ORIGIN}/users/{login}",
        "html_url": f"https://github.com/{login}",
        "type": "User",
        "site_admin": False,
    }


def _association(login: str | None) -> str:
    return "MEMBER" if login and PEOPLE[login].role else "NONE"


def _labels(state: State) -> list[str]:
    """GitHub has no fields of its own here: intent and accounts are labels too."""
    intent = [f"intent/{state['intent']}"] if state["intent"] else []
    accounts = [f"customer/{_SHORT[account]}" for account in state["customers"]]
    return sorted([*state["labels"], *intent, *accounts])


def _label(name: str) -> Json:
    number = _number("label", name)
    return {
        "id": number,
        "node_id": f"LA_{number}",
        "url": f"{_API}/labels/{name}",
        "name": name,
        "color": f"{number % 0xFFFFFF:06x}",
        "default": name == "bug",
        "description": None,
    }


def _milestone(title: str | None) -> Json | None:
    if title is None:
        return None
    number = _MILESTONES.index(title) + 1
    return {
        "url": f"{_API}/milestones/{number}",
        "id": 700 + number,
        "node_id": f"MI_{number}",
        "number": number,
        "title": title,
        "description": None,
        "state": "open",
        "creator": _user("wen-c"),
        "open_issues": 0,
        "closed_issues": 0,
        "created_at": "2024-11-04T09:00:00Z",
        "updated_at": "2024-11-04T09:00:00Z",
        "due_on": None,
        "closed_at": None,
    }


def _reactions(url: str) -> Json:
    kinds = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"]
    return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(kinds, 0)}


def _assignees(state: State) -> list[Json | None]:
    return [_user(state["assignee"])] if state["assignee"] else []


class _Renderer:
    def __init__(self, numbers: Mapping[Item, int]) -> None:
        self.numbers = numbers
        self.next_id = 41_000_000
        self.pulls = {item.about: item for item in numbers if item.about is not None}
        self.children: dict[Item, list[Item]] = {}
        for item in numbers:
            if parent := item.opening.get("parent"):
                self.children.setdefault(parent, []).append(item)

    def entry(self, item: Item) -> Json:
        """The issue and its timeline."""
        return {"issue": self.issue(item), "timeline": self.timeline(item)}

    def issue(self, item: Item) -> Json:
        """The REST issue."""
        number, state, steps = self.numbers[item], item.final(), item.steps()
        url = f"{_API}/issues/{number}"
        closed = [_stamp(s.at) for s in steps if s.after["status"] in _CLOSED]
        is_closed = state["status"] in _CLOSED
        moments = [item.created, *(s.at for s in steps), *(n.at for n in item.notes)]
        body = f"Closes #{self.numbers[item.about]}" if item.about else state["body"]
        issue: Json = {
            "url": url,
            "repository_url": _API,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "timeline_url": f"{url}/timeline",
            "html_url": f"{_WEB}/{'pull' if item.about else 'issues'}/{number}",
            "id": 2_600_000_000 + number,
            "node_id": f"I_{number:08d}",
            "number": number,
            "title": state["title"],
            "user": _user(item.reporter),
            "labels": [_label(name) for name in _labels(state)],
            "state": "closed" if is_closed else "open",
            "locked": False,
            "assignee": _user(state["assignee"]),
            "assignees": _assignees(state),
            "milestone": _milestone(state["milestone"]),
            "comments": len(item.notes),
            "created_at": _stamp(item.created),
            "updated_at": _stamp(max(moments)),
            "closed_at": closed[-1] if is_closed else None,
            "closed_by": _user(state["assignee"]) if is_closed else None,
            "author_association": _association(item.reporter),
            "type": None,
            "active_lock_reason": None,
            "body": body,
            "reactions": _reactions(url),
            "state_reason": self.reason(item, steps, state),
        }
        return issue | self.relations(item, issue)

    def reason(self, item: Item, steps: Sequence[Step], state: State) -> str | None:
        """Why it is closed, or that it was reopened; pull requests have no reason."""
        if item.about:
            return None
        was_closed = any(step.before["status"] in _CLOSED for step in steps)
        return _CLOSED.get(state["status"], "reopened" if was_closed else None)

    def relations(self, item: Item, issue: Json) -> Json:
        """What ties an issue to its epic, its children, or makes it a pull request."""
        if item.about:
            url = f"{_API}/pulls/{issue['number']}"
            merged = issue["closed_at"]
            return {
                "draft": False,
                "pull_request": {"url": url, "html_url": issue["html_url"], "merged_at": merged},
            }
        children = self.children.get(item, [])
        done = sum(child.final()["status"] in _CLOSED for child in children)
        share = done * 100 // len(children) if children else 0
        found: Json = {
            "sub_issues_summary": {
                "total": len(children),
                "completed": done,
                "percent_completed": share,
            }
        }
        if parent := item.opening.get("parent"):
            found["parent_issue_url"] = f"{_API}/issues/{self.numbers[parent]}"
        return found

    def timeline(self, item: Item) -> list[Json]:
        """Everything that happened, oldest first."""
        rows: list[tuple[datetime, Json]] = []
        opening = {**item.steps()[0].before} if item.steps() else dict(item.final())
        for name in _labels(opening):
            rows.append((item.created, self.labelled(item, item.created, "labeled", name)))
        for step in item.steps():
            rows += [(step.at, event) for event in self.events(item, step)]
        rows += [(note.at, self.comment(item, note)) for note in item.notes]
        if pull := self.pulls.get(item):
            rows.append((pull.created, self.mention(pull)))
            merged = pull.steps()[-1].at
            commit = self.event(item, merged, pull.reporter, "referenced")
            rows.append((merged, {**commit, "commit_id": _commit(pull), "commit_url": None}))
        rows.sort(key=lambda row: row[0])
        return [event for _, event in rows]

    def event(self, item: Item, at: datetime, who: str | None, name: str) -> Json:
        """The part all events share."""
        self.next_id += 1
        return {
            "id": self.next_id,
            "node_id": f"EV_{self.next_id}",
            "url": f"{_API}/issues/events/{self.next_id}",
            "actor": _user(who),
            "event": name,
            "commit_id": None,
            "commit_url": None,
            "created_at": _stamp(at),
            "performed_via_github_app": None,
        }

    def labelled(self, item: Item, at: datetime, event: str, name: str, who: str | None = None) -> Json:
        """A label that came or went."""
        label = {"name": name, "color": _label(name)["color"]}
        return {**self.event(item, at, who or item.reporter, event), "label": label}

    def events(self, item: Item, step: Step) -> list[Json]:
        """What a step looks like here; most steps are one event, some are none."""
        found: list[Json] = []
        before, after = _labels(step.before), _labels(step.after)
        for event, names in [
            ("unlabeled", [name for name in before if name not in after]),
            ("labeled", [name for name in after if name not in before]),
        ]:
            found += [self.labelled(item, step.at, event, name, step.who) for name in names]
        found += self.assignments(item, step)
        if "title" in step.changed:
            rename = {"from": step.before["title"], "to": step.after["title"]}
            found.append({**self.event(item, step.at, step.who, "renamed"), "rename": rename})
        if "milestone" in step.changed:
            for event, title in [
                ("demilestoned", step.before["milestone"]),
                ("milestoned", step.after["milestone"]),
            ]:
                if title:
                    row = self.event(item, step.at, step.who, event)
                    found.append({**row, "milestone": {"title": title}})
        return found + self.closing(item, step)

    def assignments(self, item: Item, step: Step) -> list[Json]:
        """Who was taken off, who was put on; the latter also follows the issue from then on."""
        old, new = step.before["assignee"], step.after["assignee"]
        if old == new:
            return []
        found = []
        for event, login in [("unassigned", old), ("assigned", new)]:
            if login:
                people = {"assignee": _user(login), "assigner": _user(step.who)}
                found.append({**self.event(item, step.at, step.who, event), **people})
        if new:
            found.append(self.event(item, step.at, new, "subscribed"))
        return found

    def closing(self, item: Item, step: Step) -> list[Json]:
        """Closed with a reason, reopened, or (a pull request) merged and closed."""
        was, now = step.before["status"] in _CLOSED, step.after["status"] in _CLOSED
        if was == now:
            return []
        if was:
            return [self.event(item, step.at, step.who, "reopened")]
        reason = None if item.about else _CLOSED[step.after["status"]]
        closed = {**self.event(item, step.at, step.who, "closed"), "state_reason": reason}
        if not item.about:
            return [closed]
        merged = self.event(item, step.at, step.who, "merged")
        return [{**merged, "commit_id": _commit(item)}, closed]

    def comment(self, item: Item, note: Note) -> Json:
        """A comment as a timeline shows it."""
        self.next_id += 1
        number = self.numbers[item]
        url, at = f"{_API}/issues/comments/{self.next_id}", _stamp(note.at)
        return {
            "id": self.next_id,
            "node_id": f"IC_{self.next_id}",
            "url": url,
            "html_url": f"{_WEB}/issues/{number}#issuecomment-{self.next_id}",
            "issue_url": f"{_API}/issues/{number}",
            "event": "commented",
            "actor": _user(note.who),
            "user": _user(note.who),
            "created_at": at,
            "updated_at": at,
            "author_association": _association(note.who),
            "body": note.text,
            "reactions": _reactions(url),
            "performed_via_github_app": None,
        }

    def mention(self, pull: Item) -> Json:
        """A pull request that names the issue; real ones carry no id of their own either."""
        at = _stamp(pull.created)
        return {
            "actor": _user(pull.reporter),
            "created_at": at,
            "updated_at": at,
            "source": {"type": "issue", "issue": self.issue(pull)},
            "event": "cross-referenced",
        }


def _commit(pull: Item) -> str:
    return hashlib.sha256(pull.opening["title"].encode()).hexdigest()[:40]
