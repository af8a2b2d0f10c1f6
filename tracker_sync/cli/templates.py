"""The files that `init` writes, with the comments that explain them."""

import textwrap

from tracker_sync.config import FILE
from tracker_sync.strategy_parts import PARTS

__all__ = ["CUSTOMERS", "FILE", "PEOPLE", "STRATEGY", "config", "sides"]


def config(jira: str | None, jql: str, repos: tuple[str, ...]) -> str:
    """`tracker-sync.toml` for the trackers named."""
    parts = ["# Where tracker-sync reads, and which files it judges by. Tokens come from the environment."]
    if jira:
        parts.append(
            f'[[sources]]\nname = "jira"\nkind = "jira"\nurl = {_quoted(jira)}\njql = {_quoted(jql)}\n'
            "# What your site calls the fields that say these (leave out what it has not):\n"
            '# fields = { intent = "Strategic intent", customer = "Customer", points = "Story Points" }'
        )
    if repos:
        listed = ", ".join(_quoted(r) for r in repos)
        parts.append(
            f'[[sources]]\nname = "github"\nkind = "github"\nrepos = [{listed}]\n'
            "# Labels that say an open issue is being worked on (an assigned one always is):\n"
            '# started_labels = ["in progress"]'
        )
    parts.append(_FILES)
    return "\n\n".join(parts) + "\n"


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


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


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
