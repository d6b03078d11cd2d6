-- Short texts that connectors keep stand beside the leases, which have the columns for them: a
-- name of their own ("kept:zendesk.sign_in"), the text, and its version.
-- name: kept
SELECT holder, held_until FROM lease WHERE name = $1;

-- name: keep
INSERT INTO lease (name, holder, held_until) VALUES ($1, $2, $4)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE lease.held_until = $3
RETURNING held_until;
