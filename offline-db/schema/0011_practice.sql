-- A home for practising: no row, or one. It is never enrolled, synchronised or exported.
CREATE TABLE practice (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    shift_ms INTEGER NOT NULL -- how far its clock was moved on
) STRICT;
