-- part: new_token
name, role, hash, sqs_key_id, sqs_secret, created_at, scopes

-- columns: token
id, {new_token}, revoked_at, last_used_at

-- name: add_token
INSERT INTO token ({new_token})
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING;

-- name: list_tokens
SELECT {token}
FROM token ORDER BY name;

-- name: revoke_token
UPDATE token SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL;

-- name: touch_token
UPDATE token SET last_used_at = $2 WHERE id = $1;
