-- Retention finds what has grown old without looking at everything that is kept, and tells a
-- repeat with other contents from an event whose body it has emptied.
ALTER TABLE event ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE INDEX event_age ON event (at) WHERE body <> '';
