-- name: stuck_deliveries
-- Open ones alone, which have an index of their own.
SELECT target, state, COUNT(*), MIN(id) FROM delivery WHERE state <= 2 AND state >= 1
GROUP BY target, state ORDER BY target, state;

-- name: late_deliveries
-- Notices wait for their turn by design.
SELECT target, COUNT(*), MIN(created_at) FROM delivery
WHERE state <= 2 AND state = 0 AND created_at < $1 AND lane NOT LIKE 'notice%'
GROUP BY target ORDER BY target;
