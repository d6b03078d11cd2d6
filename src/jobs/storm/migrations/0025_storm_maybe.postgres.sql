-- Tickets that might belong to an incident, and how long ago its last ticket joined.
CREATE TABLE storm_maybe (
  ticket bigint PRIMARY KEY,
  grouped bigint NOT NULL,
  share bigint NOT NULL,          -- of the incident's weight of words, in thousandths
  words text NOT NULL              -- JSON list
);
CREATE INDEX storm_maybe_grouped ON storm_maybe (grouped);
CREATE INDEX storm_ticket_joined ON storm_ticket (grouped, joined_at);
