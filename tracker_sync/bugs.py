"""What is said of a bug of ours: what to do about it and where it is, without any variable or secret."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from traceback import TracebackException, extract_tb

from tracker_sync import __version__
from tracker_sync.blots import LEAST, hidden
from tracker_sync.plain import printable

SECRET = re.compile(r"(TRACKER_SYNC|JIRA|GITHUB)_(.*_)?(TOKEN|SECRET|KEY|PING_URL)|PGPASSWORD")
"""The variables that carry one; with `_FILE`, those that name a file with one in it."""


def place(error: BaseException) -> str:
    """What was raised, and where, in a few words."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}, {last.filename.rpartition('/')[2]}:{last.lineno}"


def told(error: BaseException, environment: Mapping[str, str]) -> str:
    """All that a report of the bug needs, as lines without an end of the last."""
    trace = "".join(TracebackException.from_exception(error).format())
    text = (
        f"a bug of ours, nothing that you did: {place(error)}. What was committed to the log stays.\n"
        "Please report it as an issue of tracker-sync, with what you typed and the lines below. Tokens are "
        "blacked out; of your data, at most the error's own words show some.\n"
        f"tracker-sync {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{trace}"
    )
    text = hidden(text, secrets(environment))
    return "\n".join(printable(line) for line in text.splitlines())


def secrets(environment: Mapping[str, str]) -> list[str]:
    """What nobody may read, as the environment gives it or the files that it names, longest first."""
    found = []
    for name, value in environment.items():
        if not SECRET.fullmatch(name.removesuffix("_FILE")):
            continue
        if name.endswith("_FILE"):
            try:
                value = Path(value).read_text(encoding="utf-8", errors="replace")
            except (OSError, ValueError):
                continue
        found.append(value.strip())
    return sorted((s for s in found if len(s) >= LEAST), key=len, reverse=True)
