-- The bridge: threads and their tickets, what was said in them, and what the outside answered.
CREATE TABLE bridge_link (
  channel TEXT NOT NULL,
  thread TEXT NOT NULL,
  ticket INTEGER NOT NULL,         -- 0: not opened yet
  stage INTEGER NOT NULL,
  url TEXT NOT NULL,
  has_url INTEGER NOT NULL,
  is_greeted INTEGER NOT NULL,
  requester TEXT NOT NULL,
  comments_until TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  solved_at INTEGER,
  halted_until INTEGER,
  PRIMARY KEY (channel, thread)
) WITHOUT ROWID;
CREATE INDEX bridge_link_ticket ON bridge_link (ticket);
CREATE INDEX bridge_link_live ON bridge_link (stage);
CREATE INDEX bridge_link_solved ON bridge_link (solved_at);

CREATE TABLE bridge_said (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  thread TEXT NOT NULL,
  message TEXT NOT NULL,
  author TEXT NOT NULL,
  digest TEXT NOT NULL,
  state INTEGER NOT NULL,
  body TEXT NOT NULL,              -- JSON while it waits
  at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX bridge_said_thread ON bridge_said (channel, thread, at);
CREATE INDEX bridge_said_waiting ON bridge_said (channel, thread, at, message) WHERE state = 0;
CREATE INDEX bridge_said_age ON bridge_said (at);

CREATE TABLE bridge_known (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ticket_external ON ticket (external_id, desk) WHERE external_id <> '';
