-- When a thread was reminded that its ticket has no first reply.
CREATE TABLE bridge_reminder (
  ticket bigint PRIMARY KEY,
  reminded_at bigint NOT NULL,
  escalated_at bigint
);
-- Since when a channel's threads are reminded: what fell due before then is not.
CREATE TABLE bridge_reminder_since (channel text PRIMARY KEY, since bigint NOT NULL);
