"""The demo company after a stranger had a hand in all that its trackers say, and in its people's files."""

import csv
import io
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from builders import jira_issue
from hostile.titles import MEGABYTES, TITLES, names

from tracker_sync.demo.company import company

Json = Any
LATE = 200
NAMES = {"displayName", "login", "name", "value", "project"}
"""Keys under which a tracker calls somebody or something by name."""
TEXTS = {"body", "description"}
PLAIN = re.compile(r"[a-z]+ = (\".*\")")


class Stranger:
    """Spoils what is said: every item has a title of ours, and every name and text has one in it."""

    def __init__(self) -> None:
        self._texts, self._names = names(), dict[str, str]()
        self._spare = names()
        self._titles = iter([*TITLES, *MEGABYTES])

    def name(self, said: str) -> str:
        """What somebody or something is called from now on; the same for the same. A name that begins with a
        word of ours, such as `customer/`, goes on so."""
        if said not in self._names:
            before, slash, after = said.rpartition("/")
            self._names[said] = f"{before}{slash}{next(self._texts)} {after}".strip()
        return self._names[said]

    def text(self, said: str) -> str:
        """The same words, and below them something else."""
        return f"{said}\n{next(self._spare)}"

    def jira(self, issues: list[Json], fields: list[Json], statuses: list[Json]) -> None:
        for issue in issues:
            title = issue["fields"]["summary"]
            self._all(issue)
            issue["fields"]["summary"] = self.title(title)
            issue["fields"]["labels"] = [self.name(label) for label in issue["fields"]["labels"]]
            for history in issue["changelog"]["histories"]:
                for item in history["items"]:
                    for end in ("fromString", "toString"):
                        if item[end] and item["field"] not in (
                            "Key",
                            "Link",
                            "Parent",
                            "IssueParentAssociation",
                        ):
                            item[end] = self._change(item["field"], item[end])
                    item["field"] = (
                        self.name(item["field"]) if item["fieldtype"] == "custom" else item["field"]
                    )
        for field in fields:
            field["name"] = self.name(field["name"]) if field["custom"] else field["name"]
        self._all(statuses)

    def _change(self, field: str, said: str) -> str:
        if field == "labels":
            return " ".join(map(self.name, said.split(" ")))
        if field == "Customer":
            return ", ".join(map(self.name, said.split(", ")))
        return said if field in ("Story Points", "duedate") else self.name(said)

    def github(self, entries: list[Json]) -> None:
        for entry in entries:
            title = entry["issue"]["title"]
            self._all(entry)
            if is_issue(entry):
                entry["issue"]["title"] = self.title(title)
            if entry["issue"]["milestone"]:
                entry["issue"]["milestone"]["title"] = self.name(entry["issue"]["milestone"]["title"])
            for event in entry["timeline"]:
                if "milestone" in event:
                    event["milestone"]["title"] = self.name(event["milestone"]["title"])

    def title(self, said: str) -> str:
        """Each of ours as it is, and once there are no more of them, one before what was said."""
        ours = next(self._titles, None)
        return ours if ours is not None else f"{next(self._texts)} {said}"

    def _all(self, found: Json) -> None:
        if isinstance(found, dict):
            for key, value in found.items():
                if isinstance(value, str) and key in NAMES:
                    found[key] = self.name(value)
                elif isinstance(value, str) and key in TEXTS:
                    found[key] = self.text(value)
                elif key != "statusCategory":
                    self._all(value)
        elif isinstance(found, list):
            for each in found:
                self._all(each)

    def table(self, text: str, *columns: str) -> str:
        """A file in CSV, with the names that it has in some columns."""
        rows = list(csv.DictReader(io.StringIO(text)))
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows([{k: self.name(v) if v and k in columns else v for k, v in r.items()} for r in rows])
        return out.getvalue()

    def stated(self, text: str) -> str:
        """A file in TOML, with other words for what is said in words there, and the names in it."""

        def other(line: re.Match[str]) -> str:
            said = line[2]
            known = self._names.get(said)
            free = re.fullmatch(
                r"text|behaviour|category|contribution|buyer|user|why|mission|delight|margin|owner", line[1]
            )
            return (
                f"{line[1]} = {quoted(known or f'{next(self._spare)} {said}')}" if known or free else line[0]
            )

        text = re.sub(r'(?m)^(\w+) = "(.*)"$', other, text)
        return re.sub(
            r'"((?:\\.|[^"\\\n])*)"',
            lambda m: quoted(self._names[m[1]]) if m[1] in self._names else m[0],
            text,
        )


def quoted(text: str) -> str:
    """A string of TOML."""
    return (
        '"'
        + "".join(c if (c.isalnum() and c.isascii()) or c in " .,-/" else f"\\U{ord(c):08X}" for c in text)
        + '"'
    )


def spoiled() -> tuple[Any, Any, dict[str, str]]:
    """(the Jira site, the GitHub site, the files) of the demo company, of which some families of items are
    enough; there is an item for each of our titles."""
    made, stranger = company(), Stranger()
    jira, github = made.jira, made.github
    jira.issues = some(jira.issues, _above_in_jira)
    ((repo, entries),) = github.repos.items()
    entries = some(entries, _above_on_github)
    left = len(TITLES) + len(MEGABYTES) - len(jira.issues) - sum(map(is_issue, entries))
    more = [jira_issue(key=f"PLAN-{n}", number=n, updated=LATE) for n in range(900, 900 + left)]
    jira.issues += deepcopy(more)  # they share parts with those of other tests
    github.repos = {repo: entries}
    stranger.jira(jira.issues, jira.fields, jira.statuses)
    stranger.github(entries)
    files = dict(made.files)
    for name, columns in {
        "customers.csv": ("name", "parent", "segment", "industry", "geography"),
        "problems.csv": ("account", "problem"), "adoption.csv": ("account",),
        "pmf.csv": ("account", "benefit", "improvement", "respondent"),
    }.items():  # fmt: skip
        files[name] = stranger.table(files[name], *columns)
    for name in ("strategy.toml", "people.toml", "tracker-sync.toml"):
        files[name] = stranger.stated(files[name])
    return jira, github, files


def is_issue(entry: Json) -> bool:
    """Whether this is no pull request."""
    return "pull_request" not in entry["issue"]


def some(issues: list[Json], above: Callable[[Json], tuple[Any, Any]]) -> list[Json]:
    """Every sixth family, and what belongs to none."""
    roots = dict[Any, Any]()
    for own, parent in sorted(map(above, issues), key=lambda pair: pair[1] is not None):
        roots[own] = parent

    def top(own: Any) -> Any:
        return own if roots[own] is None else top(roots[own])

    tops = [top(above(issue)[0]) for issue in issues]
    families = [each for each in dict.fromkeys(tops) if tops.count(each) > 1]
    kept = {*families[::6], *(each for each in tops if tops.count(each) == 1)}
    return [issue for issue, each in zip(issues, tops, strict=True) if each in kept]


def _above_in_jira(issue: Json) -> tuple[Any, Any]:
    parent = issue["fields"].get("parent")
    return issue["key"], parent["key"] if parent else None


def _above_on_github(entry: Json) -> tuple[Any, Any]:
    return entry["issue"]["url"], entry["issue"].get("parent_issue_url")
