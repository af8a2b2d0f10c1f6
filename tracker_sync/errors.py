"""What can go wrong, classed by what the caller can do about it; each class carries its exit code."""

from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """How a command ends (docs/exit-codes.md)."""

    DONE = 0
    BUG = 1
    """Of ours."""
    WRONG = 2
    """Usage, configuration or a rule."""
    NOT_ALLOWED = 3
    TRACKER = 4
    """Unreachable or broken."""
    IN_PART = 5
    LOG = 6
    FINDINGS = 10
    """Under --fail-on."""
    BUSY = 75
    """Another run holds the log."""
    INTERRUPTED = 130


MALFORMED = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading a record raises that is not of the shape that its API says."""


class TrackerSyncError(Exception):
    """Anything we expect may fail. Its text says what failed, where, and what to do next."""

    exit_code = ExitCode.BUG


class ConfigError(TrackerSyncError):
    """A file or option that its owner must mend. `line` is 1-based, where it is known."""

    exit_code = ExitCode.WRONG

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        self.path, self.line = path, line
        where = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(where + message)


class RuleError(ConfigError):
    """A rule file that does not hold: its shape, its pattern, or a test inside it."""

    def __init__(self, message: str, path: Path, rule: str, line: int | None = None) -> None:
        self.rule = rule
        super().__init__(f"rule {rule!r}: {message}", path, line)


class SourceError(TrackerSyncError):
    """A tracker that did not give what was asked for."""

    exit_code = ExitCode.TRACKER


class NotAllowed(SourceError):
    """The tracker refused these credentials; asking again will not help."""

    exit_code = ExitCode.NOT_ALLOWED


class Missing(NotAllowed):
    """One thing is missing or may not be seen; a tracker does not say which."""


class Gone(Missing):
    """One thing was there and is not any more: the tracker says so itself (410)."""


class Unavailable(SourceError):
    """The tracker is unreachable or broken just now; `retry_after` is how long it wants to be left
    alone, in seconds, and `told` whether it said so itself or we go by its documentation."""

    def __init__(self, message: str, retry_after: float | None = None, *, told: bool = True) -> None:
        self.retry_after = retry_after
        self.told = told
        super().__init__(message)


class Throttled(Unavailable):
    """The tracker did not carry out a request since there were too many."""


class Doubtful(Unavailable):
    """A write that may or may not have been carried out: only another look tells."""


class Overloaded(Unavailable):
    """The tracker gave up on a request that was too much for it: a smaller one may work."""


class LogError(TrackerSyncError):
    """The event log cannot be read or written as it should be."""

    exit_code = ExitCode.LOG


class NoLog(LogError):
    """There is no log yet."""


class LogRefused(LogError):
    """This user may read the log and not do what was asked for."""


class LogBusy(LogError):
    """Another run holds the log."""

    exit_code = ExitCode.BUSY
