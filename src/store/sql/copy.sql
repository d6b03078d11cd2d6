-- Who has a PostgreSQL store open holds a shared lock on it, named after the schema: a database may
-- hold several stores. A copy holds the same lock alone. On SQLite a lock file does this.
-- name: share_store [sqlite]
SELECT 1;

-- name: share_store [postgres]
SELECT CAST(pg_try_advisory_lock_shared(7023952, hashtext(coalesce(current_schema(), ''))) AS int);

-- name: lock_store [sqlite]
SELECT 1;

-- name: lock_store [postgres]
SELECT CAST(pg_try_advisory_lock(7023952, hashtext(coalesce(current_schema(), ''))) AS int);

-- name: unlock_store [sqlite]
SELECT 1;

-- name: unlock_store [postgres]
SELECT CAST(pg_advisory_unlock(7023952, hashtext(coalesce(current_schema(), ''))) AS int);

-- name: store_users [sqlite]
SELECT '' WHERE 1 = 0;

-- name: store_users [postgres]
SELECT 'process ' || a.pid || ' of the server, connected from '
       || coalesce(host(a.client_addr), 'its own machine')
       || ' since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS')
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
  AND l.classid = 7023952 AND l.pid <> pg_backend_pid()
ORDER BY a.backend_start LIMIT 1;

-- name: schema_below
-- The version without the mark of a copy, and whether that mark is there.
SELECT coalesce(max(version) FILTER (WHERE version < $1), 0),
  count(*) FILTER (WHERE version >= $1)
FROM schema_version;

-- name: unmark_copy
DELETE FROM schema_version WHERE version = $1;

-- name: forget_ticket_words [sqlite]
INSERT INTO ticket_text (ticket_text) VALUES ('delete-all');

-- name: forget_ticket_words [postgres]
SELECT 1 WHERE 1 = 0;

-- name: wait_for_store [sqlite]
SELECT 1;

-- name: wait_for_store [postgres]
SELECT pg_sleep(0.1);

-- name: catalogue_tables [sqlite]
-- Virtual tables are indexes over ours, and shadow tables belong to them.
SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
  AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> $1
ORDER BY name;

-- name: catalogue_tables [postgres]
SELECT c.relname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname <> $1
ORDER BY c.relname;

-- name: catalogue_columns [sqlite]
-- Name, type, place in the primary key (from 1, or 0), whether NULL is refused.
SELECT name, type, pk, "notnull" FROM pragma_table_info($1) ORDER BY cid;

-- name: catalogue_columns [postgres]
-- The same, and how the engine numbers it. What it makes of other columns is not copied.
SELECT a.attname, pg_catalog.format_type(a.atttypid, NULL),
  coalesce(array_position(CAST(i.indkey AS int2[]), a.attnum), -1) + 1,
  CAST(a.attnotnull AS int), a.attidentity
FROM pg_catalog.pg_attribute a
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = ''
ORDER BY a.attnum;

-- name: catalogue_definition [sqlite]
SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1;

-- name: catalogue_definition [postgres]
SELECT 1 WHERE $1 = '';

-- name: catalogue_references [sqlite]
SELECT DISTINCT "table" FROM pragma_foreign_key_list($1);

-- name: catalogue_references [postgres]
SELECT 1 WHERE $1 = '';

-- name: forget_number [sqlite]
DELETE FROM sqlite_sequence WHERE name = $1;

-- name: forget_number [postgres]
SELECT 1 WHERE $1 = '';
