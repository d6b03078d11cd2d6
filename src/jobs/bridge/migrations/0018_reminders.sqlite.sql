-- When a thread was reminded that its ticket has no first reply.
CREATE TABLE bridge_reminder (
  ticket INTEGER PRIMARY KEY,
  reminded_at INTEGER NOT NULL,
  escalated_at INTEGER
);
-- Since when a channel's threads are reminded: what fell due before then is not.
CREATE TABLE bridge_reminder_since (channel TEXT PRIMARY KEY, since INTEGER NOT NULL);
