-- name: last_of_targets
SELECT target, max(done_at) FROM
  (SELECT target, state, done_at FROM delivery ORDER BY id DESC LIMIT $1) AS latest
WHERE state = 3 GROUP BY target;

-- name: last_of_sources
SELECT source, max(at) FROM
  (SELECT source, at FROM event ORDER BY id DESC LIMIT $1) AS latest
GROUP BY source;
