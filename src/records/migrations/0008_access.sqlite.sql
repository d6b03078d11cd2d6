-- People who sign in, what they have open, and the keys that sign cookies.
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,      -- the name in lower case
  subject TEXT NOT NULL,            -- of single sign-on; empty: a password account
  role TEXT NOT NULL,
  password TEXT NOT NULL,           -- argon2id
  created_at INTEGER NOT NULL,
  signed_in_at INTEGER
);
CREATE UNIQUE INDEX account_subject ON account (subject) WHERE subject <> '';
CREATE TABLE session (
  hash TEXT PRIMARY KEY,            -- SHA-256 of the cookie
  account INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE TABLE server_key (name TEXT PRIMARY KEY, secret TEXT NOT NULL);
ALTER TABLE token ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
