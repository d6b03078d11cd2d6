-- SQLite has one writer: changes are numbered in the order of their commits as it is.
SELECT 1;
