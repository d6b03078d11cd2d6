-- What is counted per agent: messages of tallied channels, and the update lines in them.
CREATE TABLE tally_message (
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  revision INTEGER NOT NULL,        -- microseconds: when this text was written or read
  at INTEGER NOT NULL,
  is_gone INTEGER NOT NULL DEFAULT 0,
  text TEXT,                        -- NULL: emptied by retention, or gone
  blocks TEXT,
  PRIMARY KEY (channel, message)
) WITHOUT ROWID;
CREATE INDEX tally_message_text ON tally_message (at) WHERE text IS NOT NULL;
CREATE TABLE tally_update (
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  line INTEGER NOT NULL,
  username TEXT NOT NULL,           -- in lower case
  spelled TEXT NOT NULL,
  name TEXT NOT NULL,
  ticket TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel, message, line)
) WITHOUT ROWID;
CREATE INDEX tally_update_bar ON tally_update (channel, username, at);
CREATE INDEX tally_update_at ON tally_update (at, channel, message, line);
CREATE TABLE tally_agent (
  username TEXT PRIMARY KEY,
  spelled TEXT NOT NULL,
  name TEXT NOT NULL,
  named_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tally_bar (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  username TEXT NOT NULL,
  UNIQUE (channel, username)
);
CREATE TABLE tally_balance (
  username TEXT PRIMARY KEY,
  updates INTEGER NOT NULL,
  imported_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tally_rule (channel TEXT PRIMARY KEY, rule TEXT NOT NULL) WITHOUT ROWID;
