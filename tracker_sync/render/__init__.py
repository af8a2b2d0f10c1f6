"""Reports as text, JSON or HTML; no report knows how it is shown."""

import re

# C0 and C1 controls, bidirectional overrides and isolates, zero-width and tag characters: what a
# stranger's title could use to rewrite a terminal or to read differently from what it says.
_HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]+"
)


def clean(text: str) -> str:
    """A stranger's text on one line, without anything that a terminal would obey."""
    return " ".join(_HOSTILE.sub(" ", text).split())
