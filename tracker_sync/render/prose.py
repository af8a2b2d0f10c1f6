"""Paragraphs for a terminal of 80 columns."""

import textwrap

from tracker_sync.plain import disarmed
from tracker_sync.render import clean

WIDTH = 80


def wrapped(text: str, indent: int = 0, first: int | None = None) -> str:
    """A paragraph, without anything that a terminal would obey; its first line may be indented otherwise."""
    filled = textwrap.fill(
        clean(text), WIDTH, initial_indent=" " * (indent if first is None else first),
        subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return disarmed(filled)


def counted(count: int, noun: str) -> str:
    """ "1 note", "2 notes"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def whole_percent(share: float) -> str:
    """A stated share as people write it: 35 %."""
    return f"{round(share * 100)} %"
