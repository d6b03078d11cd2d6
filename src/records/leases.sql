-- name: prune_leases [sqlite]
-- As many as there are names in the program. What connectors keep stands beside them, and stays.
DELETE FROM lease WHERE name IN (
  SELECT name FROM lease WHERE held_until < $1 AND substr(name, 1, 5) <> 'kept:' LIMIT $2);

-- name: prune_leases [postgres]
-- What another is just changing is no longer old.
DELETE FROM lease WHERE name IN (
  SELECT name FROM lease WHERE held_until < $1 AND substr(name, 1, 5) <> 'kept:' LIMIT $2
  FOR UPDATE SKIP LOCKED);

-- name: hold_lease
INSERT INTO lease (name, holder, held_until) VALUES ($1, $2, $4)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE lease.holder = excluded.holder OR lease.held_until < $3
RETURNING holder;

-- name: drop_lease
DELETE FROM lease WHERE name = $1 AND holder = $2;
