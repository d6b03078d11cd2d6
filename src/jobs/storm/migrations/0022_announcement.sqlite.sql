-- Where a group was announced, and how many tickets it was said to have.
ALTER TABLE storm_group ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
