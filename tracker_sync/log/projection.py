"""The tables of what is computed from the events: disposable, and made anew by `log rebuild`.

One text for SQLite and PostgreSQL. Rows of `state`, `stint` and `active` are for whoever asks in SQL; `block`
holds the same as columns, which reports over the whole log read at once (as rows, 400,000 items take longer
to fetch than a report may take).
"""

TABLES = """
CREATE TABLE state(
  item_id BIGINT NOT NULL REFERENCES item(item_id),
  lo BIGINT NOT NULL, hi BIGINT NOT NULL, known BIGINT NOT NULL,
  key TEXT NOT NULL, title TEXT NOT NULL, project TEXT NOT NULL, parent_id BIGINT, parent_key TEXT NOT NULL,
  epic INTEGER NOT NULL, bug INTEGER NOT NULL, origin TEXT NOT NULL, intents TEXT NOT NULL,
  asked TEXT NOT NULL, committed BIGINT, verdict TEXT NOT NULL, why TEXT NOT NULL, backdated INTEGER NOT NULL,
  PRIMARY KEY(item_id, lo)
);
CREATE INDEX state_parent ON state(parent_id);
CREATE INDEX state_parent_key ON state(parent_key);
CREATE TABLE stint(
  item_id BIGINT NOT NULL REFERENCES item(item_id), person TEXT NOT NULL, first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL
);
CREATE INDEX stint_item ON stint(item_id);
CREATE TABLE active(
  item_id BIGINT NOT NULL REFERENCES item(item_id), phase TEXT NOT NULL,
  lo BIGINT NOT NULL, hi BIGINT NOT NULL
);
CREATE INDEX active_item ON active(item_id);
CREATE TABLE alias(
  source_id BIGINT NOT NULL REFERENCES source(source_id), key TEXT NOT NULL,
  item_id BIGINT NOT NULL REFERENCES item(item_id),
  PRIMARY KEY(source_id, key, item_id)
);
CREATE TABLE word(code INTEGER PRIMARY KEY, val TEXT NOT NULL UNIQUE);
CREATE TABLE block(
  block_id INTEGER PRIMARY KEY, items BLOB NOT NULL, states BLOB NOT NULL, asks BLOB NOT NULL,
  stints BLOB NOT NULL, actives BLOB NOT NULL
);
CREATE TABLE projection(name TEXT PRIMARY KEY, val TEXT NOT NULL);
"""
