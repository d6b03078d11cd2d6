CREATE TABLE greeting (
  person TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
CREATE INDEX greeting_at ON greeting (at);
