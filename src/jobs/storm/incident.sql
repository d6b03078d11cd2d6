-- uses: jobs/storm/storm.sql

-- part: can_be_joined
-- Not solved, part of no other problem, and of no bridge in shadow mode.
EXISTS (SELECT 1 FROM ticket t WHERE t.id = storm_ticket.ticket AND t.status < 2
  AND t.type <> 3 AND t.problem_id = 0 AND t.external_id NOT LIKE 'shadow-%')

-- part: has_left
-- One that nobody was told of yet leaves unseen, unless it was opened as part of the incident.
left_at = $2, state = CASE WHEN state = 1 AND NOT EXISTS (
  SELECT 1 FROM ticket t WHERE t.id = storm_ticket.ticket AND t.problem_id <> 0) THEN 4 ELSE 3 END

-- name: storm_outside
SELECT coalesce(sum(CASE WHEN t.desk = 'embedded' THEN 0 ELSE 1 END), 0), count(*)
FROM {storm_tickets}
WHERE s.grouped = $1 AND t.external_id NOT LIKE 'shadow-%';

-- name: open_storm_incident
UPDATE storm_group SET state = 2, parent = $2, opened_at = $3, opened_by = $4, updated_at = $3
WHERE id = $1;

-- name: end_storm_incident
UPDATE storm_group SET state = $2, ended_at = $3, ended_by = $4, updated_at = $3, solver = '',
  solver_at = NULL, solved_with = ''
WHERE id = $1;

-- name: reopen_storm_incident
UPDATE storm_group SET state = 2, ended_at = NULL, ended_by = '', updated_at = $2 WHERE id = $1;

-- name: storm_group_of_parent
SELECT id FROM storm_group WHERE parent > 0 AND parent = $1;

-- name: storm_group_of_message
SELECT id FROM storm_group WHERE message <> '' AND message = $2 AND channel = $1;

-- name: storm_group_of_number
SELECT g.id FROM storm_group g JOIN ticket p ON p.id = g.parent
WHERE g.state = 2 AND g.parent > 0
  AND (p.external_id = $1 OR p.desk = 'embedded' AND CAST(p.id AS text) = $1)
ORDER BY CASE WHEN p.desk = $2 THEN 0 ELSE 1 END, g.id LIMIT 1;

-- name: join_storm_group
UPDATE storm_ticket SET state = 1, joined_at = $2,
  type_before = (SELECT t.type FROM ticket t WHERE t.id = storm_ticket.ticket)
WHERE grouped = $1 AND state = 0 AND {can_be_joined};

-- name: join_storm_ticket
-- One that came later, and has not too few of the incident's words. It hears the last answer, and
-- those behind it.
UPDATE storm_ticket SET state = 1, how = 1, joined_at = $2,
  answers_from = (SELECT coalesce(max(a.id), 0) FROM storm_answer a
                  WHERE a.grouped = storm_ticket.grouped),
  type_before = (SELECT t.type FROM ticket t WHERE t.id = storm_ticket.ticket)
WHERE ticket = $1 AND grouped = $3 AND state = 0
  AND NOT EXISTS (SELECT 1 FROM storm_maybe m WHERE m.ticket = storm_ticket.ticket)
  AND {can_be_joined};

-- name: add_storm_member
INSERT INTO storm_ticket ({member}) VALUES ($1, $2, 1, 2, $3, {last_answer},
  (SELECT t.type FROM ticket t WHERE t.id = $1), 0)
{becomes_member};

-- name: set_storm_member
UPDATE storm_ticket SET state = CAST($2 AS bigint),
  left_at = CASE WHEN CAST($2 AS bigint) IN (3, 4, 6) THEN coalesce(left_at, $3) ELSE left_at END
WHERE ticket = $1;

-- name: remove_storm_member
UPDATE storm_ticket SET {has_left}
WHERE ticket = $1 AND state IN (1, 2, 5, 7, 8);

-- name: remove_storm_members
UPDATE storm_ticket SET {has_left}
WHERE grouped = $1 AND state IN (1, 2, 7, 8);

-- name: storm_members_in
-- Without those that their desk has not opened yet. One that was withdrawn before never gets there.
SELECT s.ticket, s.type_before, s.linked FROM {storm_tickets}
WHERE s.grouped = $1 AND s.state = $2
  AND (t.desk = 'embedded' OR t.external_id <> '' OR t.status = 2)
ORDER BY s.ticket LIMIT $3;

-- name: storm_unheard
-- The answer that the parent was solved with is copied to those that the desk solves.
SELECT a.id, s.ticket, s.state, s.type_before
FROM storm_answer a JOIN storm_ticket s ON s.grouped = a.grouped
JOIN storm_group g ON g.id = a.grouped
WHERE a.grouped = $1 AND a.id >= s.answers_from
  AND (s.state IN (2, 5) OR s.state IN (7, 8) AND a.said_key <> g.solved_with)
  AND NOT EXISTS (SELECT 1 FROM storm_heard h WHERE h.answer = a.id AND h.ticket = s.ticket)
ORDER BY a.id, s.ticket LIMIT $2;

-- part: answer
said_key, author, author_email, body, at, digest, files

-- columns: storm_answer
id, {answer}

-- name: add_storm_answer
INSERT INTO storm_answer (grouped, {answer})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (said_key) DO NOTHING;

-- name: note_first_storm_answer
UPDATE storm_group SET first_answer_at = coalesce(first_answer_at, $2), updated_at = $2
WHERE id = $1;

-- name: storm_answer_by_id
SELECT {storm_answer} FROM storm_answer WHERE id = $1;

-- name: storm_answers_of
SELECT {storm_answer} FROM storm_answer
WHERE grouped = $1 ORDER BY id LIMIT $2;

-- name: last_storm_answer_at
SELECT max(at) FROM storm_answer WHERE grouped = $1;

-- name: set_storm_heard
-- One that has a copy, too, stays so, unless its own was refused.
INSERT INTO storm_heard (answer, ticket, state) VALUES ($1, $2, $3)
ON CONFLICT (answer, ticket) DO UPDATE SET state =
  CASE WHEN storm_heard.state = 3 AND excluded.state < 2 THEN 3 ELSE excluded.state END;

-- columns: joined_ticket
s.ticket, {number_at_desk} AS number, s.state, s.how, s.joined_at, s.left_at, t.title,
t.requester_name, t.requester_email, t.source, t.priority, t.status

-- name: storm_members_of
-- $3: those that never joined too.
SELECT {joined_ticket}
FROM {storm_tickets}
WHERE s.grouped = $1 AND (s.joined_at IS NOT NULL OR $3 = 1) ORDER BY s.ticket LIMIT $2;

-- name: storm_group_of_answer
SELECT grouped FROM storm_answer WHERE id = $1;

-- name: storm_heard_of
SELECT h.ticket, h.answer, h.state FROM storm_answer a JOIN storm_heard h ON h.answer = a.id
WHERE a.grouped = $1 ORDER BY h.ticket, h.answer;

-- name: storm_replied
-- Those whose requester has written publicly since then. The answer itself may have the same name.
SELECT s.ticket FROM {storm_tickets}
WHERE s.grouped = $1 AND s.state IN (1, 2, 5, 7, 8) AND (s.replied_at > $2 OR EXISTS (
  SELECT 1 FROM comment c
  WHERE c.ticket = s.ticket AND c.is_public = 1 AND c.at > $2 AND c.source <> 'incident'
    AND (c.author_email <> '' AND lower(c.author_email) = lower(t.requester_email)
         OR (c.author_email = '' OR t.requester_email = '') AND c.author_name = t.requester_name)))
ORDER BY s.ticket;

-- name: drop_storm_heard
DELETE FROM storm_heard WHERE answer IN (SELECT id FROM storm_answer WHERE grouped = $1);

-- name: drop_storm_answers
DELETE FROM storm_answer WHERE grouped = $1;

-- name: prune_storm_heard [sqlite]
DELETE FROM storm_heard WHERE ticket {in_ids_sqlite};

-- name: prune_storm_heard [postgres]
DELETE FROM storm_heard WHERE ticket {in_ids_postgres};
