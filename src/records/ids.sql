-- part: in_ids_sqlite
-- The ids of a list in $1: "[17,18]".
IN (SELECT value FROM json_each($1))

-- part: in_ids_postgres
= ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST($1 AS jsonb)) AS bigint)))
