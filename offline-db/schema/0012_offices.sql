-- Who holds which office (及时归集入库): what the records of each procedure say, as office.h reads
-- them, with the stamp of all that it was read from. Only procedures whose stamp moved are read again.
-- Can be thrown away at any time.
CREATE TABLE office_source (
    process TEXT PRIMARY KEY NOT NULL,
    stamp TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE office (
    process TEXT NOT NULL,
    ord INTEGER NOT NULL,
    ends INTEGER NOT NULL,   -- 1: an office ends, 0: somebody is filed
    division TEXT NOT NULL,  -- where the body is
    committee TEXT NOT NULL, -- village, community
    term TEXT NOT NULL,      -- 第十二届
    organ TEXT NOT NULL,     -- committee, supervision, representatives, group, party
    post TEXT NOT NULL,
    grp TEXT NOT NULL,
    name TEXT NOT NULL,
    resident TEXT NOT NULL,  -- "" = not said
    subject TEXT NOT NULL,
    cause TEXT NOT NULL,
    day INTEGER NOT NULL,    -- since when, or from when on not any more; days since 1970
    until INTEGER NOT NULL,  -- INT32_MIN = not said
    same INTEGER NOT NULL,
    whole INTEGER NOT NULL, -- an end of all that the procedure filed for the organ
    renews INTEGER NOT NULL,
    waits INTEGER NOT NULL,
    bar TEXT NOT NULL,       -- the organ whose members may not serve here; ""
    hash TEXT NOT NULL,
    PRIMARY KEY (process, ord)
) STRICT, WITHOUT ROWID;
CREATE INDEX office_division ON office (division);
CREATE INDEX office_resident ON office (resident) WHERE resident <> '';
CREATE INDEX office_name ON office (name) WHERE resident = '';

-- What was filed goes with what it was read from: a procedure that leaves the laptop (a scope taken
-- away, a tombstone), and a private part that was erased as the law asks: no name outlives it, and
-- neither do the journal's copy of it and the line that a peer brought.
CREATE TRIGGER process_gone AFTER DELETE ON process BEGIN
    DELETE FROM office WHERE process = OLD.id;
    DELETE FROM office_source WHERE process = OLD.id;
    DELETE FROM process_summary WHERE process = OLD.id;
END;
CREATE TRIGGER step_erased AFTER UPDATE OF erased_at ON step WHEN NEW.erased_at IS NOT NULL BEGIN
    DELETE FROM office WHERE process = NEW.process;
    DELETE FROM office_source WHERE process = NEW.process;
    UPDATE journal SET priv = NULL WHERE priv IS NOT NULL AND uid IN
        (SELECT uid FROM journal WHERE dev = NEW.dev AND n = NEW.n);
    DELETE FROM foreign_line WHERE dev = NEW.dev AND n = NEW.n;
END;
CREATE TRIGGER step_came_erased AFTER INSERT ON step WHEN NEW.erased_at IS NOT NULL BEGIN
    DELETE FROM office WHERE process = NEW.process;
    DELETE FROM office_source WHERE process = NEW.process;
    UPDATE journal SET priv = NULL WHERE priv IS NOT NULL AND uid IN
        (SELECT uid FROM journal WHERE dev = NEW.dev AND n = NEW.n);
    DELETE FROM foreign_line WHERE dev = NEW.dev AND n = NEW.n;
END;
-- What was erased before this program: the same, once. A key that was changed copied the private part
-- under the same uid.
UPDATE journal SET priv = NULL WHERE priv IS NOT NULL AND uid IN
    (SELECT j.uid FROM journal j JOIN step s ON s.id = j.dev || '.' || j.n WHERE s.erased_at IS NOT NULL);
DELETE FROM foreign_line WHERE EXISTS
    (SELECT 1 FROM step s WHERE s.id = foreign_line.dev || '.' || foreign_line.n AND s.erased_at IS NOT NULL);
