"""A report inside GitHub Actions: annotations of the run, and the summary of the step."""

from tracker_sync.render import clean
from tracker_sync.render.sheet import Sheet

MOST = 5
"""Annotations; GitHub shows ten of a step."""


def notices(sheet: Sheet) -> str:
    """The answer as workflow commands, an annotation for each sentence."""
    return "".join(
        f"::notice title={_property(sheet.question)}::{_data(sentence)}\n"
        for sentence in sheet.headline[:MOST]
    )


def _data(text: str) -> str:
    """Text as the runner reads it back, so that it cannot begin a command of its own."""
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
