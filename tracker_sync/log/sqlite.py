"""The event log in one SQLite file."""

import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tracker_sync.errors import LogBusy, LogError, NoLog
from tracker_sync.events import Event, Row, canonical, to_row
from tracker_sync.log import Appended, Broken, Entry, Head, Skipped, chain
from tracker_sync.log.among import among
from tracker_sync.log.place import check
from tracker_sync.log.projection import GONE, TABLES
from tracker_sync.log.seal import Seal, journal_of
from tracker_sync.log.views import SQLITE_TIME, views

SCHEMA_VERSION = 6
WAIT = 60
"""Seconds that a write waits for those who are reading: a report over a large log, as JSON, takes some."""
SCHEMA = """
CREATE TABLE source(
  source_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cursor TEXT, head_hash BLOB NOT NULL
);
CREATE TABLE item(
  item_id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(source_id), ext_id TEXT NOT NULL,
  UNIQUE(source_id, ext_id)
);
CREATE TABLE event(
  seq INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(source_id), event_id TEXT NOT NULL,
  item_id INTEGER REFERENCES item(item_id), kind TEXT NOT NULL, attr TEXT NOT NULL, key TEXT NOT NULL,
  val TEXT, ts BIGINT NOT NULL, rec_ts BIGINT NOT NULL, actor TEXT, body TEXT NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE(source_id, event_id)
);
CREATE INDEX event_item ON event(item_id, ts, seq);
CREATE TABLE skipped(
  skipped_id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(source_id),
  item TEXT NOT NULL, reason TEXT NOT NULL, raw TEXT NOT NULL, rec_ts BIGINT NOT NULL,
  UNIQUE(source_id, item, reason, raw)
);
"""
# What a source asked to be remembered (not part of the log, and no reason to verify it), and a quick
# way to every item's key.
MEMORY = """
CREATE TABLE memory(
  source_id INTEGER NOT NULL REFERENCES source(source_id), key TEXT NOT NULL, val TEXT NOT NULL,
  PRIMARY KEY(source_id, key)
) WITHOUT ROWID;
CREATE INDEX event_key ON event(source_id, ts, seq, kind, item_id, val)
  WHERE kind IN ('opened', 'moved', 'removed', 'restored');
"""
# INSERT OR REPLACE deletes the old row without firing a delete trigger (recursive_triggers is off
# by default), so an insert over an existing row has to be refused before it happens.
GUARDS = """
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
"""
NO_REPLACE = """
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
  WHEN EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM event WHERE source_id = NEW.source_id AND event_id = NEW.event_id)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
"""
# Datasette fails at a foreign key that does not name its column. To say it of a table that is there, without
# copying all events: https://www.sqlite.org/lang_altertable.html#otheralter
NAMED_KEYS = """
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(replace(sql,
  'REFERENCES source,', 'REFERENCES source(source_id),'), 'REFERENCES item,', 'REFERENCES item(item_id),')
  WHERE type = 'table';
PRAGMA writable_schema = OFF;
"""
VIEWS = views(SQLITE_TIME)
MIGRATIONS = {
    1: f"{MEMORY}DROP TRIGGER event_no_replace;{NO_REPLACE}",
    2: NAMED_KEYS,
    3: f"{GONE}{TABLES}{VIEWS}",
    4: f"{GONE}{TABLES}{VIEWS}",
    5: f"{GONE}{TABLES}{VIEWS}",
}
"""By version: what makes a file of that version one of the next."""
_COLUMNS = """
SELECT e.seq, e.rec_ts, s.name, e.event_id, coalesce(i.ext_id, ''), e.kind, e.attr, e.key, e.val,
       e.ts, e.actor, e.body, e.hash
"""
_SELECT = f"""{_COLUMNS}
FROM event e JOIN source s USING (source_id) LEFT JOIN item i ON i.item_id = e.item_id
"""
# CROSS JOIN and INDEXED BY keep SQLite from walking the whole log: a sync asks these for every page.
_OF_ITEMS = """
SELECT e.seq, e.rec_ts, e.item_id, e.event_id, e.kind, e.attr, e.key, e.val, e.ts, e.actor, e.body
FROM json_each(?) j CROSS JOIN event e ON e.item_id = j.value
"""
_ITEMS = """
SELECT i.item_id, s.name, i.ext_id FROM source s CROSS JOIN item i ON i.source_id = s.source_id
WHERE coalesce(?, s.name) = s.name AND i.ext_id
"""
_OF_NO_ITEM = f"""{_COLUMNS.replace("coalesce(i.ext_id, '')", "''")}
FROM event e INDEXED BY event_item JOIN source s USING (source_id)
"""


class SqliteLog:
    """An `EventLog` in a SQLite file; opened to read, or to write under an exclusive lock."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        """Raises LogError where the file is not a log we can use, LogBusy where another run has it."""
        self.path = path
        self._lock: int | None = None
        self._seal: Seal | None = None
        if path.is_symlink():
            raise LogError(f"{path} is a symbolic link; name the real file in [log] url")
        if write:
            check(path)
            self._lock = _lock(path)
        elif not path.exists():
            raise NoLog(f"there is no log at {path} yet; run `tracker-sync sync` first")
        try:
            self._seal = Seal(path) if write else None
            with _told(path):
                self._db = _open(path, self._seal)
        except LogError:
            if self._lock is not None:
                os.close(self._lock)
            raise

    def append(
        self,
        source: str,
        events: Iterable[Event],
        *,
        now: int,
        cursor: str | None = None,
        skipped: Iterable[Skipped] = (),
        remember: Mapping[str, str] = MappingProxyType({}),
    ) -> Appended:
        rows = [to_row(e) for e in events]
        aside = list(skipped)
        with _told(self.path), self._transaction():
            source_id, head = self._source(source)
            new, seen, clashes = chain.sort_out(rows, self._known(source_id, rows))
            aside += clashes
            head = self._insert(source_id, head, new, now)
            self._db.execute(
                "UPDATE source SET head_hash = ?, cursor = coalesce(?, cursor) WHERE source_id = ?",
                (head, cursor, source_id),
            )
            self._add("skipped", [
                {"source_id": source_id, "item": s.item, "reason": s.reason, "raw": s.raw, "rec_ts": now}
                for s in aside
            ])  # fmt: skip
            self._db.executemany(
                "INSERT OR REPLACE INTO memory(source_id, key, val) VALUES (?, ?, ?)",
                [(source_id, key, val) for key, val in remember.items()],
            )
        return Appended(len(new), seen, tuple(aside))

    def cursor(self, source: str) -> str | None:
        with _told(self.path):
            row = self._db.execute("SELECT cursor FROM source WHERE name = ?", (source,)).fetchone()
        return row[0] if row else None

    def recall(self, source: str) -> dict[str, str]:
        query = "SELECT key, val FROM memory JOIN source USING (source_id) WHERE name = ?"
        with _told(self.path):
            return dict(self._db.execute(query, (source,)))

    def keys(self, source: str) -> dict[str, str]:
        query = (
            "SELECT i.ext_id, e.kind, e.val FROM event e JOIN source s USING (source_id)"
            " JOIN item i ON i.item_id = e.item_id"
            " WHERE s.name = ? AND e.kind IN ('opened', 'moved', 'removed', 'restored') ORDER BY e.ts, e.seq"
        )
        with _told(self.path):
            return chain.present_keys(self._db.execute(query, (source,)))

    def read(
        self,
        *,
        source: str | None = None,
        items: Iterable[str] | None = None,
        known_at: int | None = None,
    ) -> Iterator[Entry]:
        wanted = None if items is None else list(items)
        with _told(self.path):
            if wanted is not None and "" not in wanted:
                yield from self._of_items(source, wanted, known_at)
                return
            select, where = (_SELECT, "1") if wanted is None else (_OF_NO_ITEM, "e.item_id IS NULL")
            known, args = _known_by(known_at)
            if source is not None:
                known, args = f"{known} AND s.name = ?", [*args, source]
            for r in self._db.execute(f"{select} WHERE {where}{known} ORDER BY e.seq", args):
                yield Entry(r[0], r[1], r[2], chain.event_of(self.path, r[0], Row(*r[3:12])))

    def _of_items(self, source: str | None, wanted: list[str], known_at: int | None) -> Iterator[Entry]:
        named = {i: (name, ext_id) for i, name, ext_id in among(self._db.execute, _ITEMS, (source,), wanted)}
        known, args = _known_by(known_at)
        query = f"{_OF_ITEMS} WHERE 1{known} ORDER BY e.seq"
        for seq, at, item, event_id, *rest in self._db.execute(query, (canonical(sorted(named)), *args)):
            name, ext_id = named[item]
            yield Entry(seq, at, name, chain.event_of(self.path, seq, (event_id, ext_id, *rest)))

    def skipped(self) -> Iterator[tuple[str, Skipped]]:
        query = (
            "SELECT name, item, reason, raw FROM skipped JOIN source USING (source_id)"
            " ORDER BY 1, 2, skipped_id"
        )
        with _told(self.path):
            for name, item, reason, raw in self._db.execute(query):
                yield name, Skipped(item, reason, raw)

    def heads(self) -> dict[str, Head]:
        query = (
            "SELECT s.name, count(e.seq), s.head_hash FROM source s LEFT JOIN event e USING (source_id)"
            " GROUP BY s.source_id ORDER BY s.name"
        )
        with _told(self.path):
            return {name: Head(events, head.hex()) for name, events, head in self._db.execute(query)}

    def verify(self, against: Mapping[str, Head] = MappingProxyType({})) -> tuple[int, Broken | None]:
        # Bytes that are no UTF-8 any more are to be found, not to stop the search.
        self._db.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        with _told(self.path):
            self._db.execute("BEGIN")  # or a writer could move a head after its events were read
            with self._committed():
                rows = self._db.execute(f"{_SELECT} ORDER BY e.seq")
                links = (chain.Link(r[0], r[1], r[2], Row(*r[3:12]), r[12]) for r in rows)
                ends = partial(self._db.execute, "SELECT name, head_hash FROM source")
                found = chain.walk(links, ends, against)
        if found[1] is None:
            self._check_pages()
        return found

    def _check_pages(self) -> None:
        """Raises LogError where SQLite finds that tables, indexes and pages do not fit together."""
        with _told(self.path):
            found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check(3)")]
        if found != ["ok"]:
            raise LogError(
                f"{self.path}: its events hold, but not the file around them: {'; '.join(found)}. Restore it "
                "from a backup, or make a new log of it: `tracker-sync log export`, then `log import`"
            )

    def query(self, sql: str, args: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with _told(self.path):
            yield from self._db.execute(sql, args)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with _told(self.path):
            self._db.execute("BEGIN")
            with self._committed():
                yield

    def reader(self) -> "SqliteLog":
        return SqliteLog(self.path)

    def rewrite(self, statements: Iterable[tuple[str, Iterable[Sequence[object]]]]) -> None:
        with _told(self.path):
            # What gives the rows may read the log in other processes, which a page that is written before the
            # end would lock out.
            self._db.execute("PRAGMA cache_spill = OFF")
            try:
                with self._transaction():
                    for sql, rows in statements:
                        self._db.executemany(sql, rows)
            finally:
                self._db.execute("PRAGMA cache_spill = ON")

    def lease(self, source: str) -> AbstractContextManager[None]:
        return nullcontext()  # the lock on the file holds off every other writer

    def close(self) -> None:
        self._db.close()
        try:
            if self._seal is not None:
                self._seal.close()
        finally:
            if self._lock is not None:
                os.close(self._lock)

    def _source(self, name: str) -> tuple[int, bytes]:
        self._db.execute("INSERT OR IGNORE INTO source(name, head_hash) VALUES (?, ?)", (name, chain.GENESIS))
        row = self._db.execute("SELECT source_id, head_hash FROM source WHERE name = ?", (name,))
        source_id, head = row.fetchone()
        return source_id, head

    def _known(self, source_id: int, rows: list[Row]) -> dict[str, Row]:
        """What the log holds under the ids of the rows."""
        query = f"{_SELECT} WHERE e.source_id = ? AND e.event_id"
        found = among(self._db.execute, query, (source_id,), [r.event_id for r in rows])
        return {r[3]: Row(*r[3:12]) for r in found}

    def _insert(self, source_id: int, head: bytes, rows: list[Row], now: int) -> bytes:
        items = self._item_ids(source_id, {r.item for r in rows if r.item})
        hashes = [*chain.hashes(head, rows, now)]
        out = [
            (source_id, event_id, items.get(item), kind, attr, key, val, ts, now, actor, body, own)
            for (event_id, item, kind, attr, key, val, ts, actor, body), own in zip(rows, hashes, strict=True)
        ]
        self._db.executemany(
            "INSERT INTO event(source_id, event_id, item_id, kind, attr, key, val, ts, rec_ts,"
            " actor, body, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            out,
        )
        return hashes[-1] if hashes else head

    def _item_ids(self, source_id: int, ext_ids: set[str]) -> dict[str, int]:
        query = "SELECT ext_id, item_id FROM item WHERE source_id = ? AND ext_id"
        found = dict(among(self._db.execute, query, (source_id,), ext_ids))
        if fresh := sorted(ext_ids - found.keys()):
            self._add("item", [{"source_id": source_id, "ext_id": e} for e in fresh])
            found |= dict(among(self._db.execute, query, (source_id,), fresh))
        return found

    def _add(self, table: str, rows: list[dict[str, object]]) -> None:
        """Rows that are not there yet; a savepoint inside the transaction that is open."""
        from sqlite_utils import Database  # 180 ms: only writers pay for it

        Database(self._db, execute_plugins=False).table(table).insert_all(rows, ignore=True)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        # A plain BEGIN that is upgraded to a write fails at once when someone else writes,
        # whatever the timeout: ask for the write lock at the start.
        if self._seal is not None:
            self._seal.open()
        self._db.execute("BEGIN IMMEDIATE")
        try:
            with self._committed():
                yield
        except sqlite3.DatabaseError:
            if self._seal is not None:
                self._seal.give_up()
            raise

    @contextmanager
    def _committed(self) -> Iterator[None]:
        """What is done within is committed at its end, or taken back."""
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite itself has taken back what a full disk broke off
                self._db.execute("ROLLBACK")
            raise


def _known_by(known_at: int | None) -> tuple[str, list[object]]:
    return ("", []) if known_at is None else (" AND e.rec_ts <= ?", [known_at])


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody else writes to the log, or makes it, meanwhile. Raises LogBusy where somebody does already."""
    fd = _lock(path)
    try:
        yield
    finally:
        os.close(fd)


def _lock(path: Path) -> int:
    """An exclusive lock beside the log, held until the process lets go of the descriptor."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(path.with_name(path.name + ".lock"), flags, 0o600)
    except OSError as e:
        raise LogError(f"cannot write beside {path}: {e.strerror}") from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise LogBusy(f"another tracker-sync is writing to {path}; it will finish by itself") from None
    except OSError as e:
        os.close(fd)
        why = f"{path} cannot be locked ({e.strerror}), so two runs cannot be kept apart"
        raise LogError(f"{why}. Keep the log on a disk of this machine") from None
    return fd


def _open(path: Path, seal: Seal | None) -> sqlite3.Connection:
    """A connection; to read, where no seal is given that says when it is written."""
    if seal and not path.exists():
        seal.open()  # before there is a file that a seal left of an earlier one would belie
        _make(path)
    where = str(path) if seal else f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(where, uri=not seal, isolation_level=None, timeout=WAIT)
    try:
        version = _check_version(db, path)
        if seal:
            seal.check()
            if version != SCHEMA_VERSION:
                seal.open()
            _prepare(db, version)
    except BaseException:
        db.close()  # or what it had begun would keep the file locked
        raise
    return db


def _make(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, stat.S_IRUSR | stat.S_IWUSR))
    except OSError as e:
        why = f"the log {path} cannot be made: {e.strerror}"
        raise LogError(f"{why}. Look at the disk, and run again") from None


def _prepare(db: sqlite3.Connection, version: int) -> None:
    # WAL with synchronous=NORMAL loses acknowledged commits on power loss. So does FULL: it leaves it to the
    # file system when the journal is gone, and a journal that comes back takes the commit back.
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("PRAGMA synchronous = EXTRA")
    if version == 0:
        _create(db)
    for old in range(version or SCHEMA_VERSION, SCHEMA_VERSION):
        db.executescript(f"BEGIN IMMEDIATE;{MIGRATIONS[old]}PRAGMA user_version = {old + 1};COMMIT;")


def _check_version(db: sqlite3.Connection, path: Path) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise LogError(
            f"{path} was written by a newer tracker-sync (schema {version}, this one knows "
            f"{SCHEMA_VERSION}); upgrade tracker-sync, the file is untouched"
        )
    return version


def _create(db: sqlite3.Connection) -> None:
    made = f"{SCHEMA}{MEMORY}{GUARDS}{NO_REPLACE}{TABLES}{VIEWS}PRAGMA user_version = {SCHEMA_VERSION};"
    db.executescript(f"BEGIN IMMEDIATE;{made}COMMIT;")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with what to do about them."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as e:  # the latter where a name of a table is damaged
        raise LogError(f"the log {path} cannot be used: {e}. {_advice(path, e)}") from e


def _advice(path: Path, error: Exception) -> str:
    """What to do, by SQLite's own name of what went wrong (https://www.sqlite.org/rescode.html)."""
    name = getattr(error, "sqlite_errorname", "")  # an error of Python's own has none
    if name == "SQLITE_READONLY_ROLLBACK":
        return "The last run was broken off in a write; `tracker-sync sync` takes that back, nothing is lost"
    if name == "SQLITE_BUSY":
        return "Another program has it open; what was committed is there. Run again when that is over"
    if name == "SQLITE_FULL":
        return "The disk is full; what was committed is there. Make room, and run again"
    if name.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return "The disk refused it; what was committed is there. Look at the disk, and run again"
    return (
        "Nothing was changed. If the disk is fine, restore the file from a backup (and remove "
        f"{journal_of(path).name}, if there is one), or sync again into a new one"
    )
