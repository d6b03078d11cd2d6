-- The ticket volume: counts per hour (UTC), incidents as they were told, what people said of them.
CREATE TABLE volume_hour (
  hour INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  counted_at INTEGER NOT NULL
);
CREATE TABLE volume_incident (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  feedback TEXT NOT NULL DEFAULT '',
  feedback_by TEXT NOT NULL DEFAULT '',
  feedback_at INTEGER
);
CREATE INDEX volume_incident_to ON volume_incident (to_at);
CREATE TABLE volume_cursor (
  name TEXT PRIMARY KEY,
  position TEXT NOT NULL,
  moved_at INTEGER NOT NULL
);
