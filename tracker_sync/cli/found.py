"""What `init` finds out about a tracker: a source as it is to be written, and why so."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct, field

from tracker_sync.config import FieldNames, JiraConfig, SourceConfig
from tracker_sync.errors import SourceError
from tracker_sync.sources.guesses import Guess

SHOWN = 20
"""Projects, repositories or labels that are listed; the rest is counted."""
ROLES = tuple(f.name for f in msgspec.structs.fields(FieldNames))


class Found(Struct, frozen=True):
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


def unasked(config: SourceConfig, given: Mapping[str, str], *, offline: bool) -> Found:
    """A source as it was named, without a look at it."""
    why = "--offline says so" if offline else f"{_common(config)} is not set"
    names = {role: given.get(role) or None for role in ROLES}
    return Found(msgspec.structs.replace(config, fields=FieldNames(**names)), unchecked=why)


def names(given: Mapping[str, str], guessed: Mapping[str, Guess]) -> FieldNames:
    """The field for each role: the one that was given ('' for none), else the one that was guessed."""
    return FieldNames(**{r: given.get(r, guessed[r].name if r in guessed else "") or None for r in ROLES})


def explained(role: str, given: str | None, guess: Guess | None) -> str:
    """Which field is taken for a role, and why."""
    if given is not None:
        return f"{role}: {given!r}, as you said" if given else f"{role}: no field, as you said"
    return f"{role}: {guess.name!r} (guessed {guess.why})" if guess else f"{role}: no field looks like it"


def advised(error: SourceError, todo: str) -> SourceError:
    """The same error, ending in what to do."""
    said = str(error).partition(". Check ")[0].partition("; check ")[0]
    return type(error)(f"{said}. {todo[0].upper()}{todo[1:]}")


def some(what: str, names: Sequence[str], none: str) -> str:
    """A list in a line, cut where it is long; `none` where it is empty."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{what}: {', '.join(names[:SHOWN])}{more}" if names else none


def _common(config: SourceConfig) -> str:
    return "JIRA_TOKEN" if isinstance(config, JiraConfig) else "GITHUB_TOKEN"
