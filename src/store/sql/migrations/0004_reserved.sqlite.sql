-- A number that another change of this release holds.
SELECT 1;
