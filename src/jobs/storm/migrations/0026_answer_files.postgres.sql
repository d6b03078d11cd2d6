-- What hangs on an answer: where each file lies, {"files": [...]}; empty: nothing.
ALTER TABLE storm_answer ADD COLUMN files text NOT NULL DEFAULT '';
