-- name: record_event
INSERT INTO event (source, key, kind, at, body, for_ever) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (source, key) DO NOTHING;

-- name: event_by_key
SELECT id, body, reply, digest FROM event WHERE source = $1 AND key = $2;

-- name: conclude_event
UPDATE event SET state = $2, reason = $3, reply = $4 WHERE id = $1;

-- name: event_by_id
SELECT id, source, key, kind, at, body, for_ever, state, reason, reply FROM event WHERE id = $1;

-- name: parked_events
SELECT id, source, key, kind, at, body, for_ever, state, reason, reply FROM event
WHERE state = 1 AND id < $1 ORDER BY id DESC LIMIT $2;

-- name: count_parked
SELECT count(*) FROM event WHERE state = 1;

-- name: old_events
-- By the index of those that still have a body and are not parked: keys that are for ever, and what
-- waits for a person, pile up outside of it.
SELECT id, for_ever, CASE WHEN for_ever = 1 THEN body ELSE '' END FROM event
WHERE at < $1 AND body <> '' AND state = 0 ORDER BY at LIMIT $2;

-- name: drop_event
DELETE FROM event WHERE id = $1;

-- name: empty_body
UPDATE event SET body = '', digest = $2 WHERE id = $1;

-- name: add_note
INSERT INTO note (topic, subject) VALUES ($1, $2);

-- name: changes_after [sqlite]
SELECT '0.' || seq, topic, subject FROM note WHERE seq > $2 AND $1 = '0' ORDER BY seq LIMIT $3;

-- name: changes_after [postgres]
-- A transaction that began earlier may commit later: only what no open transaction can still
-- come before is shown, in the order of transactions.
SELECT xid::text || '.' || seq, topic, subject FROM note
WHERE (xid, seq) > (CAST($1 AS xid8), CAST($2 AS bigint))
  AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, seq LIMIT $3;

-- name: last_change [sqlite]
SELECT '0.' || coalesce(max(seq), 0) FROM note;

-- name: last_change [postgres]
SELECT coalesce((SELECT xid::text || '.' || seq FROM note
                 WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
                 ORDER BY xid DESC, seq DESC LIMIT 1), '0.0');

-- name: first_change [sqlite]
SELECT '0.' || min(seq) FROM note;

-- name: first_change [postgres]
SELECT xid::text || '.' || seq FROM note
WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq LIMIT 1;

-- name: lowest_note
SELECT coalesce(min(seq), 0) FROM note;

-- name: prune_notes
DELETE FROM note WHERE seq IN (
  SELECT seq FROM note WHERE seq <= (SELECT max(seq) FROM note) - $1 ORDER BY seq LIMIT $2);
