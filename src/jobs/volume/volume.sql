-- name: volume_hours
SELECT hour, count FROM volume_hour WHERE hour >= $1 AND hour < $2 ORDER BY hour;

-- name: keep_volume_hour
INSERT INTO volume_hour (hour, count, counted_at) VALUES ($1, $2, $3)
ON CONFLICT (hour) DO UPDATE SET count = excluded.count, counted_at = excluded.counted_at;

-- columns: volume_incident
id, body, feedback, feedback_by

-- name: incidents_since
SELECT {volume_incident} FROM volume_incident WHERE to_at >= $1
ORDER BY from_at, id;

-- name: judged_incidents
-- What people have judged: few.
SELECT {volume_incident} FROM volume_incident WHERE feedback <> ''
ORDER BY to_at, id;

-- name: incident_by_id
SELECT {volume_incident} FROM volume_incident WHERE id = $1;

-- name: add_incident
INSERT INTO volume_incident (from_at, to_at, body) VALUES ($1, $2, $3);

-- name: change_incident
UPDATE volume_incident SET from_at = $2, to_at = $3, body = $4 WHERE id = $1;

-- name: keep_feedback
UPDATE volume_incident SET feedback = $2, feedback_by = $3, feedback_at = $4 WHERE id = $1;

-- name: volume_cursor
SELECT position FROM volume_cursor WHERE name = $1;

-- name: keep_volume_cursor
INSERT INTO volume_cursor (name, position, moved_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at;

-- columns: volume_run
key, is_backfill, state, body

-- name: volume_run_by_key
SELECT {volume_run} FROM volume_run WHERE key = $1;

-- name: open_volume_run
SELECT {volume_run} FROM volume_run WHERE state = 0 AND is_backfill = $1
ORDER BY moved_at DESC LIMIT 1;

-- name: keep_volume_run
INSERT INTO volume_run ({volume_run}, moved_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key) DO UPDATE SET state = excluded.state, body = excluded.body,
  moved_at = excluded.moved_at;

-- name: prune_volume_runs
DELETE FROM volume_run WHERE key IN (
  SELECT key FROM volume_run WHERE moved_at < $1 ORDER BY moved_at LIMIT $2);

-- name: volume_seen [sqlite]
SELECT chunk, bits FROM volume_seen
WHERE name = $1 AND chunk IN (SELECT value FROM json_each($2));

-- name: volume_seen [postgres]
SELECT chunk, bits FROM volume_seen
WHERE name = $1
  AND chunk = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST($2 AS jsonb)) AS bigint)));

-- name: keep_volume_seen
INSERT INTO volume_seen (name, chunk, bits) VALUES ($1, $2, $3)
ON CONFLICT (name, chunk) DO UPDATE SET bits = excluded.bits;

-- name: volume_births
SELECT hour, count FROM volume_birth WHERE name = $1 ORDER BY hour;

-- name: add_volume_births
INSERT INTO volume_birth (name, hour, count) VALUES ($1, $2, $3)
ON CONFLICT (name, hour) DO UPDATE SET count = volume_birth.count + excluded.count;

-- name: drop_volume_seen
DELETE FROM volume_seen WHERE name = $1;

-- name: drop_volume_births
DELETE FROM volume_birth WHERE name = $1;

-- name: left_volume_history
-- One row for each history that was ever begun: few.
SELECT name FROM volume_cursor AS left_off
WHERE moved_at < $1 AND (position LIKE '{%'
  OR EXISTS (SELECT 1 FROM volume_seen AS seen WHERE seen.name = left_off.name)
  OR EXISTS (SELECT 1 FROM volume_birth AS birth WHERE birth.name = left_off.name))
ORDER BY moved_at LIMIT 1;

-- name: prune_volume_seen
DELETE FROM volume_seen WHERE name = $1 AND chunk IN (
  SELECT chunk FROM volume_seen WHERE name = $1 ORDER BY chunk LIMIT $2);

-- name: prune_volume_births
DELETE FROM volume_birth WHERE name = $1 AND hour IN (
  SELECT hour FROM volume_birth WHERE name = $1 ORDER BY hour LIMIT $2);

-- name: drop_volume_cursor
DELETE FROM volume_cursor WHERE name = $1 AND position LIKE '{%';
