-- Leaders and duty rooms above a grid, by name: second persons and hand-overs. The columns keep the
-- order of the data dictionary, so the table is made anew; what stood in `extra` moves to its column.
CREATE TABLE grid_new (
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
    "people" TEXT,
    extra TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO grid_new
SELECT id, seq, path, mark, level, name, leader, leader_phone, duty_name, duty_phone,
       CASE WHEN json_valid(extra) THEN json_extract(extra, '$.people') END, extra
FROM grid;
DROP TABLE grid;
ALTER TABLE grid_new RENAME TO grid;
