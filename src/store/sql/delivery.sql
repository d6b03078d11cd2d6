-- name: add_delivery
INSERT INTO delivery (event, ticket, lane, target, operation, payload, holds_lane, state,
  attempts, reason, created_at, next_attempt_at, done_at, answer_kind, reference)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: touch_lane [sqlite]
-- A lane that is there keeps its time: its head may be waiting for it. A row's generations start
-- somewhere in 2^62: a lane that was emptied, forgotten and filled again is not the one that a
-- late holder remembers.
INSERT INTO lane (name, due_at, generation) VALUES ($1, $2, abs(random() % 4611686018427387904))
ON CONFLICT (name) DO UPDATE SET name = excluded.name;

-- name: touch_lane [postgres]
-- The row lock taken here makes a replica that is about to forget the empty lane wait, and look
-- again. A lane that is there keeps its time: its head may be waiting for it.
INSERT INTO lane (name, due_at, generation)
VALUES ($1, $2, CAST(floor(random() * 4611686018427387904) AS bigint))
ON CONFLICT (name) DO UPDATE SET name = excluded.name;

-- name: wake_lane [sqlite]
INSERT INTO lane (name, due_at, generation) VALUES ($1, $2, abs(random() % 4611686018427387904))
ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at;

-- name: wake_lane [postgres]
INSERT INTO lane (name, due_at, generation)
VALUES ($1, $2, CAST(floor(random() * 4611686018427387904) AS bigint))
ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at;

-- name: claimable_lanes [sqlite]
-- What a process works is in its memory; the rest that the table says it holds is nobody's.
SELECT name FROM lane WHERE due_at <= $1 AND (held_until < $1 OR holder = $3)
  AND name NOT IN (SELECT value FROM json_each($4))
ORDER BY due_at LIMIT $2;

-- name: claimable_lanes [postgres]
SELECT name FROM lane WHERE due_at <= $1 AND (held_until < $1 OR holder = $3)
  AND name <> ALL (ARRAY(SELECT jsonb_array_elements_text(CAST($4 AS jsonb))))
ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED;

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

-- name: claim_lane
UPDATE lane SET holder = $2, held_until = $3, generation = generation + 1
WHERE name = $1 RETURNING generation;

-- name: free_lanes
UPDATE lane SET holder = '', held_until = 0, generation = generation + 1 WHERE held_until > 0;

-- name: hold_lane
-- Fails to find a row when another has taken the lane over: the fence.
UPDATE lane SET held_until = CASE WHEN held_until < $3 THEN $3 ELSE held_until END
WHERE name = $1 AND generation = $2 RETURNING held_until;

-- name: renew_lanes [sqlite]
UPDATE lane SET held_until = $3 WHERE holder = $1 AND held_until >= $2
  AND name IN (SELECT value FROM json_each($4))
RETURNING name, generation;

-- name: renew_lanes [postgres]
UPDATE lane SET held_until = $3 WHERE holder = $1 AND held_until >= $2
  AND name = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST($4 AS jsonb))))
RETURNING name, generation;

-- name: release_lane
UPDATE lane SET holder = '', held_until = 0, due_at = $2 WHERE name = $1;

-- name: forget_lane
DELETE FROM lane WHERE name = $1;

-- name: lane_head
SELECT id, event, ticket, lane, target, operation, payload, holds_lane, state, in_doubt, attempts,
  reason, created_at, next_attempt_at, done_at, answer_kind, reference
FROM delivery WHERE lane = $1 AND state <= 2 AND (state = 0 OR holds_lane = 1)
ORDER BY id LIMIT $2;

-- name: begin_try
UPDATE delivery SET in_doubt = 1, attempts = attempts + 1 WHERE id = $1;

-- name: undo_try
UPDATE delivery SET in_doubt = $2, attempts = attempts - 1
WHERE id = $1 AND state = 0 AND attempts = $3;

-- name: finish_delivery
UPDATE delivery SET state = $2, in_doubt = $3, reason = $4, next_attempt_at = $5, done_at = $6
WHERE id = $1 AND state = 0;

-- name: retry_delivery
-- Whoever has an unsure one sent again has decided the doubt: asking the target once more would
-- only bring it back. One that waits keeps its doubt, to be settled first.
UPDATE delivery SET in_doubt = CASE WHEN state = 1 THEN 0 ELSE in_doubt END, state = 0,
  next_attempt_at = $2 WHERE id = $1 AND state <= 2 RETURNING lane;

-- name: discard_delivery
UPDATE delivery SET state = 4, reason = $2, done_at = $3, next_attempt_at = NULL
WHERE id = $1 AND state <= 2 RETURNING lane;

-- name: delivery_by_id
SELECT id, event, ticket, lane, target, operation, payload, holds_lane, state, in_doubt, attempts,
  reason, created_at, next_attempt_at, done_at, answer_kind, reference
FROM delivery WHERE id = $1;

-- name: list_deliveries
SELECT id, event, ticket, lane, target, operation, payload, holds_lane, state, in_doubt, attempts,
  reason, created_at, next_attempt_at, done_at, answer_kind, reference
FROM delivery
WHERE id < $1 AND ($3 = '' OR lane = $3)
  AND (CAST($2 AS bigint) / (1 << CAST(state AS integer))) % 2 = 1
ORDER BY id DESC LIMIT $4;

-- name: list_open_deliveries
SELECT id, event, ticket, lane, target, operation, payload, holds_lane, state, in_doubt, attempts,
  reason, created_at, next_attempt_at, done_at, answer_kind, reference
FROM delivery
WHERE state <= 2 AND state = $2 AND id < $1 AND ($3 = '' OR lane = $3)
ORDER BY id DESC LIMIT $4;

-- name: deliveries_of_ticket
SELECT id, event, ticket, lane, target, operation, payload, holds_lane, state, in_doubt, attempts,
  reason, created_at, next_attempt_at, done_at, answer_kind, reference
FROM delivery WHERE ticket = $2 AND ticket > 0 AND id < $1 ORDER BY id DESC LIMIT $3;

-- name: deliveries_of_event
SELECT id, event, ticket, lane, target, operation, payload, holds_lane, state, in_doubt, attempts,
  reason, created_at, next_attempt_at, done_at, answer_kind, reference
FROM delivery WHERE event = $2 AND id < $1 ORDER BY id DESC LIMIT $3;

-- name: count_open_deliveries
SELECT state, count(*) FROM delivery WHERE state <= 2 GROUP BY state;

-- name: oldest_pending
SELECT created_at FROM delivery WHERE state <= 2 AND state = 0 ORDER BY id LIMIT 1;

-- name: longest_lane
SELECT count(*) FROM delivery WHERE state <= 2 GROUP BY lane ORDER BY 1 DESC LIMIT 1;

-- name: count_lanes
SELECT count(*) FROM lane;

-- name: next_lane_due [sqlite]
SELECT due_at FROM lane WHERE due_at IS NOT NULL AND (held_until < $1 OR holder = $2)
  AND name NOT IN (SELECT value FROM json_each($3))
ORDER BY due_at LIMIT 1;

-- name: next_lane_due [postgres]
SELECT due_at FROM lane WHERE due_at IS NOT NULL AND (held_until < $1 OR holder = $2)
  AND name <> ALL (ARRAY(SELECT jsonb_array_elements_text(CAST($3 AS jsonb))))
ORDER BY due_at LIMIT 1;

-- name: prune_deliveries
-- Nobody changes one that has ended.
DELETE FROM delivery WHERE id IN (
  SELECT id FROM delivery WHERE state > 2 AND done_at < $1 ORDER BY done_at LIMIT $2);

-- name: prune_leases [sqlite]
-- As many as there are names in the program. What connectors keep stands beside them, and stays.
DELETE FROM lease WHERE name IN (
  SELECT name FROM lease WHERE held_until < $1 AND substr(name, 1, 5) <> 'kept:' LIMIT $2);

-- name: prune_leases [postgres]
-- What another is just changing is no longer old.
DELETE FROM lease WHERE name IN (
  SELECT name FROM lease WHERE held_until < $1 AND substr(name, 1, 5) <> 'kept:' LIMIT $2
  FOR UPDATE SKIP LOCKED);

-- name: lanes_resting_for_nobody
-- A lane without a due time waits for a person to decide about its head; so its head must be one
-- that a person decides about.
SELECT name FROM lane
WHERE due_at IS NULL AND coalesce((SELECT d.state FROM delivery d
    WHERE d.lane = lane.name AND d.state <= 2 AND (d.state = 0 OR d.holds_lane = 1)
    ORDER BY d.id LIMIT 1), 0) = 0;

-- name: deliveries_without_end
SELECT id FROM delivery WHERE state > 2 AND done_at IS NULL ORDER BY id LIMIT 100;

-- name: lanes_without_row
SELECT DISTINCT d.lane FROM delivery d WHERE d.state = 0 AND d.state <= 2
  AND NOT EXISTS (SELECT 1 FROM lane l WHERE l.name = d.lane);

-- name: hold_lease
INSERT INTO lease (name, holder, held_until) VALUES ($1, $2, $4)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE lease.holder = excluded.holder OR lease.held_until < $3
RETURNING holder;

-- name: drop_lease
DELETE FROM lease WHERE name = $1 AND holder = $2;
