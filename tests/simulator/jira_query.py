"""Jira's query language as far as a sync may use it, held against issues and what the index knows of them."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulator.jira_company import Issue, JiraCompany
from tracker_sync.demo.jql import JqlError

__all__ = ["JqlError", "Query", "Row"]


@dataclass
class Row:
    """An issue, and the `updated` that the search index has for it."""

    issue: Issue
    updated: datetime


Test = Callable[[Row], bool]
SortKey = Callable[[Row], Any]

_TOKEN = re.compile(
    r"""\s* (?: (?P<quoted> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
           | (?P<sign> <= | >= | != | [=<>(),])
           | (?P<word> [^\s=<>(),"'!]+) )""",
    re.VERBOSE,
)
_RELATIVE = re.compile(r"-(\d+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}
# A part of https://support.atlassian.com/jira-software-cloud/docs/jql-reserved-words/ that also makes
# plausible project keys.
RESERVED = frozenset(
    re.findall(
        r"\w+",
        """abort access add after alias all alter and any as asc audit avg before begin between boolean
        break by byte char character check collate column commit connect continue count create
        current date decimal default delete desc distinct divide do double drop else empty end
        equals escape exclusive execute exists false fetch file float for from full function go
        goto grant group having if immediate in index initial inner input insert int integer
        intersect into is isnull join last left less like limit lock long max min minus mode
        modify modulo more multiply next not notin null number object of on option or order
        outer output power previous prior privileges public raise raw remainder rename resource
        return returns right row rowid rownum rows select session set share size some sqrt start
        strict string sum synonym table then to trans transaction trigger true union unique
        update user using validate values view when whenever where while with""",
    )
)


class Query:
    """A parsed query: which rows it finds, and in which order."""

    def __init__(self, text: str, company: JiraCompany, zone: ZoneInfo, *, strict: bool) -> None:
        parser = _Parser(text, company, zone, strict=strict)
        self.bounded = bool(parser.tokens) and parser.word() != "order"
        self._test = parser.either() if self.bounded else (lambda row: True)
        self._order = parser.order()

    def find(self, rows: Collection[Row]) -> list[Row]:
        """The rows that match, in order; newest id first where the query does not say."""
        return self.sort([row for row in rows if self._test(row)])

    def sort(self, rows: Collection[Row]) -> list[Row]:
        """Rows in the query's order."""
        found = list(rows)
        found.sort(key=lambda row: int(row.issue.id), reverse=not self._order)
        for key, descending in reversed(self._order):
            found.sort(key=key, reverse=descending)
        return found


@dataclass
class _Token:
    text: str
    quoted: bool


class _Parser:
    def __init__(self, text: str, company: JiraCompany, zone: ZoneInfo, *, strict: bool) -> None:
        self.company, self.zone, self.strict = company, zone, strict
        self.tokens: list[_Token] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise JqlError(f"Error in the JQL Query: unexpected text at character {position + 1}.")
            quoted = match["quoted"] is not None
            found = re.sub(r"\\(.)", r"\1", match["quoted"][1:-1]) if quoted else match[0].strip()
            self.tokens.append(_Token(found, quoted))
            position = match.end()

    def word(self) -> str:
        """The next token, if it is a bare word or sign."""
        return self.tokens[0].text.lower() if self.tokens and not self.tokens[0].quoted else ""

    def take(self, *allowed: str) -> _Token:
        if not self.tokens or (allowed and self.word() not in allowed):
            got = self.tokens[0].text if self.tokens else ""
            wanted = " or ".join(allowed) or "a value"
            raise JqlError(f"Error in the JQL Query: Expecting {wanted} but got '{got}'.")
        return self.tokens.pop(0)

    def either(self) -> Test:
        tests = [self.both()]
        while self.word() in ("or", "||"):
            self.take()
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.negated()]
        while self.word() in ("and", "&&"):
            self.take()
            tests.append(self.negated())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def negated(self) -> Test:
        if self.word() == "not":
            self.take()
            test = self.negated()
            return lambda row: not test(row)
        if self.word() == "(":
            self.take()
            test = self.either()
            self.take(")")
            return test
        return self.clause()

    def clause(self) -> Test:
        name = self.value().lower()
        if name in ("updated", "updateddate", "created", "createddate"):
            return self.dated(name)
        values = _getter(name, self.company)
        sign = self.take("=", "!=", "in", "not", "is").text.lower()
        if sign == "is":
            return self.emptiness(values)
        negative = sign in ("!=", "not")
        if sign == "not":
            self.take("in")
        wanted = {v.lower() for v in ([self.value()] if sign in ("=", "!=") else self.several())}
        self.check(name, wanted)
        if not negative:
            return lambda row: not wanted.isdisjoint(values(row))
        # Jira's != and "not in" leave out what has no value at all.
        return lambda row: bool(found := values(row)) and wanted.isdisjoint(found)

    def emptiness(self, values: Callable[[Row], set[str]]) -> Test:
        negative = self.word() == "not"
        if negative:
            self.take()
        self.take("empty", "null")
        return lambda row: bool(values(row)) == negative

    def several(self) -> list[str]:
        self.take("(")
        found = [self.value()]
        while self.take(",", ")").text == ",":
            found.append(self.value())
        return found

    def value(self) -> str:
        token = self.take()
        if token.quoted:
            return token.text
        if token.text in {"(", ")", ",", *_COMPARE}:
            raise JqlError(f"Error in the JQL Query: '{token.text}' is no value.")
        if token.text.lower() in RESERVED:
            raise JqlError(
                f"Error in the JQL Query: '{token.text}' is a reserved JQL word. You must surround it in "
                "quotation marks to use it in a query."
            )
        return token.text

    def check(self, name: str, wanted: set[str]) -> None:
        """Refuse projects and issues that are not there, or that the account must not see."""
        if name == "project":
            projects = [p for p in self.company.projects.values() if not p.hidden]
            known = {text.lower() for p in projects for text in (p.key, p.id, p.name)}
            for value in sorted(wanted - known):
                raise JqlError(f"The value '{value.upper()}' does not exist for the field 'project'.")
        if name in _ISSUES and self.strict:
            for value in sorted(wanted):
                issue = self.company.find(value)
                if issue is None or not self.company.sees(issue):
                    kind = (
                        f"A value with ID '{value}'" if value.isdecimal() else f"An issue with key '{value}'"
                    )
                    raise JqlError(f"{kind} does not exist for the field '{name}'.")

    def dated(self, name: str) -> Test:
        compare, limit = _COMPARE[self.take(*_COMPARE).text], self.instant(self.take())
        if name.startswith("created"):
            return lambda row: compare(row.issue.created, limit)
        return lambda row: compare(row.updated, limit)

    def instant(self, token: _Token) -> datetime:
        """Bare digits are epoch milliseconds; a quoted date is to the minute, in the account's time zone."""
        if not token.quoted and token.text.isdecimal():
            return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(token.text))
        if match := _RELATIVE.fullmatch(token.text):
            return self.company.now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        for pattern in _DAYS:
            try:
                return datetime.strptime(token.text, pattern).replace(tzinfo=self.zone)
            except ValueError:
                continue
        raise JqlError(
            f"Date value '{token.text}' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd "
            "HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )

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
        name = self.value().lower()
        if name not in _SORTING:
            raise JqlError(f"Not able to sort using field '{name}'.")
        descending = self.word() == "desc"
        if self.word() in ("asc", "desc"):
            self.take()
        return _SORTING[name], descending


_ISSUES = ("id", "key", "issue", "issuekey")


def _getter(name: str, company: JiraCompany) -> Callable[[Row], set[str]]:
    """What a field holds, in lower case: ids as well as names."""
    if name in _ISSUES:
        return lambda row: {t.lower() for t in (row.issue.id, row.issue.key, *row.issue.former_keys)}
    if name == "project":
        return lambda row: {
            t.lower() for t in (row.issue.project.key, row.issue.project.id, row.issue.project.name)
        }
    if name == "statuscategory":
        return lambda row: {company.categories.get(row.issue.values["status"], "new")}
    if name == "parent":
        return lambda row: {t.lower() for t in _parent(row.issue, company)}
    aliases = {"issuetype": "type", "component": "components", "fixversion": "fix_versions"}
    by_name = {kind.name.lower(): field for field, kind in company.fields.items()}
    field = aliases.get(name) or by_name.get(name) or name
    if field not in company.fields:
        raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
    names = company.fields[field].names
    return lambda row: {
        t.lower() for v in _listed(row.issue.values.get(field)) for t in (str(v), names.get(str(v), str(v)))
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _parent(issue: Issue, company: JiraCompany) -> list[str]:
    parent = issue.values.get("parent")
    return [parent, company.issues[parent].key] if parent else []


def _by_key(row: Row) -> tuple[str, int]:
    project, _, number = row.issue.key.rpartition("-")
    return project, int(number)


_SORTING: dict[str, SortKey] = {
    "updated": lambda row: row.updated,
    "created": lambda row: row.issue.created,
    "key": _by_key,
    "issuekey": _by_key,
    "id": lambda row: int(row.issue.id),
    "project": lambda row: row.issue.project.key,
    "status": lambda row: row.issue.values["status"],
}
