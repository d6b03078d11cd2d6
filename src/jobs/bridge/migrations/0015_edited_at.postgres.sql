-- When a message's newest text was made stood behind its digest, with an @ between them.
ALTER TABLE bridge_said ADD COLUMN edited_at TEXT NOT NULL DEFAULT '';
UPDATE bridge_said SET edited_at = substr(digest, strpos(digest, '@') + 1),
  digest = substr(digest, 1, strpos(digest, '@') - 1)
WHERE digest LIKE '%@%';
