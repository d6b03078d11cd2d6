-- uses: records/events.sql

-- part: received
channel, said_at, {new_event}

-- columns: received_event
id, {received}

-- name: add_received
INSERT INTO received_event ({received}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: received_until
SELECT {received_event} FROM received_event
WHERE channel = $1 AND said_at <= $2 ORDER BY said_at, id LIMIT $3;

-- name: received_changes
-- What was done to words, from a moment on.
SELECT {received_event} FROM received_event
WHERE channel = $1 AND said_at >= $2 AND kind IN ('chat.edit', 'chat.delete')
ORDER BY said_at, id;

-- name: drop_received
DELETE FROM received_event WHERE id = $1;

-- name: received_before
-- The table has a row for what was said in this moment, and for what a replica left that has died.
SELECT channel, max(said_at) FROM received_event WHERE at < $1 GROUP BY channel;
