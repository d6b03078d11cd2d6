-- uses: jobs/storm/storm.sql

-- columns: parent_at_desk
g.updates_until, g.solver, g.solver_at, g.solved_with, coalesce(
  (SELECT a.id FROM storm_answer a WHERE a.grouped = g.id AND a.said_key = g.solved_with), 0)
  AS answer

-- name: storm_parent_at_desk
SELECT {parent_at_desk}
FROM storm_group g WHERE g.id = $1;

-- columns: copied_answer
a.id, a.body, g.solver, g.solver_at, coalesce(h.state, -1) AS heard

-- name: storm_copied_answer
-- Who has left was solved by the desk all the same, where it was late: what it had heard counts.
SELECT {copied_answer}
FROM storm_ticket s JOIN storm_group g ON g.id = s.grouped
JOIN storm_answer a ON a.grouped = g.id AND a.said_key = g.solved_with
LEFT JOIN storm_heard h ON h.answer = a.id AND h.ticket = s.ticket
WHERE s.ticket = $1 AND g.solver <> '' AND (s.state <> 4 OR h.state IS NOT NULL);

-- name: set_storm_updates_until
UPDATE storm_group SET updates_until = $2 WHERE id = $1;

-- name: solve_storm_parent_at_desk
UPDATE storm_group SET solver = $2, solver_at = $3, solved_with = $4 WHERE id = $1;

-- name: watch_storm_members
-- The desk solves those that it has linked, as far as it is known.
UPDATE storm_ticket SET state = 7
WHERE grouped = $1 AND state = 2 AND linked <> 2 AND EXISTS (
  SELECT 1 FROM ticket t JOIN storm_group g ON g.id = $1 JOIN ticket p ON p.id = g.parent
  WHERE t.id = storm_ticket.ticket AND t.desk = p.desk AND t.external_id <> '');

-- columns: member_row
grouped, state, linked, type_before, replied_at

-- name: storm_member_of
SELECT {member_row} FROM storm_ticket WHERE ticket = $1;

-- name: set_storm_link
UPDATE storm_ticket SET linked = $2 WHERE ticket = $1 AND grouped = $3;

-- name: join_storm_member_at_desk
-- Its type of before is what our record has, unless the record knows of the link already.
INSERT INTO storm_ticket ({member}) VALUES ($1, $2, 1, 3, $3, {last_answer},
  (SELECT CASE WHEN t.type = 2 THEN 0 ELSE t.type END FROM ticket t WHERE t.id = $1), 1)
{becomes_member};

-- name: set_storm_replied
UPDATE storm_ticket SET replied_at = $3
WHERE ticket = $1 AND grouped = $2 AND (replied_at IS NULL OR replied_at < $3);
