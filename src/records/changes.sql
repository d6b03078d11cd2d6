-- name: add_note
INSERT INTO note (topic, subject) VALUES ($1, $2);

-- name: add_note [postgres rows]
INSERT INTO note (topic, subject) SELECT * FROM unnest($1::text[], $2::bigint[]);

-- name: changes_after [sqlite]
SELECT '0.' || seq, topic, subject FROM note WHERE seq > $2 AND $1 = 0 ORDER BY seq LIMIT $3;

-- name: changes_after [postgres]
-- In the order of commits: see migrations/0013.
SELECT c.place || '.' || n.seq, n.topic, n.subject
FROM note_commit c JOIN note n ON n.xid = c.xid
WHERE c.place >= $1 AND (c.place > $1 OR n.seq > $2)
ORDER BY c.place, n.seq LIMIT $3;

-- name: last_change [sqlite]
SELECT '0.' || coalesce(max(seq), 0) FROM note;

-- name: last_change [postgres]
SELECT coalesce((SELECT c.place || '.' || n.seq FROM note_commit c JOIN note n ON n.xid = c.xid
                 ORDER BY c.place DESC, n.seq DESC LIMIT 1), '0.0');

-- name: first_change [sqlite]
SELECT '0.' || min(seq) FROM note;

-- name: first_change [postgres]
SELECT c.place || '.' || n.seq FROM note_commit c JOIN note n ON n.xid = c.xid
ORDER BY c.place, n.seq LIMIT 1;

-- name: lowest_note
SELECT coalesce(min(seq), 0) FROM note;

-- name: changes_gone_before [sqlite]
-- The highest number that has gone: they are numbered without gaps.
SELECT coalesce(min(seq), 1) - 1 FROM note;

-- name: changes_gone_before [postgres]
-- Numbers have gaps, and stand in no order. The mark says that any have gone, and they may have
-- stood anywhere before the first that is there.
SELECT CASE WHEN EXISTS (SELECT 1 FROM note_commit WHERE place = 0)
       THEN 9223372036854775807 ELSE 0 END;

-- name: prune_notes
DELETE FROM note WHERE seq IN (
  SELECT seq FROM note WHERE seq <= (SELECT max(seq) FROM note) - $1 ORDER BY seq LIMIT $2);

-- name: mark_notes_pruned [sqlite]
SELECT 1 WHERE 1 = 0;

-- name: mark_notes_pruned [postgres]
INSERT INTO note_commit (place, xid) VALUES (0, '0') ON CONFLICT (place) DO NOTHING;

-- name: prune_note_commits [sqlite]
SELECT 1 WHERE $1 < 0;

-- name: prune_note_commits [postgres]
-- Looks at the oldest alone, and at one note of each: as NOT EXISTS it would read all notes.
DELETE FROM note_commit WHERE place IN (
  SELECT c.place FROM (SELECT place, xid FROM note_commit WHERE place > 0
                       ORDER BY place LIMIT $1) c
  WHERE (SELECT n.seq FROM note n WHERE n.xid = c.xid LIMIT 1) IS NULL);
