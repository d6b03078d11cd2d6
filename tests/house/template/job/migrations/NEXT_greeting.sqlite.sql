CREATE TABLE greeting (
  person TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX greeting_at ON greeting (at);
