"""What a tag rule may look at, and in which tracker it is to be found."""

from collections.abc import Mapping
from difflib import get_close_matches

from tracker_sync.sources.jira_fields import CHOICE, MANY, TEXT
from tracker_sync.tagging.rules import COMPUTED, CUSTOM, NAMED, RENAMED, Dimension

_FIELD = "field."
JIRA_AND_GITHUB: Mapping[str, str] = {
    "title": "the title",
    "body": "the description",
    "comments": "each comment",
    "labels": "each label",
    "type": "what kind of item it is: Bug, Story, Epic",
    "status": "the status by its name",
    "resolution": "how it was resolved, or why it was closed",
    "parent": "the key of the item above it",
}
JIRA: Mapping[str, str] = {
    "project": "the project's name",
    "components": "each component",
    "priority": "the priority",
    "versions": "each version that it was found in",
    "fix_versions": "each version that it is planned for",
    "due": "the due date, as 2026-03-31",
    "environment": "the environment",
    "security": "the security level",
    "reporter": "the account id of who reported it",
    "assignee": "the account id of who has it",
    "estimate": "the original estimate, in seconds",
    "remaining": "the estimate of what is left, in seconds",
    "spent": "the time logged, in seconds",
    "remote_links": "the address of each link to something outside Jira",
}
GITHUB: Mapping[str, str] = {
    "milestone": "the milestone's title",
    "assignees": "the account id of everybody who has it",
    "projects": "the title of each project that it is in",
    "sub_issues": "the key of each issue below it",
}
ANY_FIELD: Mapping[str, str] = {
    "field.NAME": "the field of that name: a custom field in Jira, an issue or project field in GitHub",
    "intent_field": "the field that `fields = { intent = … }` of a source names",
    "customer_field": "the field that `fields = { customer = … }` of a source names",
    "origin_field": "the field that `fields = { origin = … }` of a source names",
}
WORKED_OUT: Mapping[str, str] = {
    "text": "the title, the description or any comment: short for a condition on each of them",
    "key": "the key: PAY-12, or acme/web#12",
    "links": "each web address in the description, the comments and the remote links",
    "customer": "each customer that the customer rules, or a person, found; not for customer rules",
    "reporter_role": "the role in people.toml of who reported it",
    "reporter_team": "the team in people.toml of who reported it",
    "reporter_domain": "the domain of the reporter's address, where the tracker shows it",
    "named.ATTRIBUTE": "each text of that attribute that names an account of customers.csv, as «Acme»",
}
EVERYWHERE = {**JIRA_AND_GITHUB, **JIRA, **GITHUB, **WORKED_OUT, **ANY_FIELD}
"""All of them by name, each with what it holds."""
_KNOWN = frozenset({*EVERYWHERE, *RENAMED.values(), *COMPUTED})
_MEANT = {jira.casefold(): attr for jira, attr in (TEXT | CHOICE | MANY).items()} | {a: a for a in EVERYWHERE}
"""What people may call them, among it Jira's own names."""


def problem(attr: str, dimension: Dimension) -> str | None:
    """What is wrong with an attribute that no item ever has, as the rest of a sentence; None where one may
    have it."""
    if attr == "customer" and dimension == "customer":
        return "`customer`, which customer rules themselves find: to them it is always empty"
    if attr in _KNOWN or attr.startswith(CUSTOM):
        return None
    if attr.startswith(NAMED):
        return problem(attr.removeprefix(NAMED), dimension)
    if attr.startswith(_FIELD):
        return None if attr.removeprefix(_FIELD).strip() else "`field.`, which needs a field's name after it"
    return f"`{attr}`, which no tracker has ({_instead(attr)})"


def _instead(attr: str) -> str:
    """What was probably meant."""
    _, dot, name = attr.partition(".")
    near = get_close_matches(attr.casefold(), sorted(_MEANT), 1)
    if dot and name:
        return f'did you mean "{_FIELD}{name}"?'
    return f"did you mean `{_MEANT[near[0]]}`?" if near else f'is it a field of yours? Then "{_FIELD}{attr}"'
