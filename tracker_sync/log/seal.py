"""The seal of a log file: what its bytes were when the last writer let go of it, so that any change is found.

The hash chain covers the events, and SQLite knows whether its pages hang together. Neither sees a byte that
changed in a table beside the chain or in unused space. The seal, a small file beside the log, sees each; it
guards against disks and slips, not against somebody who can write both files (a checkpoint does).

Before a run first writes to a log its seal is marked open, and when the run is over the file is sealed as
it then is. A run that was broken off leaves the mark, and there is nothing to compare with until the next.
Reading every byte takes 0.67 s a GB when a log is opened to be written, and again when it is closed after a
change (measured on a CPU with SHA instructions, the file being in memory; without a seal 0.001 s).
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from tracker_sync.errors import MALFORMED, LogError
from tracker_sync.events import canonical

VERSION = 1
BLOCK = 1024 * 1024
"""Bytes that have one checksum: how closely a changed byte is placed."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a seal that is read: that of a log of 900 GB."""


class Sums(Struct, frozen=True):
    """The checksums of a file."""

    size: int
    block: int
    """Bytes that each of `sums` is about; the last may be about fewer."""
    sums: tuple[str, ...]
    """SHA-256, in hexadecimal."""


class Unsealed(Struct, frozen=True):
    """Why there is nothing to compare a file with."""

    why: str


class Wrong(Struct, frozen=True):
    """What is wrong with a file or its seal, and what to do about it."""

    what: str
    todo: str


OPEN = Unsealed("the last run has not ended or was broken off; the next one seals the log again")
MISSING = Unsealed("it has no seal, as a file that was copied alone; the next sync seals it")
OTHER = Unsealed("its seal was made by another version of tracker-sync; the next sync seals it again")


class Seal:
    """The seal of a log, in the hands of the one run that may write to it."""

    def __init__(self, log: Path) -> None:
        """Raises LogError for a journal beside a log that was closed in good order."""
        self._log = log
        self._given_up = False
        self._told = read(log) if log.exists() else MISSING
        if isinstance(self._told, Sums) and journal_of(log).exists():
            # SQLite would play it back into a file that it does not belong to.
            raise LogError(
                f"{journal_of(log)} is not of the log beside it, which was closed in good order, and would "
                "ruin it. Move it away, and run again"
            )

    def check(self) -> None:
        """Raises LogError where the file is not what was sealed: a seal set anew would hide that."""
        if not isinstance(self._told, Unsealed) and isinstance(found := examine(self._log), Wrong):
            raise LogError(f"{self._log}: {found.what}. {found.todo}")

    def open(self) -> None:
        """Say, durably, that the file is about to change."""
        if self._told is not OPEN:
            _write(path_of(self._log), {"seal": VERSION, "open": True})
            self._told = OPEN

    def give_up(self) -> None:
        """Leave the log unsealed: a write failed, and what the disk has of it is not sure."""
        self._given_up = True

    def close(self) -> None:
        """Seal the file as it is, unless it is what was sealed before."""
        if not isinstance(self._told, Sums) and not self._given_up:
            found = measured(self._log)
            told = {"seal": VERSION, "size": found.size, "block": found.block, "sums": found.sums}
            _write(path_of(self._log), told)
            self._told = found


def path_of(log: Path) -> Path:
    """Where a log's seal is."""
    return log.with_name(f"{log.name}.seal")


def journal_of(log: Path) -> Path:
    """Where SQLite keeps what a broken-off write has to be taken back with."""
    return log.with_name(f"{log.name}-journal")


def examine(log: Path) -> Unsealed | Wrong | None:
    """Compare every byte of a log with its seal; None where all are as they were sealed."""
    while True:
        before, told = _identity(log), read(log)
        if not isinstance(told, Sums):
            return told
        what = _difference(told, measured(log, told.block))
        # A run that began meanwhile has marked the seal, and changed the file with every right.
        if not what or before == _identity(log):
            return Wrong(what, _restore(log)) if what else None


def read(log: Path) -> Sums | Unsealed | Wrong:
    """What the seal of a log says."""
    path = path_of(log)
    try:
        text = _text(path)
    except FileNotFoundError:
        return MISSING
    except OSError as e:
        return Wrong(f"its seal {path} cannot be read: {e.strerror}", _remove(path))
    try:
        told: dict[str, Any] = json.loads(text)
        own = told.pop("sum")
        if own != _sum(told):
            raise ValueError
        if told["seal"] != VERSION:
            return OTHER
        if told.get("open"):
            return OPEN
        found = Sums(int(told["size"]), int(told["block"]), tuple(told["sums"]))
        if not 0 < found.block <= LARGEST:
            raise ValueError
    except MALFORMED:
        return Wrong(f"its seal {path} is damaged", _remove(path))
    return found


def measured(log: Path, block: int = BLOCK) -> Sums:
    """The checksums of a file as it is. Raises LogError where it cannot be read."""
    try:
        with log.open("rb", buffering=0) as file:
            sums = tuple(_sums(file.fileno(), block))
            return Sums(file.tell(), block, sums)
    except OSError as e:
        raise LogError(f"{log} cannot be read: {e.strerror}") from None


def move(log: Path, to: Path) -> None:
    """Give a log another name, and its seal before it: one that is there already may be of another file."""
    try:
        for old, new in ((path_of(log), path_of(to)), (log, to)):
            old.replace(new)
            _sync(to.parent)
    except OSError as e:
        raise LogError(f"cannot write {to}: {e.strerror}") from None


def _sums(fd: int, block: int) -> Iterator[str]:
    buffer = memoryview(bytearray(block))
    while count := os.readv(fd, [buffer]):
        yield hashlib.sha256(buffer[:count]).hexdigest()


def _difference(was: Sums, now: Sums) -> str:
    """In words; nothing where there is none."""
    of = range(max(len(was.sums), len(now.sums)))
    other = [n for n in of if was.sums[n : n + 1] != now.sums[n : n + 1]]
    size = "" if was.size == now.size else f"it has {now.size:,} bytes and had {was.size:,}"
    if not other:
        return size
    start = other[0] * was.block
    end = min(start + was.block, max(was.size, now.size))
    more = f" (and {len(other) - 1} more places)" if len(other) > 1 else ""
    where = f"bytes {start:,} to {end - 1:,}{more} are not what the last run left there"
    return f"{size}; {where}" if size else where


def _restore(log: Path) -> str:
    seal = path_of(log).name
    return (
        f"Restore it from a backup, together with {seal}. If it was put there on purpose without one, remove "
        f"{seal} and look at the log with `tracker-sync log verify`; the next sync makes a new seal"
    )


def _remove(path: Path) -> str:
    return f"Remove {path.name} and look at the log with `tracker-sync log verify`; the next sync seals it"


def _identity(log: Path) -> tuple[int, int]:
    """Which seal is there: each is a new file."""
    try:
        found = path_of(log).lstat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def _text(path: Path) -> str:
    """The content of a file that is neither a link, nor a pipe to wait at, nor larger than any seal."""
    if path.is_symlink():
        raise OSError(0, "it is a symbolic link")
    with open(path, encoding="utf-8", errors="replace", opener=_opener) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is not a file")
        return file.read(LARGEST)


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _sum(told: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def _write(path: Path, told: dict[str, Any]) -> None:
    """Write a seal whole or not at all, and have it on the disk."""
    part = path.with_name(f"{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        part.unlink(missing_ok=True)  # of a run that was killed here
        with os.fdopen(os.open(part, flags, stat.S_IRUSR | stat.S_IWUSR), "w", encoding="utf-8") as file:
            file.write(canonical(told | {"sum": _sum(told)}))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync(path.parent)
    except OSError as e:
        raise LogError(
            f"the seal {path} cannot be written: {e.strerror}. What the log holds is safe; once this is "
            "mended, the next run seals it"
        ) from None


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
