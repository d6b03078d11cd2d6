-- name: add_token
INSERT INTO token (name, role, hash, sqs_key_id, sqs_secret, created_at, scopes)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING;

-- columns: token
id, name, role, hash, sqs_key_id, sqs_secret, created_at, revoked_at, last_used_at, scopes

-- name: list_tokens
SELECT {token}
FROM token ORDER BY name;

-- name: revoke_token
UPDATE token SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL;

-- name: touch_token
UPDATE token SET last_used_at = $2 WHERE id = $1;
