-- name: opened_after
SELECT id FROM ticket WHERE opened_at > $1 ORDER BY opened_at DESC, id DESC LIMIT $2;

-- name: older_tickets
SELECT id, title, description, priority, status, requester_name, requester_email, requester_id,
  assignee, tags, source, desk, external_id, external_url, queue, opened_at, first_reply_at,
  solved_at, updated_at, type, problem_id
FROM ticket WHERE (opened_at, id) < ($1, $2) AND opened_at >= $3
ORDER BY opened_at DESC, id DESC LIMIT $4;
