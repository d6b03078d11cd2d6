-- uses: records/ids.sql

-- name: waiting_threads
-- Live threads are few, whatever the tickets are: it begins with them. Who is part of an incident
-- waits for no reply of their own.
SELECT t.id, t.opened_at, l.channel, coalesce(r.reminded_at, 0), coalesce(r.escalated_at, 0)
FROM bridge_link l CROSS JOIN ticket t LEFT JOIN bridge_reminder r ON r.ticket = t.id
WHERE l.stage <> 2 AND l.ticket > $1 AND t.id = l.ticket AND t.status < 2
  AND t.first_reply_at IS NULL AND t.first_solved_at IS NULL AND r.escalated_at IS NULL
  AND t.problem_id = 0 AND t.type <> 3
ORDER BY l.ticket LIMIT $2;

-- name: reminder_of
SELECT reminded_at, coalesce(escalated_at, 0) FROM bridge_reminder WHERE ticket = $1;

-- name: set_reminder
INSERT INTO bridge_reminder (ticket, reminded_at, escalated_at) VALUES ($1, $2, $3)
ON CONFLICT (ticket) DO UPDATE SET escalated_at = excluded.escalated_at;

-- name: forget_reminder
DELETE FROM bridge_reminder WHERE ticket = $1;

-- name: reminders_since
SELECT since FROM bridge_reminder_since WHERE channel = $1;

-- name: set_reminders_since
INSERT INTO bridge_reminder_since (channel, since) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: forget_reminders_since
DELETE FROM bridge_reminder_since WHERE channel = $1;

-- name: first_replies_since
SELECT id, source, opened_at, first_reply_at FROM ticket
WHERE first_reply_at IS NOT NULL AND first_reply_at >= $1 AND external_id NOT LIKE 'shadow-%'
  AND (source LIKE 'slack:%' OR source LIKE 'email:%');

-- name: prune_reminders [sqlite]
DELETE FROM bridge_reminder WHERE ticket {in_ids_sqlite};

-- name: prune_reminders [postgres]
DELETE FROM bridge_reminder WHERE ticket {in_ids_postgres};
