-- Attachments of this home: their bytes are files in blobs/, salt first, named by their commit. A
-- queue of its own beside the journal. at: when it was attached or asked for.
CREATE TABLE blob (
    hash TEXT PRIMARY KEY NOT NULL,
    process TEXT NOT NULL,
    size INTEGER NOT NULL,
    media TEXT NOT NULL,
    state TEXT NOT NULL, -- pending, uploading, done, wanted, absent, refused, erased
    held INTEGER NOT NULL DEFAULT 0, -- bytes that the server has
    tries INTEGER NOT NULL DEFAULT 0, -- begun anew because the server refused them
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_waits ON blob (state, at) WHERE state IN ('pending', 'uploading', 'wanted');
