-- The newest changes, one line each, that feed and digest do not hold yet. Their seqs lie above all
-- of feed's. A commit writes here, at the end of one tree; quiet moments fold the lines into feed.
-- meta.seq may stand behind this table: the newest seq is the higher one of the two.
CREATE TABLE fresh (
    seq INTEGER PRIMARY KEY,
    type INTEGER NOT NULL,
    id TEXT NOT NULL,
    path TEXT, -- NULL: the row is gone
    was_path TEXT, -- where it lay before; NULL: there too, or it is new
    was_seq INTEGER NOT NULL, -- before; 0 = it is new
    -- An event of an alarm has its seq in its id, so it is found here: its row, too, is made later.
    body TEXT -- NULL: the row is in row
);

-- The same without a second tree for the primary key.
CREATE TABLE alarm_next (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    next_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO alarm_next (id, key, kind, state, next_at)
    SELECT id, key, kind, state, next_at FROM alarm_open;
DROP TABLE alarm_open;
ALTER TABLE alarm_next RENAME TO alarm_open;
CREATE INDEX alarm_open_key ON alarm_open (key, kind);
CREATE INDEX alarm_open_next ON alarm_open (next_at) WHERE next_at > 0;

-- What is too old is found by walking through it, a part at a time: no second tree for that.
DROP INDEX ingest_seen_at;

-- The id with it: who asks for a serial number need not read the row.
DROP INDEX row_serial;
CREATE INDEX row_serial ON row (serial, id) WHERE serial IS NOT NULL;
