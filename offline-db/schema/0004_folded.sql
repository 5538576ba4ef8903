-- Rows of the journal up to here (j) are in the overlay. An append writes the journal alone, so that
-- little must reach the disk before the worker sees 已记下; who reads the overlay brings it up to date
-- first.
ALTER TABLE sync_state ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
UPDATE sync_state SET folded = (SELECT ifnull(max(j), 0) FROM journal);
