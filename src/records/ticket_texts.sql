-- uses: records/tickets.sql

-- name: opened_after
SELECT id FROM ticket WHERE opened_at > $1 ORDER BY opened_at DESC, id DESC LIMIT $2;

-- name: older_tickets
SELECT {ticket} FROM ticket WHERE (opened_at, id) < ($1, $2) AND opened_at >= $3
ORDER BY opened_at DESC, id DESC LIMIT $4;
