BEGIN TRANSACTION;
CREATE TABLE alias(
  item_id BIGINT NOT NULL REFERENCES item(item_id), source_id BIGINT NOT NULL REFERENCES source(source_id),
  key TEXT NOT NULL,
  PRIMARY KEY(item_id, key)
);
CREATE TABLE block(
  name TEXT NOT NULL, block_id INTEGER NOT NULL, val BLOB NOT NULL,
  PRIMARY KEY(name, block_id)
);
CREATE TABLE event(
  seq INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(source_id), event_id TEXT NOT NULL,
  item_id INTEGER REFERENCES item(item_id), kind TEXT NOT NULL, attr TEXT NOT NULL, key TEXT NOT NULL,
  val TEXT, ts BIGINT NOT NULL, rec_ts BIGINT NOT NULL, actor TEXT, body TEXT NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE(source_id, event_id)
);
INSERT INTO "event" VALUES(1,1,'name.status.3.x',NULL,'named','status','3','In Progress',0,100,NULL,'{"means":"indeterminate"}',X'200E6F6EBEF2CA5DBAB5CB2A487E099375F3390A562E0AB601905EFAB974B753');
INSERT INTO "event" VALUES(2,1,'1:0',1,'opened','','','PAY-1',10,100,'ada','',X'DC7986771BE64DB654EB214E1E3B7154A634C4C23D2BD7192BA03E6C75E3A218');
INSERT INTO "event" VALUES(3,1,'1:0.1',1,'added','title','','Export as PDF; ''quoted''',10,100,'ada','',X'C582E37F12585385232F96C7512545620EB427EC97CAC6001A7912E99E9EFD69');
INSERT INTO "event" VALUES(4,1,'1:c1.1',1,'changed','status','3','In Progress',20,100,NULL,'{"old":"To Do","old_key":"1"}',X'F7F0AB22A1533CA956BAAF158163A42668469F01B529C77620C6292AACBAE34D');
INSERT INTO "event" VALUES(5,2,'x',2,'changed','title','','Export',30,200,NULL,'',X'86ABB42377DEAAF0457B07CBB3201184E022C1F7470276F2D3794528BF4E1F77');
CREATE TABLE item(
  item_id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(source_id), ext_id TEXT NOT NULL,
  UNIQUE(source_id, ext_id)
);
INSERT INTO "item" VALUES(1,1,'1');
INSERT INTO "item" VALUES(2,2,'1');
CREATE TABLE kin(
  item_id BIGINT NOT NULL REFERENCES item(item_id), source_id BIGINT NOT NULL REFERENCES source(source_id),
  key TEXT NOT NULL, above INTEGER NOT NULL,
  PRIMARY KEY(item_id, above, key)
);
CREATE TABLE memory(
  source_id INTEGER NOT NULL REFERENCES source(source_id), key TEXT NOT NULL, val TEXT NOT NULL,
  PRIMARY KEY(source_id, key)
) WITHOUT ROWID;
CREATE TABLE projection(name TEXT PRIMARY KEY, val TEXT NOT NULL);
CREATE TABLE skipped(
  skipped_id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(source_id),
  item TEXT NOT NULL, reason TEXT NOT NULL, raw TEXT NOT NULL, rec_ts BIGINT NOT NULL,
  UNIQUE(source_id, item, reason, raw)
);
INSERT INTO "skipped" VALUES(1,1,'PAY-9','it has no ''id''','{}',100);
CREATE TABLE source(
  source_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cursor TEXT, head_hash BLOB NOT NULL
);
INSERT INTO "source" VALUES(1,'acme','1700000000000',X'F7F0AB22A1533CA956BAAF158163A42668469F01B529C77620C6292AACBAE34D');
INSERT INTO "source" VALUES(2,'people',NULL,X'86ABB42377DEAAF0457B07CBB3201184E022C1F7470276F2D3794528BF4E1F77');
CREATE TABLE state(
  item_id BIGINT NOT NULL REFERENCES item(item_id),
  lo BIGINT NOT NULL, hi BIGINT NOT NULL,
  key TEXT NOT NULL, title TEXT NOT NULL, project TEXT NOT NULL, parent_id BIGINT, parent_key TEXT NOT NULL,
  epic INTEGER NOT NULL, bug INTEGER NOT NULL, origin TEXT NOT NULL, intents TEXT NOT NULL,
  asked TEXT NOT NULL, committed BIGINT, verdict TEXT NOT NULL, why TEXT NOT NULL, backdated INTEGER NOT NULL,
  PRIMARY KEY(item_id, lo)
);
CREATE TABLE word(code INTEGER PRIMARY KEY, val TEXT NOT NULL);
CREATE INDEX event_item ON event(item_id, ts, seq);
CREATE INDEX event_key ON event(source_id, ts, seq, kind, item_id, val)
  WHERE kind IN ('opened', 'moved', 'removed', 'restored');
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
  WHEN EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM event WHERE source_id = NEW.source_id AND event_id = NEW.event_id)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE INDEX alias_key ON alias(key);
CREATE INDEX kin_key ON kin(key);
CREATE VIEW events AS
SELECT e.seq, s.name AS source, i.ext_id AS item, e.kind, e.attr, e.key, e.val, strftime('%Y-%m-%dT%H:%M:%SZ', e.ts / 1000000, 'unixepoch') AS happened,
  strftime('%Y-%m-%dT%H:%M:%SZ', e.rec_ts / 1000000, 'unixepoch') AS recorded, e.actor, e.body, e.event_id, e.item_id, e.ts, e.rec_ts
FROM event e JOIN source s ON s.source_id = e.source_id LEFT JOIN item i ON i.item_id = e.item_id;
CREATE VIEW items_now AS
SELECT n.source, n.key, n.title, n.type, n.status, strftime('%Y-%m-%dT%H:%M:%SZ', n.first_ts / 1000000, 'unixepoch') AS opened, strftime('%Y-%m-%dT%H:%M:%SZ', n.last_ts / 1000000, 'unixepoch') AS changed,
  CASE n.lost WHEN 'removed' THEN 1 ELSE 0 END AS removed, n.item, n.item_id
FROM (SELECT i.item_id, s.name AS source, i.ext_id AS item,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('opened', 'moved')
      ORDER BY e.ts DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':0' THEN 2 WHEN ':e' THEN 1 ELSE 0 END,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN length(e.event_id) END DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN e.event_id END DESC,
      e.seq DESC LIMIT 1) AS key,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('added', 'changed')
      AND e.attr = 'title' ORDER BY e.ts DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':0' THEN 2 WHEN ':e' THEN 1 ELSE 0 END,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN length(e.event_id) END DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN e.event_id END DESC,
      e.seq DESC LIMIT 1) AS title,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('added', 'changed')
      AND e.attr = 'type' ORDER BY e.ts DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':0' THEN 2 WHEN ':e' THEN 1 ELSE 0 END,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN length(e.event_id) END DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN e.event_id END DESC,
      e.seq DESC LIMIT 1) AS type,
    (SELECT e.val FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('added', 'changed')
      AND e.attr = 'status' ORDER BY e.ts DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':0' THEN 2 WHEN ':e' THEN 1 ELSE 0 END,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN length(e.event_id) END DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN e.event_id END DESC,
      e.seq DESC LIMIT 1) AS status,
    (SELECT e.kind FROM event e JOIN item o ON o.item_id = e.item_id
      WHERE e.item_id = i.item_id AND e.kind IN ('removed', 'restored')
      ORDER BY e.ts DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':0' THEN 2 WHEN ':e' THEN 1 ELSE 0 END,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN length(e.event_id) END DESC,
      CASE substr(e.event_id, length(o.ext_id) + 1, 2) WHEN ':e' THEN e.event_id END DESC,
      e.seq DESC LIMIT 1) AS lost,
    (SELECT min(e.ts) FROM event e WHERE e.item_id = i.item_id AND e.kind = 'opened') AS first_ts,
    (SELECT max(e.ts) FROM event e WHERE e.item_id = i.item_id) AS last_ts
  FROM item i JOIN source s ON s.source_id = i.source_id) n
WHERE n.first_ts IS NOT NULL;
CREATE VIEW states AS
SELECT s.name AS source, t.key, t.title, t.project, t.parent_key, t.epic, t.bug, t.origin, t.intents,
  t.verdict, t.why, strftime('%Y-%m-%dT%H:%M:%SZ', t.lo / 1000000, 'unixepoch') AS since,
  CASE WHEN t.hi < 9223372036854775807 THEN strftime('%Y-%m-%dT%H:%M:%SZ', t.hi / 1000000, 'unixepoch') END AS until, t.item_id, t.lo, t.hi
FROM state t JOIN item i ON i.item_id = t.item_id JOIN source s ON s.source_id = i.source_id;
CREATE VIEW set_aside AS
SELECT k.skipped_id, s.name AS source, k.item, k.reason, strftime('%Y-%m-%dT%H:%M:%SZ', k.rec_ts / 1000000, 'unixepoch') AS recorded, k.raw
FROM skipped k JOIN source s ON s.source_id = k.source_id;
COMMIT;
PRAGMA user_version = 6;
