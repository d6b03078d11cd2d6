-- Groups of tickets that are about the same thing, and what a person decided about each.
CREATE TABLE storm_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state INTEGER NOT NULL,
  words TEXT NOT NULL,             -- JSON list
  largest INTEGER NOT NULL,
  since INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  dismissed_tickets INTEGER NOT NULL
);
CREATE INDEX storm_group_state ON storm_group (state, id);
CREATE INDEX storm_group_age ON storm_group (updated_at);
-- A ticket is in at most one group.
CREATE TABLE storm_ticket (
  ticket INTEGER PRIMARY KEY,
  grouped INTEGER NOT NULL
);
CREATE INDEX storm_ticket_grouped ON storm_ticket (grouped, ticket);
