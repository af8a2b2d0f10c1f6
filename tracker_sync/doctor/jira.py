"""Whether a Jira takes the credentials, and shows what the configuration asks it for."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from time import time

import msgspec

from tracker_sync.config import JiraConfig, given_by, token_variable
from tracker_sync.doctor import Check, broken, fine, look, tried
from tracker_sync.doctor.network import PATIENCE, away, clock
from tracker_sync.errors import Missing, NotAllowed, SourceError, TrackerSyncError
from tracker_sync.sources.guesses import jira_fields
from tracker_sync.sources.jira_look import (
    Field,
    JiraLook,
    Sample,
    Site,
    beyond_scope,
    denied,
    refused_as_wrong,
)

NUMBERS = ("points", "paid")


def jira(config: JiraConfig, user: str | None, token: str | None) -> Iterator[Check]:
    """Every question that a pull depends on, and none that writes."""
    about = config.name
    asked = JiraLook(msgspec.structs.replace(config, deadline=min(config.deadline, PATIENCE)), user, token)
    site = tried("reach", about, asked.site, lambda e: remedy(config, e))
    if isinstance(site, Site):
        yield fine("reach", about, f"{config.url} is a {site.kind}")
    elif site.exit_code != NotAllowed.exit_code or not token:
        yield site
        return
    if token:
        account = tried("account", about, asked.account, lambda e: remedy(config, e))
        if isinstance(account, Check) and not beyond_scope():
            yield account
            return
        whose = (
            "whose they are is beyond their scopes" if isinstance(account, Check) else f"they are {account}'s"
        )
        yield fine("account", about, f"the credentials are taken; {whose}")
    yield from _fields(config, asked)
    yield from _issues(config, asked)
    yield clock(about, asked.clock, time())


def _fields(config: JiraConfig, asked: JiraLook) -> Iterator[Check]:
    """Whether the fields that the configuration names are there, and which it might name."""
    about = config.name
    found = tried("fields", about, asked.custom_fields, lambda e: remedy(config, e))
    if isinstance(found, Check):
        yield found
        return
    named = {role: name for role, name in msgspec.structs.asdict(config.fields).items() if name}
    for role, name in named.items():
        yield from _named(config, role, name, [f for f in found if f.name == name])
    for role, guess in jira_fields(found).items():
        if role not in named:
            yield look(
                "fields", about,
                f"`fields` names none for {role}; there is {guess.name!r} (guessed {guess.why})",
                f"if that is what it says, write fields = {{ {role} = {guess.name!r} }}; labels do without",
            )  # fmt: skip


def _named(config: JiraConfig, role: str, name: str, found: list[Field]) -> Iterator[Check]:
    about = config.name
    if not found:
        yield broken(
            "fields", about, f"{config.url} has no field called {name!r} (fields.{role})",
            "look up its name in Jira (it may have been renamed, or be hidden from this account) and correct "
            "it in `fields`",
            2,
        )  # fmt: skip
    elif len(found) > 1:
        ids = ", ".join(f.id for f in found)
        yield look(
            "fields", about, f"several fields are called {name!r} (fields.{role}): {ids}; all are read",
            "rename the one that is not meant, if their values differ",
        )  # fmt: skip
    elif role in NUMBERS and found[0].kind != "number":
        yield look(
            "fields", about, f"{name!r} (fields.{role}) holds no number; its type is {found[0].kind}",
            f"name a field that holds a number for {role}",
        )  # fmt: skip
    else:
        yield fine("fields", about, f"{role} is in {name!r} ({found[0].id}, {found[0].kind})")


def _issues(config: JiraConfig, asked: JiraLook) -> Iterator[Check]:
    """What the JQL finds, and whether histories come with it."""
    about, jql = config.name, config.jql.strip()
    what = f"jql = {jql!r}" if jql else "without jql, everything"
    found = tried("issues", about, asked.sample, lambda e: remedy(config, e))
    if isinstance(found, Check):
        wrong = refused_as_wrong()
        yield broken(found.id, about, found.what, "correct jql", 2) if wrong else found
        return
    if not found.found:
        seen: list[str] = []
        with suppress(SourceError):  # they are only to be told beside
            seen = [p.key for p in asked.projects()]
        which = f"it sees the projects {_few(seen)}" if seen else "it sees no project"
        yield look(
            "issues", about, f"{what}: no issue is found",
            f"correct jql, or give this account the permission Browse projects ({which})",
        )  # fmt: skip
        return
    yield fine("issues", about, f"{what}: {_many(found)}")
    if not found.histories:
        yield look(
            "histories", about, "the histories of issues are not shown to this account",
            "give it the permission to see changelogs (Browse projects, and no restriction on history): "
            "without it nothing is known of what was before the first sync",
        )  # fmt: skip


def _many(found: Sample) -> str:
    return "there are issues" if found.about is None else f"about {found.about:,} issues"


def _few(keys: list[str]) -> str:
    more = f" and {len(keys) - 10} more" if len(keys) > 10 else ""
    return ", ".join(keys[:10]) + more


def remedy(config: JiraConfig, error: TrackerSyncError) -> str:
    """What to do about what a Jira said."""
    match error:
        case Missing():
            return f"is {config.url} the address of a Jira, without the path of a page? Correct it"
        case NotAllowed() if denied():
            return "Jira asks for a captcha after failed attempts: log in once in a browser, then try again"
        case NotAllowed():
            return (
                f"{made(config, os.environ)}; if it is new and right, ask who administers Jira to let it in"
            )
        case _:
            return away(error)


def made(config: JiraConfig, environment: Mapping[str, str]) -> str:
    """How to make a token that this Jira takes.

    Sources: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
    and https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html.
    """
    variable = given_by(config, "TOKEN", environment) or token_variable(config)
    user = variable.partition("TOKEN")[0] + "USER"
    if "atlassian" in config.url:
        return (
            "make an API token at https://id.atlassian.com/manage-profile/security/api-tokens, and set "
            f"{variable} to it and {user} to the e-mail address of your account"
        )
    return (
        f"make a personal access token in your profile there and set {variable} to it (no user); or, on Jira "
        f"Cloud, an API token, and {user} to your e-mail address"
    )
