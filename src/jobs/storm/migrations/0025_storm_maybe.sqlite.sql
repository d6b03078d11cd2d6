-- Tickets that might belong to an incident, and how long ago its last ticket joined.
CREATE TABLE storm_maybe (
  ticket INTEGER PRIMARY KEY,
  grouped INTEGER NOT NULL,
  share INTEGER NOT NULL,          -- of the incident's weight of words, in thousandths
  words TEXT NOT NULL              -- JSON list
);
CREATE INDEX storm_maybe_grouped ON storm_maybe (grouped);
CREATE INDEX storm_ticket_joined ON storm_ticket (grouped, joined_at);
