"""Text that is only read: nothing in it that a terminal or the runner of a workflow would obey.

The runner of GitHub Actions obeys `::name::` at the start of a line, and `##[name]` anywhere in it, in
whatever a step prints, on stdout and on stderr (actions/runner, src/Runner.Common/ActionCommand.cs). Those of
Azure Pipelines and TeamCity obey `##vso[…]` and `##teamcity[…]`.
"""

import re

_START = re.compile(r"^([^\S\n]*:)(?=:)", re.MULTILINE)
_WITHIN = re.compile(r"#(#)(?=(?:vso|teamcity)?\[)")


def printable(text: str) -> str:
    """A text without anything that a terminal would obey, each such character marked, and disarmed."""
    return disarmed("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def disarmed(text: str) -> str:
    """The lines without a command of a workflow: a space parts the signs that it begins with."""
    return _START.sub(r"\1 ", within_a_line(text))


def within_a_line(text: str) -> str:
    """The same for a text that begins no line."""
    return _WITHIN.sub("## ", text) if "##" in text else text  # that it is there is rare


def disarmed_json(text: str) -> str:
    """JSON that says the same, without a command of a workflow."""
    return _WITHIN.sub(r"#\\u0023", text)
