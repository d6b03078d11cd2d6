-- name: add_greeting
INSERT INTO greeting (person, at) VALUES ($1, $2);

-- name: find_greeting
SELECT 1 FROM greeting WHERE person = $1;

-- name: prune_greetings
DELETE FROM greeting WHERE person IN
  (SELECT person FROM greeting WHERE at < $1 ORDER BY at LIMIT $2);
