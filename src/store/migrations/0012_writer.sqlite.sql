-- SQLite has one writer, which knows what it has committed: the table stays empty here.
CREATE TABLE writer (
  id TEXT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  is_refused BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (id, number)
);
-- Messages of a group that are or were in flight: a late one before them must wait.
CREATE INDEX queue_message_flight ON queue_message (queue, message_group)
  WHERE message_group <> '' AND receipt <> '';
