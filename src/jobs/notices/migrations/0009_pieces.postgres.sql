-- A run of notices is applied in pieces: where it stands, in the order of addresses, and which one
-- is applied now.
ALTER TABLE notice_run ADD COLUMN applied_to TEXT NOT NULL DEFAULT '';
CREATE INDEX notice_run_applying ON notice_run (id) WHERE state = 5;
