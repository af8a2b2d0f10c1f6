"""What should stand on an item, held against what does: the writes that make it so."""

from typing import Literal, NamedTuple

from msgspec import Struct

from tracker_sync.render.letter import Letter
from tracker_sync.sources.notes import Shown, Spot

Comment = Literal["always", "label-only", "never"]
COMMENTS: tuple[Comment, ...] = ("always", "label-only", "never")
"""New comments and edits; edits alone of those that stand there; neither."""
Voice = Literal["asked", "new", "backlog"]
"""Named in the command, so that somebody is there to read; found, and opened since we began to write in this
tracker; or older than that, which nobody wants a notification about."""


class Subject(Struct, frozen=True):
    """An item, and what our label and comment on it should be."""

    ref: str
    source: str
    spot: Spot
    lacks: bool
    """Whether it is an open epic without an intent, and so has the label."""
    letter: Letter
    """What a comment of ours says, where there is one."""
    voice: Voice = "backlog"


class Write(NamedTuple):
    """One change in a tracker."""

    ref: str
    what: Literal["label", "unlabel", "comment", "edit"]
    comment: str = ""
    """Which comment is edited."""


def writes(subject: Subject, shown: Shown, comment: Comment) -> list[Write]:
    """The changes that are still to be made.

    A new comment comes before its label: once the label is there, the comment was made, or it was an old epic
    that got the label alone, or somebody deleted the comment, who would not want it again.
    """
    found = list[Write]()
    if comment != "never" and not shown.locked:
        mark = subject.letter.mark
        found += [Write(subject.ref, "edit", c.id) for c in shown.comments if c.mark != mark]
        loud = subject.voice == "asked" or (subject.voice == "new" and not shown.labeled)
        if subject.lacks and comment == "always" and loud and not shown.comments:
            found.append(Write(subject.ref, "comment"))
    if subject.lacks and not shown.labeled:
        found.append(Write(subject.ref, "label"))
    if not subject.lacks and shown.labeled:
        found.append(Write(subject.ref, "unlabel"))
    return found
