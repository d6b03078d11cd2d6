-- The bridge: threads and their tickets, what was said in them, and what the outside answered.
CREATE TABLE bridge_link (
  channel TEXT NOT NULL,
  thread TEXT NOT NULL,
  ticket BIGINT NOT NULL,         -- 0: not opened yet
  stage BIGINT NOT NULL,
  url TEXT NOT NULL,
  has_url BIGINT NOT NULL,
  is_greeted BIGINT NOT NULL,
  requester TEXT NOT NULL,
  comments_until TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  solved_at BIGINT,
  halted_until BIGINT,
  PRIMARY KEY (channel, thread)
);
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
  state BIGINT NOT NULL,
  body TEXT NOT NULL,              -- JSON while it waits
  at BIGINT NOT NULL
);
CREATE INDEX bridge_said_thread ON bridge_said (channel, thread, at);
CREATE INDEX bridge_said_waiting ON bridge_said (channel, thread, at, message) WHERE state = 0;
CREATE INDEX bridge_said_age ON bridge_said (at);

CREATE TABLE bridge_known (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX ticket_external ON ticket (external_id, desk) WHERE external_id <> '';
