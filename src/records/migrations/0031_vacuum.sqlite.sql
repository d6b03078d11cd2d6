-- SQLite's indexes know which rows are there.
SELECT 1;
