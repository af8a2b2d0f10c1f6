"""`--fail-on LEVEL`: the exit code of a command that found something of this level or above."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from tracker_sync.errors import ExitCode

LEVELS = ("note", "warning", "alarm")


def fail_on_option(what: str, levels: Sequence[str] = LEVELS) -> Callable[[Any], Any]:
    """The option, of a command that finds `what` of these levels."""
    return click.option(
        "--fail-on", type=click.Choice(levels), help=f"Exit with 10 on {what} of this level or above."
    )


def code_of(found: Iterable[str], fail_on: str | None) -> ExitCode:
    """FINDINGS where any of the levels found is the one to fail on, or above it; without one, never."""
    worst = max(map(LEVELS.index, found), default=-1)
    return ExitCode.FINDINGS if fail_on and worst >= LEVELS.index(fail_on) else ExitCode.DONE
