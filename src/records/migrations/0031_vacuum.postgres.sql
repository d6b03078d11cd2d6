-- Now counts the open tickets and those of the hour from indexes alone, without a look at a ticket,
-- as far as a vacuum has noted that everybody sees it. New rows alone call for one when they are a
-- fifth of the table: too late for a table of a million. PostgreSQL 12 can't be told.
DO $$ BEGIN
  IF current_setting('server_version_num')::int >= 130000 THEN
    ALTER TABLE ticket SET (autovacuum_vacuum_insert_threshold = 5000,
                            autovacuum_vacuum_insert_scale_factor = 0.005);
  END IF;
END $$;
