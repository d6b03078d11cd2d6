-- What hangs on an answer: where each file lies, {"files": [...]}; empty: nothing.
ALTER TABLE storm_answer ADD COLUMN files TEXT NOT NULL DEFAULT '';
