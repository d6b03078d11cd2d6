-- name: lock_rate [sqlite]
INSERT INTO rate (name, free_at, promised_at) VALUES ($1, 0, 0)
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING free_at, promised_at, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER);

-- name: lock_rate [postgres]
-- The clock is read behind the lock.
INSERT INTO rate (name, free_at, promised_at) VALUES ($1, 0, 0)
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING free_at, promised_at, CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS bigint);

-- name: set_rate
UPDATE rate SET free_at = $2, promised_at = $3 WHERE name = $1;

-- name: pause_rate
UPDATE rate SET free_at = $2 WHERE name = $1 AND free_at < $2;

-- name: prune_rates [sqlite]
-- As many as there are methods and channels in use.
DELETE FROM rate WHERE name IN (SELECT name FROM rate WHERE free_at < $1 LIMIT $2);

-- name: prune_rates [postgres]
-- What another is just changing is no longer old.
DELETE FROM rate WHERE name IN (
  SELECT name FROM rate WHERE free_at < $1 LIMIT $2
  FOR UPDATE SKIP LOCKED);
