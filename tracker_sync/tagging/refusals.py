"""Why a rule is refused, in words that say what to do instead."""

import re
from collections import Counter

from tracker_sync.plain import printable

_LOOK = re.compile(r"\(\?<?[=!]")
_BACK = re.compile(r"\\[1-9]")
_GROUP = re.compile(r"\(\?P?<(\w+)>")
LINEAR = (
    "RE2, which reads the patterns, has none of that, so that no pattern can hang a run: its time grows with "
    "the length of the text alone"
)


def hint(error: str) -> str:
    """What to do about a value of another kind than was expected, as the end of a sentence."""
    return '; quote a name with a dot in it: "field.NAME"' if "got `object`" in error else ""


def untested(hits: bool, has_tests: bool) -> str:
    """For a rule without a test that hits, or without one that does not."""
    both = "a rule has to show an item that it tags, and one that it must not tag (gives = [])"
    if not has_tests:
        return f"has no test; {both}"
    return f"has only tests that {'hit' if hits else 'miss'}; {both}"


def twice(pattern: str) -> str | None:
    """For a pattern with two groups of one name, which RE2 takes without a word; None for any other."""
    [(name, count)] = Counter(_GROUP.findall(pattern)).most_common(1) or [("", 0)]
    if count < 2:
        return None
    said = f"has two groups called {name!r}, of which only one would be filled"
    return f"'{printable(pattern)}' {said}. Write two patterns"


def not_a_pattern(pattern: str, error: Exception) -> str:
    """For what RE2 refuses."""
    said = error.args[0] if error.args else error
    why = printable(said.decode() if isinstance(said, bytes) else str(said))
    shown = f"'{printable(pattern)}'"
    if _LOOK.search(pattern) and "perl operator" in why:
        instead = "Say what must not be there in `unless`, and match what follows along with the rest"
        return f"{shown} looks ahead or behind. {LINEAR}. {instead}"
    if _BACK.search(pattern) and "escape sequence" in why:
        return f"{shown} refers back to a group. {LINEAR}. Write out what may come again"
    return f"{shown} is not a pattern: {why}"
