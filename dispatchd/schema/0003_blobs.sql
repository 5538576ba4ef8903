-- Which record names which attachment: who may read the record may read the attachment. The bytes
-- are files beside this one. erased_at: salt and bytes are gone for ever and are not taken again.
CREATE TABLE blob_ref (
    hash TEXT NOT NULL, -- its commit
    step TEXT NOT NULL, -- id of the row: device.n
    erased_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hash, step)
) WITHOUT ROWID;
CREATE INDEX blob_ref_step ON blob_ref (step);
