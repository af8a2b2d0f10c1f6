"""What the runner of GitHub Actions is told: annotations of the run."""

from tracker_sync.render import clean
from tracker_sync.render.sheet import Sheet

MOST = 5
"""Annotations; GitHub shows ten of a step."""


def notices(sheet: Sheet) -> str:
    """The answer as workflow commands, an annotation for each sentence."""
    return "".join(command("notice", sheet.question, sentence) for sentence in sheet.headline[:MOST])


def command(kind: str, title: str, text: str) -> str:
    """An annotation: kind is notice, warning or error."""
    return f"::{kind} title={_property(title)}::{_data(text)}\n"


def _data(text: str) -> str:
    """Text as the runner reads it back, so that it cannot begin a command of its own."""
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
