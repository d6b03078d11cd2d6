-- Runs of the ticket volume, which go on with the answer to a question; and history that is counted
-- page by page: which tickets were seen, and how many each hour has so far.
CREATE TABLE volume_run (
  key TEXT PRIMARY KEY,
  is_backfill INTEGER NOT NULL,
  state INTEGER NOT NULL,
  body TEXT NOT NULL,
  moved_at INTEGER NOT NULL
);
CREATE INDEX volume_run_open ON volume_run (is_backfill) WHERE state = 0;
CREATE INDEX volume_run_age ON volume_run (moved_at);
CREATE TABLE volume_seen (
  name TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  bits TEXT NOT NULL,
  PRIMARY KEY (name, chunk)
) WITHOUT ROWID;
CREATE TABLE volume_birth (
  name TEXT NOT NULL,
  hour INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (name, hour)
) WITHOUT ROWID;
