-- What retention has found to be of a thread that has a ticket, and goes with it: it is looked at
-- once, and not in every sweep.
ALTER TABLE bridge_said ADD COLUMN is_bridged INTEGER NOT NULL DEFAULT 0;
DROP INDEX bridge_said_age;
CREATE INDEX bridge_said_age ON bridge_said (at) WHERE is_bridged = 0;
