"""Whether the log can be written, is whole, and is nobody else's to read."""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from shutil import disk_usage

from tracker_sync.config import Config, shown
from tracker_sync.doctor import Check, broken, failed, fine, look
from tracker_sync.errors import LogError, NoLog, TrackerSyncError
from tracker_sync.log import PEOPLE, EventLog, Head, seal
from tracker_sync.log.opening import open_log
from tracker_sync.log.place import check, file_system
from tracker_sync.log.sqlite import SCHEMA_VERSION

ROOMY = 1024**3
"""Bytes that should be free beside the log: a first sync of a large tracker takes about that."""
NOTICE = "give it room before it is full: a sync stops, with nothing lost, when less than 16 MiB are left"
RESTORE = "restore it from a backup, or sync again into a new one (docs/log.md)"
NEWEST = """
SELECT s.name, e.hash FROM source s JOIN event e
  ON e.seq = (SELECT max(seq) FROM event WHERE event.source_id = s.source_id)
"""


def log(config: Config, *, full: bool) -> Iterator[Check]:
    """Everything about the log; `full` reads every event and byte, else only what is quick to look at."""
    try:
        place = config.log_place
    except TrackerSyncError as e:
        yield failed("log", "log", e, "correct [log] url")
        return
    if isinstance(place, Path):
        yield from _place(place)
        if place.is_symlink() or not place.exists():
            if place.is_symlink():
                what = f"{place} is a symbolic link, which no run follows"
                yield broken("log", "log", what, "name the real file in [log] url", 6)
            else:
                yield look("log", "log", f"there is none at {place} yet", "`tracker-sync sync` makes it")
            return
        yield from _modes(place)
        yield _lock(place)
    yield from _content(config, place, full=full)


def _place(path: Path) -> Iterator[Check]:
    """The folder and the disk."""
    try:
        check(path)
    except LogError as e:
        yield failed("disk", "log", e, "mend that; what the log holds is safe")
        return
    folder = path.absolute().parent
    free = disk_usage(folder).free
    room = f"{free / ROOMY:.1f} GiB are free on its disk ({file_system(folder) or 'of unknown type'})"
    size = path.stat().st_size if path.exists() else 0
    yield fine("disk", "log", room) if free > max(ROOMY, size) else look("disk", "log", room, NOTICE)


def _modes(path: Path) -> Iterator[Check]:
    """The log, its seal and its lock are for their owner alone: titles and customers stand in it."""
    open_ = []
    for file in (path, seal.path_of(path), seal.journal_of(path)):
        mode = stat.S_IMODE(file.lstat().st_mode) if file.exists() else 0
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            open_.append((file, mode))
    for file, mode in open_:
        what, todo = f"{file} can be read by others than its owner ({mode:04o})", f"chmod 600 {file}"
        everybody = mode & stat.S_IRWXO
        yield (
            broken("permissions", "log", what, todo, 6)
            if everybody
            else look("permissions", "log", what, todo)
        )
    if not open_:
        yield fine("permissions", "log", f"only its owner can read {path}")


def _lock(path: Path) -> Check:
    """Whether a run has it at the moment; asked for without keeping one out for longer than that."""
    try:
        fd = os.open(path.with_name(f"{path.name}.lock"), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return fine("lock", "log", "no run has it at the moment")
    except OSError as e:
        return broken("lock", "log", f"{path.name}.lock cannot be opened: {e.strerror}", "look what it is", 6)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return fine("lock", "log", "a run has it at the moment; another one would end with 75")
    except OSError as e:
        what = f"{path} cannot be locked ({e.strerror}), so two runs cannot be kept apart"
        return broken("lock", "log", what, "keep the log on a disk of this machine", 6)
    finally:
        os.close(fd)
    return fine("lock", "log", "no run has it at the moment")


def _content(config: Config, place: Path | str, *, full: bool) -> Iterator[Check]:
    """What stands in it, and whether that holds."""
    if isinstance(place, Path):
        yield from _sealed(place, full=full)
    try:
        with closing(open_log(config)) as events:
            yield from _schema(events, place)
            heads = events.heads()
            yield from _sources(events, heads, config)
            yield from _chain(events, heads, full=full)
    except NoLog as e:
        yield look("log", "log", str(e).partition(";")[0], "`tracker-sync sync` makes it")
    except LogError as e:
        yield failed("log", "log", e, RESTORE)
    except TrackerSyncError as e:
        yield failed("log", "log", e, f"can {shown(place)} be reached, with PGPASSWORD or ~/.pgpass?")


def _schema(events: EventLog, place: Path | str) -> Iterator[Check]:
    if isinstance(place, Path):
        [(version,)] = events.query("PRAGMA user_version")
        older = "" if version == SCHEMA_VERSION else f"; the next sync makes it {SCHEMA_VERSION}"
        yield fine("schema", "log", f"{place} has schema {version}{older}")
    else:
        yield fine("schema", "log", f"{shown(place)} answers")


def _sources(events: EventLog, heads: Mapping[str, Head], config: Config) -> Iterator[Check]:
    counts = {name: head.events for name, head in heads.items() if name != PEOPLE}
    known = {s.name for s in config.sources}
    for name in sorted(counts.keys() - known):
        yield look(
            "sources", name, f"the log holds {counts[name]:,} events of it, and no source is called so",
            "was it renamed? Call it so again: under a new name all is read, and counted, a second time",
        )  # fmt: skip
    if not counts:
        yield look("sources", "log", "it holds nothing of a tracker yet", "run `tracker-sync sync`")
    for name in sorted(counts.keys() & known):
        yield fine("sources", name, f"the log holds {counts[name]:,} events of it")
    [(aside,)] = events.query("SELECT count(*) FROM skipped")
    if aside:
        yield look(
            "skipped", "log", f"{aside:,} records could not be understood and were set aside",
            "they are kept raw in its table `skipped`, each with the reason; please report what looks right",
        )  # fmt: skip


def _sealed(path: Path, *, full: bool) -> Iterator[Check]:
    """Its bytes against its seal: all of them, or how many they are."""
    told = seal.examine(path) if full else seal.read(path)
    if isinstance(told, seal.Sums) and told.size != (size := path.stat().st_size):
        told = seal.Wrong(f"it has {size:,} bytes and had {told.size:,}", RESTORE)
    match told:
        case seal.Wrong():
            yield broken("seal", "log", told.what, told.todo, 6)
        case seal.Unsealed():
            yield look("seal", "log", told.why, "run `tracker-sync sync`, unless one is at work now")
        case _:
            yield fine("seal", "log", "every byte is as the last run left it" if full else "its seal fits")


def _chain(events: EventLog, heads: Mapping[str, Head], *, full: bool) -> Iterator[Check]:
    """Whether each event follows from the one before; or only that the last ones are where they ended."""
    if full:
        checked, wrong = events.verify()
        if wrong is not None:
            what = f"source {wrong.source!r}, row {wrong.seq}: {wrong.why}; {checked:,} events before it hold"
            yield broken("chain", "log", what, RESTORE, 6)
        else:
            yield fine("chain", "log", f"all {checked:,} events hold")
        return
    ends = {name: end.hex() for name, end in events.query(NEWEST) if isinstance(end, bytes)}
    if other := sorted(name for name, head in heads.items() if head.events and ends.get(name) != head.hash):
        what = f"the newest events of {', '.join(other)} are not those that were recorded last"
        yield broken("chain", "log", what, f"`tracker-sync log verify` says where; then {RESTORE}", 6)
    else:
        what = "each source ends with the event recorded last; --full looks at all of them"
        yield fine("chain", "log", what)
