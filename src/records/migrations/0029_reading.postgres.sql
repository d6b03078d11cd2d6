-- The words of a ticket are kept beside it, so that a search that goes down the ids, as one for a
-- common word does, need not cut each text again. Neither places nor phrases are asked for. Signs
-- are blanks: the parser would keep a host, a path or a number with a point in one piece.
DROP INDEX ticket_text;
ALTER TABLE ticket ADD COLUMN words tsvector GENERATED ALWAYS AS (strip(to_tsvector('simple',
  translate(title || ' ' || description || ' ' || requester_name || ' ' || requester_email || ' '
      || tags || ' ' || assignee,
    '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32))))) STORED;
CREATE INDEX ticket_text ON ticket USING gin (words);
-- The views and the longest waiting are counted from the indexes alone.
DROP INDEX ticket_unsolved;
CREATE INDEX ticket_unsolved ON ticket (id)
  INCLUDE (status, assignee, first_reply_at, first_solved_at, problem_id, type) WHERE status < 2;
DROP INDEX ticket_waiting;
CREATE INDEX ticket_waiting ON ticket (opened_at, id) INCLUDE (source)
  WHERE status < 2 AND first_reply_at IS NULL AND first_solved_at IS NULL
    AND problem_id = 0 AND type <> 3;
