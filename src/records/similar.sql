-- uses: records/tickets.sql

-- name: newest_ticket_id
SELECT coalesce(max(id), 0) FROM ticket;

-- name: common_words [sqlite]
SELECT $1, 0 WHERE 1 = 0;

-- name: common_words [postgres]
-- What the engine knows of the words of its own index: those that many tickets have, with their
-- share of all in millionths. Besides, without a word, the least share that it knows of.
WITH known AS (
  SELECT common.word, common.share
  FROM pg_stats s,
    LATERAL unnest(CAST(CAST(s.most_common_elems AS text) AS text[]), s.most_common_elem_freqs)
      AS common (word, share)
  WHERE s.schemaname = current_schema() AND s.tablename = 'ticket' AND s.attname = 'words'
    AND common.word IS NOT NULL)
SELECT word, CAST(share * 1000000 AS bigint) FROM known
WHERE word = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST($1 AS jsonb))))
UNION ALL
SELECT '', CAST(min(share) * 1000000 AS bigint) FROM known HAVING count(*) > 0;

-- name: tickets_with_words [sqlite]
-- It has names as well, as the other engine's index does.
SELECT rowid FROM ticket_text WHERE ticket_text MATCH words_query($1, 0) AND rowid < $2
ORDER BY rowid DESC LIMIT $3;

-- name: tickets_with_words [postgres]
-- First the index of words: going down the ids would look at every ticket. It has names as well;
-- whoever asks compares the words of the texts alone. It knows no order: of more than $3 these are
-- any.
SELECT id FROM (
  SELECT id FROM ticket WHERE words @@ plainto_tsquery('simple', $1)
  OFFSET 0) AS having_it
WHERE id < $2 LIMIT $3;

-- name: newest_to_compare [sqlite]
-- Those that the index of words does not have yet.
SELECT id FROM ticket
WHERE id < $1 AND id > (SELECT coalesce(max(rowid), 0) FROM ticket_text)
ORDER BY id DESC LIMIT $2;

-- name: newest_to_compare [postgres]
-- What many write about just now has common words.
SELECT id FROM ticket WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- name: tickets_by_ids [sqlite]
SELECT {ticket} FROM ticket WHERE id {in_ids_sqlite} ORDER BY id DESC;

-- name: tickets_by_ids [postgres]
SELECT {ticket} FROM ticket WHERE id {in_ids_postgres}
ORDER BY id DESC;

-- name: last_public_comments
SELECT {comment} FROM comment
WHERE ticket = $1 AND is_public = 1 ORDER BY id DESC LIMIT 20;
