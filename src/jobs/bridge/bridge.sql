-- uses: records/tickets.sql

-- name: lock_known [sqlite]
SELECT 1 WHERE $1 = '';

-- name: lock_known [postgres]
SELECT 1 FROM bridge_known WHERE id = $1 FOR NO KEY UPDATE;

-- columns: thread_message
key, kind, channel, thread, message, author, digest, edited_at, state, body, at

-- name: said_by_key
SELECT {thread_message}
FROM bridge_said WHERE key = $1;

-- name: waiting_said
SELECT {thread_message}
FROM bridge_said WHERE channel = $1 AND thread = $2 AND state = 0
ORDER BY at, message, key LIMIT $3;

-- name: said_in_thread
SELECT {thread_message}
FROM bridge_said WHERE channel = $1 AND thread = $2 ORDER BY at, message, key LIMIT $3;

-- name: said_between
SELECT {thread_message}
FROM bridge_said WHERE channel = $1 AND thread = $2 AND kind = 'chat.message'
  AND message > $3 AND message <= $4
ORDER BY message LIMIT $5;

-- name: last_said
SELECT coalesce(max(message), '') FROM bridge_said WHERE channel = $1 AND thread = $2;

-- name: reactions_by
SELECT 1 FROM bridge_said
WHERE channel = $1 AND thread = $2 AND kind = 'chat.reaction' AND author = $3 LIMIT 1;

-- name: count_said
SELECT count(*) FROM (
  SELECT 1 FROM bridge_said WHERE channel = $1 AND thread = $2 AND at >= $3 AND state = 1
  LIMIT $4) AS carried;

-- name: set_said
-- An edit may come before its message: then its row becomes the message.
INSERT INTO bridge_said
  ({thread_message})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (key) DO UPDATE SET
  kind = CASE WHEN bridge_said.kind = 'early' THEN excluded.kind ELSE bridge_said.kind END,
  at = CASE WHEN bridge_said.kind = 'early' THEN excluded.at ELSE bridge_said.at END,
  digest = excluded.digest, edited_at = excluded.edited_at, state = excluded.state,
  body = excluded.body;

-- name: known_by_id
SELECT id, body, at FROM bridge_known WHERE id = $1;

-- name: known_people [sqlite]
SELECT body FROM bridge_known WHERE (id >= 'U' AND id < 'V') OR (id >= 'W' AND id < 'X');

-- name: known_people [postgres]
-- A range would be one in the order of the server's language, where "u" is between "U" and "V".
SELECT body FROM bridge_known WHERE id LIKE 'U%' OR id LIKE 'W%';

-- name: set_known
INSERT INTO bridge_known (id, body, at) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET body = excluded.body, at = excluded.at;

-- name: channel_counts [anew]
-- How many are open, were opened, were solved; of one source and its kin, or of every bridge.
-- A ticket of shadow mode exists at no desk, and counts nowhere.
SELECT coalesce(sum(CASE WHEN status < 2 THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN opened_at >= $2 THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN solved_at >= $2 THEN 1 ELSE 0 END), 0)
FROM ticket WHERE (status < 2 OR opened_at >= $2 OR solved_at >= $2)
  AND external_id NOT LIKE 'shadow-%'
  AND (source = 'slack:' || $1 OR source = 'email:' || $1
       OR ($1 = '' AND (source LIKE 'slack:%' OR source LIKE 'email:%')));

-- name: channel_first_replies [anew]
SELECT first_reply_at - opened_at FROM ticket
WHERE first_reply_at IS NOT NULL AND first_reply_at >= $2
  AND external_id NOT LIKE 'shadow-%'
  AND (source = 'slack:' || $1 OR source = 'email:' || $1
       OR ($1 = '' AND (source LIKE 'slack:%' OR source LIKE 'email:%')));

-- name: channel_cycles [anew]
SELECT solved_at - opened_at FROM ticket
WHERE solved_at IS NOT NULL AND solved_at >= $2
  AND external_id NOT LIKE 'shadow-%'
  AND (source = 'slack:' || $1 OR source = 'email:' || $1
       OR ($1 = '' AND (source LIKE 'slack:%' OR source LIKE 'email:%')));

-- name: channel_tickets [anew]
SELECT {t.ticket}, coalesce(min(l.url), '')
FROM ticket t LEFT JOIN bridge_link l ON l.ticket = t.id
WHERE (($3 = 0 AND t.status < 2) OR ($3 = 1 AND t.opened_at >= $2)
       OR ($3 = 2 AND t.status = 2 AND t.solved_at >= $2))
  AND t.external_id NOT LIKE 'shadow-%'
  AND (t.source = 'slack:' || $1 OR t.source = 'email:' || $1
       OR ($1 = '' AND (t.source LIKE 'slack:%' OR t.source LIKE 'email:%')))
GROUP BY t.id ORDER BY t.id LIMIT $4;

-- name: unsolved_shadows
SELECT {ticket} FROM ticket WHERE status < 2 AND external_id LIKE 'shadow-%' ORDER BY id LIMIT $1;

-- name: prune_said_of_tickets [sqlite]
-- In the threads of the tickets that go next.
DELETE FROM bridge_said WHERE key IN (
  SELECT s.key FROM bridge_link l
  JOIN bridge_said s ON s.channel = l.channel AND s.thread = l.thread
  WHERE l.ticket {in_ids_sqlite} LIMIT $2);

-- name: prune_said_of_tickets [postgres]
DELETE FROM bridge_said WHERE key IN (
  SELECT s.key FROM bridge_link l
  JOIN bridge_said s ON s.channel = l.channel AND s.thread = l.thread
  WHERE l.ticket {in_ids_postgres} LIMIT $2);

-- name: prune_said
-- What was said in threads that nobody bridged. As NOT EXISTS it would read all links.
DELETE FROM bridge_said WHERE key IN (
  SELECT front.key FROM (SELECT key, channel, thread FROM bridge_said
                         WHERE at < $1 AND is_bridged = 0 ORDER BY at LIMIT $2) AS front
  WHERE (SELECT l.thread FROM bridge_link l
         WHERE l.channel = front.channel AND l.thread = front.thread) IS NULL);

-- name: mark_bridged_said
-- The rest of the front goes with its ticket, and is not looked at again.
UPDATE bridge_said SET is_bridged = 1 WHERE key IN (
  SELECT front.key FROM (SELECT key, channel, thread FROM bridge_said
                         WHERE at < $1 AND is_bridged = 0 ORDER BY at LIMIT $2) AS front
  WHERE (SELECT l.thread FROM bridge_link l
         WHERE l.channel = front.channel AND l.thread = front.thread) IS NOT NULL);

-- name: prune_bridge_links [sqlite]
DELETE FROM bridge_link WHERE ticket {in_ids_sqlite};

-- name: prune_bridge_links [postgres]
DELETE FROM bridge_link WHERE ticket {in_ids_postgres};

-- name: prune_known [sqlite]
-- Answers of directories. How far a channel was read ("read:C1") is no answer, and stays.
DELETE FROM bridge_known WHERE id IN (
  SELECT id FROM bridge_known WHERE at < $1 AND substr(id, 1, 5) <> 'read:'
  ORDER BY at LIMIT $2);

-- name: prune_known [postgres]
-- What another is just changing is no longer old.
DELETE FROM bridge_known WHERE id IN (
  SELECT id FROM bridge_known WHERE at < $1 AND substr(id, 1, 5) <> 'read:'
  ORDER BY at LIMIT $2
  FOR UPDATE SKIP LOCKED);
