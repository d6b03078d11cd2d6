-- name: problems_over_time [sqlite]
SELECT ticket, at, old_value, new_value FROM ticket_change
WHERE field = 'problem' AND ticket IN (SELECT value FROM json_each($1)) ORDER BY ticket, id;

-- name: problems_over_time [postgres]
SELECT ticket, at, old_value, new_value FROM ticket_change
WHERE field = 'problem'
  AND ticket = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST($1 AS jsonb)) AS bigint)))
ORDER BY ticket, id;
