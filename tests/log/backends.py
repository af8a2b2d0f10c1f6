"""Every kind of log that has to keep the contract, and a way to meddle with it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from postgres import Database

from tracker_sync.log import EventLog
from tracker_sync.log.sqlite import SqliteLog


@dataclass(frozen=True)
class Backend:
    """A place for one log."""

    open: Callable[[bool], EventLog]
    """To write, or to read only."""
    empty: Callable[[], None]
    """Have no log there any more."""
    meddle: Callable[..., list[int]]
    """Run SQL past all guards; how many rows each statement touched."""

    def reader(self) -> EventLog:
        return self.open(False)

    def writer(self) -> EventLog:
        return self.open(True)


def sqlite_file(path: Path) -> Backend:
    def empty() -> None:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()

    def meddle(*statements: str) -> list[int]:
        with closing(sqlite3.connect(path)) as db, db:
            for guard in ("update", "delete", "replace"):
                db.execute(f"DROP TRIGGER IF EXISTS event_no_{guard}")
            return [db.execute(s).rowcount for s in statements]

    return Backend(lambda write: SqliteLog(path, write=write), empty, meddle)


def postgres_schema(database: Database, *, limited: bool) -> Backend:
    """As its owner, or as a role that may only SELECT and INSERT, where the owner made the tables."""
    from tracker_sync.log.postgres import PostgresLog

    url = [database.url]

    def prepare() -> None:
        if limited:
            PostgresLog(database.url, write=True).close()
            url[0] = database.role()

    def empty() -> None:
        database.emptied()
        prepare()

    prepare()
    return Backend(lambda write: PostgresLog(url[0], write=write), empty, database.meddle)
