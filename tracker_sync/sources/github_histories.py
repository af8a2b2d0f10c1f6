"""The histories of a page of GitHub issues, over GraphQL, in as few requests as it lets us."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from tracker_sync.errors import MALFORMED, Missing, Overloaded, SourceError
from tracker_sync.sources import microseconds, wire
from tracker_sync.sources.github_api import GithubApi, GraphError
from tracker_sync.sources.github_graph import PARTS, SCHEMA, TYPES, entry, further, key_of, question, quoted
from tracker_sync.sources.github_item import Issue, is_behind
from tracker_sync.sources.transport import excerpt, not_json

FIRST, LARGEST, STEP = 50, 100, 10
"""Issues of one request: to begin with, at most, and by how many more after one that went well."""
PATIENCE = 10
"""So many have to go well before more is asked for again than was once too much."""
TOPPED_UP = 20
"""Issues whose longer connections are fetched in one request."""
TRIES = 4
GIVEN_UP = 2
"""Issues, one after the other, that may be too much for GraphQL all alone."""
MANY = 5
"""Issues that are not all hidden one by one: if none of so many is shown, the token may not see any."""
CONNECTIONS = ("timelineItems", "subIssues", "projectItems")


class NoGraph(SourceError):
    """This GitHub answers no question of GraphQL; it may answer REST. Says why, where it ought to."""


class _Node(Struct):
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
                before = self.more.pop(connection, None)
                if part["pageInfo"]["hasNextPage"]:
                    self.more[connection] = quoted(str(part["pageInfo"]["endCursor"]))
                    if self.more[connection] == before:
                        raise ValueError(f"its {connection} lead on to themselves")


class Histories:
    """Asks for histories; knows how large a question this GitHub bears, and what it cannot tell."""

    def __init__(self, api: GithubApi, source: str) -> None:
        self._api, self._source = api, source
        self._size, self._most, self._tries, self._good, self._given_up = FIRST, LARGEST, 0, 0, 0
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
            if self._gives_up(self._size, e):
                return [e]
            self._size = self._most = max(1, self._size // 2)
            self._good = 0
            return None
        except GraphError as e:
            if self._learn(e):
                return None
            if self.answered:
                raise
            raise NoGraph(str(e)) from None
        self._tries, self._given_up, self._good = 0, 0, self._good + 1
        if self._good % PATIENCE == 0:  # it may have been a bad moment
            self._most = min(self._most + STEP, LARGEST)
        self._size = min(self._size + STEP, self._most)
        self._lacking(errors)
        return self._nodes(data.get("nodes"), errors, len(variables["ids"]))

    def _nodes(self, found: Any, errors: list[Any], wanted: int) -> list[_Node | Exception]:
        if not isinstance(found, list) or len(found) != wanted:
            raise not_json(f"source {self._source!r}: GraphQL")
        why: dict[Any, str] = {}
        for e in errors:
            match e.get("path"):
                case [_, int(nth), *rest] if "projectItems" not in rest:
                    why[nth] = str(e.get("message"))
        nodes = [_node(n, why.get(i)) for i, n in enumerate(found)]
        if not self.answered and wanted >= MANY and all(isinstance(n, Missing) for n in nodes):
            raise NoGraph(
                f"source {self._source!r}: GraphQL shows none of the issues ({excerpt(str(nodes[0]))})"
            )
        self.answered = self.answered or any(isinstance(n, _Node) for n in nodes)
        return nodes

    def _ask(self, query: str, variables: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """The data and the errors. That there is no GraphQL is only believed when it is said twice."""
        try:
            return self._api.ask(query, variables)
        except Missing:
            if self.answered:
                raise
        try:
            return self._api.ask(query, variables)
        except Missing as e:
            raise NoGraph(str(e)) from None

    def _gives_up(self, size: int, error: Overloaded) -> bool:
        """Whether a single issue was too much, again and again; else it pauses, before less is asked for.
        Raises the error where one after the other is too much: then it is no fault of theirs."""
        self._tries += size == 1
        if self._tries < TRIES:
            wire.rest(0.5)
            return False
        self._tries, self._given_up = 0, self._given_up + 1
        if self._given_up > GIVEN_UP:
            raise error
        return True

    def _lacking(self, errors: list[Any]) -> bool:
        """Whether the token may not see project fields; they are not asked for again in this run."""
        refused = [
            e for e in errors
            if e.get("type") == "INSUFFICIENT_SCOPES"
            or (isinstance(e.get("path"), list) and "projectItems" in e["path"])
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

    def _top_up(self, nodes: dict[str, _Node | Exception]) -> None:
        """The rest of every connection that did not fit, a page of many issues at a time."""
        size = TOPPED_UP
        for connection in CONNECTIONS:
            while rest := [(i, n) for i, n in nodes.items() if isinstance(n, _Node) and connection in n.more]:
                some = dict(rest[:size])
                places = {quoted(str(n.node["id"])): n.more[connection] for n in some.values()}
                try:
                    data, _ = self._api.ask(further(places, connection, self._types, self._parts), {})
                except Overloaded as e:
                    if self._gives_up(size, e):
                        nodes |= dict.fromkeys(some, e)
                    size = max(1, size // 2)
                    continue
                self._tries = self._given_up = 0
                for n, i in enumerate(some):
                    nodes[i] = _further(some[i], data.get(f"n{n}"), connection)


def _node_id(raw: Any) -> str:
    found = raw.get("node_id") if isinstance(raw, dict) else None
    return found if isinstance(found, str) else ""


def _node(node: Any, error: str | None) -> _Node | Exception:
    if not node or error:
        return Missing(error or "it went while it was read")
    try:
        quoted(str(node["id"]))
    except MALFORMED as e:
        return e
    return _further(_Node(dict(node)), node)


def _further(known: _Node, node: Any, connection: str = "") -> _Node | Exception:
    """The node with what is in a later answer; `connection` is what that was asked for."""
    if not node:
        return Missing("it went while it was read")
    try:
        if connection and node.get(connection) is None:
            return ValueError(f"its {connection} break off")
        known.take(node, later=connection == "timelineItems")
    except MALFORMED as e:
        return e
    return known


def _issue(raw: Any, repo: str, node: _Node | Exception | None) -> Issue:
    if node is None:
        return Issue(raw, repo, error=ValueError("it has no node id"))
    if isinstance(node, Exception):
        return Issue(raw, repo, error=node)
    try:
        timeline = [entry(e) for e in node.rows["timelineItems"] if e]
        graph: dict[str, Any] = {"updatedAt": node.node["updatedAt"]}
        if "parent" in node.node:
            graph["parent"] = key_of(node.node["parent"])
        if "subIssues" in node.rows:
            graph["sub_issues"] = [key for s in node.rows["subIssues"] if (key := key_of(s))]
        if "projectItems" in node.rows:
            graph["projects"] = [p for p in node.rows["projectItems"] if p]
    except MALFORMED as e:
        return Issue(raw, repo, error=e)
    return Issue(raw, repo, timeline, graph=graph)


def _changed(issue: Issue) -> bool:
    """Whether the history is of a later moment than the rest: rewound together, they would tell of
    edits that nobody made."""
    if issue.graph is None:
        return False
    try:
        return microseconds(issue.graph["updatedAt"]) != microseconds(issue.raw["updated_at"])
    except MALFORMED:
        return False  # it will be set aside
