"""The tables of a log in PostgreSQL: those of SQLite, and what no role may change in them."""

import psycopg

from tracker_sync.errors import LogError, LogRefused, NoLog
from tracker_sync.log.projection import GONE, TABLES
from tracker_sync.log.views import POSTGRES_TIME, views

SCHEMA_VERSION = 3
VERSION = """
CREATE TABLE tracker_sync_log(version INTEGER PRIMARY KEY);
"""
# Numbers are given under a lock, and so without gaps: an event's `seq` is seen after all before it.
# Heads, cursors and memories are rows that are added, the newest of which counts: who writes to the log
# needs no right to change anything. An index takes no text over 2,700 bytes, and an id may hold a name of
# any length: its digest stands for it.
EVENTS = """
CREATE TABLE source(source_id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE head(
  head_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source_id BIGINT NOT NULL REFERENCES source,
  cursor TEXT, head_hash BYTEA NOT NULL, rec_ts BIGINT NOT NULL
);
CREATE INDEX head_newest ON head(source_id, head_id);
CREATE VIEW source_now AS SELECT s.source_id, s.name, h.cursor, h.head_hash FROM source s LEFT JOIN LATERAL
  (SELECT * FROM head WHERE head.source_id = s.source_id ORDER BY head.head_id DESC LIMIT 1) h ON true;
CREATE TABLE item(
  item_id BIGINT PRIMARY KEY, source_id BIGINT NOT NULL REFERENCES source, ext_id TEXT NOT NULL,
  UNIQUE(source_id, ext_id)
);
CREATE TABLE event(
  seq BIGINT PRIMARY KEY, source_id BIGINT NOT NULL REFERENCES source, event_id TEXT NOT NULL,
  item_id BIGINT REFERENCES item, kind TEXT NOT NULL, attr TEXT NOT NULL, key TEXT NOT NULL,
  val TEXT, ts BIGINT NOT NULL, rec_ts BIGINT NOT NULL, actor TEXT, body TEXT NOT NULL,
  hash BYTEA NOT NULL
);
CREATE FUNCTION event_digest(event_id TEXT) RETURNS BYTEA LANGUAGE SQL IMMUTABLE PARALLEL SAFE
  RETURN sha256(convert_to(event_id, 'UTF8'));
CREATE UNIQUE INDEX event_once ON event(source_id, event_digest(event_id));
CREATE INDEX event_item ON event(item_id, ts, seq);
CREATE INDEX event_key ON event(source_id, ts, seq) WHERE kind IN ('opened', 'moved', 'removed', 'restored');
CREATE TABLE skipped(
  skipped_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source_id BIGINT NOT NULL REFERENCES source,
  item TEXT NOT NULL, reason TEXT NOT NULL, raw TEXT NOT NULL, rec_ts BIGINT NOT NULL
);
CREATE INDEX skipped_source ON skipped(source_id);
CREATE TABLE memory(
  memory_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source_id BIGINT NOT NULL REFERENCES source,
  key TEXT NOT NULL, val TEXT NOT NULL
);
CREATE INDEX memory_newest ON memory(source_id, key, memory_id);
CREATE VIEW memory_now AS
  SELECT DISTINCT ON (source_id, key) * FROM memory ORDER BY source_id, key, memory_id DESC;
"""
# ALWAYS: also for a session that replays what another server did, where triggers are off otherwise.
GUARD = """
CREATE FUNCTION log_is_append_only() RETURNS TRIGGER LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;
"""
GUARDED = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {0} EXECUTE FUNCTION log_is_append_only();
ALTER TABLE {0} ENABLE ALWAYS TRIGGER append_only;
"""


def script() -> str:
    """The statements that make a log. Texts are in the order of their bytes, as in SQLite, whatever the
    database's language is."""
    tables = _spelt(EVENTS).replace('event_id TEXT COLLATE "C")', "event_id TEXT)")  # an argument has none
    guards = GUARD + "".join(GUARDED.format(table) for table in ("event", "item", "source"))
    return f"{VERSION}{tables}{_spelt(TABLES)}{guards}{views(POSTGRES_TIME)}"


def migration() -> str:
    """The statements that make a log of an earlier schema one of the present."""
    return f"{GONE}{_spelt(TABLES)}{views(POSTGRES_TIME)}"


def _spelt(tables: str) -> str:
    return tables.replace(" BLOB", " BYTEA").replace(" TEXT", ' TEXT COLLATE "C"')


def prepare(db: "psycopg.Connection[tuple[object, ...]]", place: str, lock: int, *, write: bool) -> None:
    """Look that there is a log that we can use, and make one where there is none and it is to be written.

    `lock` is the key of the advisory lock under which it is made. Raises LogError.
    """
    version = _version(db)
    if version is None:
        if not write:
            raise NoLog(f"there is no log at {place} yet; run `tracker-sync sync` first")
        _create(db, place, lock)
    elif version < SCHEMA_VERSION and write:
        _migrate(db, place, lock)
    elif version > SCHEMA_VERSION:
        raise LogError(
            f"{place} was written by a newer tracker-sync (schema {version}, this one knows "
            f"{SCHEMA_VERSION}); upgrade tracker-sync, the log is untouched"
        )


def grants(db: "psycopg.Connection[tuple[object, ...]]") -> str:
    """The SQL that lets us read and append, and nothing else."""
    [(schema, role)] = db.execute(
        "SELECT quote_ident(coalesce(current_schema(), 'public')), quote_ident(session_user)"
    ).fetchall()
    return (
        f"GRANT USAGE ON SCHEMA {schema} TO {role}; "
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {schema} TO {role};"
    )


def _version(db: "psycopg.Connection[tuple[object, ...]]") -> int | None:
    """The schema's version; None where there is no log."""
    found = db.execute("SELECT to_regclass('tracker_sync_log') IS NULL").fetchone()
    if found is None or found[0]:
        return None
    row = db.execute("SELECT max(version) FROM tracker_sync_log").fetchone()
    if row is None or not isinstance(row[0], int):
        raise LogError("the table tracker_sync_log does not say which schema the log has; restore it")
    return row[0]


def _migrate(db: "psycopg.Connection[tuple[object, ...]]", place: str, lock: int) -> None:
    db.execute("SELECT pg_advisory_lock(%s)", (lock,))
    try:
        with db.transaction():
            if _version(db) != SCHEMA_VERSION:  # nobody did it meanwhile
                db.execute(migration())
                db.execute("INSERT INTO tracker_sync_log(version) VALUES (%s)", (SCHEMA_VERSION,))
    except psycopg.errors.InsufficientPrivilege:
        raise LogRefused(
            f"the log at {place} is of an earlier schema, and {db.info.user} may not change its tables. Have "
            f"the owner of the schema run `tracker-sync sync` once, and then {grants(db)}"
        ) from None
    finally:
        db.execute("SELECT pg_advisory_unlock(%s)", (lock,))


def _create(db: "psycopg.Connection[tuple[object, ...]]", place: str, lock: int) -> None:
    # Not within the transaction: it would not see a table that was made while it waited.
    db.execute("SELECT pg_advisory_lock(%s)", (lock,))
    try:
        with db.transaction():
            if _version(db) is None:  # nobody made it meanwhile
                db.execute(script())
                db.execute("INSERT INTO tracker_sync_log(version) VALUES (%s)", (SCHEMA_VERSION,))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName):
        raise LogRefused(
            f"there is no log at {place} yet, and {db.info.user} may not make one. Have the owner of the "
            f"schema run `tracker-sync sync` once, and then {grants(db)}"
        ) from None
    except (psycopg.errors.DuplicateTable, psycopg.errors.DuplicateFunction) as e:
        raise LogError(
            f"{place} has tables of something else ({e.diag.message_primary}). Give the log a database of "
            'its own, or a schema: [log] url = "postgresql://host/dbname?options=-csearch_path%3Dname"'
        ) from None
    finally:
        db.execute("SELECT pg_advisory_unlock(%s)", (lock,))
