-- Retention walks an index to the first row that is young enough, and stops there.
DROP INDEX event_age;
CREATE INDEX event_age ON event (at) WHERE body <> '' AND state = 0;
CREATE INDEX delivery_over ON delivery (done_at) WHERE state > 2;
CREATE INDEX ticket_over ON ticket (updated_at) WHERE status = 2;
CREATE INDEX bridge_known_age ON bridge_known (at) WHERE substr(id, 1, 5) <> 'read:';
CREATE INDEX session_seen ON session (seen_at);
-- What is left of an agent's lines when they go: how many there were in a quarter of an hour, the
-- finest that time zones begin their days by.
CREATE TABLE tally_sum (
  at INTEGER NOT NULL,               -- the quarter's beginning
  channel TEXT NOT NULL,
  username TEXT NOT NULL,
  updates INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (at, channel, username)
) WITHOUT ROWID;
