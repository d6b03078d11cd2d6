-- part: new_message
queue, body, attributes, message_group, deduplication, sent_at, visible_at, source_queue

-- columns: queue_message
id, {new_message}, receives, first_received_at, receipt

-- name: queue_send
INSERT INTO queue_message ({new_message})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: queue_send [postgres rows]
INSERT INTO queue_message ({new_message})
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
  $7::bigint[], $8::text[]);

-- name: queue_claim
-- No row back: a message of that id was sent less than five minutes ago. Another's that is not
-- committed yet is waited for.
INSERT INTO queue_seen (queue, deduplication, message, at) VALUES ($1, $2, 0, $3)
ON CONFLICT (queue, deduplication) DO UPDATE SET message = 0, at = excluded.at
WHERE queue_seen.at <= $4
RETURNING 1;

-- name: queue_seen
SELECT message FROM queue_seen WHERE queue = $1 AND deduplication = $2;

-- name: queue_remember
UPDATE queue_seen SET message = $3 WHERE queue = $1 AND deduplication = $2;

-- name: queue_ready [sqlite]
SELECT {queue_message}
FROM queue_message WHERE queue = $1 AND visible_at <= $2 ORDER BY visible_at, id LIMIT $3;

-- name: queue_ready [postgres]
SELECT {queue_message}
FROM queue_message WHERE queue = $1 AND visible_at <= $2 ORDER BY visible_at, id LIMIT $3
FOR UPDATE SKIP LOCKED;

-- name: queue_visible
SELECT 1 FROM queue_message WHERE queue = $1 AND visible_at <= $2 LIMIT 1;

-- name: queue_ready_fifo
-- The first message of each group, where none of the group is in flight: neither one before it,
-- nor one behind it whose sender committed first.
SELECT {queue_message}
FROM queue_message m
WHERE queue = $1 AND visible_at <= $2
  AND NOT EXISTS (SELECT 1 FROM queue_message b WHERE b.queue = m.queue
                    AND b.message_group = m.message_group
                    AND b.message_group <> '' AND b.id < m.id)
  AND NOT EXISTS (SELECT 1 FROM queue_message f WHERE f.queue = m.queue
                    AND f.message_group = m.message_group
                    AND f.message_group <> '' AND f.receipt <> '' AND f.visible_at > $2)
ORDER BY id LIMIT $3;

-- name: queue_ready_group
SELECT {queue_message}
FROM queue_message WHERE queue = $1 AND message_group = $2 AND id > $3 ORDER BY id LIMIT $4;

-- name: queue_receipt [sqlite]
SELECT receipt, visible_at FROM queue_message WHERE id = $1 AND queue = $2;

-- name: queue_receipt [postgres]
-- Nobody receives it again before what is decided on this.
SELECT receipt, visible_at FROM queue_message WHERE id = $1 AND queue = $2 FOR UPDATE;

-- name: queue_forget
DELETE FROM queue_seen WHERE queue = $1;

-- name: queue_take
UPDATE queue_message SET visible_at = $2, receives = receives + 1, receipt = $3,
  first_received_at = coalesce(first_received_at, $4)
WHERE id = $1;

-- name: queue_bury
-- Its receives go on being counted there, as at Amazon.
UPDATE queue_message SET queue = $2, source_queue = queue, visible_at = $3, receipt = ''
WHERE id = $1;

-- name: queue_delete
DELETE FROM queue_message WHERE id = $1 AND queue = $2 AND receipt = $3;

-- name: queue_hide
UPDATE queue_message SET visible_at = $4
WHERE id = $1 AND queue = $2 AND receipt = $3 AND receipt <> '';

-- part: in_order_of_queue
-- Not "queue = $1 ORDER BY id": a plan that PostgreSQL keeps for all values expects the messages of
-- an average queue, anywhere among the others. It would go along the primary key, past those of all
-- queues, before it finds that this one is empty. SQLite is told "queue = $1" where a place within
-- the queue is asked for: it finds none otherwise.
queue >= $1 AND queue <= $1

-- name: queue_last
SELECT id FROM queue_message WHERE {in_order_of_queue} ORDER BY queue DESC, id DESC LIMIT 1;

-- name: queue_purge [sqlite]
DELETE FROM queue_message WHERE id IN (
  SELECT id FROM queue_message WHERE queue = $1 AND id <= $2 ORDER BY id LIMIT $3);

-- name: queue_purge [postgres]
-- One that is just moved to another queue is no longer in this one.
DELETE FROM queue_message WHERE id IN (
  SELECT id FROM queue_message WHERE queue >= $1 AND (queue, id) <= ($1, $2)
  ORDER BY queue, id LIMIT $3 FOR UPDATE);

-- name: queue_redrive [sqlite]
UPDATE queue_message SET queue = source_queue, source_queue = '', visible_at = $2, receives = 0,
  first_received_at = NULL, receipt = ''
WHERE id IN (SELECT id FROM queue_message WHERE queue = $1 AND id <= $3 AND source_queue <> ''
             ORDER BY id LIMIT $4);

-- name: queue_redrive [postgres]
UPDATE queue_message SET queue = source_queue, source_queue = '', visible_at = $2, receives = 0,
  first_received_at = NULL, receipt = ''
WHERE id IN (SELECT id FROM queue_message
             WHERE queue >= $1 AND (queue, id) <= ($1, $3) AND source_queue <> ''
             ORDER BY queue, id LIMIT $4 FOR UPDATE);

-- name: queue_expire
-- Numbers rise with time: as many as may go are looked at, from the front. A dead letter counts
-- from when it was buried; what somebody works on now is not unread.
DELETE FROM queue_message WHERE id IN (
  SELECT id FROM (SELECT id, sent_at, visible_at, source_queue FROM queue_message
                  WHERE {in_order_of_queue} ORDER BY queue, id LIMIT $4) AS front
  WHERE sent_at < $2 AND visible_at <= CASE WHEN source_queue <> '' THEN $2 ELSE $3 END)
  AND queue = $1 AND visible_at <= CASE WHEN source_queue <> '' THEN $2 ELSE $3 END;

-- name: queue_lock [sqlite]
SELECT 1 WHERE $1 = '';

-- name: queue_lock [postgres]
-- Receivers of one FIFO queue take turns, or two of them would take a group apart.
SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext('queue:' || CAST($1 AS text)))) AS locked;

-- name: queue_depth
SELECT count(*) FROM queue_message WHERE queue = $1 AND visible_at <= $2;

-- name: queue_hidden
SELECT coalesce(sum(CASE WHEN receipt <> '' THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN receipt = '' THEN 1 ELSE 0 END), 0)
FROM queue_message WHERE queue = $1 AND visible_at > $2;

-- name: queue_oldest
SELECT sent_at FROM queue_message WHERE {in_order_of_queue} ORDER BY queue, id LIMIT 1;

-- name: queue_peek [sqlite]
SELECT {queue_message}
FROM queue_message WHERE queue = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: queue_peek [postgres]
SELECT {queue_message}
FROM queue_message WHERE (queue, id) > ($1, $2) AND queue <= $1 ORDER BY queue, id LIMIT $3;

-- name: prune_seen [sqlite]
DELETE FROM queue_seen WHERE (queue, deduplication) IN (
  SELECT queue, deduplication FROM queue_seen WHERE at < $1 ORDER BY at LIMIT 100);

-- name: prune_seen [postgres]
-- What another just sweeps, or takes for itself, is left to it.
DELETE FROM queue_seen WHERE (queue, deduplication) IN (
  SELECT queue, deduplication FROM queue_seen WHERE at < $1 ORDER BY at LIMIT 100
  FOR UPDATE SKIP LOCKED);
