"""The event log in a PostgreSQL database, for several workers on several machines."""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count, islice
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tracker_sync.blots import hidden
from tracker_sync.config import shown
from tracker_sync.errors import ConfigError, LogBusy, LogError, LogRefused
from tracker_sync.events import Event, Row, to_row
from tracker_sync.log import Appended, Broken, Entry, Head, Skipped, chain
from tracker_sync.log.postgres_schema import grants, prepare
from tracker_sync.log.postgres_values import adapt, translated

OLDEST = 14
"""The oldest PostgreSQL that we know to work."""
PAGE = 5000
"""Events that are fetched at once, and rows that are written at once."""
PATIENCE = "60s"
"""How long a page waits for those of other workers. Each takes well under a second."""
CONNECT: dict[str, Any] = {
    "fallback_application_name": "tracker-sync", "connect_timeout": 15,
    "keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6,
}  # fmt: skip
# A machine that lost its power leaves its leases with the server, until that finds out: after two minutes,
# and not after two hours; and one that stands still leaves its turn. An acknowledged commit has to be on the
# disk, whatever the server does by default.
_SESSION = f"""
SET lock_timeout = '{PATIENCE}';
SET idle_in_transaction_session_timeout = '{PATIENCE}';
SET tcp_keepalives_idle = 60;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 6;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
"""
# A join with `item` might be done by reading all of it, for every page.
_SELECT = """
SELECT e.seq, e.rec_ts, s.name, e.event_id,
       coalesce((SELECT i.ext_id FROM item i WHERE i.item_id = e.item_id), ''),
       e.kind, e.attr, e.key, e.val, e.ts, e.actor, e.body, e.hash
FROM event e JOIN source s USING (source_id)
"""
_SOURCE = "SELECT source_id, head_hash, cursor FROM source_now WHERE name = %s"
_AMONG = "WHERE e.source_id = %s AND event_digest(e.event_id) = ANY(ARRAY(SELECT event_digest(unnest(%s))))"
_COPY_ITEMS = "COPY item(item_id, source_id, ext_id) FROM STDIN"
_COPY_EVENTS = """
COPY event(seq, source_id, event_id, item_id, kind, attr, key, val, ts, rec_ts, actor, body, hash) FROM STDIN
"""


class PostgresLog:
    """An `EventLog` in a PostgreSQL database; opened to read, or also to write.

    Any number of workers may write at once. A role that may SELECT and INSERT is enough.
    """

    def __init__(self, url: str, *, write: bool = False) -> None:
        """Raises LogError where there is no log that we can use, and ConfigError for a url that is none."""
        self.place, self._url = shown(url), url
        self._names = count()
        self._rights = ""
        self._db = _connected(url, self.place)
        with self._told():
            try:
                self._rights = grants(self._db)
                if not write:
                    self._db.execute("SET default_transaction_read_only = on")
                prepare(self._db, self.place, _key("create"), write=write)
                # Two logs of one database are told apart by it.
                self._oid = self._number("SELECT 'event'::regclass::oid::bigint")
            except BaseException:
                self._db.close()
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
        with self._transaction():
            self._take_turn()
            source_id, head, before = self._source(source)
            new, seen, clashes = chain.sort_out(rows, self._known(source_id, rows))
            aside += clashes
            end = self._insert(source_id, head or chain.GENESIS, new, now)
            after = before if cursor is None else cursor
            if (end, after) != (head, before):
                self._db.execute(
                    "INSERT INTO head(source_id, cursor, head_hash, rec_ts) VALUES (%s, %s, %s, %s)",
                    (source_id, after, end, now),
                )
            self._set_aside(source_id, aside, now)
            self._remember(source_id, remember)
        return Appended(len(new), seen, tuple(aside))

    def cursor(self, source: str) -> str | None:
        found = self._all("SELECT cursor FROM source_now WHERE name = %s", source)
        return found[0][0] if found else None

    def recall(self, source: str) -> dict[str, str]:
        query = "SELECT key, val FROM memory_now JOIN source USING (source_id) WHERE name = %s"
        return dict(self._all(query, source))

    def keys(self, source: str) -> dict[str, str]:
        query = (
            "SELECT i.ext_id, e.kind, e.val FROM event e JOIN source s USING (source_id)"
            " JOIN item i ON i.item_id = e.item_id"
            " WHERE s.name = %s AND e.kind IN ('opened', 'moved', 'removed', 'restored') ORDER BY e.ts, e.seq"
        )
        return chain.present_keys(self._all(query, source))

    def read(
        self,
        *,
        source: str | None = None,
        items: Iterable[str] | None = None,
        known_at: int | None = None,
    ) -> Iterator[Entry]:
        where, args = ["true"], list[object]()
        if source is not None:
            where.append("s.name = %s")
            args.append(source)
        wanted = None if items is None else list(items)
        if wanted is not None and "" not in wanted:
            query = "SELECT i.item_id FROM item i JOIN source s USING (source_id) WHERE i.ext_id = ANY(%s)"
            ids = [r[0] for r in self._all(f"{query} AND {' AND '.join(where)}", wanted, *args)]
            where.append("e.item_id = ANY(%s)")
            args.append(ids)
        elif wanted is not None:
            where.append("e.item_id IS NULL")
        if known_at is not None:
            where.append("e.rec_ts <= %s")
            args.append(known_at)
        for link in self._links(where, args, paged=wanted is None):
            event = chain.event_of(self.place, link.seq, link.row)
            yield Entry(link.seq, link.recorded_at, link.source, event)

    def skipped(self) -> Iterator[tuple[str, Skipped]]:
        query = (
            "SELECT s.name, k.item, k.reason, k.raw FROM skipped k JOIN source s USING (source_id)"
            " ORDER BY 1, 2, k.skipped_id"
        )
        for name, item, reason, raw in self._all(query):
            yield name, Skipped(item, reason, raw)

    def heads(self) -> dict[str, Head]:
        query = (
            "SELECT s.name, (SELECT count(*) FROM event e WHERE e.source_id = s.source_id), s.head_hash"
            " FROM source_now s ORDER BY s.name"
        )
        return {name: Head(events, (end or chain.GENESIS).hex()) for name, events, end in self._all(query)}

    def verify(self, against: Mapping[str, Head] = MappingProxyType({})) -> tuple[int, Broken | None]:
        with self._transaction():
            # Other workers may add to the log meanwhile: events and heads have to be of one moment.
            self._db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return chain.walk(self._links(["true"], [], paged=True), self._ends, against)

    def query(self, sql: str, args: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        name = f"query_{next(self._names)}"
        with self._told(), self._db.cursor(name, withhold=True) as cursor:
            cursor.itersize = PAGE
            with self._db.transaction():  # a query that is refused does not end the snapshot that it is in
                cursor.execute(translated(sql), args)
            yield from cursor

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._transaction():
            self._db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def reader(self) -> "PostgresLog":
        return PostgresLog(self._url)

    def rewrite(self, statements: Iterable[tuple[str, Iterable[Sequence[object]]]]) -> None:
        with self._transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_key("rewrite", self._oid),))
            for sql, rows in statements:
                left = iter(rows)
                while some := [*islice(left, PAGE)]:  # what gives the rows may ask the log in between
                    self._db.cursor().executemany(translated(sql), some)

    @contextmanager
    def lease(self, source: str) -> Iterator[None]:
        key = _key("lease", self._oid, source)
        with self._told():
            mine = self._number("SELECT pg_try_advisory_lock(%s)", key)
        if not mine:
            raise LogBusy(f"another worker has {source} just now; it will finish by itself")
        try:
            yield
        finally:
            with suppress(psycopg.Error):  # the lease went with the connection
                self._db.execute("SELECT pg_advisory_unlock(%s)", (key,))

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All that is appended within is in the log at its end, or nothing of it; others wait meanwhile."""
        with self._transaction():
            self._take_turn()
            yield

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told(), self._db.transaction():
            yield

    def _take_turn(self) -> None:
        """Wait for the other workers' appends to be committed, and have the next ones wait for this.

        Without it a later number could be seen before an earlier one, and whoever follows the log by number
        would never see that. It also orders each source's chain.
        """
        self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_key("append", self._oid),))

    def _source(self, name: str) -> tuple[int, bytes | None, str | None]:
        """Its number, the end of its chain (None: it is new), and its cursor."""
        for source_id, head, cursor in self._all(_SOURCE, name):
            return source_id, head, cursor
        source_id = 1 + self._number("SELECT coalesce(max(source_id), 0) FROM source")
        self._db.execute("INSERT INTO source(source_id, name) VALUES (%s, %s)", (source_id, name))
        return source_id, None, None

    def _known(self, source_id: int, rows: list[Row]) -> dict[str, Row]:
        """What the log holds under the ids of the rows."""
        found = self._all(f"{_SELECT} {_AMONG}", source_id, [r.event_id for r in rows]) if rows else []
        return {r[3]: Row(*r[3:12]) for r in found}

    def _insert(self, source_id: int, head: bytes, rows: list[Row], now: int) -> bytes:
        if not rows:
            return head
        items = self._item_ids(source_id, {r.item for r in rows if r.item})
        seq = self._last_number()
        with self._db.cursor() as cursor, cursor.copy(_COPY_EVENTS) as copy:
            for r, own in zip(rows, chain.hashes(head, rows, now), strict=True):
                seq, head = seq + 1, own
                copy.write_row((seq, source_id, r.event_id, items.get(r.item), *r[2:7], now, *r[7:], own))
        return head

    def _last_number(self) -> int:
        """Of the newest event; the next ones go on from there."""
        return self._number("SELECT coalesce(max(seq), 0) FROM event")

    def _item_ids(self, source_id: int, ext_ids: set[str]) -> dict[str, int]:
        query = "SELECT ext_id, item_id FROM item WHERE source_id = %s AND ext_id = ANY(%s)"
        found: dict[str, int] = dict(self._all(query, source_id, sorted(ext_ids)))
        fresh = sorted(ext_ids - found.keys())
        last = self._number("SELECT coalesce(max(item_id), 0) FROM item")
        with self._db.cursor() as cursor, cursor.copy(_COPY_ITEMS) as copy:
            for item_id, ext_id in enumerate(fresh, last + 1):
                copy.write_row((item_id, source_id, ext_id))
                found[ext_id] = item_id
        return found

    def _set_aside(self, source_id: int, aside: Iterable[Skipped], now: int) -> None:
        self._db.cursor().executemany(
            "INSERT INTO skipped(source_id, item, reason, raw, rec_ts) SELECT %(source_id)s, %(item)s,"
            " %(reason)s, %(raw)s, %(now)s WHERE NOT EXISTS (SELECT FROM skipped WHERE"
            " source_id = %(source_id)s AND item = %(item)s AND reason = %(reason)s AND raw = %(raw)s)",
            [
                {"source_id": source_id, "item": s.item, "reason": s.reason, "raw": s.raw, "now": now}
                for s in aside
            ],
        )

    def _remember(self, source_id: int, remember: Mapping[str, str]) -> None:
        self._db.cursor().executemany(
            "INSERT INTO memory(source_id, key, val) SELECT %(source_id)s, %(key)s, %(val)s"
            " WHERE %(val)s IS DISTINCT FROM (SELECT val FROM memory"
            " WHERE source_id = %(source_id)s AND key = %(key)s ORDER BY memory_id DESC LIMIT 1)",
            [{"source_id": source_id, "key": key, "val": val} for key, val in remember.items()],
        )

    def _links(self, where: list[str], args: list[object], *, paged: bool) -> Iterator[chain.Link]:
        """The stored events, by number, of what is in the log now; by pages where there may be many."""
        query = f"{_SELECT} WHERE {' AND '.join(where)} AND e.seq >= %s AND e.seq <= %s ORDER BY e.seq"
        query += " LIMIT %s" if paged else ""
        start, end = self._all("SELECT coalesce(min(seq), 0), coalesce(max(seq), -1) FROM event")[0]
        while start <= end:
            found = self._all(query, *args, start, end, *([PAGE] if paged else []))
            for r in found:
                yield chain.Link(r[0], r[1], r[2], Row(*r[3:12]), r[12])
            if not paged or len(found) < PAGE:
                break
            start = found[-1][0] + 1

    def _ends(self) -> list[tuple[str, bytes]]:
        found = self._all("SELECT name, head_hash FROM source_now")
        return [(name, end or chain.GENESIS) for name, end in found]

    def _number(self, sql: str, *args: object) -> int:
        """The one value of the one row that a query gives."""
        [(found,)] = self._all(sql, *args)
        return int(found)

    def _all(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        with self._told():
            return self._db.execute(sql, args).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """PostgreSQL's errors as ours, with what to do about them."""
        try:
            yield
        except psycopg.errors.LockNotAvailable:
            raise LogBusy(
                f"others have been writing to {self.place} for {PATIENCE}. Nothing was changed; run again"
            ) from None
        except psycopg.errors.ReadOnlySqlTransaction as e:
            raise LogRefused(f"the log {self.place} may only be read: {_words(e)}") from e
        except psycopg.errors.InsufficientPrivilege as e:
            raise LogRefused(
                f"the log {self.place} refuses it: {_words(e)}. As the owner of its tables: {self._rights}"
            ) from e
        except psycopg.Error as e:
            raise LogError(f"the log {self.place} cannot be used: {_words(e)}. {_advice(e)}") from e


def _key(*about: object) -> int:
    """The key of an advisory lock."""
    text = "\0".join(["tracker-sync", *map(str, about)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)


def _connected(url: str, place: str) -> "psycopg.Connection[tuple[Any, ...]]":
    # Its warnings name the connection; what matters comes as an error anyway.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    try:
        told = conninfo_to_dict(url)
        [int(port) for port in str(told.get("port") or "0").split(",") if port]
    except (psycopg.ProgrammingError, ValueError):
        # The message of either would quote what may be part of a password.
        raise ConfigError("[log] url is not an address that PostgreSQL understands") from None
    if "PGCONNECT_TIMEOUT" in os.environ:
        told.setdefault("connect_timeout", os.environ["PGCONNECT_TIMEOUT"])
    try:
        settings = make_conninfo(**(CONNECT | told | {"client_encoding": "UTF8"}))
        db = psycopg.connect(settings, autocommit=True)
    except psycopg.OperationalError as e:
        raise LogError(
            f"the log {place} cannot be reached: {_words(e)}. Look whether the server runs and lets you in; "
            "a password comes from PGPASSWORD, ~/.pgpass or a service file"
        ) from None
    db.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    adapt(db)
    encoding = db.info.parameter_status("server_encoding")
    if db.info.server_version < OLDEST * 10_000 or encoding != "UTF8":
        db.close()
        raise LogError(
            f"{place}: a log needs PostgreSQL {OLDEST} or newer and a database in UTF8; this is "
            f"{db.info.server_version // 10_000} and {encoding}"
        )
    db.execute(_SESSION)
    return db


def _words(error: psycopg.Error) -> str:
    """What PostgreSQL says, without the rows and values that it tells on further lines."""
    said = error.diag.message_primary or str(error).strip().partition("\n")[0]
    # A failed connection knows its password also where ~/.pgpass or a service file had it.
    tried = error.pgconn.password.decode(errors="replace") if error.pgconn else ""
    said = hidden(said, {os.environ.get("PGPASSWORD"), tried})
    return "".join(c if c.isprintable() else " " for c in said).rstrip(". ")


def _advice(error: psycopg.Error) -> str:
    """What to do, by the class of what went wrong.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    state = error.sqlstate or ""
    if state.startswith("53"):
        return "The server has no room left; what was committed is there. Make room, and run again"
    if state.startswith(("XX", "58")):
        return "What was committed is there. Look at the server's disk and at its own log"
    if state.startswith(("08", "57")) or (not state and isinstance(error, psycopg.OperationalError)):
        return "The connection is gone, and its leases with it; what was committed is there. Run again"
    return "Nothing was changed"
