"""Whether a GitHub takes the token, and shows the repositories that the configuration names."""

import os
from collections.abc import Iterator, Mapping
from time import time

import msgspec

from tracker_sync.config import GithubConfig, given_by, token_variable
from tracker_sync.doctor import Check, broken, failed, fine, look, tried
from tracker_sync.doctor.network import PATIENCE, away, clock
from tracker_sync.errors import Missing, NotAllowed, SourceError, TrackerSyncError
from tracker_sync.render.links import site_of
from tracker_sync.sources.github_look import GithubLook, Told, lacks

BOARDS = {"project", "read:project"}
"""Scopes of which one is needed to read the fields of projects."""
LOW = 0.1


def github(config: GithubConfig, token: str | None) -> Iterator[Check]:
    """Every question that a pull depends on, and none that writes."""
    about = config.name
    asked = GithubLook(msgspec.structs.replace(config, deadline=min(config.deadline, PATIENCE)), token)
    told = tried("account", about, lambda: asked.told(anonymous=not token), lambda e: remedy(config, None, e))
    if isinstance(told, Check):
        yield told
        return
    if token:
        whose = f"it is {told.login}'s" if told.login else "it is an app's"
        yield fine("account", about, f"{config.url} takes the token; {whose}")
        yield _scopes(about, told)
    yield from _quota(about, told)
    yield from _repos(config, asked, told)
    if token:
        yield _graph(about, asked)
        yield from _fields(config, asked)
    yield clock(about, asked.clock, time())


def _scopes(about: str, told: Told) -> Check:
    if told.scopes is None:
        return fine(
            "scopes", about, "GitHub does not list the rights of such a token; what can be read shows them"
        )
    held = ", ".join(sorted(told.scopes)) or "none"
    if not told.scopes & BOARDS:
        return look(
            "scopes", about, f"the token's scopes are {held}: fields of projects cannot be read",
            "add the scope read:project if intents, customers or stages stand in fields of a project",
        )  # fmt: skip
    return fine("scopes", about, f"the token's scopes are {held}")


def _quota(about: str, told: Told) -> Iterator[Check]:
    if told.left is None or told.limit is None:
        return
    what = f"{told.left:,} of {told.limit:,} requests of this hour are left"
    if told.left < told.limit * LOW:
        yield look(
            "quota", about, what,
            "who else uses this token? Wait until the hour is over, or give tracker-sync one of its own",
        )  # fmt: skip
    else:
        yield fine("quota", about, what)


def _repos(config: GithubConfig, asked: GithubLook, told: Told) -> Iterator[Check]:
    """Each repository by itself: one that is missing does not hide the others."""
    good = []
    if not config.repos:
        yield broken("repos", config.name, "`repos` is empty: there is nothing to read", "name some", 2)
    for name in config.repos:
        try:
            found = [*_repo(config, asked, name)]
        except SourceError as e:
            yield failed("repos", config.name, e, remedy(config, told, e))
            if not isinstance(e, NotAllowed):
                return  # what is away for one is so for all
            continue
        yield from found
        if not any(c.state == "look" for c in found):
            good.append(name)
    if good:
        yield fine("repos", config.name, f"issues can be read: {', '.join(good)}")


def _repo(config: GithubConfig, asked: GithubLook, name: str) -> Iterator[Check]:
    about, owner = config.name, name.partition("/")[0]
    if name.endswith("/*"):
        if not asked.owned(owner):
            yield look("repos", about, f"{owner} shows no repository", "is the token to see any of it?")
        return
    repo = asked.repo(name)
    if repo.name.casefold() != name.casefold():
        yield look("repos", about, f"{name} is called {repo.name} now", f"write {repo.name} in `repos`")
    if repo.archived:
        yield look(
            "repos", about, f"{name} is archived: nothing changes in it any more", "leave it, or drop it"
        )
    if not asked.shows_issues(name):
        yield look(
            "repos", about, f"issues are switched off in {name}", "switch them on in its settings, or drop it"
        )


def _graph(about: str, asked: GithubLook) -> Check:
    if asked.has_graph():
        return fine("graphql", about, "GraphQL answers: histories cost few requests")
    return look(
        "graphql", about, "GraphQL does not answer: histories are read over REST, at many more requests, and "
        "references from other issues are not seen",
        "is there a proxy that lets only REST through? An app's token needs no further right for it",
    )  # fmt: skip


def _fields(config: GithubConfig, asked: GithubLook) -> Iterator[Check]:
    """Whether the fields that the configuration names are those of an organisation's issues or projects."""
    named = {role: name for role, name in msgspec.structs.asdict(config.fields).items() if name}
    if not named:
        return
    try:
        owners = dict.fromkeys(repo.partition("/")[0] for repo in config.repos)
        seen = {f.name for owner in owners for f in asked.fields(owner)}
    except SourceError as e:
        yield failed("fields", config.name, e, remedy(config, None, e))
        return
    for role, name in named.items():
        if name in seen:
            yield fine("fields", config.name, f"{role} is in {name!r}")
        else:
            yield look(
                "fields", config.name, f"no field called {name!r} is to be seen (fields.{role})",
                "look up its name there; a token sees the fields of projects with read:project, or with the "
                "right to read Projects",
            )  # fmt: skip


def remedy(config: GithubConfig, told: Told | None, error: TrackerSyncError) -> str:
    """What to do about what a GitHub said; `told`: what it says of the token, once it took it."""
    need = lacks() if isinstance(error, NotAllowed) else ""
    match error:
        case Missing() if told is None:
            return f"is {config.url} the address of GitHub's API? Enterprise: https://HOST/api/v3. Correct it"
        case Missing():
            scopes = told.scopes if told else None
            lacking = (
                " (a classic token needs the scope repo for that)" if scopes and "repo" not in scopes else ""
            )
            return (
                f"correct its name in `repos`, or let the token see it{lacking}; a private one looks missing"
            )
        case NotAllowed() if told is not None and need:
            return f"give the token what it lacks: {need}"
        case NotAllowed():
            return made(config, os.environ)
        case _:
            return away(error)


def made(config: GithubConfig, environment: Mapping[str, str]) -> str:
    """How to make a token with no more rights than needed.

    Source: https://docs.github.com/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens
    """
    variable = given_by(config, "TOKEN", environment) or token_variable(config)
    return (
        f"make a fine-grained token at {site_of(config.url)}/settings/personal-access-tokens/new that may "
        f"read Issues and Metadata of these repositories, and set {variable} to it"
    )
