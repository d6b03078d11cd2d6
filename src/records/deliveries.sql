-- part: new_delivery
event, ticket, lane, target, operation, payload, holds_lane, state, attempts, reason, created_at,
next_attempt_at, done_at, answer_kind, reference

-- columns: delivery
id, in_doubt, {new_delivery}

-- part: open_in_order_of_lane
-- Not "lane = $1": see queues.sql.
lane >= $1 AND lane <= $1 AND state <= 2

-- part: pending_in_order
-- Nor "state = 0".
state >= 0 AND state <= 0 AND state <= 2

-- name: open_in_lane
SELECT {delivery} FROM delivery WHERE {open_in_order_of_lane} ORDER BY lane, id LIMIT $2;

-- name: add_delivery
INSERT INTO delivery ({new_delivery})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: add_delivery [postgres rows]
INSERT INTO delivery ({new_delivery})
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[],
  $13::bigint[], $14::text[], $15::text[]);

-- name: note_new_delivery [sqlite]
-- Of the row that the statement before it has added.
INSERT INTO note (topic, subject) VALUES ('delivery', last_insert_rowid());

-- name: note_new_delivery [postgres]
-- Of the row that the statement before it has added.
INSERT INTO note (topic, subject)
VALUES ('delivery', currval(pg_get_serial_sequence('delivery', 'id')));

-- name: lock_lane [sqlite]
SELECT 1 WHERE $1 = '';

-- name: lock_lane [postgres]
SELECT 1 FROM lane WHERE name = $1 FOR NO KEY UPDATE;

-- name: lock_lane_of_delivery [sqlite]
SELECT 1 WHERE $1 < 0;

-- name: lock_lane_of_delivery [postgres]
SELECT 1 FROM lane WHERE name = (SELECT lane FROM delivery WHERE id = $1) FOR NO KEY UPDATE;

-- name: lock_delivery [sqlite]
SELECT 1 WHERE $1 < 0;

-- name: lock_delivery [postgres]
SELECT 1 FROM delivery WHERE id = $1 FOR NO KEY UPDATE;

-- name: retry_delivery
-- A doubt is settled first. An unsure one of which its target can't tell anything has none left:
-- whoever has it sent again has decided.
UPDATE delivery SET state = 0, next_attempt_at = $2 WHERE id = $1 AND state <= 2 RETURNING lane;

-- name: discard_delivery
UPDATE delivery SET state = 4, reason = $2, done_at = $3, next_attempt_at = NULL
WHERE id = $1 AND state <= 2 RETURNING lane;

-- name: delivery_by_id
SELECT {delivery} FROM delivery WHERE id = $1;

-- name: list_deliveries [anew]
SELECT {delivery} FROM delivery
WHERE id < $1 AND ($3 = '' OR lane = $3)
  AND (CAST($2 AS bigint) / (1 << CAST(state AS integer))) % 2 = 1
ORDER BY id DESC LIMIT $4;

-- name: list_open_deliveries [sqlite]
SELECT {delivery} FROM delivery
WHERE state <= 2 AND state = $2 AND id < $1 AND ($3 = '' OR lane = $3)
ORDER BY id DESC LIMIT $4;

-- name: list_open_deliveries [postgres anew]
SELECT {delivery} FROM delivery
WHERE state <= 2 AND (state, id) < ($2, $1) AND state >= $2 AND ($3 = '' OR lane = $3)
ORDER BY state DESC, id DESC LIMIT $4;

-- name: deliveries_of_ticket
SELECT {delivery} FROM delivery
WHERE ticket = $2 AND ticket > 0 AND id < $1 ORDER BY id DESC LIMIT $3;

-- name: deliveries_of_event
SELECT {delivery} FROM delivery WHERE event = $2 AND id < $1 ORDER BY id DESC LIMIT $3;

-- name: count_open_deliveries
SELECT state, count(*) FROM delivery WHERE state <= 2 GROUP BY state;

-- name: oldest_pending
SELECT created_at FROM delivery WHERE {pending_in_order} ORDER BY state, id LIMIT 1;

-- name: longest_lane
SELECT count(*) FROM delivery WHERE state <= 2 GROUP BY lane ORDER BY 1 DESC LIMIT 1;

-- name: count_lanes
SELECT count(*) FROM lane;

-- name: prune_deliveries
-- Nobody changes one that has ended.
DELETE FROM delivery WHERE id IN (
  SELECT id FROM delivery WHERE state > 2 AND done_at < $1 ORDER BY done_at LIMIT $2);
