-- uses: records/ids.sql

-- columns: problem_change
ticket, at, old_value, new_value

-- name: problems_over_time [sqlite]
SELECT {problem_change} FROM ticket_change
WHERE field = 'problem' AND ticket {in_ids_sqlite} ORDER BY ticket, id;

-- name: problems_over_time [postgres]
SELECT {problem_change} FROM ticket_change
WHERE field = 'problem'
  AND ticket {in_ids_postgres}
ORDER BY ticket, id;
