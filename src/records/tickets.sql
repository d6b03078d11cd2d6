-- uses: records/ids.sql

-- name: opened_per_hour [anew]
-- A ticket of shadow mode ('shadow-17') exists at no desk: no figure counts it.
SELECT opened_at - opened_at % 3600000 AS hour, count(*) FROM ticket
WHERE opened_at >= $1 AND opened_at < $2 AND external_id NOT LIKE 'shadow-%'
GROUP BY 1 ORDER BY 1;

-- name: opened_between [anew]
SELECT id, title, tags, opened_at FROM ticket
WHERE opened_at >= $1 AND opened_at < $2 AND external_id NOT LIKE 'shadow-%'
ORDER BY opened_at, id LIMIT $3;

-- name: ticket_at_desk
SELECT id FROM ticket WHERE external_id <> '' AND external_id = $2 AND desk = $1
ORDER BY id DESC LIMIT 1;

-- name: fresh_ticket [sqlite]
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'ticket'), 0) + 1;

-- name: fresh_ticket [postgres]
SELECT nextval(pg_get_serial_sequence('ticket', 'id'));

-- name: fresh_ticket [postgres rows]
SELECT place, nextval((SELECT pg_get_serial_sequence('ticket', 'id')::regclass))
FROM generate_series(1, $1::bigint) AS place;

-- columns: ticket
id, title, description, priority, status, requester_name, requester_email, requester_id, assignee,
tags, source, desk, external_id, external_url, queue, opened_at, first_reply_at, solved_at,
updated_at, type, problem_id

-- part: is_unanswered
-- One that was solved once waits for no first reply, even when it is opened again; nor does one
-- that is part of a problem, and the problem itself.
first_reply_at IS NULL AND first_solved_at IS NULL AND problem_id = 0 AND type <> 3

-- name: open_ticket
INSERT INTO ticket ({ticket}, first_solved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $18);

-- name: open_ticket [postgres rows]
INSERT INTO ticket ({ticket}, first_solved_at)
SELECT *, solved_at FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
  $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
  $13::text[], $14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[],
  $19::bigint[], $20::bigint[], $21::bigint[]) AS t ({ticket});

-- name: ticket_by_id
SELECT {ticket} FROM ticket WHERE id = $1;

-- name: lock_ticket [sqlite]
SELECT 1 WHERE $1 < 0;

-- name: lock_ticket [postgres]
SELECT 1 FROM ticket WHERE id = $1 FOR NO KEY UPDATE;

-- name: problem_of_ticket
SELECT problem_id FROM ticket WHERE id = $1;

-- name: incidents_of
SELECT {ticket} FROM ticket
WHERE problem_id > 0 AND problem_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: desk_of_ticket
SELECT desk FROM ticket WHERE id = $1;

-- name: ticket_waits
SELECT 1 FROM ticket
WHERE id = $1 AND status < 2 AND {is_unanswered};

-- name: mark_replied
UPDATE ticket SET first_reply_at = coalesce(first_reply_at, $2) WHERE id = $1;

-- name: begin_waiting
UPDATE ticket SET opened_at = $2, first_reply_at = NULL, first_solved_at = NULL WHERE id = $1;

-- part: indexed_columns
rowid, title, description, people, tags

-- part: indexed
id, title, description, requester_name || ' ' || requester_email || ' ' || assignee, tags

-- name: index_tickets [sqlite]
INSERT INTO ticket_text ({indexed_columns}) SELECT {indexed} FROM ticket
WHERE id > (SELECT coalesce(max(rowid), 0) FROM ticket_text) ORDER BY id LIMIT $1;

-- name: index_tickets [postgres]
-- The index there is kept by the engine itself.
SELECT 1 WHERE CAST($1 AS bigint) < 0;

-- name: change_ticket
-- What the patch leaves alone is null, and stays as it is in the row, not as somebody read it.
UPDATE ticket SET status = coalesce($2, status), priority = coalesce($3, priority),
  assignee = coalesce($4, assignee), tags = coalesce($5, tags),
  external_id = coalesce($6, external_id), external_url = coalesce($7, external_url),
  type = coalesce($9, type), problem_id = coalesce($10, problem_id),
  solved_at = CASE WHEN coalesce($2, status) = status THEN solved_at
                   WHEN $2 = 2 THEN CAST($8 AS bigint) END,
  first_solved_at = coalesce(first_solved_at, CASE WHEN $2 = 2 THEN CAST($8 AS bigint) END),
  updated_at = $8
WHERE id = $1;

-- part: new_change
at, field, old_value, new_value

-- name: add_ticket_change
INSERT INTO ticket_change (ticket, {new_change}) VALUES ($1, $2, $3, $4, $5);

-- part: new_comment
ticket, author_name, author_email, body, is_public, at, source

-- columns: comment
id, {new_comment}

-- name: add_comment
INSERT INTO comment ({new_comment})
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: remove_comment
-- The newest of those that say the same: two equal comments are two.
DELETE FROM comment WHERE id = (
  SELECT max(id) FROM comment
  WHERE ticket = $1 AND author_name = $2 AND body = $3 AND is_public = $4 AND source = $5);

-- name: reword_ticket
UPDATE ticket SET title = $2, description = $3, updated_at = $4 WHERE id = $1;

-- name: index_ticket_again [sqlite]
-- One behind the newest that is indexed; the janitor takes what comes after that.
INSERT INTO ticket_text ({indexed_columns}) SELECT {indexed} FROM ticket
WHERE id = $1 AND id <= (SELECT coalesce(max(rowid), 0) FROM ticket_text);

-- name: index_ticket_again [postgres]
SELECT 1 WHERE CAST($1 AS bigint) < 0;

-- name: touch_ticket
UPDATE ticket SET updated_at = $2, first_reply_at = coalesce(first_reply_at, $3) WHERE id = $1;

-- name: comments_of
SELECT {comment}
FROM comment WHERE ticket = $1 ORDER BY id;

-- columns: link
ticket, chat, channel, thread, url

-- name: links_of
SELECT {link} FROM link
WHERE ticket = $1 ORDER BY chat, channel, thread;

-- name: count_unsolved
SELECT count(*) FROM ticket WHERE status < 2 AND external_id NOT LIKE 'shadow-%';

-- name: count_opened [anew]
SELECT count(*) FROM ticket WHERE opened_at >= $1 AND external_id NOT LIKE 'shadow-%';

-- name: first_reply_times [anew]
SELECT first_reply_at - opened_at FROM ticket
WHERE first_reply_at IS NOT NULL AND first_reply_at >= $1 AND external_id NOT LIKE 'shadow-%';

-- name: cycle_times [anew]
SELECT solved_at - opened_at FROM ticket
WHERE solved_at IS NOT NULL AND solved_at >= $1 AND external_id NOT LIKE 'shadow-%';

-- name: old_tickets [sqlite]
SELECT id FROM ticket WHERE status = 2 AND updated_at < $1 ORDER BY updated_at LIMIT $2;

-- name: old_tickets [postgres]
-- Nobody changes them until they are gone; one that somebody is just changing stays.
SELECT id FROM ticket WHERE status = 2 AND updated_at < $1 ORDER BY updated_at LIMIT $2
FOR UPDATE SKIP LOCKED;

-- name: prune_comments [sqlite]
-- A ticket goes when it has none left.
DELETE FROM comment WHERE id IN (
  SELECT id FROM comment WHERE ticket {in_ids_sqlite} LIMIT $2);

-- name: prune_comments [postgres]
DELETE FROM comment WHERE id IN (
  SELECT id FROM comment WHERE ticket {in_ids_postgres}
  LIMIT $2);

-- name: prune_links [sqlite]
DELETE FROM link WHERE ticket {in_ids_sqlite};

-- name: prune_links [postgres]
DELETE FROM link WHERE ticket {in_ids_postgres};

-- name: prune_ticket_changes [sqlite]
DELETE FROM ticket_change WHERE ticket {in_ids_sqlite};

-- name: prune_ticket_changes [postgres]
DELETE FROM ticket_change WHERE ticket {in_ids_postgres};

-- name: prune_ticket_words [sqlite]
INSERT INTO ticket_text (ticket_text, {indexed_columns}) SELECT 'delete', {indexed}
FROM ticket WHERE id {in_ids_sqlite}
  AND id <= (SELECT coalesce(max(rowid), 0) FROM ticket_text);

-- name: prune_ticket_words [postgres]
SELECT 1 WHERE $1 = '';

-- name: prune_tickets [sqlite]
DELETE FROM ticket WHERE id {in_ids_sqlite};

-- name: prune_tickets [postgres]
DELETE FROM ticket WHERE id {in_ids_postgres};
