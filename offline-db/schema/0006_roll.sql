-- The voters' roll reads one village or community; the rest of what is mirrored must not slow it.
CREATE INDEX IF NOT EXISTS resident_path ON resident (path);
CREATE INDEX IF NOT EXISTS spell_path ON spell (path);
