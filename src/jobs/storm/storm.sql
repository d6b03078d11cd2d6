-- uses: records/ids.sql

-- part: storm_tickets
-- A group's tickets, and what we know of each.
storm_ticket s JOIN ticket t ON t.id = s.ticket

-- part: number_at_desk
CASE WHEN t.external_id = '' THEN CAST(t.id AS text) ELSE t.external_id END

-- part: last_answer
-- One that joins hears the last answer of the group $2, and those behind it.
(SELECT coalesce(max(a.id), 0) FROM storm_answer a WHERE a.grouped = $2)

-- part: member
ticket, grouped, state, how, joined_at, answers_from, type_before, linked

-- part: becomes_member
ON CONFLICT (ticket) DO UPDATE SET grouped = excluded.grouped, state = excluded.state,
  how = excluded.how, joined_at = excluded.joined_at, left_at = NULL,
  answers_from = excluded.answers_from, type_before = excluded.type_before,
  linked = excluded.linked

-- name: add_storm_group
INSERT INTO storm_group (state, words, largest, since, seen_at, updated_at, dismissed_tickets,
  announced)
VALUES (0, $1, $2, $3, $4, $4, 0, $2);

-- name: grow_storm_group
UPDATE storm_group SET words = CASE WHEN $3 >= largest THEN $2 ELSE words END,
  largest = CASE WHEN $3 >= largest THEN $3 ELSE largest END,
  since = CASE WHEN $4 < since THEN $4 ELSE since END, updated_at = $5
WHERE id = $1;

-- name: show_storm_group_again
UPDATE storm_group SET state = 0, seen_at = $2, updated_at = $2, message = '' WHERE id = $1;

-- name: dismiss_storm_group
UPDATE storm_group SET state = 1, updated_at = $2,
  dismissed_tickets = (SELECT count(*) FROM storm_ticket WHERE grouped = $1)
WHERE id = $1;

-- name: announce_storm_group
UPDATE storm_group SET channel = $2, message = $3 WHERE id = $1;

-- name: count_announced_storm
UPDATE storm_group SET announced = $2 WHERE id = $1;

-- name: add_storm_ticket
INSERT INTO storm_ticket (ticket, grouped) VALUES ($1, $2) ON CONFLICT (ticket) DO NOTHING;

-- name: storm_groups_of [sqlite]
SELECT ticket, grouped FROM storm_ticket WHERE ticket {in_ids_sqlite};

-- name: storm_groups_of [postgres]
SELECT ticket, grouped FROM storm_ticket WHERE ticket {in_ids_postgres};

-- columns: storm_group
-- $2: 1 counts its tickets, too.
g.id, g.state, g.words, g.largest, g.since, g.seen_at, g.updated_at, g.dismissed_tickets,
g.channel, g.message, g.announced,
CASE WHEN $2 = 1 THEN (SELECT count(*) FROM storm_ticket s WHERE s.grouped = g.id) ELSE 0 END
  AS tickets,
CASE WHEN $2 = 1 THEN
  (SELECT count(DISTINCT coalesce(nullif(t.requester_id, ''), nullif(t.requester_email, ''),
                                  nullif(t.requester_name, ''), CAST(t.id AS text)))
   FROM {storm_tickets} WHERE s.grouped = g.id) ELSE 0 END AS requesters,
g.parent, coalesce(p.title, '') AS title, coalesce(p.desk, '') AS desk,
coalesce(p.external_id, '') AS external_id, coalesce(p.external_url, '') AS external_url,
g.opened_at, g.opened_by, g.first_answer_at, g.ended_at, g.ended_by,
CASE WHEN $2 = 1 THEN
  (SELECT count(*) FROM storm_ticket s WHERE s.grouped = g.id AND s.state IN (1, 2, 5, 7, 8))
  ELSE 0 END AS joined,
(SELECT max(s.joined_at) FROM storm_ticket s WHERE s.grouped = g.id) AS joined_at

-- name: storm_group_by_id
SELECT {storm_group}
FROM storm_group g LEFT JOIN ticket p ON g.parent > 0 AND p.id = g.parent WHERE g.id = $1;

-- name: storm_group_ids
-- $1: the state, or -1 for all but dismissed ones.
SELECT id FROM storm_group WHERE (state = $1 OR ($1 = -1 AND state <> 1)) AND id < $2
ORDER BY id DESC LIMIT $3;

-- columns: solved_storm
g.parent, {number_at_desk} AS number, g.words, g.ended_at

-- name: storms_solved_before
-- $1 itself is none of them, once it is solved. The last first.
SELECT {solved_storm} FROM storm_group g JOIN ticket t ON t.id = g.parent
WHERE g.state = 3 AND g.id <> $1 AND g.ended_at <= $2 ORDER BY g.ended_at DESC LIMIT 50;

-- name: storm_tickets_of
SELECT t.id, {number_at_desk} FROM {storm_tickets}
WHERE s.grouped = $1 ORDER BY s.ticket LIMIT $2;

-- name: old_storm_groups
-- An incident stays as long as it is open.
SELECT id FROM storm_group WHERE updated_at < $1 AND state <> 2 ORDER BY updated_at LIMIT $2;

-- name: drop_storm_tickets
DELETE FROM storm_ticket WHERE grouped = $1;

-- name: drop_storm_group
DELETE FROM storm_group WHERE id = $1;

-- name: prune_storm_tickets [sqlite]
DELETE FROM storm_ticket WHERE ticket {in_ids_sqlite};

-- name: prune_storm_tickets [postgres]
DELETE FROM storm_ticket WHERE ticket {in_ids_postgres};
