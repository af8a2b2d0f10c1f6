"""The log that a configuration names, of whichever kind."""

from pathlib import Path
from typing import TYPE_CHECKING

from tracker_sync.config import Config
from tracker_sync.errors import ConfigError
from tracker_sync.log import EventLog

if TYPE_CHECKING:
    from tracker_sync.log.postgres import PostgresLog


def open_log(config: Config, *, write: bool = False) -> EventLog:
    """The log of `[log] url`. Raises LogError, LogBusy, or ConfigError where its library is missing."""
    place = config.log_place
    if isinstance(place, Path):
        from tracker_sync.log.sqlite import SqliteLog

        return SqliteLog(place, write=write)
    return open_postgres(config, place, write=write)


def open_postgres(config: Config, url: str, *, write: bool = False) -> "PostgresLog":
    """The log in a PostgreSQL database."""
    try:
        from tracker_sync.log.postgres import PostgresLog
    except ImportError:
        why = "[log] url: PostgreSQL needs a library: pip install 'tracker_sync[postgres]'"
        raise ConfigError(why, config.path) from None
    return PostgresLog(url, write=write)
