-- Holds a number in this branch: another branch brings the migration. Delete at the merge.
SELECT 1;
