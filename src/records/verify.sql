-- name: tickets_without_end
SELECT id FROM ticket WHERE status = 2 AND solved_at IS NULL ORDER BY id LIMIT 100;

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
