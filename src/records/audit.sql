-- part: new_entry
at, who, what, subject

-- columns: audit
id, {new_entry}

-- name: add_audit
INSERT INTO audit ({new_entry}) VALUES ($1, $2, $3, $4);

-- name: prune_audit
-- Numbers rise with time: as many as may go are looked at, from the front.
DELETE FROM audit WHERE id IN (
  SELECT id FROM (SELECT id, at FROM audit ORDER BY id LIMIT $2) AS front WHERE at < $1);

-- name: list_audit
SELECT {audit} FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2;
