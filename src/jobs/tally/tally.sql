-- part: tally_message
channel, message, revision, at, is_gone, text, blocks

-- part: shown_agent
-- As the newest message spells the agent c.username, with the name from there.
coalesce(a.spelled, c.username) AS spelled, coalesce(a.name, c.username) AS name

-- part: with_agent
LEFT JOIN tally_agent a ON a.username = c.username

-- part: per_line
-- What a line counts, as tally_sum has it of those that retention has removed.
count(*) AS updates, min(at) AS first_at, max(at) AS last_at

-- name: keep_tally_message
INSERT INTO tally_message ({tally_message})
VALUES ($1, $2, $3, $4, 0, $5, $6)
ON CONFLICT (channel, message) DO UPDATE
  SET revision = excluded.revision, text = excluded.text, blocks = excluded.blocks
  WHERE tally_message.is_gone = 0 AND excluded.revision >= tally_message.revision
RETURNING 1;

-- name: drop_tally_message
INSERT INTO tally_message ({tally_message})
VALUES ($1, $2, 0, $3, 1, NULL, NULL)
ON CONFLICT (channel, message) DO UPDATE SET is_gone = 1, text = NULL, blocks = NULL;

-- name: newest_tally_message
SELECT message FROM tally_message WHERE channel = $1 ORDER BY message DESC LIMIT 1;

-- name: counted_of_message
SELECT spelled, name, ticket FROM tally_update WHERE channel = $1 AND message = $2 ORDER BY line;

-- name: drop_tally_updates
DELETE FROM tally_update WHERE channel = $1 AND message = $2;

-- name: add_tally_update
INSERT INTO tally_update (channel, message, line, username, spelled, name, ticket, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: name_tally_agent
-- The newest name is shown, whatever the order in which messages come.
INSERT INTO tally_agent (username, spelled, name, named_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (username) DO UPDATE
  SET spelled = excluded.spelled, name = excluded.name, named_at = excluded.named_at
  WHERE excluded.named_at >= tally_agent.named_at;

-- name: add_tally_bar
INSERT INTO tally_bar (channel, username) VALUES ($1, $2)
ON CONFLICT (channel, username) DO NOTHING;

-- name: find_tally_bar
SELECT id FROM tally_bar WHERE channel = $1 AND username = $2;

-- columns: tally_agent
c.username, {shown_agent}, c.updates

-- columns: tally_in_period
{tally_agent}, c.first_at, c.last_at

-- part: of_each_agent
-- Of `counted`: lines, and what is left of those that retention has removed.
SELECT {tally_in_period}
FROM (SELECT username, CAST(sum(updates) AS bigint) AS updates, min(first_at) AS first_at,
        max(last_at) AS last_at
      FROM counted GROUP BY username) c
{with_agent}

-- name: tally_in_period [anew]
WITH counted AS (
  SELECT username, {per_line} FROM tally_update WHERE at >= $1 AND at < $2 GROUP BY username
  UNION ALL
  SELECT username, updates, first_at, last_at FROM tally_sum WHERE at >= $1 AND at < $2)
{of_each_agent};

-- name: tally_in_channel [anew]
WITH counted AS (
  SELECT username, {per_line} FROM tally_update
  WHERE channel = $3 AND at >= $1 AND at < $2 GROUP BY username
  UNION ALL
  SELECT username, updates, first_at, last_at FROM tally_sum
  WHERE channel = $3 AND at >= $1 AND at < $2)
{of_each_agent};

-- name: tally_balances
SELECT {tally_agent} FROM tally_balance c {with_agent};

-- columns: tally_bar
c.id, c.channel, {shown_agent}

-- name: tally_bars_since [anew]
SELECT {tally_bar}, n.updates
FROM (SELECT channel, username, CAST(sum(updates) AS bigint) AS updates
      FROM (SELECT channel, username, count(*) AS updates FROM tally_update WHERE at >= $1
            GROUP BY channel, username
            UNION ALL
            SELECT channel, username, updates FROM tally_sum WHERE at >= $1) AS both_kinds
      GROUP BY channel, username) n
JOIN tally_bar c ON c.channel = n.channel AND c.username = n.username
{with_agent};

-- name: tally_bar_by_id
SELECT {tally_bar},
       (SELECT count(*) FROM tally_update u
        WHERE u.channel = c.channel AND u.username = c.username AND u.at >= $2)
       + (SELECT CAST(coalesce(sum(s.updates), 0) AS bigint) FROM tally_sum s
          WHERE s.at >= $2 AND s.channel = c.channel AND s.username = c.username)
FROM tally_bar c {with_agent} WHERE c.id = $1;

-- name: tally_channels_seen
SELECT DISTINCT channel FROM tally_bar ORDER BY channel;

-- columns: tally_row
channel, message, line, spelled, name, ticket, at,
(SELECT coalesce(m.text, '') FROM tally_message m
 WHERE m.channel = tally_update.channel AND m.message = tally_update.message) AS text,
(SELECT coalesce(m.blocks, '') FROM tally_message m
 WHERE m.channel = tally_update.channel AND m.message = tally_update.message) AS blocks

-- name: list_tally_rows [anew]
SELECT {tally_row}
FROM tally_update
WHERE at >= $1 AND at < $2 AND (CAST($3 AS text) = '' OR channel = $3)
  AND (CAST($4 AS text) = '' OR username = $4) AND (at, channel, message, line) < ($5, $6, $7, $8)
ORDER BY at DESC, channel DESC, message DESC, line DESC LIMIT $9;

-- columns: tally_text
message, revision, at, text, blocks

-- name: list_tally_texts
SELECT {tally_text} FROM tally_message
WHERE channel = $1 AND message > $2 AND text IS NOT NULL ORDER BY message LIMIT $3;

-- name: find_tally_rule
SELECT rule FROM tally_rule WHERE channel = $1;

-- name: set_tally_rule
INSERT INTO tally_rule (channel, rule) VALUES ($1, $2)
ON CONFLICT (channel) DO UPDATE SET rule = excluded.rule;

-- name: set_tally_balance
INSERT INTO tally_balance (username, updates, imported_at) VALUES ($1, $2, $3)
ON CONFLICT (username) DO UPDATE
  SET updates = excluded.updates, imported_at = excluded.imported_at;

-- name: old_tally_messages
-- Those whose lines are the oldest.
SELECT DISTINCT channel, message FROM (
  SELECT channel, message FROM tally_update WHERE at < $1
  ORDER BY at, channel, message, line LIMIT $2) AS front;

-- name: close_tally_message
-- Its lines are summed up: what comes for it later changes nothing. The key stays.
INSERT INTO tally_message ({tally_message})
VALUES ($1, $2, 0, $3, 2, NULL, NULL)
ON CONFLICT (channel, message) DO UPDATE SET is_gone = 2, text = NULL, blocks = NULL;

-- name: take_tally_updates
DELETE FROM tally_update WHERE channel = $1 AND message = $2 RETURNING username, at;

-- name: add_tally_sum
INSERT INTO tally_sum (at, channel, username, updates, first_at, last_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (at, channel, username) DO UPDATE
  SET updates = tally_sum.updates + excluded.updates,
    first_at = CASE WHEN excluded.first_at < tally_sum.first_at THEN excluded.first_at
                    ELSE tally_sum.first_at END,
    last_at = CASE WHEN excluded.last_at > tally_sum.last_at THEN excluded.last_at
                   ELSE tally_sum.last_at END;

-- name: prune_tally_texts [sqlite]
-- Of messages that count nothing.
UPDATE tally_message SET text = NULL, blocks = NULL WHERE (channel, message) IN (
  SELECT channel, message FROM tally_message WHERE text IS NOT NULL AND at < $1
  ORDER BY at LIMIT $2);

-- name: prune_tally_texts [postgres]
-- What another is just changing is no longer old.
UPDATE tally_message SET text = NULL, blocks = NULL WHERE (channel, message) IN (
  SELECT channel, message FROM tally_message WHERE text IS NOT NULL AND at < $1
  ORDER BY at LIMIT $2
  FOR UPDATE SKIP LOCKED);
