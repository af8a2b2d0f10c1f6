"""Reports as text, JSON or HTML; no report knows how it is shown."""

import re

from tracker_sync.plain import within_a_line

# C0 and C1 controls, bidirectional overrides and isolates, zero-width, invisible and tag characters: what a
# stranger's title could use to rewrite a terminal or to read differently from what it says.
_HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f\ud800-\udfff]+"
)


def clean(text: str) -> str:
    """A stranger's text on one line, without anything that a terminal would obey, or the runner of a workflow
    in the middle of a line; what begins lines disarms them."""
    return within_a_line(" ".join(_HOSTILE.sub(" ", text).split()))
