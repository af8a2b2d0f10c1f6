"""One pass over one source as a run makes it: how it ended, and what is remembered of it for the next."""

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from tracker_sync.config import Config
from tracker_sync.errors import ConfigError, ExitCode, LogBusy, SourceError, Unavailable
from tracker_sync.log import EventLog
from tracker_sync.sources import Left, Progress, build_sources
from tracker_sync.sync import Synced, sync

KEY = "last pass"
"""Where it is remembered, beside what the source itself asked to be remembered."""


class Remembered(Struct, frozen=True, kw_only=True):
    """What is known of the passes over a source. Times are microseconds UTC by our own clock."""

    began: int
    ended: int
    code: int
    """The exit code that the pass alone would have had (docs/exit-codes.md)."""
    said: str = ""
    """Why it failed."""
    succeeded: int | None = None
    """When the last pass began that read the source to its end: what had changed by then is in the log."""
    full: int | None = None
    """The same of the last one that also looked for deletions."""
    quota: tuple[Left, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether it broke off: a pass that set something aside came to its end."""
        return self.code not in (ExitCode.DONE, ExitCode.IN_PART)


class Pass(Struct, frozen=True):
    """How one pass ended."""

    synced: Synced
    code: int = 0
    said: str = ""
    retry_after: float | None = None
    """Seconds that the tracker wants to be left alone."""

    @property
    def source(self) -> str:
        return self.synced.source


def make_pass(
    config: Config,
    log: EventLog,
    name: str,
    environ: Mapping[str, str],
    *,
    clock: Callable[[], int],
    full: bool = False,
    item: str | None = None,
    within: bool = False,
    show: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Pass:
    """Pull one source, and remember how that went. Code 75 where another worker has it; raises LogError.

    The pull of one item alone says nothing of the source, and a pass that `stop` ended is no success:
    neither is remembered.
    """
    done, began = Synced(name), clock()
    left: tuple[Left, ...] = ()
    try:
        with log.lease(name):
            ended = Pass(done)
            try:
                (source,) = build_sources(config, [name], environ)
                try:
                    sync(
                        source,
                        log,
                        done,
                        now=began,
                        full=full,
                        item=item,
                        within=within,
                        show=show,
                        stop=stop,
                    )
                finally:
                    left = source.left()
                ended = Pass(done, ExitCode.IN_PART if done.skipped or done.partial else 0)
            except (SourceError, ConfigError) as e:
                if stop() and isinstance(e, Unavailable):
                    return ended  # it was told to end, and did not wait for an answer
                ended = Pass(done, e.exit_code, str(e), e.retry_after if isinstance(e, Unavailable) else None)
            if item is None and not stop():
                _remember(log, ended, began, clock(), left, full=full)
            return ended
    except LogBusy as e:
        return Pass(done, e.exit_code, str(e))


def last_pass(log: EventLog, source: str) -> Remembered | None:
    """What is known of the last pass over a source; None where none was made, or by an earlier version."""
    return _of(log.recall(source).get(KEY))


def _of(text: str | None) -> Remembered | None:
    try:
        return msgspec.json.decode(text, type=Remembered) if text else None
    except msgspec.DecodeError:
        return None  # of another version: a convenience, never a fact


def _remember(
    log: EventLog, ended: Pass, began: int, now: int, left: tuple[Left, ...], *, full: bool
) -> None:
    before = last_pass(log, ended.source)
    kept = Remembered(
        began=began, ended=now, code=ended.code, said=ended.said,
        succeeded=before.succeeded if before else None, full=before.full if before else None,
        quota=left or (before.quota if before else ()),
    )  # fmt: skip
    if not kept.failed:
        kept = msgspec.structs.replace(kept, succeeded=began, full=began if full else kept.full)
    log.append(ended.source, [], now=now, remember={KEY: msgspec.json.encode(kept).decode()})
