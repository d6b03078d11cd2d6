-- An incident at an outside desk: how far its parent's updates were read, who solved the parent
-- there and with which answer, whether the desk has linked each ticket, when its requester replied
-- there, and what a comment there said.
ALTER TABLE storm_group ADD COLUMN updates_until TEXT NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN solver TEXT NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN solver_at INTEGER;
ALTER TABLE storm_group ADD COLUMN solved_with TEXT NOT NULL DEFAULT '';
ALTER TABLE storm_ticket ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE storm_ticket ADD COLUMN replied_at INTEGER;
ALTER TABLE storm_answer ADD COLUMN digest TEXT NOT NULL DEFAULT '';
