-- A group that is one incident: its parent ticket, what was answered, and where each ticket stands.
ALTER TABLE storm_group ADD COLUMN parent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE storm_group ADD COLUMN opened_at INTEGER;
ALTER TABLE storm_group ADD COLUMN opened_by TEXT NOT NULL DEFAULT '';
ALTER TABLE storm_group ADD COLUMN first_answer_at INTEGER;
ALTER TABLE storm_group ADD COLUMN ended_at INTEGER;
ALTER TABLE storm_group ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
CREATE INDEX storm_group_parent ON storm_group (parent) WHERE parent > 0;
CREATE INDEX storm_group_message ON storm_group (message) WHERE message <> '';
ALTER TABLE storm_ticket ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE storm_ticket ADD COLUMN how INTEGER NOT NULL DEFAULT 0;
ALTER TABLE storm_ticket ADD COLUMN joined_at INTEGER;
ALTER TABLE storm_ticket ADD COLUMN left_at INTEGER;
ALTER TABLE storm_ticket ADD COLUMN type_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE storm_ticket ADD COLUMN answers_from INTEGER NOT NULL DEFAULT 0;
CREATE TABLE storm_answer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  grouped INTEGER NOT NULL,
  said_key TEXT NOT NULL UNIQUE,
  author TEXT NOT NULL,
  author_email TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX storm_answer_grouped ON storm_answer (grouped, id);
-- Which joined ticket an answer was planned for: it hears each once.
CREATE TABLE storm_heard (
  answer INTEGER NOT NULL,
  ticket INTEGER NOT NULL,
  state INTEGER NOT NULL,
  PRIMARY KEY (answer, ticket)
) WITHOUT ROWID;
CREATE INDEX storm_heard_ticket ON storm_heard (ticket);
