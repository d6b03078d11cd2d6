-- uses: jobs/storm/storm.sql

-- name: storm_has_open
SELECT 1 FROM storm_group WHERE state = 2 LIMIT 1;

-- columns: open_storm
g.id, g.parent, g.words, g.since,
coalesce((SELECT max(s.joined_at) FROM storm_ticket s WHERE s.grouped = g.id), g.opened_at)
  AS joined_at

-- name: storm_open_incidents
SELECT {open_storm}
FROM storm_group g WHERE g.state = 2 ORDER BY g.opened_at, g.id LIMIT 100;

-- name: match_storm_ticket
-- One that is new.
INSERT INTO storm_ticket ({member}) VALUES ($1, $2, 1, 1, $3, {last_answer}, $4, 0)
ON CONFLICT (ticket) DO NOTHING;

-- name: add_storm_maybe
INSERT INTO storm_maybe (ticket, grouped, share, words) VALUES ($1, $2, $3, $4)
ON CONFLICT (ticket) DO NOTHING;

-- name: storm_maybe_of
SELECT m.ticket, {number_at_desk}, m.words
FROM storm_maybe m JOIN ticket t ON t.id = m.ticket
WHERE m.grouped = $1 AND t.status < 2 AND t.problem_id = 0
  AND NOT EXISTS (SELECT 1 FROM storm_ticket s WHERE s.ticket = m.ticket AND s.state <> 0)
ORDER BY m.share DESC, m.ticket LIMIT $2;

-- name: drop_storm_maybe
DELETE FROM storm_maybe WHERE grouped = $1;

-- name: prune_storm_maybe [sqlite]
DELETE FROM storm_maybe WHERE ticket {in_ids_sqlite};

-- name: prune_storm_maybe [postgres]
DELETE FROM storm_maybe WHERE ticket {in_ids_postgres};
