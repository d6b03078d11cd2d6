-- Notices: plans and runs, their letters, and the ledger that decides who is told what.
CREATE TABLE notice_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state INTEGER NOT NULL,            -- NoticeState, by number
  made_at INTEGER NOT NULL,
  applied_at INTEGER,
  period TEXT NOT NULL,           -- "2026-W47"
  hash TEXT NOT NULL,             -- of all that would be sent
  ledger INTEGER NOT NULL,           -- the ledger's version that it was made against
  newest_day INTEGER NOT NULL,       -- the newest closing that it tells
  from_day INTEGER NOT NULL,
  figures TEXT NOT NULL           -- JSON: rows read, closed, customers, left out, bad rows
);

CREATE TABLE notice_letter (
  run INTEGER NOT NULL,
  email TEXT NOT NULL,            -- in lower case
  number INTEGER NOT NULL DEFAULT 0, -- "n-000017", given when it is sent
  written_email TEXT NOT NULL,    -- as the report has it
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  tickets TEXT NOT NULL,          -- JSON: [["1041","Printer","2026-11-16"]]
  left_out TEXT NOT NULL,         -- why it is not sent: "had", "suppressed"; empty: it is
  delivery INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run, email)
) WITHOUT ROWID;

-- The newest closing of each ticket that was told.
CREATE TABLE notice_closure (
  ticket TEXT NOT NULL PRIMARY KEY,
  day INTEGER NOT NULL,
  run INTEGER NOT NULL
) WITHOUT ROWID;

-- Who has heard in which period.
CREATE TABLE notice_customer (
  period TEXT NOT NULL,
  email TEXT NOT NULL,            -- in lower case
  run INTEGER NOT NULL,
  PRIMARY KEY (period, email)
) WITHOUT ROWID;

-- from_day, watermark, ledger (its version), letters (the last number), ask (the next run asks)
CREATE TABLE notice_mark (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO notice_mark (name, value) VALUES ('ledger', 0);
