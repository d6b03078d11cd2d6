-- Where a group was announced, and how many tickets it was said to have.
ALTER TABLE storm_group ADD COLUMN channel text NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN message text NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN announced bigint NOT NULL DEFAULT 0;
