-- PINs, the lock, and further persons who sign on this laptop.

-- Wrong tries slow down, also after a restart: next_at is when the next one is heard. The hash is the
-- home's own user's; a second person's PIN is checked by opening his key file, so that one place
-- decides, and his row only counts tries.
CREATE TABLE user_pin (
    user TEXT PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE console_lock (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    locked_at INTEGER NOT NULL -- 0 = open
) STRICT;
INSERT INTO console_lock (one, locked_at) VALUES (1, 0);

-- Devices of second persons, closed ones too: what they signed is in the journal and is never signed
-- by anybody else.
CREATE TABLE signer_identity (
    device TEXT PRIMARY KEY NOT NULL,
    user TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    public_key TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0 -- 1: this person has a newer one here
) STRICT, WITHOUT ROWID;

-- Several devices record on one laptop: each has its own place in a procedure.
CREATE TABLE process_own_new (
    process TEXT NOT NULL,
    dev TEXT NOT NULL,
    pn INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (process, dev)
) STRICT, WITHOUT ROWID;
INSERT INTO process_own_new SELECT process, dev, pn, hash FROM process_own;
DROP TABLE process_own;
ALTER TABLE process_own_new RENAME TO process_own;

-- Unsent lines of all devices leave in the order in which they were written.
DROP INDEX journal_unsent;
CREATE INDEX journal_unsent ON journal (j) WHERE state IN ('pending', 'sent');
