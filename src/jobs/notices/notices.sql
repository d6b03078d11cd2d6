-- name: notice_marks
SELECT name, value FROM notice_mark;

-- name: lock_notice_ledger [sqlite]
SELECT 1 WHERE 1 = 0;

-- name: lock_notice_ledger [postgres]
-- The one row that is always there stands for the marks, the plans and the ledger.
SELECT 1 FROM notice_mark WHERE name = 'ledger' FOR NO KEY UPDATE;

-- name: set_notice_mark
INSERT INTO notice_mark (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: move_notice_ledger
-- The row's lock makes two runs follow one another; the second finds another version.
UPDATE notice_mark SET value = value + 1 WHERE name = 'ledger' AND value = $1;

-- name: notice_closures_since
SELECT ticket, day FROM notice_closure WHERE day >= $1;

-- name: notice_customers_of
SELECT email FROM notice_customer WHERE period = $1;

-- name: notice_customers_between
SELECT email FROM notice_customer WHERE period = $1 AND email >= $2 AND email <= $3;

-- name: is_newest_notice_plan
SELECT 1 FROM notice_run r WHERE r.id = $1 AND r.state = 4
  AND NOT EXISTS (SELECT 1 FROM notice_run newer WHERE newer.state = 0 AND newer.id > r.id);

-- part: new_run
state, made_at, period, hash, ledger, newest_day, from_day, figures

-- columns: notice_run
id, {new_run}, applied_at, applied_to

-- name: add_notice_run
INSERT INTO notice_run ({new_run})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: replace_notice_plans
-- Also those that are still being written: they find out when they come to their end.
UPDATE notice_run SET state = 2 WHERE state IN (0, 4) AND id < $1;

-- name: replace_by_newer_plan
-- A plan that comes to its end behind a newer one.
UPDATE notice_run SET state = 2 WHERE id = $1 AND state = 4
  AND EXISTS (SELECT 1 FROM notice_run newer WHERE newer.state = 0 AND newer.id > $1);

-- name: finish_notice_plan
UPDATE notice_run SET state = $2 WHERE id = $1 AND state = 4;

-- name: replaced_with_notices
-- Of plans that never went out nothing but the run itself is kept.
SELECT l.run FROM (SELECT id FROM notice_run WHERE state = 2 ORDER BY id DESC LIMIT 20) r
JOIN notice_letter l ON l.run = r.id LIMIT 1;

-- name: oldest_notice_run [sqlite]
-- Runs are few: a look at the front of them. One that is applied now stays, however old.
SELECT id FROM (SELECT id, state, made_at FROM notice_run ORDER BY id LIMIT 10) AS front
WHERE made_at < $1 AND state <> 5 ORDER BY id LIMIT 1;

-- name: oldest_notice_run [postgres]
-- As above; one that is just begun stays, and nobody begins it until it is gone.
SELECT id FROM notice_run WHERE id IN (SELECT id FROM notice_run ORDER BY id LIMIT 10)
  AND made_at < $1 AND state <> 5 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: prune_notices
DELETE FROM notice_letter WHERE run = $1 AND email IN (
  SELECT email FROM notice_letter WHERE run = $1 ORDER BY email LIMIT $2);

-- name: drop_notice_run
DELETE FROM notice_run WHERE id = $1;

-- name: add_notice
INSERT INTO notice_letter (run, email, written_email, first_name, last_name, tickets, left_out)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: notice_run_by_id
SELECT {notice_run}
FROM notice_run WHERE id = $1;

-- name: list_notice_runs
SELECT {notice_run}
FROM notice_run WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- name: begin_notice_run
-- After move_notice_ledger, whose lock lets one run at a time come here.
UPDATE notice_run SET state = 5, applied_at = $2 WHERE id = $1 AND state = 0
  AND NOT EXISTS (SELECT 1 FROM notice_run WHERE state = 5);

-- name: advance_notice_run
-- The lock of this row, and where it stands, let one process at a time write each letter.
UPDATE notice_run SET applied_to = $3 WHERE id = $1 AND state = 5 AND applied_to = $2;

-- name: end_notice_run
UPDATE notice_run SET state = 1 WHERE id = $1 AND state = 5;

-- name: applying_notice_run
SELECT {notice_run}
FROM notice_run WHERE state = 5;

-- columns: notice
l.run, l.email, l.number, l.written_email, l.first_name, l.last_name, l.tickets, l.left_out,
l.delivery, d.state AS delivery_state, d.reason, d.done_at, r.period, r.made_at,
r.state AS run_state

-- name: list_notices
SELECT {notice}
FROM notice_letter l JOIN notice_run r ON r.id = l.run LEFT JOIN delivery d ON d.id = l.delivery
WHERE l.run = $1 AND l.email > $2 ORDER BY l.email LIMIT $3;

-- name: notice_by_email
SELECT {notice}
FROM notice_run r JOIN notice_letter l ON l.run = r.id AND l.email = $1
LEFT JOIN delivery d ON d.id = l.delivery
WHERE r.id > $2 ORDER BY r.id DESC LIMIT $3;

-- name: reserve_notice
INSERT INTO notice_customer (period, email, run) VALUES ($1, $2, $3)
ON CONFLICT (period, email) DO NOTHING;

-- name: mark_notice_closure
INSERT INTO notice_closure (ticket, day, run) VALUES ($1, $2, $3)
ON CONFLICT (ticket) DO UPDATE SET day = excluded.day, run = excluded.run
WHERE notice_closure.day < excluded.day;

-- name: send_notice
UPDATE notice_letter SET number = $3, delivery = $4, left_out = $5 WHERE run = $1 AND email = $2;

-- name: count_notice_states
SELECT d.state, count(*) FROM notice_letter l JOIN delivery d ON d.id = l.delivery
WHERE l.run = $1 AND l.delivery > 0 GROUP BY d.state;

-- name: open_notices [sqlite]
-- Deliveries of notices that wait for their turn or their time.
SELECT count(*) FROM delivery WHERE state = 0 AND lane >= 'notice:' AND lane < 'notice;';

-- name: open_notices [postgres]
-- A range would be one in the order of the server's language, which may pass over punctuation.
SELECT count(*) FROM delivery WHERE state <= 2 AND state = 0 AND lane LIKE 'notice:%';
