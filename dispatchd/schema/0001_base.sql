-- The dispatch server's store. Types and ops are the numbers of enum gw_type and enum store_op, in
-- the order of the wire; new ones are only added at the end.

-- One row. seq is the newest seq of committed work.
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    horizon INTEGER NOT NULL,
    sign_seed BLOB NOT NULL,
    box_secret BLOB NOT NULL
);

-- Epochs before the present one: this store continues their work from until_seq on.
CREATE TABLE predecessor (
    epoch TEXT PRIMARY KEY,
    until_seq INTEGER NOT NULL,
    at INTEGER NOT NULL
);

CREATE TABLE row (
    type INTEGER NOT NULL,
    id TEXT NOT NULL,
    path TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    serial TEXT, -- of devices: member serial of the body
    PRIMARY KEY (type, id)
);
CREATE INDEX row_serial ON row (serial) WHERE serial IS NOT NULL;

-- One line per level of a row's path, compacted by construction.
CREATE TABLE feed (
    scope TEXT NOT NULL,
    type INTEGER NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    op INTEGER NOT NULL,
    PRIMARY KEY (scope, type, id)
) WITHOUT ROWID;
CREATE INDEX feed_seq ON feed (scope, seq, op);
CREATE INDEX feed_gone ON feed (seq) WHERE op <> 0;

-- The digest of (scope, type), kept in step with feed. The sum of 64-bit hashes lies in two halves,
-- because SQLite's integers do not wrap: sum = hi * 2^32 + lo modulo 2^64.
CREATE TABLE digest (
    scope TEXT NOT NULL,
    type INTEGER NOT NULL,
    count INTEGER NOT NULL,
    hi INTEGER NOT NULL,
    lo INTEGER NOT NULL,
    PRIMARY KEY (scope, type)
) WITHOUT ROWID;

-- When a seq was reached, about every minute: what the horizon is cut by.
CREATE TABLE seq_time (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
);

CREATE TABLE user (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL
);
CREATE TABLE grants (
    user TEXT NOT NULL REFERENCES user (id),
    path TEXT NOT NULL,
    granted INTEGER NOT NULL,
    PRIMARY KEY (user, path)
) WITHOUT ROWID;
CREATE TABLE grant_history (
    user TEXT NOT NULL,
    path TEXT NOT NULL,
    granted INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    ended_at INTEGER NOT NULL
);
CREATE INDEX grant_history_user ON grant_history (user, ended);

-- Consoles. n and head: highest command number stored and its hash.
CREATE TABLE console (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES user (id),
    name TEXT NOT NULL,
    public_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL DEFAULT 0,
    revoked_seq INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL DEFAULT 0,
    n INTEGER NOT NULL DEFAULT 0,
    head TEXT NOT NULL DEFAULT ''
);
CREATE TABLE enroll_code (
    locator TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    user TEXT NOT NULL REFERENCES user (id),
    expires_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    wrong INTEGER NOT NULL
);

CREATE TABLE source (
    name TEXT PRIMARY KEY,
    area TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);
CREATE TABLE ingest_seen (
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    alarm TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (source, event_id)
) WITHOUT ROWID;
CREATE INDEX ingest_seen_at ON ingest_seen (at);

-- The audit log, kept for ever.
CREATE TABLE command (
    dev TEXT NOT NULL REFERENCES console (id),
    n INTEGER NOT NULL,
    uid TEXT NOT NULL,
    user TEXT NOT NULL,
    hash TEXT NOT NULL,
    prev TEXT NOT NULL,
    kind TEXT NOT NULL,
    entity TEXT NOT NULL,
    base TEXT NOT NULL,
    base_epoch TEXT NOT NULL,
    base_seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    sig TEXT NOT NULL,
    priv TEXT,
    result TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    answer TEXT NOT NULL,
    effect TEXT,
    gap INTEGER NOT NULL,
    PRIMARY KEY (dev, n)
);
CREATE INDEX command_uid ON command (uid);
CREATE INDEX command_open ON command (result) WHERE result IN ('review', 'quarantined');
-- Missing command numbers of a device, as ranges.
CREATE TABLE hole (
    dev TEXT NOT NULL,
    lo INTEGER NOT NULL,
    hi INTEGER NOT NULL,
    PRIMARY KEY (dev, lo)
) WITHOUT ROWID;

-- Alarms that are not closed, with the time the chain wants to look at them again.
CREATE TABLE alarm_open (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    next_at INTEGER NOT NULL
);
CREATE INDEX alarm_open_key ON alarm_open (key, kind);
CREATE INDEX alarm_open_next ON alarm_open (next_at) WHERE next_at > 0;

CREATE TABLE policy (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, version)
) WITHOUT ROWID;
