"""Views of the log for whoever reads it in SQL: names in place of numbers, and times that people can read.

One text for SQLite and PostgreSQL, but for how each writes a time: `iso(…)` stands for that, and `LATEST` for
the order of an item's events, from the last to the first.
"""

import re

NAMES = ("events", "items_now", "states", "set_aside")
SQLITE_TIME = "strftime('%Y-%m-%dT%H:%M:%SZ', {0} / 1000000, 'unixepoch')"
"""Microseconds UTC as RFC 3339, to the second."""
POSTGRES_TIME = (
    "CASE WHEN {0} BETWEEN -62135596800000000 AND 253402300799999999 THEN"
    " to_char(to_timestamp({0} / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') END"
)
"""The same; null outside the years 1 to 9999, where PostgreSQL would give an error."""
_LATEST = """ORDER BY e.ts DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':0' THEN 2 WHEN ':e' THEN 1 ELSE 0 END,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN length(e.event_id) END DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN e.event_id END DESC,
      e.seq DESC LIMIT 1"""
"""As `events.order` has it: of one moment, what an item was opened with (`:0`) comes first, and then what
GitHub numbers (`:e12`), in the order of the numbers."""
_VIEWS = """
CREATE VIEW events AS
SELECT e.seq, s.name AS source, i.ext_id AS item, e.kind, e.attr, e.key, e.val, iso(e.ts) AS happened,
  iso(e.rec_ts) AS recorded, e.actor, e.body, e.event_id, e.item_id, e.ts, e.rec_ts
FROM event e JOIN source s ON s.source_id = e.source_id LEFT JOIN item i ON i.item_id = e.item_id;
CREATE VIEW items_now AS
SELECT n.source, n.key, n.title, n.type, n.status, iso(n.first_ts) AS opened, iso(n.last_ts) AS changed,
  CASE n.lost WHEN 'removed' THEN 1 ELSE 0 END AS removed, n.item, n.item_id
FROM (SELECT i.item_id, s.name AS source, i.ext_id AS item,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('opened', 'moved')
      LATEST) AS key,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('added', 'changed')
      AND e.attr = 'title' LATEST) AS title,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('added', 'changed')
      AND e.attr = 'type' LATEST) AS type,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('added', 'changed')
      AND e.attr = 'status' LATEST) AS status,
    (SELECT e.kind FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('removed', 'restored')
      LATEST) AS lost,
    (SELECT min(e.ts) FROM event e WHERE e.item_id = i.item_id AND e.kind = 'opened') AS first_ts,
    (SELECT max(e.ts) FROM event e WHERE e.item_id = i.item_id) AS last_ts
  FROM item i JOIN source s ON s.source_id = i.source_id) n
WHERE n.first_ts IS NOT NULL;
CREATE VIEW states AS
SELECT s.name AS source, t.key, t.title, t.project, t.parent_key, t.epic, t.bug, t.origin, t.intents,
  t.verdict, t.why, iso(t.lo) AS since,
  CASE WHEN t.hi < 9223372036854775807 THEN iso(t.hi) END AS until, t.item_id, t.lo, t.hi
FROM state t JOIN item i ON i.item_id = t.item_id JOIN source s ON s.source_id = i.source_id;
CREATE VIEW set_aside AS
SELECT k.skipped_id, s.name AS source, k.item, k.reason, iso(k.rec_ts) AS recorded, k.raw
FROM skipped k JOIN source s ON s.source_id = k.source_id;
"""


def views(time: str) -> str:
    """The statements that make the views; `time` is `SQLITE_TIME` or `POSTGRES_TIME`."""
    return re.sub(
        r"\biso\(([\w.]+)\)", lambda found: time.format(found[1]), _VIEWS.replace("LATEST", _LATEST)
    )
