-- What the overview of a street says of each procedure, and all that it was judged by (stamp): only
-- those whose stamp moved are judged again. Can be thrown away at any time.
CREATE TABLE process_summary (
    process TEXT PRIMARY KEY NOT NULL,
    stamp TEXT NOT NULL,
    state TEXT NOT NULL,      -- open, done, closed
    next_step TEXT NOT NULL,  -- "" = nothing is to come
    next_zh TEXT NOT NULL,
    next_en TEXT NOT NULL,
    next_day INTEGER NOT NULL, -- days since 1970; INT32_MIN = none
    late INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    breaches INTEGER NOT NULL,
    contested INTEGER NOT NULL,
    poll INTEGER NOT NULL -- 0 not held, 1 held, 2 held and every seat filled
) STRICT, WITHOUT ROWID;

-- Whether the steps of a procedure moved is read from the index alone.
DROP INDEX IF EXISTS step_process;
CREATE INDEX step_process ON step (process, seq);
