-- What somebody types is the beginning of a word: those of one, two and three letters have an index
-- of their own, so that a short one is as quick as a long one. Neither places nor columns are asked
-- for; without them the index is half as large. The janitor fills it again, the oldest first.
DROP TABLE ticket_text;
CREATE VIRTUAL TABLE ticket_text USING fts5 (title, description, people, tags,
  content = '', tokenize = 'unicode61', detail = none, prefix = '1 2 3');
-- The views and the longest waiting are counted from the indexes alone.
DROP INDEX ticket_unsolved;
CREATE INDEX ticket_unsolved ON ticket
  (id, status, assignee, first_reply_at, first_solved_at, problem_id, type) WHERE status < 2;
DROP INDEX ticket_waiting;
CREATE INDEX ticket_waiting ON ticket (opened_at, id, source)
  WHERE status < 2 AND first_reply_at IS NULL AND first_solved_at IS NULL
    AND problem_id = 0 AND type <> 3;
