-- One row for each recent commit of each process that writes: whether a commit stands whose answer
-- was lost. A row that was looked for in vain is left as refused, and what comes late fails on it.
CREATE TABLE writer (
  id TEXT NOT NULL,               -- the store of one process, as it names itself while it runs
  number BIGINT NOT NULL,           -- of its transaction
  at BIGINT NOT NULL,
  is_refused BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (id, number)
);
-- Messages of a group that are or were in flight: a late one before them must wait.
CREATE INDEX queue_message_flight ON queue_message (queue, message_group)
  WHERE message_group <> '' AND receipt <> '';
