-- uses: records/deliveries.sql

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

-- name: claim_lane
UPDATE lane SET holder = $2, held_until = $3, generation = generation + 1
WHERE name = $1 RETURNING generation;

-- name: free_lanes
UPDATE lane SET holder = '', held_until = 0, generation = generation + 1 WHERE held_until > 0;

-- name: check_lane [sqlite]
-- Fails to find a row when another has taken the lane over: the fence.
SELECT 1 FROM lane WHERE name = $1 AND generation = $2;

-- name: check_lane [postgres]
SELECT 1 FROM lane WHERE name = $1 AND generation = $2 FOR NO KEY UPDATE;

-- name: hold_lane
-- The same, for longer.
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
SELECT {delivery} FROM delivery
WHERE {open_in_order_of_lane} AND (state = 0 OR holds_lane = 1) ORDER BY lane, id LIMIT $2;

-- name: begin_try
UPDATE delivery SET in_doubt = 1, attempts = attempts + 1 WHERE id = $1;

-- name: undo_try
UPDATE delivery SET in_doubt = $2, attempts = attempts - 1
WHERE id = $1 AND state = 0 AND attempts = $3;

-- name: finish_delivery
UPDATE delivery SET state = $2, in_doubt = $3, reason = $4, next_attempt_at = $5, done_at = $6
WHERE id = $1 AND state = 0;

-- name: next_lane_due [sqlite]
SELECT due_at FROM lane WHERE due_at IS NOT NULL AND (held_until < $1 OR holder = $2)
  AND name NOT IN (SELECT value FROM json_each($3))
ORDER BY due_at LIMIT 1;

-- name: next_lane_due [postgres]
SELECT due_at FROM lane WHERE due_at IS NOT NULL AND (held_until < $1 OR holder = $2)
  AND name <> ALL (ARRAY(SELECT jsonb_array_elements_text(CAST($3 AS jsonb))))
ORDER BY due_at LIMIT 1;
