-- part: new_event
source, key, kind, at, body, for_ever

-- columns: event
id, {new_event}, state, reason, reply

-- name: record_event
INSERT INTO event ({new_event}) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (source, key) DO NOTHING;

-- name: record_event [postgres rows]
WITH new AS MATERIALIZED (
  SELECT nextval((SELECT pg_get_serial_sequence('event', 'id')::regclass)) AS id, e.*
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])
    WITH ORDINALITY AS e ({new_event}, place)),
made AS (
  INSERT INTO event (id, {new_event}) SELECT id, {new_event} FROM new
  ON CONFLICT (source, key) DO NOTHING RETURNING id)
SELECT place, id FROM new JOIN made USING (id);

-- name: event_by_key
SELECT id, body, reply, digest FROM event WHERE source = $1 AND key = $2;

-- name: lock_event [sqlite]
SELECT 1 WHERE $1 = '';

-- name: lock_event [postgres]
SELECT 1 FROM event WHERE id = $1 FOR NO KEY UPDATE;

-- name: set_event_state
UPDATE event SET state = $2, reason = $3, reply = $4 WHERE id = $1;

-- name: set_event_state [postgres rows anew]
-- Of one event, what was said last.
UPDATE event SET state = new.state, reason = new.reason, reply = new.reply
FROM (SELECT DISTINCT ON (id) id, state, reason, reply
      FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])
        WITH ORDINALITY AS said (id, state, reason, reply, place)
      ORDER BY id, place DESC) AS new
WHERE event.id = new.id;

-- name: replace_body
UPDATE event SET body = $2 WHERE id = $1;

-- name: event_by_id
SELECT {event} FROM event WHERE id = $1;

-- name: parked_events
SELECT {event} FROM event
WHERE state = 1 AND id < $1 ORDER BY id DESC LIMIT $2;

-- name: count_parked
SELECT count(*) FROM event WHERE state = 1;

-- name: old_events
-- By the index of those that still have a body and are not parked: keys that are for ever, and what
-- waits for a person, pile up outside of it.
SELECT id, for_ever, CASE WHEN for_ever = 1 THEN body ELSE '' END FROM event
WHERE at < $1 AND body <> '' AND state = 0 ORDER BY at LIMIT $2;

-- name: drop_event
DELETE FROM event WHERE id = $1 AND state = 0;

-- name: empty_body
UPDATE event SET body = '', digest = $2 WHERE id = $1 AND state = 0;
