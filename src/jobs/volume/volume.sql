-- name: volume_hours
SELECT hour, count FROM volume_hour WHERE hour >= $1 AND hour < $2 ORDER BY hour;

-- name: keep_volume_hour
INSERT INTO volume_hour (hour, count, counted_at) VALUES ($1, $2, $3)
ON CONFLICT (hour) DO UPDATE SET count = excluded.count, counted_at = excluded.counted_at;

-- name: incidents_since
SELECT id, body, feedback, feedback_by FROM volume_incident WHERE to_at >= $1
ORDER BY from_at, id;

-- name: incident_by_id
SELECT id, body, feedback, feedback_by FROM volume_incident WHERE id = $1;

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
