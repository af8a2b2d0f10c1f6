"""The histories of a page of GitHub issues, over GraphQL, in as few requests as it lets us."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tenacity import nap

from tracker_sync.errors import Missing, Overloaded, SourceError
from tracker_sync.sources import microseconds
from tracker_sync.sources.github_api import GithubApi, GraphError
from tracker_sync.sources.github_graph import PARTS, SCHEMA, TYPES, entry, further, key_of, question
from tracker_sync.sources.github_item import Issue, is_behind
from tracker_sync.sources.transport import excerpt

FIRST, LARGEST, STEP = 50, 100, 10
"""Issues of one request: to begin with, at most, and by how many more after one that went well."""
PATIENCE = 10
"""So many have to go well before more is asked for again than was once too much."""
TOPPED_UP = 20
"""Issues whose longer connections are fetched in one request."""
TRIES = 4
CONNECTIONS = ("timelineItems", "subIssues", "projectItems")


class NoGraph(SourceError):
    """This GitHub answers no question of GraphQL; it may answer REST. Says why, where it ought to."""


@dataclass(slots=True)
class _Node:
    """What GraphQL gave of one issue so far."""

    node: dict[str, Any]
    rows: dict[str, list[Any]] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    """By connection: where its last page ended, as long as there is another."""

    def take(self, node: Mapping[str, Any], *, later: bool = False) -> None:
        """A page of its connections. What comes beside a later page of the timeline is what it is like
        then, and takes the place of what was read with the first: else a link made in between would
        be in the timeline and not in the present, like one that was undone."""
        if later:
            self.node |= {k: node[k] for k in ("parent", "updatedAt") if k in node}
            self.rows.pop("subIssues", None)
        for connection in CONNECTIONS:
            if (part := node.get(connection)) is not None:
                self.rows.setdefault(connection, []).extend(part["nodes"])
                self.more.pop(connection, None)
                if part["pageInfo"]["hasNextPage"]:
                    self.more[connection] = str(part["pageInfo"]["endCursor"])


class Histories:
    """Asks for histories; knows how large a question this GitHub bears, and what it cannot tell."""

    def __init__(self, api: GithubApi, source: str) -> None:
        self._api, self._source = api, source
        self._size, self._most, self._tries, self._good = FIRST, LARGEST, 0, 0
        self._parts, self._types = list(PARTS), list(TYPES)
        self.answered = False
        """Whether it has given any answer."""
        self.notes: tuple[str, ...] = ()

    def of(self, repo: str, raws: Iterable[Any]) -> list[Issue]:
        """The issues with their histories; one that changed since `raws` was read is asked for again."""
        found: list[Issue] = []
        again: list[Issue] = []
        for issue in self._asked(repo, list(raws)):
            is_old = issue.error is None and (_changed(issue) or is_behind(issue))
            (again if is_old else found).append(issue)
        fresh = [self._fresh(i) for i in again]
        found += [i for i in fresh if i.error is not None]
        for issue in self._asked(repo, [i.raw for i in fresh if i.error is None]):
            moving = ValueError("it changed again and again while it was read; the next run has it")
            found.append(replace(issue, error=moving) if _changed(issue) else issue)
        return found

    def _fresh(self, issue: Issue) -> Issue:
        """The issue as it is now."""
        try:
            raw = self._api.issue(issue.repo, issue.raw["number"])
        except Missing as e:
            return replace(issue, error=e)
        if raw["id"] != issue.raw["id"]:
            return replace(issue, error=Missing("it went while it was read"))
        return Issue(raw, issue.repo)

    def _asked(self, repo: str, raws: list[Any]) -> Iterator[Issue]:
        nodes: dict[str, _Node | Exception] = {}
        waiting = [i for i in map(_node_id, raws) if i]
        if raws and not waiting and not self.answered:
            raise NoGraph  # a tracker that only looks like GitHub: its issues have no node ids
        while waiting:
            some = waiting[: self._size]
            if (answer := self._bearable(question(self._parts, self._types), {"ids": some})) is None:
                continue
            nodes |= dict(zip(some, answer, strict=True))
            waiting = waiting[len(some) :]
        self._top_up(nodes)
        for raw in raws:
            yield _issue(raw, repo, nodes.get(_node_id(raw)))

    def _bearable(self, query: str, variables: dict[str, Any]) -> list[_Node | Exception] | None:
        """The answer's nodes; None where the question was too large and is now smaller, or changed."""
        try:
            data, errors = self._ask(query, variables)
        except Overloaded as e:
            self._size = self._most = self._less(self._size, e)
            self._good = 0
            return None
        except GraphError as e:
            if self._learn(e):
                return None
            if self.answered:
                raise
            raise NoGraph(str(e)) from None
        self.answered, self._tries, self._good = True, 0, self._good + 1
        if self._good % PATIENCE == 0:  # it may have been a bad moment
            self._most = min(self._most + STEP, LARGEST)
        self._size = min(self._size + STEP, self._most)
        self._lacking(errors)
        why = {e["path"][1]: str(e.get("message")) for e in errors
               if len(e.get("path") or []) >= 2 and "projectItems" not in e["path"]}  # fmt: skip
        return [_node(n, why.get(i)) for i, n in enumerate(data["nodes"])]

    def _ask(self, query: str, variables: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """The data and the errors. That there is no GraphQL is only believed when it is said twice."""
        for is_last in (self.answered, True):
            try:
                return self._api.ask(query, variables)
            except Missing as e:
                if self.answered:
                    raise
                if is_last:
                    raise NoGraph(str(e)) from None
        raise AssertionError  # not reached

    def _less(self, size: int, error: Overloaded) -> int:
        """Half of what was too much, after a pause. Raises the error where one was, again and again."""
        self._tries += size == 1
        if self._tries >= TRIES:
            raise error
        nap.sleep(0.5)
        return max(1, size // 2)

    def _lacking(self, errors: list[Any]) -> bool:
        """Whether the token may not see project fields; they are not asked for again in this run."""
        refused = [
            e for e in errors
            if e.get("type") == "INSUFFICIENT_SCOPES" or "projectItems" in (e.get("path") or [])
        ]  # fmt: skip
        if not refused or "projectItems" not in self._parts:
            return False
        self._parts.remove("projectItems")
        self.notes = (
            f"source {self._source!r}: the fields of projects are not read: "
            f"{excerpt(str(refused[0].get('message') or 'the token lacks read:project'))}",
        )
        return True

    def _learn(self, error: GraphError) -> bool:
        """Leave out what the token may not see or an older server does not know; whether there was any."""
        if self._lacking(error.errors):
            return True
        if not any("doesn't exist" in str(e.get("message")) or "undefined" in str(e) for e in error.errors):
            return False
        data, _ = self._api.ask(SCHEMA, {})
        fields = {f["name"] for f in (data.get("issue") or {}).get("fields") or []}
        types = {t["name"] for t in (data.get("timeline") or {}).get("possibleTypes") or []}
        before = len(self._parts) + len(self._types)
        self._parts = [p for p in self._parts if p in fields]
        self._types = [t for t in self._types if t in types]
        return len(self._parts) + len(self._types) < before

    def _top_up(self, nodes: Mapping[str, _Node | Exception]) -> None:
        """The rest of every connection that did not fit, a page of many issues at a time."""
        size = TOPPED_UP
        for connection in CONNECTIONS:
            while rest := [(i, n) for i, n in nodes.items() if isinstance(n, _Node) and connection in n.more]:
                some = dict(rest[:size])
                query = further(
                    {i: n.more[connection] for i, n in some.items()}, connection, self._types, self._parts
                )
                try:
                    data, _ = self._api.ask(query, {})
                except Overloaded as e:
                    size = self._less(size, e)
                    continue
                self._tries = 0
                for n, node in enumerate(some.values()):
                    if got := data.get(f"n{n}"):
                        node.take(got, later=connection == "timelineItems")
                    else:
                        node.node["error"] = "it went while it was read"
                        node.more.clear()


def _node_id(raw: Any) -> str:
    found = raw.get("node_id") if isinstance(raw, dict) else None
    return found if isinstance(found, str) else ""


def _node(node: Any, error: str | None) -> _Node | Exception:
    if not node or error:
        return Missing(error or "it went while it was read")
    found = _Node(node)
    try:
        found.take(node)
    except (KeyError, TypeError) as e:
        return e
    return found


def _issue(raw: Any, repo: str, node: _Node | Exception | None) -> Issue:
    if node is None:
        return Issue(raw, repo, error=ValueError("it has no node id"))
    if isinstance(node, Exception):
        return Issue(raw, repo, error=node)
    if error := node.node.get("error"):
        return Issue(raw, repo, error=Missing(error))
    try:
        timeline = [entry(e) for e in node.rows["timelineItems"] if e]
        graph: dict[str, Any] = {"updatedAt": node.node["updatedAt"]}
        if "parent" in node.node:
            graph["parent"] = key_of(node.node["parent"])
        if "subIssues" in node.rows:
            graph["sub_issues"] = [key for s in node.rows["subIssues"] if (key := key_of(s))]
        if "projectItems" in node.rows:
            graph["projects"] = [p for p in node.rows["projectItems"] if p]
    except (KeyError, TypeError, ValueError) as e:
        return Issue(raw, repo, error=e)
    return Issue(raw, repo, timeline, graph=graph)


def _changed(issue: Issue) -> bool:
    """Whether the history is of a later moment than the rest: rewound together, they would tell of
    edits that nobody made."""
    if issue.graph is None:
        return False
    try:
        return microseconds(issue.graph["updatedAt"]) != microseconds(issue.raw["updated_at"])
    except (KeyError, TypeError, ValueError):
        return False  # it will be set aside
