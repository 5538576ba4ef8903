-- Lines of others: where they came in between the own ones (own records up to after_n were here
-- before them), in which order, and what the server said about one.
ALTER TABLE foreign_line ADD COLUMN after_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE foreign_line ADD COLUMN ord INTEGER NOT NULL DEFAULT 0;
ALTER TABLE foreign_line ADD COLUMN code TEXT NOT NULL DEFAULT '';

-- Who signs, as a peer's bundle brought it with the server's own signature. The mirror's row counts
-- where there is one.
CREATE TABLE foreign_signer (
    device TEXT PRIMARY KEY NOT NULL,
    "user" TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    sign_key TEXT NOT NULL,
    server_sig TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    revoked_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Confirmed numbers that a known signer brought; the mirror's row counts where there is one.
CREATE TABLE foreign_rule (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    "set" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    document TEXT NOT NULL,
    row TEXT NOT NULL -- whole, as an export needs it
) STRICT, WITHOUT ROWID;
