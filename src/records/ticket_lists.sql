-- The lists of tickets, as their ids. Each begins at the index that leaves the fewest rows; what
-- else is asked for is looked at row by row.
-- $6: 0 unassigned, 1 assigned, 2 assigned to $7, -1 any.

-- uses: records/tickets.sql

-- part: is_asked_for
($2 < 0 OR status = $2) AND ($3 < 0 OR priority = $3) AND opened_at >= $4
AND ($6 < 0 OR $6 = 0 AND assignee = '' OR $6 = 1 AND assignee <> '' OR $6 = 2 AND assignee = $7)
AND ($8 = '' OR queue = $8) AND ($9 = '' OR source = $9 OR source LIKE $9 || ':%')
AND ($10 = '' OR replace(ticket.tags, $10, '') <> ticket.tags)

-- part: waits_as_asked
-- $11: 1 those without a first reply, 0 the others, -1 all.
($11 < 0 OR $11 = 1 AND {is_unanswered} OR $11 = 0 AND NOT ({is_unanswered}))

-- name: all_tickets [anew]
SELECT id FROM ticket
WHERE id < $1 AND {is_asked_for}
ORDER BY id DESC LIMIT $5;

-- name: unsolved_tickets [anew]
SELECT id FROM ticket
WHERE status < 2 AND id < $1 AND {is_asked_for} AND {waits_as_asked}
ORDER BY id DESC LIMIT $5;

-- name: waiting_tickets [anew]
-- In the order in which they were opened, behind ($1, $11).
SELECT id, opened_at, source FROM ticket
WHERE status < 2 AND {is_unanswered}
  AND (opened_at, id) > ($11, $1)
  AND {is_asked_for}
ORDER BY opened_at, id LIMIT $5;

-- name: waiting_among [sqlite]
SELECT id, opened_at, source FROM ticket
WHERE status < 2 AND {is_unanswered} AND id {in_ids_sqlite};

-- name: waiting_among [postgres]
SELECT id, opened_at, source FROM ticket
WHERE status < 2 AND {is_unanswered}
  AND id {in_ids_postgres};

-- name: tickets_of_assignee [sqlite]
SELECT id FROM ticket
WHERE assignee = $7 AND assignee <> '' AND id < $1 AND {is_asked_for}
ORDER BY id DESC LIMIT $5;

-- name: tickets_of_assignee [postgres anew]
-- Not "assignee = $7": see queues.sql.
SELECT id FROM ticket
WHERE (assignee, id) < ($7, $1) AND assignee >= $7 AND assignee <> '' AND {is_asked_for}
ORDER BY assignee DESC, id DESC LIMIT $5;

-- name: tickets_by_text [sqlite]
-- Along the index, from the newest on: a word that a million tickets have ends at the limit, and a
-- rare one has few rows there. $13: 1 those that are not solved, whatever $2 says; they are few, so
-- that the others need not be read.
SELECT id
FROM ticket_text CROSS JOIN ticket ON id = ticket_text.rowid
WHERE ticket_text MATCH words_query($12, 1) AND ticket_text.rowid < $1
  AND ($13 = 0 OR ticket_text.rowid IN (SELECT id FROM ticket WHERE status < 2))
  AND {is_asked_for} AND {waits_as_asked}
ORDER BY ticket_text.rowid DESC LIMIT $5;

-- name: tickets_by_text [postgres anew]
-- By what it knows of each word, the engine takes the index of words or goes down the ids.
SELECT id FROM ticket
WHERE id < $1 AND {is_asked_for} AND {waits_as_asked}
  AND ($13 = 0 OR status < 2)
  AND words @@ CASE WHEN numnode(plainto_tsquery('simple', $12)) > 0
    THEN CAST(CAST(plainto_tsquery('simple', $12) AS text) || ':*' AS tsquery) END
ORDER BY id DESC LIMIT $5;

-- name: tickets_beside_text [sqlite]
-- What the words miss: tickets that the index does not have yet, and those of that number. Their
-- ids first: with OR alone every ticket is looked at.
SELECT id
FROM ticket
WHERE id < $1 AND id IN (
    SELECT id FROM ticket WHERE id > (SELECT coalesce(max(rowid), 0) FROM ticket_text)
    UNION ALL SELECT id FROM ticket WHERE external_id <> '' AND external_id = $14
    UNION ALL SELECT $15)
  AND {is_asked_for} AND {waits_as_asked}
  AND ($13 = 0 OR status < 2)
  AND (id > (SELECT coalesce(max(rowid), 0) FROM ticket_text)
         AND has_words(title || ' ' || description || ' ' || requester_name || ' '
                       || requester_email || ' ' || assignee || ' ' || tags, $12)
       OR external_id <> '' AND external_id = $14 OR id = $15)
ORDER BY id DESC LIMIT $5;

-- name: tickets_beside_text [postgres anew]
-- Those of that number: its index of words has every ticket at once. $12 is the other engine's.
SELECT id FROM ticket
WHERE id < $1 AND id IN (
    SELECT id FROM ticket WHERE external_id <> '' AND external_id = $14
    UNION ALL SELECT CAST($15 AS bigint))
  AND {is_asked_for} AND {waits_as_asked}
  AND ($13 = 0 OR status < 2) AND CAST($12 AS text) <> ''
ORDER BY id DESC LIMIT $5;

-- name: count_views
SELECT count(*), count(*) FILTER (WHERE {is_unanswered}),
  count(*) FILTER (WHERE assignee = $1 AND $1 <> ''), count(*) FILTER (WHERE assignee = ''),
  count(*) FILTER (WHERE status = 1)
FROM ticket WHERE status < 2;

-- name: unsolved_by_reply
SELECT count(*), count(*) FILTER (WHERE {is_unanswered}),
  count(*) FILTER (WHERE (problem_id > 0 OR type = 3)
                     AND first_reply_at IS NULL AND first_solved_at IS NULL)
FROM ticket WHERE status < 2;

-- name: count_waiting
SELECT count(*) FROM ticket WHERE status < 2 AND {is_unanswered} AND opened_at < $1;

-- name: known_assignees
-- From name to name through the index, however many tickets each has.
WITH RECURSIVE one (name) AS (
  SELECT min(assignee) FROM ticket WHERE assignee <> ''
  UNION ALL
  SELECT (SELECT min(assignee) FROM ticket WHERE assignee > one.name AND assignee <> '')
  FROM one WHERE one.name IS NOT NULL)
SELECT name FROM one WHERE name IS NOT NULL LIMIT $1;

-- name: number_at_desk
SELECT external_id FROM ticket WHERE id = $1 AND external_id <> '';

-- columns: ticket_change
{new_change}

-- name: changes_of_ticket
SELECT {ticket_change} FROM ticket_change WHERE ticket = $1 ORDER BY id LIMIT $2;

-- part: hours
-- Hour by hour along an index: grouping would sort all of them first, in memory.
WITH RECURSIVE hours (hour) AS (
  SELECT CAST($1 AS bigint)
  UNION ALL SELECT hour + 3600000 FROM hours WHERE hour + 3600000 < $2)

-- name: hours_opened
-- $1: where an hour begins.
{hours}
SELECT hour, (SELECT count(*) FROM ticket
              WHERE opened_at >= hour AND opened_at < hour + 3600000 AND opened_at < $2)
FROM hours;

-- part: is_solved_in_hour
solved_at IS NOT NULL AND solved_at >= hour AND solved_at < hour + 3600000 AND solved_at < $2

-- name: hours_solved
-- Besides, how many of them nobody had replied to: they wait no more.
{hours}
SELECT hour,
  (SELECT count(*) FROM ticket WHERE {is_solved_in_hour}),
  (SELECT count(*) FROM ticket WHERE {is_solved_in_hour}
    AND (first_reply_at IS NULL OR first_reply_at > solved_at))
FROM hours;

-- name: first_replies
SELECT first_reply_at, first_reply_at - opened_at,
  CASE WHEN solved_at IS NULL OR first_reply_at <= solved_at THEN 1 ELSE 0 END
FROM ticket WHERE first_reply_at IS NOT NULL AND first_reply_at >= $1 AND first_reply_at < $2;

-- name: oldest_ticket
SELECT min(opened_at) FROM ticket;
