-- uses: records/deliveries.sql

-- columns: grouped_delivery
id, ticket, target, operation, reason, attempts, created_at

-- name: open_of_state
SELECT {grouped_delivery} FROM delivery
WHERE state <= 2 AND state >= $1 AND state <= $1 ORDER BY state DESC, id DESC LIMIT $2;

-- name: count_by_state
SELECT state, count(*) FROM delivery WHERE state <= 2 GROUP BY state;

-- name: count_over_since
SELECT state, count(*) FROM delivery WHERE state > 2 AND done_at >= $1 GROUP BY state;

-- name: count_pending_targets
SELECT target, count(*) FROM (
  SELECT target FROM delivery WHERE {pending_in_order} ORDER BY state, id LIMIT $1) AS oldest
GROUP BY target;
