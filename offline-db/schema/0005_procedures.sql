-- Procedures. Composed texts of rule sets by their hash: what a procedure is judged by, also when newer
-- files are installed.
CREATE TABLE rule_text (
    hash TEXT PRIMARY KEY NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Steps of others that came by a peer's bundle: kept as they are, forwarded to the server, never
-- signed again. Once the feed brings the same (dev, n) the mirror's row counts.
CREATE TABLE foreign_line (
    dev TEXT NOT NULL,
    n INTEGER NOT NULL,
    process TEXT NOT NULL,
    hash TEXT NOT NULL,
    line TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', -- as a journal state: pending, sent, applied, …
    PRIMARY KEY (dev, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX foreign_process ON foreign_line (process);
CREATE INDEX foreign_unsent ON foreign_line (dev, n) WHERE state IN ('pending', 'sent');

CREATE INDEX step_process ON step (process);
CREATE INDEX process_division ON process (division, id);

-- Where this device stands in each procedure: its newest step there. A new device begins anew.
CREATE TABLE process_own (
    process TEXT PRIMARY KEY NOT NULL,
    dev TEXT NOT NULL,
    pn INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
