-- uses: records/tickets.sql

-- name: guard_thread [sqlite]
SELECT 1 WHERE $1 <> '';

-- name: guard_thread [postgres]
-- One replica at a time reads and plans for a thread, also before it has a row to lock.
SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS guard;

-- columns: bridge_link
channel, thread, ticket, stage, url, has_url, is_greeted, requester, comments_until, opened_at,
solved_at, halted_until

-- name: link_of_thread
SELECT {bridge_link}
FROM bridge_link WHERE channel = $1 AND thread = $2;

-- name: link_of_ticket
SELECT {bridge_link}
FROM bridge_link WHERE ticket = $1;

-- name: lock_ticket_of_thread [sqlite]
SELECT 1 WHERE $1 = $2 AND $1 <> $2;

-- name: lock_ticket_of_thread [postgres]
SELECT 1 FROM ticket
WHERE id = (SELECT ticket FROM bridge_link WHERE channel = $1 AND thread = $2) FOR NO KEY UPDATE;

-- name: lock_link [sqlite]
SELECT 1 WHERE $1 = $2 AND $1 <> $2;

-- name: lock_link [postgres]
SELECT 1 FROM bridge_link WHERE channel = $1 AND thread = $2 FOR NO KEY UPDATE;

-- name: lock_link_of_ticket [sqlite]
SELECT 1 WHERE $1 < 0;

-- name: lock_link_of_ticket [postgres]
SELECT 1 FROM bridge_link WHERE ticket = $1 FOR NO KEY UPDATE;

-- name: live_links
SELECT {bridge_link}
FROM bridge_link WHERE stage <> 2 OR solved_at >= $1 ORDER BY opened_at DESC LIMIT $2;

-- name: set_link
INSERT INTO bridge_link ({bridge_link})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (channel, thread) DO UPDATE SET ticket = excluded.ticket, stage = excluded.stage,
  url = excluded.url, has_url = excluded.has_url, is_greeted = excluded.is_greeted,
  requester = excluded.requester, comments_until = excluded.comments_until,
  solved_at = excluded.solved_at, halted_until = excluded.halted_until;

-- name: show_link
INSERT INTO link ({link}) VALUES ($1, 'slack', $2, $3, $4)
ON CONFLICT (chat, channel, thread) DO UPDATE SET ticket = excluded.ticket, url = excluded.url;
