"""The small part of Jira's query language that a sync needs, evaluated over plain issues."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

Issue = dict[str, Any]
Test = Callable[[Issue], bool]
SortKey = Callable[[Issue], Any]

_TOKEN = re.compile(
    r"""\s* (?: "[^"]*" | '[^']*'          # a quoted text
           | <= | >= | [=<>(),]             # a sign
           | [^\s=<>(),"']+ )              # a word or number""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    "=": lambda left, right: left == right,
}
_DAY_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


class JqlError(ValueError):
    """The query is outside the part of JQL understood here."""


def moment(text: str) -> datetime:
    """A Jira timestamp as a point in time."""
    return datetime.fromisoformat(text)


def former_keys(issue: Issue) -> set[str]:
    """The keys an issue had before it was moved; Jira keeps answering to them."""
    return {
        item["fromString"]
        for history in issue.get("changelog", {}).get("histories", [])
        for item in history["items"]
        if item["field"] == "Key"
    }


def select(query: str, issues: Sequence[Issue]) -> list[Issue]:
    """The issues a query names, in the order it asks for (by numeric id where it does not)."""
    parser = _Parser(query)
    test, order = parser.where(), parser.order()
    found = [issue for issue in issues if test(issue)]
    found.sort(key=lambda issue: int(issue["id"]))
    for sort_key, descending in reversed(order):
        found.sort(key=sort_key, reverse=descending)
    return found


def is_bounded(query: str) -> bool:
    """Whether the query restricts anything; Jira Cloud refuses to search everything."""
    return bool(query.strip()) and not query.strip().lower().startswith("order by")


class _Parser:
    def __init__(self, query: str) -> None:
        self.tokens: list[str] = []
        position = 0
        while query[position:].strip():
            match = _TOKEN.match(query, position)
            if match is None:
                raise JqlError(f"Error in the JQL Query: unexpected text at {position}.")
            self.tokens.append(match[0].strip())
            position = match.end()

    def peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self, *allowed: str) -> str:
        token = self.peek()
        if not token or (allowed and token.lower() not in allowed):
            wanted = " or ".join(allowed) or "a value"
            raise JqlError(f"Error in the JQL Query: expecting {wanted} but got '{token}'.")
        return self.tokens.pop(0)

    def where(self) -> Test:
        if not self.tokens or self.peek().lower() == "order":
            return lambda issue: True
        return self.either()

    def either(self) -> Test:
        tests = [self.both()]
        while self.peek().lower() == "or":
            self.take()
            tests.append(self.both())
        return lambda issue: any(test(issue) for test in tests)

    def both(self) -> Test:
        tests = [self.clause()]
        while self.peek().lower() == "and":
            self.take()
            tests.append(self.clause())
        return lambda issue: all(test(issue) for test in tests)

    def clause(self) -> Test:
        if self.peek() == "(":
            self.take()
            test = self.either()
            self.take(")")
            return test
        name = self.take("project", "key", "issuekey", "issue", "id", "updated", "created").lower()
        if name in {"updated", "created"}:
            return self.dated(name)
        wanted = {value.upper() for value in self.values()}
        if name == "project":
            return lambda issue: issue["fields"]["project"]["key"].upper() in wanted
        return lambda issue: (
            not wanted.isdisjoint({str(issue["id"]), issue["key"].upper(), *former_keys(issue)})
        )

    def values(self) -> list[str]:
        if self.take("=", "in") == "=":
            return [self.value()]
        self.take("(")
        found = [self.value()]
        while self.take(",", ")") == ",":
            found.append(self.value())
        return found

    def value(self) -> str:
        token = self.take()
        if token in {"(", ")", ",", *_COMPARE}:
            raise JqlError(f"Error in the JQL Query: '{token}' is no value.")
        return token.strip("\"'")

    def dated(self, name: str) -> Test:
        compare = _COMPARE[self.take(*_COMPARE)]
        limit = _instant(self.take())
        return lambda issue: compare(moment(issue["fields"][name]), limit)

    def order(self) -> list[tuple[SortKey, bool]]:
        if not self.tokens:
            return []
        self.take("order")
        self.take("by")
        keys = [self.sorting()]
        while self.tokens:
            self.take(",")
            keys.append(self.sorting())
        return keys

    def sorting(self) -> tuple[SortKey, bool]:
        name = self.take("updated", "created", "key", "id").lower()
        descending = False
        if self.peek().lower() in {"asc", "desc"}:
            descending = self.take().lower() == "desc"
        return _SORTING[name], descending


def _by_key(issue: Issue) -> tuple[str, int]:
    project, _, number = issue["key"].rpartition("-")
    return project, int(number)


_SORTING: dict[str, SortKey] = {
    "updated": lambda issue: moment(issue["fields"]["updated"]),
    "created": lambda issue: moment(issue["fields"]["created"]),
    "key": _by_key,
    "id": lambda issue: int(issue["id"]),
}


def _instant(token: str) -> datetime:
    """Bare digits are epoch milliseconds; anything in quotes is a date in UTC."""
    if token.isdecimal():
        return datetime.fromtimestamp(int(token) / 1000, UTC)
    for pattern in _DAY_FORMATS:
        try:
            return datetime.strptime(token.strip("\"'"), pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise JqlError(f"Date value {token} is invalid. Valid formats include: 'yyyy-MM-dd HH:mm'.")
