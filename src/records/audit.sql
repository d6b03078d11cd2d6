-- name: add_audit
INSERT INTO audit (at, who, what, subject) VALUES ($1, $2, $3, $4);

-- name: prune_audit
-- Numbers rise with time: as many as may go are looked at, from the front.
DELETE FROM audit WHERE id IN (
  SELECT id FROM (SELECT id, at FROM audit ORDER BY id LIMIT $2) AS front WHERE at < $1);

-- columns: audit
id, at, who, what, subject

-- name: list_audit
SELECT {audit} FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2;
