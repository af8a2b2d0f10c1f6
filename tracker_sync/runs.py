"""A run: the sources one after the other, what is said of each, and what reports read afterwards."""

import gc
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial

from tracker_sync.config import Config
from tracker_sync.errors import ExitCode, LogBusy, LogError, LogRefused
from tracker_sync.log import EventLog
from tracker_sync.notices import Notice, Voice
from tracker_sync.passes import Pass, make_pass
from tracker_sync.render import clean
from tracker_sync.sources import Progress

LONGEST_REASON = 300


def sync_all(
    config: Config,
    log: EventLog,
    voice: Voice,
    environ: Mapping[str, str],
    names: Iterable[str] = (),
    *,
    clock: Callable[[], int],
    full: bool = False,
    item: str | None = None,
    show: Callable[[str, Progress], None] = lambda *_: None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Every named source, and the inputs to judgement; a source that fails does not stop the others, and
    neither does one that another worker has.

    Gives the exit code: that of the first failure, else 5 where something was set aside or could not
    be looked at, else 75 where others had every source, else 0.
    """
    from tracker_sync.inputs import record

    with suppress(LogBusy):  # another worker is about to state them, or the next sync does
        record(config, log, now=clock())
    failed, in_part, busy, pulled = 0, False, 0, False
    wanted = list(names)
    for name in [s.name for s in config.sources if not wanted or s.name in wanted]:
        done = make_pass(
            config, log, name, environ, clock=clock, full=full, item=item, show=partial(show, name), stop=stop
        )
        tell(voice, done)
        if done.code == ExitCode.BUSY:
            busy = done.code
            continue
        pulled = True
        failed = failed or (done.code if done.said else 0)
        in_part = in_part or bool(done.synced.skipped) or done.synced.partial
        if stop():
            break
    if not stop():
        keep_what_reports_read(config, log, voice)
    return failed or (ExitCode.IN_PART if in_part else 0 if pulled else busy)


def tell(voice: Voice, done: Pass) -> None:
    """Say how a pass ended, with what it set aside, also before it failed."""
    synced = done.synced
    for note in synced.notes:
        voice.say(Notice("note", clean(note), "warning", synced.source))
    for one in synced.skipped:
        voice.say(
            Notice(
                "set aside",
                f"{synced.source}: set aside {clean(one.item)}: {clean(one.reason)[:LONGEST_REASON]} "
                "(its raw record is in the log's table `skipped`; mend it in the tracker, or report it to us "
                "if it is right there)",
                "warning",
                synced.source,
            )
        )
    figures = {
        "code": done.code, "new": synced.new, "known": synced.seen, "set_aside": len(synced.skipped),
    }  # fmt: skip
    if done.code == ExitCode.BUSY:
        voice.say(Notice("busy", done.said, "warning", synced.source, {"code": done.code}))
    elif done.said:
        voice.say(Notice("pass failed", done.said, "error", synced.source, figures))
    else:
        text = f"{synced.source}: {synced.new} new events, {synced.seen} already known"
        voice.say(Notice("pass ended", text, "info", synced.source, figures))


def keep_what_reports_read(config: Config, log: EventLog, voice: Voice) -> None:
    """Keep the lives of the items that changed; where that cannot be, reports work them out themselves."""
    try:
        keep(config, log)
    except (LogBusy, LogRefused):
        pass  # another worker does it, or nobody may
    except LogError as e:
        text = f"reports will take longer until the next sync, which stores what they are made of: {e}"
        voice.say(Notice("not kept", text, "warning"))


def keep(config: Config, log: EventLog, *, anew: bool = False) -> int:
    """Keep the lives of the log's items in it: of those that changed, or of all; how many those are. Raises
    LogError where they may not be written."""
    from tracker_sync.inputs import now_stated, told
    from tracker_sync.reports.opening import basis
    from tracker_sync.states.keeping import rebuild, refresh

    judged, print_ = basis(config, told(log), now_stated(config))
    collects = gc.isenabled()
    gc.disable()  # it keeps what it makes, and looking for garbage takes a fifth of it
    try:
        return (rebuild if anew else refresh)(log, judged, print_)
    finally:
        if collects:
            gc.enable()
