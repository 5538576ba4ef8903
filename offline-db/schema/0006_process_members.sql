-- What the server says more about procedures. The columns keep the order of the data dictionary, so the
-- tables are made anew; what stood in `extra` moves to its column.
CREATE TABLE process_new (
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
    "dev" TEXT,
    "user" TEXT,
    "opened_at" INTEGER,
    extra TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO process_new
SELECT id, seq, path, mark, "template", "template_version", "rules", "kind", "mode", "title", "division", "term", "polling_day", "state",
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.dev') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.user') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.opened_at') END,
       extra
FROM process;
DROP TABLE process;
ALTER TABLE process_new RENAME TO process;

CREATE TABLE step_new (
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
    "code" TEXT,
    "result" TEXT,
    "receipt_seq" INTEGER,
    "erased_at" INTEGER,
    "erased_why" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO step_new
SELECT id, seq, path, mark, "process", "pn", "dev", "n", "user", "hash", "line", "status", "recv_at", "receipt",
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.code') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.result') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.receipt_seq') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.erased_at') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.erased_why') END,
       extra
FROM step;
DROP TABLE step;
ALTER TABLE step_new RENAME TO step;

CREATE TABLE signer_new (
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
    "device" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO signer_new
SELECT id, seq, path, mark, "user", "name", "role", "sign_key", "valid_from", "revoked_at", "revoked_seq", "server_sig",
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.device') END,
       extra
FROM signer;
DROP TABLE signer;
ALTER TABLE signer_new RENAME TO signer;

CREATE TABLE rule_new (
    id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    mark INTEGER NOT NULL,
    "set" TEXT,
    "key" TEXT,
    "value" TEXT,
    "document" TEXT,
    "article" TEXT,
    "confirmed_by" TEXT,
    "at" INTEGER,
    "dev" TEXT,
    "n" INTEGER,
    "hash" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO rule_new
SELECT id, seq, path, mark, "set", "key", "value", "document", "article",
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.confirmed_by') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.at') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.dev') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.n') END,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.hash') END,
       extra
FROM rule;
DROP TABLE rule;
ALTER TABLE rule_new RENAME TO rule;

-- Made anew with their tables.
CREATE INDEX IF NOT EXISTS step_process ON step (process);
CREATE INDEX IF NOT EXISTS process_division ON process (division, id);
