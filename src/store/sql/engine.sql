-- name: begin [sqlite]
BEGIN IMMEDIATE;

-- name: begin [postgres]
BEGIN;

-- name: begin_read [sqlite]
BEGIN;

-- name: begin_read [postgres]
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: without_waiting_for_the_disk [sqlite]
SELECT 1;

-- name: without_waiting_for_the_disk [postgres]
SET LOCAL synchronous_commit = off;
-- name: mark_commit [sqlite]
SELECT 1 WHERE $1 = '' AND $2 < $3;

-- name: mark_commit [postgres]
-- Stands exactly if the transaction stands: what to look for when COMMIT's answer is lost.
INSERT INTO writer (id, number, at) VALUES ($1, $2, $3);

-- name: find_commit [sqlite]
SELECT 1 WHERE $1 = '' AND $2 < $3;

-- name: find_commit [postgres]
-- Waits for the end of the transaction that wrote the mark. Where there is none, this row takes
-- its place, and what comes late fails on it.
INSERT INTO writer (id, number, at, is_refused) VALUES ($1, $2, $3, 1)
ON CONFLICT (id, number) DO UPDATE SET at = excluded.at RETURNING is_refused;

-- name: forget_marks [sqlite]
SELECT 1 WHERE $1 = '' AND $2 < $3;

-- name: forget_marks [postgres]
DELETE FROM writer WHERE (id, number) IN (
  SELECT id, number FROM writer WHERE (id = $1 AND number < $2) OR at < $3
  FOR UPDATE SKIP LOCKED);

-- name: end_session [sqlite]
SELECT 1 WHERE $1 = '';

-- name: end_session [postgres]
-- A session's lock is its name (postgres_db.cc): nobody else is taken for it, behind a pool either.
SELECT count(pg_terminate_backend(pid)) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (CAST(classid AS bigint) << 32) | CAST(objid AS bigint)
      = hashtextextended('session:' || CAST($1 AS text), 0);

-- name: guard_name [sqlite]
SELECT 1 WHERE $1 = '';

-- name: guard_name [postgres]
SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS guard;

-- name: guard_name_shared [sqlite]
SELECT 1 WHERE $1 = '';

-- name: guard_name_shared [postgres]
SELECT 1 FROM (SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))) AS guard;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: savepoint
SAVEPOINT work;

-- name: release
RELEASE SAVEPOINT work;

-- name: rollback_to
ROLLBACK TO SAVEPOINT work;

-- name: notify [sqlite]
SELECT 1 WHERE $1 = '';

-- name: notify [postgres]
SELECT pg_notify('deskwire', $1);

-- name: schema_tables [sqlite]
-- Ours, and how many tables there are in all.
SELECT count(*) FILTER (WHERE name = 'schema_version'), count(*) FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE 'sqlite_%';

-- name: schema_tables [postgres]
-- A database may be shared with others; what is theirs is not looked at.
SELECT count(*), count(*) FROM pg_catalog.pg_class
WHERE oid = to_regclass('schema_version');

-- name: schema_table
CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL, at BIGINT NOT NULL);

-- name: schema_now
SELECT coalesce(max(version), 0) FROM schema_version;

-- name: schema_reached
INSERT INTO schema_version (version, at) VALUES ($1, $2);

-- name: schema_patience [sqlite]
SELECT 1 WHERE 1 = 0;

-- name: schema_patience [postgres]
-- To write a table of millions of rows anew takes as long as it takes.
SET LOCAL statement_timeout = 0;

-- name: text_encoding [sqlite]
SELECT 'UTF8';

-- name: text_encoding [postgres]
SELECT current_setting('server_encoding');

-- name: schema_lock [sqlite]
SELECT 1 WHERE 1 = 0;

-- name: schema_lock [postgres]
-- Replicas that start together migrate one after the other.
SELECT pg_advisory_xact_lock(7023951);
