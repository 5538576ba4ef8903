-- One worker's store. Two halves that never mix: the mirror (what the server says; only feed and
-- snapshot pages write it) and the journal (what the worker did; append-only). The overlay is
-- derived from both and can be thrown away.

-- ---- the mirror: one table per type, columns in the order of model/entity.c (a test compares).
-- mark: the number of the snapshot job that saw the row last (mark and sweep, rule R4).
-- extra: members that this version does not know, as one JSON object (rule R7).
-- alarm.rev: local revision, so that a screen reads only what changed.

CREATE TABLE alarm (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    "kind" TEXT,
    "severity" TEXT,
    "state" TEXT,
    "level" INTEGER,
    "waits" INTEGER,
    "due_at" INTEGER,
    "raised_at" INTEGER,
    "count" INTEGER,
    "device_id" TEXT,
    "dwelling_id" TEXT,
    "resident_id" TEXT,
    "address" TEXT,
    "text" TEXT,
    "acked_by" TEXT,
    "acked_at" INTEGER,
    "ack_due_at" INTEGER,
    "stage" TEXT,
    "visited" INTEGER,
    "restored_at" INTEGER,
    "offer" TEXT,
    "closing" TEXT,
    "before" TEXT,
    "outcome" TEXT,
    "closed_at" INTEGER,
    "closed_by" TEXT,
    "policy" TEXT,
    "policy_version" INTEGER,
    "readings" TEXT,
    "events" TEXT,
    "events_total" INTEGER,
    extra TEXT
) STRICT;

CREATE TABLE alarm_event (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "alarm" TEXT,
    "at" INTEGER,
    "level" INTEGER,
    "kind" TEXT,
    "actor" TEXT,
    "text" TEXT,
    "data" TEXT,
    "struck" INTEGER,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE grid (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "level" TEXT,
    "name" TEXT,
    "leader" TEXT,
    "leader_phone" TEXT,
    "duty_name" TEXT,
    "duty_phone" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "name" TEXT,
    "role" TEXT,
    "phone" TEXT,
    "duty" TEXT,
    "duty_at" INTEGER,
    "paths" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE resident (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "name" TEXT,
    "sex" TEXT,
    "birth_date" TEXT,
    "ethnicity" TEXT,
    "phone" TEXT,
    "population" TEXT,
    "dwelling_id" TEXT,
    "household_id" TEXT,
    "relation" TEXT,
    "alone" INTEGER,
    "tags" TEXT,
    "ability" INTEGER,
    "hearing" TEXT,
    "dialect" TEXT,
    "verified" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE resident_private (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "id_number" TEXT,
    "former_name" TEXT,
    "native_place" TEXT,
    "hukou_address" TEXT,
    "marriage" TEXT,
    "education" TEXT,
    "politics" TEXT,
    "religion" TEXT,
    "occupation" TEXT,
    "employer" TEXT,
    "illnesses" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE dwelling (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "address" TEXT,
    "estate" TEXT,
    "building" TEXT,
    "unit" TEXT,
    "floor" TEXT,
    "room" TEXT,
    "match_key" TEXT,
    "key_place" TEXT,
    "lon" REAL,
    "lat" REAL,
    "crs" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE household (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "number" TEXT,
    "head_id" TEXT,
    "dwelling_id" TEXT,
    "members" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE spell (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "resident_id" TEXT,
    "dwelling_id" TEXT,
    "kind" TEXT,
    "from" TEXT,
    "to" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "resident_id" TEXT,
    "ord" INTEGER,
    "name" TEXT,
    "relation" TEXT,
    "phone" TEXT,
    "note" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE care_note (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "resident_id" TEXT,
    "at" INTEGER,
    "author" TEXT,
    "kind" TEXT,
    "text" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "serial" TEXT,
    "kind" TEXT,
    "resident_id" TEXT,
    "dwelling_id" TEXT,
    "gateway_id" TEXT,
    "place" TEXT,
    "battery" INTEGER,
    "signal" INTEGER,
    "last_seen_at" INTEGER,
    "installed_on" TEXT,
    "model" TEXT,
    "readings" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE process (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "template" TEXT,
    "template_version" INTEGER,
    "rules" TEXT,
    "kind" TEXT,
    "mode" TEXT,
    "title" TEXT,
    "division" TEXT,
    "term" TEXT,
    "polling_day" TEXT,
    "state" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "process" TEXT,
    "pn" INTEGER,
    "dev" TEXT,
    "n" INTEGER,
    "user" TEXT,
    "hash" TEXT,
    "line" TEXT,
    "status" TEXT,
    "recv_at" INTEGER,
    "receipt" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE signer (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "user" TEXT,
    "name" TEXT,
    "role" TEXT,
    "sign_key" TEXT,
    "valid_from" INTEGER,
    "revoked_at" INTEGER,
    "revoked_seq" INTEGER,
    "server_sig" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE rule (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "set" TEXT,
    "key" TEXT,
    "value" TEXT,
    "document" TEXT,
    "article" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX alarm_rev ON alarm (rev);
CREATE INDEX alarm_open ON alarm (raised_at) WHERE state <> 'closed';
CREATE INDEX alarm_dwelling ON alarm (dwelling_id);
CREATE INDEX alarm_resident ON alarm (resident_id);
CREATE INDEX contact_resident ON contact (resident_id);
CREATE INDEX care_note_resident ON care_note (resident_id);

-- ---- state of the synchronisation: exactly one row
CREATE TABLE sync_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    cursor TEXT NOT NULL DEFAULT '',
    epoch TEXT NOT NULL DEFAULT '',
    tag TEXT NOT NULL DEFAULT '',
    types TEXT NOT NULL DEFAULT '', -- names of the types that were snapshotted, each followed by a blank
    hello_at INTEGER NOT NULL DEFAULT 0,
    caught_up_at INTEGER NOT NULL DEFAULT 0,
    incidents INTEGER NOT NULL DEFAULT 0,
    clock_off INTEGER,
    clock_unc INTEGER,
    rev INTEGER NOT NULL DEFAULT 0,       -- newest local revision
    gone_floor INTEGER NOT NULL DEFAULT 0 -- rows of gone up to here were dropped
) STRICT;
INSERT INTO sync_state (one) VALUES (1);

CREATE TABLE scope (
    path TEXT PRIMARY KEY NOT NULL,
    granted INTEGER NOT NULL,
    done INTEGER NOT NULL -- 1 once a whole snapshot of it was taken
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a job's number is also the mark of what it saw, so it must never come again.
CREATE TABLE job (
    job INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL,
    type TEXT NOT NULL DEFAULT '', -- '' = all types
    after TEXT NOT NULL DEFAULT '',
    first_cursor TEXT NOT NULL DEFAULT ''
) STRICT;

-- Removals met while an older row of a snapshot page may still arrive.
CREATE TABLE tomb (
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (type, id)
) STRICT, WITHOUT ROWID;

-- Alarms that left the mirror (or the overlay), for screens that hold them.
CREATE TABLE gone (
    id TEXT PRIMARY KEY NOT NULL,
    rev INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gone_rev ON gone (rev);

-- ---- who this home is: no row or one
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device TEXT NOT NULL,
    user TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    url TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    pin TEXT NOT NULL,
    server_key TEXT NOT NULL,
    server_sign_key TEXT NOT NULL,
    public_key TEXT NOT NULL, -- tells which key file belongs to this row
    enrolled_at INTEGER NOT NULL
) STRICT;

-- ---- the journal. Nothing is ever cut out; after its retention a row is thinned to (dev, n, hash).
-- Few indexes: every page that an append touches is written before the worker sees 已记下.
CREATE TABLE journal (
    j INTEGER PRIMARY KEY,
    dev TEXT NOT NULL,
    n INTEGER NOT NULL,
    uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    target TEXT,                 -- uid that a retract takes back
    body TEXT,                   -- the signed bytes; NULL once thinned
    sig TEXT,
    priv TEXT,
    hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    seq INTEGER NOT NULL DEFAULT -1,
    result_at INTEGER NOT NULL DEFAULT 0,
    params TEXT,
    note TEXT,
    unread INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0, -- 0: still counts for the overlay
    UNIQUE (dev, n)
) STRICT;
CREATE INDEX journal_id ON journal (id, j);
CREATE INDEX journal_unsent ON journal (n) WHERE state IN ('pending', 'sent');
CREATE INDEX journal_unread ON journal (id) WHERE unread = 1;

-- Every receipt that ever came, also those of an epoch that a restore undid.
CREATE TABLE receipt (
    dev TEXT NOT NULL,
    n INTEGER NOT NULL,
    receipt TEXT NOT NULL,
    result TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    good INTEGER NOT NULL, -- the signature was checked against the server's key
    PRIMARY KEY (dev, n, receipt)
) STRICT, WITHOUT ROWID;

-- ---- overlay: the alarm as it looks with the own unconfirmed commands
CREATE TABLE overlay (
    id TEXT PRIMARY KEY NOT NULL,
    path TEXT NOT NULL,
    row TEXT,                   -- JSON of the alarm; NULL = as in the mirror, only the mark counts
    alone INTEGER NOT NULL,     -- 1: the server has not told us of this alarm yet
    mark TEXT NOT NULL,
    mark_n INTEGER NOT NULL,
    mark_count INTEGER NOT NULL,
    rev INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX overlay_rev ON overlay (rev);

-- Who saw personal data, when and why.
CREATE TABLE access_log (
    a INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    what TEXT NOT NULL,  -- card, reveal
    id TEXT NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
