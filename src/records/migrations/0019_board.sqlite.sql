-- What the board's lists and numbers ask for, each by an index that holds no more than it needs.
CREATE INDEX ticket_waiting ON ticket (opened_at, id)
  WHERE status < 2 AND first_reply_at IS NULL AND first_solved_at IS NULL;
CREATE INDEX ticket_assignee ON ticket (assignee, id) WHERE assignee <> '';
-- Hours of the past are counted from the indexes alone.
DROP INDEX ticket_replied;
CREATE INDEX ticket_replied ON ticket (first_reply_at, opened_at, solved_at)
  WHERE first_reply_at IS NOT NULL;
DROP INDEX ticket_solved;
CREATE INDEX ticket_solved ON ticket (solved_at, first_reply_at, opened_at)
  WHERE solved_at IS NOT NULL;
-- Requester, assignee and tags are searched as well.
-- The janitor fills the index again, the oldest first.
DROP TABLE ticket_text;
CREATE VIRTUAL TABLE ticket_text
  USING fts5 (title, description, people, tags, content = '', tokenize = 'unicode61');
-- What changed on a ticket, for its timeline.
CREATE TABLE ticket_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket INTEGER NOT NULL,
  at INTEGER NOT NULL,
  field TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL
);
CREATE INDEX ticket_change_ticket ON ticket_change (ticket, id);
