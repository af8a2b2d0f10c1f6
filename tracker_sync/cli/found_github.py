"""What `init` finds out about a GitHub, and what it guesses from that."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from tracker_sync.cli.found import ROLES, SHOWN, Credentials, Found, advised, explained, names, some
from tracker_sync.config import GithubConfig
from tracker_sync.doctor.github import remedy
from tracker_sync.doctor.network import PATIENCE
from tracker_sync.errors import NotAllowed, SourceError
from tracker_sync.sources.github_look import BoardField, GithubLook, Repo, lacks
from tracker_sync.sources.guesses import jira_fields, started_labels
from tracker_sync.tagging.rules import Text, load, packs

ON_BOARDS = "single_select"
"""The kind of field of a project that a sync reads."""
_KINDS = {"single_select": "option", "multi_select": "array:option", "text": "string", "number": "number"}
"""GitHub's kinds of fields in Jira's words."""


def meet(config: GithubConfig, held: Credentials) -> tuple[GithubLook, str]:
    """A GitHub that took the token, and whose it is. Raises SourceError, with what to do about it."""
    asked = GithubLook(msgspec.structs.replace(config, deadline=min(config.deadline, PATIENCE)), held.token)
    try:
        told = asked.told(anonymous=not held.token)
    except SourceError as e:
        raise advised(e, remedy(config, None, e)) from None
    whose = f"{told.login}'s" if told.login else "an app's"
    return asked, f"{config.url} takes the token; it is {whose}"


def looked_at(config: GithubConfig, asked: GithubLook, given: Mapping[str, str]) -> Found:
    """What its repositories show: labels, types and fields, and what they are taken for. Raises SourceError
    for a repository that is not to be seen."""
    told, labels = [], set[str]()
    for name in config.repos:
        for repo in _repos(asked, name)[:SHOWN]:
            labels |= {*asked.labels(repo.name)}
    owners = dict.fromkeys(r.partition("/")[0] for r in config.repos)
    fields = [f for owner in owners for f in asked.fields(owner) if not f.board or f.kind == ON_BOARDS]
    types = sorted({t for owner in owners for t in asked.types(owner)})
    with suppress(SourceError):  # to see them is not needed for reading those that were named
        told.append(some("repositories that it shows", [r.name for r in asked.repos()], "it lists none"))
    told.append(f"issues can be read: {', '.join(config.repos)}")
    told += [some("fields", sorted({f.name for f in fields}), "")] if fields else []
    told += [some("types of issues", types, "")] if types else []
    told += _speaking(labels)
    started = started_labels(labels)
    told.append(
        f"labels taken for work in progress: {', '.join(started)}" if started
        else "no label looks like work in progress; an assigned open issue counts as that"
    )  # fmt: skip
    guessed = jira_fields(_as_fields(fields))
    told += [explained(r, given.get(r), guessed.get(r)) for r in ROLES if r in guessed or r in given]
    source = msgspec.structs.replace(config, started_labels=started, fields=names(given, guessed))
    return Found(source, told)


def _repos(asked: GithubLook, name: str) -> list[Repo]:
    """The repository, or those of an owner, each to be read. Raises SourceError, with what to do about it."""
    owner, _, rest = name.partition("/")
    try:
        found = [asked.repo(name)] if rest != "*" else [r for r in asked.owned(owner) if not r.archived]
        for repo in found[:1]:
            asked.shows_issues(repo.name)
    except NotAllowed as e:
        need = lacks()
        todo = (
            f"give the token what it lacks: {need}" if need else "correct its name, or let the token see it"
        )
        raise advised(e, todo) from None
    return found


def _as_fields(fields: Sequence[BoardField]) -> list[BoardField]:
    return [f._replace(kind=_KINDS[f.kind]) for f in fields if f.kind in _KINDS]


def _speaking(labels: set[str]) -> list[str]:
    """The labels that the built-in rules take for an intent or for who asked."""
    rules = load([*packs()], [])
    said = []
    for dimension in ("intent", "customer"):
        ours = [r for r in rules if r.dimension == dimension and not (r.known_only or r.stated_only)]
        found = sorted(label for label in labels if any(r.matches(_only(Text(label, 0, ""))) for r in ours))
        if found:
            said.append(some(f"labels that name the {dimension}", found, ""))
    return said


def _only(label: "Text") -> "Callable[[str], list[Text]]":
    return lambda attr: [label] if attr == "labels" else []
