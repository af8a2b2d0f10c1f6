"""Writes a file whole or not at all, where others may be reading it."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from tracker_sync.errors import ConfigError


def write(path: Path, text: str) -> None:
    """Put the text where whoever opens the path finds all of it, or what was there before.

    Raises ConfigError, also for a symbolic link: it could lead anywhere.
    """
    if path.is_symlink():
        raise ConfigError(f"{path} is a symbolic link; name the real file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(text)
        part.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH)
        part.replace(path)
    except OSError as e:
        with suppress(OSError):  # such as that there is no such folder
            part.unlink()
        raise ConfigError(f"cannot write {path}: {e.strerror}") from None
