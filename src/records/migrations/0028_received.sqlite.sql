-- What a chat said and we have acknowledged, until it is planned in its turn (records/received.h).
CREATE TABLE received_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  said_at INTEGER NOT NULL,        -- microseconds since 1970
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,              -- JSON
  for_ever INTEGER NOT NULL
);
CREATE INDEX received_event_turn ON received_event (channel, said_at, id);
