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

-- name: schema_lock [sqlite]
SELECT 1 WHERE 1 = 0;

-- name: schema_lock [postgres]
-- Replicas that start together migrate one after the other.
SELECT pg_advisory_xact_lock(7023951);
