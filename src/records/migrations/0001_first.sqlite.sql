-- Times are milliseconds since 1970 UTC. States are the numbers of the enumerations in domain/.
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,              -- JSON; emptied by retention where the key is kept for ever
  for_ever INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  reply TEXT NOT NULL DEFAULT ''   -- JSON; empty: none
);
CREATE UNIQUE INDEX event_key ON event (source, key);
CREATE INDEX event_parked ON event (id) WHERE state = 1;

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  priority INTEGER NOT NULL,
  status INTEGER NOT NULL,
  requester_name TEXT NOT NULL,
  requester_email TEXT NOT NULL,
  requester_id TEXT NOT NULL,
  assignee TEXT NOT NULL,
  tags TEXT NOT NULL,              -- JSON list
  source TEXT NOT NULL,
  desk TEXT NOT NULL,
  external_id TEXT NOT NULL,
  external_url TEXT NOT NULL,
  queue TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  first_reply_at INTEGER,
  solved_at INTEGER,
  updated_at INTEGER NOT NULL
);
CREATE INDEX ticket_unsolved ON ticket (id) WHERE status < 2;
CREATE INDEX ticket_opened ON ticket (opened_at);
CREATE INDEX ticket_replied ON ticket (first_reply_at) WHERE first_reply_at IS NOT NULL;
CREATE INDEX ticket_solved ON ticket (solved_at) WHERE solved_at IS NOT NULL;
-- Words are indexed in pieces by the janitor, not in the commit that opens a ticket: an index
-- entry costs more than all the rest of an intake.
CREATE VIRTUAL TABLE ticket_text
  USING fts5 (title, description, content = '', tokenize = 'unicode61');

CREATE TABLE comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket INTEGER NOT NULL,
  author_name TEXT NOT NULL,
  author_email TEXT NOT NULL,
  body TEXT NOT NULL,
  is_public INTEGER NOT NULL,
  at INTEGER NOT NULL,
  source TEXT NOT NULL
);
CREATE INDEX comment_ticket ON comment (ticket, id);

CREATE TABLE link (
  ticket INTEGER NOT NULL,
  chat TEXT NOT NULL,
  channel TEXT NOT NULL,
  thread TEXT NOT NULL,
  url TEXT NOT NULL,
  PRIMARY KEY (chat, channel, thread)
) WITHOUT ROWID;
CREATE INDEX link_ticket ON link (ticket);

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event INTEGER NOT NULL,
  ticket INTEGER NOT NULL,         -- 0: none
  lane TEXT NOT NULL,
  target TEXT NOT NULL,
  operation TEXT NOT NULL,
  payload TEXT NOT NULL,           -- JSON
  holds_lane INTEGER NOT NULL,
  state INTEGER NOT NULL,
  in_doubt INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  next_attempt_at INTEGER,
  done_at INTEGER
);
CREATE INDEX delivery_lane ON delivery (lane, id) WHERE state <= 2;
CREATE INDEX delivery_open ON delivery (state, id) WHERE state <= 2;
CREATE INDEX delivery_ticket ON delivery (ticket, id) WHERE ticket > 0;
CREATE INDEX delivery_event ON delivery (event);

CREATE TABLE lane (
  name TEXT PRIMARY KEY,
  due_at INTEGER,                  -- null: rests until a person decides about its head
  holder TEXT NOT NULL DEFAULT '',
  held_until INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX lane_due ON lane (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE queue_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  body TEXT NOT NULL,
  attributes TEXT NOT NULL,        -- JSON, as SQS writes message attributes
  message_group TEXT NOT NULL,
  deduplication TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  receives INTEGER NOT NULL DEFAULT 0,
  first_received_at INTEGER,
  receipt TEXT NOT NULL DEFAULT '',
  source_queue TEXT NOT NULL DEFAULT ''
);
CREATE INDEX queue_message_visible ON queue_message (queue, visible_at, id);
CREATE INDEX queue_message_order ON queue_message (queue, id);
CREATE INDEX queue_message_group ON queue_message (queue, message_group, id)
  WHERE message_group <> '';

CREATE TABLE queue_seen (
  queue TEXT NOT NULL,
  deduplication TEXT NOT NULL,
  message INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (queue, deduplication)
) WITHOUT ROWID;

CREATE INDEX queue_seen_at ON queue_seen (at);

CREATE TABLE note (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  subject INTEGER NOT NULL
);

CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  hash TEXT NOT NULL,
  sqs_key_id TEXT NOT NULL,
  sqs_secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  last_used_at INTEGER
);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  subject TEXT NOT NULL
);

CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  held_until INTEGER NOT NULL
) WITHOUT ROWID;
