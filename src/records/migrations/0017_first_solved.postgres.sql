-- A ticket that was solved once waits for no first reply, even when it is opened again.
ALTER TABLE ticket ADD COLUMN first_solved_at bigint;
UPDATE ticket SET first_solved_at = solved_at WHERE solved_at IS NOT NULL;
