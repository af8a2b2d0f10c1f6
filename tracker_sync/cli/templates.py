"""The files that `init` writes, with the comments that explain them."""

from tracker_sync.config import FILE

__all__ = ["CUSTOMERS", "FILE", "PEOPLE", "STRATEGY", "config"]


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
    return "\n\n".join(parts) + "\n"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


STRATEGY = """\
# The stated strategy: what work is held against. Half an hour is enough for a first version.
# Uncomment and fill in; each change is remembered with its date when you sync.

# From when this version holds (the day it was decided, not today):
# effective = 2026-01-01

# [vision]
# text = "How will your customers behave differently when you have succeeded?"

# [icp]                       # whom the product is for; everybody else is off-ICP
# segments = ["mid-market"]
# industries = ["construction"]

# [[intents]]                 # three to five; work is tagged with their ids
# id = "reliability"
# mission = "Site managers trust the plan on their phone."
# owner = "Ada"
# target = 0.4                # share of the effort it should get
# aliases = ["Reliability"]   # what your tracker calls it
# hypothesis = { text = "Fewer lost edits bring back weekly use", metric = "weekly use" }

# [[not_doing]]               # opportunities you decided against; a regular expression finds them
# id = "own-payroll"
# why = "Others do it better, and our buyers have one."
# patterns = ["payroll"]
"""

CUSTOMERS = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent\n"

PEOPLE = """\
# Who is who: logins or account ids, and the role that a request of theirs speaks for.
# [[people]]
# logins = ["ada", "5b10a2844c20165700ede21g"]
# role = "sales"              # sales, support, product, engineering, executive
# team = "accounts"
"""
