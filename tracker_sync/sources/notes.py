"""What we leave on a tracker's items, one label and one comment of ours, and what stands there now."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from tracker_sync.config import GithubConfig, JiraConfig, SourceConfig, token_variable
from tracker_sync.errors import ConfigError

Form = Literal["markdown", "adf", "wiki"]
"""How a tracker wants a comment: GitHub, Jira Cloud (a document, as JSON text), Jira Data Center."""
MARK = "tracker-sync:intent:"
"""What stands before the fingerprint of its text in each comment of ours."""
_FIRST = re.compile(rf"<!-- {MARK}([0-9a-f]{{12}}) -->")
_LAST = re.compile(rf"(?:\A|\n){MARK}([0-9a-f]{{12}})\s*\Z")


class Spot(NamedTuple):
    """An item as its tracker knows it."""

    id: str
    key: str


class Sticky(NamedTuple):
    """A comment of ours that stands in the tracker."""

    id: str
    mark: str
    """The fingerprint of what it says."""


class Shown(Struct, frozen=True):
    """What the tracker shows of an item now."""

    labeled: bool
    comments: tuple[Sticky, ...] = ()
    """Ours, oldest first: one, or more where two runs wrote at once."""
    locked: bool = False
    """Whether nobody may comment on it."""


class Notes(Protocol):
    """A tracker to write to. Every method raises NotAllowed, Missing or Unavailable; those that write raise
    Doubtful where nobody knows whether it was done."""

    @property
    def form(self) -> Form:
        """What a comment has to be."""

    def me(self) -> frozenset[str]:
        """What the account that writes is called in the log: its id and its names, as far as the tracker
        says."""

    def look(self, spots: Sequence[Spot], label: str) -> Iterator[tuple[Spot, Shown]]:
        """What each item shows; those that are not to be seen any more are left out."""

    def add_label(self, spot: Spot, label: str) -> None:
        """Put the label on."""

    def drop_label(self, spot: Spot, label: str) -> None:
        """Take the label off; it may be gone already."""

    def say(self, spot: Spot, text: str) -> None:
        """A new comment."""

    def edit(self, spot: Spot, comment: str, text: str) -> None:
        """Other words in a comment of ours."""


def mark_at_start(text: str) -> str | None:
    """The fingerprint that a comment begins with: one that quotes ours does not."""
    found = _FIRST.match(text)
    return found[1] if found else None


def mark_at_end(text: str) -> str | None:
    """The fingerprint that is a comment's whole last line."""
    found = _LAST.search(text)
    return found[1] if found else None


def is_ours(text: str) -> bool:
    """Whether a comment is one that we write, by its mark; who wrote it, the text does not tell."""
    return MARK in text and (mark_at_start(text) or mark_at_end(text)) is not None


def open_notes(config: SourceConfig, credentials: Mapping[str, str]) -> Notes:
    """The tracker of a `[[sources]]` table, to write to. Raises ConfigError without a token."""
    from tracker_sync.config import credentials_for

    user, token = credentials_for(config, credentials)
    if not token:
        raise ConfigError(
            f"source {config.name!r}: to write there needs a token; set {token_variable(config)}"
        )
    match config:
        case JiraConfig():
            from tracker_sync.sources.jira_notes import JiraNotes

            return JiraNotes(config, user, token)
        case GithubConfig():
            from tracker_sync.sources.github_notes import GithubNotes

            return GithubNotes(config, token)
