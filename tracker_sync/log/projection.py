"""The tables of what is computed from the events: disposable, and made anew by `log rebuild`.

One text for SQLite and PostgreSQL. Rows of `state` are for whoever asks in SQL; `block` holds the same as
columns, and who worked on what when: a report over the whole log reads those columns at once that it looks at
(as rows, 400,000 items take longer to fetch than a report may take).
"""

from tracker_sync.log.views import NAMES as VIEWS

TABLES = """
CREATE TABLE state(
  item_id BIGINT NOT NULL REFERENCES item(item_id),
  lo BIGINT NOT NULL, hi BIGINT NOT NULL,
  key TEXT NOT NULL, title TEXT NOT NULL, project TEXT NOT NULL, parent_id BIGINT, parent_key TEXT NOT NULL,
  epic INTEGER NOT NULL, bug INTEGER NOT NULL, origin TEXT NOT NULL, intents TEXT NOT NULL,
  asked TEXT NOT NULL, committed BIGINT, verdict TEXT NOT NULL, why TEXT NOT NULL, backdated INTEGER NOT NULL,
  PRIMARY KEY(item_id, lo)
);
CREATE TABLE alias(
  item_id BIGINT NOT NULL REFERENCES item(item_id), source_id BIGINT NOT NULL REFERENCES source(source_id),
  key TEXT NOT NULL,
  PRIMARY KEY(item_id, key)
);
CREATE INDEX alias_key ON alias(key);
CREATE TABLE kin(
  item_id BIGINT NOT NULL REFERENCES item(item_id), source_id BIGINT NOT NULL REFERENCES source(source_id),
  key TEXT NOT NULL, above INTEGER NOT NULL,
  PRIMARY KEY(item_id, above, key)
);
CREATE INDEX kin_key ON kin(key);
CREATE TABLE word(code INTEGER PRIMARY KEY, val TEXT NOT NULL);
CREATE TABLE block(
  name TEXT NOT NULL, block_id INTEGER NOT NULL, val BLOB NOT NULL,
  PRIMARY KEY(name, block_id)
);
CREATE TABLE projection(name TEXT PRIMARY KEY, val TEXT NOT NULL);
"""
NAMES = ("state", "alias", "kin", "word", "block", "projection")
EMPTIED = tuple(f"DELETE FROM {name}" for name in NAMES)  # noqa: S608  our own names
"""What empties them."""
GONE = "".join(f"DROP VIEW IF EXISTS {name};" for name in VIEWS) + "".join(
    f"DROP TABLE IF EXISTS {name};" for name in (*NAMES, "stint", "active")
)
"""What takes them away, as they were in any schema, with the views of the log."""
