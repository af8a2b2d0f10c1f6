"""Large Jiras to measure a sync against: the standard load of 1,000 issues, and a big one made of thin air.

`python -m simulator.load big --n 100000 --port 0` (in tests/) serves the big one in a process of its own.
"""

import argparse
import json
import re
import sys
import threading
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.jira import Asked, CloudFace, Refused, Wanted
from simulator.jira_company import START, JiraCompany
from simulator.jira_shape import Shape
from simulator.server import running
from tracker_sync.demo.exchange import Answer, Request

Json = dict[str, Any]
_STATUSES = ("In Progress", "In Review", "Done", "To Do")
_INTENTS = ("Growth", "Retention", "Platform", "Compliance")
_CUSTOMERS = ("Globex", "Initech", "Umbrella", "Hooli", "Stark & Söhne")
_PEOPLE = ("acc-ben", "acc-cleo", "acc-dora")
MANY, FEW = (60, 30), (10, 3)
"""Histories and comments of one issue in twenty, and of the others (trackers.md)."""


def is_busy(number: int) -> bool:
    """Whether the issue of this number is one of the twentieth with long histories."""
    return number % 20 == 7


def standard_jira(n: int = 1000) -> JiraCompany:
    """The load of trackers.md. For n=1000: 12,500 histories and 4,350 comments, `updated` minutes apart.

    With epics, parents, labels, links, remote links, moves and a deleted user.
    """
    company = JiraCompany(START - timedelta(days=30))
    company.delete_user(company.user("acc-gone", "gone", "Gone"))
    epics = [company.create("PAY", "Epos", f"Epic {i}", intent=_INTENTS[i % 4]) for i in range(n // 50)]
    made = [*epics, *(_story(company, i, epics) for i in range(n - len(epics)))]
    for number in range(0, n - 6, 6):
        company.link(made[number], made[number + 5], ("Blocks", "Relates")[number % 2])
    company.now = START
    for number, issue_id in enumerate(made):
        _fill(company, number, issue_id, *(MANY if is_busy(number) else FEW))
        company.tick(120)
    return company


def _story(company: JiraCompany, number: int, epics: list[str]) -> str:
    company.tick(1)
    return company.create(
        ("PAY", "WEB", "INT")[number % 3],
        "Bug" if number % 5 == 0 else "Story",
        f"Story {number}",
        description=f"As somebody I want thing {number}.\n\n* one\n* two",
        labels=[f"team-{number % 7}"],
        parent=epics[number % len(epics)] if epics and number % 2 else None,
        points=number % 8,
        by=("acc-ada", "acc-ben", "acc-cleo", "acc-gone")[number % 4],
    )


def _fill(company: JiraCompany, number: int, issue_id: str, histories: int, comments: int) -> None:
    """Edit an issue until it has so many histories, a second apart, and comment on it."""
    if number % 10 == 3:
        company.move(issue_id, ("WEB", "INT", "PAY")[number % 3])
    turn = 0
    while len(company.issues[issue_id].histories) < histories:
        turn += 1
        company.tick(1)
        _edit(company, issue_id, turn)
    for count in range(comments):
        company.tick(1)
        company.comment(issue_id, f"Comment {count} on [{number}|https://acme.example/{number}]")


def _edit(company: JiraCompany, issue_id: str, turn: int) -> None:
    changes: list[tuple[str, Any]] = [
        ("status", _STATUSES[turn // 7 % 4]),
        ("labels", [f"team-{turn % 7}", f"round-{turn}"]),
        ("assignee", _PEOPLE[turn // 7 % 3]),
        ("customers", _CUSTOMERS[: 1 + turn // 7 % 5]),
        ("points", turn),
        ("intent", _INTENTS[turn // 7 % 4]),
        ("title", f"Story, take {turn}"),
    ]
    company.edit(issue_id, *changes[turn % 7])


_MINUTE = START.strftime("%Y-%m-%dT%H:%M")
_IDS = 90_000_000
_NUMBER = 424_242
_INSTANT = re.compile(r"updated\s*(>=|>|<=|<)\s*(\d+)", re.IGNORECASE)
_ID_LIST = re.compile(r"\b(?:id|key|issuekey)\s*(?:in|=)\s*\(?([^()]+)\)?", re.IGNORECASE)


class BigJira:
    """Jira Cloud with `n` issues that are nowhere stored: each is one of two samples, its numbers and its
    minute replaced. Issue number i was last updated in the i-th minute; its id is `issue_id(i)`.

    JQL is understood as far as `updated >= <ms>` (also >, <=, <), `id in (...)` and a descending order.
    """

    def __init__(self, n: int, origin: str = "https://acme.atlassian.net") -> None:
        self.n, self.origin = n, origin
        self._faces = {busy: _sample(busy, origin) for busy in (False, True)}
        self._texts: dict[Any, list[str]] = {}

    @property
    def now(self) -> datetime:
        """A minute after the last edit."""
        return START + timedelta(minutes=self.n + 1)

    @staticmethod
    def issue_id(number: int) -> str:
        """The id of the issue of a number, counted from 0."""
        return f"{_IDS + number}01"

    def updated(self, number: int) -> datetime:
        """When an issue was last updated."""
        (issue,) = self._faces[is_busy(number)].company.issues.values()
        return issue.updated + timedelta(minutes=number)

    def answer(self, request: Request) -> Answer:
        """The paths that read issues; all others are a small Jira's."""
        match = re.fullmatch(r"/rest/api/(2|3)/(.*?)/?", request.path)
        version, path = (match[1], match[2]) if match else ("", "")
        try:
            if path == "search/jql":
                return self._search(Asked(request), version)
            if path == "changelog/bulkfetch":
                return self._histories(Asked(request), version)
            if path == "issue/bulkfetch":
                return self._bulk(Asked(request), version)
            if match := re.fullmatch(r"issue/([^/]+)(/comment|/changelog|/remotelink|)", path):
                return self._one(Asked(request), version, *match.groups())
        except Refused as refused:
            return refused.answer
        return self._faces[False].answer(request)

    def _search(self, asked: Asked, version: str) -> Answer:
        jql = asked.one("jql")
        numbers = self._chosen(jql)
        if re.search(r"\bdesc\b", jql, re.IGNORECASE):
            numbers = numbers[::-1]
        wanted, expand = Wanted(frozenset(asked.many("fields")), "id"), frozenset(asked.many("expand"))
        start = asked.number("nextPageToken", 0) if asked.one("nextPageToken") else 0
        size = min(asked.number("maxResults", 50), 5000 if wanted.slim and not expand else 100)
        texts = [self._issue(n, version, wanted, expand) for n in numbers[start : start + size]]
        last = start + size >= len(numbers)
        tail = '"isLast":true' if last else f'"isLast":false,"nextPageToken":"{start + size}"'
        return _raw(f'{{"issues":[{",".join(texts)}],{tail}}}')

    def _chosen(self, jql: str) -> range | list[int]:
        """The numbers a query names, in the order of `updated`."""
        first, end = 0, self.n
        for sign, text in _INSTANT.findall(jql):
            limit = datetime.fromtimestamp(int(text) / 1000, UTC)
            place = self._from(limit, after=sign in (">", "<="))
            first, end = (max(first, place), end) if ">" in sign else (first, min(end, place))
        if match := _ID_LIST.search(jql):
            return sorted(n for n in self._numbers(match[1].split(",")) if first <= n < end)
        return range(first, max(first, end))

    def _from(self, limit: datetime, *, after: bool) -> int:
        """The first number that was updated at a time or later, or only later."""
        place = min(max(0, (limit - START) // timedelta(minutes=1)), self.n)
        while place < self.n and (self.updated(place) < limit or (after and self.updated(place) == limit)):
            place += 1
        return place

    def _numbers(self, names: Iterable[str]) -> list[int]:
        """The numbers of the issues with these ids or keys."""
        found = []
        for name in (n.strip().strip("\"'") for n in names):
            text = name.upper().removeprefix("BIG-")
            number = int(text) - 1 if text != name.upper() and text.isdecimal() else -1
            if name.isdecimal():
                number = int(name) // 100 - _IDS
            if 0 <= number < self.n:
                found.append(number)
        return found

    def _issue(self, number: int, version: str, wanted: Wanted, expand: Collection[str]) -> str:
        busy = is_busy(number)
        key = (busy, version, wanted, frozenset(expand))
        if key not in self._texts:
            face, shape, issue = self._parts(version, busy)
            self._texts[key] = [_text(face.shown(issue, shape, wanted, expand))]
        return _filled(self._texts[key][0], number)

    def _parts(self, version: str, busy: bool) -> tuple[CloudFace, Shape, Any]:
        face = self._faces[busy]
        (issue,) = face.company.issues.values()
        return face, face.shape(version), issue

    def _listed(self, number: int, version: str, what: str) -> list[str]:
        """The histories or comments of an issue, each as a text still to be filled."""
        key = (is_busy(number), version, what)
        if key not in self._texts:
            _, shape, issue = self._parts(version, is_busy(number))
            comments = [_text(shape.comment(issue, comment)) for comment in issue.comments.values()]
            histories = [_text(shape.history(entry)) for entry in issue.histories]
            self._texts[key] = comments if what == "comments" else histories
        return self._texts[key]

    def _histories(self, asked: Asked, version: str) -> Answer:
        """All histories of some issues, oldest first, which is by issue: each has a minute of its own."""
        numbers = sorted(set(self._numbers(asked.many("issueIdsOrKeys"))))
        size = min(asked.number("maxResults", 1000), 10_000)
        skip = asked.number("nextPageToken", 0) if asked.one("nextPageToken") else 0
        room, at, logs = size, 0, []
        for number in numbers:
            texts = self._listed(number, version, "histories")
            part = texts[max(0, skip - at) :][:room]
            at, room = at + len(texts), room - len(part)
            if part:
                inside = _filled(",".join(part), number)
                logs.append(f'{{"issueId":"{self.issue_id(number)}","changeHistories":[{inside}]}}')
        tail = f',"nextPageToken":"{skip + size}"' if skip + size < at else ""
        return _raw(f'{{"issueChangeLogs":[{",".join(logs)}]{tail}}}')

    def _bulk(self, asked: Asked, version: str) -> Answer:
        wanted, expand = Wanted(frozenset(asked.many("fields")), "*navigable"), asked.many("expand")
        numbers = sorted(set(self._numbers(asked.many("issueIdsOrKeys"))))
        texts = [self._issue(number, version, wanted, expand) for number in numbers]
        return _raw(f'{{"issues":[{",".join(texts)}],"issueErrors":[]}}')

    def _one(self, asked: Asked, version: str, name: str, part: str) -> Answer:
        numbers = self._numbers([name])
        if not numbers:
            raise Refused(404, "Issue does not exist or you do not have permission to see it.")
        (number,) = numbers
        if not part:
            wanted = Wanted(frozenset(asked.many("fields")), "*all")
            return _raw(self._issue(number, version, wanted, asked.many("expand")))
        if part == "/remotelink":
            return _raw("[]")
        what, name = ("comments", "comments") if part == "/comment" else ("histories", "values")
        texts, start = self._listed(number, version, what), asked.number("startAt", 0)
        size = min(asked.number("maxResults", 100), 100)
        inside = _filled(",".join(texts[start : start + size]), number)
        last = f',"isLast":{json.dumps(start + size >= len(texts))}' if name == "values" else ""
        head = f'"startAt":{start},"maxResults":{size},"total":{len(texts)}{last}'
        return _raw(f'{{{head},"{name}":[{inside}]}}')


def _sample(busy: bool, origin: str) -> CloudFace:
    """A Jira with one issue, whose whole life takes less than a minute, and whose ids end in two digits."""
    company = JiraCompany()
    company.last_id = _IDS * 100
    company.project("BIG", "Big").count = _NUMBER - 1
    issue_id = company.create("BIG", "Story", f"Story {_NUMBER}", description="A big one", labels=["big"])
    histories, comments = MANY if busy else FEW
    for turn in range(1, histories + 1):
        company.tick(59 / (histories + 1))
        _edit(company, issue_id, turn)
    for count in range(comments):
        company.comment(issue_id, f"Comment {count}")
    return CloudFace(company, timezone="UTC", origin=origin)


def _text(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _filled(text: str, number: int) -> str:
    """A sample's text with another issue's numbers and minute."""
    minute = (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M")
    text = text.replace(str(_IDS), str(_IDS + number)).replace(_MINUTE, minute)
    return text.replace(str(_NUMBER), str(number + 1))


def _raw(text: str) -> Answer:
    return Answer(200, text.encode())


def main(arguments: list[str] | None = None) -> None:
    """Serve a Jira until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["big", "standard"])
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    asked = parser.parse_args(arguments)
    face = BigJira(asked.n) if asked.kind == "big" else CloudFace(standard_jira(asked.n))
    with running(face, latency=asked.latency, port=asked.port) as site:
        sys.stdout.write(f"{site.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
