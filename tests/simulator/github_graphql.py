"""GitHub's GraphQL API before a company: graphql-core over the simulator's own small schema."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    execute_sync,
    parse,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values

from simulator.github import (
    KINDS,
    Account,
    Entry,
    GitHubFace,
    Issue,
    Item,
    Label,
    Milestone,
    Project,
    Repo,
    node_id,
    stamp,
)

Json = dict[str, Any]
Arguments = Mapping[str, Any]
Info = GraphQLResolveInfo[Any]

MOST = 100
MOST_NODES = 500_000
SDL = Path(__file__).with_name("github.graphql")


class Refused(Exception):
    """An error that GitHub gives a type."""

    def __init__(self, type_: str, message: str) -> None:
        super().__init__(message)
        self.type = type_


@dataclass(frozen=True)
class Result:
    """What a query got, cost and asked for."""

    body: Json | None
    cost: int = 1
    nodes: int = 0


@cache
def schema() -> GraphQLSchema:
    """The part of GitHub's schema that is served."""
    return build_schema(SDL.read_text(encoding="utf-8"))


@cache
def _checked(query: str) -> DocumentNode | list[GraphQLError]:
    try:
        document = parse(query)
    except GraphQLError as e:
        return [e]
    return validate(schema(), document) or document


class GraphQL:
    """Answers queries for a face."""

    def __init__(self, face: GitHubFace) -> None:
        self.face = face

    def run(self, body: Json, status: dict[str, int]) -> Result:
        """Validate, price and execute; a query too large for its time is not executed at all."""
        document = _checked(body["query"])
        if isinstance(document, list):
            return Result({"errors": [_unfit(e) for e in document]})
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        name = body.get("operationName")
        operation = next((o for o in operations if name is None or (o.name and o.name.value == name)), None)
        if operation is None or operation.operation.value != "query":
            return Result({"errors": [{"message": "No operation to run."}]})
        wanted = operation.variable_definitions or ()
        given = get_variable_values(schema(), wanted, body.get("variables") or {})
        if isinstance(given, list):
            return Result({"errors": [_unfit(e) for e in given]})
        price = _Price(document, _coerced(given))
        price.add(operation.selection_set, 1)
        if refusal := self._refusal(price):
            return Result({"errors": [refusal]})
        if price.nodes > self.face.timeout_nodes:
            return Result(None, price.cost, price.nodes)
        return Result(self._execute(document, body, status, price), price.cost, price.nodes)

    def _refusal(self, price: "_Price") -> Json | None:
        """Errors for which nothing is executed."""
        if price.nodes > MOST_NODES:
            words = (
                f"This query requests up to {price.nodes:,} possible nodes which exceeds the maximum limit"
            )
            return {"type": "MAX_NODE_LIMIT_EXCEEDED", "message": f"{words} of {MOST_NODES:,}."}
        scopes = self.face.scopes
        if "projectItems" in price.fields and scopes is not None and not scopes & {"read:project", "project"}:
            words = (
                "Your token has not been granted the required scopes to execute this query. The "
                "'projectItems' field requires one of the following scopes: ['read:project'], but your token "
                f"has only been granted the: {sorted(scopes)} scopes."
            )
            return {"type": "INSUFFICIENT_SCOPES", "message": words}
        return None

    def _execute(self, document: DocumentNode, body: Json, status: dict[str, int], price: "_Price") -> Json:
        done = execute_sync(
            schema(),
            document,
            root_value=Root(View(self.face), status, price),
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
            field_resolver=_resolve,
            type_resolver=_type,
        )
        shown: Json = {"data": done.data}
        if done.errors:
            shown["errors"] = [_formatted(e) for e in done.errors]
        return shown


def _coerced(given: Any) -> dict[str, Any]:
    """Variables with their defaults: graphql-core 3.3 wraps them, 3.2 does not."""
    return dict(getattr(given, "coerced", given))


def _unfit(error: GraphQLError) -> Json:
    return {"message": error.message, "locations": _places(error), "extensions": {"code": "invalidQuery"}}


def _formatted(error: GraphQLError) -> Json:
    cause = error.original_error
    if cause is not None and not isinstance(cause, Refused | GraphQLError):
        raise cause  # a bug of the simulator: never pass it off as an answer of GitHub's
    shown: Json = {"type": cause.type} if isinstance(cause, Refused) else {}
    return {**shown, "path": error.path, "locations": _places(error), "message": error.message}


def _places(error: GraphQLError) -> list[Json]:
    return [{"line": each.line, "column": each.column} for each in error.locations or []]


class _Price:
    """What GitHub counts before it executes: the calls that fill the connections, and the nodes in them."""

    def __init__(self, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.variables = variables
        found = (d for d in document.definitions if isinstance(d, FragmentDefinitionNode))
        self.fragments = {each.name.value: each for each in found}
        self.fields: set[str] = set()
        self.calls = self.nodes = 0

    @property
    def cost(self) -> int:
        return max(1, -(-self.calls // 100))

    def add(self, selected: SelectionSetNode | None, times: int) -> None:
        """Count what is selected below something of which there are so many."""
        for each in selected.selections if selected else ():
            if isinstance(each, FragmentSpreadNode):
                self.add(self.fragments[each.name.value].selection_set, times)
            elif isinstance(each, InlineFragmentNode):
                self.add(each.selection_set, times)
            elif isinstance(each, FieldNode) and self._is_wanted(each):
                self._field(each, times)

    def _field(self, each: FieldNode, times: int) -> None:
        self.fields.add(each.name.value)
        values = {a.name.value: value_from_ast_untyped(a.value, self.variables) for a in each.arguments or ()}
        size = values.get("first") or values.get("last") or 0
        if isinstance(size, int) and size > 0:
            self.calls += times
        elif each.name.value == "nodes" and "ids" in values:
            size = len(values["ids"])
        else:
            self.add(each.selection_set, times)
            return
        self.nodes += times * size
        self.add(each.selection_set, times * size)

    def _is_wanted(self, each: FieldNode) -> bool:
        for directive in each.directives or ():
            condition = (directive.arguments or ())[0].value
            if bool(value_from_ast_untyped(condition, self.variables)) == (directive.name.value == "skip"):
                return False
        return True


# ---- resolving


@cache
def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _resolve(source: Any, info: Info, **arguments: Any) -> Any:
    """Dictionaries have GraphQL's names, objects Python's; what can be called is given the arguments."""
    name = info.field_name
    value = source.get(name) if type(source) is dict else getattr(source, _snake(name))
    return value(info, arguments) if callable(value) else value


def _type(value: Any, info: Info, abstract: Any) -> str:
    return str(value["__typename"] if type(value) is dict else value.typename)


def _small(number: int) -> int | None:
    """`databaseId` is an Int of 32 bits; today's ids are larger, so (assumed) it is null then."""
    return number if number < 1 << 31 else None


@dataclass
class Root:
    """The entry points."""

    view: "View"
    status: dict[str, int]
    price: _Price

    def rate_limit(self, info: Info, args: Arguments) -> Json:
        cost, left = self.price.cost, self.status["remaining"]
        moment = stamp(datetime.fromtimestamp(self.status["reset"], UTC))
        used = {"remaining": max(0, left - cost), "used": self.status["used"] + cost, "resetAt": moment}
        return {"limit": self.status["limit"], "cost": cost, "nodeCount": self.price.nodes, **used}

    def viewer(self, info: Info, args: Arguments) -> Json | None:
        return self.view.actor(self.view.company.account(self.view.face.me))

    def repository(self, info: Info, args: Arguments) -> "RepoNode":
        name, company = f"{args['owner']}/{args['name']}", self.view.company
        repo = company.repos.get(name) or (company.former_names.get(name) if args["followRenames"] else None)
        if repo is None or repo.hidden:
            raise Refused("NOT_FOUND", f"Could not resolve to a Repository with the name '{name}'.")
        return RepoNode(self.view, repo)

    def organization(self, info: Info, args: Arguments) -> Json:
        found = self.view.company.accounts.get(args["login"])
        if found is None or found.kind != "Organization":
            words = f"Could not resolve to an Organization with the login of '{args['login']}'."
            raise Refused("NOT_FOUND", words)
        return self.view.organization(found)

    def node(self, info: Info, args: Arguments) -> Any:
        found = self.view.node(args["id"])
        if isinstance(found, Refused):
            raise found
        return found

    def nodes(self, info: Info, args: Arguments) -> list[Any]:
        ids = args["ids"]
        if len(ids) > MOST:
            words = f"You may not provide more than {MOST} node ids; you provided {len(ids)}."
            raise Refused("ARGUMENT_LIMIT", words)
        return [self.view.node(each) for each in ids]


class View:
    """Turns the model into what the executor walks over."""

    def __init__(self, face: GitHubFace) -> None:
        self.face = face
        self.company = face.company
        self.web = face.shapes.web
        self._actors: dict[Account, Json | None] = {}

    def node(self, wanted: str) -> Any:
        """The node; an error in its place where it is not there (any more)."""
        found = self.company.nodes.get(wanted)
        issue = found.issue if isinstance(found, Entry | Item) else found
        repo = issue.repo if isinstance(issue, Issue) else found
        if isinstance(issue, Issue) and not issue.is_there:
            found = None
        if found is None or (isinstance(repo, Repo) and repo.hidden):
            return Refused("NOT_FOUND", f"Could not resolve to a node with the global id of '{wanted}'.")
        match found:
            case Issue():
                return IssueNode(self, found)
            case Repo():
                return RepoNode(self, found)
            case Entry():
                return self.entry(found) if found.kind in _ITEM_TYPES else None
            case Item():
                return self.item(found)
            case Label():
                return self.label(found)
        return self.actor(found) if isinstance(found, Account) else self.milestone(found)

    def actor(self, account: Account) -> Json | None:
        """A deleted account is null."""
        if account not in self._actors:
            path = f"/{account.login}"
            ids = {"id": account.node_id, "databaseId": account.id}
            names = {"login": account.login, "name": None, "resourcePath": path, "url": self.web + path}
            shown = {"__typename": account.kind, **ids, **names}
            self._actors[account] = None if account.deleted else shown
        return self._actors[account]

    def organization(self, account: Account) -> Json:
        mine = [r for r in self.company.repos.values() if r.owner is account and not r.hidden]
        rows = [((repo.id,), repo) for repo in mine]

        def repositories(info: Info, args: Arguments) -> Connection:
            return Connection(info, args, rows, lambda repo: RepoNode(self, repo))

        return {**(self.actor(account) or {}), "repositories": repositories}

    def label(self, label: Label, name: str | None = None) -> Json:
        shown = {"id": label.node_id, "name": name or label.name, "color": label.color}
        return {"__typename": "Label", **shown, "description": None, "isDefault": False}

    def milestone(self, found: Milestone) -> Json:
        shown = {"id": found.node_id, "number": found.number, "title": found.title}
        times = {"createdAt": stamp(found.at), "closedAt": None}
        return {"__typename": "Milestone", **shown, **times, "closed": False}

    def entry(self, entry: Entry) -> Json:
        """A timeline entry with whatever its type has."""
        shown = {
            "__typename": KINDS[entry.kind][0], "id": entry.node_id,
            "createdAt": stamp(entry.at), "actor": self.actor(entry.actor),
        }  # fmt: skip
        details = _DETAILS.get(entry.kind)
        return {**shown, **details(self, entry)} if details else shown

    def issue(self, issue: Issue | None) -> "IssueNode | None":
        """A link leads nowhere when what it points to is gone."""
        found = issue and issue.here
        return IssueNode(self, found) if found and found.is_there and not found.repo.hidden else None

    def item(self, item: Item) -> Json:
        """An issue's place on a board; every item has its title as a text value."""
        rows = [((0,), _title(item))]
        rows += [((item.project.fields[n],), _value(item, n, o, at)) for n, (o, at) in item.values.items()]
        rows.sort(key=lambda row: row[0])

        def values(info: Info, args: Arguments) -> Connection:
            return Connection(info, args, rows, lambda value: value)

        def by_name(info: Info, args: Arguments) -> Json | None:
            return next((value for _, value in rows if value["field"]["name"] == args["name"]), None)

        times = {"createdAt": stamp(item.at), "updatedAt": stamp(item.updated)}
        return {
            "__typename": "ProjectV2Item", "id": item.node_id, "fullDatabaseId": str(item.id), **times,
            "isArchived": False, "type": "PULL_REQUEST" if item.issue.is_pull else "ISSUE",
            "project": self.project(item.project), "content": IssueNode(self, item.issue),
            "fieldValues": values, "fieldValueByName": by_name,
        }  # fmt: skip

    def project(self, project: Project) -> Json:
        url = f"{self.web}/projects/{project.number}"
        ids = {"id": project.node_id, "databaseId": _small(project.id), "number": project.number}
        return {"__typename": "ProjectV2", **ids, "title": project.title, "url": url}


def _title(item: Item) -> Json:
    where = {"__typename": "ProjectV2Field", "id": node_id("PVTF", item.project.id, 0), "name": "Title"}
    head = {"__typename": "ProjectV2ItemFieldTextValue", "id": node_id("PVTFTV", item.id, 0), "field": where}
    return {**head, "text": item.issue.title, "createdAt": stamp(item.at), "updatedAt": stamp(item.at)}


def _value(item: Item, name: str, option: str, at: datetime) -> Json:
    number = item.project.fields[name]
    used = {i.values[name][0] for i in item.project.items.values() if name in i.values}
    options = [{"id": _option_id(each), "name": each} for each in sorted(used)]

    def chosen(info: Info, args: Arguments) -> list[Json]:
        return [each for each in options if each["name"] in (args.get("names") or used)]

    ids = {"__typename": "ProjectV2SingleSelectField", "id": node_id("PVTSSF", item.project.id, number)}
    head = {"__typename": "ProjectV2ItemFieldSingleSelectValue", "id": node_id("PVTFSV", item.id, number)}
    told = {"name": option, "optionId": _option_id(option), "createdAt": stamp(at), "updatedAt": stamp(at)}
    return {**head, **told, "field": {**ids, "name": name, "options": chosen}}


def _option_id(name: str) -> str:
    """Eight hexadecimal digits, the same for the same name."""
    return base64.b16encode(name.encode()).decode().lower()[:8].ljust(8, "0")


# ---- connections


class Connection:
    """One page of rows; each row comes with a key that grows (or, descending, falls) along the list."""

    typename = "Connection"

    def __init__(
        self, info: Info, args: Arguments, rows: Sequence[tuple[tuple[Any, ...], Any]],
        node: Callable[[Any], Any], *, descending: bool = False, total: int | None = None,
    ) -> None:  # fmt: skip
        size = _size(info, args)
        self.total_count = len(rows) if total is None else total
        within = [row for row in rows if _is_between(row[0], args, descending)]
        within = within[args.get("skip") or 0 :]
        self.filtered_count = len(within)
        self.page = within[:size] if args.get("first") is not None else within[max(0, len(within) - size) :]
        self.page_count = len(self.page)
        self._all, self._node = rows, node

    def nodes(self, info: Info, args: Arguments) -> list[Any]:
        return [self._node(row) for _, row in self.page]

    def edges(self, info: Info, args: Arguments) -> list[Json]:
        return [{"cursor": _cursor(key), "node": self._node(row)} for key, row in self.page]

    @property
    def page_info(self) -> Json:
        if not self.page:
            return {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
        first, last = self.page[0][0], self.page[-1][0]
        more = {"hasNextPage": last != self._all[-1][0], "hasPreviousPage": first != self._all[0][0]}
        return {**more, "startCursor": _cursor(first), "endCursor": _cursor(last)}

    @property
    def updated_at(self) -> str:
        return max((stamp(row.at) for _, row in self._all), default="1970-01-01T00:00:00Z")


def _size(info: Info, args: Arguments) -> int:
    """How many rows are wanted; whoever selects only a count needs no bound."""
    name = info.field_name
    if args.get("first") is not None and args.get("last") is not None:
        words = f"Passing both `first` and `last` to paginate the `{name}` connection is not supported."
        raise Refused("ARGUMENT_CONFLICT", words)
    which = "first" if args.get("first") is not None else "last"
    size = args.get(which)
    if size is None:
        selected = info.field_nodes[0].selection_set
        below = selected.selections if selected else ()
        if all(isinstance(each, FieldNode) and each.name.value == "totalCount" for each in below):
            return 0
        words = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise Refused("MISSING_PAGINATION_BOUNDARIES", words)
    if not 0 <= size <= MOST:
        words = f"Requesting {size} records on the `{name}` connection exceeds the `{which}` limit of"
        raise Refused("EXCESSIVE_PAGINATION", f"{words} {MOST} records.")
    return int(size)


def _cursor(key: tuple[Any, ...]) -> str:
    return base64.b64encode(b"cursor:v2:" + json.dumps(key).encode()).decode()


def _is_between(key: tuple[Any, ...], args: Arguments, descending: bool) -> bool:
    after, before = _key(args.get("after")), _key(args.get("before"))
    if descending:
        return (after is None or key < after) and (before is None or key > before)
    return (after is None or key > after) and (before is None or key < before)


@cache
def _key(cursor: str | None) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    try:
        return tuple(json.loads(base64.b64decode(cursor, validate=True).removeprefix(b"cursor:v2:")))
    except (ValueError, TypeError):
        words = f"`{cursor}` does not appear to be a valid cursor."
        raise Refused("INVALID_CURSOR_ARGUMENTS", words) from None


# ---- repositories and issues


@dataclass
class RepoNode:
    """A repository."""

    view: View
    it: Repo
    typename = "Repository"
    is_archived = False
    has_issues_enabled = True

    def __post_init__(self) -> None:
        self.id, self.database_id, self.name = self.it.node_id, self.it.id, self.it.name
        self.name_with_owner, self.is_private = self.it.full_name, self.it.private
        self.resource_path = f"/{self.it.full_name}"
        self.url = self.view.web + self.resource_path

    @property
    def owner(self) -> Json:
        return self.view.organization(self.it.owner)

    def issue(self, info: Info, args: Arguments) -> "IssueNode":
        found = self.it.issues.get(args["number"])
        if found is None or not found.is_there or found.is_pull:
            raise Refused("NOT_FOUND", f"Could not resolve to an Issue with the number of {args['number']}.")
        return IssueNode(self.view, found)

    def issue_or_pull_request(self, info: Info, args: Arguments) -> "IssueNode":
        found = self.it.issues.get(args["number"])
        if found is None or not found.is_there:
            words = f"Could not resolve to an issue or pull request with the number of {args['number']}."
            raise Refused("NOT_FOUND", words)
        return IssueNode(self.view, found)

    def issues(self, info: Info, args: Arguments) -> Connection:
        """Without pull requests; a cursor is the sort key, so an edited issue is met again, never missed."""
        order = args.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
        wanted = args.get("filterBy") or {}
        states = args.get("states") or wanted.get("states")
        labels = set(args.get("labels") or wanted.get("labels") or ())
        since = _moment(wanted.get("since"))
        found = [i for i in self.it.issues.values() if i.is_there and not i.is_pull]
        found = [i for i in found if not states or i.state.upper() in states]
        found = [i for i in found if not labels or {label.name for label in i.labels} & labels]
        found = [i for i in found if stamp(i.updated_at) >= since]
        descending = order["direction"] == "DESC"
        keyed = [(_order_key(i, order["field"]), i) for i in found]
        rows = sorted(keyed, key=lambda row: row[0], reverse=descending)
        return Connection(info, args, rows, lambda i: IssueNode(self.view, i), descending=descending)


def _order_key(issue: Issue, order: str) -> tuple[Any, ...]:
    if order == "COMMENTS":
        return (len(issue.comments), issue.id)
    return (stamp(issue.updated_at if order == "UPDATED_AT" else issue.created_at), issue.id)


def _moment(text: str | None) -> str:
    return stamp(datetime.fromisoformat(text).astimezone(UTC)) if text else ""


class IssueNode:
    """An issue or pull request; whatever is not asked for is not worked out."""

    author_association = "MEMBER"
    active_lock_reason = None

    def __init__(self, view: View, it: Issue) -> None:
        self.view, self.it = view, it
        self.typename = "PullRequest" if it.is_pull else "Issue"
        self.id, self.number, self.title = it.node_id, it.number, it.title
        self.body = self.body_text = it.body
        self.database_id, self.full_database_id = _small(it.id), str(it.id)
        self.state, self.closed, self.locked = it.state.upper(), it.state == "closed", it.locked

    @property
    def created_at(self) -> str:
        return stamp(self.it.created_at)

    @property
    def updated_at(self) -> str:
        return stamp(self.it.updated_at)

    @property
    def closed_at(self) -> str | None:
        return stamp(self.it.closed_at) if self.it.closed_at else None

    @property
    def resource_path(self) -> str:
        return f"/{self.it.repo.full_name}/{'pull' if self.it.is_pull else 'issues'}/{self.it.number}"

    @property
    def url(self) -> str:
        return self.view.web + self.resource_path

    @property
    def author(self) -> Json | None:
        return self.view.actor(self.it.author)

    @property
    def repository(self) -> RepoNode:
        return RepoNode(self.view, self.it.repo)

    @property
    def milestone(self) -> Json | None:
        return self.view.milestone(self.it.milestone) if self.it.milestone else None

    @property
    def parent(self) -> "IssueNode | None":
        return self.view.issue(self.it.parent)

    @property
    def sub_issues_summary(self) -> Json:
        done, total = [c.state for c in self.it.children].count("closed"), len(self.it.children)
        return {"total": total, "completed": done, "percentCompleted": 100 * done // total if total else 0}

    def state_reason(self, info: Info, args: Arguments) -> str | None:
        """`duplicate` is told to those only who ask for it."""
        reason = self.it.reason and self.it.reason.upper()
        return "NOT_PLANNED" if reason == "DUPLICATE" and not args["enableDuplicate"] else reason

    def labels(self, info: Info, args: Arguments) -> Connection:
        rows = sorted(((label.id,), label) for label in self.it.labels)
        return Connection(info, args, rows, self.view.label)

    def assignees(self, info: Info, args: Arguments) -> Connection:
        rows = sorted(((who.id,), who) for who in self.it.assignees)
        return Connection(info, args, rows, self.view.actor)

    def comments(self, info: Info, args: Arguments) -> Connection:
        rows = [((entry.seq,), entry) for entry in self.it.comments]
        return Connection(info, args, rows, self.view.entry)

    def sub_issues(self, info: Info, args: Arguments) -> Connection:
        rows = sorted(((place,), child) for child, place in self.it.children.items() if not child.repo.hidden)
        return Connection(info, args, rows, lambda child: IssueNode(self.view, child))

    def project_items(self, info: Info, args: Arguments) -> Connection:
        rows = [((item.id,), item) for item in self.view.company.boards(self.it)]
        return Connection(info, args, rows, self._project_item)

    def _project_item(self, item: Item) -> Json | Refused:
        if item.project.hidden:
            return Refused("FORBIDDEN", "Resource not accessible by personal access token")
        return self.view.item(item)

    def timeline_items(self, info: Info, args: Arguments) -> Connection:
        """`totalCount` counts the wanted types, `filteredCount` what is left after `since` and the cursors
        (assumed: the documentation says neither clearly)."""
        types, since = args.get("itemTypes"), _moment(args.get("since"))
        known = [e for e in self.it.timeline if e.kind in _ITEM_TYPES]
        if types:
            known = [e for e in known if _ITEM_TYPES[e.kind] in types]
        rows = [((e.seq,), e) for e in known if not since or stamp(e.at) >= since]
        return Connection(info, args, rows, self.view.entry, total=len(known))


# ---- what the types of timeline entries have of their own

# The schema knows no events of issue types: GraphQL's timelines are shorter than REST's by these.
_ITEM_TYPES = {
    kind: _snake(name).lstrip("_").upper()
    for kind, (name, _) in KINDS.items()
    if not kind.startswith("issue_type_")
}


def _comment(view: View, entry: Entry) -> Json:
    issue = IssueNode(view, entry.issue)
    path = f"{issue.resource_path}#issuecomment-{entry.id}"
    edited = stamp(entry.edited) if entry.edited else None
    ids = {"databaseId": _small(entry.id), "fullDatabaseId": str(entry.id), "author": view.actor(entry.actor)}
    times = {"publishedAt": stamp(entry.at), "updatedAt": edited or stamp(entry.at), "lastEditedAt": edited}
    text = {"body": entry.detail, "bodyText": entry.detail, "resourcePath": path, "url": view.web + path}
    rest = {"authorAssociation": "MEMBER", "isMinimized": False, "issue": issue, "editor": None}
    mine = {"viewerDidAuthor": entry.actor.login == view.face.me}
    return {**ids, **times, **text, **rest, **mine, "repository": issue.repository}


def _labeled(view: View, entry: Entry) -> Json:
    name, label = entry.detail
    return {"label": view.label(label, name), "labelable": IssueNode(view, entry.issue)}


def _assigned(view: View, entry: Entry) -> Json:
    who = view.actor(entry.detail)
    return {"assignee": who, "user": who, "assignable": IssueNode(view, entry.issue)}


def _milestoned(view: View, entry: Entry) -> Json:
    return {"milestoneTitle": entry.detail, "subject": IssueNode(view, entry.issue)}


def _closed(view: View, entry: Entry) -> Json:
    issue = IssueNode(view, entry.issue)
    path = f"{issue.resource_path}#event-{entry.id}"
    shown = {"stateReason": entry.detail and entry.detail.upper(), "closable": issue, "closer": None}
    return {**shown, "resourcePath": path, "url": view.web + path}


def _renamed(view: View, entry: Entry) -> Json:
    was, to = entry.detail
    return {"previousTitle": was, "currentTitle": to, "subject": IssueNode(view, entry.issue)}


def _referenced(view: View, entry: Entry) -> Json:
    target = IssueNode(view, entry.issue)
    path = f"{target.resource_path}#ref-issue-{entry.detail.id}"
    source = entry.detail.here
    ends = {"source": IssueNode(view, source), "target": target}
    flags = {"isCrossRepository": source.repo is not entry.issue.repo, "willCloseTarget": False}
    return {**ends, **flags, "referencedAt": stamp(entry.at), "resourcePath": path, "url": view.web + path}


def _about(name: str) -> Callable[[View, Entry], Json]:
    return lambda view, entry: {name: IssueNode(view, entry.issue)}


def _discussion(view: View, entry: Entry) -> Json:
    number = entry.issue.number
    url = f"{view.web}/{entry.issue.repo.full_name}/discussions/{number}"
    ids = {"__typename": "Discussion", "id": node_id("D", entry.issue.repo.id, number), "number": number}
    return {"discussion": {**ids, "title": entry.issue.title, "url": url}}


def _small_id(view: View, entry: Entry) -> Json:
    return {"databaseId": _small(entry.id)}


_DETAILS: dict[str, Callable[[View, Entry], Json]] = {
    "assigned": _assigned,
    "closed": _closed,
    "comment_deleted": lambda v, e: {"databaseId": _small(e.id), "deletedCommentAuthor": v.actor(e.detail)},
    "commented": _comment,
    "converted_to_discussion": _discussion,
    "cross-referenced": _referenced,
    "demilestoned": _milestoned,
    "labeled": _labeled,
    "locked": lambda v, e: {"lockReason": None, "lockable": IssueNode(v, e.issue)},
    "mentioned": _small_id,
    "milestoned": _milestoned,
    "parent_issue_added": lambda v, e: {"parent": v.issue(e.detail)},
    "parent_issue_removed": lambda v, e: {"parent": v.issue(e.detail)},
    "renamed": _renamed,
    "reopened": lambda v, e: {"stateReason": None, "closable": IssueNode(v, e.issue)},
    "sub_issue_added": lambda v, e: {"subIssue": v.issue(e.detail)},
    "sub_issue_removed": lambda v, e: {"subIssue": v.issue(e.detail)},
    "subscribed": _about("subscribable"),
    "transferred": lambda v, e: {"fromRepository": RepoNode(v, e.detail), "issue": IssueNode(v, e.issue)},
    "unassigned": _assigned,
    "unlabeled": _labeled,
    "unlocked": _about("lockable"),
    "unsubscribed": _about("subscribable"),
}
