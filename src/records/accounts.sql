-- name: add_account
INSERT INTO account (name, folded, subject, role, password, created_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id;

-- columns: account
id, name, subject, role, password, created_at, signed_in_at

-- name: list_accounts
SELECT {account} FROM account ORDER BY folded;

-- name: account_by_name
SELECT {account} FROM account WHERE folded = $1;

-- name: account_by_subject
SELECT {account} FROM account
WHERE subject = $1 AND subject <> '';

-- name: change_account
UPDATE account SET role = $2, password = $3 WHERE id = $1;

-- name: remove_account
DELETE FROM account WHERE id = $1;

-- name: account_signed_in
UPDATE account SET signed_in_at = $2 WHERE id = $1;

-- name: add_session
INSERT INTO session (hash, account, created_at, seen_at) VALUES ($1, $2, $3, $4);

-- name: find_session
SELECT {a.account},
       s.created_at, s.seen_at
FROM session s JOIN account a ON a.id = s.account WHERE s.hash = $1;

-- name: touch_session
UPDATE session SET seen_at = $2 WHERE hash = $1;

-- name: drop_session
DELETE FROM session WHERE hash = $1;

-- name: drop_sessions_of
DELETE FROM session WHERE account = $1;

-- name: prune_sessions [sqlite]
DELETE FROM session WHERE hash IN (
  SELECT hash FROM session WHERE seen_at < $1 ORDER BY seen_at LIMIT $2);

-- name: prune_sessions [postgres]
-- What another is just changing is no longer old.
DELETE FROM session WHERE hash IN (
  SELECT hash FROM session WHERE seen_at < $1 ORDER BY seen_at LIMIT $2
  FOR UPDATE SKIP LOCKED);

-- name: keep_server_key
INSERT INTO server_key (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING;

-- name: find_server_key
SELECT secret FROM server_key WHERE name = $1;
