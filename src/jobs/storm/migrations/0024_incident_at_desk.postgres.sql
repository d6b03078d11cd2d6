-- An incident at an outside desk: how far its parent's updates were read, who solved the parent
-- there and with which answer, whether the desk has linked each ticket, when its requester replied
-- there, and what a comment there said.
ALTER TABLE storm_group ADD COLUMN updates_until text NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN solver text NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN solver_at bigint;
ALTER TABLE storm_group ADD COLUMN solved_with text NOT NULL DEFAULT '';
ALTER TABLE storm_ticket ADD COLUMN linked bigint NOT NULL DEFAULT 0;
ALTER TABLE storm_ticket ADD COLUMN replied_at bigint;
ALTER TABLE storm_answer ADD COLUMN digest text NOT NULL DEFAULT '';
