"""What `init` finds out about a Jira, and what it guesses from that."""

from collections.abc import Mapping

import msgspec

from tracker_sync.cli.found import ROLES, Credentials, Found, advised, explained, names, some
from tracker_sync.config import JiraConfig
from tracker_sync.doctor.jira import remedy
from tracker_sync.doctor.network import PATIENCE
from tracker_sync.errors import ConfigError, NotAllowed, SourceError
from tracker_sync.sources import Place
from tracker_sync.sources.guesses import jira_fields
from tracker_sync.sources.jira_look import JiraLook, beyond_scope, refused_as_wrong


def meet(config: JiraConfig, held: Credentials) -> tuple[JiraLook, str]:
    """A Jira that took the credentials, and what it is. Raises SourceError, with what to do about it."""
    asked = JiraLook(msgspec.structs.replace(config, deadline=min(config.deadline, PATIENCE)), *held)
    kind = "Jira"
    try:
        kind = asked.site().kind
    except SourceError as e:
        if not beyond_scope():
            raise advised(e, remedy(config, e)) from None
    try:
        whose = f", and takes the credentials; they are {asked.account()}'s"
    except NotAllowed as e:
        if not beyond_scope():
            raise advised(e, remedy(config, e)) from None
        whose = ", and takes the token"
    return asked, f"{config.url} is a {kind}{whose}"


def projects(asked: JiraLook) -> list[Place]:
    """The projects that it lists; none also where the token may read issues and not list projects."""
    try:
        return asked.projects()
    except NotAllowed:
        return []


def looked_at(config: JiraConfig, asked: JiraLook, given: Mapping[str, str]) -> Found:
    """What its JQL finds, and its fields: those given, else those guessed. Raises ConfigError for a JQL that
    it refuses."""
    shown = [f"{p.key} ({p.name})" for p in projects(asked)]
    told = [some("projects that it shows", shown, "it lists no project for this account")]
    try:
        sample = asked.sample()
    except SourceError as e:
        if refused_as_wrong():
            raise ConfigError(f"--jql {config.jql!r}: {e}") from None
        raise
    what = f"jql = {config.jql!r}" if config.jql else "without jql, everything that the account sees"
    count = "there are issues" if sample.about is None else f"about {sample.about:,} issues"
    told.append(f"{what}: {count if sample.found else 'no issue is found; is it right?'}")
    every = asked.custom_fields()
    for name in (n for n in given.values() if n and n not in {f.name for f in every}):
        raise ConfigError(f"--field: {config.url} has no field called {name!r}")
    told.append(some("its own fields", sorted({f.name for f in every}), "it has no fields of its own"))
    guessed = jira_fields(every)
    told += [explained(role, given.get(role), guessed.get(role)) for role in ROLES]
    return Found(msgspec.structs.replace(config, fields=names(given, guessed)), told)
