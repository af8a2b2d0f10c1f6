"""What `init` finds out about a tracker, and what it guesses from that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from tracker_sync.config import FieldNames, GithubConfig, JiraConfig, SourceConfig
from tracker_sync.doctor import github as github_doctor
from tracker_sync.doctor import jira as jira_doctor
from tracker_sync.doctor.network import PATIENCE, away
from tracker_sync.errors import ConfigError, NotAllowed, SourceError
from tracker_sync.sources.github_look import BoardField, GithubLook, Repo, lacks
from tracker_sync.sources.guesses import Guess, jira_fields, started_labels
from tracker_sync.sources.jira_look import Field, JiraLook, beyond_scope, refused_as_wrong
from tracker_sync.tagging.rules import Text, load, packs

SHOWN = 20
"""Projects, repositories or labels that are listed; the rest is counted."""
ROLES = tuple(f.name for f in msgspec.structs.fields(FieldNames))
ON_BOARDS = "single_select"
"""The kind of field of a project that a sync reads."""
_KINDS = {"single_select": "option", "multi_select": "array:option", "text": "string", "number": "number"}
"""GitHub's kinds of fields in Jira's words."""


@dataclass(frozen=True)
class Found:
    """A source as it is to be written, and what was found out about it."""

    source: SourceConfig
    told: list[str] = field(default_factory=list)
    unchecked: str = ""
    """Why the tracker was not asked; '' where it was."""
    user: str = ""
    """Whose credentials were typed, where that was said."""


class Credentials(NamedTuple):
    """What a tracker is to be asked with."""

    user: str | None
    token: str | None


# --- Jira


def meet_jira(config: JiraConfig, held: Credentials, environment: Mapping[str, str]) -> tuple[JiraLook, str]:
    """A Jira that took the credentials, and what it is. Raises SourceError, with what to do about it."""
    asked = JiraLook(msgspec.structs.replace(config, deadline=min(config.deadline, PATIENCE)), *held)
    kind = "Jira"
    try:
        kind = asked.site().kind
    except NotAllowed as e:
        if not beyond_scope():
            raise _advised(e, jira_doctor.made(config, environment)) from None
    except SourceError as e:
        raise _advised(e, away(e)) from None
    try:
        whose = f", and takes the credentials; they are {asked.account()}'s"
    except NotAllowed as e:
        if not beyond_scope():
            raise _advised(e, jira_doctor.made(config, environment)) from None
        whose = ", and takes the token"
    return asked, f"{config.url} is a {kind}{whose}"


def jira(config: JiraConfig, asked: JiraLook, given: Mapping[str, str]) -> Found:
    """What its JQL finds, and its fields: those given, else those guessed. Raises ConfigError for a JQL that
    it refuses."""
    told = [_projects(asked)]
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
    guessed = guesses(every)
    told += [explained(role, given.get(role), guessed.get(role)) for role in ROLES]
    names = {r: given.get(r, guessed[r].name if r in guessed else "") or None for r in ROLES}
    return Found(msgspec.structs.replace(config, fields=FieldNames(**names)), told)


def guesses(fields: Sequence[Field]) -> dict[str, Guess]:
    """The likeliest field for each role."""
    return jira_fields(fields)


def explained(role: str, given: str | None, guess: Guess | None) -> str:
    """Which field is taken for a role, and why."""
    if given is not None:
        return f"{role}: {given!r}, as you said" if given else f"{role}: no field, as you said"
    return f"{role}: {guess.name!r} (guessed {guess.why})" if guess else f"{role}: no field looks like it"


def _projects(asked: JiraLook) -> str:
    seen = asked.projects()
    listed = ", ".join(f"{p.key} ({p.name})" for p in seen[:SHOWN])
    more = f" and {len(seen) - SHOWN} more" if len(seen) > SHOWN else ""
    return f"projects that it shows: {listed}{more}" if seen else "it shows no project to this account"


# --- GitHub


def meet_github(
    config: GithubConfig, held: Credentials, environment: Mapping[str, str]
) -> tuple[GithubLook, str]:
    """A GitHub that took the token, and whose it is. Raises SourceError, with what to do about it."""
    asked = GithubLook(msgspec.structs.replace(config, deadline=min(config.deadline, PATIENCE)), held.token)
    try:
        told = asked.told(anonymous=not held.token)
    except NotAllowed as e:
        raise _advised(e, github_doctor.made(config, environment)) from None
    except SourceError as e:
        raise _advised(e, away(e)) from None
    whose = f"{told.login}'s" if told.login else "an app's"
    return asked, f"{config.url} takes the token; it is {whose}"


def github(config: GithubConfig, asked: GithubLook, given: Mapping[str, str]) -> Found:
    """What its repositories show: labels, types and fields, and what they are taken for. Raises SourceError
    for a repository that is not to be seen."""
    told, labels = [], set[str]()
    for name in (r for r in config.repos if not r.endswith("/*")):
        repo = _repo(config, asked, name)
        labels |= {*asked.labels(repo.name)}
    owners = dict.fromkeys(r.partition("/")[0] for r in config.repos)
    fields = [f for owner in owners for f in asked.fields(owner) if not f.board or f.kind == ON_BOARDS]
    types = sorted({t for owner in owners for t in asked.types(owner)})
    told.append(f"issues can be read: {', '.join(config.repos)}")
    if types:
        told.append(f"types of issues: {', '.join(types[:SHOWN])}")
    told += _speaking(labels)
    started = started_labels(labels)
    told.append(
        f"labels taken for work in progress: {', '.join(started)}" if started
        else "no label looks like work in progress; an assigned open issue counts as that"
    )  # fmt: skip
    guessed = jira_fields(_as_fields(fields))
    told += [explained(r, given.get(r), guessed.get(r)) for r in ROLES if r in guessed or r in given]
    names = {r: given.get(r, guessed[r].name if r in guessed else "") or None for r in ROLES}
    source = msgspec.structs.replace(config, started_labels=started, fields=FieldNames(**names))
    return Found(source, told)


def _repo(config: GithubConfig, asked: GithubLook, name: str) -> Repo:
    try:
        repo = asked.repo(name)
        asked.shows_issues(name)
    except NotAllowed as e:
        need = lacks()
        todo = (
            f"give the token what it lacks: {need}" if need else "correct its name, or let the token see it"
        )
        raise _advised(e, todo) from None
    return repo


def _as_fields(fields: Sequence[BoardField]) -> list[Field]:
    return [Field(f.board, f.name, _KINDS[f.kind]) for f in fields if f.kind in _KINDS]


def _speaking(labels: set[str]) -> list[str]:
    """The labels that the built-in rules take for an intent or for who asked."""
    rules = load([*packs()], [])
    said = []
    for dimension in ("intent", "customer"):
        ours = [r for r in rules if r.dimension == dimension and not (r.known_only or r.stated_only)]
        found = sorted(label for label in labels if any(r.matches(_only(Text(label, 0, ""))) for r in ours))
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        if found:
            said.append(f"labels that name the {dimension}: {', '.join(found[:SHOWN])}{more}")
    return said


def _only(label: "Text") -> "Callable[[str], list[Text]]":
    return lambda attr: [label] if attr == "labels" else []


def _advised(error: SourceError, todo: str) -> SourceError:
    """The same error, ending in what to do."""
    said = str(error).partition(". Check ")[0].partition("; check ")[0]
    return type(error)(f"{said}. {todo[0].upper()}{todo[1:]}")


def unasked(config: SourceConfig, given: Mapping[str, str], *, offline: bool) -> Found:
    """A source as it was named, without a look at it."""
    why = "--offline says so" if offline else f"{_common(config)} is not set"
    names = {role: given.get(role) or None for role in ROLES}
    return Found(msgspec.structs.replace(config, fields=FieldNames(**names)), unchecked=why)


def _common(config: SourceConfig) -> str:
    return "JIRA_TOKEN" if isinstance(config, JiraConfig) else "GITHUB_TOKEN"
