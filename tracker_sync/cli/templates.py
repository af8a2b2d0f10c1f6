"""The files that `init` writes, with the comments that explain them."""

import json
import textwrap
from collections.abc import Iterable

import msgspec

from tracker_sync.cli.found import Found
from tracker_sync.config import FILE, GithubConfig, JiraConfig, kind_of
from tracker_sync.strategy_parts import PARTS

__all__ = ["CUSTOMERS", "FILE", "PEOPLE", "STRATEGY", "config", "sides"]


def config(sources: Iterable[Found]) -> str:
    """`tracker-sync.toml` for these sources."""
    parts = ["# Where tracker-sync reads, and which files it judges by. Tokens come from the environment."]
    for found in sources:
        match found.source:
            case JiraConfig() as jira:
                parts.append(_table(found, [f"jql = {quoted(jira.jql)}"], _OF_A_SITE))
            case GithubConfig() as github:
                started = ", ".join(map(quoted, github.started_labels)) or '"in progress"'
                own = [
                    f"repos = [{', '.join(map(quoted, github.repos))}]",
                    "# Labels that say an open issue is being worked on (an assigned one always is):",
                    f"{'' if github.started_labels else '# '}started_labels = [{started}]",
                ]
                parts.append(_table(found, own, _OF_ISSUES))
    return "\n\n".join([*parts, _FILES]) + "\n"


def _table(found: Found, own: list[str], about: str) -> str:
    """A `[[sources]]`, with the lines that only its kind has."""
    source = found.source
    kind = kind_of(source)
    named = {role: name for role, name in msgspec.structs.asdict(source.fields).items() if name}
    fields = ", ".join(f"{role} = {quoted(name)}" for role, name in named.items())
    return "\n".join([
        *([f"# Not checked: {found.unchecked}. `tracker-sync doctor` does it."] if found.unchecked else []),
        "[[sources]]",
        f"name = {quoted(source.name)}",
        f"kind = {quoted(kind)}",
        f"url = {quoted(source.url)}",
        *(["allow_http = true                        # the token goes over the network as it is"]
          if source.allow_http else []),
        *own,
        about,
        f"fields = {{ {fields} }}" if named else f"# {_EXAMPLE}",
    ])  # fmt: skip


_OF_A_SITE = "# What your site calls the fields that say these (leave out what it has not):"
_OF_ISSUES = "# Fields of issues, and single-select fields of projects, that say these; labels do without:"
_EXAMPLE = 'fields = { intent = "Strategic intent", customer = "Customer", points = "Story Points" }'
_FILES = """\
# The files that work is judged by and reports draw on, beside this one; each may be missing or empty.
[strategy]
file = "strategy.toml"
customers = "customers.csv"
people = "people.toml"
problems = "problems.csv"                # how the people you serve rank their problems
adoption = "adoption.csv"                # who uses what was built
pmf = "pmf.csv"                          # how disappointed they would be without the product"""


def sides() -> dict[str, str]:
    """The files of the side inputs, by name: a header, and no row yet."""
    from tracker_sync import adoption, pmf, problems

    headers = {"problems": problems.HEADER, "adoption": adoption.HEADER, "pmf": pmf.HEADER}
    return {name: f"{header}\n" for name, header in headers.items()}


def quoted(text: str) -> str:
    """A text as TOML writes it, between the quotes that need no escapes if there are such."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    said = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in said)  # what JSON leaves as it is


def _strategy() -> str:
    """Every part: what belongs into it, and an example that is valid once it is uncommented."""
    blocks = [_STRATEGY_HEAD]
    for part in PARTS:
        explained = textwrap.wrap(f"{part.name}: {part.what}", 98, break_on_hyphens=False)
        lines = [f"# {line}" for line in explained] + [f"#{line}" for line in part.example.splitlines()]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


_STRATEGY_HEAD = """\
# The stated strategy: what work is held against. Half an hour is enough for a first version.
# Lines with "# " explain; lines with "#" alone are examples: take the # away and say what holds for you.
# `tracker-sync strategy check` says what is missing. Each change is remembered with its date when you sync.

# From when this version holds (the day it was decided, not today):
#effective = 2026-01-01
"""
STRATEGY = _strategy()

CUSTOMERS = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent\n"

PEOPLE = """\
# Who is who: logins or account ids, and the role that a request of theirs speaks for.
# [[people]]
# logins = ["ada", "5b10a2844c20165700ede21g"]
# role = "sales"              # sales, support, product, engineering, executive
# team = "accounts"
"""
